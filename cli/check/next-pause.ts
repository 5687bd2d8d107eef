import { nextRun } from "../../restore-points/rules/schedule";
import { timeZoneProblem } from "../../restore-points/rules/time-zone";

/**
 * When pods are paused next, in the schedule's time zone and in UTC: `, next at 2026-11-29 03:00 Asia/Tokyo (2026-11-28T18:00:00Z)`.
 * Empty where the schedule does not say it.
 */
export function nextPauseText(schedule: string, timeZone: string, now: number): string {
  // Kubernetes counts such an interval from the last run.
  if (schedule.trim().startsWith("@every") || timeZoneProblem(timeZone) !== undefined) return "";
  const next = nextRun(schedule, timeZone, now);
  if (next === undefined) return "";
  // Swedish dates and times are those of ISO 8601.
  const local = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" }).format(next);
  return `, next at ${local} ${timeZone} (${new Date(next).toISOString().replace(".000Z", "Z")})`;
}
