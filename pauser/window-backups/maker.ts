import type { PauseWindow, WindowBackups } from "../../restore-points/window";
import type { Moment } from "../clock";
import type { Clock } from "../ports";
import type { Report } from "../report";
import type { WindowBackupSettings } from "./settings";

/** The inputs of a run that makes backups. */
export interface BackupContext {
  settings: WindowBackupSettings;
  /** How long the look-ups may take. */
  apiDeadlineSeconds: number;
  /** The recorded windows. */
  windows: readonly PauseWindow[];
  report: Report;
  stop: AbortSignal;
  clock: Clock;
}

/** Backups to make in the window of this run. */
export interface DueBackups {
  /** The longest time for which pods are held for them. */
  maxHoldSeconds: number;
  /**
   * Makes the backups while all pods are paused, and returns when they are accepted or have failed.
   * @param pauseCompleted when the last pod was paused, in whole milliseconds of the wall clock.
   * @param stop aborts it: the run was stopped, or its window does not count.
   * @returns until when pods have to be held so that the backups belong to the window, by the monotonic clock, or why there are none.
   */
  make(
    pauseCompleted: Moment,
    stop: AbortSignal,
  ): Promise<{ backups?: WindowBackups; holdUntil?: number; problems: string[] }>;
  close(): void;
}

/** How the pauser makes its backups. */
export interface BackupMaker {
  /**
   * Before anything is paused: which backups are due, and whether they can be made as far as is known; undefined when
   * none is due.
   * @throws {BackupProblems}
   */
  prepare(context: BackupContext): Promise<DueBackups | undefined>;
}

/** Why no backups are made. */
export class BackupProblems extends Error {
  constructor(readonly problems: string[]) {
    super(problems.join("; "));
  }
}
