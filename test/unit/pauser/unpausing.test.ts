import test from "ava";
import { EXIT_CODES } from "../../../pauser/outcome";
import type { VirtualCluster } from "./virtual/cluster";
import type { VirtualPod } from "./virtual/pod";
import { assertSafe, assertVoid, begin, beginHolding, elapse, key, pause, sceneOf, untilTrue } from "./virtual/scene";

test("unpausing is repeated until the pod answers that it is unpaused", async (t) => {
  const { cluster, pods } = sceneOf();
  Object.assign(pods[0]?.faults as object, { failUnpauses: 2 });
  Object.assign(pods[1]?.faults as object, { ignoreUnpauses: 2 });
  t.is((await pause(cluster)).end, "recorded");
  assertSafe(t, cluster);
  t.deepEqual(
    pods.map(({ calls }) => calls.filter((call) => call === "Unpause").length),
    [3, 3, 1],
  );
});

test("a pod that cannot be unpaused is named with the fix, stays in the note, and the next run unpauses it", async (t) => {
  const { cluster, pods } = sceneOf();
  Object.assign(pods[1]?.faults as object, { failUnpauses: Infinity });
  const { end, reasons } = await pause(cluster, {}, { ...FIRST, PAUSER_JOB_NAME: "nightly-1" });
  t.is(end, "failedToUnpause");
  t.is(EXIT_CODES[end], 23);
  t.regex(
    reasons.join(),
    /pod scalar\/scalardb-scalardb-cluster-1 MAY STILL BE PAUSED \(.+\); fix it with: kubectl --namespace scalar delete pod scalardb-scalardb-cluster-1/,
  );
  t.deepEqual(
    cluster.unfinished?.pods.map(({ name }) => name),
    ["scalardb-scalardb-cluster-1"],
  );
  t.deepEqual(cluster.pausedPods, [key(1)]);
  t.like(cluster.lastRun, { job: "nightly-1", end: "failedToUnpause", reasons });

  Object.assign(pods[1]?.faults as object, { failUnpauses: 0 });
  cluster.logs.length = 0;
  t.is((await pause(cluster, {}, RETRY)).end, "recorded");
  t.regex(cluster.logs.join("\n"), /did not end: unpausing its pod first/);
  assertSafe(t, cluster);
});

test("a pod that may still be paused decides the end, also of a run that cannot write its record", async (t) => {
  const { cluster, pods } = sceneOf();
  Object.assign(pods[1]?.faults as object, { failUnpauses: Infinity });
  cluster.api.fault = (method, path) =>
    method === "PUT" && path.includes("configmaps") && pods[1]?.calls.includes("Unpause") ? 422 : undefined;
  const { end, reasons } = await pause(cluster);
  t.is(end, "failedToUnpause");
  t.regex(reasons.join(), /scalardb-cluster-1 MAY STILL BE PAUSED/);
  t.regex(reasons.join(), /the record could not be written/);
});

test("a deleted pod needs no unpausing", async (t) => {
  const { cluster } = sceneOf();
  const { ended } = await beginHolding(cluster);
  cluster.removePod(key(0));
  t.is((await ended()).end, "void");
  assertVoid(t, cluster);
});

test("a pod that does not answer is retried until the deadline, with any restart count", async (t) => {
  const { cluster, pods } = sceneOf();
  const { ended } = await beginHolding(cluster);
  pods[0]?.die();
  cluster.changePod(key(0), (pod) => {
    pod.status.containerStatuses[0].restartCount += 1;
  });
  const { end, reasons } = await ended();
  t.is(end, "failedToUnpause", "its state is unknown");
  t.regex(reasons.join(), /scalardb-cluster-0 MAY STILL BE PAUSED/);
});

// Pods that an earlier run left paused.

const FIRST = { PAUSER_POD_NAME: "first-try", PAUSER_POD_NAMESPACE: "scalar" };
const RETRY = { PAUSER_POD_NAME: "second-try", PAUSER_POD_NAMESPACE: "scalar" };

