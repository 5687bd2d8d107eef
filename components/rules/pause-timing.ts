/** Seconds for which every pod is held paused, unless told otherwise. */
export const DEFAULT_HOLD_SECONDS = 10;
/** A shorter hold leaves no instant that is safe against the clocks' differences. */
export const MINIMUM_HOLD_SECONDS = 5;
/** Seconds that a product may take to finish its running requests: Scalar's own default. */
export const DEFAULT_DRAIN_SECONDS = 30;

/** The seconds after which a pausing Job's deadline may fall: it must outlive the drain and the hold. */
export function shortestDeadlineSeconds(drainSeconds: number, holdSeconds: number): number {
  return drainSeconds + holdSeconds + 1;
}
