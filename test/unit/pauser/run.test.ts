import test from "ava";
import type { KubernetesObject } from "./doubles/objects";
import type { VirtualCluster } from "./virtual/cluster";
import type { VirtualPod } from "./virtual/pod";
import {
  assertSafe,
  assertUntouched,
  assertVoid,
  begin,
  beginHolding,
  elapse,
  key,
  pause,
  sceneOf,
  untilTrue,
} from "./virtual/scene";

// The production code in virtual time: API server, pods and clocks are simulated. `real-servers.test.ts` and
// `process.test.ts` run it against real HTTP and gRPC servers.

const LEDGERS = { namespace: "ledgers", name: "ledger", product: "ledger", pods: 2 } as const;
const AUDITORS = { namespace: "ledgers", name: "auditor", product: "auditor", pods: 1 } as const;

test("several releases of all products in several namespaces share one window", async (t) => {
  const { cluster } = sceneOf({}, LEDGERS, AUDITORS);
  const { end, window } = await pause(cluster, { cluster: "tokyo" });
  t.is(end, "recorded");
  assertSafe(t, cluster);
  t.deepEqual(cluster.windows, [window as NonNullable<typeof window>]);
  t.is(cluster.unfinished, undefined);
  t.deepEqual(cluster.heldLeases, []);
  t.like(window, { cluster: "tokyo" });
  t.deepEqual(
    window?.releases.map(({ namespace, name, product, pods }) => [namespace, name, product, pods.length]),
    [
      ["scalar", "scalardb", "scalardb-cluster", 3],
      ["ledgers", "ledger", "ledger", 2],
      ["ledgers", "auditor", "auditor", 1],
    ],
  );
});

test("two products in one release are both paused", async (t) => {
  const { cluster } = sceneOf(
    { name: "audited", product: "ledger", pods: 1 },
    { name: "audited", product: "auditor", pods: 1 },
  );
  const { window } = await pause(cluster);
  t.deepEqual(
    window?.releases.map(({ name, product }) => `${name} ${product}`),
    ["audited auditor", "audited ledger"],
  );
  assertSafe(t, cluster);
});

// What every object of JavaScript has is the name of no product.
for (const app of ["envoy", "constructor"])
  test(`pods of another app of the same release are not paused: ${app}`, async (t) => {
    const { cluster } = sceneOf();
    const labels = { "app.kubernetes.io/instance": "scalardb", "app.kubernetes.io/app": app };
    cluster.api.put("pods", {
      metadata: { namespace: "scalar", name: "other", labels },
      spec: { containers: [] },
      status: { phase: "Pending" },
    });
    t.is((await pause(cluster)).end, "recorded");
  });

test("a pod that ended long ago does not keep the others from being paused", async (t) => {
  const { cluster } = sceneOf();
  const labels = { "app.kubernetes.io/instance": "scalardb", "app.kubernetes.io/app": "scalardb-cluster" };
  cluster.api.put("pods", {
    metadata: { namespace: "scalar", name: "evicted", labels },
    spec: { containers: [] },
    status: { phase: "Failed", reason: "Evicted" },
  });
  const { window } = await pause(cluster);
  t.is(window?.releases[0]?.pods.length, 3);
});

test("the run waits for a slow drain, which is not part of the window", async (t) => {
  const { cluster, pods } = sceneOf();
  Object.assign(pods[1]?.faults as object, { drainMillis: 20_000 });
  t.is((await pause(cluster)).end, "recorded");
  assertSafe(t, cluster);
});

// Problems before anything is paused.

test("after a drain that takes too long, all pods are unpaused", async (t) => {
  const { cluster, pods } = sceneOf();
  Object.assign(pods[1]?.faults as object, { drainMillis: 50_000 });
  const { end, reasons } = await pause(cluster);
  t.is(end, "failedToPause");
  t.regex(reasons.join(), /scalar\/scalardb-scalardb-cluster-1: Pause failed: the Pause did not complete: TIMED_OUT/);
  assertVoid(t, cluster);
});

test("when a pod refuses while another is draining, the other one is not left paused", async (t) => {
  const { cluster, pods } = sceneOf();
  Object.assign(pods[0]?.faults as object, { refusePause: true });
  Object.assign(pods[2]?.faults as object, { drainMillis: 4000, pausesLate: true });
  t.is((await pause(cluster)).end, "failedToPause");
  await elapse(cluster, 30_000);
  assertVoid(t, cluster);
});

test("when a pod dies during its Pause, all others are unpaused", async (t) => {
  const { cluster, pods } = sceneOf();
  Object.assign(pods[0]?.faults as object, { dieOnPause: true });
  const { ended } = begin(cluster);
  await untilTrue(cluster, () => pods[0]?.alive === false);
  await elapse(cluster, 1000);
  // Kubernetes starts its container again.
  pods[0]?.start();
  t.is((await ended()).end, "failedToPause");
  assertVoid(t, cluster);
});

