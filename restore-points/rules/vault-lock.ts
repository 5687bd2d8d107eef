import { counted } from "../counted";
import { recoveryPeriodProblem } from "./recovery-period";

/** The grace time of a lock in compliance mode that AWS Backup accepts. */
const GRACE_DAYS = { minimum: 3, maximum: 36_500 };

/** The days of retention that AWS Backup accepts: up to a hundred years. */
export const RETENTION_DAYS = { minimum: 1, maximum: 36_500 };

/** The lock of an AWS Backup vault. Values that are not known yet are absent. */
export interface VaultLock {
  minRetentionDays?: number;
  maxRetentionDays?: number;
  /** If set: compliance mode, which cannot be undone after these days. */
  changeableForDays?: number;
}

/** Why AWS Backup would refuse this lock, each with the fix; empty when it accepts it. */
export function vaultLockProblems({ minRetentionDays: shortest, maxRetentionDays: longest, ...lock }: VaultLock) {
  const problems: string[] = [];
  for (const [name, days, allowed] of [
    ["changeableForDays", lock.changeableForDays, GRACE_DAYS],
    ["minRetentionDays", shortest, RETENTION_DAYS],
    ["maxRetentionDays", longest, RETENTION_DAYS],
  ] as const) {
    const problem = days === undefined ? undefined : recoveryPeriodProblem(days, allowed);
    if (problem) problems.push(`${name} ${problem}`);
  }
  if (shortest !== undefined && longest !== undefined && shortest > longest)
    problems.push(`minRetentionDays (${shortest}) must not be above maxRetentionDays (${longest})`);
  return problems;
}

/**
 * The retention that a lock allows, as text, if it does not allow `deleteAfter` days (or forever): AWS Backup fails
 * such a backup or copy. Undefined if it does.
 */
export function outsideLock(deleteAfter: number | undefined, lock: VaultLock): string | undefined {
  const shortest = lock.minRetentionDays || 1;
  const longest = lock.maxRetentionDays || Number.POSITIVE_INFINITY;
  if ((deleteAfter ?? Number.POSITIVE_INFINITY) >= shortest && (deleteAfter ?? Number.POSITIVE_INFINITY) <= longest)
    return undefined;
  return longest === Number.POSITIVE_INFINITY
    ? `${counted(shortest, "day")} or more`
    : `${shortest} to ${counted(longest, "day")}`;
}
