import type { PodNow } from "./discover";
import { AdminError, type AdminInterface, type Clock, type Ports } from "./ports";
import type { ScalarPod } from "./scalar-pod";
import { Deadline } from "./time";

/** How long a pod may take to answer anything but Pause. */
const ANSWER_MILLIS = 3000;
/** How much longer than its drain limit a pod may take to answer Pause. */
const PAUSE_SLACK_MILLIS = 5000;

/**
 * Outcomes of a Pause that did not close the gate: another caller has closed it, or is about to, and may have been told that it
 * is closed. Unpausing the pod would revoke that pause. From ScalarDL's `AdminService` and `GateKeeper`, ScalarDB 3.19's notes.
 */
const PAUSED_BY_OTHERS = ["TIMED_OUT_STILL_PAUSED", "PAUSE_IN_PROGRESS"];
/** Outcomes after which the same Pause may succeed: another call to the pod came in between (`ABORTED`). */
const LOST_A_RACE = ["PAUSE_IN_PROGRESS", "GATE_OPEN"];

/** A pod of this run, with the connection to it and what is known of its state. */
export interface PodHandle {
  pod: ScalarPod;
  admin: AdminInterface;
  /** The Pause that is under way; it never rejects. */
  pausing?: Promise<void> | undefined;
  /** The pod said that somebody else has paused it: it is not unpaused. */
  pausedByOthers?: boolean;
}

export function connect(ports: Pick<Ports, "admin">, pods: ScalarPod[]): PodHandle[] {
  return pods.map((pod) => ({ pod, admin: ports.admin(pod) }));
}

export function podName({ namespace, name }: { namespace: string; name: string }): string {
  return `${namespace}/${name}`;
}

/** What pods answered, by the pod's name: only those with something to complain about. */
export type Complaints = Map<string, string>;

/**
 * Asks every pod whether it is paused, and complains of those that are, or do not answer. It also opens the connections, so
 * that wrong TLS settings show while nothing is paused.
 */
export async function checkUnpaused(handles: PodHandle[]): Promise<Complaints> {
  const complaints: Complaints = new Map();
  await Promise.all(
    handles.map(async ({ pod, admin }) => {
      try {
        if (await admin.isPaused(ANSWER_MILLIS)) complaints.set(podName(pod), pausedAlready(pod));
      } catch (error) {
        complaints.set(podName(pod), (error as Error).message);
      }
    }),
  );
  return complaints;
}

function pausedAlready({ namespace, name }: ScalarPod): string {
  return (
    "is paused already, by somebody else; unless that is on purpose, fix it with: " +
    `kubectl --namespace ${namespace} delete pod ${name}`
  );
}

/**
 * Pauses all pods at once. Returns when all are paused, at the first failure, or when `stop` is aborted; Pauses may
 * then still be under way, which `unpauseAll` knows.
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
  for (const handle of handles) {
    handle.pausing = pausePod(handle, new Deadline(clock, maxDrainMillis), over)
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

/** One Pause, repeated while other callers come in between. */
async function pausePod(handle: PodHandle, deadline: Deadline, over: AbortSignal): Promise<void> {
  for (;;) {
    try {
      const drainMillis = Math.max(1, Math.round(deadline.remainingMillis));
      return await handle.admin.pause(drainMillis, drainMillis + PAUSE_SLACK_MILLIS);
    } catch (error) {
      const reason = error instanceof AdminError ? error.reason : undefined;
      const again = reason !== undefined && LOST_A_RACE.includes(reason) && !deadline.passed && !over.aborted;
      if (!again) {
        handle.pausedByOthers = reason !== undefined && PAUSED_BY_OTHERS.includes(reason);
        throw error;
      }
      await deadline.backOff(over);
    }
  }
}

/** How the pause ended. */
export interface Unpaused {
  /** Pods that were not paused any more when the pause was about to end. */
  complaints: Complaints;
  /** Pods given up at the deadline, with the last failure. */
  leftPaused: Map<ScalarPod, string>;
}

export interface UnpauseOptions {
  clock: Clock;
  deadlineMillis: number;
  /** Asks a pod right before its first Unpause why it cannot be said that it has stayed paused. */
  lastLook?: ((handle: PodHandle) => Promise<string | undefined> | undefined) | undefined;
  /** What has become of the pod; undefined if the API server does not say. Asked when a pod keeps failing. */
  podNow: (pod: ScalarPod) => Promise<PodNow | undefined>;
}

/**
 * Unpauses all pods at once, each retried with backoff until it says itself that it is not paused.
 * Every pod is asked once before any answer is looked into: what looking costs would lengthen the others' pause.
 */
export async function unpauseAll(handles: PodHandle[], options: UnpauseOptions): Promise<Unpaused> {
  const deadline = new Deadline(options.clock, options.deadlineMillis);
  const complaints: Complaints = new Map();
  const ours = handles.filter(({ pausedByOthers }) => !pausedByOthers);
  await Promise.all(
    ours.map(async (handle) => {
      const complaint = await options.lastLook?.(handle);
      if (complaint !== undefined) complaints.set(podName(handle.pod), complaint);
      // A failure shows below, where it is tried again. While a Pause drains, an Unpause ends it.
      await handle.admin.unpause(ANSWER_MILLIS).catch(() => handle.admin.renew());
    }),
  );
  const leftPaused = new Map<ScalarPod, string>();
  await Promise.all(
    ours.map(async (handle) => {
      let failure = await untilUnpaused(handle, deadline.remainingMillis, options);
      if (handle.pausing) {
        // A Pause that was still draining may pause the pod after our Unpause.
        await handle.pausing;
        failure = handle.pausedByOthers
          ? undefined
          : await untilUnpaused(handle, Math.max(deadline.remainingMillis, ANSWER_MILLIS), options);
      }
      if (failure !== undefined) leftPaused.set(handle.pod, failure);
    }),
  );
  return { complaints, leftPaused };
}

/**
 * Asks a pod whether it is paused, and unpauses it again as long as it does not deny it.
 * @returns undefined once it has, or is gone; else the last failure.
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
      failure = (error as Error).message;
      admin.renew();
    }
    // Not waited for before the last attempt: the API server may be slow, and the pod must not stay paused for that.
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
