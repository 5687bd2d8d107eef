import { durationText } from "../../restore-points/duration";
import { isConflict } from "../kubernetes/client";
import { type ClusterContext, MAX_REPEATS, POLL_MILLIS } from "./cluster-context";
import { isOf, type Journal } from "./journal";
import { type Say, Waiting } from "./progress";
import { resumeSchedules } from "./schedules";
import { keyOf, readPods, readWorkloads, scale, type Workload } from "./workloads";

/** Scales out to the journal's counts and waits for the pods. @throws {Error} when some are not available at the limit */
export async function startPods(context: ClusterContext, say: Say): Promise<void> {
  const { cluster, client, journal, locks } = context;
  const recorded = await journal.read();
  if (recorded === undefined || recorded.state === "started" || !isOf(recorded, cluster.releases)) return;
  await locks.keep();
  await journal.update((current) => current && { ...current, state: "starting" });
  await scaleOut(context, recorded, say);
  await locks.keep();
  await resumeSchedules(client, recorded.schedules, say);
  await locks.keep();
  await journal.update((current) => current && { ...current, state: "started" });
  say(`cluster "${cluster.cluster}": all pods are available`);
}

async function scaleOut(context: ClusterContext, { replicas: counts }: Journal, say: Say): Promise<void> {
  const { cluster, client, limitMillis } = context;
  const waiting = new Waiting(say, limitMillis);
  const scaling = new ScalingOut(context, counts, say);
  reportWithoutCount(await readWorkloads(client, cluster.releases), counts, say);
  for (;;) {
    const workloads = await scaling.next();
    const left = workloads.filter((workload) => !isAvailable(workload, counts[keyOf(workload)] ?? 0));
    if (left.length === 0) break;
    const text = left
      .map((workload) => {
        const wanted = Math.max(workload.replicas, counts[keyOf(workload)] ?? 0);
        return `${workload.namespace}/${workload.release}: ${workload.available} of ${wanted} pods available`;
      })
      .join(", ");
    const pods = await readPods(client, cluster.releases);
    const seen = pods.map(({ namespace, name, phase }) => `${namespace}/${name} (${phase})`).join(", ");
    await waiting.next(
      `cluster "${cluster.cluster}": ${text}`,
      POLL_MILLIS,
      () =>
        `cluster "${cluster.cluster}": after ${durationText(limitMillis)}, ${text}; pods: ${seen || "none"}. kubectl describe pod and kubectl logs say why. The databases are switched over: correct what keeps the pods from starting, then run this again; it scales out to the recorded counts and waits again`,
    );
  }
  const gone = missing(context, await readWorkloads(client, cluster.releases), counts);
  if (gone !== undefined) throw new Error(gone);
}

/** The Deployments of a cluster on their way to their recorded counts. */
class ScalingOut {
  readonly #context: ClusterContext;
  readonly #counts: Record<string, number>;
  readonly #say: Say;
  readonly #times = new Map<string, number>();

  constructor(context: ClusterContext, counts: Record<string, number>, say: Say) {
    this.#context = context;
    this.#counts = counts;
    this.#say = say;
  }

  async next(): Promise<Workload[]> {
    const { client, cluster } = this.#context;
    const workloads = await readWorkloads(client, cluster.releases);
    for (const workload of workloads) await this.#scaleOut(workload);
    return workloads;
  }

  async #scaleOut(workload: Workload): Promise<void> {
    const { client, locks, cluster } = this.#context;
    const key = keyOf(workload);
    const count = this.#counts[key] ?? 0;
    const times = this.#times.get(key) ?? 0;
    // Once scaled out, an autoscaler may choose another number, but not 0.
    const needed = times === 0 ? workload.replicas < count : workload.replicas === 0 && count > 0;
    if (!needed) return;
    const by = workload.scaledBy === undefined ? "" : ` by ${workload.scaledBy}`;
    if (times > MAX_REPEATS)
      throw new Error(
        `Deployment ${key} in cluster "${cluster.cluster}" was scaled to 0 again ${times - 1} times, the last time${by}: correct what scales it (a chart's values, KEDA's paused-replicas), then run this again`,
      );
    await locks.keep();
    try {
      await scale(client, workload, count);
    } catch (error) {
      // Changed since it was read: it is read again, a moment later.
      if (isConflict(error)) return;
      throw error;
    }
    this.#times.set(key, times + 1);
    const what = `release ${workload.namespace}/${workload.release}: Deployment ${workload.deployment}`;
    this.#say(
      times === 0
        ? `${what} scaled from ${workload.replicas} to ${count}`
        : `${what} was scaled to 0 again${by}; scaled to ${count} again`,
    );
  }
}

/** As many as it is asked for now: an autoscaler may have chosen another number than the recorded one. */
function isAvailable({ replicas, available, observed }: Workload, count: number): boolean {
  return count === 0 || (replicas > 0 && observed && available >= replicas);
}

/** Deployments that had no pods before the switch-over, or did not exist, stay at 0. */
function reportWithoutCount(workloads: readonly Workload[], counts: Record<string, number>, say: Say): void {
  for (const { namespace, deployment, replicas } of workloads) {
    if (counts[keyOf({ namespace, deployment })] || replicas > 0) continue;
    say(
      `Deployment ${namespace}/${deployment} had no pods when the switch-over began, so none are started: kubectl scale deployment ${deployment} --namespace ${namespace} --replicas <count>`,
    );
  }
}

/** Recorded Deployments that do not exist any more, of releases that have no other one with pods. */
function missing(
  { cluster, journal }: ClusterContext,
  workloads: readonly Workload[],
  counts: Record<string, number>,
): string | undefined {
  const bare = cluster.releases.filter(
    ({ namespace, name }) =>
      !workloads.some((each) => each.namespace === namespace && each.release === name && each.replicas > 0),
  );
  const gone = Object.keys(counts).filter(
    (key) =>
      counts[key] &&
      !workloads.some((each) => keyOf(each) === key) &&
      bare.some(({ namespace }) => key.startsWith(`${namespace}/`)),
  );
  if (gone.length === 0) return undefined;
  const releases = bare.map(({ namespace, name }) => `${namespace}/${name}`).join(", ");
  return `cluster "${cluster.cluster}": ${gone.map((key) => `Deployment ${key}`).join(", ")} of ${releases} ${gone.length === 1 ? "does" : "do"} not exist any more: install the release again (helm upgrade --install), then run this again. ${journal.name} has the former counts`;
}
