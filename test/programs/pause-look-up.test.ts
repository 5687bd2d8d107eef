import { writeFileSync } from "node:fs";
import test, { type ExecutionContext } from "ava";
import { SCHEMA_LOADER_KEYS } from "../../rehearsal/sets/dynamodb";
import { LAST_RUN_KEY, writeLastRun } from "../../restore-points/last-run";
import type { RestorePoints } from "../../restore-points/points";
import type { SimulatedCloud } from "../../simulator/cloud/cloud";
import { CONTEXT, kindOf, StatusError } from "../../simulator/cloud/kubernetes/cluster";
import type { StackResult } from "../../simulator/engine/stack";
import { changes, errors, REGION, recordWindow, rehearsed } from "./rehearsed";

const [CRON_JOBS, JOBS, CONFIG_MAPS] = [
  kindOf({ apiVersion: "batch/v1", kind: "CronJob" }),
  kindOf({ apiVersion: "batch/v1", kind: "Job" }),
  kindOf({ apiVersion: "v1", kind: "ConfigMap" }),
];
const RELEASE = { namespace: "scalar", name: "scalardb-cluster" };
const TABLES = ["ledger.accounts", "coordinator.state"];
const DAY = 24 * 60 * 60_000;

/** A set of one table, and ScalarDB's coordinator, whose release is paused each night. */
async function set(t: ExecutionContext, releases: object[] = [RELEASE], config: Record<string, unknown> = {}) {
  const rehearsal = await rehearsed(t, {
    "kubernetes:context": CONTEXT,
    "scalar-backup:databases": [{ name: "ledger", dynamodb: { existing: { tables: TABLES, scalardbTables: false } } }],
    "scalar-backup:pause": { schedule: "0 3 * * *", releases },
    ...config,
  });
  for (const TableName of TABLES)
    rehearsal.cloud.aws.dynamodb
      .region(REGION)
      .createTable({ TableName, ...SCHEMA_LOADER_KEYS, BillingMode: "PAY_PER_REQUEST" });
  return rehearsal;
}

const install = (cloud: SimulatedCloud, name = RELEASE.name, namespace = RELEASE.namespace) =>
  cloud.kubernetes.installRelease({ namespace, name, product: "scalardb-cluster", replicas: 1, envoy: 1 });

/** What a run warned of, its own words alone. */
const warnings = (result: StackResult) =>
  result.diagnostics.filter(({ severity }) => severity === "warning").map(({ message }) => message);

const restorePointsOf = (result: StackResult) => result.outputs.restorePoints as unknown as RestorePoints;

// One after the other: the API server answers in this thread, which previews of other tests would keep busy.

test.serial(
  "nothing is warned of while the release is there and the cluster is pinned, and a preview changes nothing",
  async (t) => {
    const { cloud, stack } = await set(t);
    await install(cloud);
    const up = await stack.up();
    t.true(up.succeeded, errors(up));
    t.deepEqual(warnings(up), []);
    const preview = await stack.preview();
    t.deepEqual([changes(preview), warnings(preview)], [[], []]);
    t.is(restorePointsOf(up).pauseProblems, undefined);
  },
);

test.serial(
  "a misspelt release is warned of in preview and up, with the releases that are there, and the restore points say so",
  async (t) => {
    const { cloud, stack } = await set(t, [{ namespace: "scalar", name: "scalardb-clutser" }]);
    await install(cloud);
    await install(cloud, "ledger");
    const problem =
      "release scalar/scalardb-clutser has no Deployment of a Scalar product, so every pause fails until it is installed: " +
      'namespace scalar has ledger (scalardb-cluster), scalardb-cluster (scalardb-cluster); did you mean "scalardb-cluster"?';
    t.deepEqual(warnings(await stack.preview()), [problem]);
    const up = await stack.up();
    t.true(up.succeeded, "Scalar's products may be installed after this");
    t.deepEqual(warnings(up), [problem]);
    t.deepEqual(restorePointsOf(up).pauseProblems, [problem]);
    t.is(restorePointsOf(up).noneBecause, `no pause window has been recorded yet: ${problem}`);

    await install(cloud, "scalardb-clutser");
    t.deepEqual(warnings(await stack.up()), [], "installed since");
  },
);

test.serial("names a release of another namespace, and takes no Deployment of Envoy for a release", async (t) => {
  const { cloud, stack } = await set(t);
  cloud.kubernetes.createNamespace("scalar");
  await install(cloud, RELEASE.name, "scalar-prod");
  t.deepEqual(warnings(await stack.preview()), [
    "release scalar/scalardb-cluster has no Deployment of a Scalar product, so every pause fails until it is installed: " +
      "namespace scalar has no release of a Scalar product; in other namespaces: scalar-prod/scalardb-cluster (scalardb-cluster)",
  ]);
});

