import type { PauseWindow, WindowBackups } from "../../restore-points/window";
import type { Clock } from "../ports";
import type { Report } from "../report";
import type { WindowBackupSettings } from "./settings";

/** What a run that makes backups is given. */
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

/** Backups that are to be made in the window of this run. */
export interface DueBackups {
  /** How long at most pods are held for them. */
  maxHoldSeconds: number;
  /**
   * Makes the backups while all pods are paused, and returns when they are accepted, or given up.
   * @param stop aborts it: the run is stopped, or its window does not count.
   * @returns until when pods have to be held for the backups to be of the window, or why there are none.
   */
  make(
    pauseCompleted: number,
    stop: AbortSignal,
  ): Promise<{ backups?: WindowBackups; holdUntil?: number; problems: string[] }>;
  close(): void;
}

/** How the pauser comes by its backups. */
export interface BackupMaker {
  /**
   * Before anything is paused: which backups are due, and whether they can be made as far as can be told; undefined when none
   * is due.
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
