/** The end of a rehearsal. */

import { counted } from "../restore-points/counted";
import { durationText } from "../restore-points/duration";
import type { Operation, StackResult } from "../simulator/engine/stack";
import type { Window } from "./pauses";
import type { Checked, Production } from "./production";
import type { RehearsalSet } from "./sets/set";
import { verificationOf } from "./verification";

/** The result of a rehearsal, written by `--report`. Durations in milliseconds. */
export interface RehearsalReport {
  set: string;
  seed: number;
  passed: boolean;
  checks: Checked[];
  restoredTo: string;
  /** How long the restore takes by the simulated clouds' clock, and how long its slowest resource. */
  restoreSimulatedMillis: number;
  slowestOperationMillis: number;
  /** The recorded pause window; absent if nothing is paused. */
  window?: Window;
  /** What the program found about the copies. */
  verdict: string;
  transfers: number;
  wallMillis: number;
}

/** The result of a rehearsal. */
export interface Played {
  set: RehearsalSet;
  seed: number;
  /** The instant of the copies: RFC 3339, UTC. */
  at: string;
  /** The `up` that made the copies. */
  restore: StackResult;
  window: Window | undefined;
  transfers: number;
  /** When it began: epoch milliseconds. */
  began: number;
}

/** Prints the summary of a rehearsal. */
export function summarize(
  { terminal, checks }: Production,
  { set, seed, at, restore, window, transfers, began }: Played,
): RehearsalReport {
  const slowest = slowestOperation(restore);
  const slowestOperationMillis = slowest.endMillis - slowest.startMillis;
  const wallMillis = Date.now() - began;
  terminal.section("Summary");
  terminal.note(
    `restored to ${at}; ${counted(transfers, "transfer")}; ${counted(checks.length, "check")}, ${terminal.failures} failed`,
  );
  terminal.note(
    `on the simulated clouds, whose databases are small, the restore takes ${durationText(restore.simulatedMillis)}, with all databases in parallel; the slowest resource, ${slowest.name}, takes ${durationText(slowestOperationMillis)}`,
  );
  terminal.note(`this rehearsal took ${(wallMillis / 1000).toFixed(1)} s`);
  return {
    set: set.name,
    seed,
    passed: terminal.failures === 0,
    checks,
    restoredTo: at,
    restoreSimulatedMillis: restore.simulatedMillis,
    slowestOperationMillis,
    ...(window && { window }),
    verdict: verificationOf(restore).verdict,
    transfers,
    wallMillis,
  };
}

function slowestOperation({ operations }: StackResult): Operation {
  return operations.reduce((slowest, operation) =>
    operation.endMillis - operation.startMillis > slowest.endMillis - slowest.startMillis ? operation : slowest,
  );
}
