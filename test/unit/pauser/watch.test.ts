import test from "ava";
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

// What happens to the pods, or to the pauser, during the hold.

for (const gap of [400, 2000])
  test(`a pod that is unpaused, and paused again ${gap} ms later, voids the window`, async (t) => {
    const { cluster, pods } = sceneOf();
    const { ended } = await beginHolding(cluster);
    const [, pod] = pods;
    cluster.time.after(3000, () => pod?.forceUnpause());
    cluster.time.after(3000 + gap, () => void pod?.forcePause());
    const { end, reasons } = await ended();
    t.is(end, "void");
    t.regex(reasons.join(), /scalardb-cluster-1: is no longer paused/);
    await elapse(cluster, 5000);
    t.deepEqual(cluster.windows, []);
    // The other caller's pause, which the run must not end.
    pod?.forceUnpause();
    assertVoid(t, cluster);
  });

test("a pod that is unpaused right before the end of the hold voids the window", async (t) => {
  const { cluster, pods } = sceneOf();
  const { ended } = await beginHolding(cluster);
  // After the last poll of the hold.
  await untilTrue(cluster, () => pods[1]?.calls.filter((call) => call === "CheckPaused").length === 68);
  pods[1]?.forceUnpause();
  const { end, reasons } = await ended();
  t.is(end, "void");
  t.regex(reasons.join(), /scalardb-cluster-1: is no longer paused/);
  assertVoid(t, cluster);
});

test("Scalar's own tool, used on the release during the hold, voids the window", async (t) => {
  const { cluster, pods } = sceneOf();
  const { ended } = await beginHolding(cluster);
  await elapse(cluster, 1000);
  // As scalar-admin-for-kubernetes does: pause all, 5 s, unpause all.
  await cluster.time.until(Promise.all(pods.map((pod) => pod.forcePause())));
  await elapse(cluster, 5000);
  for (const pod of pods) pod.forceUnpause();
  t.is((await ended()).end, "void");
  assertVoid(t, cluster);
});

test("a pod is polled at least every 200 ms during the hold", async (t) => {
  const { cluster, pods } = sceneOf({ pods: 60 });
  const { ended } = await beginHolding(cluster);
  for (const pod of pods) pod.calls.length = 0;
  await elapse(cluster, 8000);
  for (const pod of pods) t.true(pod.calls.length >= 40, `asked ${pod.calls.length} times in 8 s`);
  t.is((await ended()).end, "recorded");
});

test("a pod that does not answer for a second voids the window; a pod that misses a few answers does not", async (t) => {
  for (const [silence, expected] of [
    [600, "recorded"],
    [1500, "void"],
  ] as const) {
    const { cluster, pods } = sceneOf();
    const { ended } = await beginHolding(cluster);
    const [pod] = pods;
    // The pod stays paused: only its answers are late.
    Object.assign(pod?.faults as object, { tripMillis: silence });
    await elapse(cluster, 100);
    await elapse(cluster, silence);
    Object.assign(pod?.faults as object, { tripMillis: 2 });
    const { end, reasons } = await ended();
    t.is(end, expected, reasons.join());
    assertSafe(t, cluster);
  }
});

test("a pod that is unpaused in the last second of the hold, and paused again before it answers, voids the window", async (t) => {
  const { cluster, pods } = sceneOf();
  const { ended } = await beginHolding(cluster);
  const [pod] = pods as [VirtualPod];
  // The answer to the watch's last poll is too late, and the poll after the hold takes 1.4 s.
  cluster.time.after(9200, () => Object.assign(pod.faults, { tripMillis: 5000 }));
  cluster.time.after(9350, () => pod.forceUnpause());
  cluster.time.after(9900, () => Object.assign(pod.faults, { tripMillis: 2800 }));
  cluster.time.after(11_000, () => void pod.forcePause());
  const { end, reasons } = await ended();
  t.is(end, "void");
  t.regex(reasons.join(), /scalardb-cluster-0: CheckPaused failed: no answer within/);
  t.deepEqual(cluster.windows, []);
});

