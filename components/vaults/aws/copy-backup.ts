import type * as pulumi from "@pulumi/pulumi";
import type { VaultStatus } from "../status";
import type { KeepRestoredArgs } from "./args";
import type { AwsBackupSource } from "./source";

/** A restored copy as AWS Backup sees it. */
export interface CopyBackup extends Pick<AwsBackupSource, "resourceType"> {
  region: string;
  arns: pulumi.Output<string[]>;
  /** How many ARNs there are going to be, which a preview knows. Defaults to 1. */
  count?: pulumi.Output<number>;
}

/** Where copies of restore points are kept. */
export interface KeptCopies extends KeepRestoredArgs {
  vaultName: string;
  /** The vaults, once they exist. */
  vaults: pulumi.Output<VaultStatus[]>;
}
