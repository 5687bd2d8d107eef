import { RECOVERY_PERIODS, recoveryPeriodProblem } from "./recovery-period";
import { longestAwsIntervalMillis } from "./schedule";
import { RETENTION_DAYS } from "./vault-lock";

const DAY_MILLIS = 86_400_000;

/** AWS Backup keeps recovery points in cold storage for at least this many days. */
const COLD_STORAGE_DAYS = 90;

/** The retention of an AWS Backup plan's rule. Values that are not known yet are absent. */
export interface BackupLifecycle {
  continuous: boolean;
  /** Days after which a recovery point is deleted; absent when it is kept forever. */
  deleteAfter?: number;
  /** Days after which a recovery point moves to cold storage; absent when it stays warm. */
  coldStorageAfter?: number;
}

/** Why AWS Backup would refuse these times, each with the fix; empty when it accepts them. */
export function backupLifecycleProblems({ continuous, deleteAfter, coldStorageAfter }: BackupLifecycle): string[] {
  const problems: string[] = [];
  if (continuous) {
    if (deleteAfter === undefined) problems.push("a continuous backup needs lifecycle.deleteAfter, of 1 to 35 days");
    else {
      const problem = recoveryPeriodProblem(deleteAfter, RECOVERY_PERIODS.awsBackup);
      if (problem) problems.push(`lifecycle.deleteAfter of a continuous backup ${problem}`);
    }
    if (coldStorageAfter !== undefined)
      problems.push("a continuous backup cannot move to cold storage; remove lifecycle.coldStorageAfter");
    return problems;
  }
  for (const [name, days] of Object.entries({ deleteAfter, coldStorageAfter })) {
    const problem = days === undefined ? undefined : recoveryPeriodProblem(days, RETENTION_DAYS);
    if (problem) problems.push(`lifecycle.${name} ${problem}`);
  }
  if (problems.length === 0 && deleteAfter !== undefined && coldStorageAfter !== undefined) {
    const least = coldStorageAfter + COLD_STORAGE_DAYS;
    if (deleteAfter < least)
      problems.push(
        `lifecycle.deleteAfter must be at least ${least}, ${COLD_STORAGE_DAYS} days after coldStorageAfter (${coldStorageAfter}), got ${deleteAfter}`,
      );
  }
  return problems;
}

/**
 * Why recovery points are deleted before the next backup, with the fix; undefined when they are not, or when the
 * interval is not known.
 */
export function expiresBeforeNext(deleteAfter: number | undefined, schedule: string | undefined): string | undefined {
  const interval = schedule === undefined ? undefined : longestAwsIntervalMillis(schedule);
  if (interval === undefined || deleteAfter === undefined || deleteAfter * DAY_MILLIS > interval) return undefined;
  return `recovery points are deleted before the next backup, up to ${interval / DAY_MILLIS} days later: raise lifecycle.deleteAfter above that, or run more often than "${schedule}"`;
}
