import { NOTIFY_TOTAL_SECONDS } from "./notify/settings";
import type { Settings } from "./settings";
import { backupSeconds } from "./window-backups/settings";

/** How long runs may take at the most, from the constants and settings that bound each of their steps. */

const MINUTE_MILLIS = 60_000;

/** How long the API server may take to answer one request. */
export const API_ANSWER_MILLIS = 10_000;

/** How long a pod may take to answer any call except Pause. */
export const ANSWER_MILLIS = 3000;

/** How much longer than its drain limit a pod may take to answer Pause. */
export const PAUSE_SLACK_MILLIS = 5000;

/** How long the answer of a Pause whose drain limit has passed is waited for: the pod has sent it, or is about to. */
export const LATE_ANSWER_MILLIS = 1000;

/** A pod that hung works off its queue when it goes on, in any order: so long after its first answer, it is asked once more. */
export const QUEUE_MILLIS = 2000;

/** Pods are looked up this long before an agreed instant: enough to reach all of them, too short for many changes. */
export const REACH_PODS_MILLIS = 5000;

/** How often pods are asked while a Pause of a killed run may still reach them. */
export const LATE_PAUSE_POLL_MILLIS = 1000;

/** How long writing a run's outcome may take: nothing depends on it. */
export const LAST_RUN_MILLIS = 5000;

/**
 * What is asked of the API server, one after the other, with a deadline of `apiDeadlineSeconds` each. A test answers each at its
 * deadline (test/unit/pauser/longest-run.test.ts).
 */
const CALLS = {
  recovery: [
    "the note of an earlier run",
    "that run's pod",
    "the releases' pods, if the note is damaged",
    "the note is taken over",
    "the addresses of its pods",
    "whose the releases' leases are",
    "the same, in the last round for a late Pause",
    "the leases are released",
    "the note is removed",
  ],
  run: [
    "the recorded windows",
    "this run's own pod",
    "the releases' workloads",
    "the leases are acquired",
    "the note is written",
    "the leases are released",
    "the workloads, compared with before",
    "the window is written, and the note removed",
    "the note is removed without the window, which was refused",
  ],
};

type Timing = Omit<Settings, "record" | "releases" | "cluster">;

/** How long after its note was written a run's last Pause passes its deadline, at the latest. */
export function lastPauseMillis(settings: Pick<Settings, "maxBlindMillis" | "maxDrainSeconds">): number {
  return 2 * settings.maxBlindMillis + settings.maxDrainSeconds * 1000 + PAUSE_SLACK_MILLIS;
}

/**
 * The longest that a try may take in any case, from start to end, in seconds: the clean-up after an earlier run, and a run. Only pods
 * that a run of another schedule is to unpause are waited for beyond it.
 */
export function longestRunSeconds(settings: Timing): number {
  return recoverySeconds(settings) + longestPauseSeconds(settings);
}

/** The same for the unpauser, which only cleans up. */
export function longestUnpauserSeconds(settings: Timing): number {
  return recoverySeconds(settings) + seconds(LAST_RUN_MILLIS) + reportSeconds(settings);
}

/** The same for a run that finds nothing to clean up. */
export function longestPauseSeconds(settings: Timing): number {
  const { apiDeadlineSeconds, maxDrainSeconds, maxBlindMillis, rendezvousSeconds } = settings;
  const waiting = rendezvousSeconds + (settings.alignToMinute ? seconds(MINUTE_MILLIS + REACH_PODS_MILLIS) : 0);
  // In a rendezvous, pods are held until those of all clusters may have drained.
  const holding = settings.holdSeconds + (rendezvousSeconds > 0 ? maxDrainSeconds : 0);
  // Every pod is asked before the first Pause, and once more before the hold.
  const pausing = ANSWER_MILLIS + lastPauseMillis(settings) + 2 * maxBlindMillis;
  // A Pause that is still draining is undone once more at its end, and one that was not answered after that.
  const again = 2 * (ANSWER_MILLIS + LAST_TRY_MILLIS);
  const unpausing = LATE_ANSWER_MILLIS + unpauseMillis(settings) + QUEUE_MILLIS + again;
  const calls = CALLS.run.length * apiDeadlineSeconds + backupSeconds(settings.windowBackups, apiDeadlineSeconds);
  return waiting + holding + seconds(pausing + unpausing + LAST_RUN_MILLIS) + calls + reportSeconds(settings);
}

function recoverySeconds(settings: Timing): number {
  const unpausing = unpauseMillis(settings);
  // Pods are asked until the last Pause of the earlier run has passed its deadline; the last round begins right before that.
  const late = lastPauseMillis(settings) + LATE_PAUSE_POLL_MILLIS + ANSWER_MILLIS + unpausing;
  return seconds(unpausing + late) + CALLS.recovery.length * settings.apiDeadlineSeconds;
}

/** A try that begins right at the deadline: Unpause, the question whether the pod is paused, and whether it still exists. */
const LAST_TRY_MILLIS = 2 * ANSWER_MILLIS + API_ANSWER_MILLIS;

const unpauseMillis = (settings: Timing) => settings.unpauseDeadlineSeconds * 1000 + LAST_TRY_MILLIS;

const reportSeconds = ({ notify }: Timing) => (notify === undefined ? 0 : NOTIFY_TOTAL_SECONDS);

const seconds = (millis: number) => millis / 1000;
