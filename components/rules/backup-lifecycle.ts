import { RECOVERY_PERIODS, recoveryPeriodFault } from "./recovery-period";

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
  } else if (deleteAfter !== undefined && coldStorageAfter !== undefined) {
    const least = coldStorageAfter + COLD_STORAGE_DAYS;
    if (deleteAfter < least)
      faults.push(
        `lifecycle.deleteAfter must be at least ${least}, ${COLD_STORAGE_DAYS} days after coldStorageAfter (${coldStorageAfter}), got ${deleteAfter}`,
      );
  }
  return faults;
}
