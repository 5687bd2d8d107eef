import type { Settings } from "./settings";

/** When to pause and until when to hold, epoch milliseconds. */
export interface Rendezvous {
  pauseAt: number;
  holdUntil: number;
}

/**
 * The instants that all clusters of a set agree on without talking to each other: the CronJob controller ends a Job's
 * name with the minute it was scheduled for, which is the same wherever the schedule is.
 * @returns undefined when the name does not end so, as with a Job made by hand.
 */
export function rendezvous(jobName: string, settings: Settings): Rendezvous | undefined {
  const minutes = /-(\d{7,9})$/.exec(jobName)?.[1];
  if (minutes === undefined) return undefined;
  const pauseAt = Number(minutes) * 60_000 + settings.rendezvousSeconds * 1000;
  return { pauseAt, holdUntil: pauseAt + (settings.maxDrainSeconds + settings.holdSeconds) * 1000 };
}