test("a Pause of a killed run that reaches a pod after its cleanup is undone, too", async (t) => {
  const { cluster, pods } = sceneOf();
  Object.assign(pods[1]?.faults as object, { tripMillis: 1800 });
  const { process } = begin(cluster, {}, FIRST);
  await untilTrue(cluster, () => pods[0]?.closed === true);
  process.kill();
  Object.assign(pods[1]?.faults as object, { tripMillis: 2 });
  const { end } = await cluster.time.until(cluster.unpauser());
  t.is(end, "unpaused");
  await elapse(cluster, 10_000);
  t.is(pods[1]?.calls.filter((call) => call === "Pause").length, 1);
  assertVoid(t, cluster);
});

test("a Pause of a killed run that reaches a pod late is undone, too, if the note does not say which pods the run has paused", async (t) => {
  const { cluster, pods } = sceneOf();
  Object.assign(pods[1]?.faults as object, { lateMillis: 20_000 });
  const { process } = begin(cluster, {}, FIRST);
  await untilTrue(cluster, () => pods[0]?.closed === true);
  process.kill();
  cluster.tamper({ "unfinished-run.json": "rubbish" });
  const { end } = await cluster.time.until(cluster.unpauser());
  t.is(end, "unpaused");
  t.is(pods[1]?.calls.filter((call) => call === "Pause").length, 1);
  assertVoid(t, cluster);
});

/** A run that was killed during its hold, and its pod's object, which still exists. */
async function interrupted(
  env: Record<string, string> = FIRST,
): Promise<{ cluster: VirtualCluster; pods: VirtualPod[] }> {
  const { cluster, pods } = sceneOf();
  cluster.api.put("pods", {
    metadata: { namespace: "scalar", name: "first-try", labels: {} },
    spec: { containers: [] },
    status: { phase: "Running" },
  });
  const { process } = await beginHolding(cluster, {}, env);
  process.kill();
  await elapse(cluster, 1000);
  if (cluster.pausedPods.length !== pods.length)
    throw new Error("the pods are not paused, so the test would check nothing");
  cluster.logs.length = 0;
  return { cluster, pods };
}

test("a run after an unfinished one whose pod is gone unpauses first, then pauses", async (t) => {
  const { cluster } = await interrupted();
  cluster.api.remove("pods", "scalar", "first-try");
  t.is((await pause(cluster, {}, RETRY)).end, "recorded");
  t.regex(cluster.logs[0] ?? "", /in pod scalar\/first-try did not end: unpausing its 3 pods first/);
  assertSafe(t, cluster);
  t.is(cluster.windows.length, 1);
});

test("a run changes nothing while an unfinished one is still active", async (t) => {
  const { cluster, pods } = await interrupted();
  const unfinished = cluster.unfinished;
  const { end, reasons } = await pause(cluster, {}, RETRY);
  t.is(end, "busy");
  t.regex(reasons.join(), /pod scalar\/first-try is still running/);
  t.deepEqual(cluster.unfinished, unfinished);
  t.is(cluster.pausedPods.length, pods.length);
});

test("a container that restarted in the same pod does not count as an active run", async (t) => {
  const { cluster } = await interrupted();
  t.is((await pause(cluster, {}, FIRST)).end, "recorded");
  t.regex(cluster.logs[0] ?? "", /did not end: unpausing its 3 pods first/);
  assertSafe(t, cluster);
});

test("outside a cluster, a run counts as ended at its latest end", async (t) => {
  const { cluster, pods } = await interrupted({});
  t.is((await pause(cluster)).end, "busy");
  t.is(cluster.pausedPods.length, pods.length);
  await elapse(cluster, Date.parse(cluster.unfinished?.endsBy ?? "") - cluster.time.now);
  t.is((await pause(cluster)).end, "recorded");
  assertSafe(t, cluster);
});

