import { FailedError } from "../exit-codes";
import type { RunEnd } from "../pulumi/stack";
import type { EventLog } from "./events";

/** @throws {FailedError} for a run of Pulumi that has failed, or that a person has ended */
export function checkEnd(end: RunEnd, { errors }: EventLog, what: string, interrupted: AbortSignal): void {
  if (end.failure === undefined) return;
  if (end.locked) throw lockedError(end);
  if (interrupted.aborted) throw new FailedError(`${what} was interrupted; call the same command again`);
  throw new FailedError(`${what} failed: ${errors.length > 0 ? errors.join("\n") : end.failure}`);
}

export function lockedError({ failure }: RunEnd): FailedError {
  return new FailedError(
    `another run of Pulumi holds the stack, or one that was killed has left its lock. If none runs, give --take-over: ${failure}`,
  );
}
