import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import test, { type ExecutionContext } from "ava";
import { SCHEMA_LOADER_KEYS } from "../../rehearsal/sets/dynamodb";
import { readNotifications } from "../../restore-points/notifications";
import { CONTEXT, kindOf } from "../../simulator/cloud/kubernetes/cluster";
import { changes, errors, REGION, rehearsed } from "./rehearsed";

const CONFIG_MAPS = kindOf({ apiVersion: "v1", kind: "ConfigMap" });
const CRON_JOBS = kindOf({ apiVersion: "batch/v1", kind: "CronJob" });
const PODS = kindOf({ apiVersion: "v1", kind: "Pod" });
const SECRETS = kindOf({ apiVersion: "v1", kind: "Secret" });
const RELEASE = { namespace: "scalar", name: "scalardb-cluster" };
const TABLES = ["ledger.accounts", "coordinator.state"];

/** Servers outside the cluster: what they are sent, and what they answer, by the first part of the path. */
async function receivers(t: ExecutionContext) {
  const asked: { path: string; method: string; body: string; headers: NodeJS.Dict<string | string[]> }[] = [];
  const statuses: Record<string, number> = {};
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      const { url: path = "", method = "", headers } = request;
      asked.push({ path, method, body, headers });
      const status = statuses[path.split("/")[1] ?? ""] ?? 200;
      response.writeHead(status).end(status === 200 ? "ok" : `Cannot ${method} ${path}`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  const to = (first: string) => asked.filter(({ path }) => path.startsWith(`/${first}/`));
  return { at: (path: string) => `http://127.0.0.1:${port}/${path}`, to, statuses };
}

const SECRET = "s3cr3t-path-of-a-webhook";

/** What a state holds in plain text: the engine encrypts what the program marks as a secret. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  if ("4dabf18193072939515e22adb298388d" in value) return "[secret]";
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

test("the CronJobs' own processes report a failure once, the success after it, and what a webhook refuses", async (t) => {
  t.timeout(600_000);
  const outside = await receivers(t);
  const { cloud, stack } = await rehearsed(t, {
    "kubernetes:context": CONTEXT,
    "scalar-backup:databases": [{ name: "ledger", dynamodb: { existing: { tables: TABLES, scalardbTables: false } } }],
    "scalar-backup:pause": {
      schedule: "0 3 * * *",
      holdSeconds: 6,
      releases: [RELEASE],
      notify: {
        webhook: { url: outside.at(`services/${SECRET}`) },
        heartbeat: { secretKeyRef: { name: "alerts", key: "ping" } },
        pushgateway: { url: outside.at("push") },
        otlp: { endpoint: outside.at("otlp"), headers: { "api-key": `${SECRET},=` } },
      },
    },
  });
  for (const TableName of TABLES)
    cloud.aws.dynamodb.region(REGION).createTable({ TableName, ...SCHEMA_LOADER_KEYS, BillingMode: "PAY_PER_REQUEST" });
  await cloud.kubernetes.installRelease({ ...RELEASE, product: "scalardb-cluster", replicas: 1, envoy: 1 });
  const up = await stack.up();
  t.true(up.succeeded, errors(up));
  t.deepEqual(changes(await stack.preview()), []);
  const { store } = cloud.kubernetes;
  for (const name of ["scalar-pause", "scalar-pause-unpauser"])
    t.false(JSON.stringify(store.get(CRON_JOBS, "scalar", name)).includes(SECRET), "the Job's spec names Secrets only");
  t.false(JSON.stringify(plain(stack.state)).includes(SECRET), "the state has it encrypted");
  t.false(JSON.stringify(plain(stack.state)).includes(Buffer.from(SECRET).toString("base64").slice(2, 20)));

  const record = () => store.get(CONFIG_MAPS, "scalar", "scalar-pause-windows");
  const note = (text: string | undefined) => {
    const { data, ...rest } = record();
    const { "unfinished-run.json": _, ...others } = (data ?? {}) as Record<string, string>;
    store.update({ ...rest, data: { ...others, ...(text !== undefined && { "unfinished-run.json": text }) } });
  };
  const [pod] = store.list(PODS, "scalar");
  // Another run is at work: a failure that takes no time.
  const now = Date.now();
  const instant = (millis: number) => new Date(millis).toISOString();
  const busy = JSON.stringify({
    schemaVersion: 1,
    run: "another",
    pod: { namespace: "scalar", name: pod?.metadata.name },
    startedAt: instant(now),
    endsBy: instant(now + 3_600_000),
    pods: [],
  });
  note(busy);
  const failed = await cloud.kubernetes.runCronJob("scalar", "scalar-pause");
  t.deepEqual(
    failed.attempts.map(({ exitCode }) => exitCode),
    [25, 25, 25, 25],
  );
  const texts = () => outside.to("services").map(({ body }) => JSON.parse(body).text as string);
  t.is(texts().length, 1);
  t.regex(
    texts()[0] ?? "",
    /^:warning: \*scalar-pause \(stack \w+, cluster default\): another run was working on the releases/,
  );
  t.is(outside.to("push").length, 4);
  // The Secret of the user's own is not there yet: only a run that succeeds needs its key.
  for (const { stderr } of failed.attempts)
    t.regex(stderr, /THE REPORT TO pause\.notify\.heartbeat FAILED: the key ping of Secret scalar\/alerts/);

  note(undefined);
  store.create({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { namespace: "scalar", name: "alerts" },
    data: { ping: Buffer.from(`${outside.at("ping/5f3b")}\n`).toString("base64") },
  });
  const passed = await cloud.kubernetes.runCronJob("scalar", "scalar-pause");
  t.true(passed.succeeded, passed.attempts.map(({ stderr }) => stderr).join("\n"));
  t.is(texts().length, 2);
  t.regex(texts()[1] ?? "", /^:white_check_mark: .*: recovered: a pause window was recorded\*/);
  t.deepEqual(
    outside.to("ping").map(({ method }) => method),
    ["GET"],
  );
  const [metrics] = outside.to("push").slice(-1);
  t.regex(
    metrics?.path ?? "",
    /^\/push\/metrics\/job\/scalar-backup\/stack\/\w+\/schedule\/scalar-pause\/cluster\/default$/,
  );
  t.regex(metrics?.body ?? "", /^scalar_backup_pause_drain_seconds\{release="scalar\/scalardb-cluster"\} \d/m);
  const [otlp] = outside.to("otlp").slice(-1);
  t.is(otlp?.path, "/otlp/v1/metrics");
  t.is(otlp?.headers["api-key"], `${SECRET},=`);

  outside.statuses.services = 404;
  note(busy);
  const refused = await cloud.kubernetes.runCronJob("scalar", "scalar-pause");
  note(undefined);
  const notified = () =>
    readNotifications((record().data as Record<string, string>)["notifications.json"]).notifications;
  t.regex(notified().webhook?.failing?.problem ?? "", /refuses it with HTTP 404: Cannot POST \[secret\]$/);
  for (const { stdout, stderr } of [...failed.attempts, ...passed.attempts, ...refused.attempts])
    t.false(`${stdout}${stderr}`.includes(SECRET));
  t.false(JSON.stringify(record()).includes(SECRET));
  const preview = await stack.preview();
  const warned = preview.diagnostics.map(({ message }) => message);
  t.true(
    warned.some((message) =>
      /^pause\.notify\.webhook has accepted no report of the pauser since .*HTTP 404/.test(message),
    ),
    warned.join("\n"),
  );
  t.false(JSON.stringify(preview.diagnostics).includes(SECRET));

  const pushes = outside.to("push").length;
  const unpauser = await cloud.kubernetes.runCronJob("scalar", "scalar-pause-unpauser");
  t.true(unpauser.succeeded);
  t.is(outside.to("push").length, pushes + 1, "the unpauser reports, too");
  t.is(
    store.list(SECRETS, "scalar").filter(({ metadata }) => metadata.name.startsWith("scalar-pause-notify")).length,
    1,
  );
});
