import { inSeconds } from "../duration";
import { formatInstant } from "../instant";
import type { Interval } from "../interval";
import { MARGIN_MILLIS, STEP_MILLIS } from "../windows";

/** The instants of the two copies of the coordinator that bracket the data. Milliseconds since the epoch, whole seconds. */
export interface BracketInstants {
  early: number;
  late: number;
}

/** Why there is no room for a bracket, with the fix. */
export interface NoBracket {
  because: string;
}

/**
 * The instants around `instant`, as far from it as the window allows: both stay away from its edges as restore points do, so
 * that a true pause is accepted although clocks differ.
 *
 *     a window from 02:59:55Z to 03:00:05Z, restored to 03:00:00Z: the coordinator to 02:59:57Z and 03:00:03Z
 */
export function bracketAround(instant: number, { start, end }: Interval): BracketInstants | NoBracket {
  const toEdge = Math.min(instant - start, end - instant);
  const step = Math.floor((toEdge - MARGIN_MILLIS) / 1000) * 1000;
  if (step >= STEP_MILLIS) return { early: instant - step, late: instant + step };
  const needed = MARGIN_MILLIS + STEP_MILLIS;
  const middle = Math.round((start + end) / 2000) * 1000;
  const toMiddle = Math.min(middle - start, end - middle);
  // The middle is rounded to a second.
  const more = Math.max(1, Math.ceil((2 * (needed - toMiddle) + 500) / 1000));
  const fix =
    toMiddle >= needed
      ? `restore to ${formatInstant(middle)}, the middle of the window, which has them`
      : `raise pause.holdSeconds by ${more} or more`;
  return {
    because: `there is no room in the pause window to restore the coordinator before and after the data: its nearer edge is ${inSeconds(toEdge)} from ${formatInstant(instant)}, and ${needed / 1000} s are needed; ${fix}`,
  };
}

/** The instants around an instant outside any window: in a gap between commits, or accepted for an emergency. */
export function bracketOutsideWindows(instant: number): BracketInstants {
  return { early: instant - STEP_MILLIS - 1000, late: instant + STEP_MILLIS + 1000 };
}
