import type { ExecutionContext } from "ava";
import type { Outcome } from "../../../../pauser/outcome";
import { type ReleaseOptions, VirtualCluster } from "./cluster";
import type { VirtualPod } from "./pod";
import type { VirtualProcess } from "./process";

/** The key of the first release's pods, by their index. */
export const key = (index: number) => `scalar/scalardb-scalardb-cluster-${index}`;

/** A cluster with one release of three pods, unless the test installs others. */
export function sceneOf(...releases: ReleaseOptions[]): { cluster: VirtualCluster; pods: VirtualPod[] } {
  const cluster = new VirtualCluster();
  const pods = (releases.length > 0 ? releases : [{}]).flatMap((release) => cluster.install(release));
  return { cluster, pods };
}

/** A complete run. */
export function pause(
  cluster: VirtualCluster,
  settings: object = {},
  env: Record<string, string> = {},
): Promise<Outcome> {
  return cluster.time.until(cluster.run(settings, { env }));
}

/** A run that has begun. Time passes only while the test waits for something with `cluster.time`. */
export interface Begun {
  process: VirtualProcess;
  running: Promise<Outcome>;
  /** Advances time until the run has ended. */
  ended: () => Promise<Outcome>;
}

export function begin(cluster: VirtualCluster, settings: object = {}, env: Record<string, string> = {}): Begun {
  const process = cluster.newProcess();
  const running = cluster.run(settings, { process, env });
  return { process, running, ended: () => cluster.time.until(running) };
}

/** A run that has begun to hold. */
export async function beginHolding(cluster: VirtualCluster, settings: object = {}, env: Record<string, string> = {}) {
  const begun = begin(cluster, settings, env);
  await untilTrue(cluster, () => cluster.logs.some((line) => line.startsWith("all paused")));
  return begun;
}

/** Advances time until a condition holds. */
export function untilTrue(cluster: VirtualCluster, holds: () => boolean): Promise<void> {
  const poll = async () => {
    for (let tries = 0; !holds(); tries++) {
      if (tries > 100_000) throw new Error("the condition never holds");
      await cluster.time.wait(5);
    }
  };
  return cluster.time.until(poll());
}

/** Advances time. */
export function elapse(cluster: VirtualCluster, millis: number): Promise<void> {
  return cluster.time.until(cluster.time.wait(millis));
}

/** Asserts what must hold after every run. */
export function assertSafe(t: ExecutionContext, cluster: VirtualCluster): void {
  t.deepEqual(cluster.pausedPods, [], "pods are left paused");
  t.deepEqual(cluster.falseWindows, [], "a recorded window contradicts the pods' own logs");
}

/** Asserts that nothing was recorded, no pod is paused, and record and leases are free for the next run. */
export function assertVoid(t: ExecutionContext, cluster: VirtualCluster): void {
  assertSafe(t, cluster);
  t.deepEqual(cluster.windows, []);
  t.is(cluster.unfinished, undefined);
  t.deepEqual(cluster.heldLeases, []);
}

export function assertUntouched(t: ExecutionContext, cluster: VirtualCluster): void {
  assertVoid(t, cluster);
  for (const [name, pod] of cluster.pods) t.false(pod.calls.includes("Pause"), `${name} was paused`);
}
