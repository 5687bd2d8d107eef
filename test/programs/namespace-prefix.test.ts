import test from "ava";
import { buildDynamodb, TABLES } from "../../rehearsal/sets/dynamodb";
import { changes, errors, REGION, recordWindow, rehearsed } from "./rehearsed";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const RELEASE = { namespace: "scalar", name: "scalardb-cluster" };
const PREFIX = "r1_";
const INDEX = "ledger.accounts.global_index.owner";

test("copies under another namespace prefix are used by one property, and protected by one key", async (t) => {
  t.timeout(600_000);
  const configured = (existing: object, restoreTo?: object) => [
    {
      name: "ledger",
      dynamodb: { existing: { namespaces: ["ledger"], ...existing }, ...(restoreTo && { restoreTo }) },
    },
  ];
  const { cloud, stack } = await rehearsed(t, {
    "scalar-backup:pause": { schedule: "0 3 * * *", releases: [RELEASE] },
    "scalar-backup:databases": configured({}, { namespacePrefix: PREFIX }),
  });
  buildDynamodb(cloud, REGION);
  const tables = cloud.aws.dynamodb.region(REGION);
  tables.updateTable({
    TableName: "ledger.accounts",
    AttributeDefinitions: [
      { AttributeName: "concatenatedPartitionKey", AttributeType: "B" },
      { AttributeName: "owner", AttributeType: "S" },
    ],
    GlobalSecondaryIndexUpdates: [
      {
        Create: {
          IndexName: INDEX,
          KeySchema: [{ AttributeName: "owner", KeyType: "HASH" }],
          Projection: { ProjectionType: "ALL" },
          ProvisionedThroughput: { ReadCapacityUnits: 10, WriteCapacityUnits: 10 },
        },
      },
    ],
  });
  const autoscaling = cloud.aws.autoscaling.region(REGION);
  // Cast: the SDK's input has more members than the simulation needs.
  autoscaling.registerScalableTarget({
    ServiceNamespace: "dynamodb",
    ResourceId: `table/ledger.accounts/index/${INDEX}`,
    ScalableDimension: "dynamodb:index:ReadCapacityUnits",
    MinCapacity: 5,
    MaxCapacity: 50,
  } as never);
  for (const name of ["coordinator.state", "ledger.accounts"])
    tables.table("scalardb.metadata").putItem(name, {
      table: { S: name },
      ...(name === "ledger.accounts" && { secondaryIndex: { SS: ["owner"] } }),
    });
  cloud.kubernetes.createNamespace(RELEASE.namespace);
  const up = async () => {
    const result = await stack.up();
    t.true(result.succeeded, errors(result));
    cloud.clock.advance(result.simulatedMillis);
    return result;
  };
  const window = () => {
    cloud.clock.advance(10 * MINUTE);
    const at = recordWindow(cloud, RELEASE.namespace, [RELEASE.name]);
    cloud.clock.advance(20 * MINUTE);
    return at;
  };
  const copies = TABLES.map((name) => `${PREFIX}${name}`).sort();
  const present = () => tables.tableNames().filter((name) => !name.includes("-late-"));
  const metadata = (name: string) =>
    [...tables.table(name).items().values()].map((item) => (item.table as { S: string }).S).sort();
  await up();
  cloud.clock.advance(DAY);

  // A drill whose copies ScalarDB can use; another instant replaces them.
  for (const at of [window(), window()]) {
    stack.config["scalar-backup:restore"] = { at };
    const drill = await up();
    t.deepEqual(present(), [...TABLES, ...copies].sort());
    t.deepEqual(metadata(`${PREFIX}scalardb.metadata`), [`${PREFIX}coordinator.state`, `${PREFIX}ledger.accounts`]);
    t.deepEqual(metadata("scalardb.metadata"), ["coordinator.state", "ledger.accounts"]);
    const copy = tables.table(`${PREFIX}ledger.accounts`);
    t.deepEqual(
      copy.describe().GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName),
      [`${PREFIX}${INDEX}`],
    );
    t.is(copy.tags["scalar-backup:restored-to"], at);
    t.regex(JSON.stringify(drill.outputs.helmValues), /scalar\.db\.dynamo\.namespace\.prefix=r1_/);
    t.deepEqual(changes(await stack.preview()), [], "a preview right after");
  }
  const scaled = autoscaling.targets().map(({ ResourceId }) => ResourceId);
  t.true(scaled.includes(`table/${PREFIX}ledger.accounts/index/${PREFIX}${INDEX}`), scaled.join(", "));
  delete stack.config["scalar-backup:restore"];
  await up();
  t.deepEqual(present(), [...TABLES].sort());

  // A recovery: the copies stay, and the stack protects them once it has their prefix.
  stack.config["scalar-backup:restore"] = { at: window(), mode: "recovery" };
  const recovered = await up();
  const steps = recovered.outputs.nextSteps as unknown as string[];
  t.true(
    steps.some((step) => step.includes("set databases[].dynamodb.existing.namespacePrefix of ledger to r1_")),
    steps.join("\n"),
  );
  delete stack.config["scalar-backup:restore"];
  stack.config["scalar-backup:databases"] = configured({ namespacePrefix: PREFIX });
  const moved = await up();
  t.deepEqual(present(), [...TABLES, ...copies].sort());
  t.deepEqual(
    changes(moved).filter((change) => /^(replace|create) .*Table/.test(change)),
    [],
  );
  t.true(tables.table(`${PREFIX}ledger.accounts`).describe().DeletionProtectionEnabled);
  t.deepEqual(changes(await stack.preview()), []);

  // The same prefix again would take the names of the tables in use.
  stack.config["scalar-backup:databases"] = configured({ namespacePrefix: PREFIX }, { namespacePrefix: PREFIX });
  t.regex(
    errors(await stack.preview()),
    /restoreTo.namespacePrefix: .* expected another prefix than that of the tables themselves/,
  );
});