test("a pod whose restart is reported late is unpaused although it refuses at first", async (t) => {
  const { cluster, pods } = sceneOf();
  const { ended } = await beginHolding(cluster);
  Object.assign(pods[0]?.faults as object, { failUnpauses: 5 });
  cluster.changePod(key(0), (pod) => {
    pod.status.containerStatuses[0].restartCount = 1;
  });
  const { end, reasons } = await ended();
  t.is(end, "void");
  t.regex(reasons.join(), /scalardb-cluster-0 restarted/);
  assertVoid(t, cluster);
});

for (const container of [0, 1])
  test(`a pod of an earlier run is unpaused although its restart count rose (container ${container})`, async (t) => {
    const { cluster } = await interrupted();
    cluster.api.remove("pods", "scalar", "first-try");
    cluster.changePod(key(1), (pod) => {
      pod.status.containerStatuses[container].restartCount = 1;
    });
    t.is((await pause(cluster, {}, RETRY)).end, "recorded");
    assertSafe(t, cluster);
  });

test("a deleted pod of an earlier run is not called: its address may belong to another pod", async (t) => {
  const { cluster, pods } = await interrupted();
  cluster.api.remove("pods", "scalar", "first-try");
  cluster.api.remove("pods", "scalar", "scalardb-scalardb-cluster-0");
  const calls = pods[0]?.calls.length;
  await pause(cluster, {}, RETRY);
  t.is(pods[0]?.calls.length, calls);
});

test("a pod of an earlier run is called at its current address", async (t) => {
  const { cluster } = await interrupted();
  cluster.api.remove("pods", "scalar", "first-try");
  const note = JSON.parse(cluster.recorded("unfinished-run.json") ?? "");
  note.pods[0].address = "10.9.9.9";
  cluster.tamper({ "unfinished-run.json": JSON.stringify(note) });
  t.is((await pause(cluster, {}, RETRY)).end, "recorded");
  assertSafe(t, cluster);
});

test("an earlier run's pods of a release that was removed from the settings are unpaused at the address in the note", async (t) => {
  const { cluster } = await interrupted();
  cluster.api.remove("pods", "scalar", "first-try");
  cluster.install({ namespace: "other", name: "rest", pods: 1 });
  cluster.releases.shift();
  cluster.api.fault = (_, path) => (path.startsWith("/api/v1/namespaces/scalar/pods") ? 403 : undefined);
  await pause(cluster, {}, { PAUSER_POD_NAME: "first-try", PAUSER_POD_NAMESPACE: "scalar" });
  t.deepEqual(cluster.pausedPods, []);
});

// The tries of one Job, and the unpauser.

const JOB = { PAUSER_JOB_NAME: "nightly-29400000" };

test("a try after a killed try of the same Job unpauses, and does not pause again", async (t) => {
  const { cluster, pods } = await interrupted({ ...FIRST, ...JOB });
  cluster.api.remove("pods", "scalar", "first-try");
  const pauses = () => pods.flatMap(({ calls }) => calls.filter((call) => call === "Pause")).length;
  const before = pauses();
  const { end, reasons } = await pause(cluster, {}, { ...RETRY, ...JOB });
  t.is(end, "void");
  t.regex(reasons.join(), /an earlier try of this Job, ended without unpausing its pods; they are unpaused/);
  t.is(pauses(), before);
  assertVoid(t, cluster);
  t.like(cluster.lastRun, { job: "nightly-29400000", end: "void", reasons });

  t.is((await pause(cluster, {}, { ...RETRY, ...JOB })).end, "recorded", "the try after it finds nothing to fix");
});

test("a try after one that recorded its window and left a pod paused unpauses the pod and completes the Job", async (t) => {
  const { cluster, pods } = sceneOf();
  Object.assign(pods[1]?.faults as object, { failUnpauses: Infinity });
  t.is((await pause(cluster, {}, { ...FIRST, ...JOB })).end, "failedToUnpause");
  const [recorded] = cluster.windows;
  Object.assign(pods[1]?.faults as object, { failUnpauses: 0 });
  const pauses = () => pods.flatMap(({ calls }) => calls.filter((call) => call === "Pause")).length;
  const before = pauses();
  const { end, window } = await pause(cluster, {}, { ...RETRY, ...JOB });
  t.is(end, "recorded");
  t.deepEqual(window, recorded);
  t.is(pauses(), before);
  t.is(cluster.windows.length, 1);
  t.is(cluster.unfinished, undefined);
  assertSafe(t, cluster);
});