test("a pod that answers that it is paused but is not voids the window", async (t) => {
  const { cluster, pods } = sceneOf();
  Object.assign(pods[0]?.faults as object, { pretendToPause: true });
  const { end, reasons } = await pause(cluster);
  t.is(end, "void");
  t.regex(reasons.join(), /scalardb-scalardb-cluster-0: is no longer paused/);
  assertVoid(t, cluster);
});

test("an unreachable pod is reported before anything is paused", async (t) => {
  const { cluster, pods } = sceneOf();
  pods[2]?.die();
  const { end, reasons } = await pause(cluster);
  t.is(end, "void");
  t.regex(reasons.join(), /pod scalar\/scalardb-scalardb-cluster-2: CheckPaused failed: .*ECONNREFUSED/);
  assertUntouched(t, cluster);
});

test("a pod that another caller has paused stays paused", async (t) => {
  const { cluster, pods } = sceneOf();
  await cluster.time.until(pods[0]?.forcePause() as Promise<void>);
  const { end, reasons } = await pause(cluster);
  t.is(end, "void");
  t.regex(reasons.join(), /was paused already.*kubectl --namespace scalar delete pod scalardb-scalardb-cluster-0/);
  t.deepEqual(cluster.pausedPods, [key(0)]);
  t.false(pods[1]?.calls.includes("Pause"));
});

const UNSETTLED: [what: string, change: (cluster: VirtualCluster) => void, reason: RegExp][] = [
  [
    "a pod that is not Ready",
    (cluster) =>
      cluster.changePod(key(1), (pod) => {
        pod.status.conditions = [{ type: "Ready", status: "False" }];
      }),
    /pod scalar\/scalardb-scalardb-cluster-1 is not Ready/,
  ],
  [
    "a pod that is being deleted",
    (cluster) =>
      cluster.changePod(key(1), (pod) => {
        pod.metadata.deletionTimestamp = "2026-11-22T03:00:00Z";
      }),
    /scalardb-cluster-1 is being deleted/,
  ],
  [
    "fewer pods than the Deployment wants",
    (cluster) => cluster.api.remove("pods", "scalar", "scalardb-scalardb-cluster-1"),
    /has 2 pods where its Deployment wants 3/,
  ],
  [
    "a rollout under way",
    (cluster) =>
      cluster.changeDeployment(key(0), (deployment) => {
        deployment.status.updatedReplicas = 1;
      }),
    /a rollout of Deployment scalar\/scalardb-scalardb-cluster is under way/,
  ],
  [
    "no headless Service",
    (cluster) => cluster.api.remove("services", "scalar", "scalardb-scalardb-cluster-headless"),
    /no Service ending in -headless with a port named scalardb-cluster; set the release's adminPort/,
  ],
  [
    "a named port that a pod does not have",
    (cluster) => {
      const service = cluster.api.get("services", "scalar", "scalardb-scalardb-cluster-headless");
      service.spec.ports[1].targetPort = "admin";
      cluster.api.put("services", service);
    },
    /scalardb-cluster-1 has no port named admin/,
  ],
  [
    "a release scaled to nothing",
    (cluster) => {
      for (const index of [0, 1, 2]) cluster.api.remove("pods", "scalar", `scalardb-scalardb-cluster-${index}`);
    },
    /has no pods \(its Deployment wants 3\)/,
  ],
  [
    "no Lease of the release",
    (cluster) => cluster.api.remove("leases", "scalar", "scalar-backup-scalardb"),
    /Lease scalar\/scalar-backup-scalardb does not exist .*create it with `pulumi up`/,
  ],
];

for (const [what, change, reason] of UNSETTLED) {
  test(`nothing is paused when there is ${what}`, async (t) => {
    const { cluster } = sceneOf({}, LEDGERS);
    change(cluster);
    const { end, reasons } = await pause(cluster);
    t.is(end, "void");
    t.regex(reasons.join(), reason);
    if (what.includes("Lease")) cluster.releases.shift();
    assertUntouched(t, cluster);
  });
}

test("a missing release is reported with the labels of the search", async (t) => {
  const { cluster } = sceneOf();
  const { end, reasons } = await pause(cluster, { releases: [...cluster.releases, { namespace: "x", name: "typo" }] });
  t.is(end, "void");
  t.regex(reasons.join(), /release x\/typo has no pods of a Scalar product.*app\.kubernetes\.io\/instance=typo/);
  assertUntouched(t, cluster);
});

// What happens while pods are paused.

