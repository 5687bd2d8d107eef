/** How long AWS plausibly takes, in milliseconds of simulated time: inferred, where no source is named. They pass on the simulated clock only. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const GIBIBYTE = 2 ** 30;

export const CREATE_TABLE = 10 * SECOND;
export const UPDATE_TABLE = 20 * SECOND;
export const DELETE_TABLE = 10 * SECOND;
export const SWITCH_CONTINUOUS_BACKUPS = 10 * SECOND;
export const TAG = 1 * SECOND;

export const CREATE_CLUSTER = 2 * MINUTE;
export const RESTORE_CLUSTER = 30 * MINUTE;
export const MODIFY_CLUSTER = 30 * SECOND;
export const DELETE_CLUSTER = 2 * MINUTE;
export const FINAL_SNAPSHOT = 5 * MINUTE;
export const CREATE_CLUSTER_INSTANCE = 8 * MINUTE;
export const MODIFY_CLUSTER_INSTANCE = 2 * MINUTE;
export const DELETE_CLUSTER_INSTANCE = 4 * MINUTE;

export const CREATE_INSTANCE = 10 * MINUTE;
export const RESTORE_INSTANCE = 40 * MINUTE;
export const MODIFY_INSTANCE = 2 * MINUTE;
/** [Amazon RDS User Guide, Renaming a DB instance; Renaming a Multi-AZ DB cluster] Of Aurora none is documented: inferred. */
export const RENAME_INSTANCE = 10 * MINUTE;
export const RENAME_MULTI_AZ_CLUSTER = 2 * MINUTE;
export const RENAME_AURORA = 2 * MINUTE;
export const DELETE_INSTANCE = 5 * MINUTE;
export const CREATE_MULTI_AZ_CLUSTER = 15 * MINUTE;
export const RESTORE_MULTI_AZ_CLUSTER = 45 * MINUTE;

/** Calls that only write down a setting: IAM, AWS Backup, Application Auto Scaling. */
export const CONTROL_PLANE = 2 * SECOND;

/** A new index of a table that has items: how long is documented nowhere. */
export function fillIndex(bytes: number): number {
  return MINUTE + Math.round((bytes / GIBIBYTE) * 10 * SECOND);
}

/** A restored table takes 20 minutes however small it is, and an hour at most (restores run in parallel by partition). */
export function restoreTable(bytes: number): number {
  return Math.min(20 * MINUTE + Math.round((bytes / GIBIBYTE) * 10 * SECOND), 60 * MINUTE);
}