test("the unpauser unpauses a killed run's pods, and records that run's outcome", async (t) => {
  const { cluster } = await interrupted({ ...FIRST, ...JOB });
  const atWork = await cluster.time.until(cluster.unpauser());
  t.is(atWork.end, "nothingToUnpause", "its pod still runs");
  t.is(cluster.pausedPods.length, 3);

  cluster.api.remove("pods", "scalar", "first-try");
  const { end, reasons } = await cluster.time.until(cluster.unpauser());
  t.is(end, "unpaused");
  assertSafe(t, cluster);
  t.is(cluster.unfinished, undefined);
  t.like(cluster.lastRun, { job: "nightly-29400000", end: "void", reasons });
  t.is((await cluster.time.until(cluster.unpauser())).end, "nothingToUnpause");
});

test("the unpauser names the pods that it could not unpause, and keeps the note for them", async (t) => {
  const { cluster, pods } = await interrupted({ ...FIRST, ...JOB });
  cluster.api.remove("pods", "scalar", "first-try");
  Object.assign(pods[0]?.faults as object, { failUnpauses: Infinity });
  const { end, reasons } = await cluster.time.until(cluster.unpauser());
  t.is(end, "failedToUnpause");
  t.regex(reasons.join(), /scalardb-cluster-0 MAY STILL BE PAUSED/);
  t.deepEqual(cluster.pausedPods, [key(0)]);
  t.like(
    cluster.lastRun,
    { job: "nightly-29400000", end: "failedToUnpause" },
    "the Job of the run, not the unpauser's",
  );
  Object.assign(pods[0]?.faults as object, { failUnpauses: 0 });
  t.is((await cluster.time.until(cluster.unpauser())).end, "unpaused");
  t.like(cluster.lastRun, { job: "nightly-29400000", end: "void" });
  t.deepEqual(cluster.pausedPods, []);
});

test("the unpauser changes nothing when no run was killed, and reports an unavailable API server", async (t) => {
  const { cluster, pods } = sceneOf();
  t.deepEqual(await cluster.time.until(cluster.unpauser()), { end: "nothingToUnpause", reasons: [] });
  t.deepEqual(
    pods.flatMap(({ calls }) => calls),
    [],
  );
  cluster.api.fault = () => "drop";
  t.is((await cluster.time.until(cluster.unpauser())).end, "notRecorded");
});

test("a pod that hung until after the deadline of its Pause, and gets to it then, is not left paused", async (t) => {
  for (let millis = 9500; millis < 20_000; millis += 250) {
    const { cluster, pods } = sceneOf();
    let hung = false;
    cluster.api.served = (method, path) => {
      if (hung || method !== "PUT" || !path.includes("configmaps")) return;
      hung = true;
      pods[0]?.hang(millis);
    };
    const { end, reasons } = await pause(cluster, { maxDrainSeconds: 4 });
    t.is(end, "failedToPause");
    t.regex(reasons.join(), /no answer within 9 s/);
    assertVoid(t, cluster);
    await elapse(cluster, 5000);
    assertSafe(t, cluster);
  }
});

