import test, { type ExecutionContext } from "ava";
import { rendezvous } from "../../pauser/rendezvous";
import { run } from "../../pauser/run";
import { readEnvironment } from "../../pauser/settings";
import { sleep } from "../../pauser/time";
import { Cluster } from "./doubles/cluster";

async function clusterOf(t: ExecutionContext): Promise<Cluster> {
  const cluster = await Cluster.start();
  t.teardown(() => cluster.stop());
  await cluster.install();
  return cluster;
}

/** The minute before, so that an instant just past is after it in any case. */
const MINUTE = Math.floor(Date.now() / 60_000) - 1;
const JOB = { PAUSER_JOB_NAME: `scalar-backup-pause-${MINUTE}` };
/** The setting with which clusters pause at that instant, by the minute that the Job's name tells. */
const secondsUntil = (instant: number) => (instant - MINUTE * 60_000) / 1000;

test("clusters meet at the instants that a Job's name tells, wherever they are", (t) => {
  const { settings } = readEnvironment({
    PAUSER_API_SERVER: "http://127.0.0.1:1",
    PAUSER_JOB_NAME: "x",
    PAUSER_SETTINGS: JSON.stringify({
      record: { namespace: "a", name: "b" },
      releases: [{ namespace: "a", name: "b" }],
      rendezvousSeconds: 60,
    }),
  });
  const scheduled = Date.UTC(2026, 10, 22, 3);
  t.deepEqual(rendezvous(`pause-${scheduled / 60_000}`, settings), {
    pauseAt: scheduled + 60_000,
    holdUntil: scheduled + 100_000,
  });
  t.is(rendezvous("pause-by-hand", settings), undefined);
});

test("two clusters that start apart and drain apart have a common window as long as the hold", async (t) => {
  const [tokyo, osaka] = [await clusterOf(t), await clusterOf(t)];
  for (const pod of osaka.pods.values()) pod.faults = { drainMillis: 600 };
  const settings = { rendezvousSeconds: secondsUntil(Date.now() + 1200), maxDrainSeconds: 1, holdSeconds: 0.3 };
  const outcomes = await Promise.all([
    run(tokyo.environment({ ...settings, cluster: "tokyo" }, JOB), new AbortController().signal, tokyo.report),
    sleep(700).then(() =>
      run(osaka.environment({ ...settings, cluster: "osaka" }, JOB), new AbortController().signal, osaka.report),
    ),
  ]);
  t.deepEqual(
    outcomes.map(({ end, window }) => [end, window?.cluster]),
    [
      ["recorded", "tokyo"],
      ["recorded", "osaka"],
    ],
  );
  const from = Math.max(...outcomes.map(({ window }) => Date.parse(window?.pauseCompleted ?? "")));
  const to = Math.min(...outcomes.map(({ window }) => Date.parse(window?.unpauseStarted ?? "")));
  t.true(to - from >= 300, `the common window is ${to - from} ms long`);
  t.deepEqual([...tokyo.falseWindows, ...osaka.falseWindows], []);
});

test("a cluster that comes too late does not pause", async (t) => {
  const cluster = await clusterOf(t);
  const settings = { rendezvousSeconds: secondsUntil(Date.now() - 1250), maxDrainSeconds: 1, holdSeconds: 0.2 };
  const { end, reasons } = await run(cluster.environment(settings, JOB), new AbortController().signal, cluster.report);
  t.is(end, "void");
  t.regex(reasons.join(), /too late for the rendezvous/);
  t.false([...cluster.pods.values()].some(({ calls }) => calls.includes("Pause")));
});

test("a drain that leaves less than the shortest window voids it", async (t) => {
  const cluster = await clusterOf(t);
  for (const pod of cluster.pods.values()) pod.faults = { drainMillis: 900 };
  const settings = { rendezvousSeconds: secondsUntil(Date.now() + 300), holdSeconds: 0.2, minWindowSeconds: 0.6 };
  const { end, reasons } = await run(cluster.environment(settings, JOB), new AbortController().signal, cluster.report);
  t.is(end, "void");
  t.regex(reasons.join(), /the window is \d+ ms long, at least 0.6 s are needed/);
  t.deepEqual(cluster.pausedPods, []);
  t.deepEqual(cluster.windows, []);
});

test("a Job made by hand pauses at once, without rendezvous, and says so", async (t) => {
  const cluster = await clusterOf(t);
  const env = { PAUSER_JOB_NAME: "by-hand" };
  const { end } = await run(
    cluster.environment({ rendezvousSeconds: 600 }, env),
    new AbortController().signal,
    cluster.report,
  );
  t.is(end, "recorded");
  t.regex(cluster.logs[0] ?? "", /Job by-hand was not made by a schedule/);
});
