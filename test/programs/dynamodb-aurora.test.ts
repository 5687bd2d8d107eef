import test from "ava";
import type { RestorePoints } from "../../restore-points/points";
import { buildReadmeSet } from "./readme-set";
import { changes, errors, REGION, recordWindow, rehearsed } from "./rehearsed";

const ELSEWHERE = "ap-northeast-3";
const MINUTE = 60_000;

const config = {
  "scalar-backup:databases": [
    { name: "ledger", dynamodb: { existing: { namespaces: ["ledger"] }, restoreTo: { region: ELSEWHERE } } },
    { name: "customers", auroraPostgresql: { existing: { clusterIdentifier: "customers-prod" } } },
  ],
  "scalar-backup:pause": { schedule: "0 3 * * *", releases: [{ namespace: "scalar", name: "scalardb-cluster" }] },
  "scalar-backup:tags": { service: "payments" },
  "scalar-backup:lastDrill": "2026-11-01T09:30:00Z",
};

test("a set of two databases is protected, fixed, restored and cleaned up", async (t) => {
  t.timeout(300_000);
  const { cloud, stack, asProcesses } = await rehearsed(t, config);
  await buildReadmeSet(cloud, REGION);
  const tables = cloud.aws.dynamodb.region(REGION);
  const copies = cloud.aws.dynamodb.region(ELSEWHERE);
  const clusters = cloud.aws.rds.region(REGION);

  cloud.clock.advance(2 * MINUTE);
  // A restore in the very first preview, whose windows are not known yet, shows what it would build.
  stack.config["scalar-backup:restore"] = {
    at: new Date(cloud.clock.now() - MINUTE).toISOString().replace(/\.\d+/, ""),
  };
  const beginning = await stack.preview();
  t.is(changes(beginning).filter((change) => /^create (Table|Cluster) /.test(change)).length, 5, errors(beginning));
  delete stack.config["scalar-backup:restore"];

  // Protect.
  const first = await stack.up();
  t.true(first.succeeded, errors(first));
  t.deepEqual(
    (first.outputs.pauseRequired as { required: boolean; because: string }).because,
    "ledger (Amazon DynamoDB) has no transactions of its own",
  );
  t.is(first.outputs.lastDrill, "2026-11-01T09:30:00Z");
  for (const name of tables.tableNames()) {
    t.is(tables.table(name).recoveryPeriodInDays, 35, name);
    t.true(tables.table(name).describe().DeletionProtectionEnabled, name);
  }
  const second = await asProcesses().preview();
  t.deepEqual(changes(second), [], "a preview right after an up shows no change");

  // Drift: switched off behind our back.
  tables.updateContinuousBackups({
    TableName: "ledger.accounts",
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false },
  });
  t.deepEqual(changes(await stack.preview()), ["update Command ledger-protection"]);
  // And a table that came later.
  tables.createTable({
    TableName: "ledger.later",
    BillingMode: "PAY_PER_REQUEST",
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
  });
  const fixed = await stack.up();
  t.deepEqual(changes(fixed), ["update Command ledger-protection"], errors(fixed));
  t.is(tables.table("ledger.accounts").recoveryPeriodInDays, 35);
  t.is(tables.table("ledger.later").recoveryPeriodInDays, 35);

  // Windows come and go; the second of two is chosen first.
  tables.table("ledger.accounts").putItem("a", { balance: 1 });
  clusters.cluster("customers-prod").put("accounts", "b", { balance: 9 });
  cloud.clock.advance(10 * MINUTE);
  const older = recordWindow(cloud, "scalar", ["scalardb-cluster"]);
  cloud.clock.advance(60 * MINUTE);
  tables.table("ledger.accounts").putItem("a", { balance: 5 });
  clusters.cluster("customers-prod").put("accounts", "b", { balance: 5 });
  cloud.clock.advance(60 * MINUTE);
  const newer = recordWindow(cloud, "scalar", ["scalardb-cluster"]);
  cloud.clock.advance(10 * MINUTE);
  tables.table("ledger.accounts").putItem("a", { balance: 0 });

  // An instant outside any window is refused at preview, with the nearest that would do.
  const outside = new Date(Date.parse(newer) - 30 * MINUTE).toISOString().replace(".000", "");
  // Among them one that Scalar's own tool made.
  const imported = new Date(Date.parse(newer) - 20 * MINUTE).toISOString().replace(".000", "");
  const windows = JSON.stringify({
    namespace: "scalar",
    helm_release_name: "scalardb-cluster",
    pause_start_timestamp_ms: Date.parse(imported) - 4_900,
    pause_end_timestamp_ms: Date.parse(imported) + 5_100,
  });
  stack.config["scalar-backup:restore"] = { at: outside, windows };
  const refused = await asProcesses().preview();
  t.false(refused.succeeded);
  t.regex(errors(refused), new RegExp(`${outside} is in no pause window`));
  t.regex(errors(refused), new RegExp(`${older} \\(before\\), ${imported} \\(after\\)`));

  // Restore.
  stack.config["scalar-backup:restore"] = { at: newer, windows };
  const restored = await stack.up();
  t.true(restored.succeeded, errors(restored));
  t.true(
    changes(restored).every((change) => change.startsWith("create ")),
    changes(restored).join("\n"),
  );
  const { points } = restored.outputs.restorePoints as unknown as RestorePoints;
  t.deepEqual(
    points.map(({ instant, restorable, covers }) => [instant, restorable, ...covers.map(({ origin }) => origin)]),
    [
      [newer, true, "recorded"],
      [imported, true, "imported"],
      [older, true, "recorded"],
    ],
  );
  const copy = copies.table("ledger.accounts");
  const source = tables.table("ledger.accounts");
  t.deepEqual(copy.items().get("a"), { balance: 5 });
  t.is(copy.recoveryPeriodInDays, 35);
  t.false(copy.describe().DeletionProtectionEnabled);
  t.deepEqual(copy.describe().StreamSpecification, source.describe().StreamSpecification);
  const tags = Object.fromEntries(
    copies.tagsOf(copy.describe().TableArn as string).map(({ Key, Value }) => [Key, Value]),
  );
  t.deepEqual(tags, {
    team: "ledger",
    service: "payments",
    "scalar-backup:copy": "drill",
    "scalar-backup:restored-to": newer,
    "scalar-backup:stack": "organization/scalar-backup/rehearsal",
  });
  t.deepEqual(
    cloud.aws.autoscaling
      .region(ELSEWHERE)
      .targets()
      .map(({ ResourceId, ScalableDimension }) => [ResourceId, ScalableDimension])
      .sort(),
    [
      ["table/ledger.accounts", "dynamodb:table:ReadCapacityUnits"],
      ["table/ledger.accounts", "dynamodb:table:WriteCapacityUnits"],
    ],
  );
  t.is(cloud.aws.autoscaling.region(ELSEWHERE).policies().length, 2);
  const restoredCluster = clusters.clusters().find(({ identifier }) => identifier !== "customers-prod");
  t.deepEqual(restoredCluster?.rows("accounts").get("b"), { balance: 5 });
  const [original, like] = [clusters.cluster("customers-prod").describe(), restoredCluster?.describe()];
  for (const key of [
    "DBSubnetGroup",
    "DBClusterParameterGroup",
    "KmsKeyId",
    "StorageEncrypted",
    "BackupRetentionPeriod",
  ] as const)
    t.deepEqual(like?.[key], original[key], key);
  t.deepEqual(like?.VpcSecurityGroups, original.VpcSecurityGroups);
  t.false(like?.DeletionProtection);
  t.is(restoredCluster?.instances.length, 2, "a writer and as many readers as the source has");
  const outputs = restored.outputs.restored as { name: string; properties: Record<string, string> }[];
  t.deepEqual(outputs[0]?.properties, { "scalar.db.multi_storage.storages.ledger.contact_points": ELSEWHERE });
  t.deepEqual(outputs[1]?.properties, {
    "scalar.db.multi_storage.storages.customers.contact_points": `jdbc:postgresql://${restoredCluster?.endpoint}:5432/customers`,
  });

  // The same again changes nothing, nor does something that has nothing to do with it replace anything.
  t.deepEqual(changes(await stack.preview()), [], "a preview right after a restore shows no change");
  stack.config["scalar-backup:tags"] = { service: "payments", owner: "sre" };
  const retagged = await stack.preview();
  t.true(changes(retagged).length > 0);
  t.deepEqual(
    changes(retagged).filter((change) => !change.startsWith("update ")),
    [],
    errors(retagged),
  );
  stack.config["scalar-backup:tags"] = { service: "payments" };

  // Another instant: the copies are of that one, and the old ones are gone.
  stack.config["scalar-backup:restore"] = { at: older };
  const moved = await stack.up();
  t.true(moved.succeeded, errors(moved));
  t.deepEqual(copies.table("ledger.accounts").items().get("a"), { balance: 1 });
  const left = clusters.clusters().filter(({ identifier }) => identifier !== "customers-prod");
  t.is(left.length, 1);
  t.deepEqual(left[0]?.rows("accounts").get("b"), { balance: 9 });
  t.deepEqual(changes(await stack.preview()), []);

  // Clean-up removes the copies and nothing else.
  stack.config["scalar-backup:restore"] = undefined;
  const cleaned = await stack.up();
  t.true(cleaned.succeeded, errors(cleaned));
  t.deepEqual(
    changes(cleaned).filter((change) => !change.startsWith("delete ")),
    [],
  );
  t.deepEqual(copies.tableNames(), []);
  t.deepEqual(
    clusters.clusters().map(({ identifier }) => identifier),
    ["customers-prod"],
  );
  t.deepEqual(cloud.aws.autoscaling.region(ELSEWHERE).targets(), []);
  t.is(tables.tableNames().length, 5);
  t.deepEqual(changes(await stack.preview()), []);
});
