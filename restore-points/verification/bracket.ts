import type { Interval } from "../interval";
import { MARGIN_MILLIS } from "../windows";

/**
 * How far the coordinator's copies must be from the data, in milliseconds: more than the clouds' clocks disagree. A copy of
 * a table or database is of the requested second, give or take the disagreement of the service's own clocks.
 */
export const STEP_MILLIS = 2_000;

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
  // A drain takes its time from the first half of the window, and the instant is in the middle of the hold as it was planned.
  const more = Math.max(1, Math.ceil((2 * (needed - toEdge)) / 1000));
  return {
    because: `the pause window is too short to restore the coordinator before and after the data: the nearer edge is ${(toEdge / 1000).toFixed(1)} s from the instant, and ${needed / 1000} s are needed; raise pause.holdSeconds by ${more} or more`,
  };
}

/** The instants around an instant outside any window: in a gap between commits, or accepted for an emergency. */
export function bracketOutsideWindows(instant: number): BracketInstants {
  return { early: instant - STEP_MILLIS - 1000, late: instant + STEP_MILLIS + 1000 };
}
