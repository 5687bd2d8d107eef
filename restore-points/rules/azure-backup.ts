import { nextAwsRun } from "./schedule";

/** What Azure Backup accepts as days of retention: ten years are the most. A backup is made each week. */
export const AZURE_RETENTION_DAYS = { longerThan: 7, maximum: 3650 } as const;

/** What Azure Backup accepts as days for which deleted backups can be brought back. */
export const SOFT_DELETE_DAYS = { minimum: 14, maximum: 180 } as const;

/** Days after which recovery points are deleted. */
export interface AzureLifecycle {
  deleteAfter: number;
  deleteFirstOfMonthAfter?: number;
  deleteFirstOfYearAfter?: number;
}

/** Why these times make no sense or are none of Azure Backup's, by the key; each with the fix. */
export function azureLifecycleProblems(lifecycle: AzureLifecycle): { key: keyof AzureLifecycle; message: string }[] {
  const { longerThan, maximum } = AZURE_RETENTION_DAYS;
  const problems: { key: keyof AzureLifecycle; message: string }[] = [];
  let shorter: keyof AzureLifecycle | undefined;
  for (const key of ["deleteAfter", "deleteFirstOfMonthAfter", "deleteFirstOfYearAfter"] as const) {
    const days = lifecycle[key];
    if (days === undefined) continue;
    if (!Number.isInteger(days) || days <= longerThan || days > maximum)
      problems.push({
        key,
        message: `must be a whole number of days from ${longerThan + 1} (there would be no recovery point at times with fewer: one is made each week) to ${maximum}, got ${days}`,
      });
    else if (shorter !== undefined && days <= (lifecycle[shorter] as number))
      problems.push({
        key,
        message: `must be above ${shorter} (${lifecycle[shorter]}), got ${days}; raise it, or remove it`,
      });
    else shorter = key;
  }
  return problems;
}

export const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] as const;

/** The beginning of the year whose January says how far a time zone is from UTC. */
const SINCE = Date.UTC(2026, 0, 1);
const TIME = /^([01]\d|2[0-3]):([0-5]\d)$/;

/** Whether a text is hours and minutes. */
export function isTime(time: string): boolean {
  return TIME.test(time);
}

/**
 * A weekly run as Azure Backup is told of it, in UTC: `R/2026-01-03T18:00:00+00:00/P1W` for Sundays at 03:00 in Tokyo.
 * @throws {Error} for what is no weekday, time or time zone.
 */
export function weeklyInterval({ day, time, timeZone }: { day: string; time: string; timeZone: string }): string {
  const [, hour, minute] = TIME.exec(time) ?? [];
  const weekday = WEEKDAYS.indexOf(day as (typeof WEEKDAYS)[number]) + 1;
  const first = nextAwsRun(`cron(${minute} ${hour} ? * ${weekday} *)`, timeZone, SINCE - 1);
  if (first === undefined) throw new Error(`${day} ${time} is no time of a week`);
  return `R/${new Date(first).toISOString().slice(0, 19)}+00:00/P1W`;
}
