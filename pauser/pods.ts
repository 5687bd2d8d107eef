import { AdminClient } from "./admin";
import type { Fate, ScalarPod } from "./discover";
import { Deadline } from "./time";

/** How long a pod may take to answer anything but Pause. */
const ANSWER_MILLIS = 3000;
/** How much longer than its drain limit a pod may take to answer Pause. */
const PAUSE_SLACK_MILLIS = 5000;

/** A pod of this run, with the connection to it and what is known of its state. */
export interface PodHandle {
  pod: ScalarPod;
  admin: AdminClient;
  /** The Pause that is under way; it never rejects. */
  pausing?: Promise<void>;
}

export function connect(pods: ScalarPod[]): PodHandle[] {
  return pods.map((pod) => ({ pod, admin: new AdminClient(pod.address, pod.port, pod.tls) }));
}

export function podName({ namespace, name }: { namespace: string; name: string }): string {
  return `${namespace}/${name}`;
}

/** What pods answered, by the pod's name: only those with something to complain about. */
export type Complaints = Map<string, string>;

/**
 * Asks every pod whether it is paused, and complains of those that answer otherwise than `expected`, or not at all.
 * Asked before pausing it also opens the connections, so that wrong TLS settings show while nothing is paused.
 */
export async function checkPaused(handles: PodHandle[], expected: boolean): Promise<Complaints> {
  const complaints: Complaints = new Map();
  await Promise.all(
    handles.map(async ({ pod, admin }) => {
      try {
        if ((await admin.isPaused(ANSWER_MILLIS)) !== expected) {
          complaints.set(podName(pod), expected ? "is not paused any more" : pausedAlready(pod));
        }
      } catch (error) {
        complaints.set(podName(pod), (error as Error).message);
      }
    }),
  );
  return complaints;
}

function pausedAlready({ namespace, name }: ScalarPod): string {
  return (
    "is paused already, by somebody else; unless that is on purpose, mend it with: " +
    `kubectl --namespace ${namespace} delete pod ${name}`
  );
}

/**
 * Pauses all pods at once. Returns when all are paused, at the first failure, or when `stop` is aborted; Pauses may
 * then still be under way, which `unpauseAll` knows.
 */
export async function pauseAll(handles: PodHandle[], maxDrainMillis: number, stop: AbortSignal): Promise<Complaints> {
  const complaints: Complaints = new Map();
  let giveUp = () => {};
  const givenUp = new Promise<void>((resolve) => {
    giveUp = resolve;
  });
  stop.addEventListener("abort", giveUp);
  for (const handle of handles) {
    handle.pausing = handle.admin
      .pause(maxDrainMillis, maxDrainMillis + PAUSE_SLACK_MILLIS)
      .catch((error: Error) => {
        complaints.set(podName(handle.pod), error.message);
        giveUp();
      })
      .finally(() => {
        handle.pausing = undefined;
      });
  }
  await Promise.race([givenUp, Promise.all(handles.map(({ pausing }) => pausing))]);
  stop.removeEventListener("abort", giveUp);
  return complaints;
}

/** How the pause ended. */
export interface Unpaused {
  /** Pods that were not paused any more when the pause was about to end. */
  complaints: Complaints;
  /** Pods given up at the deadline, with the last failure. */
  leftPaused: Map<ScalarPod, string>;
}

export interface UnpauseOptions {
  deadlineMillis: number;
  /** Ask each pod right before its first Unpause whether it has stayed paused. */
  verify: boolean;
  /** What has become of the pod. Asked when a pod keeps failing. */
  fateOf: (pod: ScalarPod) => Promise<Fate | undefined>;
}

/**
 * Unpauses all pods at once, each retried with backoff until it says itself that it is not paused.
 * Every pod is asked once before any answer is looked into: what looking costs would lengthen the others' pause.
 */
export async function unpauseAll(handles: PodHandle[], options: UnpauseOptions): Promise<Unpaused> {
  const deadline = new Deadline(options.deadlineMillis);
  const complaints: Complaints = new Map();
  await Promise.all(
    handles.map(async (handle) => {
      if (options.verify) {
        for (const [name, complaint] of await checkPaused([handle], true)) complaints.set(name, complaint);
      }
      // A failure shows below, where it is tried again.
      await handle.admin.unpause(ANSWER_MILLIS).catch(() => handle.admin.renew());
    }),
  );
  const leftPaused = new Map<ScalarPod, string>();
  await Promise.all(
    handles.map(async (handle) => {
      let failure = await untilUnpaused(handle, deadline.remainingMillis, options.fateOf);
      if (handle.pausing) {
        // A Pause that was still draining may pause the pod after our Unpause.
        await handle.pausing;
        failure = await untilUnpaused(handle, Math.max(deadline.remainingMillis, ANSWER_MILLIS), options.fateOf);
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
  fateOf: UnpauseOptions["fateOf"],
): Promise<string | undefined> {
  const deadline = new Deadline(deadlineMillis);
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
    if (attempt >= 3) {
      const fate = await fateOf(pod);
      if (fate === "gone") return undefined;
      // Kubernetes tells of a restart late: the pod may have been paused after it.
      if (fate === "restarted" && !(await admin.isPaused(ANSWER_MILLIS).catch(() => false))) return undefined;
    }
    if (deadline.passed) return failure;
    await deadline.backOff();
  }
}
