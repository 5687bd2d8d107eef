import type { AwsSettings } from "../../cloud-settings";
import type { DatabaseArgs } from "../../databases";
import { kindOf } from "../../databases";
import type { AwsVaultArgs } from "./args";
import type { VaultRuleArgs } from "./rule-args";
import type { AwsBackupSource } from "./source";

/** A database that goes to the vault, with the rules for it. */
export interface VaultedDatabase {
  name: string;
  /** Its position in the set. */
  index: number;
  source: AwsBackupSource;
  /** Those that concern it. */
  rules: VaultRuleArgs[];
  /** Those that are given for it, in the configuration's order. */
  given: readonly VaultRuleArgs[];
  /** Where its rules are in the configuration. */
  path: string;
}

export const DEFAULT_SCHEDULE = "cron(0 5 ? * * *)";

/** The databases on AWS that go to the vault. A rule for continuous backups concerns only those that can have them. */
export function vaultedDatabases(
  databases: readonly DatabaseArgs[],
  vault: AwsVaultArgs,
  aws: AwsSettings,
): VaultedDatabase[] {
  return databases.flatMap((database, index) => {
    const { name, kind, args } = kindOf(database);
    const source = kind.awsBackup?.(name, args, aws);
    if (source === undefined || database.vault?.exclude) return [];
    const own = database.vault?.rules;
    const all = own ?? vault.rules ?? [];
    const rules = all.filter((rule) => !rule.continuous || source.notContinuousBecause === undefined);
    return [
      { name, index, source, rules, given: all, path: own ? `databases[${index}].vault.rules` : "vault.aws.rules" },
    ];
  });
}

/** The rule by which AWS Backup keeps a database continuously, if there is one. */
export function continuousRule(database: VaultedDatabase | undefined): VaultRuleArgs | undefined {
  return database?.rules.find((rule) => rule.continuous);
}
