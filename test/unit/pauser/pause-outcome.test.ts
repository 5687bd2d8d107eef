import test from "ava";
import { assertVoid, begin, elapse, key, pause, sceneOf, untilTrue } from "./virtual/scene";

// How a Pause may fail, by ScalarDL's AdminService and ScalarDB 3.19's release notes (see virtual/gate.ts).

test("a Pause that lost a race against another admin call is repeated within the drain time", async (t) => {
  const { cluster, pods } = sceneOf();
  Object.assign(pods[0]?.faults as object, { drainMillis: 1000 });
  const { ended } = begin(cluster);
  await untilTrue(cluster, () => pods[0]?.calls.includes("Pause") === true);
  await elapse(cluster, 500);
  // GATE_OPEN, which gRPC reports as ABORTED.
  pods[0]?.forceUnpause();
  t.is((await ended()).end, "recorded");
  t.is(pods[0]?.calls.filter((call) => call === "Pause").length, 2);
});

test("a pod that another caller paused between the check and the Pause is not unpaused (TIMED_OUT_STILL_PAUSED)", async (t) => {
  const { cluster, pods } = sceneOf();
  // Requests that never finish: the gate is closed but never drained.
  Object.assign(pods[0]?.faults as object, { drainMillis: 100_000 });
  cluster.api.served = (method, path) => {
    // After the check, before the Pause.
    if (method === "PUT" && path.includes("configmaps")) void pods[0]?.forcePauseWithoutDrain();
  };
  const { end, reasons } = await pause(cluster);
  t.is(end, "failedToPause");
  t.regex(reasons.join(), /scalardb-cluster-0: Pause failed: .*TIMED_OUT_STILL_PAUSED/);
  t.false(pods[0]?.calls.includes("Unpause"), "that would revoke the other caller's pause");
  t.true(pods[0]?.closed);
  t.deepEqual(cluster.pausedPods, []);
  t.is(cluster.unfinished, undefined);
});

test("pods that another caller paused answer one after the other, and none of them is unpaused", async (t) => {
  const { cluster, pods } = sceneOf();
  for (const pod of pods.slice(0, 2)) Object.assign(pod.faults, { drainMillis: 100_000 });
  Object.assign(pods[1]?.faults as object, { tripMillis: 200 });
  cluster.api.served = (method, path) => {
    if (method !== "PUT" || !path.includes("configmaps")) return;
    for (const pod of pods.slice(0, 2)) pod.forcePauseWithoutDrain();
  };
  t.is((await pause(cluster)).end, "failedToPause");
  for (const pod of pods.slice(0, 2)) {
    t.false(pod.calls.includes("Unpause"));
    t.true(pod.closed);
  }
  t.true(pods[2]?.calls.includes("Unpause"));
  t.deepEqual(cluster.pausedPods, []);
});

test("a Pause that times out behind another Pause leaves the pod to the other caller", async (t) => {
  const { cluster, pods } = sceneOf();
  Object.assign(pods[0]?.faults as object, { drainMillis: 100_000 });
  cluster.api.served = (method, path) => {
    if (method === "PUT" && path.includes("configmaps")) void pods[0]?.forcePause(60_000);
  };
  const { end, reasons } = await pause(cluster);
  t.is(end, "failedToPause");
  t.regex(reasons.join(), /PAUSE_IN_PROGRESS/);
  t.false(pods[0]?.calls.includes("Unpause"));
});

test("a pod of an older version, whose failed Pause has no reason, is unpaused", async (t) => {
  const { cluster, pods } = sceneOf();
  Object.assign(pods[0]?.faults as object, { drainMillis: 100_000, withoutErrorInfo: true });
  t.is((await pause(cluster)).end, "failedToPause");
  t.true(pods[0]?.calls.includes("Unpause"));
  assertVoid(t, cluster);
});

test("a release is paused on its own admin port", async (t) => {
  const { cluster, pods } = sceneOf();
  const [release] = cluster.releases;
  for (const pod of pods) pod.port = 60055;
  t.regex((await pause(cluster)).reasons.join(), new RegExp(`pod ${key(0)}: CheckPaused failed`));
  t.is((await pause(cluster, { releases: [{ ...release, adminPort: 60055 }] })).end, "recorded");
});
