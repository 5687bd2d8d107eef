import test from "ava";
import { PROGRAM, providersOf } from "../../rehearsal/engines";
import { SimulatedCloud } from "../../simulator/cloud/cloud";
import { findPulumi, HOW_TO_GET_PULUMI } from "../../simulator/engine/pulumi-cli";
import { PulumiStack } from "../../simulator/engine/real";
import { buildExisting } from "../programs/existing";
import { changes, errors, REGION } from "../programs/rehearsed";

/** A stack that has no state yet when it restores: a drill in a stack of its own, or a recovery after the old stack was lost. */
const onEngine = findPulumi() ? test.serial : test.serial.skip;
const HOUR = 60 * 60_000;
const databases = [
  { name: "tables", dynamodb: { existing: { namespaces: ["ledger"] } } },
  { name: "orders", rdsMysql: { existing: { instanceIdentifier: "orders-prod" } } },
];

if (!findPulumi())
  test.skip(`no stack begins with a restore on the real engine, for there is no Pulumi CLI: ${HOW_TO_GET_PULUMI}`, () => {});

onEngine("the first preview and the first up of a stack may be a restore", async (t) => {
  t.timeout(10 * 60_000);
  const cloud = await SimulatedCloud.start();
  t.teardown(() => cloud.stop());
  buildExisting(cloud, databases);
  cloud.kubernetes.createNamespace("scalar");
  // They are protected already, by another stack or by hand.
  const dynamodb = cloud.aws.dynamodb.region(REGION);
  for (const TableName of dynamodb.tableNames())
    dynamodb.updateContinuousBackups({
      TableName,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
  cloud.clock.advance(25 * HOUR);
  const at = `${new Date(cloud.clock.now() - HOUR).toISOString().slice(0, 17)}00Z`;
  const stack = new PulumiStack({
    program: PROGRAM,
    providers: providersOf(cloud),
    environment: () => cloud.environment(),
    config: {
      "aws:region": REGION,
      "scalar-backup:databases": databases,
      "scalar-backup:pause": { schedule: "0 3 * * *", releases: [{ namespace: "scalar", name: "scalardb-cluster" }] },
      "scalar-backup:restore": { at, acceptInconsistentCopiesAt: at },
    },
  });
  t.teardown(() => stack.close());
  const preview = await stack.preview();
  t.true(preview.succeeded, `the first preview: ${errors(preview)}`);
  const up = await stack.up();
  t.true(up.succeeded, `the first up: ${errors(up)}`);
  t.deepEqual(changes(await stack.preview()), [], "a preview right after it");
});
