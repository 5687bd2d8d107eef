import assert from "node:assert/strict";
import test from "ava";
import fc from "fast-check";
import { systemClock } from "../../../pauser/adapters/system-clock";
import { run } from "../../../pauser/run";
import { windowBackups } from "../../../pauser/window-backups/backups";
import { SCHEMA_LOADER_KEYS } from "../../../rehearsal/sets/dynamodb";
import type { PauseWindow } from "../../../restore-points/window";
import { AwsCloud, AwsError } from "../../../simulator/cloud/aws/aws";
import { serveAws } from "../../../simulator/cloud/aws/wire/server";
import { SimulatedClock } from "../../../simulator/cloud/clock";
import { Cluster } from "./doubles/cluster";
import type { Faults, ScalarPodServer } from "./doubles/scalar-pod";

const { sleep } = systemClock;

/**
 * The same promise as in `faults.property.test.ts`, in real time against real HTTP and gRPC servers, so with few
 * schedules: a run that leaves pods paused says so and leaves a note, no pod is paused after the runs that handle such
 * notes, and every recorded window agrees with the pods' own logs.
 */

/** A pod's faults from the start: mostly none, or no run would get far. */
const podFaults: fc.Arbitrary<Faults> = fc.oneof(
  { weight: 12, arbitrary: fc.constant({}) },
  fc.record({ drainMillis: fc.oneof(fc.nat(400), fc.constant(1500)) }),
  fc.constant({ refusePause: true }),
  fc.constant({ pretendToPause: true }),
  fc.record({ failUnpauses: fc.nat(3), ignoreUnpauses: fc.nat(2) }),
);

const POD_EVENTS = ["restarts", "vanishes", "is unpaused", "appears", "is rolled out", "fails to unpause"] as const;
const API_EVENTS = ["drops", "503", "PUT 409", "loses answers", "skew"] as const;

const event = fc.oneof(
  fc.record({ at: fc.nat(300), pod: fc.nat(9), what: fc.constantFrom(...POD_EVENTS) }),
  fc.record({ at: fc.nat(300), forMillis: fc.nat(400), what: fc.constantFrom(...API_EVENTS) }),
  fc.record({ at: fc.nat(300), what: fc.constant("SIGTERM" as const) }),
);
type Event = typeof event extends fc.Arbitrary<infer T> ? T : never;

/** What happens to the backups of the window, if any are due. */
const BACKUPS = ["none", "work", "one is refused", "are throttled", "DynamoDB is away"] as const;

const schedule = fc.record({
  backups: fc.constantFrom(...BACKUPS),
  pods: fc.array(podFaults, { minLength: 1, maxLength: 3 }),
  ledgers: fc.array(podFaults, { maxLength: 2 }),
  events: fc.array(event, { maxLength: 3 }),
});

type Schedule = typeof schedule extends fc.Arbitrary<infer T> ? T : never;

const SETTINGS = { maxDrainSeconds: 1, apiDeadlineSeconds: 1, unpauseDeadlineSeconds: 1 };

async function happen(cluster: Cluster, event: Event, stop: AbortController): Promise<void> {
  await sleep(event.at, stop.signal);
  if (event.what === "SIGTERM") return stop.abort("SIGTERM");
  if ("pod" in event) return happenToPod(cluster, event.pod, event.what);
  const { api } = cluster;
  const { what } = event;
  const heal = () => {
    api.fault = () => undefined;
    api.skewMillis = 0;
  };
  if (what === "drops") api.fault = () => "drop";
  else if (what === "503") api.fault = () => 503;
  else if (what === "PUT 409") api.fault = (method) => (method === "PUT" ? 409 : undefined);
  else if (what === "loses answers") api.fault = () => "drop-answer";
  else api.skewMillis = 20_000;
  await sleep(event.forMillis);
  heal();
}

async function happenToPod(cluster: Cluster, index: number, what: (typeof POD_EVENTS)[number]): Promise<void> {
  const names = [...cluster.pods.keys()];
  const key = names[index % names.length] as string;
  const [namespace, name] = key.split("/") as [string, string];
  const pod = cluster.pods.get(key) as ScalarPodServer;
  const isThere = () => cluster.api.has("pods", namespace, name);
  // An earlier event deleted the pod: nothing more can happen to it.
  if (!isThere()) return;
  if (what === "is unpaused") pod.forceUnpause();
  else if (what === "fails to unpause") pod.faults = { ...pod.faults, failUnpauses: 2 };
  else if (what === "restarts") {
    await pod.restart();
    if (isThere()) cluster.changePod(namespace, name, (object) => object.status.containerStatuses[0].restartCount++);
    else pod.die();
  } else if (what === "vanishes") {
    pod.die();
    cluster.api.remove("pods", namespace, name);
  } else if (what === "appears") await cluster.addPod(namespace, name);
  else {
    cluster.changeDeployment(namespace, name, (deployment) => {
      deployment.metadata.generation = (deployment.metadata.generation ?? 0) + 1;
    });
  }
}

/** Schedules mostly wait, so several lanes of them run at once. REAL_FAULT_SCHEDULES=200 makes a long run. */
const LANES = 4;
const RUNS = Number(process.env.REAL_FAULT_SCHEDULES ?? 32) / LANES;

