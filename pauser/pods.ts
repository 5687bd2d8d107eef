import { messageOf } from "../restore-points/error-message";
import type { PodNow } from "./discover";
import { ANSWER_MILLIS, LATE_ANSWER_MILLIS, PAUSE_SLACK_MILLIS, QUEUE_MILLIS } from "./longest-run";
import { AdminError, type AdminInterface, type Clock, type Ports } from "./ports";
import type { ScalarPod } from "./scalar-pod";
import { Deadline } from "./time";

/** A pod measures its drain by its own clock: so long before the limit, it may have passed there. */
const DRAIN_DOUBT_MILLIS = 300;

/**
 * Outcomes of a Pause that did not close the gate: another caller has closed it, or is closing it, and relies on that.
 * Unpausing the pod would revoke that caller's pause. From ScalarDL's `AdminService` and `GateKeeper`, ScalarDB 3.19's
 * notes.
 */
const PAUSED_BY_OTHERS = ["TIMED_OUT_STILL_PAUSED", "PAUSE_IN_PROGRESS"];
/** Outcomes after which the same Pause may succeed: another call to the pod interfered (`ABORTED`). */
const LOST_A_RACE = ["PAUSE_IN_PROGRESS", "GATE_OPEN"];

/** A pod of this run, with its connection and its known state. */
export interface PodHandle {
  pod: ScalarPod;
  admin: AdminInterface;
  /** The Pause in progress; it never rejects. */
  pausing?: Promise<void> | undefined;
  /** Until when its running requests may end. */
  drain?: Deadline;
  /** How long it took to pause, once it is paused. */
  drainMillis?: number;
  /** Its Pause ended without an answer, so that the pod may get to it later. */
  unanswered?: boolean;
  /** The pod answered that another caller has paused it: do not unpause it. */
  pausedByOthers?: boolean;
}

export function connect(ports: Pick<Ports, "admin">, pods: ScalarPod[]): PodHandle[] {
  return pods.map((pod) => ({ pod, admin: ports.admin(pod) }));
}

export function podName({ namespace, name }: { namespace: string; name: string }): string {
  return `${namespace}/${name}`;
}

/** Problems by the pod's name. */
export type Complaints = Map<string, string>;

/**
 * Asks every pod whether it is paused, and reports those that are paused or do not answer. It also opens the
 * connections, so wrong TLS settings show before anything is paused.
 */
export async function checkUnpaused(handles: PodHandle[]): Promise<Complaints> {
  const complaints: Complaints = new Map();
  await Promise.all(
    handles.map(async ({ pod, admin }) => {
      try {
        if (await admin.isPaused(ANSWER_MILLIS)) complaints.set(podName(pod), pausedAlready(pod));
      } catch (error) {
        complaints.set(podName(pod), messageOf(error));
      }
    }),
  );
  return complaints;
}

function pausedAlready({ namespace, name }: ScalarPod): string {
  return (
    "was paused already, by another caller; unless that is on purpose, fix it with: " +
    `kubectl --namespace ${namespace} delete pod ${name}`
  );
}

/**
 * Pauses all pods at once. Returns when all are paused, at the first failure, or when `stop` is aborted; Pauses may
 * then still be in progress, and `unpauseAll` handles these.
 */
export async function pauseAll(
  handles: PodHandle[],
  maxDrainMillis: number,
  { clock, stop }: { clock: Clock; stop: AbortSignal },
): Promise<Complaints> {
  const complaints: Complaints = new Map();
  const givenUp = new AbortController();
  const over = AbortSignal.any([stop, givenUp.signal]);
  const given = new Promise<void>((resolve) => {
    if (over.aborted) resolve();
    over.addEventListener("abort", () => resolve(), { once: true });
  });
  const begun = clock.monotonic();
  for (const handle of handles) {
    handle.drain = new Deadline(clock, maxDrainMillis);
    handle.pausing = pausePod(handle, handle.drain, over, () => clock.monotonic() - begun)
      .catch((error: Error) => {
        complaints.set(podName(handle.pod), error.message);
        givenUp.abort();
      })
      .finally(() => {
        handle.pausing = undefined;
      });
  }
  await Promise.race([given, Promise.all(handles.map(({ pausing }) => pausing))]);
  return complaints;
}

/** One Pause, repeated while other callers interfere. */
async function pausePod(
  handle: PodHandle,
  deadline: Deadline,
  over: AbortSignal,
  passedMillis: () => number,
): Promise<void> {
  for (;;) {
    try {
      const drainMillis = Math.max(1, Math.round(deadline.remainingMillis));
      await handle.admin.pause(drainMillis, drainMillis + PAUSE_SLACK_MILLIS);
      handle.drainMillis = passedMillis();
      return;
    } catch (error) {
      const reason = error instanceof AdminError ? error.reason : undefined;
      const again = reason !== undefined && LOST_A_RACE.includes(reason) && !deadline.passed && !over.aborted;
      if (!again) {
        handle.pausedByOthers = reason !== undefined && PAUSED_BY_OTHERS.includes(reason);
        handle.unanswered = reason === undefined;
        throw error;
      }
      await deadline.backOff(over);
    }
  }
}

