import test from "ava";
import type { EXIT_CODES } from "../../../pauser/outcome";
import type { VirtualCluster } from "./virtual/cluster";
import { assertSafe, assertUntouched, beginHolding, elapse, key, pause, sceneOf, untilTrue } from "./virtual/scene";

test("a record that cannot be written is reported before anything is paused", async (t) => {
  const { cluster } = sceneOf();
  cluster.api.fault = (method, path) => (method === "PUT" && path.includes("configmaps") ? 403 : undefined);
  const { end, reasons } = await pause(cluster);
  t.is(end, "notRecorded");
  t.regex(reasons.join(), /PUT .*configmaps\/windows: 403 Forbidden/);
  assertUntouched(t, cluster);
});

test("a missing record is reported before anything is paused", async (t) => {
  const { cluster } = sceneOf();
  const { end, reasons } = await pause(cluster, { record: { namespace: "scalar", name: "other" } });
  t.is(end, "notRecorded");
  t.regex(reasons.join(), /the record does not exist.*pulumi up/);
  assertUntouched(t, cluster);
});

const UNREADABLE: [what: string, windows: string, reason: RegExp][] = [
  ["of another version", '{"schemaVersion":2}', /has schemaVersion 2, and this scalar-backup reads 1/],
  ["that is not JSON", "gone", /is not JSON/],
];
for (const [what, windows, reason] of UNREADABLE) {
  test(`with a list of windows ${what} nothing is paused, and the list stays unchanged`, async (t) => {
    const { cluster } = sceneOf();
    cluster.tamper({ "windows.json": windows });
    const { end, reasons } = await pause(cluster);
    t.is(end, "notRecorded");
    t.regex(reasons.join(), reason);
    t.is(cluster.recorded("windows.json"), windows);
    t.false(cluster.pods.get(key(0))?.calls.includes("Pause"));
  });

  test(`a list of windows ${what} does not keep a killed run's pods from being unpaused`, async (t) => {
    const { cluster } = await killed();
    cluster.tamper({ "windows.json": windows });
    t.is((await cluster.time.until(cluster.unpauser())).end, "unpaused");
    t.deepEqual(cluster.pausedPods, []);
    t.is(cluster.unfinished, undefined);
    t.is(cluster.recorded("windows.json"), windows);
  });

  test(`a list of windows ${what} that appears in the hold costs the window, and leaves no note`, async (t) => {
    const { cluster } = sceneOf();
    const { ended } = await beginHolding(cluster);
    cluster.tamper({ "windows.json": windows });
    const { end, window } = await ended();
    t.is(end, "notRecorded");
    t.truthy(window);
    t.is(cluster.recorded("windows.json"), windows);
    t.is(cluster.unfinished, undefined);
    t.deepEqual(cluster.pausedPods, []);
  });
}

/** A run that was killed during its hold, and whose pod is gone. */
async function killed(): Promise<{ cluster: VirtualCluster }> {
  const { cluster } = sceneOf();
  const env = { PAUSER_POD_NAME: "first-try", PAUSER_POD_NAMESPACE: "scalar" };
  const { process } = await beginHolding(cluster, {}, env);
  process.kill();
  await elapse(cluster, 1000);
  if (cluster.pausedPods.length !== 3) throw new Error("the pods are not paused, so the test would check nothing");
  return { cluster };
}

