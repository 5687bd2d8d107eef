import { stackPolicy } from "../stack-policy";
import { azureBackupsOf, backupRulesFor } from "../vaults/selections";
import { membersOf, SET_SETTINGS, type SetSettings, stackPauseNeed } from "./members";

// Advisory: such snapshots do no harm beside a pause schedule, as long as nobody trusts them.
export const snapshotsOfPausedSet = stackPolicy<SetSettings>({
  name: "snapshots-of-paused-set",
  description:
    "Checks whether databases that need a pause are left out of scheduled snapshots, which catch transactions half written.",
  looksAt: "aws.backup.Plan, aws.backup.Selection, azure-native.dataprotection.BackupInstance",
  severity: "medium",
  level: "advisory",
  settings: SET_SETTINGS,
  faults(resources, settings) {
    const members = membersOf(resources, settings);
    const need = stackPauseNeed(resources, members);
    if (!need.required) return [];
    return members.flatMap(({ resource: database }) => {
      const snapshots = backupRulesFor(database, resources).filter(({ rule }) => !rule.lifecycle.continuous);
      return [
        ...snapshots.map(({ plan, rule }) => ({
          message: `${rule.label} takes scheduled snapshots of ${database.name}, which are not consistent with the other databases: ${need.because}; restore to a pause window instead, and leave ${database.name} out of the plan or set enableContinuousBackup`,
          at: plan,
        })),
        ...azureBackupsOf(database, resources).map((backup) => ({
          message: `Azure Backup takes scheduled snapshots of ${database.name}, which are not consistent with the other databases: ${need.because}; restore to a pause window instead`,
          at: backup,
        })),
      ];
    });
  },
});
