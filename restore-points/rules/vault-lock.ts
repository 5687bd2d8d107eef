import { recoveryPeriodFault } from "./recovery-period";

/** AWS Backup's least time in which a lock in compliance mode can still be taken back. */
export const LEAST_GRACE_DAYS = 3;

/** What AWS Backup accepts as days of retention: a hundred years are the most. */
export const RETENTION_DAYS = { minimum: 1, maximum: 36_500, unset: 0 };

/** The lock of an AWS Backup vault. Values that are not known yet are left out. */
export interface VaultLock {
  minRetentionDays?: number;
  maxRetentionDays?: number;
  /** Set: compliance mode, which nobody can undo after these days. */
  changeableForDays?: number;
}

/** Why AWS Backup would refuse this lock, each with the mend; none when it takes it. */
export function vaultLockFaults({ minRetentionDays: shortest, maxRetentionDays: longest, ...lock }: VaultLock) {
  const faults: string[] = [];
  const grace = lock.changeableForDays;
  if (grace !== undefined && grace < LEAST_GRACE_DAYS)
    faults.push(`changeableForDays must be ${LEAST_GRACE_DAYS} or more, got ${grace}`);
  for (const [name, days] of Object.entries({ minRetentionDays: shortest, maxRetentionDays: longest })) {
    const fault = days === undefined ? undefined : recoveryPeriodFault(days, RETENTION_DAYS);
    if (fault) faults.push(`${name} ${fault}`);
  }
  if (shortest !== undefined && longest !== undefined && shortest > longest)
    faults.push(`minRetentionDays (${shortest}) must not be above maxRetentionDays (${longest})`);
  return faults;
}

/**
 * What a lock allows instead, in words, where recovery points that are kept for `deleteAfter` days (or for ever) are not
 * allowed: AWS Backup fails such a backup or copy. Undefined where they are.
 */
export function outsideLock(deleteAfter: number | undefined, lock: VaultLock): string | undefined {
  const shortest = lock.minRetentionDays || 1;
  const longest = lock.maxRetentionDays || Number.POSITIVE_INFINITY;
  if ((deleteAfter ?? Number.POSITIVE_INFINITY) >= shortest && (deleteAfter ?? Number.POSITIVE_INFINITY) <= longest)
    return undefined;
  return longest === Number.POSITIVE_INFINITY ? `${shortest} days or more` : `${shortest} to ${longest} days`;
}