const DAMAGED: [what: string, damage: (note: Record<string, unknown>) => string, said: RegExp][] = [
  ["that is not JSON", () => "gone", /it is not a JSON object/],
  [
    "of another version",
    (note) => JSON.stringify({ ...note, schemaVersion: 2 }),
    /schemaVersion 2 is unknown, expected 1/,
  ],
  ["without pods", (note) => JSON.stringify({ ...note, pods: "all" }), /pods is not a list/],
  [
    "with a pod that has no address",
    (note) =>
      JSON.stringify({
        ...note,
        pods: (note.pods as object[]).map((pod, index) => (index === 1 ? { ...pod, address: "../x" } : pod)),
      }),
    /pods\[1\]\.address "\.\.\/x" is not an IP address/,
  ],
  [
    "with a pod in a namespace that is a path",
    (note) => JSON.stringify({ ...note, pods: [{ ...(note.pods as object[])[0], namespace: "scalar/pods/x" }] }),
    /pods\[0\]\.namespace "scalar\/pods\/x" is not a Kubernetes name/,
  ],
  [
    "that holds for ever",
    (note) => JSON.stringify({ ...note, pod: undefined, endsBy: "9999-12-31T00:00:00Z" }),
    /endsBy "9999-12-31T00:00:00Z" are not the instants of a run/,
  ],
  [
    "that began in the future",
    (note) =>
      JSON.stringify({ ...note, pod: undefined, startedAt: "2999-12-31T00:00:00Z", endsBy: "2999-12-31T00:05:00Z" }),
    /startedAt "2999-12-31T00:00:00Z" .* are not the instants of a run/,
  ],
];
for (const [what, damage, said] of DAMAGED) {
  test(`a note ${what} is reported, and every pod that may have been left paused is unpaused`, async (t) => {
    const { cluster } = await killed();
    cluster.tamper({ "unfinished-run.json": damage(JSON.parse(cluster.recorded("unfinished-run.json") ?? "")) });
    cluster.logs.length = 0;
    t.is((await pause(cluster)).end, "recorded");
    t.regex(cluster.logs.join("\n"), said);
    assertSafe(t, cluster);
    t.is(cluster.unfinished, undefined);
  });
}

test("old and malformed windows are removed from the record, and the log says so", async (t) => {
  const { cluster } = sceneOf();
  const aged = (days: number) => ({
    cluster: "default",
    pauseCompleted: new Date(cluster.time.now - days * 86_400_000 - 10_000).toISOString(),
    unpauseStarted: new Date(cluster.time.now - days * 86_400_000).toISOString(),
    clockOffsetMillis: 0,
    releases: [],
  });
  cluster.tamper({
    "windows.json": JSON.stringify({ schemaVersion: 1, windows: [aged(36), aged(34), { cluster: 1 }] }),
  });
  const { window } = await pause(cluster);
  t.deepEqual(cluster.windows.map(({ pauseCompleted }) => pauseCompleted).slice(1), [window?.pauseCompleted]);
  t.regex(cluster.logs.join("\n"), /removed from the record: the oldest window$/m);
  t.regex(cluster.logs.join("\n"), /removed from the record: windows\[2\]\.cluster must be a text/);
});

test("other writers' edits of the ConfigMap survive a conflict", async (t) => {
  const { cluster } = sceneOf();
  let edits = 0;
  cluster.api.served = (method, path) => {
    // Another client annotates it right after the pauser has read it.
    if (method !== "GET" || !path.endsWith("/configmaps/windows") || edits >= 5) return;
    cluster.tamper({ edits: `${++edits}` });
  };
  t.is((await pause(cluster)).end, "recorded");
  t.is(cluster.windows.length, 1);
  t.is(cluster.recorded("edits"), "5");
});

test("a lost answer to the last write does not record the window twice, or lose it", async (t) => {
  const { cluster } = sceneOf();
  let writes = 0;
  cluster.api.fault = (method, path) =>
    method === "PUT" && path.includes("configmaps") && ++writes <= 2 ? "drop-answer" : undefined;
  t.is((await pause(cluster)).end, "recorded");
  t.is(cluster.windows.length, 1);
  t.is(cluster.unfinished, undefined);
});

test("lost answers to every write of leases and record do no harm", async (t) => {
  const { cluster } = sceneOf();
  const lost = new Set<string>();
  cluster.api.fault = (method, path) => {
    const write = `${path} ${cluster.unfinished === undefined}`;
    if (method !== "PUT" || lost.has(write)) return undefined;
    lost.add(write);
    return "drop-answer";
  };
  t.is((await pause(cluster)).end, "recorded");
  t.is(cluster.windows.length, 1);
  assertSafe(t, cluster);
});

