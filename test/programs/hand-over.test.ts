import test from "ava";
import { changes, errors, REGION, rehearsed } from "./rehearsed";

const TABLES = ["coordinator.state", "ledger.accounts", "scalardb.metadata"];
const KEY = { billingMode: "PAY_PER_REQUEST", hashKey: "id", attributes: [{ name: "id", type: "S" }] };

test("what the program created is handed over as existing, and nothing of it changes in the cloud", async (t) => {
  t.timeout(300_000);
  const pause = { schedule: "0 3 * * *", releases: [{ namespace: "scalar", name: "scalardb-cluster" }] };
  const { cloud, stack } = await rehearsed(t, {
    "scalar-backup:pause": pause,
    "scalar-backup:databases": [
      { name: "ledger", dynamodb: { create: { tables: Object.fromEntries(TABLES.map((name) => [name, KEY])) } } },
      {
        name: "customers",
        auroraPostgresql: {
          create: {
            cluster: { clusterIdentifier: "customers-prod" },
            instances: [{ instanceClass: "db.r7g.large" }],
          },
        },
      },
    ],
  });
  cloud.kubernetes.createNamespace("scalar");
  const created = await stack.up();
  t.true(created.succeeded, errors(created));
  const tables = cloud.aws.dynamodb.region(REGION);
  const cluster = cloud.aws.rds.region(REGION).cluster("customers-prod");
  const cloudHas = () => ({
    tables: TABLES.map((name) => {
      const { TableId, DeletionProtectionEnabled } = tables.table(name).describe();
      return { name, TableId, DeletionProtectionEnabled, days: tables.table(name).recoveryPeriodInDays };
    }),
    cluster: cloud.aws.rds.region(REGION).cluster("customers-prod").describe(),
  });
  const before = cloudHas();

  // A recovery of it is refused, and the message leads here.
  stack.config["scalar-backup:restore"] = { at: "2026-11-22T03:00:00Z", mode: "recovery", switchOver: {} };
  t.regex(errors(await stack.preview()), /hand it over first, as docs\/recovery\.md says/);
  delete stack.config["scalar-backup:restore"];

  stack.config["scalar-backup:databases"] = [
    { name: "ledger", dynamodb: { existing: { tables: TABLES } } },
    { name: "customers", auroraPostgresql: { existing: { clusterIdentifier: "customers-prod" } } },
  ];
  const refused = await stack.up();
  t.false(refused.succeeded, "Pulumi protects what it has created");
  t.deepEqual(cloudHas(), before);

  await stack.unprotect();
  const handedOver = await stack.up();
  t.true(handedOver.succeeded, errors(handedOver));
  t.deepEqual(changes(handedOver), [
    "delete Cluster customers-cluster",
    "delete ClusterInstance customers-instance-1",
    ...TABLES.map((name) => `delete Table ledger-${name}`),
  ]);
  t.deepEqual(cloudHas(), before);
  t.is(cloud.aws.rds.region(REGION).cluster("customers-prod"), cluster);
  t.deepEqual(changes(await stack.preview()), []);
});
