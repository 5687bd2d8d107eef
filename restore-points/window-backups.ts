import { instantMillis } from "./instant";
import type { Interval } from "./interval";
import type { BackedUpDatabase, PauseWindow, WindowBackups } from "./window";

/**
 * How far a DynamoDB backup may differ from the instant of its request. AWS guarantees that it contains all writes
 * until a minute before, and no writes from a minute after; it may contain any part of the writes in between.
 */
export const BACKUP_DOUBT_MILLIS = 60_000;

const DAY_MILLIS = 86_400_000;

/** Whether nothing was written in the time of which the backups may contain only a part: so long before and after their requests. */
export function areOfWindow(
  { requested, accepted }: WindowBackups,
  { start, end }: Interval,
  doubtMillis = BACKUP_DOUBT_MILLIS,
): boolean {
  return start <= instantMillis(requested) - doubtMillis && instantMillis(accepted) + doubtMillis <= end;
}

/** A database's backups of a window. */
export interface DatabaseBackups extends Omit<BackedUpDatabase, "deleteAfter"> {
  /** The name of each of them. */
  backup: string;
  /** When their window began. Milliseconds since the epoch, like the others. */
  began: number;
  /** When the last of them had been accepted. */
  accepted: number;
  /** When they are deleted. */
  until: number;
}

/** The backups of an interval without writes: those of the runs that certainly belong to it. */
export function backupsOf(runs: readonly PauseWindow[], interval: Interval): DatabaseBackups[] {
  return [...new Set(runs)].flatMap((window) => {
    const { backups } = window;
    if (backups === undefined || !areOfWindow(backups, interval)) return [];
    return backups.databases.map(({ name, region, tables, deleteAfter }) => ({
      name,
      region,
      tables,
      backup: backups.name,
      began: instantMillis(window.pauseCompleted),
      accepted: instantMillis(backups.accepted),
      until: keptUntil(window, deleteAfter),
    }));
  });
}

/** The name of every backup of a window: the schedule's prefix, and when the last pod was paused. */
export function backupName(prefix: string, pauseCompleted: string): string {
  return `${prefix}-${pauseCompleted.replaceAll(/[-:.]/g, "").toLowerCase()}`;
}

/** When the window of a backup with that name began, in milliseconds since the epoch; undefined without the prefix. */
export function instantOfBackup(prefix: string, name: string): number | undefined {
  if (!name.startsWith(`${prefix}-`)) return undefined;
  const [, date, time, millis] = /^(\d{8})t(\d{6})(\d{3})z$/.exec(name.slice(prefix.length + 1)) ?? [];
  if (date === undefined || time === undefined) return undefined;
  const [year, month, day] = [date.slice(0, 4), date.slice(4, 6), date.slice(6)];
  const instant = Date.parse(
    `${year}-${month}-${day}T${time.slice(0, 2)}:${time.slice(2, 4)}:${time.slice(4)}.${millis}Z`,
  );
  return Number.isNaN(instant) ? undefined : instant;
}

/** Until when a database's backups of a window are kept, in milliseconds since the epoch. */
function keptUntil({ pauseCompleted }: PauseWindow, deleteAfter: number): number {
  return instantMillis(pauseCompleted) + deleteAfter * DAY_MILLIS;
}

/** The databases whose backups of a window are still kept, if they belong to the window. */
export function keptBackups(window: PauseWindow, now: number): BackedUpDatabase[] {
  return (window.backups?.databases ?? []).filter(({ deleteAfter }) => keptUntil(window, deleteAfter) > now);
}

/**
 * The windows with the currently configured retention of each database's backups, by its name: the current one counts.
 */
export function withDeleteAfter(windows: readonly PauseWindow[], days: Record<string, number>): PauseWindow[] {
  return windows.map((window) => {
    if (window.backups === undefined) return window;
    const databases = window.backups.databases.map((database) => ({
      ...database,
      deleteAfter: days[database.name] ?? database.deleteAfter,
    }));
    return { ...window, backups: { ...window.backups, databases } };
  });
}
