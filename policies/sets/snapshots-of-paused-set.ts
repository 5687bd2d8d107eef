import { type StackResource, stackPolicy } from "../stack-policy";
import { listAt, stringAt, valueAt } from "../values";
import { azureBackupsOf, backupRulesFor } from "../vaults/selections";
import { SET_SETTINGS, type SetSettings, setsOf } from "./members";

// Advisory: such snapshots do no harm as long as they are not used as restore points.
export const snapshotsOfPausedSet = stackPolicy<SetSettings>({
  name: "snapshots-of-paused-set",
  description:
    "Checks whether databases that need a pause have no scheduled snapshots, which contain half-written transactions.",
  looksAt: "aws.backup.Plan, aws.backup.Selection, azure-native.dataprotection.BackupInstance",
  severity: "medium",
  level: "advisory",
  settings: SET_SETTINGS,
  problems(resources, settings) {
    const marked = markedCopies(resources);
    const paused = setsOf(resources, settings).filter(({ need }) => need.required);
    const members = paused.flatMap(({ members, need }) =>
      members.map(({ resource }) => ({ database: resource, need })),
    );
    return members.flatMap(({ database, need }) => {
      const snapshots = backupRulesFor(database, resources).filter(
        ({ rule }) => !rule.lifecycle.continuous && !marked.rules.has(rule.label),
      );
      return [
        ...snapshots.map(({ plan, rule }) => ({
          message: `${rule.label} takes scheduled snapshots of ${database.name}, which are not consistent with the other databases: ${need.because}; restore to a pause window instead, and leave ${database.name} out of the plan or set enableContinuousBackup`,
          at: plan,
        })),
        ...azureBackupsOf(database, resources)
          .filter((backup) => !marked.vaults.has(vaultOf(backup)))
          .map((backup) => ({
            message: `Azure Backup takes scheduled snapshots of ${database.name}, which are not consistent with the other databases: ${need.because}; restore to a pause window instead`,
            at: backup,
          })),
      ];
    });
  },
});

/** Rules and vaults of this project's component, which already marks their snapshots as not being restore points. */
function markedCopies(resources: StackResource[]): { rules: Set<string>; vaults: Set<string> } {
  const vaults = resources
    .filter(({ type }) => type === "scalar-backup:index:ScalarBackup")
    .flatMap(({ props }) => listAt(props, "vaults"));
  const on = (azure: boolean) => vaults.filter((vault) => (stringAt(vault, "cloud") === "azure") === azure);
  return {
    rules: new Set(
      on(false).flatMap((vault) => listAt(vault, "copies").map((copy) => `rule ${String(valueAt(copy, "rule"))}`)),
    ),
    vaults: new Set(on(true).map((vault) => String(valueAt(vault, "name")))),
  };
}

/** The vault in which a server is backed up, by its policy. */
function vaultOf({ props }: StackResource): string {
  const policy = stringAt(props, "properties.policyInfo.policyId");
  return (typeof policy === "string" && /\/backupVaults\/([^/]+)\//i.exec(policy)?.[1]) || "";
}
