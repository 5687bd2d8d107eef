import test, { type ExecutionContext } from "ava";
import { SCHEMA_LOADER_KEYS } from "../../rehearsal/sets/dynamodb";
import type { SimulatedCloud } from "../../simulator/cloud/cloud";
import { CONTEXT } from "../../simulator/cloud/kubernetes/cluster";
import { findPulumi, HOW_TO_GET_PULUMI } from "../../simulator/engine/pulumi-cli";
import { secret } from "../../simulator/engine/stack";
import { changes, errors, REGION } from "../programs/rehearsed";
import { BothEngines } from "./both-engines";

/** What is looked up is tested in test/program and test-cluster; here, that the real engine shows it and keeps no state of it. */

const TABLES = ["ledger.accounts", "coordinator.state"];

const config = (release: { namespace: string; name: string }) => ({
  "aws:region": REGION,
  "kubernetes:context": CONTEXT,
  "scalar-backup:databases": [{ name: "ledger", dynamodb: { existing: { tables: TABLES, scalardbTables: false } } }],
  "scalar-backup:pause": { schedule: "0 3 * * *", releases: [release] },
});

async function build(cloud: SimulatedCloud): Promise<void> {
  await cloud.kubernetes.installRelease({
    namespace: "scalar",
    name: "scalardb-cluster",
    product: "scalardb-cluster",
    replicas: 1,
  });
  for (const TableName of TABLES)
    cloud.aws.dynamodb.region(REGION).createTable({ TableName, ...SCHEMA_LOADER_KEYS, BillingMode: "PAY_PER_REQUEST" });
}

const start = (t: ExecutionContext, release: { namespace: string; name: string }) =>
  BothEngines.start(t, config(release), build);

if (!findPulumi()) {
  test.skip(`the engines are not compared, for there is no Pulumi CLI: ${HOW_TO_GET_PULUMI}`, () => {});
} else {
  test.serial(
    "a misspelt release is a warning in preview and up, and a preview right after changes nothing",
    async (t) => {
      t.timeout(300_000);
      const both = await start(t, { namespace: "scalar", name: "scalardb-clutser" });
      for (const act of ["preview", "up", "preview"] as const) {
        const result = await both.run(t, act);
        t.true(result.succeeded, errors(result));
        const warned = result.diagnostics.filter(({ message }) => message.includes('did you mean "scalardb-cluster"?'));
        t.is(warned.length, 1, act);
      }
      t.deepEqual(changes(await both.run(t, "preview")), []);
    },
  );

  test.serial("addresses of reports are encrypted in the state, and in no message, and come and go", async (t) => {
    t.timeout(300_000);
    const release = { namespace: "scalar", name: "scalardb-cluster" };
    const without = config(release);
    const address = "s3cr3t-path-of-a-webhook";
    const notify = {
      webhook: { url: `https://hooks.slack.com/services/${address}` },
      otlp: { endpoint: "http://otel:4318", headers: { "api-key": address } },
    };
    const both = await BothEngines.start(
      t,
      // With one secret in it, Pulumi keeps the whole value as one.
      { ...without, "scalar-backup:pause": secret({ ...without["scalar-backup:pause"], notify }) },
      build,
    );
    const up = await both.run(t, "up");
    t.true(up.succeeded, errors(up));
    const preview = await both.run(t, "preview");
    t.deepEqual(changes(preview), []);
    const state = await both.real.stack.stateFile();
    t.true(state.includes("scalar-pause-notify"));
    t.false(state.includes(address), "the state holds an address in plain text");
    t.false(state.includes(Buffer.from(notify.webhook.url).toString("base64")), "the same, as Kubernetes encodes it");
    t.false(JSON.stringify([up, preview]).includes(address), "a message or a change shows it");
    for (const { stack } of [both.real, both.embedded]) stack.config = without;
    t.deepEqual(changes(await both.run(t, "up")), [
      "delete Secret scalar-pause-notify",
      "update CronJob scalar-pause",
      "update CronJob scalar-pause-unpauser",
    ]);
  });

  test.serial("a namespace that does not exist fails the preview with one message", async (t) => {
    t.timeout(300_000);
    const both = await start(t, { namespace: "scalr", name: "scalardb-cluster" });
    for (const { stack } of [both.real, both.embedded]) {
      const preview = await stack.preview();
      t.false(preview.succeeded);
      t.regex(
        errors(preview),
        /namespace "scalr" does not exist in the cluster of context "scalar-prod" \(did you mean "scalar"\?\)/,
      );
    }
  });

  test.serial("a cluster that cannot be reached is a warning, and the preview works", async (t) => {
    t.timeout(300_000);
    const both = await start(t, { namespace: "scalar", name: "scalardb-cluster" });
    for (const { cloud, stack } of [both.real, both.embedded]) {
      await cloud.kubernetes.apiServer.goAway();
      const preview = await stack.preview();
      t.true(preview.succeeded, errors(preview));
      t.true(preview.diagnostics.some(({ message }) => /were not looked up: .* cannot be reached/.test(message)));
      await cloud.kubernetes.apiServer.comeBack();
    }
  });
}
