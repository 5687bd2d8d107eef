import test from "ava";
import type { TableProtection } from "../../../operations/dynamodb";
import { deleteExpiredBackups, readWindowBackups } from "../../../operations/dynamodb-backups";
import { completeCopies, protectTables, tableShortfalls } from "../../../operations/dynamodb-changes";
import { TableReader } from "../../../operations/table-reader";
import { tablesOf } from "../../../restore-points/tables";
import { backupName } from "../../../restore-points/window-backups";
import { AwsCloud } from "../../../simulator/cloud/aws/aws";
import { serveAws } from "../../../simulator/cloud/aws/wire/server";
import { SimulatedClock } from "../../../simulator/cloud/clock";

const REGION = "ap-northeast-1";
const GOAL = { recoveryPeriodInDays: 35, deletionProtection: true };
const ACCESS = { accessKey: "test", secretKey: "test" };

async function cloudWith(t: { teardown(work: () => unknown): void }, tables: string[]) {
  const clock = new SimulatedClock();
  const aws = new AwsCloud(clock, 1);
  const endpoint = await serveAws(aws);
  process.env.AWS_ENDPOINT_URL = endpoint.url;
  t.teardown(() => endpoint.close());
  const region = aws.dynamodb.region(REGION);
  for (const name of tables) {
    region.createTable({
      TableName: name,
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    });
  }
  return { clock, region };
}

test.serial("a copy that another stack has marked takes no name of this stack's tables", async (t) => {
  const { region } = await cloudWith(t, ["ledger.accounts-20261122t030012z"]);
  const { arn } = region.table("ledger.accounts-20261122t030012z");
  region.tagResource(arn, [
    { Key: "scalar-backup:production-name", Value: "ledger.accounts" },
    { Key: "scalar-backup:stack", Value: "organization/scalar-backup/prod" },
  ]);
  const taken = (stack: string) =>
    new TableReader(REGION, ACCESS, true, `organization/scalar-backup/${stack}`).taken(["ledger.accounts"]);
  t.deepEqual(await taken("prod"), ["ledger.accounts"]);
  t.deepEqual(await taken("other"), []);
});

test.serial("tables are found by namespace and by name, beyond the first page", async (t) => {
  const many = Array.from({ length: 120 }, (_, index) => `ledger.t${String(index).padStart(3, "0")}`);
  await cloudWith(t, [...many, "coordinator.state", "ledgerx.other", "alone"]);
  const names = await new TableReader(REGION, ACCESS).names();
  const found = tablesOf({ tables: ["alone"], prefixes: ["ledger.", "coordinator."] }, names);
  t.deepEqual(found, ["alone", "coordinator.state", ...many]);
});

test.serial("switches on what is off, and changes nothing else", async (t) => {
  const { region } = await cloudWith(t, ["aaa", "bbb", "ccc"]);
  region.updateContinuousBackups({
    TableName: "bbb",
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 7 },
  });
  region.updateTable({ TableName: "ccc", DeletionProtectionEnabled: true });
  const before = await new TableReader(REGION, ACCESS).protection(["aaa", "bbb", "ccc", "missing"]);
  t.deepEqual(
    before.map((table) => tableShortfalls(table, GOAL)),
    [
      ["point-in-time recovery is off", "deletion protection is off"],
      ["its recovery period is 7 days, below 35", "deletion protection is off"],
      ["point-in-time recovery is off"],
    ],
  );
  const said: string[] = [];
  await protectTables({ region: REGION, tables: ["aaa", "bbb", "ccc"], goal: GOAL }, ACCESS, (line) => said.push(line));
  const after = await new TableReader(REGION, ACCESS).protection(["aaa", "bbb", "ccc"]);
  t.true(after.every((table) => tableShortfalls(table, GOAL).length === 0));
  t.is(said.length, 5);
  said.length = 0;
  await protectTables({ region: REGION, tables: ["aaa", "bbb", "ccc"], goal: GOAL }, ACCESS, (line) => said.push(line));
  t.deepEqual(
    said.sort(),
    ["aaa: nothing to do", "bbb: nothing to do", "ccc: nothing to do"],
    "a second run changes nothing",
  );
});

test.serial("waits for a table that is being created or changed, which refuses changes", async (t) => {
  const { clock, region } = await cloudWith(t, ["aaa"]);
  region.table("aaa").restoreFor(60_000);
  const passing = setTimeout(() => clock.advance(60 * 60_000), 500);
  t.teardown(() => clearTimeout(passing));
  await protectTables({ region: REGION, tables: ["aaa"], goal: GOAL }, ACCESS, () => {});
  t.deepEqual(
    tableShortfalls((await new TableReader(REGION, ACCESS).protection(["aaa"]))[0] as TableProtection, GOAL),
    [],
  );
});

test.serial("keeps a recovery period that is longer than configured", async (t) => {
  const { region } = await cloudWith(t, ["aaa"]);
  region.updateContinuousBackups({
    TableName: "aaa",
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 35 },
  });
  const goal = { recoveryPeriodInDays: 7, deletionProtection: false };
  await protectTables({ region: REGION, tables: ["aaa"], goal }, ACCESS, () => {});
  t.is(region.table("aaa").recoveryPeriodInDays, 35);
});

test.serial("reports a table that does not exist", async (t) => {
  await cloudWith(t, ["aaa"]);
  await t.throwsAsync(
    protectTables({ region: REGION, tables: ["aaa", "bbb"], goal: GOAL }, ACCESS, () => {}),
    {
      message: /there is no table bbb in ap-northeast-1/,
    },
  );
});