test("when a pod is unpaused and paused again during another pod's drain, the window begins after that", async (t) => {
  const { cluster, pods } = sceneOf();
  const [pod, slow] = pods as [VirtualPod, VirtualPod];
  Object.assign(slow.faults, { drainMillis: 20_000 });
  const { ended } = begin(cluster);
  await untilTrue(cluster, () => pod.paused);
  await elapse(cluster, 3000);
  pod.forceUnpause();
  Object.assign(pod.faults, { tripMillis: 900 });
  await untilTrue(cluster, () => slow.paused);
  await elapse(cluster, 300);
  void pod.forcePause();
  await elapse(cluster, 300);
  Object.assign(pod.faults, { tripMillis: 2 });
  t.is((await ended()).end, "recorded");
  assertSafe(t, cluster);
});

test("a pauser that is suspended for a second during the hold records nothing", async (t) => {
  for (const [millis, expected] of [
    [500, "recorded"],
    [1500, "void"],
  ] as const) {
    const { cluster, pods } = sceneOf();
    const { process, ended } = await beginHolding(cluster);
    await elapse(cluster, 2000);
    process.freeze();
    if (expected === "void") {
      pods[0]?.forceUnpause();
      await elapse(cluster, millis / 2);
      await cluster.time.until(pods[0]?.forcePause() as Promise<void>);
      await elapse(cluster, millis / 2);
    } else await elapse(cluster, millis);
    process.thaw();
    const { end, reasons } = await ended();
    t.is(end, expected, reasons.join());
    assertSafe(t, cluster);
  }
});

test("a pauser that was suspended between its note and the pause, while another run took over and ended, pauses nothing", async (t) => {
  const { cluster, pods } = sceneOf();
  const env = { PAUSER_POD_NAME: "first", PAUSER_POD_NAMESPACE: "scalar" };
  const { process, ended } = begin(cluster, {}, env);
  // The answer to the note's write is in flight.
  cluster.api.served = (method, path) => {
    if (method === "PUT" && path.includes("configmaps")) process.freeze();
  };
  await untilTrue(cluster, () => cluster.unfinished !== undefined);
  cluster.api.served = () => {};
  // Its pod's node is lost, and another try starts.
  const retry = { PAUSER_POD_NAME: "second", PAUSER_POD_NAMESPACE: "scalar" };
  t.is((await pause(cluster, {}, retry)).end, "recorded");
  for (const pod of pods) pod.calls.length = 0;
  process.thaw();
  const { end, reasons } = await ended();
  t.is(end, "void");
  t.regex(reasons.join(), /ms passed before pods could be paused by the note, 2000 ms are allowed/);
  for (const pod of pods) t.false(pod.calls.includes("Pause"));
  assertSafe(t, cluster);
  t.is(cluster.windows.length, 1, "the other run's");
});

test("a run whose note is taken over after it paused unpauses at once", async (t) => {
  const { cluster } = sceneOf();
  // Within the milliseconds between writing the note and reading it again after the pause.
  cluster.api.served = (method, path) => {
    if (method === "PUT" && path.includes("configmaps")) {
      cluster.api.served = () => {};
      cluster.time.after(1, () =>
        cluster.tamper({ "unfinished-run.json": JSON.stringify({ ...cluster.unfinished, run: "another" }) }),
      );
    }
  };
  const started = cluster.time.now;
  const { end, reasons } = await pause(cluster);
  t.is(end, "void");
  t.regex(reasons.join(), /another run has taken over the note/);
  t.true(cluster.time.now - started < 3000, "the run does not wait for the end of the hold");
  assertSafe(t, cluster);
});

// Two schedules over one release.

/** A second schedule for the same release, with its own record. */
function secondSchedule(cluster: VirtualCluster): object {
  cluster.api.put("configmaps", { metadata: { namespace: "scalar", name: "other-windows" } });
  return { record: { namespace: "scalar", name: "other-windows" } };
}

test("while one schedule pauses a release, another one does not, and names the holder", async (t) => {
  const { cluster } = sceneOf();
  const other = secondSchedule(cluster);
  const first = begin(cluster);
  const second = begin(cluster, other);
  const outcomes = await cluster.time.until(Promise.all([first.running, second.running]));
  t.deepEqual(outcomes.map(({ end }) => end).sort(), ["busy", "recorded"]);
  const busy = outcomes.find(({ end }) => end === "busy");
  t.regex(
    busy?.reasons.join() ?? "",
    /another schedule pauses release scalar\/scalardb: scalar\/(other-)?windows\/\w+ holds its lease until it ends, \S+ at the latest; give the two schedules different times/,
  );
  assertSafe(t, cluster);
  t.deepEqual(cluster.heldLeases, []);
});

