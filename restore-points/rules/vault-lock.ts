import { recoveryPeriodProblem } from "./recovery-period";

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

/** Why AWS Backup would refuse this lock, each with the fix; none when it takes it. */
export function vaultLockProblems({ minRetentionDays: shortest, maxRetentionDays: longest, ...lock }: VaultLock) {
  const problems: string[] = [];
  const grace = lock.changeableForDays;
  if (grace !== undefined && grace < LEAST_GRACE_DAYS)
    problems.push(`changeableForDays must be ${LEAST_GRACE_DAYS} or more, got ${grace}`);
  for (const [name, days] of Object.entries({ minRetentionDays: shortest, maxRetentionDays: longest })) {
    const problem = days === undefined ? undefined : recoveryPeriodProblem(days, RETENTION_DAYS);
    if (problem) problems.push(`${name} ${problem}`);
  }
  if (shortest !== undefined && longest !== undefined && shortest > longest)
    problems.push(`minRetentionDays (${shortest}) must not be above maxRetentionDays (${longest})`);
  return problems;
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