test("a cleanup leaves pods to another schedule's run that holds their Lease, and asks again after it", async (t) => {
  const { cluster, pods } = sceneOf();
  cluster.api.put("configmaps", { metadata: { namespace: "scalar", name: "other-windows" } });
  // The API server is lost for a moment right after the Lease was released, so that the note stays.
  cluster.api.fault = (method, path) =>
    pods.every(({ calls }) => calls.includes("Unpause")) && !(method === "PUT" && path.includes("leases"))
      ? path.includes("leases")
        ? undefined
        : 401
      : undefined;
  t.is((await pause(cluster, {}, { ...FIRST, ...JOB })).end, "void");
  cluster.api.fault = () => undefined;
  t.truthy(cluster.unfinished, "the note stays");
  t.deepEqual(cluster.heldLeases, []);
  cluster.api.remove("pods", "scalar", "first-try");
  cluster.logs.length = 0;
  const other = await beginHolding(cluster, {
    record: { namespace: "scalar", name: "other-windows" },
    holdSeconds: 10,
  });
  const cleanup = cluster.unpauser();
  t.is((await other.ended()).end, "recorded");
  t.is((await cluster.time.until(cleanup)).end, "unpaused");
  assertSafe(t, cluster);
  t.is(cluster.unfinished, undefined);
});

for (const code of [403, 413, 422, 500])
  test(`pods of a killed run are unpaused although the API server refuses writes with ${code}`, async (t) => {
    const { cluster } = await interrupted({ ...FIRST, ...JOB });
    cluster.api.remove("pods", "scalar", "first-try");
    cluster.api.fault = (method) => (method === "PUT" ? code : undefined);
    const unpaused = await cluster.time.until(cluster.unpauser());
    t.is(unpaused.end, "notRecorded");
    t.regex(unpaused.reasons.join(), new RegExp(`PUT .*configmaps/windows: ${code}`));
    assertSafe(t, cluster);

    cluster.api.fault = () => undefined;
    t.is((await cluster.time.until(cluster.unpauser())).end, "unpaused", "the note is removed as soon as it can be");
    assertVoid(t, cluster);
  });

test("an unpauser that is suspended after removing the note does not release the next run's lease", async (t) => {
  const { cluster } = await interrupted({ ...FIRST, ...JOB });
  cluster.api.remove("pods", "scalar", "first-try");
  const unpauser = cluster.newProcess();
  const unpausing = cluster.unpauser({}, unpauser);
  cluster.api.served = (method, path) => {
    if (method === "PUT" && path.includes("configmaps") && cluster.unfinished === undefined) unpauser.freeze();
  };
  await untilTrue(cluster, () => cluster.unfinished === undefined);
  cluster.api.served = (method, path) => {
    if (method === "PUT" && path.includes("leases") && cluster.heldLeases.length > 0) unpauser.thaw();
  };
  const { end, reasons } = await pause(cluster, {}, RETRY);
  t.is(end, "recorded", reasons.join());
  t.is((await cluster.time.until(unpausing)).end, "unpaused");
  assertSafe(t, cluster);
});

test("a try after one that could not unpause a pod does not report it as killed, and pauses nothing", async (t) => {
  const { cluster, pods } = sceneOf();
  Object.assign(pods[1]?.faults as object, { failUnpauses: Infinity });
  t.is((await pause(cluster, {}, { ...FIRST, ...JOB })).end, "failedToUnpause");
  Object.assign(pods[1]?.faults as object, { failUnpauses: 0 });
  // As if its window had been void, too.
  cluster.tamper({ "windows.json": undefined });
  const { end, reasons } = await pause(cluster, {}, { ...RETRY, ...JOB });
  t.is(end, "void");
  t.regex(reasons.join(), /ended without unpausing its pods; they are unpaused/);
  t.notRegex(reasons.join(), /killed/);
  assertSafe(t, cluster);
  t.is(cluster.unfinished, undefined);
});

test("a run whose pod is still reported as Pending counts as active", async (t) => {
  const { cluster } = sceneOf();
  const pod = (phase: string) => ({
    metadata: { namespace: "scalar", name: "first-try", labels: {} },
    spec: { containers: [] },
    status: { phase },
  });
  cluster.api.put("pods", pod("Pending"));
  const { ended } = await beginHolding(cluster, {}, FIRST);
  t.is((await cluster.time.until(cluster.unpauser())).end, "nothingToUnpause");
  t.is((await ended()).end, "recorded");
});