/** How the pause ended. */
export interface Unpaused {
  /** Pods that were no longer paused right before the end of the pause. */
  complaints: Complaints;
  /** Pods given up at the deadline, with the last failure. */
  leftPaused: Map<ScalarPod, string>;
}

export interface UnpauseOptions {
  clock: Clock;
  deadlineMillis: number;
  /** Asks a pod right before its first Unpause, and returns why it may not have stayed paused. */
  lastLook?: ((handle: PodHandle) => Promise<string | undefined> | undefined) | undefined;
  /** The pod's state; undefined if the API server does not answer. Asked when a pod keeps failing. */
  podNow: (pod: ScalarPod) => Promise<PodNow | undefined>;
}

/**
 * Unpauses all pods at once, each retried with backoff until it answers that it is not paused. All first requests are
 * sent before any answer is processed: processing would lengthen the other pods' pause.
 */
export async function unpauseAll(handles: PodHandle[], options: UnpauseOptions): Promise<Unpaused> {
  const deadline = new Deadline(options.clock, options.deadlineMillis);
  const complaints: Complaints = new Map();
  await Promise.all(
    handles.map(async (handle) => {
      const complaint = await options.lastLook?.(handle);
      if (complaint !== undefined) complaints.set(podName(handle.pod), complaint);
      await lateAnswer(handle, options.clock);
      if (!isOurs(handle)) return;
      // A failure is handled below, with another try. An Unpause ends a Pause that is still draining.
      await handle.admin.unpause(ANSWER_MILLIS).catch(() => handle.admin.renew());
    }),
  );
  const leftPaused = new Map<ScalarPod, string>();
  await Promise.all(
    handles.map(async (handle) => {
      if (!isOurs(handle)) return;
      let failure = await untilUnpaused(handle, deadline.remainingMillis, options);
      if (handle.pausing) {
        // A Pause that was still draining may pause the pod after our Unpause.
        await handle.pausing;
        failure = handle.pausedByOthers
          ? undefined
          : await untilUnpaused(handle, Math.max(deadline.remainingMillis, ANSWER_MILLIS), options);
      }
      if (failure === undefined && handle.unanswered) {
        await options.clock.sleep(QUEUE_MILLIS);
        failure = await untilUnpaused(handle, Math.max(deadline.remainingMillis, ANSWER_MILLIS), options);
      }
      if (failure !== undefined) leftPaused.set(handle.pod, failure);
    }),
  );
  return { complaints, leftPaused };
}

const isOurs = ({ pausedByOthers }: PodHandle) => !pausedByOthers;

/**
 * When the first pod answers that its drain limit has passed, the others' answers are due, too. One of them may be that another
 * caller has paused the pod. It costs no time: the pod does not drain any more, or hardly longer.
 */
async function lateAnswer({ pausing, drain }: PodHandle, clock: Clock): Promise<void> {
  if (pausing === undefined || drain === undefined || drain.remainingMillis > DRAIN_DOUBT_MILLIS) return;
  const answered = new AbortController();
  await Promise.race([pausing, clock.sleep(LATE_ANSWER_MILLIS, answered.signal)]);
  answered.abort();
}

/**
 * Asks a pod whether it is paused, and unpauses it again until it answers that it is not.
 * @returns undefined when it is not paused or is gone; else the last failure.
 */
async function untilUnpaused(
  { pod, admin }: PodHandle,
  deadlineMillis: number,
  { clock, podNow }: UnpauseOptions,
): Promise<string | undefined> {
  const deadline = new Deadline(clock, deadlineMillis);
  let gone = false;
  let asking: Promise<void> | undefined;
  for (let attempt = 1; ; attempt++) {
    let failure: string;
    try {
      if (attempt > 1) await admin.unpause(ANSWER_MILLIS);
      if (!(await admin.isPaused(ANSWER_MILLIS))) return undefined;
      failure = "it says that it is still paused after Unpause";
    } catch (error) {
      failure = messageOf(error);
      admin.renew();
    }
    // Do not wait for the API server before the last attempt: it may be slow, and the pod would stay paused.
    if (attempt >= 3)
      asking ??= podNow(pod).then((now) => {
        gone = now === "gone";
        asking = undefined;
      });
    if (deadline.passed) await asking;
    if (gone) return undefined;
    if (deadline.passed) return failure;
    await deadline.backOff();
  }
}