const restarted = (container: string) => (pod: KubernetesObject) => {
  for (const status of pod.status.containerStatuses) if (status.name === container) status.restartCount += 1;
};

const HAPPENS: [what: string, happen: (cluster: VirtualCluster, pods: VirtualPod[]) => unknown, reason: RegExp][] = [
  [
    "a pod restarts",
    (cluster, [pod]) => {
      pod?.restart();
      cluster.changePod(key(0), restarted("scalar"));
    },
    /is no longer paused/,
  ],
  [
    "a pod restarts, and another caller pauses it again",
    (cluster, [pod]) => {
      pod?.restart();
      void pod?.forcePause();
      cluster.changePod(key(0), restarted("scalar"));
    },
    /scalardb-cluster-0 restarted \(0 restarts before, 1 after\)/,
  ],
  [
    "a pod appears",
    (cluster) => {
      const labels = { "app.kubernetes.io/instance": "scalardb", "app.kubernetes.io/app": "scalardb-cluster" };
      cluster.addPod("scalar", "newcomer", labels);
    },
    /pod scalar\/newcomer appeared/,
  ],
  [
    "a pod vanishes",
    (cluster) => cluster.removePod(key(0)),
    /scalardb-cluster-0: was not seen paused for \d+ ms, 1000 ms are allowed \(CheckPaused failed: connect ECONNREFUSED\)/,
  ],
  [
    "a pod is replaced under the same name",
    (cluster) =>
      cluster.changePod(key(0), (object) => {
        object.metadata.uid = "another";
      }),
    /scalardb-cluster-0 was replaced/,
  ],
  [
    "a rollout starts",
    (cluster) =>
      cluster.changeDeployment(key(0), (deployment) => {
        deployment.metadata.generation = 2;
      }),
    /Deployments of scalardb-cluster in scalar changed/,
  ],
  ["another caller unpauses a pod", (_, [pod]) => pod?.forceUnpause(), /is no longer paused/],
  [
    "a product appears in the release",
    (cluster) => {
      const labels = { "app.kubernetes.io/instance": "scalardb", "app.kubernetes.io/app": "auditor" };
      cluster.addPod("scalar", "auditor", labels);
    },
    /pods of auditor appeared/,
  ],
  [
    "another run takes over the note",
    (cluster) => {
      const other = { ...cluster.unfinished, run: "another", pods: [] };
      cluster.tamper({ "unfinished-run.json": JSON.stringify(other) });
    },
    /the record belongs to another run that started at/,
  ],
];

for (const [what, happen, reason] of HAPPENS) {
  test(`the window is void when ${what}`, async (t) => {
    const { cluster, pods } = sceneOf();
    const { ended } = await beginHolding(cluster);
    await elapse(cluster, 4000);
    await happen(cluster, pods);
    const { end, reasons } = await ended();
    t.is(end, "void");
    t.regex(reasons.join(), reason);
    assertSafe(t, cluster);
    t.deepEqual(cluster.windows, []);
  });
}

test("a sidecar that restarts does not void the window", async (t) => {
  const { cluster } = sceneOf();
  const { ended } = await beginHolding(cluster);
  cluster.changePod(key(0), restarted("sidecar"));
  t.is((await ended()).end, "recorded");
});

test("a signal during the hold unpauses all pods at once", async (t) => {
  const { cluster } = sceneOf();
  const { process, ended } = await beginHolding(cluster, { holdSeconds: 60 });
  process.signal("SIGTERM");
  const { end, reasons } = await ended();
  t.is(end, "void");
  t.deepEqual(reasons, ["stopped by SIGTERM"]);
  assertVoid(t, cluster);
});

test("an internal error during the hold unpauses all pods, too", async (t) => {
  const { cluster } = sceneOf();
  const report = {
    ...cluster.report,
    log: (text: string) => {
      if (text.startsWith("all paused")) throw new TypeError("a bug");
    },
  };
  const { end, reasons } = await cluster.time.until(cluster.run({ holdSeconds: 60 }, { report }));
  t.is(end, "broken");
  t.regex(reasons.join(), /^TypeError: a bug\n {4}at /);
  t.true([...cluster.pods.values()].every((pod) => pod.calls.includes("Pause")));
  assertVoid(t, cluster);
});

test("after a signal during the drain, pods are unpaused when the Pause has ended", async (t) => {
  const { cluster, pods } = sceneOf();
  Object.assign(pods[1]?.faults as object, { drainMillis: 4000, pausesLate: true });
  const { process, ended } = begin(cluster);
  await untilTrue(cluster, () => pods[0]?.paused === true);
  process.signal("SIGTERM");
  t.is((await ended()).end, "void");
  await elapse(cluster, 30_000);
  assertVoid(t, cluster);
});
