import { UNFINISHED_KEY } from "../../../pauser/note";
import type { KubernetesObject } from "../../unit/pauser/doubles/objects";
import type { VirtualCluster } from "../../unit/pauser/virtual/cluster";
import type { VirtualPod } from "../../unit/pauser/virtual/pod";
import type { PodEvent } from "./schedule";
import type { World } from "./world";

/** The longest delay after which Kubernetes reports a container's event. */
const KUBELET_MILLIS = 2000;
/** The longest time between two polls of a pod, with the slowest allowed answer: a shorter unpause cannot be noticed. */
export const SEEN_MILLIS = 1300;

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
  // Longer than most holds: their windows end before.
  await time.wait(4000 + forMillis);
  pod.forceUnpause("a user");
}

/**
 * The network holds a Pause back for at most 4 s less than its deadline, after which the pod's gRPC server would drop it: 5 s after the
 * drain limit, which is 30 s, or 4 s in a rendezvous. Its sender is killed in the meantime.
 */
async function pauseLate(world: World, pod: VirtualPod, cluster: VirtualCluster, forMillis: number): Promise<void> {
  const drainLimit = world.clusters.length > 1 ? 4000 : 30_000;
  pod.faults = { ...pod.faults, lateMillis: 1000 + Math.min(drainLimit, forMillis * 5) };
  const own = world.clusters.indexOf(cluster);
  const sender = () =>
    world.actors.find((actor) => actor.cluster === own && actor.paused.has(pod.address) && !actor.process.dead);
  for (let waited = 0; sender() === undefined && waited < 1000; waited++) await world.time.wait(5);
  sender()?.process.kill();
  const { lateMillis: _, ...usual } = pod.faults;
  pod.faults = usual;
}

/** Another caller closes the pod when a run has written its note, and does not wait for its long drain; nor can the run. */
async function pauseBefore(world: World, pod: VirtualPod, cluster: VirtualCluster, forMillis: number): Promise<void> {
  const { time } = world;
  const { drainMillis: _, ...usual } = pod.faults;
  pod.faults = { ...usual, drainMillis: 45_000 };
  for (let waited = 0; cluster.recorded(UNFINISHED_KEY) === undefined && waited < 3000; waited++) await time.wait(1);
  pod.forcePauseWithoutDrain();
  await time.wait(50_000 + forMillis);
  pod.faults = usual;
  pod.forceUnpause("a user");
}

/** What happens to the pod of an index, of all clusters' pods. */
export async function happenToPod(world: World, index: number, what: PodEvent, forMillis: number): Promise<void> {
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
  const added = () => {
    const { labels = {} } = cluster.api.get("pods", namespace, name).metadata;
    world.follow(`${key}-new`, cluster.addPod(namespace, `${name}-new`, labels));
  };
  const appear = () => {
    added();
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
    case "appears before its Deployment says so":
      added();
      await time.wait(forMillis);
      return cluster.changeDeployment(deploymentOf(key), countPods(1));
    case "appears for a moment": {
      appear();
      await time.wait(forMillis);
      cluster.removePod(`${key}-new`);
      return cluster.changeDeployment(deploymentOf(key), countPods(-1));
    }
    // Faster than a JVM: between two looks at the pod.
    case "restarts, and is paused by a user at once":
      pod.restart();
      countRestart(0);
      await pod.forcePause(30_000, "a user");
      await time.wait(forMillis);
      return pod.forceUnpause("a user");
    case "is paused by a user right before its Pause":
      return pauseBefore(world, pod, cluster, forMillis);
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
      return pauseLate(world, pod, cluster, forMillis);
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
