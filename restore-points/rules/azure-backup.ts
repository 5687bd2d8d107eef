import { nextAwsRun } from "./schedule";

/** The days of retention that Azure Backup accepts: up to ten years. A backup is made each week. */
export const AZURE_RETENTION_DAYS = { longerThan: 7, maximum: 3650 } as const;

/** The days for which Azure Backup accepts to keep deleted backups. */
export const SOFT_DELETE_DAYS = { minimum: 14, maximum: 180 } as const;

/** Days after which recovery points are deleted. */
export interface AzureLifecycle {
  deleteAfter: number;
  deleteFirstOfMonthAfter?: number;
  deleteFirstOfYearAfter?: number;
}

/** Why Azure Backup would refuse these times, or why they make no sense, by key; each with the fix. */
export function azureLifecycleProblems(lifecycle: AzureLifecycle): { key: keyof AzureLifecycle; message: string }[] {
  const { longerThan, maximum } = AZURE_RETENTION_DAYS;
  const problems: { key: keyof AzureLifecycle; message: string }[] = [];
  let shorter: { key: keyof AzureLifecycle; days: number } | undefined;
  for (const key of ["deleteAfter", "deleteFirstOfMonthAfter", "deleteFirstOfYearAfter"] as const) {
    const days = lifecycle[key];
    if (days === undefined) continue;
    if (!Number.isInteger(days) || days <= longerThan || days > maximum)
      problems.push({
        key,
        message: `must be a whole number of days from ${longerThan + 1} (there would be no recovery point at times with fewer: one is made each week) to ${maximum}, got ${days}`,
      });
    else if (shorter !== undefined && days <= shorter.days)
      problems.push({
        key,
        message: `must be above ${shorter.key} (${shorter.days}), got ${days}; raise it, or remove it`,
      });
    else shorter = { key, days };
  }
  return problems;
}

export const WEEKDAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] as const;

/** The beginning of the year; a time zone's offset in January is used. */
const SINCE = Date.UTC(2026, 0, 1);
const TIME = /^([01]\d|2[0-3]):([0-5]\d)$/;

/** Whether a text has the form HH:MM. */
export function isTime(time: string): boolean {
  return TIME.test(time);
}

/**
 * A weekly run in Azure Backup's form, in UTC: `R/2026-01-03T18:00:00+00:00/P1W` for Sundays at 03:00 in Tokyo.
 * @throws {Error} when it is not a weekday, a time or a time zone.
 */
export function weeklyInterval({ day, time, timeZone }: { day: string; time: string; timeZone: string }): string {
  const [, hour, minute] = TIME.exec(time) ?? [];
  const weekdays: readonly string[] = WEEKDAYS;
  const first = nextAwsRun(`cron(${minute} ${hour} ? * ${weekdays.indexOf(day) + 1} *)`, timeZone, SINCE - 1);
  if (first === undefined) throw new Error(`"${day} ${time}" is not a time of the week; write such as Sunday 03:00`);
  return `R/${new Date(first).toISOString().slice(0, 19)}+00:00/P1W`;
}
