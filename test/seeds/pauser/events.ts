import { UNFINISHED_KEY } from "../../../pauser/note";
import { RECORD, type VirtualCluster } from "../../unit/pauser/virtual/cluster";
import type { Actor } from "./actor";
import { EVICTION_MILLIS, type Job, terminate, type Unpauser } from "./controllers";
import { happenToPod } from "./pod-events";
import type { API_EVENTS, Event, PROCESS_EVENTS, RECORD_EVENTS } from "./schedule";
import { FIRST_LEASE, type World } from "./world";

/** What the events of a schedule act on. */
export interface Stage {
  world: World;
  /** By pauser; of the first cluster. */
  jobs: Job[];
  unpausers: Unpauser[];
}

/** One event, from its beginning to its end. @param actor the process at whose call it begins, if it does */
export async function happen(stage: Stage, event: Event, actor?: Actor): Promise<void> {
  const { world } = stage;
  world.say(`EVENT ${JSON.stringify({ ...event, when: undefined })}`);
  const [cluster] = world.clusters as [VirtualCluster];
  if ("pod" in event) return happenToPod(world, event.pod, event.what, event.forMillis);
  if ("api" in event && event.api === "refuses writes for long, and the run is killed")
    (actor ?? stage.jobs[0]?.current)?.process.kill();
  if ("api" in event)
    return happenToApi(
      world,
      world.clusters[event.cluster % world.clusters.length] as VirtualCluster,
      event.api,
      event.forMillis,
    );
  if ("process" in event) {
    const job = stage.jobs[actor?.pauser ?? event.pauser];
    const target = actor ?? job?.current;
    if (job && target) await happenToProcess(world, job, target, event.process, event.forMillis);
    return;
  }
  if ("unpauser" in event) return void happenToUnpauser(stage, event.unpauser, event.calls, event.forMillis);
  if ("record" in event) {
    if (event.record === "is damaged, its run is killed, and pods hang") {
      for (const pod of cluster.pods.values()) pod.hang(event.forMillis);
      (actor ?? stage.jobs[0]?.current)?.process.kill();
    }
    return happenToRecord(cluster, event.record);
  }
  if ("lease" in event) {
    const lease = cluster.api.get("leases", RECORD.namespace, FIRST_LEASE);
    const holderIdentity = event.lease === "is taken" ? "somebody" : "";
    return cluster.api.put("leases", { ...lease, spec: { ...lease.spec, holderIdentity } });
  }
  return scalarsTool(world, event.forMillis);
}

/** Scalar's own tool on the first release: it checks nothing before, and knows no Lease. */
async function scalarsTool(world: World, holdMillis: number): Promise<void> {
  const pods = [...(world.clusters[0]?.pods.values() ?? [])];
  await Promise.all(pods.map((pod) => pod.forcePause(30_000, "Scalar's tool")));
  await world.time.wait(holdMillis);
  for (const pod of pods) pod.forceUnpause("Scalar's tool");
}

async function happenToApi(
  world: World,
  cluster: VirtualCluster,
  what: (typeof API_EVENTS)[number],
  forMillis: number,
): Promise<void> {
  const { api } = cluster;
  if (what === "drops") api.fault = () => "drop";
  else if (what === "loses answers") api.fault = () => "drop-answer";
  else if (what === "does not answer") api.fault = () => "hang";
  else if (typeof what === "number") api.fault = () => what;
  else if (what === "PUT 409") api.fault = (method) => (method === "PUT" ? 409 : undefined);
  else if (what === "PUT 422") api.fault = (method) => (method === "PUT" ? 422 : undefined);
  else if (what === "is slow") api.tripMillis = 1900;
  else if (what === "does not answer, and pods ignore Unpauses") {
    for (const pod of cluster.pods.values()) pod.faults = { ...pod.faults, ignoreUnpauses: 4 };
    api.fault = () => "hang";
    await world.time.wait(40_000);
  } else if (what === "refuses writes for long, and the run is killed") {
    api.fault = (method) => (method === "PUT" ? 422 : undefined);
    await world.time.wait(1_200_000);
  } else if (what === "lags behind") api.lagBehind();
  else if (what === "lags behind while a pod appears") {
    api.lagBehind();
    await happenToPod(world, 0, "appears", 0);
  } else writeByOthers(cluster);
  // A quota or an admission controller may refuse writes for long.
  await world.time.wait(what === "PUT 422" ? forMillis * 20 : forMillis);
  healApi(cluster);
}

