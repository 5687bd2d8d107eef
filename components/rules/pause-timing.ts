import { BOUNDS } from "../../pauser/settings";

/** The times of a pause run that its Job's deadline must outlive, in seconds. What is left out has the pauser's default. */
export interface PauseTiming {
  holdSeconds?: number;
  maxDrainSeconds?: number;
  rendezvousSeconds?: number;
}

/**
 * The longest that pods may be paused by a run that goes well. A Job that is ended sooner than this is ended amid the pause,
 * and leaves unpausing to the seconds that Kubernetes grants a pod to go.
 */
export function longestPauseSeconds({ holdSeconds, maxDrainSeconds, rendezvousSeconds }: PauseTiming): number {
  return (
    (rendezvousSeconds ?? BOUNDS.rendezvousSeconds.default) +
    (maxDrainSeconds ?? BOUNDS.maxDrainSeconds.default) +
    (holdSeconds ?? BOUNDS.holdSeconds.default)
  );
}
