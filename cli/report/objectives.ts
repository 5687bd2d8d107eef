import { type EvidenceTime, isKnown, type Measured, secondsBetween } from "./evidence";

/** Targets in minutes, from the stack's configuration. */
export interface Objectives {
  recoveryTimeMinutes?: number;
  recoveryPointMinutes?: number;
}

const MINUTE_SECONDS = 60;

/** How long it took from the beginning to verified copies, against the recovery time objective. */
export function recoveryTime(
  { recoveryTimeMinutes }: Objectives,
  begun: EvidenceTime,
  verified: EvidenceTime,
): Measured {
  const seconds = secondsBetween(begun, verified);
  const measuredAs =
    seconds === undefined
      ? `nothing is measured: ${whyNot(begun, verified)}`
      : "from the beginning to verified copies; a recovery also takes a decision, and the start of the products on the copies";
  return measured(recoveryTimeMinutes, seconds, measuredAs);
}

/** How old the restored instant was at the beginning, against the recovery point objective: what was written since would be lost. */
export function recoveryPoint({ recoveryPointMinutes }: Objectives, instant: string, begun: EvidenceTime): Measured {
  const restored: EvidenceTime = { at: instant, source: "configuration" };
  const seconds = secondsBetween(restored, begun);
  const measuredAs =
    seconds === undefined
      ? `nothing is measured: ${whyNot(restored, begun)}`
      : "from the restored instant to the beginning: what was written in between is not in the copies";
  return measured(recoveryPointMinutes, seconds, measuredAs);
}

function whyNot(from: EvidenceTime, to: EvidenceTime): string {
  const unknown = [from, to].flatMap((time) => (isKnown(time) ? [] : [time.unknownBecause]));
  return unknown.join("; ") || "the clocks differ: the end is before the beginning";
}

function measured(targetMinutes: number | undefined, seconds: number | undefined, measuredAs: string): Measured {
  return {
    ...(targetMinutes !== undefined && { targetMinutes }),
    ...(seconds !== undefined && { measuredSeconds: seconds }),
    ...(targetMinutes !== undefined && seconds !== undefined && { met: seconds <= targetMinutes * MINUTE_SECONDS }),
    measuredAs,
  };
}
