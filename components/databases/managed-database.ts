import * as pulumi from "@pulumi/pulumi";
import type { DatabaseRange } from "../../restore-points/ranges";
import type { AzureResource } from "../vaults/azure/source";
import { type DatabaseArgs, kindOf } from ".";
import type { CoordinatorFinding } from "./coordinator";
import type { DatabaseStatus, ProtectContext } from "./kind";

/** One database of the set with all that protects it: the parent of what its kind declares. */
export class ManagedDatabase extends pulumi.ComponentResource {
  readonly status: pulumi.Output<DatabaseStatus>;
  readonly range: pulumi.Output<DatabaseRange>;
  /** Whether ScalarDB's coordinator is in it. */
  readonly coordinator: pulumi.Output<CoordinatorFinding>;
  /** The settings for Azure Backup, for kinds that it supports. */
  readonly azureResource?: pulumi.Output<AzureResource>;

  constructor(
    name: string,
    database: DatabaseArgs,
    context: Omit<ProtectContext, "parent">,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("scalar-backup:index:ManagedDatabase", name, {}, opts);
    const { kind, args } = kindOf(database);
    const declared = kind.protect(database.name, args, { ...context, parent: this });
    this.status = declared.status;
    this.range = declared.range;
    this.coordinator = declared.coordinator ?? pulumi.output({});
    this.azureResource = declared.azureResource;
    this.registerOutputs({ status: this.status, range: this.range });
  }
}
