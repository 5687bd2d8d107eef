import { readFileSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { systemClock } from "../../../pauser/adapters/system-clock";
import { run } from "../../../pauser/run";
import { unpauser } from "../../../pauser/unpauser";
import { Cluster } from "./doubles/cluster";
import type { ScalarPodServer } from "./doubles/scalar-pod";
import { turn } from "./doubles/turn";

// The adapters: the API server over HTTP, the pods over gRPC with and without TLS, this machine's clocks. Failures are
// tested in virtual time (`run.test.ts` and others).

async function clusterOf(t: ExecutionContext, install = true): Promise<{ cluster: Cluster; pods: ScalarPodServer[] }> {
  await turn(t);
  const cluster = await Cluster.start();
  t.teardown(() => cluster.stop());
  return { cluster, pods: install ? await cluster.install() : [] };
}

const never = () => new AbortController().signal;
const pause = (cluster: Cluster, settings: object = {}, stop = never(), env: Record<string, string> = {}) =>
  run(cluster.environment(settings, env), stop, cluster.report);

function assertSafe(t: ExecutionContext, cluster: Cluster): void {
  t.deepEqual(cluster.pausedPods, [], "pods are left paused");
  t.deepEqual(cluster.falseWindows, [], "a recorded window contradicts the pods' own logs");
}

function assertUntouched(t: ExecutionContext, cluster: Cluster): void {
  assertSafe(t, cluster);
  t.deepEqual(cluster.windows, []);
  t.is(cluster.unfinished, undefined);
  for (const [name, pod] of cluster.pods) t.false(pod.calls.includes("Pause"), `${name} was paused`);
}

test("several releases of all products share one window", async (t) => {
  const { cluster } = await clusterOf(t);
  await cluster.install({ namespace: "ledgers", name: "ledger", product: "ledger", pods: 2 });
  await cluster.install({ namespace: "ledgers", name: "auditor", product: "auditor", pods: 1 });
  const { end, window, reasons } = await pause(cluster, { holdSeconds: 1 });
  t.is(end, "recorded", reasons.join());
  assertSafe(t, cluster);
  t.deepEqual(cluster.windows, [window as NonNullable<typeof window>]);
  t.is(cluster.unfinished, undefined);
});

test("the shortest hold that settings allow is a restore point by real clocks", async (t) => {
  const { cluster } = await clusterOf(t);
  const { end, window, reasons } = await pause(cluster, { holdSeconds: 6, minWindowSeconds: 5 });
  t.is(end, "recorded", reasons.join());
  t.true(Math.abs(window?.clockOffsetMillis ?? 1000) <= 500);
  assertSafe(t, cluster);
});

test("pods with their own addresses and a numeric target port, as in Scalar's charts, are paused", async (t) => {
  if (process.platform !== "linux") return t.pass("only Linux has more than one loopback address");
  const { cluster } = await clusterOf(t, false);
  await cluster.install({ targetPort: "numeric" });
  t.is((await pause(cluster)).end, "recorded");
  assertSafe(t, cluster);
});

test("a port without an admin interface is reported before anything is paused", async (t) => {
  const { cluster, pods } = await clusterOf(t);
  for (const pod of pods) pod.withoutAdmin = true;
  for (const pod of pods) await pod.restart();
  const { end, reasons } = await pause(cluster);
  t.is(end, "void");
  t.regex(
    reasons.join(),
    /serves no admin interface; if scalar\.db\.cluster\.node\.admin\.port moves it, set the release's adminPort/,
  );
  assertUntouched(t, cluster);
});

test("a pod that another caller paused is not unpaused: gRPC's status details contain the outcome", async (t) => {
  const { cluster, pods } = await clusterOf(t);
  (pods[0] as ScalarPodServer).faults = { pauseOutcome: "TIMED_OUT_STILL_PAUSED" };
  const { end, reasons } = await pause(cluster);
  t.is(end, "failedToPause");
  t.regex(reasons.join(), /scalardb-cluster-0: Pause failed: .*the gate stays closed by an earlier pause/);
  t.false(pods[0]?.calls.includes("Unpause"));
  t.true(pods[1]?.calls.includes("Unpause"));
  assertSafe(t, cluster);
});

test("a Pause that lost a race is repeated", async (t) => {
  const { cluster, pods } = await clusterOf(t);
  const [pod] = pods as [ScalarPodServer];
  pod.faults = { pauseOutcome: "GATE_OPEN" };
  setTimeout(() => {
    pod.faults = {};
  }, 200);
  t.is((await pause(cluster)).end, "recorded");
  assertSafe(t, cluster);
});

test("the unpauser unpauses the pods that a killed run's note names", async (t) => {
  const { cluster, pods } = await clusterOf(t);
  const environment = cluster.environment({}, { PAUSER_POD_NAME: "first", PAUSER_POD_NAMESPACE: "scalar" });
  const stop = new AbortController();
  const running = run(cluster.environment({ holdSeconds: 60 }, ENV), stop.signal, cluster.report);
  while (cluster.pausedPods.length < 3) await systemClock.sleep(5);
  const note = cluster.unfinished;
  stop.abort("the test");
  await running;
  // As if the run had been killed instead.
  for (const pod of pods) pod.paused = true;
  cluster.leaveNote(note);
  cluster.ageNote();
  t.deepEqual((await unpauser(environment, never(), cluster.report)).end, "unpaused");
  assertSafe(t, cluster);
  t.is(cluster.unfinished, undefined);
});

const ENV = { PAUSER_POD_NAME: "gone", PAUSER_POD_NAMESPACE: "scalar" };

// TLS.

const tlsFile = (name: string) => readFileSync(join(__dirname, "../fixtures/tls", name));
const served = () => ({ key: tlsFile("pod.key"), certificate: tlsFile("pod.pem") });
const overrideAuthority = "scalardb.example";

test("pods with TLS are reached with their own CA, under the name in their certificate", async (t) => {
  const { cluster } = await clusterOf(t, false);
  await cluster.install({ tls: served() });
  const tls = { caCertificate: tlsFile("ca.pem").toString(), overrideAuthority };
  t.is((await pause(cluster, { releases: [{ ...cluster.releases[0], tls }] })).end, "recorded");
  assertSafe(t, cluster);
});

const TLS_FAULTS: [what: string, tls: object | undefined, reason: RegExp][] = [
  ["another CA", { caCertificate: tlsFile("other-ca.pem").toString(), overrideAuthority }, /tls\.caCertificate/],
  ["another name", { caCertificate: tlsFile("ca.pem").toString() }, /tls\.overrideAuthority/],
  ["no TLS at all", undefined, /if the release uses TLS/],
];
test("TLS settings for a pod without TLS are reported before anything is paused", async (t) => {
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
  test(`TLS with ${what} is reported before anything is paused`, async (t) => {
    const { cluster } = await clusterOf(t, false);
    await cluster.install({ tls: served() });
    const { end, reasons } = await pause(cluster, { releases: [{ ...cluster.releases[0], ...(tls && { tls }) }] });
    t.is(end, "void");
    t.regex(reasons.join(), reason);
    assertUntouched(t, cluster);
  });
}
