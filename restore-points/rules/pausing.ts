import { counted } from "../counted";

const DAY_MILLIS = 86_400_000;

/** How many restore points every database must reach back to at any time: one failed window must not leave none. */
export const RESTORE_POINTS = 2;

/** The consequence of a suspended schedule, and how to resume it; `where` is the setting's path. */
export function suspendedProblem(where: string): string {
  return `the schedule is suspended, so that no pods are paused and no new restore point is made: set ${where} to false, or remove it`;
}

/** One schedule compared with the shortest recovery period of the set. */
export interface Reach {
  schedule: string;
  /** The longest time between two runs. */
  intervalMillis: number;
  /** The database with the shortest recovery period. */
  database: string;
  days: number;
}

/** How many restore points a database always reaches back to. */
export function availableRestorePoints({ intervalMillis, days }: Pick<Reach, "intervalMillis" | "days">): number {
  return Math.floor((days * DAY_MILLIS) / intervalMillis);
}

/** Why too few restore points are available at times, with the fix; undefined when there are enough. */
export function reachProblem(reach: Reach, restorePoints: number): string | undefined {
  const available = availableRestorePoints(reach);
  if (available >= restorePoints) return undefined;
  const { schedule, intervalMillis, database, days } = reach;
  return `up to ${intervalText(intervalMillis)} pass between two pauses ("${schedule}"), and ${database} reaches back ${counted(days, "day")}: ${available === 0 ? "no restore point is available at times" : `only ${available} of ${restorePoints} restore points ${available === 1 ? "is" : "are"} always available`}; pause at least every ${intervalText((days * DAY_MILLIS) / restorePoints)}, or let ${database} reach back further`;
}

/** Why windows are removed before the next one is recorded, with the fix; undefined when they are not. */
export function forgottenProblem(schedule: string, intervalMillis: number, retentionDays: number): string | undefined {
  if (retentionDays * DAY_MILLIS >= intervalMillis) return undefined;
  const needed = Math.ceil(intervalMillis / DAY_MILLIS);
  return `windows are removed after ${counted(retentionDays, "day")}, and up to ${intervalText(intervalMillis)} pass between two pauses ("${schedule}"), so that no restore point is left at times; set it to ${needed} or more, or pause more often`;
}

/** The times of one schedule's runs. */
export interface RunTimes {
  schedule: string;
  /** The shortest time between two runs. */
  intervalMillis: number;
  /** For how long a successful run may pause pods: the drain and the hold. */
  pauseSeconds: number;
  /** How long a run may take when the API server, or pods, are slow. */
  runSeconds: number;
}

/** Why a run may still be active when the next one is due, with the fix; undefined when it cannot be. */
export function overlapProblem({ schedule, intervalMillis, pauseSeconds }: RunTimes): string | undefined {
  if (pauseSeconds * 1000 < intervalMillis) return undefined;
  return `${JSON.stringify(schedule)} leaves ${intervalText(intervalMillis)} between the starts of two runs, and a run may pause pods for ${pauseSeconds} s, so that they would hardly serve requests; run less often, or lower holdSeconds or maxDrainSeconds${everyMinuteHint(schedule)}`;
}

/** The same for a slow run: rare, and Kubernetes then skips the next run. */
export function slowRunProblem({ schedule, intervalMillis, runSeconds }: RunTimes): string | undefined {
  if (runSeconds * 1000 <= intervalMillis) return undefined;
  return `${JSON.stringify(schedule)} leaves ${intervalText(intervalMillis)} between the starts of two runs, and a run may take ${runSeconds} s when pods or the API server are slow; Kubernetes then skips the runs that are due in the meantime; run less often if each one matters${everyMinuteHint(schedule)}`;
}

/** The slip of those who mean one run in an hour. */
function everyMinuteHint(schedule: string): string {
  const [minute, hour, ...days] = schedule.trim().split(/\s+/);
  if (minute !== "*" || hour === undefined || !/^\d/.test(hour)) return "";
  return `; it runs in every minute of the hour: did you mean "${["0", hour, ...days].join(" ")}"?`;
}

/** A time as text: whole days from two days on, then hours, minutes and seconds. */
function intervalText(millis: number): string {
  const seconds = Math.floor(millis / 1000);
  const minutes = Math.floor(millis / 60_000);
  const hours = Math.floor(millis / 3_600_000);
  if (hours >= 48) return counted(Math.floor(hours / 24), "day");
  if (hours >= 1) return counted(hours, "hour");
  return minutes >= 1 ? counted(minutes, "minute") : `${seconds} s`;
}
