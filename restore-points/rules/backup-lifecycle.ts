import { RECOVERY_PERIODS, recoveryPeriodFault } from "./recovery-period";
import { longestAwsIntervalMillis } from "./schedule";
import { RETENTION_DAYS } from "./vault-lock";

const DAY_MILLIS = 86_400_000;

/** AWS Backup keeps what it moved to cold storage for at least this many days there. */
export const COLD_STORAGE_DAYS = 90;

/** One rule of an AWS Backup plan, as far as it says what is kept and for how long. Values that are not known yet are left out. */
export interface BackupLifecycle {
  continuous: boolean;
  /** Days after which a recovery point is deleted; absent when it is kept for ever. */
  deleteAfter?: number;
  /** Days after which a recovery point moves to cold storage; absent when it stays warm. */
  coldStorageAfter?: number;
}

/** Why AWS Backup would refuse these times, each with the mend; none when it takes them. */
export function backupLifecycleFaults({ continuous, deleteAfter, coldStorageAfter }: BackupLifecycle): string[] {
  const faults: string[] = [];
  if (continuous) {
    if (deleteAfter === undefined) faults.push("a continuous backup needs lifecycle.deleteAfter, of 1 to 35 days");
    else {
      const fault = recoveryPeriodFault(deleteAfter, RECOVERY_PERIODS.awsBackup);
      if (fault) faults.push(`lifecycle.deleteAfter of a continuous backup ${fault}`);
    }
    if (coldStorageAfter !== undefined)
      faults.push("a continuous backup cannot move to cold storage; remove lifecycle.coldStorageAfter");
    return faults;
  }
  for (const [name, days] of Object.entries({ deleteAfter, coldStorageAfter })) {
    const fault = days === undefined ? undefined : recoveryPeriodFault(days, RETENTION_DAYS);
    if (fault) faults.push(`lifecycle.${name} ${fault}`);
  }
  if (faults.length === 0 && deleteAfter !== undefined && coldStorageAfter !== undefined) {
    const least = coldStorageAfter + COLD_STORAGE_DAYS;
    if (deleteAfter < least)
      faults.push(
        `lifecycle.deleteAfter must be at least ${least}, ${COLD_STORAGE_DAYS} days after coldStorageAfter (${coldStorageAfter}), got ${deleteAfter}`,
      );
  }
  return faults;
}

/** Why recovery points are gone before the next backup is made, with the mend; undefined when they last, or when the schedule tells too little. */
export function goneBeforeNext(deleteAfter: number | undefined, schedule: string | undefined): string | undefined {
  const interval = schedule === undefined ? undefined : longestAwsIntervalMillis(schedule);
  if (interval === undefined || deleteAfter === undefined || deleteAfter * DAY_MILLIS > interval) return undefined;
  return `recovery points are gone before the next backup, up to ${interval / DAY_MILLIS} days later: raise lifecycle.deleteAfter above that, or run more often than "${schedule}"`;
}
