import { z } from "zod";
import type { Shape } from "../schema-tools";
import type { AwsVaultArgs } from "./aws/args";
import { awsVaultSchema } from "./aws/args";
import type { AzureVaultArgs } from "./azure/args";
import { azureVaultSchema } from "./azure/args";

/** Copies that survive an account, a region, an attacker, and 35 days. By cloud. */
export interface VaultArgs {
  /** Vaults of AWS Backup. */
  aws?: AwsVaultArgs;
  /** A vault of Azure Backup, for Azure Database for PostgreSQL. */
  azure?: AzureVaultArgs;
}

/** Describes `VaultArgs`. */
export const vaultSchema = z
  .strictObject({ aws: awsVaultSchema.optional(), azure: azureVaultSchema.optional() } satisfies Shape<VaultArgs>)
  .refine((vault) => Object.keys(vault).length > 0, { error: 'a vault of at least one cloud: "aws" or "azure"' })
  .describe("Vaults: backups that outlive the databases, their accounts and point-in-time recovery");
