import { z } from "zod";
import type { AwsVaultArgs } from "./aws/args";
import { awsVaultSchema } from "./aws/schema";

/** Copies that survive an account, a region, an attacker, and 35 days. By cloud. */
export interface VaultArgs {
  aws?: AwsVaultArgs;
  /** Refused: no vault is declared for databases on Azure, and the error says what there is for each. */
  azure?: Record<string, unknown>;
}

/** Describes `VaultArgs`. */
export const vaultSchema = z
  .strictObject({
    aws: awsVaultSchema.optional(),
    azure: z
      .looseObject({})
      .optional()
      .describe("Refused: no vault is declared for databases on Azure; the error says what there is for each"),
  })
  .refine((vault) => Object.keys(vault).length > 0, { error: 'a vault of at least one cloud: "aws"' })
  .describe("Vaults: backups that outlive the databases, their accounts and point-in-time recovery");