/** Another client changes the record, and the Lease, without a change of their contents. */
function writeByOthers({ api }: VirtualCluster): void {
  api.put("configmaps", api.get("configmaps", RECORD.namespace, RECORD.name));
  api.put("leases", api.get("leases", RECORD.namespace, FIRST_LEASE));
}

export function healApi({ api }: VirtualCluster): void {
  api.fault = () => undefined;
  api.tripMillis = 4;
  api.catchUp();
}

async function happenToProcess(
  world: World,
  job: Job,
  actor: Actor,
  what: (typeof PROCESS_EVENTS)[number],
  forMillis: number,
): Promise<void> {
  const { process } = actor;
  const { time } = world;
  if (what === "SIGTERM") {
    actor.signalledAt ??= time.now;
    process.signal("SIGTERM");
  } else if (what === "SIGKILL") process.kill();
  else if (what === "its Job is deleted") job.remove("kubectl delete job");
  // Small steps are the ones that are hard to notice.
  else if (what === "its clock is stepped")
    process.wallOffset += ((forMillis % 8000) - 4000) / (forMillis % 2 === 0 ? 1 : 10);
  else {
    actor.disturbed = true;
    if (what === "SIGSTOP") {
      process.freeze();
      await time.wait(forMillis);
      process.thaw();
    } else if (what === "is starved") {
      process.starvedMillis = 100 + (forMillis % 1500);
      await time.wait(forMillis);
      process.starvedMillis = 0;
    } else {
      process.unreachable.api = what !== "loses the pods";
      process.unreachable.pods = what === "loses the pods" || (what === "its node is lost" && forMillis % 2 === 0);
      const evicted = what === "its node is lost" && forMillis > EVICTION_MILLIS;
      if (evicted) {
        await time.wait(EVICTION_MILLIS);
        if (job.current === actor) job.evict();
        await time.wait(forMillis - EVICTION_MILLIS);
      } else await time.wait(forMillis);
      process.unreachable.api = false;
      process.unreachable.pods = false;
      const cluster = world.clusters[actor.cluster];
      // The kubelet of the node that is back ends the pod that was evicted.
      if (evicted && cluster) terminate(world, actor, cluster);
    }
  }
}

async function happenToUnpauser(
  { world, unpausers }: Stage,
  what: "SIGKILL" | "SIGSTOP",
  calls: number,
  forMillis: number,
): Promise<void> {
  const actor = await Promise.race(unpausers.map(({ atWork }) => atWork));
  for (let waited = 0; waited < calls; waited++) await world.time.wait(3);
  world.say(`${what} of ${actor.name}`);
  if (what === "SIGKILL") return actor.process.kill();
  actor.disturbed = true;
  actor.process.freeze();
  await world.time.wait(forMillis);
  actor.process.thaw();
}

function happenToRecord(cluster: VirtualCluster, what: (typeof RECORD_EVENTS)[number]): void {
  if (what === "invalid windows") cluster.tamper({ "windows.json": "rubbish" });
  else if (what === "newer windows") cluster.tamper({ "windows.json": '{"schemaVersion":9,"windows":{}}' });
  else {
    const note = cluster.recorded(UNFINISHED_KEY);
    if (note !== undefined) cluster.tamper({ [UNFINISHED_KEY]: damaged(note, what) });
  }
}

function damaged(text: string, how: (typeof RECORD_EVENTS)[number]): string {
  let note: { pods: object[] };
  try {
    note = JSON.parse(text);
  } catch {
    return "rubbish";
  }
  if (how === "invalid note") return "rubbish";
  if (how === "newer note") return JSON.stringify({ ...note, schemaVersion: 9 });
  const pods = note.pods.map((pod, index) => (index === 0 ? { ...pod, port: "admin" } : pod));
  return JSON.stringify({ ...note, pods });
}