for (let lane = 0; lane < LANES; lane++) {
  test(`against real servers, no schedule of faults leaves a pod paused, or records an invalid window (${lane + 1})`, async (t) => {
    // Up to two cleanups in each schedule.
    t.timeout(RUNS * 20_000);
    // FAULT_SEED repeats a failed schedule.
    const seed = process.env.FAULT_SEED ? Number(process.env.FAULT_SEED) : (Date.now() + lane) | 0;
    const ends = new Map<string, number>();
    const property = fc.asyncProperty(schedule, async (faults) => {
      const end = await play(faults);
      ends.set(end, (ends.get(end) ?? 0) + 1);
    });
    await t.notThrowsAsync(fc.assert(property, { seed, numRuns: RUNS }));
    t.log(`seed ${seed}: ${[...ends].map(([end, count]) => `${count} ${end}`).join(", ")}`);
  });
}

/** @throws when a promise is broken */
async function play({ pods, ledgers, events, backups }: Schedule): Promise<string> {
  const cluster = await Cluster.start();
  const dynamodb = await dynamodbOf(backups);
  try {
    const servers = await cluster.install({ pods: pods.length });
    if (ledgers.length > 0) {
      const ledger = { namespace: "ledgers", name: "ledger", product: "ledger", pods: ledgers.length } as const;
      servers.push(...(await cluster.install(ledger)));
    }
    [...pods, ...ledgers].forEach((faults, index) => {
      (servers[index] as ScalarPodServer).faults = { ...faults };
    });
    const stop = new AbortController();
    const happening = Promise.all(events.map((one) => happen(cluster, one, stop)));
    const settings = { ...SETTINGS, ...(backups !== "none" && { windowBackups: WINDOW_BACKUPS }) };
    const first = cluster.environment(settings, podOfTry("first"));
    const end = await endOf(cluster, run(first, stop.signal, cluster.report, windowBackups(dynamodb.env)));
    await happening;
    // The next tries clean up while the faults persist: on a busy machine, a try may run out of time.
    for (const name of ["second", "third"]) if (cluster.unfinished) await endOf(cluster, mendingRun(cluster, name));
    assert.deepEqual(cluster.pausedPods, []);
    assert.deepEqual(cluster.falseWindows, []);
    if (end === "recorded" || end === "backupsFailed") assert.ok(cluster.windows.length >= 1);
    if (end === "backupsFailed") assert.equal(cluster.windows[0]?.backups, undefined);
    for (const window of cluster.windows) assertBackups(window, dynamodb.made());
    return end;
  } finally {
    await cluster.stop();
    await dynamodb.close();
  }
}

/** How a run ends. @throws when it leaves pods paused without a message or without a note */
async function endOf(cluster: Cluster, running: ReturnType<typeof run>): Promise<string> {
  const { end } = await running;
  assert.notEqual(end, "broken", cluster.logs.join("\n"));
  if (cluster.pausedPods.length > 0) {
    assert.equal(end, "failedToUnpause", "the run does not report paused pods");
    assert.ok(cluster.unfinished, "no later run would unpause these pods");
  }
  return end;
}

const REGION = "ap-northeast-1";
const TABLES = ["ledger.accounts", "coordinator.state"];
const DATABASE = { name: "ledger", region: REGION, tables: TABLES, prefixes: [], everyDays: 1, deleteAfter: 1 };
const WINDOW_BACKUPS = { namePrefix: "pause", databases: [DATABASE], marginSeconds: 0.05, requestSeconds: 1 };

/** The simulated DynamoDB with two tables and a fault. */
async function dynamodbOf(backups: (typeof BACKUPS)[number]) {
  const aws = new AwsCloud(new SimulatedClock(), 1);
  const region = aws.dynamodb.region(REGION);
  for (const TableName of TABLES)
    region.createTable({ TableName, ...SCHEMA_LOADER_KEYS, BillingMode: "PAY_PER_REQUEST" });
  region.beforeBackup = (table) => {
    if (backups === "one is refused" && table === TABLES[0]) throw new AwsError("AccessDeniedException", "no");
    if (backups === "are throttled") throw new AwsError("LimitExceededException", "not now");
  };
  const { url, close } = await serveAws(aws);
  const AWS_ENDPOINT_URL = backups === "DynamoDB is away" ? "http://127.0.0.1:1" : url;
  const env = { AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };
  return {
    env,
    close,
    made: () => region.backups.list().map(({ BackupName, TableName }) => `${BackupName} ${TableName}`),
  };
}

/** Asserts that a window's backups exist for every table, and that their uncertain time is inside the window. */
function assertBackups({ backups, pauseCompleted, unpauseStarted }: PauseWindow, made: string[]): void {
  if (backups === undefined) return;
  for (const table of TABLES) assert.ok(made.includes(`${backups.name} ${table}`), `no backup of ${table}`);
  const margin = WINDOW_BACKUPS.marginSeconds * 1000;
  assert.ok(Date.parse(backups.requested) - Date.parse(pauseCompleted) >= margin);
  assert.ok(Date.parse(unpauseStarted) - Date.parse(backups.accepted) >= margin);
}

/** A cleanup asks pods until a Pause of the run before cannot arrive any more: 7 s after its note, with these settings. */
const LATER_TRY = { ...SETTINGS, maxBlindMillis: 500 };

const mendingRun = (cluster: Cluster, name: string) =>
  run(cluster.environment(LATER_TRY, podOfTry(name)), new AbortController().signal, cluster.report);
const podOfTry = (name: string) => ({ PAUSER_POD_NAME: name, PAUSER_POD_NAMESPACE: "scalar" });
