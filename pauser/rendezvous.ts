import type { LastRun } from "../restore-points/last-run";
import type { Settings } from "./settings";

/** When to pause and until when to hold, epoch milliseconds. */
export interface Rendezvous {
  pauseAt: number;
  holdUntil: number;
}

/**
 * The instants at which all clusters of a set pause, without communication between them: the CronJob controller ends a
 * Job's name with its scheduled minute, which is the same in every cluster with the same schedule.
 * @returns undefined when the name has no such end, such as that of a manually created Job.
 */
export function rendezvous(jobName: string, settings: Settings): Rendezvous | undefined {
  const minutes = /-(\d{7,9})$/.exec(jobName)?.[1];
  if (minutes === undefined) return undefined;
  const pauseAt = Number(minutes) * 60_000 + settings.rendezvousSeconds * 1000;
  return { pauseAt, holdUntil: pauseAt + (settings.maxDrainSeconds + settings.holdSeconds) * 1000 };
}

const MINUTE_MILLIS = 60_000;

/**
 * When to pause so that a whole minute lies in the middle of the hold: not every database is documented to restore to
 * the second, and people choose whole minutes. The minute stays inside even if the drain takes a few seconds more.
 * @param earliest the first instant at which pods could be paused, epoch milliseconds
 * @param drainMillis how long the pods are expected to drain before the hold begins
 * @returns undefined when the hold contains a whole minute anyway
 */
export function pauseBeforeMinute(
  earliest: number,
  holdSeconds: number,
  drainMillis: number,
): { pauseAt: number; minute: number } | undefined {
  const half = (holdSeconds * 1000) / 2;
  if (2 * half >= MINUTE_MILLIS) return undefined;
  const before = half + drainMillis;
  const minute = Math.ceil((earliest + before) / MINUTE_MILLIS) * MINUTE_MILLIS;
  return { pauseAt: minute - before, minute };
}

/**
 * How long the pods are expected to drain, in milliseconds: as long as the slowest of the last run. 0 if that run paused
 * none. Never longer than they may: any account that may update the record can have written it.
 */
export function expectedDrain(last: LastRun | undefined, { maxDrainSeconds }: Settings): number {
  const slowest = Math.max(0, ...(last?.times?.drains ?? []).map(({ millis }) => millis));
  return Math.min(Math.round(slowest), maxDrainSeconds * 1000);
}
