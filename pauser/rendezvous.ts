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

const MINUTE_MILLIS = 60_000;

/**
 * When to pause so that a whole minute lies in the middle of the hold: nobody documents that every database restores to the
 * second, and people choose whole minutes. A drain of a few seconds still leaves it well inside.
 * @param earliest the first instant at which pods could be paused, epoch milliseconds
 * @returns undefined when the hold contains a whole minute anyway
 */
export function pauseBeforeMinute(
  earliest: number,
  holdSeconds: number,
): { pauseAt: number; minute: number } | undefined {
  const half = (holdSeconds * 1000) / 2;
  if (2 * half >= MINUTE_MILLIS) return undefined;
  const minute = Math.ceil((earliest + half) / MINUTE_MILLIS) * MINUTE_MILLIS;
  return { pauseAt: minute - half, minute };
}