test("a run that is blocked by another schedule's Lease records its outcome; a run that is blocked by its own schedule does not", async (t) => {
  const { cluster } = sceneOf();
  const lease = cluster.api.get("leases", "scalar", "scalar-backup-scalardb");
  const renewTime = new Date(cluster.time.now).toISOString();
  const spec = { holderIdentity: "scalar/other/abc", leaseDurationSeconds: 400, renewTime };
  cluster.api.put("leases", { ...lease, spec });
  const env = { PAUSER_POD_NAME: "first", PAUSER_POD_NAMESPACE: "scalar", PAUSER_JOB_NAME: "nightly-1" };
  t.is((await pause(cluster, {}, env)).end, "busy");
  t.is(cluster.lastRun?.end, "busy");

  cluster.api.put("leases", { ...lease, spec: {} });
  const { ended } = await beginHolding(cluster, {}, { ...env, PAUSER_JOB_NAME: "nightly-2" });
  cluster.api.put("pods", {
    metadata: { namespace: "scalar", name: "first", labels: {} },
    spec: { containers: [] },
    status: { phase: "Running" },
  });
  const second = { PAUSER_POD_NAME: "second", PAUSER_POD_NAMESPACE: "scalar", PAUSER_JOB_NAME: "nightly-3" };
  t.is((await pause(cluster, {}, second)).end, "busy");
  t.is(cluster.lastRun?.job, "nightly-1");
  t.is((await ended()).end, "recorded");
  t.like(cluster.lastRun, { job: "nightly-2", end: "recorded" });
});

test("schedules that list shared releases in a different order do not block each other", async (t) => {
  const { cluster } = sceneOf({}, { namespace: "ledgers", name: "ledger", product: "ledger", pods: 1 });
  const other = { ...secondSchedule(cluster), releases: [...cluster.releases].reverse() };
  const [first, second] = [begin(cluster), begin(cluster, other)];
  const outcomes = await cluster.time.until(Promise.all([first.running, second.running]));
  t.deepEqual(outcomes.map(({ end }) => end).sort(), ["busy", "recorded"]);
  t.deepEqual(cluster.heldLeases, []);
});

test("the lease of a killed run is taken over by its own schedule at once, by another schedule after it has expired", async (t) => {
  const { cluster, pods } = sceneOf();
  const { process } = await beginHolding(cluster);
  process.kill();
  for (const pod of pods) pod.forceUnpause();
  const other = secondSchedule(cluster);
  t.is((await pause(cluster, other)).end, "busy");
  const lease = cluster.api.get("leases", "scalar", "scalar-backup-scalardb");
  await elapse(cluster, lease.spec.leaseDurationSeconds * 1000 + 6000);
  t.is((await pause(cluster, other)).end, "recorded");
  t.is((await pause(cluster)).end, "recorded");
  t.deepEqual(cluster.heldLeases, []);
});

test("a lease that is lost in the hold voids the window", async (t) => {
  const { cluster } = sceneOf();
  cluster.api.served = (method, path) => {
    if (method === "PUT" && path.includes("leases")) {
      cluster.api.served = () => {};
      const lease = cluster.api.get("leases", "scalar", "scalar-backup-scalardb");
      cluster.api.put("leases", { ...lease, spec: { ...lease.spec, holderIdentity: "somebody" } });
    }
  };
  const { end, reasons } = await pause(cluster);
  t.is(end, "void");
  t.regex(reasons.join(), /another run has acquired the lease of release scalar\/scalardb: somebody holds it/);
  assertSafe(t, cluster);
});

// Stale answers of the API server.

