import { type StackResource, stackPolicy } from "../stack-policy";
import { listAt, valueAt } from "../values";
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
    const told = markedRules(resources);
    return members.flatMap(({ resource: database }) => {
      const snapshots = backupRulesFor(database, resources).filter(
        ({ rule }) => !rule.lifecycle.continuous && !told.has(rule.label),
      );
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

/** Rules of vaults that our component declares: it marks what they make as no restore points, so that nobody trusts them. */
function markedRules(resources: StackResource[]): Set<string> {
  const vaults = resources
    .filter(({ type }) => type === "scalar-backup:index:ScalarBackup")
    .flatMap(({ props }) => listAt(props, "vaults"));
  return new Set(
    vaults.flatMap((vault) => listAt(vault, "copies")).map((copy) => `rule ${String(valueAt(copy, "rule"))}`),
  );
}
