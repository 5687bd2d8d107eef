import test, { type ExecutionContext } from "ava";
import { type NamespacesRenaming, renameNamespaces } from "../../../operations/dynamodb-namespaces";
import { killedCalls } from "../../kills";
import { type Death, live } from "./switch-over/mortal";
import { ACCESS, awsWorld, INSTANT, obedientPods, REGION } from "./switch-over/world";

const MINUTE = 60_000;
const TABLES = ["coordinator.state", "ledger.accounts", "scalardb.metadata", "scalardb.namespaces"];
const KEYS: Record<string, string> = { "scalardb.metadata": "table", "scalardb.namespaces": "namespace_name" };
const RENAMING: NamespacesRenaming = {
  region: REGION,
  from: "",
  to: "r1_",
  tables: TABLES,
  metadataNamespace: "scalardb",
  instant: INSTANT,
};

/** Copies of tables of ScalarDB, one of them with two indexes and one that is not ScalarDB's. */
async function copiesWorld(t: ExecutionContext) {
  const world = await awsWorld(t);
  const { dynamodb, clock, endpoint } = world;
  for (const name of TABLES) {
    const key = KEYS[name] ?? "id";
    const columns = name === "ledger.accounts" ? ["owner", "branch"] : [];
    const index = (IndexName: string, AttributeName: string) => ({
      IndexName,
      KeySchema: [{ AttributeName, KeyType: "HASH" as const }],
      Projection: { ProjectionType: "ALL" as const },
      ProvisionedThroughput: { ReadCapacityUnits: 7, WriteCapacityUnits: 3 },
    });
    const indexes = columns.map((column) => index(`${name}.global_index.${column}`, column));
    if (indexes.length > 0) indexes.push(index("reports", "owner"));
    dynamodb.createTable({
      TableName: `r1_${name}`,
      KeySchema: [{ AttributeName: key, KeyType: "HASH" }],
      AttributeDefinitions: [key, ...columns].map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
      ProvisionedThroughput: { ReadCapacityUnits: 10, WriteCapacityUnits: 10 },
      ...(indexes.length > 0 && { GlobalSecondaryIndexes: indexes }),
    });
  }
  const metadata = dynamodb.table("r1_scalardb.metadata");
  metadata.putItem("coordinator.state", { table: { S: "coordinator.state" } });
  metadata.putItem("ledger.accounts", {
    table: { S: "ledger.accounts" },
    columns: { M: { id: { S: "int" } } },
    secondaryIndex: { SS: ["owner", "branch"] },
  });
  const namespaces = dynamodb.table("r1_scalardb.namespaces");
  for (const name of ["ledger", "coordinator", "scalardb"]) namespaces.putItem(name, { namespace_name: { S: name } });
  clock.pass(10 * MINUTE);
  const run = (death?: Death, renaming = RENAMING) =>
    live(endpoint.url, obedientPods(), () => renameNamespaces(renaming, ACCESS, () => {}), death);
  const keys = (table: string, key: string) =>
    [...dynamodb.table(table).items().values()].map((item) => (item[key] as { S: string }).S).sort();
  /** What ScalarDB reads. */
  const end = () => ({
    tables: keys("r1_scalardb.metadata", "table"),
    namespaces: keys("r1_scalardb.namespaces", "namespace_name"),
    indexes: (dynamodb.table("r1_ledger.accounts").describe().GlobalSecondaryIndexes ?? [])
      .map(({ IndexName, IndexStatus, KeySchema, ProvisionedThroughput: units }) =>
        [
          IndexName,
          IndexStatus,
          KeySchema?.[0]?.AttributeName,
          units?.ReadCapacityUnits,
          units?.WriteCapacityUnits,
        ].join(),
      )
      .sort(),
    columns: [...metadata.items().values()].find((item) => "columns" in item)?.columns,
  });
  return { ...world, run, end };
}

const END = {
  tables: ["r1_coordinator.state", "r1_ledger.accounts"],
  namespaces: ["r1_coordinator", "r1_ledger", "r1_scalardb"],
  indexes: [
    "r1_ledger.accounts.global_index.branch,ACTIVE,branch,7,3",
    "r1_ledger.accounts.global_index.owner,ACTIVE,owner,7,3",
    "reports,ACTIVE,owner,7,3",
  ],
  columns: { M: { id: { S: "int" } } },
};

test.serial(
  "rows and indexes get the new prefix, and nothing of another's; a second run changes nothing",
  async (t) => {
    const { run, end } = await copiesWorld(t);
    const first = await run();
    t.is(first.error, undefined);
    t.deepEqual(end(), END);
    const second = await run();
    t.is(second.error, undefined);
    t.deepEqual(
      second.asked.filter((call) => !["Scan", "DescribeTable"].includes(call)),
      [],
    );
  },
);

test.serial("a run that is killed at any of its calls is continued by the next, to the same end", async (t) => {
  t.timeout(5 * MINUTE);
  const { calls } = await (await copiesWorld(t)).run();
  let kills = 0;
  for (const at of killedCalls(calls, 5))
    for (const when of ["before", "after"] as const) {
      const { run, end } = await copiesWorld(t);
      const life = await run({ at, when });
      kills += 1;
      const next = await run();
      t.is(next.error, undefined, `killed ${when} call ${at}, ${life.asked.at(-1)}`);
      t.deepEqual(end(), END, `killed ${when} call ${at}, ${life.asked.at(-1)}`);
    }
  t.log(`${calls} calls, ${kills} kills`);
});

test.serial("tables that ScalarDB knows and that have no copy are named, before anything is changed", async (t) => {
  const { run, dynamodb } = await copiesWorld(t);
  dynamodb.table("r1_scalardb.metadata").putItem("x", { table: { S: "payroll.salaries" } });
  const { error, asked } = await run();
  t.regex(error?.message ?? "", /r1_scalardb.metadata has tables that are not copied: r1_payroll.salaries\. /);
  t.deepEqual(asked, ["Scan"]);
});

test.serial("an index that ScalarDB expects and that no copy has is named", async (t) => {
  const { run, dynamodb } = await copiesWorld(t);
  const row = { table: { S: "coordinator.state" }, secondaryIndex: { SS: ["tx_state"] } };
  dynamodb.table("r1_scalardb.metadata").putItem("coordinator.state", row);
  const { error } = await run();
  t.regex(error?.message ?? "", /table r1_coordinator.state has no index r1_coordinator.state.global_index.tx_state/);
});
