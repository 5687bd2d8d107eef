import test, { type ExecutionContext } from "ava";
import { plantWindow } from "../../../rehearsal/planted-window";
import { readWindowRecord, writeWindowRecord } from "../../../restore-points/record";
import { WINDOWS_KEY } from "../../../restore-points/window";
import { SimulatedClock } from "../../../simulator/cloud/clock";
import { KubernetesCluster, kindOf } from "../../../simulator/cloud/kubernetes/cluster";

const NEWEST = {
  cluster: "default",
  pauseCompleted: "2026-11-28T00:19:55.256Z",
  unpauseStarted: "2026-11-28T00:20:05.267Z",
  clockOffsetMillis: 0,
  releases: [{ namespace: "scalar", name: "scalardb-cluster", product: "scalardb-cluster" as const, pods: ["a"] }],
};

async function clusterWith(t: ExecutionContext, data: Record<string, string>) {
  const cluster = await KubernetesCluster.start({ clock: new SimulatedClock() });
  t.teardown(() => cluster.stop());
  cluster.createNamespace("scalar");
  cluster.store.create({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "scalar-pause-windows", namespace: "scalar" },
    data,
  });
  return cluster;
}

const between = (from: string, to: string) => ({ from: Date.parse(from), to: Date.parse(to) });

test("a window is recorded once more within an earlier time, with the same releases and pods", async (t) => {
  const cluster = await clusterWith(t, { [WINDOWS_KEY]: writeWindowRecord([NEWEST]) });
  const planted = plantWindow(cluster, "scalar", between("2026-11-28T00:17:44Z", "2026-11-28T00:18:19Z"));
  t.deepEqual(planted, {
    ...NEWEST,
    pauseCompleted: "2026-11-28T00:17:55.256Z",
    unpauseStarted: "2026-11-28T00:18:05.267Z",
  });
  const [record] = cluster.store.list(kindOf({ apiVersion: "v1", kind: "ConfigMap" }), "scalar");
  const data = (record?.data ?? {}) as Record<string, string>;
  t.deepEqual(readWindowRecord(data[WINDOWS_KEY]), { windows: [planted, NEWEST], malformed: [] });
});

test("a window that would leave its time is not recorded, and neither is one without an original", async (t) => {
  const cluster = await clusterWith(t, { [WINDOWS_KEY]: writeWindowRecord([NEWEST]) });
  for (const [from, to] of [
    ["2026-11-28T00:18:44Z", "2026-11-28T00:19:04Z"],
    ["2026-11-28T00:19:00Z", "2026-11-28T00:20:19Z"],
  ] as const)
    t.throws(() => plantWindow(cluster, "scalar", between(from, to)), { message: /fits nowhere/ });
  const empty = await clusterWith(t, {});
  t.throws(() => plantWindow(empty, "scalar", { from: 0, to: 1 }), { message: "no window is recorded" });
});