test("an API server that does not answer does not delay the Unpauses", async (t) => {
  const { cluster, pods } = sceneOf();
  const { process, ended } = await beginHolding(cluster);
  Object.assign(pods[0]?.faults as object, { failUnpauses: 6 });
  cluster.api.tripMillis = 30_000;
  const signalled = cluster.time.now;
  process.signal("SIGTERM");
  await untilTrue(cluster, () => cluster.pausedPods.length === 0);
  t.true(cluster.time.now - signalled < 10_000, `unpaused after ${cluster.time.now - signalled} ms`);
  cluster.api.tripMillis = 4;
  t.is((await ended()).end, "void");
});

test("an unreachable pod of a release that was removed from the settings is reported with the way to remove its note", async (t) => {
  const { cluster } = await interrupted({ ...FIRST, ...JOB });
  cluster.api.remove("pods", "scalar", "first-try");
  cluster.install({ namespace: "other", name: "rest", pods: 1 });
  cluster.releases.shift();
  for (const index of [0, 1, 2]) cluster.removePod(key(index));
  cluster.api.fault = (_, path) => (path === "/api/v1/namespaces/scalar/pods" ? 403 : undefined);
  const { end, reasons } = await pause(cluster, {}, RETRY);
  t.is(end, "failedToUnpause");
  t.regex(
    reasons.join("\n"),
    /release scalar\/scalardb is not in the settings any more, .*; when it is deleted, remove the key unfinished-run\.json from ConfigMap scalar\/windows/,
  );
});

/** A killed run with a note in which only two of its three pods are readable. */
async function interruptedWithDamagedNote() {
  const { cluster, pods } = await interrupted({ ...FIRST, ...JOB });
  cluster.api.remove("pods", "scalar", "first-try");
  const note = JSON.parse(cluster.recorded("unfinished-run.json") ?? "");
  note.pods[0].port = "admin";
  cluster.tamper({ "unfinished-run.json": JSON.stringify(note) });
  return { cluster, pods };
}

test("pods that a damaged note may have named are unpaused even if the run that cleans up is killed, too", async (t) => {
  const { cluster } = await interruptedWithDamagedNote();
  const cleaner = cluster.newProcess();
  cluster.api.served = (method, path) => {
    if (method === "PUT" && path.includes("configmaps")) cleaner.kill();
  };
  void cluster.unpauser({}, cleaner);
  await untilTrue(cluster, () => cleaner.dead);
  cluster.api.served = () => {};
  t.is(cluster.pausedPods.length, 3);
  t.is((await cluster.time.until(cluster.unpauser({}, cluster.newProcess(), "second"))).end, "unpaused");
  assertSafe(t, cluster);
});

test("a pod that a damaged note may have named is unpaused although it does not answer at first", async (t) => {
  const { cluster, pods } = await interruptedWithDamagedNote();
  Object.assign(pods[0]?.faults as object, { tripMillis: 10_000 });
  cluster.time.after(8000, () => Object.assign(pods[0]?.faults as object, { tripMillis: 2 }));
  t.is((await cluster.time.until(cluster.unpauser())).end, "unpaused");
  assertSafe(t, cluster);
});

test("a damaged note stays until the pods that it may have named can be looked up", async (t) => {
  const { cluster } = await interruptedWithDamagedNote();
  cluster.api.fault = (_, path) => (path.endsWith("/deployments") ? 503 : undefined);
  const { end, reasons } = await cluster.time.until(cluster.unpauser());
  t.is(end, "failedToUnpause");
  t.regex(reasons.join(), /the note is damaged, and the pods that it may have named cannot be looked up: .*503/);
  t.deepEqual(cluster.pausedPods, [key(0)], "the readable pods are unpaused");

  cluster.api.fault = () => undefined;
  t.is((await cluster.time.until(cluster.unpauser())).end, "unpaused");
  assertVoid(t, cluster);
});
