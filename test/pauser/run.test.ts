import { readFileSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import type { EXIT_CODES } from "../../pauser/outcome";
import { run } from "../../pauser/run";
import { sleep } from "../../pauser/time";
import { Cluster, RECORD } from "./doubles/cluster";
import type { ScalarPodServer } from "./doubles/scalar-pod";

/** Tests mostly wait, so many run at once; but with all at once a busy machine would let the pauser's own deadlines pass. */
const AT_ONCE = 10;
let running = 0;
const waiting: (() => void)[] = [];

async function turn(t: ExecutionContext): Promise<void> {
  if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  running++;
  t.teardown(() => {
    running--;
    waiting.shift()?.();
  });
}

/** A cluster with one release of three pods, unless the test installs others. */
async function clusterOf(t: ExecutionContext, install = true): Promise<{ cluster: Cluster; pods: ScalarPodServer[] }> {
  await turn(t);
  const cluster = await Cluster.start();
  t.teardown(() => cluster.stop());
  return { cluster, pods: install ? await cluster.install() : [] };
}

const never = () => new AbortController().signal;
const pause = (cluster: Cluster, settings: object = {}, stop = never(), env: Record<string, string> = {}) =>
  run(cluster.environment(settings, env), stop, cluster.report);

/** What must hold after every run, whatever happened. */
function assertSafe(t: ExecutionContext, cluster: Cluster): void {
  t.deepEqual(cluster.pausedPods, [], "pods are left paused");
  t.deepEqual(cluster.falseWindows, [], "a window is recorded that the pods' own logs contradict");
}

/** Nothing was recorded, no pod is paused, and the record is free for the next run. */
function assertVoid(t: ExecutionContext, cluster: Cluster): void {
  assertSafe(t, cluster);
  t.deepEqual(cluster.windows, []);
  t.is(cluster.unfinished, undefined);
}

function assertUntouched(t: ExecutionContext, cluster: Cluster): void {
  assertVoid(t, cluster);
  for (const [name, pod] of cluster.pods) t.false(pod.calls.includes("Pause"), `${name} was paused`);
}

test("several releases of all products in several namespaces share one window", async (t) => {
  const { cluster } = await clusterOf(t);
  await cluster.install({ namespace: "ledgers", name: "ledger", product: "ledger", pods: 2 });
  await cluster.install({ namespace: "ledgers", name: "auditor", product: "auditor", pods: 1 });
  const { end, window } = await pause(cluster, { cluster: "tokyo" });
  t.is(end, "recorded");
  assertSafe(t, cluster);
  t.deepEqual(cluster.windows, [window as NonNullable<typeof window>]);
  t.is(cluster.unfinished, undefined);
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
  const { cluster } = await clusterOf(t, false);
  await cluster.install({ name: "audited", product: "ledger", pods: 1 });
  await cluster.install({ name: "audited", product: "auditor", pods: 1 });
  const { window } = await pause(cluster);
  t.deepEqual(
    window?.releases.map(({ name, product }) => `${name} ${product}`),
    ["audited auditor", "audited ledger"],
  );
  assertSafe(t, cluster);
});

test("pods with addresses of their own and a numeric target port, as Scalar's charts make them", async (t) => {
  if (process.platform !== "linux") return t.pass("only Linux has more loopback addresses than one");
  const { cluster } = await clusterOf(t, false);
  await cluster.install({ targetPort: "numeric" });
  t.is((await pause(cluster)).end, "recorded");
  assertSafe(t, cluster);
});

test("Envoy's pods of the same release are left alone", async (t) => {
  const { cluster } = await clusterOf(t);
  const labels = { "app.kubernetes.io/instance": "scalardb", "app.kubernetes.io/app": "envoy" };
  cluster.api.put("pods", {
    metadata: { namespace: "scalar", name: "envoy", labels },
    spec: { containers: [] },
    status: { phase: "Pending" },
  });
  t.is((await pause(cluster)).end, "recorded");
});

test("a pod that ended long ago does not stand in the way", async (t) => {
  const { cluster, pods } = await clusterOf(t);
  const labels = { "app.kubernetes.io/instance": "scalardb", "app.kubernetes.io/app": "scalardb-cluster" };
  cluster.putPod("scalar", "evicted", labels, pods[0] as ScalarPodServer);
  cluster.changePod("scalar", "evicted", (pod) => {
    pod.status = { phase: "Failed", reason: "Evicted" };
  });
  const { window } = await pause(cluster);
  t.is(window?.releases[0]?.pods.length, 3);
});

test("a slow drain is waited for, and is no part of the window", async (t) => {
  const { cluster, pods } = await clusterOf(t);
  (pods[1] as ScalarPodServer).faults = { drainMillis: 300 };
  t.is((await pause(cluster)).end, "recorded");
  assertSafe(t, cluster);
});

// What is wrong before anything is paused.

test("a drain that takes too long: all are unpaused again", async (t) => {
  const { cluster, pods } = await clusterOf(t);
  (pods[1] as ScalarPodServer).faults = { drainMillis: 5000 };
  const { end, reasons } = await pause(cluster);
  t.is(end, "failedToPause");
  t.regex(reasons.join(), /scalar\/scalardb-scalardb-cluster-1: Pause failed: requests are still running/);
  assertVoid(t, cluster);
});

test("a pod that refuses while another still drains: the other one is not left paused", async (t) => {
  const { cluster, pods } = await clusterOf(t);
  (pods[0] as ScalarPodServer).faults = { refusePause: true };
  (pods[2] as ScalarPodServer).faults = { drainMillis: 400 };
  t.is((await pause(cluster)).end, "failedToPause");
  await sleep(300);
  assertVoid(t, cluster);
});

test("a pod that dies while it is asked to pause", async (t) => {
  const { cluster, pods } = await clusterOf(t);
  (pods[0] as ScalarPodServer).faults = { dieOnPause: true };
  const running = pause(cluster, { unpauseDeadlineSeconds: 10 });
  // Kubernetes starts its container again.
  while ((pods[0] as ScalarPodServer).alive) await sleep(10);
  await sleep(100);
  await (pods[0] as ScalarPodServer).start();
  t.is((await running).end, "failedToPause");
  assertVoid(t, cluster);
});

test("a pod that says it has paused and has not", async (t) => {
  const { cluster, pods } = await clusterOf(t);
  (pods[0] as ScalarPodServer).faults = { pretendToPause: true };
  const { end, reasons } = await pause(cluster);
  t.is(end, "void");
  t.regex(reasons.join(), /scalardb-scalardb-cluster-0: is not paused any more/);
  assertVoid(t, cluster);
});

test("an unreachable pod is found before anything is paused", async (t) => {
  const { cluster, pods } = await clusterOf(t);
  (pods[2] as ScalarPodServer).die();
  const { end, reasons } = await pause(cluster);
  t.is(end, "void");
  t.regex(reasons.join(), /pod scalar\/scalardb-scalardb-cluster-2: CheckPaused failed: .*ECONNREFUSED/);
  assertUntouched(t, cluster);
});

test("a pod that somebody else has paused is left to them", async (t) => {
  const { cluster, pods } = await clusterOf(t);
  (pods[0] as ScalarPodServer).paused = true;
  const { end, reasons } = await pause(cluster);
  t.is(end, "void");
  t.regex(reasons.join(), /is paused already.*kubectl --namespace scalar delete pod scalardb-scalardb-cluster-0/);
  t.deepEqual(cluster.pausedPods, ["scalar/scalardb-scalardb-cluster-0"]);
  t.false(pods[1]?.calls.includes("Pause"));
});

const UNSETTLED: [what: string, change: (cluster: Cluster) => void, reason: RegExp][] = [
  [
    "a pod that is not Ready",
    (cluster) =>
      cluster.changePod("scalar", "scalardb-scalardb-cluster-1", (pod) => {
        pod.status.conditions = [{ type: "Ready", status: "False" }];
      }),
    /pod scalar\/scalardb-scalardb-cluster-1 is not Ready/,
  ],
  [
    "a pod that is being deleted",
    (cluster) =>
      cluster.changePod("scalar", "scalardb-scalardb-cluster-1", (pod) => {
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
    (cluster) => {
      const deployment = cluster.api.get("deployments", "scalar", "scalardb-scalardb-cluster");
      deployment.status.updatedReplicas = 1;
      cluster.api.put("deployments", deployment);
    },
    /a rollout of Deployment scalar\/scalardb-scalardb-cluster is under way/,
  ],
  [
    "no headless Service",
    (cluster) => cluster.api.remove("services", "scalar", "scalardb-scalardb-cluster-headless"),
    /no Service ending in -headless with a port named scalardb-cluster/,
  ],
  [
    "a port that a pod does not have",
    (cluster) =>
      cluster.changePod("scalar", "scalardb-scalardb-cluster-1", (pod) => {
        pod.spec.containers[0].ports = [];
      }),
    /scalardb-cluster-1 has no port named admin/,
  ],
  [
    "a release scaled to nothing",
    (cluster) => {
      for (const index of [0, 1, 2]) cluster.api.remove("pods", "scalar", `scalardb-scalardb-cluster-${index}`);
    },
    /has no pods \(its Deployment wants 3\)/,
  ],
];

for (const [what, change, reason] of UNSETTLED) {
  test(`nothing is paused when there is ${what}`, async (t) => {
    const { cluster } = await clusterOf(t);
    await cluster.install({ namespace: "ledgers", name: "ledger", product: "ledger", pods: 1 });
    change(cluster);
    const { end, reasons } = await pause(cluster);
    t.is(end, "void");
    t.regex(reasons.join(), reason);
    assertUntouched(t, cluster);
  });
}

test("a release that is not there is named, with how it was looked for", async (t) => {
  const { cluster } = await clusterOf(t);
  const { end, reasons } = await pause(cluster, { releases: [...cluster.releases, { namespace: "x", name: "typo" }] });
  t.is(end, "void");
  t.regex(reasons.join(), /release x\/typo has no pods of a Scalar product.*app\.kubernetes\.io\/instance=typo/);
  assertUntouched(t, cluster);
});

// What happens while pods are paused.

const HAPPENS: [what: string, happen: (cluster: Cluster, pods: ScalarPodServer[]) => unknown, reason: RegExp][] = [
  [
    "a pod restarts",
    async (cluster, [pod]) => {
      await pod?.restart();
      cluster.changePod("scalar", "scalardb-scalardb-cluster-0", (object) => {
        object.status.containerStatuses[0].restartCount = 1;
      });
    },
    /is not paused any more|restarted/,
  ],
  [
    "a pod restarts, and is paused again by somebody",
    async (cluster, [pod]) => {
      await pod?.restart();
      if (pod) pod.paused = true;
      cluster.changePod("scalar", "scalardb-scalardb-cluster-0", (object) => {
        object.status.containerStatuses[0].restartCount = 1;
      });
    },
    /scalardb-cluster-0 restarted \(0 restarts before, 1 after\)/,
  ],
  [
    "a pod appears",
    (cluster, pods) => {
      const labels = { "app.kubernetes.io/instance": "scalardb", "app.kubernetes.io/app": "scalardb-cluster" };
      cluster.putPod("scalar", "newcomer", labels, pods[0] as ScalarPodServer);
    },
    /pod scalar\/newcomer appeared/,
  ],
  [
    "a pod vanishes",
    (cluster, [pod]) => {
      pod?.die();
      cluster.api.remove("pods", "scalar", "scalardb-scalardb-cluster-0");
    },
    /scalardb-cluster-0: CheckPaused failed/,
  ],
  [
    "a pod is replaced under the same name",
    (cluster) =>
      cluster.changePod("scalar", "scalardb-scalardb-cluster-0", (object) => {
        object.metadata.uid = "another";
      }),
    /scalardb-cluster-0 was replaced/,
  ],
  [
    "a rollout starts",
    (cluster) => {
      const deployment = cluster.api.get("deployments", "scalar", "scalardb-scalardb-cluster");
      deployment.metadata.generation = 2;
      cluster.api.put("deployments", deployment);
    },
    /Deployments of scalardb-cluster in scalar changed/,
  ],
  [
    "somebody unpauses a pod",
    (_, [pod]) => {
      if (pod) pod.paused = false;
    },
    /is not paused any more/,
  ],
  [
    "a product appears in the release",
    (cluster, pods) => {
      const labels = { "app.kubernetes.io/instance": "scalardb", "app.kubernetes.io/app": "auditor" };
      cluster.putPod("scalar", "auditor", labels, pods[0] as ScalarPodServer);
    },
    /pods of auditor appeared/,
  ],
  [
    "another run takes the note over",
    (cluster) => {
      const record = cluster.api.get("configmaps", RECORD.namespace, RECORD.name);
      record.data["unfinished-run.json"] = JSON.stringify({
        ...cluster.unfinished,
        run: "another",
        startedAt: "2026-11-22T03:00:00.000Z",
        pods: [],
      });
      cluster.api.put("configmaps", record);
    },
    /the record belongs to another run that started at 2026-11-22T03:00:00.000Z/,
  ],
];

/** Resolves when the hold has begun. */
async function allPaused(cluster: Cluster): Promise<void> {
  while (!cluster.logs.some((line) => line.startsWith("all paused"))) await sleep(5);
}

for (const [what, happen, reason] of HAPPENS) {
  test(`the window is void when ${what}`, async (t) => {
    const { cluster, pods } = await clusterOf(t);
    const running = pause(cluster, { holdSeconds: 0.3 });
    await allPaused(cluster);
    await happen(cluster, pods);
    const { end, reasons } = await running;
    t.is(end, "void");
    t.regex(reasons.join(), reason);
    assertSafe(t, cluster);
    t.deepEqual(cluster.windows, []);
  });
}

test("a signal in the hold: unpaused at once", async (t) => {
  const { cluster } = await clusterOf(t);
  const controller = new AbortController();
  const running = pause(cluster, { holdSeconds: 60 }, controller.signal);
  await allPaused(cluster);
  controller.abort("SIGTERM");
  const { end, reasons } = await running;
  t.is(end, "void");
  t.deepEqual(reasons, ["stopped by SIGTERM"]);
  assertVoid(t, cluster);
});

test("a fault of the pauser's own in the hold: unpaused all the same", async (t) => {
  const { cluster } = await clusterOf(t);
  const { log } = cluster.report;
  const report = {
    ...cluster.report,
    log: (text: string) => {
      log(text);
      if (text.startsWith("all paused")) throw new TypeError("a bug");
    },
  };
  const { end, reasons } = await run(cluster.environment({ holdSeconds: 60 }), never(), report);
  t.is(end, "broken");
  t.regex(reasons.join(), /^TypeError: a bug\n {4}at /);
  t.true([...cluster.pods.values()].every((pod) => pod.calls.includes("Pause")));
  assertVoid(t, cluster);
});

test("a signal while pods drain: unpaused when the Pause under way has ended", async (t) => {
  const { cluster, pods } = await clusterOf(t);
  (pods[1] as ScalarPodServer).faults = { drainMillis: 400 };
  const controller = new AbortController();
  const running = pause(cluster, {}, controller.signal);
  while (!pods[0]?.paused) await sleep(5);
  controller.abort("SIGTERM");
  t.is((await running).end, "void");
  await sleep(300);
  assertVoid(t, cluster);
});

// Unpausing.

test("unpausing is tried again until the pod itself says that it is unpaused", async (t) => {
  const { cluster, pods } = await clusterOf(t);
  (pods[0] as ScalarPodServer).faults = { failUnpauses: 2 };
  (pods[1] as ScalarPodServer).faults = { ignoreUnpauses: 2 };
  t.is((await pause(cluster)).end, "recorded");
  assertSafe(t, cluster);
  t.deepEqual(
    pods.map(({ calls }) => calls.filter((call) => call === "Unpause").length),
    [3, 3, 1],
  );
});

test("a pod that cannot be unpaused is named with the mend, stays on the note, and the next run mends it", async (t) => {
  const { cluster, pods } = await clusterOf(t);
  (pods[1] as ScalarPodServer).faults = { failUnpauses: Infinity };
  const { end, reasons } = await pause(cluster, { unpauseDeadlineSeconds: 1 });
  t.is(end, "failedToUnpause");
  t.regex(
    reasons.join(),
    /pod scalar\/scalardb-scalardb-cluster-1 MAY STILL BE PAUSED \(.+\); mend it with: kubectl --namespace scalar delete pod scalardb-scalardb-cluster-1/,
  );
  t.deepEqual(
    cluster.unfinished?.pods.map(({ name }) => name),
    ["scalardb-scalardb-cluster-1"],
  );
  t.deepEqual(cluster.pausedPods, ["scalar/scalardb-scalardb-cluster-1"]);

  (pods[1] as ScalarPodServer).faults = {};
  cluster.logs.length = 0;
  const environment = { PAUSER_POD_NAME: "retry", PAUSER_POD_NAMESPACE: "scalar" };
  // The note has no pod of the pauser's (outside a cluster), so only its time tells that the run has ended.
  const record = cluster.api.get("configmaps", RECORD.namespace, RECORD.name);
  record.data["unfinished-run.json"] = JSON.stringify({ ...cluster.unfinished, endsBy: new Date().toISOString() });
  cluster.api.put("configmaps", record);
  t.is((await pause(cluster, {}, never(), environment)).end, "recorded");
  t.regex(cluster.logs.join("\n"), /did not end: unpausing its 1 pods first/);
  assertSafe(t, cluster);
});

test("a pod that vanished needs no unpausing", async (t) => {
  const { cluster, pods } = await clusterOf(t);
  const running = pause(cluster, { holdSeconds: 0.2, unpauseDeadlineSeconds: 30 });
  await allPaused(cluster);
  pods[0]?.die();
  cluster.api.remove("pods", "scalar", "scalardb-scalardb-cluster-0");
  t.is((await running).end, "void");
  assertVoid(t, cluster);
});

// Left-overs of an earlier run.

async function interrupted(t: ExecutionContext): Promise<{ cluster: Cluster; pods: ScalarPodServer[] }> {
  const { cluster, pods } = await clusterOf(t);
  const labels = {};
  cluster.api.put("pods", {
    metadata: { namespace: "scalar", name: "first-try", labels },
    spec: { containers: [] },
    status: { phase: "Running" },
  });
  // The first run's note, and its pods, as they are when it is killed in the hold.
  const environment = { PAUSER_POD_NAME: "first-try", PAUSER_POD_NAMESPACE: "scalar" };
  const controller = new AbortController();
  const running = pause(cluster, { holdSeconds: 60 }, controller.signal, environment);
  await allPaused(cluster);
  const killed = cluster.api.get("configmaps", RECORD.namespace, RECORD.name);
  controller.abort("the test");
  await running;
  for (const pod of pods) pod.paused = true;
  cluster.api.put("configmaps", killed);
  cluster.logs.length = 0;
  return { cluster, pods };
}

const RETRY = { PAUSER_POD_NAME: "second-try", PAUSER_POD_NAMESPACE: "scalar" };

test("a run that finds an unfinished one whose pod is gone unpauses first, then does its own work", async (t) => {
  const { cluster } = await interrupted(t);
  cluster.api.remove("pods", "scalar", "first-try");
  t.is((await pause(cluster, {}, never(), RETRY)).end, "recorded");
  t.regex(cluster.logs[0] ?? "", /in pod scalar\/first-try did not end: unpausing its 3 pods first/);
  assertSafe(t, cluster);
  t.is(cluster.windows.length, 1);
});

test("a run that finds an unfinished one still at work leaves everything to it", async (t) => {
  const { cluster, pods } = await interrupted(t);
  const unfinished = cluster.unfinished;
  const { end, reasons } = await pause(cluster, {}, never(), RETRY);
  t.is(end, "busy");
  t.regex(reasons.join(), /pod scalar\/first-try is still at work/);
  t.deepEqual(cluster.unfinished, unfinished);
  t.is(cluster.pausedPods.length, pods.length);
});

test("a container that was started again in the same pod is nobody at work", async (t) => {
  const { cluster } = await interrupted(t);
  t.is((await pause(cluster, {}, never(), { ...RETRY, PAUSER_POD_NAME: "first-try" })).end, "recorded");
  t.regex(cluster.logs[0] ?? "", /did not end: unpausing its 3 pods first/);
  assertSafe(t, cluster);
});

test("outside a cluster only time tells that a run has ended", async (t) => {
  const { cluster, pods } = await interrupted(t);
  const { pod: _, ...note } = cluster.unfinished as NonNullable<typeof cluster.unfinished>;
  const leave = (endsBy: number) =>
    cluster.api.put("configmaps", {
      metadata: { ...RECORD },
      data: { "unfinished-run.json": JSON.stringify({ ...note, endsBy: new Date(endsBy).toISOString() }) },
    });
  leave(Date.now() + 60_000);
  t.is((await pause(cluster)).end, "busy");
  t.is(cluster.pausedPods.length, pods.length);
  leave(Date.now() - 1);
  t.is((await pause(cluster)).end, "recorded");
  assertSafe(t, cluster);
});

test("a pod whose restart is told late was paused after it: it is unpaused, however often it refuses", async (t) => {
  const { cluster, pods } = await clusterOf(t);
  const running = pause(cluster, { holdSeconds: 0.5 });
  while (cluster.pausedPods.length < 3) await sleep(5);
  (pods[0] as ScalarPodServer).faults = { failUnpauses: 5 };
  cluster.changePod("scalar", "scalardb-scalardb-cluster-0", (pod) => {
    pod.status.containerStatuses[0].restartCount = 1;
  });
  const { end, reasons } = await running;
  t.is(end, "void");
  t.regex(reasons.join(), /scalardb-cluster-0 restarted/);
  assertVoid(t, cluster);
});

test("left-overs that restarted or vanished meanwhile are let be", async (t) => {
  const { cluster, pods } = await interrupted(t);
  cluster.api.remove("pods", "scalar", "first-try");
  const calls = pods[0]?.calls.length;
  await pods[0]?.restart();
  cluster.changePod("scalar", "scalardb-scalardb-cluster-0", (pod) => {
    pod.status.containerStatuses[0].restartCount = 1;
    pod.status.conditions = [{ type: "Ready", status: "False" }];
  });
  t.is((await pause(cluster, {}, never(), RETRY)).end, "void");
  t.is(pods[0]?.calls.length, calls, "its address may be another's by now");
  assertVoid(t, cluster);
});

// The record.

test("a record that cannot be written is found before anything is paused", async (t) => {
  const { cluster } = await clusterOf(t);
  cluster.api.fault = (method) => (method === "PUT" ? 403 : undefined);
  const { end, reasons } = await pause(cluster);
  t.is(end, "notRecorded");
  t.regex(reasons.join(), /PUT .*configmaps\/windows: 403 Forbidden/);
  assertUntouched(t, cluster);
});

test("a record that is not there is found before anything is paused", async (t) => {
  const { cluster } = await clusterOf(t);
  const { end, reasons } = await pause(cluster, { record: { namespace: "scalar", name: "other" } });
  t.is(end, "notRecorded");
  t.regex(reasons.join(), /the record does not exist.*pulumi up/);
  assertUntouched(t, cluster);
});

test("a record of another version is left as it is", async (t) => {
  const { cluster } = await clusterOf(t);
  const data = { "windows.json": '{"schemaVersion":2}' };
  cluster.api.put("configmaps", { metadata: { ...RECORD }, data });
  const { end, reasons } = await pause(cluster);
  t.is(end, "notRecorded");
  t.regex(reasons.join(), /ConfigMap scalar\/windows: .* has schemaVersion 2, and this scalar-backup reads 1/);
  t.deepEqual(cluster.api.get("configmaps", RECORD.namespace, RECORD.name).data, data);
  t.false(cluster.pods.get("scalar/scalardb-scalardb-cluster-0")?.calls.includes("Pause"));
});

test("a note that nobody understands is left for a person to judge", async (t) => {
  const { cluster } = await clusterOf(t);
  cluster.api.put("configmaps", { metadata: { ...RECORD }, data: { "unfinished-run.json": "gone" } });
  const { end, reasons } = await pause(cluster);
  t.is(end, "notRecorded");
  t.regex(reasons.join(), /see that no pod is paused, then remove the key/);
  t.false(cluster.pods.get("scalar/scalardb-scalardb-cluster-0")?.calls.includes("Pause"));
});

test("old windows and malformed ones leave the record, and the log says so", async (t) => {
  const { cluster } = await clusterOf(t);
  const aged = (days: number) => ({
    cluster: "default",
    pauseCompleted: new Date(Date.now() - days * 86_400_000 - 10_000).toISOString(),
    unpauseStarted: new Date(Date.now() - days * 86_400_000).toISOString(),
    clockOffsetMillis: 0,
    releases: [],
  });
  const data = { "windows.json": JSON.stringify({ schemaVersion: 1, windows: [aged(36), aged(34), { cluster: 1 }] }) };
  cluster.api.put("configmaps", { metadata: { ...RECORD }, data });
  const { window } = await pause(cluster);
  t.deepEqual(cluster.windows.map(({ pauseCompleted }) => pauseCompleted).slice(1), [window?.pauseCompleted]);
  t.regex(cluster.logs.join("\n"), /removed from the record: the 1 oldest windows/);
  t.regex(cluster.logs.join("\n"), /removed from the record: windows\[2\]\.cluster must be a text/);
});

test("somebody else's edits of the ConfigMap survive a conflict", async (t) => {
  const { cluster } = await clusterOf(t);
  let edits = 0;
  cluster.api.served = (method, path) => {
    // Right after the pauser has read it, somebody annotates it.
    if (method !== "GET" || !path.endsWith("/configmaps/windows") || edits >= 3) return;
    const record = cluster.api.get("configmaps", RECORD.namespace, RECORD.name);
    cluster.api.put("configmaps", { ...record, data: { ...record.data, edits: `${++edits}` } });
  };
  t.is((await pause(cluster)).end, "recorded");
  t.is(cluster.windows.length, 1);
  t.is(cluster.api.get("configmaps", RECORD.namespace, RECORD.name).data.edits, "3");
});

test("a lost answer to the last write does not record the window twice, or lose it", async (t) => {
  const { cluster } = await clusterOf(t);
  let writes = 0;
  cluster.api.fault = (method) => (method === "PUT" && ++writes <= 2 ? "drop-answer" : undefined);
  t.is((await pause(cluster)).end, "recorded");
  t.is(cluster.windows.length, 1);
  t.is(cluster.unfinished, undefined);
});

const AWAY: [when: string, away: (method: string, path: string) => boolean, end: keyof typeof EXIT_CODES][] = [
  ["from the start", () => true, "notRecorded"],
  ["when pods are looked for", (_, path) => path.includes("/pods"), "void"],
  ["when the note is to be written", (method) => method === "PUT", "notRecorded"],
];
for (const [when, away, expected] of AWAY) {
  test(`nothing is paused when the API server is away ${when}`, async (t) => {
    const { cluster } = await clusterOf(t);
    cluster.api.fault = (method, path) => (away(method, path) ? "drop" : undefined);
    const { end, reasons } = await pause(cluster, { apiDeadlineSeconds: 1 });
    t.is(end, expected);
    t.regex(reasons.join(), /the API server at http:\/\/127\.0\.0\.1:\d+ does not answer/);
    assertUntouched(t, cluster);
  });
}

test("an API server that goes away inside the window: pods are unpaused, the next run tidies up", async (t) => {
  const { cluster } = await clusterOf(t);
  const running = pause(cluster, { holdSeconds: 0.2, apiDeadlineSeconds: 1 });
  await allPaused(cluster);
  cluster.api.fault = () => "drop";
  const { end, reasons } = await running;
  t.is(end, "void");
  t.regex(reasons.join(), /pods could not be compared with before: the API server at .* does not answer/);
  assertSafe(t, cluster);
  t.deepEqual(cluster.windows, []);
  t.truthy(cluster.unfinished, "nobody could remove the note");
});

test("an API server that comes back in time costs nothing", async (t) => {
  const { cluster } = await clusterOf(t);
  const running = pause(cluster, { holdSeconds: 0.2, apiDeadlineSeconds: 10 });
  await allPaused(cluster);
  cluster.api.fault = () => "drop";
  while (cluster.pausedPods.length > 0) await sleep(10);
  cluster.api.fault = () => 503;
  await sleep(200);
  cluster.api.fault = () => undefined;
  t.is((await running).end, "recorded");
  assertSafe(t, cluster);
});

test("a true window that could not be recorded is told apart", async (t) => {
  const { cluster } = await clusterOf(t);
  const running = pause(cluster, { holdSeconds: 0.2, apiDeadlineSeconds: 1 });
  await allPaused(cluster);
  cluster.api.fault = (method) => (method === "PUT" ? 500 : undefined);
  const { end, reasons, window } = await running;
  t.is(end, "notRecorded");
  t.truthy(window);
  t.regex(reasons.join(), /the record could not be written/);
  assertSafe(t, cluster);
  t.deepEqual(cluster.windows, []);
});

// Clocks.

test("the clock's offset is measured and recorded", async (t) => {
  const { cluster } = await clusterOf(t);
  cluster.api.skewMillis = 30_000;
  const { end, window } = await pause(cluster, { maxClockOffsetMillis: 60_000 });
  t.is(end, "recorded");
  t.true(Math.abs((window?.clockOffsetMillis ?? 0) - 30_000) <= 500);
});

for (const skew of [-3000, 3000]) {
  test(`a clock that is ${skew} ms off is found before anything is paused`, async (t) => {
    const { cluster } = await clusterOf(t);
    cluster.api.skewMillis = skew;
    const { end, reasons } = await pause(cluster);
    t.is(end, "void");
    t.regex(reasons.join(), /ms off the API server's; 1000 ms are allowed/);
    assertUntouched(t, cluster);
  });
}

test("a clock that goes wrong inside the window voids it", async (t) => {
  const { cluster } = await clusterOf(t);
  const running = pause(cluster, { holdSeconds: 0.2 });
  await allPaused(cluster);
  cluster.api.skewMillis = 5000;
  t.is((await running).end, "void");
  assertVoid(t, cluster);
});

// TLS.

const tlsFile = (name: string) => readFileSync(join(__dirname, "../fixtures/tls", name));
const served = () => ({ key: tlsFile("pod.key"), certificate: tlsFile("pod.pem") });
const overrideAuthority = "scalardb.example";

test("pods that serve TLS are reached with their own CA, under the name in their certificate", async (t) => {
  const { cluster } = await clusterOf(t, false);
  await cluster.install({ tls: served() });
  const tls = { caCertificate: tlsFile("ca.pem").toString(), overrideAuthority };
  t.is((await pause(cluster, { releases: [{ ...cluster.releases[0], tls }] })).end, "recorded");
  assertSafe(t, cluster);
});

const TLS_FAULTS: [what: string, tls: object | undefined, reason: RegExp][] = [
  ["another CA", { caCertificate: tlsFile("other-ca.pem").toString(), overrideAuthority }, /tls\.caCertificate/],
  ["another name", { caCertificate: tlsFile("ca.pem").toString() }, /tls\.overrideAuthority/],
  ["no TLS at all", undefined, /does the release use TLS\?/],
];
test("TLS where a pod speaks none is a clear error before anything is paused", async (t) => {
  const { cluster } = await clusterOf(t, false);
  await cluster.install();
  const tls = { caCertificate: tlsFile("ca.pem").toString(), overrideAuthority };
  const { end, reasons } = await pause(cluster, { releases: [{ ...cluster.releases[0], tls }] });
  t.is(end, "void");
  t.regex(
    reasons.join(),
    /TLS: wrong version number \(the pod does not speak TLS; remove the release's tls settings\)/,
  );
  assertUntouched(t, cluster);
});

for (const [what, tls, reason] of TLS_FAULTS) {
  test(`TLS with ${what} is a clear error before anything is paused`, async (t) => {
    const { cluster } = await clusterOf(t, false);
    await cluster.install({ tls: served() });
    const { end, reasons } = await pause(cluster, { releases: [{ ...cluster.releases[0], ...(tls && { tls }) }] });
    t.is(end, "void");
    t.regex(reasons.join(), reason);
    assertUntouched(t, cluster);
  });
}