test.serial("warns about a release without a headless Service that has the admin port", async (t) => {
  const { cloud, stack } = await set(t);
  await install(cloud);
  cloud.kubernetes.store.delete(kindOf({ apiVersion: "v1", kind: "Service" }), "scalar", "scalardb-cluster-headless");
  t.deepEqual(warnings(await stack.preview()), [
    "scalardb-cluster of release scalar/scalardb-cluster has no Service ending in -headless with a port named scalardb-cluster, so the pauser does not find its admin interface; set the release's adminPort if it has another",
  ]);
  stack.config = {
    ...stack.config,
    "scalar-backup:pause": { schedule: "0 3 * * *", releases: [{ ...RELEASE, adminPort: 60054 }] },
  };
  t.deepEqual(warnings(await stack.preview()), [], "its admin port is given");
});

test.serial("a namespace that does not exist fails the preview", async (t) => {
  const { cloud, stack } = await set(t, [RELEASE, { namespace: "scalr", name: "ledger" }]);
  await install(cloud);
  const preview = await stack.preview();
  t.false(preview.succeeded);
  t.is(
    errors(preview),
    'pause.releases[1].namespace: namespace "scalr" does not exist in the cluster of context "scalar-prod" (did you mean "scalar"?); create it first, or, if this program creates it, let the component depend on it (dependsOn)',
  );
  const elsewhere = await set(t, [RELEASE], {
    "scalar-backup:pause": { schedule: "0 3 * * *", releases: [RELEASE], namespace: "backups" },
  });
  await install(elsewhere.cloud);
  t.regex(errors(await elsewhere.stack.preview()), /pause\.namespace: namespace "backups" does not exist/);
});

test.serial("a cluster that cannot be reached is a warning with the reason, and the preview works", async (t) => {
  const { cloud, stack } = await set(t);
  await install(cloud);
  await cloud.kubernetes.apiServer.goAway();
  const preview = await stack.preview();
  t.true(preview.succeeded, errors(preview));
  t.is(warnings(preview).length, 1);
  t.regex(
    warnings(preview)[0] ?? "",
    /^releases and the last runs of the pause schedule were not looked up: http:\/\/127\.0\.0\.1:\d+ cannot be reached: (connect|read) ECONN(REFUSED|RESET)/,
  );
  await cloud.kubernetes.apiServer.comeBack();
});

