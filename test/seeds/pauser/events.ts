import { UNFINISHED_KEY } from "../../../pauser/note";
import type { KubernetesObject } from "../../unit/pauser/doubles/objects";
import { RECORD, type VirtualCluster } from "../../unit/pauser/virtual/cluster";
import type { VirtualPod } from "../../unit/pauser/virtual/pod";
import { EVICTION_MILLIS, type Job, terminate, type Unpauser } from "./controllers";
import type { API_EVENTS, Event, POD_EVENTS, PROCESS_EVENTS, RECORD_EVENTS } from "./schedule";
import { type Actor, FIRST_LEASE, type World } from "./world";

/** The longest delay after which Kubernetes reports a container's event. */
const KUBELET_MILLIS = 2000;
/** The longest time between two polls of a pod, with the slowest allowed answer: a shorter unpause cannot be noticed. */
export const SEEN_MILLIS = 1300;

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

/** A pod that an event added belongs to the same Deployment as the pod after which it is named. */
const deploymentOf = (key: string) => key.replace(/(-new)+$/, "");

/** A Deployment's controller counts its pods in the status, so each added or deleted pod changes the Deployment. */
const countPods = (change: number) => (deployment: KubernetesObject) => {
  deployment.status.replicas += change;
};

/** Another pod drains for seconds; right before it is paused, this one is unpaused, and answers slowly until it is paused again. */
async function unpauseAtEndOfDrain(
  world: World,
  pod: VirtualPod,
  other: VirtualPod | undefined,
  forMillis: number,
): Promise<void> {
  const { time } = world;
  if (other === undefined || other === pod) return;
  const drainMillis = 2000;
  other.faults = { ...other.faults, drainMillis };
  for (let waited = 0; other.closedBy === undefined; waited++) {
    if (waited > 1000) return;
    await time.wait(5);
  }
  await time.wait(drainMillis - SEEN_MILLIS);
  const { tripMillis: _, ...usual } = pod.faults;
  pod.forceUnpause("a user");
  pod.faults = { ...usual, tripMillis: 900 };
  await time.wait(SEEN_MILLIS + (forMillis % 600));
  await pod.forcePause(30_000, "a user");
  pod.faults = usual;
  await time.wait(forMillis);
  pod.forceUnpause("a user");
}

/**
 * The network holds a Pause back for 1 to 31 s: less than its deadline of 35 s, after which the pod's gRPC server would drop it. Its
 * sender is killed in the meantime.
 */
async function pauseLate(world: World, pod: VirtualPod, forMillis: number): Promise<void> {
  pod.faults = { ...pod.faults, lateMillis: 1000 + Math.min(30_000, forMillis * 5) };
  const sender = () => world.actors.find(({ paused, process }) => paused.has(pod.address) && !process.dead);
  for (let waited = 0; sender() === undefined && waited < 1000; waited++) await world.time.wait(5);
  sender()?.process.kill();
  const { lateMillis: _, ...usual } = pod.faults;
  pod.faults = usual;
}

async function happenToPod(
  world: World,
  index: number,
  what: (typeof POD_EVENTS)[number],
  forMillis: number,
): Promise<void> {
  const pods = world.pods();
  const [key, pod, cluster] = pods[index % pods.length] as [string, VirtualPod, VirtualCluster];
  const { time } = world;
  const [namespace, name] = key.split("/") as [string, string];
  // An earlier event deleted the pod: nothing more can happen to it.
  if (!cluster.api.has("pods", namespace, name)) return;
  const countRestart = (container: number) =>
    cluster.changePod(key, (object) => {
      object.status.containerStatuses[container].restartCount += 1;
    });
  const vanish = () => {
    cluster.removePod(key);
    cluster.changeDeployment(deploymentOf(key), countPods(-1));
  };
  const appear = () => {
    const { labels = {} } = cluster.api.get("pods", namespace, name).metadata;
    world.follow(`${key}-new`, cluster.addPod(namespace, `${name}-new`, labels));
    cluster.changeDeployment(deploymentOf(key), countPods(1));
  };
  switch (what) {
    case "restarts":
      pod.die();
      await time.wait(forMillis / 4);
      if (cluster.api.has("pods", namespace, name)) pod.start();
      await time.wait(forMillis % KUBELET_MILLIS);
      return countRestart(0);
    case "its sidecar restarts":
      return countRestart(1);
    case "vanishes":
      return vanish();
    case "appears":
      return appear();
    case "is replaced":
      appear();
      await time.wait(forMillis);
      if (cluster.api.has("pods", namespace, name)) vanish();
      return;
    case "is unpaused and paused again":
      pod.forceUnpause("a user");
      await time.wait(SEEN_MILLIS + forMillis);
      await pod.forcePause(30_000, "a user");
      await time.wait(forMillis);
      return pod.forceUnpause("a user");
    case "is paused by a user":
      await pod.forcePause(30_000, "a user");
      await time.wait(forMillis);
      return pod.forceUnpause("a user");
    case "restarts, is paused, and its run is killed":
      pod.restart();
      time.after(500 + forMillis, () => countRestart(0));
      for (let waited = 0; pod.closedBy === undefined; waited++) {
        if (waited > 1000) return;
        await time.wait(5);
      }
      await time.wait(200);
      return world.actor(pod.closedBy ?? "")?.process.kill();
    case "gets its Pause late, and its run is killed":
      return pauseLate(world, pod, forMillis);
    case "is unpaused at the end of a drain":
      return unpauseAtEndOfDrain(world, pod, pods[(index + 1) % pods.length]?.[1], forMillis);
    case "is rolled out":
      return cluster.changeDeployment(deploymentOf(key), (deployment) => {
        deployment.metadata.generation = (deployment.metadata.generation ?? 0) + 1;
        const settled = deployment.metadata.generation;
        time.after(1000, () =>
          cluster.changeDeployment(deploymentOf(key), (later) => {
            later.status.observedGeneration = settled;
          }),
        );
      });
    case "hangs":
      return pod.hang(forMillis * 3);
    case "fails to unpause":
      pod.faults = { ...pod.faults, failUnpauses: 2 + (forMillis % 5) };
      return;
    case "ignores Unpauses":
      pod.faults = { ...pod.faults, ignoreUnpauses: 1 + (forMillis % 4) };
      return;
    case "answers slowly": {
      const { tripMillis: _, ...usual } = pod.faults;
      pod.faults = { ...usual, tripMillis: 1800 };
      await time.wait(forMillis);
      pod.faults = { ...usual };
    }
  }
}
