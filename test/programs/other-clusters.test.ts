import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { buildDynamodb } from "../../rehearsal/sets/dynamodb";
import { formatInstant } from "../../restore-points/instant";
import { LAST_RUN_KEY, writeLastRun } from "../../restore-points/last-run";
import type { RestorePoints } from "../../restore-points/points";
import { writeWindowRecord } from "../../restore-points/record";
import { type PauseWindow, WINDOWS_KEY } from "../../restore-points/window";
import { CONTEXT, kindOf } from "../../simulator/cloud/kubernetes/cluster";
import type { StackResult } from "../../simulator/engine/stack";
import { errors, REGION, rehearsed } from "./rehearsed";

/**
 * A set over two clusters, as the stack of Tokyo sees it. Osaka's record is in another namespace of the same simulated API
 * server: that contexts distinguish two API servers is tested in test/operations/kubernetes.
 */

const MINUTE = 60_000;
const CONFIG_MAPS = kindOf({ apiVersion: "v1", kind: "ConfigMap" });
const OSAKA = {
  cluster: "osaka",
  releases: [{ namespace: "osaka", name: "scalardb-cluster" }],
  kubernetes: { context: CONTEXT, namespace: "osaka", recordName: "osaka-windows" },
};

async function set(t: ExecutionContext, other: object = OSAKA) {
  const all = await rehearsed(t, {
    "kubernetes:context": CONTEXT,
    "scalar-backup:databases": [
      {
        name: "ledger",
        dynamodb: { existing: { namespaces: ["ledger"] }, restoreTo: { region: "ap-northeast-3" } },
      },
    ],
    "scalar-backup:pause": {
      schedule: "0 3 * * *",
      cluster: "tokyo",
      rendezvousSeconds: 60,
      releases: [{ namespace: "scalar", name: "scalardb-cluster" }],
      otherClusters: [other],
    },
  });
  const { cloud } = all;
  buildDynamodb(cloud, REGION);
  await cloud.kubernetes.installRelease({
    namespace: "scalar",
    name: "scalardb-cluster",
    product: "scalardb-cluster",
    replicas: 1,
  });
  cloud.kubernetes.createNamespace("osaka");
  cloud.clock.advance(2 * MINUTE);
  const up = await all.stack.up();
  t.true(up.succeeded, errors(up));
  cloud.clock.advance(10 * MINUTE);
  const end = cloud.clock.now();
  /** A window of 20 seconds that begins so much later than Tokyo's. */
  const window = (cluster: string, namespace: string, later = 0): PauseWindow => ({
    cluster,
    pauseCompleted: formatInstant(end - 20_000 + later, { millis: true }),
    unpauseStarted: formatInstant(end + later, { millis: true }),
    clockOffsetMillis: 0,
    releases: [{ namespace, name: "scalardb-cluster", product: "scalardb-cluster", pods: ["pod-0"] }],
  });
  const record = (namespace: string, name: string, windows: PauseWindow[], more: Record<string, string> = {}) => {
    const { store } = cloud.kubernetes;
    const data = { [WINDOWS_KEY]: writeWindowRecord(windows), ...more };
    const found = store.list(CONFIG_MAPS, namespace).find(({ metadata }) => metadata.name === name);
    if (found) store.update({ ...found, data });
    else store.create({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace }, data } as never);
  };
  record("scalar", "scalar-pause-windows", [window("tokyo", "scalar")]);
  cloud.clock.advance(10 * MINUTE);
  return { ...all, end, window, record, up };
}

const pointsOf = (result: StackResult) => result.outputs.restorePoints as unknown as RestorePoints;