test.serial("warns about what the kubeconfig's user may not read, and reads the rest", async (t) => {
  const { cloud, stack } = await set(t);
  await install(cloud);
  const forbidden = (path: RegExp) => {
    cloud.kubernetes.apiServer.beforeRequest = (method, url) => {
      if (method === "GET" && path.test(url)) throw new StatusError("Forbidden", "forbidden in this test");
    };
  };
  forbidden(/\/deployments$/);
  t.regex(warnings(await stack.preview()).join(), /^releases were not looked up: .* refuses: forbidden in this test$/);
  forbidden(/\/cronjobs\//);
  t.regex(warnings(await stack.preview()).join(), /^the last runs of the pause schedule were not read: /);
  forbidden(/\/namespaces\/scalar$/);
  t.deepEqual(warnings(await stack.preview()), []);
});

test.serial(
  "a cluster that nothing pins is warned of with its context, and a context that does not exist is said",
  async (t) => {
    const { cloud, stack } = await set(t);
    await install(cloud);
    const { "kubernetes:context": _pinned, ...unpinned } = stack.config;
    stack.config = unpinned;
    t.deepEqual(warnings(await stack.preview()), [
      `pods are paused in the cluster of the kubeconfig's current context, now "${CONTEXT}", which anybody can change; pin the cluster: pulumi config set kubernetes:context ${CONTEXT}`,
    ]);
    stack.config = { ...unpinned, "kubernetes:kubeconfig": cloud.kubernetes.kubeconfig };
    t.deepEqual(warnings(await stack.preview()), []);
    stack.config = { ...unpinned, "kubernetes:context": "scalar-prd" };
    t.deepEqual(warnings(await stack.preview()), [
      `releases and the last runs of the pause schedule were not looked up: the kubeconfig has no context "scalar-prd"; it has ${CONTEXT}`,
    ]);
  },
);

test.serial(
  "a run that failed is warned of by the next up with Kubernetes' and the pauser's reasons, until a run succeeds",
  async (t) => {
    const { cloud, stack } = await set(t);
    await install(cloud);
    t.true((await stack.up()).succeeded);
    const { store } = cloud.kubernetes;
    const ran = (name: string, status: object) => {
      const { uid } = store.get(CRON_JOBS, "scalar", "scalar-pause").metadata;
      store.create({
        apiVersion: "batch/v1",
        kind: "Job",
        metadata: {
          name,
          namespace: "scalar",
          ownerReferences: [{ apiVersion: "batch/v1", kind: "CronJob", name: "scalar-pause", uid, controller: true }],
        },
        spec: { template: { spec: { containers: [{ name: "pauser", image: "node" }], restartPolicy: "Never" } } },
      });
      store.setStatus(JOBS, "scalar", name, { startTime: text(cloud.clock.now()), ...status });
    };
    ran("scalar-pause-1", {
      conditions: [
        {
          type: "Failed",
          status: "True",
          reason: "BackoffLimitExceeded",
          message: "Job has reached the specified backoff limit",
        },
      ],
    });
    const at = text(cloud.clock.now());
    const failed = `the last run of the pause schedule, Job scalar/scalar-pause-1 of ${at}, failed: BackoffLimitExceeded: Job has reached the specified backoff limit`;
    const log = "its log: kubectl -n scalar logs job/scalar-pause-1";
    t.deepEqual(warnings(await stack.up()), [`${failed}; ${log}`]);

    const record = store.get(CONFIG_MAPS, "scalar", "scalar-pause-windows");
    const lastRun = {
      job: "scalar-pause-1",
      startedAt: at,
      endedAt: at,
      end: "void" as const,
      reasons: ["pod scalar/x is not Ready"],
    };
    store.update({ ...record, data: { [LAST_RUN_KEY]: writeLastRun(lastRun) } });
    const problem = `${failed}; the pauser ended with "void": pod scalar/x is not Ready; ${log}`;
    const up = await stack.up();
    t.deepEqual(warnings(up), [problem]);
    t.is(restorePointsOf(up).noneBecause, `no pause window has been recorded yet: ${problem}`);
    t.deepEqual(changes(up), []);

    cloud.clock.advance(DAY);
    ran("scalar-pause-2", { conditions: [{ type: "Complete", status: "True" }] });
    recordWindow(cloud, "scalar", ["scalardb-cluster"]);
    t.deepEqual(warnings(await stack.up()), []);
  },
);

test.serial("warns about an overdue run of a schedule that is not suspended", async (t) => {
  const { cloud, stack } = await set(t);
  await install(cloud);
  t.true((await stack.up()).succeeded);
  cloud.clock.advance(DAY);
  t.deepEqual(warnings(await stack.preview()), [], "within the tolerance");
  cloud.clock.advance(DAY);
  const [overdue] = warnings(await stack.preview());
  t.regex(
    overdue ?? "",
    /^no run of the pause schedule has succeeded since \S+, when it was created: none has ever started; check the events of the CronJob$/,
  );
  const pause = stack.config["scalar-backup:pause"] as object;
  stack.config = { ...stack.config, "scalar-backup:pause": { ...pause, suspend: true } };
  const up = await stack.up();
  t.regex(
    restorePointsOf(up).noneBecause ?? "",
    /^no pause window has been recorded yet: .*; the schedule is suspended, /,
  );
  t.deepEqual(
    warnings(await stack.preview()).map((warning) => warning.split(":")[0]),
    ["pause.suspend"],
  );
});

test.serial("an outcome that cannot be read is a warning, and the up goes on", async (t) => {
  const { cloud, stack } = await set(t);
  await install(cloud);
  t.true((await stack.up()).succeeded);
  const record = cloud.kubernetes.store.get(CONFIG_MAPS, "scalar", "scalar-pause-windows");
  cloud.kubernetes.store.update({ ...record, data: { [LAST_RUN_KEY]: "{" } });
  const up = await stack.up();
  t.true(up.succeeded, errors(up));
  t.regex(warnings(up).join(), /^the outcome of the last run \(last-run\.json\) is not JSON .*replaces it$/);
});

test.serial("the kubeconfig's secrets reach neither messages nor state", async (t) => {
  const { cloud, stack } = await set(t);
  await install(cloud);
  const kubeconfig = `${JSON.stringify({ users: [{ name: "a", user: { token: "s3cret-token" } }] }).slice(0, -1)}\n: [`;
  writeFileSync(cloud.kubernetes.kubeconfig, kubeconfig);
  stack.config = { ...stack.config, "kubernetes:kubeconfig": kubeconfig };
  const preview = await stack.preview();
  t.regex(warnings(preview).join(), /the kubeconfig \(kubernetes:kubeconfig\) is not YAML: .+ in line \d+$/);
  t.false(JSON.stringify(preview).includes("s3cret"));
});

const text = (millis: number) => `${new Date(millis).toISOString().slice(0, 19)}Z`;
