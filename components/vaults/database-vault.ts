import { z } from "zod";
import type { Shape } from "../schema-tools";
import type { VaultRuleArgs } from "./aws/rule-args";
import { vaultRulesSchema } from "./aws/rule-args";
import type { AzureLifecycleArgs, WeeklyArgs } from "./azure/args";
import { azureLifecycleSchema, weeklySchema } from "./azure/args";

/** What one database has in its cloud's vault otherwise than the set. */
export interface DatabaseVaultArgs {
  /** True keeps the database out of the vault. Defaults to false. */
  exclude?: boolean;
  /** Rules in place of the set's. On AWS. */
  rules?: VaultRuleArgs[];
  /** When it is backed up, in place of the set's. On Azure. */
  weekly?: WeeklyArgs;
  /** How long that is kept, in place of the set's. On Azure. */
  lifecycle?: AzureLifecycleArgs;
}

/** Describes `DatabaseVaultArgs`. */
export const databaseVaultSchema = z
  .strictObject({
    exclude: z.boolean().optional().describe("True keeps the database out of the vault. Defaults to false."),
    rules: vaultRulesSchema
      .min(1, { error: "at least one rule" })
      .optional()
      .describe("Rules in place of the set's. On AWS."),
    weekly: weeklySchema.optional().describe("When it is backed up, in place of the set's. On Azure."),
    lifecycle: azureLifecycleSchema.optional().describe("How long that is kept, in place of the set's. On Azure."),
  } satisfies Shape<DatabaseVaultArgs>)
  .refine((own) => own.exclude !== true || Object.keys(own).length === 1, {
    error: 'either "exclude: true" or what the database has in the vault, not both',
  })
  .describe("What this database has in the vault otherwise than the set");