test("an instant is a restore point only where the other cluster was paused too, and the copies' stack says why not", async (t) => {
  t.timeout(300_000);
  const { stack, end, window, record, up } = await set(t);
  t.regex(
    pointsOf(up).pauseProblems?.join() ?? "",
    /windows of cluster osaka were not read .*does not exist or is empty/,
  );

  // Osaka's run was void: it recorded nothing.
  const endedAt = formatInstant(end, { millis: true });
  const lastRun = writeLastRun({
    job: "osaka/run-1",
    startedAt: endedAt,
    endedAt,
    end: "void",
    reasons: ["a pod restarted"],
  });
  record("osaka", "osaka-windows", [], { [LAST_RUN_KEY]: lastRun });
  stack.config["scalar-backup:restore"] = { at: formatInstant(Math.round((end - 10_000) / 1000) * 1000) };
  const refused = await stack.preview();
  t.false(refused.succeeded);
  t.regex(
    errors(refused),
    /no recorded pause window covers osaka: osaka\/scalardb-cluster: .*recorded no window: void; a pod restarted/,
  );
  delete stack.config["scalar-backup:restore"];
  const voided = await stack.preview();
  t.deepEqual(pointsOf(voided).points, []);
  t.is(pointsOf(voided).latest, undefined);

  // It overlaps Tokyo's in 12 of 20 seconds: the common window is the intersection.
  record("osaka", "osaka-windows", [window("osaka", "osaka", 8_000)]);
  const common = await stack.preview();
  const [point] = pointsOf(common).points;
  t.true(point?.restorable, JSON.stringify(pointsOf(common)));
  t.deepEqual(point?.window.start, formatInstant(end - 12_000, { millis: true }));
  t.deepEqual(point?.window.end, formatInstant(end, { millis: true }));
  t.deepEqual(
    point?.covers.map(({ cluster }) => cluster),
    ["tokyo", "osaka"],
  );
  t.is(pointsOf(common).pauseProblems, undefined);
  // What the stack of Osaka reads of this one.
  t.deepEqual(common.outputs.windows, [window("tokyo", "scalar")] as never);

  // A record of another name would count for nothing without being noticed.
  record("osaka", "osaka-windows", [window("default", "osaka")]);
  t.regex(
    pointsOf(await stack.preview()).noneBecause ?? "",
    /they are of cluster default; set pause\.cluster of that cluster's stack to osaka/,
  );
});

test("a cluster that cannot be read leaves no restore point, and a pasted record counts", async (t) => {
  t.timeout(300_000);
  const { kubernetes: _, ...other } = OSAKA;
  const { stack, window } = await set(t, { ...other, kubernetes: { context: "gone" } });
  const unread = pointsOf(await stack.preview());
  t.deepEqual(unread.points, []);
  t.regex(unread.noneBecause ?? "", /windows of cluster osaka were not read \(context "gone"\).*has no context "gone"/);

  const pause = stack.config["scalar-backup:pause"] as object;
  const unreachable = join(mkdtempSync(join(tmpdir(), "unreachable-")), "config");
  t.teardown(() => rmSync(dirname(unreachable), { recursive: true }));
  // No server listens on port 1.
  writeFileSync(
    unreachable,
    JSON.stringify({
      "current-context": "osaka",
      contexts: [{ name: "osaka", context: { cluster: "osaka", user: "osaka" } }],
      clusters: [{ name: "osaka", cluster: { server: "http://127.0.0.1:1" } }],
      users: [{ name: "osaka", user: {} }],
    }),
  );
  stack.config["scalar-backup:pause"] = {
    ...pause,
    otherClusters: [{ ...other, kubernetes: { kubeconfig: unreachable } }],
  };
  const silent = pointsOf(await stack.preview());
  t.deepEqual(silent.points, []);
  t.regex(silent.noneBecause ?? "", /windows of cluster osaka were not read .*127\.0\.0\.1:1/);

  stack.config["scalar-backup:pause"] = {
    ...pause,
    otherClusters: [{ ...other, record: writeWindowRecord([window("osaka", "osaka")]) }],
  };
  const pasted = pointsOf(await stack.preview());
  t.is(pasted.points.length, 1, pasted.noneBecause);
  t.true(pasted.points[0]?.restorable);
});