test("lists of an API server that lags behind do not hide a pod that was added in the hold", async (t) => {
  for (const when of ["before the run", "in the hold"]) {
    const { cluster } = sceneOf();
    if (when === "before the run") cluster.api.lagBehind();
    const { ended } = await beginHolding(cluster, { apiDeadlineSeconds: 5 });
    if (when === "in the hold") cluster.api.lagBehind();
    const labels = { "app.kubernetes.io/instance": "scalardb", "app.kubernetes.io/app": "scalardb-cluster" };
    cluster.addPod("scalar", "newcomer", labels);
    const { end } = await ended();
    assertSafe(t, cluster);
    t.is(end, "void", when);
  }
});

for (const writer of ["an earlier try", "another client"])
  test(`lists that are older than the pauser's own pod hide no pod, although ${writer} has written the record since`, async (t) => {
    const { cluster } = sceneOf();
    const env = { PAUSER_POD_NAME: "first", PAUSER_POD_NAMESPACE: "scalar", PAUSER_JOB_NAME: "nightly-1" };
    const settings = { apiDeadlineSeconds: 5 };
    cluster.api.lagBehind();
    const labels = { "app.kubernetes.io/instance": "scalardb", "app.kubernetes.io/app": "scalardb-cluster" };
    cluster.addPod("scalar", "newcomer", labels);
    if (writer === "an earlier try") {
      cluster.putPauserPod("first", "Running");
      const { process, ended } = begin(cluster, settings, env);
      process.signal("SIGTERM");
      t.is((await ended()).end, "void");
    } else {
      cluster.tamper({ edited: "after the lists" });
      cluster.api.put("leases", cluster.api.get("leases", "scalar", "scalar-backup-scalardb"));
    }
    cluster.putPauserPod("second", "Running");
    const { end, reasons } = await pause(cluster, settings, { ...env, PAUSER_POD_NAME: "second" });
    assertUntouched(t, cluster);
    t.is(end, "void");
    t.regex(reasons.join(), /the API server's list \/api\/v1\/pods is older \(resourceVersion \d+\) than what/);
  });

test("lists that catch up are read again", async (t) => {
  const { cluster } = sceneOf();
  const { ended } = await beginHolding(cluster);
  cluster.api.lagBehind();
  cluster.tamper({ edited: "in the meantime" });
  await elapse(cluster, 9000);
  t.is(cluster.pausedPods.length, 3);
  cluster.time.after(2500, () => cluster.api.catchUp());
  t.is((await ended()).end, "recorded");
  t.is(cluster.pods.get(key(0))?.paused, false);
});

for (const fault of ["drop", "drop-answer", 500, 403] as const)
  test(`lists of an API server that lags behind hide no pod when a Lease is released with ${fault}`, async (t) => {
    const { cluster } = sceneOf();
    const { ended } = await beginHolding(cluster, { apiDeadlineSeconds: 5 });
    cluster.api.lagBehind();
    const labels = { "app.kubernetes.io/instance": "scalardb", "app.kubernetes.io/app": "scalardb-cluster" };
    cluster.addPod("scalar", "newcomer", labels);
    let writes = 0;
    cluster.api.fault = (method, path) =>
      method === "PUT" && path.includes("leases") && writes++ === 0 ? fault : undefined;
    t.is((await ended()).end, "void");
    assertSafe(t, cluster);
  });

test("a Lease is released although the answers to its acquisition were lost", async (t) => {
  const { cluster } = sceneOf();
  let away = false;
  cluster.api.fault = (method, path) => {
    if (away) return "drop";
    away = method === "PUT" && path.includes("leases");
    return away ? "drop-answer" : undefined;
  };
  cluster.time.after(31_000, () => {
    cluster.api.fault = () => undefined;
  });
  t.is((await pause(cluster)).end, "void");
  assertVoid(t, cluster);
});

test("a lease that is lost late in the hold voids the window", async (t) => {
  const { cluster } = sceneOf();
  const { ended } = await beginHolding(cluster);
  await elapse(cluster, 5000);
  const lease = cluster.api.get("leases", "scalar", "scalar-backup-scalardb");
  cluster.api.put("leases", { ...lease, spec: { ...lease.spec, holderIdentity: "somebody" } });
  const { end, reasons } = await ended();
  t.is(end, "void");
  t.regex(reasons.join(), /somebody holds .*scalar-backup-scalardb/);
  assertSafe(t, cluster);
});
