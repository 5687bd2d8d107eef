import test, { type ExecutionContext } from "ava";
import { SCHEMA_LOADER_KEYS } from "../../rehearsal/sets/dynamodb";
import type { SimulatedCloud } from "../../simulator/cloud/cloud";
import { CONTEXT } from "../../simulator/cloud/kubernetes/cluster";
import { findPulumi, HOW_TO_GET_PULUMI } from "../../simulator/engine/pulumi-cli";
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
