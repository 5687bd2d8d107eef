import test from "ava";
import { expectedDrain, pauseBeforeMinute, rendezvous } from "../../../pauser/rendezvous";
import { readEnvironment, type Settings } from "../../../pauser/settings";
import type { LastRun } from "../../../restore-points/last-run";
import { VirtualCluster } from "./virtual/cluster";
import { assertSafe, assertUntouched, assertVoid, begin, elapse, pause, sceneOf, untilTrue } from "./virtual/scene";
import { VirtualTime } from "./virtual/time";

const JOB = (cluster: VirtualCluster) => ({
  PAUSER_JOB_NAME: `scalar-backup-pause-${Math.floor(cluster.time.now / 60_000)}`,
});

const settingsWith = (some: Partial<Settings>) =>
  readEnvironment({
    PAUSER_API_SERVER: "http://127.0.0.1:1",
    PAUSER_JOB_NAME: "x",
    PAUSER_SETTINGS: JSON.stringify({
      record: { namespace: "a", name: "b" },
      releases: [{ namespace: "a", name: "b" }],
      ...some,
    }),
  }).settings;

test("all clusters pause at the same instants, which they compute from the Job's name", (t) => {
  const settings = settingsWith({ rendezvousSeconds: 60, alignToMinute: true });
  const scheduled = Date.UTC(2026, 10, 22, 3);
  t.deepEqual(rendezvous(`pause-${scheduled / 60_000}`, settings), {
    pauseAt: scheduled + 60_000,
    holdUntil: scheduled + 100_000,
  });
  t.is(rendezvous("pause-by-hand", settings), undefined);
  t.false(settings.alignToMinute, "the instant is fixed");
});

test("two clusters that start and drain at different times have a common window as long as the hold", async (t) => {
  const time = new VirtualTime();
  const [tokyo, osaka] = [new VirtualCluster(1, time), new VirtualCluster(2, time)];
  tokyo.install();
  for (const pod of osaka.install()) pod.faults = { drainMillis: 20_000 };
  const settings = { rendezvousSeconds: 60 };
  const first = begin(tokyo, { ...settings, cluster: "tokyo" }, JOB(tokyo));
  await elapse(tokyo, 40_000);
  const second = begin(osaka, { ...settings, cluster: "osaka" }, JOB(osaka));
  const outcomes = await time.until(Promise.all([first.running, second.running]));
  t.deepEqual(
    outcomes.map(({ end, window }) => [end, window?.cluster]),
    [
      ["recorded", "tokyo"],
      ["recorded", "osaka"],
    ],
  );
  const from = Math.max(...outcomes.map(({ window }) => Date.parse(window?.pauseCompleted ?? "")));
  const to = Math.min(...outcomes.map(({ window }) => Date.parse(window?.unpauseStarted ?? "")));
  t.true(to - from >= 10_000, `the common window is ${to - from} ms long`);
  for (const cluster of [tokyo, osaka]) assertSafe(t, cluster);
});

test("a cluster that is too late does not pause", async (t) => {
  const { cluster } = sceneOf();
  const env = JOB(cluster);
  await elapse(cluster, 120_000);
  const { end, reasons } = await pause(cluster, { rendezvousSeconds: 60 }, env);
  t.is(end, "void");
  t.regex(reasons.join(), /too late for the rendezvous/);
  assertUntouched(t, cluster);
});

test("a cluster that is so late that less than the shortest window is left records none", async (t) => {
  const { cluster } = sceneOf();
  const env = JOB(cluster);
  // The rendezvous is from 3:01:00 to 3:01:40.
  await elapse(cluster, 92_500);
  for (const pod of cluster.pods.values()) pod.faults = { drainMillis: 1500 };
  const { end, reasons } = await pause(cluster, { rendezvousSeconds: 60 }, env);
  t.is(end, "void");
  t.regex(
    reasons.join(),
    /the window is \d+ ms long; after subtracting \d+ ms at either end, by which the clocks may differ, \d+ ms are left, and at least 5 s are needed/,
  );
  assertSafe(t, cluster);
  t.deepEqual(cluster.windows, []);
});

const SET_BACK: [when: string, isThen: (cluster: VirtualCluster) => boolean, longestMillis: number][] = [
  ["while pods drain", ({ logs }) => logs.some((line) => line.startsWith("pausing")), 5000],
  // Nothing shows that the clock jumped: the hold ends as late as it could have without that.
  ["right before pods are paused", ({ unfinished }) => unfinished !== undefined, 45_000],
];

