import type { LastRun } from "../../restore-points/last-run";
import type { Notifications } from "../../restore-points/notifications";
import type { PauseWindow } from "../../restore-points/window";
import { usableMillis } from "../../restore-points/windows";
import { EXIT_CODES } from "../outcome";
import type { NotifySettings } from "./settings";

/** A run that is over, as it is reported. */
export type EndedRun = Omit<LastRun, "schemaVersion">;

/** What reports are made of. */
export interface Facts {
  source: Pick<NotifySettings, "stack" | "schedule"> & { cluster: string; namespace: string };
  /** Milliseconds since the epoch. */
  now: number;
  /** Undefined as long as no run has ended. */
  run: EndedRun | undefined;
  /** Undefined if the record could not be read. */
  windows: readonly PauseWindow[] | undefined;
  notifications: Notifications;
}

/** Identifies a run. */
export const runKey = ({ job, startedAt, end }: EndedRun): string => `${job} ${startedAt} ${end}`;

export const exitCodeOf = ({ end }: Pick<EndedRun, "end">): number => EXIT_CODES[end];

export const hasSucceeded = (run: EndedRun): boolean => exitCodeOf(run) === 0;

/** The newest recorded window that is long enough to restore to. */
export function newestWindow(windows: readonly PauseWindow[] | undefined): PauseWindow | undefined {
  return windows?.findLast((window) => usableMillis(window) > 0);
}

/** The middle of a window, in milliseconds since the epoch. */
export function middleOf({ pauseCompleted, unpauseStarted }: PauseWindow): number {
  return (Date.parse(pauseCompleted) + Date.parse(unpauseStarted)) / 2;
}
