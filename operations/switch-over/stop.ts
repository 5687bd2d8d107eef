import { counted } from "../../restore-points/counted";
import { durationText } from "../../restore-points/duration";
import { isConflict } from "../kubernetes/client";
import { type ClusterContext, MAX_REPEATS, POLL_MILLIS } from "./cluster-context";
import { recounted, stopping } from "./journal-changes";
import { type Say, Waiting } from "./progress";
import { findSchedules, suspendSchedules } from "./schedules";
import { keyOf, type PresentPod, readPods, readWorkloads, scale, type Workload } from "./workloads";

/** Counts of this run's record that no attempt to scale in has followed yet, by the Deployment's key. */
export type FreshCounts = Map<string, number>;

/** Records the replica counts, before anything is changed. A record of this instant stays as it is. */
export async function recordCounts(context: ClusterContext, instant: string): Promise<FreshCounts> {
  const { cluster, client, journal, locks } = context;
  const schedules = await findSchedules(client, cluster);
  const workloads = await readWorkloads(client, cluster.releases);
  const fresh: FreshCounts = new Map();
  await locks.keep();
  await journal.update((current) => {
    const next = stopping(current, { instant, releases: cluster.releases, workloads, schedules });
    const known = current?.state === "started" ? {} : (current?.replicas ?? {});
    fresh.clear();
    for (const [key, count] of Object.entries(next.replicas)) if (!known[key] && count > 0) fresh.set(key, count);
    return next;
  });
  return fresh;
}

/** Scales in, and waits until two looks in a row find no pod. @throws {Error} when pods still exist at the limit */
export async function stopPods(context: ClusterContext, fresh: FreshCounts, say: Say): Promise<void> {
  const { cluster, client, journal, locks, limitMillis } = context;
  const { schedules = [] } = (await journal.read()) ?? {};
  await locks.keep();
  await suspendSchedules(client, schedules, say);
  const waiting = new Waiting(say, limitMillis);
  const scaling = new ScalingIn(context, fresh, say);
  for (let absences = 0; ; ) {
    const settled = await scaling.settled();
    await locks.keep();
    const pods = await readPods(client, cluster.releases);
    absences = settled && pods.length === 0 ? absences + 1 : 0;
    if (absences === 2) break;
    const text = pods.length === 0 ? "no pod is left; looking once more" : leftAsText(pods);
    await waiting.next(`cluster "${cluster.cluster}": ${text}`, POLL_MILLIS, () => stuck(context, pods));
  }
  say(`cluster "${cluster.cluster}": all pods are stopped, ${waiting.elapsed}`);
}

/** The Deployments of a cluster on their way to 0 replicas. */
class ScalingIn {
  readonly #context: ClusterContext;
  readonly #fresh: FreshCounts;
  readonly #say: Say;
  readonly #times = new Map<string, number>();

  constructor(context: ClusterContext, fresh: FreshCounts, say: Say) {
    this.#context = context;
    this.#fresh = fresh;
    this.#say = say;
  }

  /** Scales in what is not. @returns whether all Deployments were at 0 already, and their controllers know it */
  async settled(): Promise<boolean> {
    const { client, cluster } = this.#context;
    const workloads = await readWorkloads(client, cluster.releases);
    for (const workload of workloads) if (workload.replicas > 0) await this.#scaleIn(workload);
    return workloads.every(({ replicas, observed }) => replicas === 0 && observed);
  }

  async #scaleIn(workload: Workload): Promise<void> {
    const { client, locks } = this.#context;
    const key = keyOf(workload);
    await this.#recount(key, workload);
    await locks.keep();
    try {
      await scale(client, workload, 0);
    } catch (error) {
      // Changed since it was read: it is read again, a moment later.
      if (isConflict(error)) return;
      throw error;
    }
    this.#fresh.delete(key);
    const times = this.#times.get(key) ?? 0;
    this.#times.set(key, times + 1);
    const by = workload.scaledBy === undefined ? "" : ` by ${workload.scaledBy}`;
    if (times >= MAX_REPEATS)
      throw new Error(
        `Deployment ${key} in cluster "${this.#context.cluster.cluster}" was scaled out again ${times} times, the last time to ${workload.replicas}${by}: pods would not stay stopped, so nothing is closed. Suspend what scales it, then run this again`,
      );
    const what = `release ${workload.namespace}/${workload.release}: Deployment ${workload.deployment}`;
    this.#say(
      times === 0
        ? `${what} scaled from ${workload.replicas} to 0`
        : `${what} was scaled out to ${workload.replicas} again${by}; scaled to 0 again`,
    );
  }

  /** A Deployment that was scaled between the record and the first attempt returns to the newer count. */
  async #recount(key: string, workload: Workload): Promise<void> {
    const recorded = this.#fresh.get(key);
    if (recorded === undefined || recorded === workload.replicas) return;
    await this.#context.locks.keep();
    await this.#context.journal.update((current) => recounted(current, workload));
    this.#fresh.set(key, workload.replicas);
  }
}

/** Such as `2 pods left (scalar/ledger 1, scalar/auditor 1)`. */
function leftAsText(pods: readonly PresentPod[]): string {
  const releases = new Map<string, number>();
  for (const { namespace, release } of pods)
    releases.set(`${namespace}/${release}`, (releases.get(`${namespace}/${release}`) ?? 0) + 1);
  const each = [...releases].map(([release, count]) => `${release} ${count}`).join(", ");
  return `${counted(pods.length, "pod")} left (${each})`;
}

function stuck({ cluster, limitMillis }: ContextOfMessage, pods: readonly PresentPod[]): string {
  const where = `cluster "${cluster.cluster}"`;
  if (pods.length === 0)
    return `${where}: the Deployments' controller has not confirmed 0 replicas within ${durationText(limitMillis)}: see whether the cluster's control plane works, then run this again`;
  const names = pods.map(({ namespace, name, phase }) => `${namespace}/${name} (${phase})`).join(", ");
  return `${where}: ${counted(pods.length, "pod")} still ${pods.length === 1 ? "exists" : "exist"} after ${durationText(limitMillis)}: ${names}. A pod that exists may write, so nothing is closed. kubectl describe pod says why it does not end. If its node is gone, make sure that the machine is switched off, then delete the Node object; never delete the pod by force. Then run this again`;
}

type ContextOfMessage = Pick<ClusterContext, "cluster" | "limitMillis">;
