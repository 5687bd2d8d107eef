import { RDS_RETENTION } from "../databases/resources";
import { stackPolicy } from "../stack-policy";
import { UNKNOWN, valueAt } from "../values";
import { backupRulesFor } from "../vaults/selections";
import { membersOf, SET_SETTINGS, type SetSettings } from "./members";

export const awsBackupCoversDatabase = stackPolicy<SetSettings>({
  name: "aws-backup-covers-database",
  description:
    "Checks whether an RDS or Aurora database that leaves its retention to AWS Backup is in a plan with continuous backup.",
  looksAt: `aws.rds.Instance and aws.rds.Cluster with ignoreChanges on ${RDS_RETENTION}`,
  severity: "critical",
  settings: SET_SETTINGS,
  problems(resources, settings) {
    const selections = resources.filter(({ type }) => type === "aws:backup/selection:Selection");
    // A selection that isn't known yet may select anything.
    if (selections.some(({ props }) => ["resources", "selectionTags"].some((key) => valueAt(props, key) === UNKNOWN)))
      return [];
    return membersOf(resources, settings)
      .filter(({ resource }) => resource.ignoreChanges.includes(RDS_RETENTION))
      .filter(({ resource }) => !backupRulesFor(resource, resources).some(({ rule }) => rule.lifecycle.continuous))
      .map(({ resource }) => ({
        message: `${RDS_RETENTION} is left to others by ignoreChanges, and no AWS Backup plan of this stack with enableContinuousBackup selects the database: add it to one, or manage its retention here`,
        at: resource,
      }));
  },
});
