import type { PauseTimes } from "../restore-points/last-run";
import type { PauseWindow } from "../restore-points/window";

/** How a run may end, with the process's exit code. Node.js itself uses codes up to 13. */
export const EXIT_CODES = {
  /** A window was recorded. */
  recorded: 0,
  /** The pauser itself failed. Pods are unpaused all the same. */
  broken: 1,
  /** The settings are wrong; nothing was paused. */
  badSettings: 20,
  /** No window was recorded; the reasons say why. No pod is paused. */
  void: 21,
  /** At least one pod could not be paused; all are unpaused again. */
  failedToPause: 22,
  /** At least one pod may still be paused: an operator has to act unless a later run or the unpauser fixes it. */
  failedToUnpause: 23,
  /** The record could not be read or written. No pod is paused. */
  notRecorded: 24,
  /** Another run is working on these releases; nothing was changed. */
  busy: 25,
  /** A window was recorded, but without the backups that were due. */
  backupsFailed: 26,
} as const;

export interface Outcome {
  end: keyof typeof EXIT_CODES;
  /** Why there is no window, or what else is wrong; empty after a success. */
  reasons: string[];
  /** The window that was recorded, or that is valid but could not be recorded. */
  window?: PauseWindow | undefined;
  /** Absent if nothing was paused. */
  times?: PauseTimes | undefined;
}

/** Ends the run early with this outcome. */
export class RunEnded extends Error {
  constructor(readonly outcome: Outcome) {
    super(outcome.reasons.join("; "));
  }
}

export function end(kind: Outcome["end"], ...reasons: string[]): RunEnded {
  return new RunEnded({ end: kind, reasons });
}

/** An error of the pauser itself, with its stack. */
export function broken(error: unknown): Outcome {
  return { end: "broken", reasons: [error instanceof Error ? (error.stack ?? error.message) : String(error)] };
}
