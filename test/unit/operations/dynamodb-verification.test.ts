import test, { type ExecutionContext } from "ava";
import { dynamodbClient } from "../../../operations/dynamodb-client";
import { coordinatorRows } from "../../../operations/dynamodb-coordinator";
import { verifyCopies } from "../../../operations/dynamodb-verification";
import type { VerifiedBracket } from "../../../operations/verified-bracket";
import { TransactionState } from "../../../rehearsal/scalardb/record";
import { toItem } from "../../../rehearsal/scalardb/stores/dynamodb-layout";
import { formatInstant } from "../../../restore-points/instant";
import type { CoordinatorRow } from "../../../restore-points/verification/coordinator-row";
import { AwsCloud } from "../../../simulator/cloud/aws/aws";
import { serveAws } from "../../../simulator/cloud/aws/wire/server";
import { SimulatedClock } from "../../../simulator/cloud/clock";
import { virtualClock } from "./virtual-clock";

const REGION = "ap-northeast-1";
const ACCESS = { accessKey: "test", secretKey: "test" };
const SOURCE = "coordinator.state";
const MINUTE = 60_000;

/** A coordinator's table of 10 read units a second, with so many rows. */
async function coordinator(t: ExecutionContext, rows: number) {
  const clock = new SimulatedClock();
  const aws = new AwsCloud(clock, 1);
  const endpoint = await serveAws(aws);
  process.env.AWS_ENDPOINT_URL = endpoint.url;
  t.teardown(() => endpoint.close());
  const region = aws.dynamodb.region(REGION);
  region.createTable({
    TableName: SOURCE,
    ProvisionedThroughput: { ReadCapacityUnits: 10, WriteCapacityUnits: 10 },
    KeySchema: [{ AttributeName: "concatenatedPartitionKey", KeyType: "HASH" }],
    AttributeDefinitions: [{ AttributeName: "concatenatedPartitionKey", AttributeType: "B" }],
  });
  const table = region.table(SOURCE);
  const commit = (tx_id: string, more: object = {}) =>
    table.putItem(
      tx_id,
      toItem({ tx_id, tx_state: TransactionState.COMMITTED, tx_created_at: clock.now(), ...more }),
      clock.now(),
    );
  for (let row = 0; row < rows; row++) commit(`transaction-${row}`);
  return { clock, region, table, commit };
}

test.serial("all rows are read, a page at a time, at the rate that the table's capacity allows", async (t) => {
  const { table, commit } = await coordinator(t, 1500);
  commit("group", { tx_child_ids: "a,b", tx_state: TransactionState.ABORTED });
  const waiting = virtualClock(t);
  const rows: CoordinatorRow[] = [];
  let largest = 0;
  for await (const page of coordinatorRows(dynamodbClient(REGION, ACCESS), SOURCE, () => {})) {
    rows.push(...page);
    largest = Math.max(largest, page.length);
  }
  t.is(new Set(rows.map(({ id }) => id)).size, 1501);
  t.like(
    rows.find(({ id }) => id === "group"),
    { state: TransactionState.ABORTED, childIds: "a,b" },
  );
  t.is(rows.find(({ id }) => id === "transaction-0")?.writeSet, undefined);
  t.true(largest <= 320, `${largest} rows in a page`);
  const units = table.sizeBytes / 4096;
  // The last page needs no wait after it, and each page is rounded up.
  t.true(waiting.waitedMillis() > (units / 10 - 10) * 1000, `${waiting.waitedMillis()} ms for ${units} units`);
  t.true(waiting.waitedMillis() > 1000);
});

test.serial("an item that is no row of a coordinator ends the comparison", async (t) => {
  const { table } = await coordinator(t, 1);
  table.putItem("other", { concatenatedPartitionKey: { B: "b3RoZXI=" }, balance: { N: "5" } });
  await t.throwsAsync(
    async () => {
      for await (const _ of coordinatorRows(dynamodbClient(REGION, ACCESS), SOURCE, () => {}));
    },
    { message: /table coordinator\.state has an item without tx_id.* set existing\.coordinatorNamespace/ },
  );
});

test.serial("the comparison reports DynamoDB's own instants of the copies, and what differs", async (t) => {
  const { clock, region, commit } = await coordinator(t, 5);
  virtualClock(t);
  region.updateContinuousBackups({
    TableName: SOURCE,
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 35 },
  });
  clock.advance(MINUTE);
  const early = formatInstant(clock.now());
  clock.advance(10_000);
  commit("in-between");
  clock.advance(10_000);
  const late = formatInstant(clock.now());
  clock.advance(10 * MINUTE);
  for (const [TargetTableName, at] of [
    ["early", early],
    ["late", late],
  ] as const)
    region.restoreTableToPointInTime({ SourceTableName: SOURCE, TargetTableName, RestoreDateTime: new Date(at) });
  clock.advance(60 * MINUTE);
  const said: string[] = [];
  await verifyCopies(
    {
      database: "ledger",
      table: SOURCE,
      early: { region: REGION, table: "early" },
      late: { region: REGION, table: "late" },
      data: [{ database: "ledger", region: REGION, tables: ["late", SOURCE] }],
      otherData: [{ name: "customers", instant: early, requested: true }],
    },
    ACCESS,
    (line) => said.push(line),
  );
  t.deepEqual(said.slice(0, -1), ["early: 5 rows", "late: 6 rows"]);
  const found = JSON.parse(said.at(-1) ?? "") as VerifiedBracket;
  t.deepEqual(found.early, { name: "early", instant: early });
  t.deepEqual(found.late, { name: "late", instant: late });
  t.deepEqual(found.data, [
    { name: "customers", instant: early, requested: true },
    { name: "ledger: late", instant: late },
    // What was not restored has no instant.
    { name: `ledger: ${SOURCE}` },
  ]);
  t.deepEqual(
    found.differences?.onlyInLate.examples.map(({ id }) => id),
    ["in-between"],
  );
});