test.serial("a copy is given what a restore drops, and can be completed again", async (t) => {
  const { region } = await cloudWith(t, ["copy"]);
  const wanted = {
    name: "copy",
    tags: { service: "payments", "scalar-backup:copy": "recovery" },
    deletionProtection: true,
    tableClass: "STANDARD_INFREQUENT_ACCESS" as const,
    streamViewType: "NEW_IMAGE" as const,
    onDemandThroughput: { MaxReadRequestUnits: 100, MaxWriteRequestUnits: -1 },
    indexes: [{ name: "byOwner", onDemandThroughput: { MaxReadRequestUnits: 20, MaxWriteRequestUnits: 10 } }],
  };
  region.updateTable({
    TableName: "copy",
    AttributeDefinitions: ["id", "owner"].map((AttributeName) => ({ AttributeName, AttributeType: "S" as const })),
    GlobalSecondaryIndexUpdates: [
      {
        Create: {
          IndexName: "byOwner",
          KeySchema: [{ AttributeName: "owner", KeyType: "HASH" }],
          Projection: { ProjectionType: "ALL" },
        },
      },
    ],
  });
  const said: string[] = [];
  for (let run = 0; run < 2; run++) {
    said.length = 0;
    await completeCopies({ region: REGION, tables: [wanted] }, ACCESS, (line) => said.push(line));
    const [copy] = await new TableReader(REGION, ACCESS).settings(["copy"]);
    t.deepEqual(copy?.tags, wanted.tags);
    t.true(copy?.deletionProtection);
    t.is(copy?.description.TableClassSummary?.TableClass, "STANDARD_INFREQUENT_ACCESS");
    t.is(copy?.description.StreamSpecification?.StreamViewType, "NEW_IMAGE");
    t.deepEqual(copy?.description.OnDemandThroughput, wanted.onDemandThroughput);
    t.deepEqual(
      copy?.description.GlobalSecondaryIndexes?.map(({ OnDemandThroughput }) => OnDemandThroughput),
      wanted.indexes.map(({ onDemandThroughput }) => onDemandThroughput),
    );
  }
  t.deepEqual(said, ["copy: 2 tags"], "the second run finds nothing to change");
  t.true(region.table("copy").describe().DeletionProtectionEnabled);
});

test.serial(
  "a database's own backups of windows are deleted by their age, beyond the first page, and once",
  async (t) => {
    const { clock, region } = await cloudWith(t, ["ledger.accounts", "ledger.entries", "payroll"]);
    const began = clock.now();
    const old = backupName("prod", new Date(began).toISOString());
    const others = [...Array.from({ length: 101 }, () => "by-hand"), "prod-by-hand", old.replace("prod", "test")];
    for (const BackupName of others) {
      region.createBackup({ TableName: "ledger.accounts", BackupName });
      clock.advance(25);
    }
    for (const TableName of ["ledger.accounts", "ledger.entries", "payroll"]) {
      region.createBackup({ TableName, BackupName: old });
      clock.advance(25);
    }
    clock.advance(10 * 24 * 3_600_000);
    const selection = { region: REGION, namePrefix: "prod", tables: [], prefixes: ["ledger."] };
    const run = async (before?: number) => {
      const said: string[] = [];
      const due = before ? { deleteBefore: new Date(before).toISOString() } : {};
      await deleteExpiredBackups({ ...selection, ...due }, ACCESS, (line) => said.push(line));
      return said;
    };
    const nothing = ["no backup of a pause window has expired"];
    t.deepEqual(await run(), nothing);
    t.deepEqual(await run(began), nothing);
    t.is((await run(began + 1)).length, 2);
    t.deepEqual(await run(began + 1), nothing);
    const left = region.backups.list().map(({ TableName, BackupName }) => `${TableName} ${BackupName}`);
    t.deepEqual(left, [...others.map((name) => `ledger.accounts ${name}`), `payroll ${old}`]);
  },
);

test.serial(
  "of a table that was asked twice, the backup counts that was made while the pods were paused",
  async (t) => {
    const { clock, region } = await cloudWith(t, ["ledger.accounts"]);
    const began = clock.now();
    const make = () => region.createBackup({ TableName: "ledger.accounts", BackupName: "twice" }).arn;
    const first = make();
    clock.advance(1000);
    const window = { region: REGION, backup: "twice", began, accepted: clock.now() };
    const found = async () => (await readWindowBackups(window, ACCESS)).get("ledger.accounts");
    t.is((await found())?.status, "CREATING");
    clock.advance(2 * 60_000);
    // The request that got no answer, served when the pods were running again.
    make();
    clock.advance(10 * 60_000);
    t.deepEqual(await found(), { arn: first, status: "AVAILABLE" });
    region.backups.delete(first);
    t.is(await found(), undefined);
  },
);

test.serial("time to live counts from when it is switched on, though DynamoDB may take an hour for it", async (t) => {
  const { region } = await cloudWith(t, ["ledger.accounts"]);
  const update = { Enabled: true, AttributeName: "expires" };
  region.updateTimeToLive({ TableName: "ledger.accounts", TimeToLiveSpecification: update });
  t.is(region.describeTimeToLive("ledger.accounts").TimeToLiveStatus, "ENABLING");
  const [table] = await new TableReader(REGION, ACCESS).settings(["ledger.accounts"]);
  t.is(table?.timeToLiveAttribute, "expires");
});
