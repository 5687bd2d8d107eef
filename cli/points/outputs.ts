import { parseOutputs, searchOf } from "../../restore-points/command";
import { messageOf } from "../../restore-points/error-message";
import { coordinatorsOf, restorePointsOf } from "../../restore-points/outputs";
import { askPulumi, readCoordinators } from "../../restore-points/processes";
import type { QuietGaps } from "../../restore-points/quiet-gaps";
import { isProven, Verdict } from "../../restore-points/verification/verdict";
import { FailedError, UsageError } from "../exit-codes";
import { readOutputs as readReported } from "../report/outputs";
import { readText } from "../text-file";
import type { PointsView, PointVerdict } from "./view";

export interface OutputsSource {
  /** A file with the outputs, or `-`. */
  outputs?: string;
  /** By default the selected one. */
  stack?: string;
}

/** What the last `pulumi up` saw. */
export function readOutputs(source: OutputsSource): { view: PointsView; outputs: unknown } {
  const outputs = parsed(source);
  const named = source.outputs ?? (source.stack === undefined ? "the selected stack" : `stack ${source.stack}`);
  return {
    outputs,
    view: {
      ...(source.stack !== undefined && { stack: source.stack }),
      source: `${named}, as of its last "pulumi up"`,
      output: usable(() => restorePointsOf(outputs)),
      verdicts: verdictsOf(outputs),
      unread: [],
    },
  };
}

/** What the present restore has found; copies that are unproven say nothing about a window. */
function verdictsOf(outputs: unknown): PointVerdict[] {
  const { verification } = usable(() => readReported(outputs));
  if (verification === undefined) return [];
  const { instant, verifiedAt } = verification;
  // Cast: a verdict that this version does not know is neither.
  const verdict = verification.verdict as Verdict;
  const known = Object.values(Verdict).includes(verdict) && verdict !== Verdict.Unproven;
  return known ? [{ instant, proven: isProven(verdict), ...(verifiedAt !== undefined && { at: verifiedAt }) }] : [];
}

/** Gaps between commits of the live coordinators. */
export function findQuietGaps(outputs: unknown, { output }: PointsView, readUnits: string | undefined): QuietGaps {
  const search = searchOf(
    output,
    usable(() => coordinatorsOf(outputs)),
    readUnits,
  );
  if ("because" in search) throw new FailedError(search.because);
  try {
    return readCoordinators(search);
  } catch (error) {
    throw new FailedError(messageOf(error));
  }
}

function parsed({ outputs, stack }: OutputsSource): unknown {
  if (outputs === undefined) {
    try {
      return JSON.parse(askPulumi(stack));
    } catch (error) {
      throw new FailedError(`${messageOf(error)}; to read clouds and clusters without Pulumi, name a stack file`);
    }
  }
  return usable(() => parseOutputs(readText(outputs)));
}

function usable<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}