const AWAY: [when: string, away: (method: string, path: string) => boolean, end: keyof typeof EXIT_CODES][] = [
  ["from the start", () => true, "notRecorded"],
  ["when pods are looked for", (_, path) => path.includes("/pods"), "void"],
  ["when the lease is to be acquired", (_, path) => path.includes("/leases"), "void"],
  ["when the note is to be written", (method, path) => method === "PUT" && path.includes("configmaps"), "notRecorded"],
];
for (const [when, away, expected] of AWAY) {
  test(`nothing is paused when the API server is unavailable ${when}`, async (t) => {
    const { cluster } = sceneOf();
    cluster.api.fault = (method, path) => (away(method, path) ? "drop" : undefined);
    const { end, reasons } = await pause(cluster, { apiDeadlineSeconds: 1 });
    t.is(end, expected);
    t.regex(reasons.join(), /the API server at http:\/\/api does not answer/);
    assertUntouched(t, cluster);
  });
}

test("when the API server goes away inside the window, pods are unpaused, and the next run removes the note", async (t) => {
  const { cluster } = sceneOf();
  const { ended } = await beginHolding(cluster);
  cluster.api.fault = () => "drop";
  const { end, reasons } = await ended();
  t.is(end, "void");
  t.regex(reasons.join(), /pods could not be compared with before: the API server at .* does not answer/);
  assertSafe(t, cluster);
  t.deepEqual(cluster.windows, []);
  t.truthy(cluster.unfinished, "the note could not be removed");
  cluster.api.fault = () => undefined;
  await elapse(cluster, Date.parse(cluster.unfinished?.endsBy ?? "") - cluster.time.now);
  t.is((await pause(cluster)).end, "recorded");
});

test("an API server that comes back in time does no harm", async (t) => {
  const { cluster } = sceneOf();
  const { ended } = await beginHolding(cluster);
  await elapse(cluster, 8000);
  cluster.api.fault = () => "drop";
  await untilTrue(cluster, () => cluster.pausedPods.length === 0);
  cluster.api.fault = () => 503;
  await elapse(cluster, 2000);
  cluster.api.fault = () => undefined;
  t.is((await ended()).end, "recorded");
  assertSafe(t, cluster);
});

test("a valid window that could not be recorded has its own outcome", async (t) => {
  const { cluster } = sceneOf();
  const { ended } = await beginHolding(cluster);
  cluster.api.fault = (method, path) => (method === "PUT" && path.includes("configmaps") ? 500 : undefined);
  const { end, reasons, window } = await ended();
  t.is(end, "notRecorded");
  t.truthy(window);
  t.regex(reasons.join(), /the record could not be written/);
  assertSafe(t, cluster);
  t.deepEqual(cluster.windows, []);
});

// The last run's outcome.

const TRY = { PAUSER_JOB_NAME: "nightly-29400000", PAUSER_POD_NAME: "try", PAUSER_POD_NAMESPACE: "scalar" };

test("the record holds the outcome and reasons of every run, also of a run without a note", async (t) => {
  const { cluster } = sceneOf();
  const { reasons } = await pause(cluster, { releases: [{ namespace: "scalar", name: "typo" }] }, TRY);
  t.like(cluster.lastRun, { job: "nightly-29400000", end: "void", reasons });
  t.regex(reasons.join(), /release scalar\/typo has no pods/);
  await pause(cluster, {}, TRY);
  t.like(cluster.lastRun, { end: "recorded", reasons: [] });
  t.true(Date.parse(cluster.lastRun?.endedAt ?? "") > Date.parse(cluster.lastRun?.startedAt ?? ""));
});

test("a window names its Job and its pods by their UIDs", async (t) => {
  const { cluster } = sceneOf({ pods: 1 });
  const { window } = await pause(cluster, {}, { ...TRY, PAUSER_POD_UID: "pod-uid", PAUSER_JOB_UID: "job-uid" });
  t.deepEqual(window?.run, { job: "nightly-29400000", jobUid: "job-uid", pod: "try", podUid: "pod-uid" });
  t.deepEqual(window?.releases[0]?.podUids, ["uid-10.0.0.1"]);
  t.deepEqual(cluster.windows[0], window as NonNullable<typeof window>);
});
