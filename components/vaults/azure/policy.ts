import { BackupPolicy } from "@pulumi/azure-native/dataprotection/backupPolicy";
import type * as pulumi from "@pulumi/pulumi";
import { type AzureLifecycle, weeklyInterval } from "../../../restore-points/rules/azure-backup";
import type { VaultedServer } from "./rules";

const VAULT_STORE = { dataStoreType: "VaultStore", objectType: "DataStoreInfoBase" };

/** The first backup of a month and of a year may be kept for longer; the lower number wins. */
const MARKED = [
  { key: "deleteFirstOfMonthAfter", tag: "Monthly", marker: "FirstOfMonth", priority: 15 },
  { key: "deleteFirstOfYearAfter", tag: "Yearly", marker: "FirstOfYear", priority: 10 },
] as const satisfies { key: keyof AzureLifecycle; tag: string; marker: string; priority: number }[];

/**
 * Declares when servers are backed up, and how long backups are kept. Azure Backup does not change a policy that is in use:
 * other times are another policy with a generated name, and the earlier one remains for the backups that use it.
 */
export function declarePolicy(
  logical: string,
  { datasource, weekly, lifecycle }: VaultedServer,
  vault: { resourceGroupName: pulumi.Input<string>; vaultName: pulumi.Input<string> },
  options: pulumi.CustomResourceOptions,
): BackupPolicy {
  const properties = policyProperties(datasource.type, weeklyInterval(weekly), lifecycle);
  return new BackupPolicy(
    `${logical}-policy`,
    { ...vault, properties },
    { ...options, replaceOnChanges: ["properties"] },
  );
}

function policyProperties(type: string, interval: string, lifecycle: AzureLifecycle) {
  const marked = MARKED.flatMap((mark) => {
    const days = lifecycle[mark.key];
    return days === undefined ? [] : [{ ...mark, days }];
  });
  return {
    objectType: "BackupPolicy" as const,
    datasourceTypes: [type],
    policyRules: [
      {
        objectType: "AzureBackupRule" as const,
        name: "BackupWeekly",
        backupParameters: { objectType: "AzureBackupParams" as const, backupType: "Full" },
        dataStore: VAULT_STORE,
        trigger: {
          objectType: "ScheduleBasedTriggerContext" as const,
          schedule: { repeatingTimeIntervals: [interval], timeZone: "UTC" },
          taggingCriteria: [
            { isDefault: true, tagInfo: { tagName: "Default" }, taggingPriority: 99 },
            ...marked.map(({ tag, marker, priority }) => ({
              isDefault: false,
              tagInfo: { tagName: tag },
              taggingPriority: priority,
              criteria: [{ objectType: "ScheduleBasedBackupCriteria" as const, absoluteCriteria: [marker] }],
            })),
          ],
        },
      },
      retentionRule("Default", lifecycle.deleteAfter, true),
      ...marked.map(({ tag, days }) => retentionRule(tag, days, false)),
    ],
  };
}

function retentionRule(name: string, days: number, isDefault: boolean) {
  return {
    objectType: "AzureRetentionRule" as const,
    name,
    isDefault,
    lifecycles: [
      {
        deleteAfter: { objectType: "AbsoluteDeleteOption" as const, duration: `P${days}D` },
        sourceDataStore: VAULT_STORE,
        targetDataStoreCopySettings: [],
      },
    ],
  };
}