for (const [when, isThen, longestMillis] of SET_BACK) {
  test(`a clock that is set back by an hour ${when} prolongs no hold by that`, async (t) => {
    const { cluster } = sceneOf();
    for (const pod of cluster.pods.values()) pod.faults = { drainMillis: 1000 };
    const { process, ended } = begin(cluster, { rendezvousSeconds: 60 }, JOB(cluster));
    await untilTrue(cluster, () => isThen(cluster));
    process.wallOffset -= 3_600_000;
    const since = cluster.time.now;
    t.is((await ended()).end, "void");
    t.true(cluster.time.now - since < longestMillis, `the run took ${cluster.time.now - since} ms more`);
    assertVoid(t, cluster);
  });
}

test("a manually created Job pauses at once, without rendezvous, and says so", async (t) => {
  const { cluster } = sceneOf();
  const { end } = await pause(cluster, { rendezvousSeconds: 600 }, { PAUSER_JOB_NAME: "by-hand" });
  t.is(end, "recorded");
  t.regex(cluster.logs[0] ?? "", /Job by-hand was not made by a schedule/);
});

// A whole minute in the window.

test("pods are paused so that a whole minute lies in the middle of the hold, which is not prolonged", async (t) => {
  for (const offset of [0, 20_000, 47_000, 58_000]) {
    const { cluster } = sceneOf();
    await elapse(cluster, offset);
    const began = cluster.time.now;
    const { end, window } = await pause(cluster, { alignToMinute: true });
    t.is(end, "recorded");
    const [from, to] = [Date.parse(window?.pauseCompleted ?? ""), Date.parse(window?.unpauseStarted ?? "")];
    const minute = Math.ceil(from / 60_000) * 60_000;
    t.true(Math.abs((from + to) / 2 - minute) < 500, `${window?.pauseCompleted} to ${window?.unpauseStarted}`);
    t.true(to - from < 10_100);
    t.true(from - began < 66_000);
  }
});

test("a run does not wait if its hold contains a whole minute anyway", (t) => {
  const now = Date.UTC(2026, 10, 22, 3, 0, 7);
  t.is(pauseBeforeMinute(now, 60, 0), undefined);
  t.deepEqual(pauseBeforeMinute(now, 10, 0), {
    pauseAt: Date.UTC(2026, 10, 22, 3, 0, 55),
    minute: Date.UTC(2026, 10, 22, 3, 1),
  });
  t.deepEqual(pauseBeforeMinute(now, 10, 4000), {
    pauseAt: Date.UTC(2026, 10, 22, 3, 0, 51),
    minute: Date.UTC(2026, 10, 22, 3, 1),
  });
  t.deepEqual(pauseBeforeMinute(now, 10, 50_000), {
    pauseAt: Date.UTC(2026, 10, 22, 3, 1, 5),
    minute: Date.UTC(2026, 10, 22, 3, 2),
  });
});

test("pods that drain slowly are paused earlier from the second run on", async (t) => {
  const { cluster } = sceneOf();
  for (const pod of cluster.pods.values()) pod.faults = { drainMillis: 4000 };
  const middles: number[] = [];
  for (let night = 0; night < 3; night++) {
    await elapse(cluster, 20_000);
    const began = cluster.time.now;
    const { end, window } = await pause(cluster, { alignToMinute: true }, JOB(cluster));
    t.is(end, "recorded");
    const [from, to] = [Date.parse(window?.pauseCompleted ?? ""), Date.parse(window?.unpauseStarted ?? "")];
    const middle = (from + to) / 2;
    middles.push(Math.round((middle - Math.round(middle / 60_000) * 60_000) / 1000));
    t.true(to - from < 10_100, "the hold is not prolonged");
    t.true(from - began < 70_000);
    assertSafe(t, cluster);
    await elapse(cluster, 24 * 3_600_000);
  }
  t.deepEqual(middles, [4, 0, 0]);
  t.regex(cluster.logs.join("\n"), /\(the last run's slowest pod drained for 40\d\d ms\)/);
});

test("an impossible drain in the record moves no pause by more than pods may drain", (t) => {
  const settings = settingsWith({ maxDrainSeconds: 30 });
  const run = (...millis: number[]): LastRun => ({
    schemaVersion: 1,
    job: "pause-1",
    startedAt: "2026-11-22T03:00:00Z",
    endedAt: "2026-11-22T03:00:10Z",
    end: "recorded",
    reasons: [],
    times: { pausedMillis: 1, drains: millis.map((each) => ({ release: "a/b", millis: each })) },
  });
  t.is(expectedDrain(undefined, settings), 0);
  t.is(expectedDrain(run(), settings), 0);
  t.is(expectedDrain(run(100, 2500.4, 30), settings), 2500);
  t.is(expectedDrain(run(-5000), settings), 0);
  t.is(expectedDrain(run(1e300), settings), 30_000);
});
