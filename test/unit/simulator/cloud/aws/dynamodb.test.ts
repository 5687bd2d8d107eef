import type { CreateTableInput } from "@aws-sdk/client-dynamodb";
import test from "ava";
import { AwsCloud } from "../../../../../simulator/cloud/aws/aws";
import { SimulatedClock } from "../../../../../simulator/cloud/clock";

const REGION = "ap-northeast-1";
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const SIMPLE: CreateTableInput = {
  TableName: "ledger.accounts",
  AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
  KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
  BillingMode: "PAY_PER_REQUEST",
};

function setUp(more: Partial<CreateTableInput> = {}) {
  const clock = new SimulatedClock();
  const aws = new AwsCloud(clock, 1);
  const dynamodb = aws.dynamodb.region(REGION);
  dynamodb.createTable({ ...SIMPLE, ...more });
  return { clock, aws, dynamodb, table: dynamodb.table("ledger.accounts") };
}

function switchRecovery(dynamodb: ReturnType<typeof setUp>["dynamodb"], on: boolean, days?: number) {
  return dynamodb.updateContinuousBackups({
    TableName: "ledger.accounts",
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: on, RecoveryPeriodInDays: days },
  }).PointInTimeRecoveryDescription;
}

test("a range begins when recovery is switched on and ends five minutes ago", (t) => {
  const { clock, dynamodb, table } = setUp();
  t.is(table.restorableRange(), undefined);
  clock.advance(DAY);
  switchRecovery(dynamodb, true);
  const on = clock.now();
  clock.advance(2 * DAY);
  const range = table.restorableRange();
  t.true(Math.abs((range?.earliest ?? 0) - on) < 2000);
  t.true(Math.abs((range?.latest ?? 0) - (clock.now() - 5 * MINUTE)) < 2000);
});

test("a range reaches no further back than the period, 35 days by default", (t) => {
  const { clock, dynamodb, table } = setUp();
  t.is(switchRecovery(dynamodb, true)?.RecoveryPeriodInDays, 35);
  clock.advance(100 * DAY);
  t.true(Math.abs((table.restorableRange()?.earliest ?? 0) - (clock.now() - 35 * DAY)) < 2000);
});

test("what a shorter period has dropped doesn't come back with a longer one", (t) => {
  const { clock, dynamodb, table } = setUp();
  switchRecovery(dynamodb, true, 35);
  clock.advance(30 * DAY);
  switchRecovery(dynamodb, true, 2);
  const dropped = clock.now() - 2 * DAY;
  switchRecovery(dynamodb, true, 35);
  t.true(Math.abs((table.restorableRange()?.earliest ?? 0) - dropped) < 2000);
});

test("switching recovery off forgets everything, and on again starts from nothing", (t) => {
  const { clock, dynamodb, table } = setUp();
  switchRecovery(dynamodb, true);
  clock.advance(10 * DAY);
  t.is(switchRecovery(dynamodb, false)?.PointInTimeRecoveryStatus, "DISABLED");
  switchRecovery(dynamodb, true);
  const range = table.restorableRange();
  t.true(Math.abs((range?.earliest ?? 0) - clock.now()) < 2000);
  t.true((range?.latest ?? 0) >= (range?.earliest ?? 0), "a range never ends before it begins");
});

for (const days of [0, 36, 1.5])
  test(`a period of ${days} days is refused`, (t) => {
    const { dynamodb } = setUp();
    t.throws(() => switchRecovery(dynamodb, true, days), { name: "ValidationException" });
  });

test("a restore holds the items as of its instant, and what happens later to the source doesn't reach it", (t) => {
  const { clock, dynamodb, table } = setUp();
  switchRecovery(dynamodb, true);
  table.putItem("a", { balance: 1 });
  table.putItem("gone", { balance: 9 });
  clock.advance(60 * MINUTE);
  const instant = new Date(clock.now());
  clock.advance(10 * MINUTE);
  table.putItem("a", { balance: 2 });
  table.deleteItem("gone");
  clock.advance(60 * MINUTE);
  dynamodb.restoreTableToPointInTime({
    SourceTableName: "ledger.accounts",
    TargetTableName: "copy",
    RestoreDateTime: instant,
  });
  table.putItem("a", { balance: 3 });
  t.deepEqual(Object.fromEntries(dynamodb.table("copy").items()), { a: { balance: 1 }, gone: { balance: 9 } });
});

test("an instant is counted in the table's own clock", (t) => {
  const { clock, dynamodb, table } = setUp();
  table.skewMillis = 30_000;
  switchRecovery(dynamodb, true);
  clock.advance(60 * MINUTE);
  const real = clock.now();
  table.putItem("a", { at: "real" });
  clock.advance(60 * MINUTE);
  const restore = (name: string, instant: number) => {
    dynamodb.restoreTableToPointInTime({
      SourceTableName: "ledger.accounts",
      TargetTableName: name,
      RestoreDateTime: new Date(instant),
    });
    return dynamodb.table(name).items().size;
  };
  t.is(restore("by-cloud-time", real + 1000), 0, "at the cloud's instant the table's clock was ahead already");
  t.is(restore("by-table-time", real + 31_000), 1);
});

test("a restore outside the range is refused in AWS's words", (t) => {
  const { clock, dynamodb, table } = setUp();
  const restore = (at: number) => () =>
    dynamodb.restoreTableToPointInTime({
      SourceTableName: "ledger.accounts",
      TargetTableName: `copy-${at}`,
      RestoreDateTime: new Date(at),
    });
  t.throws(restore(clock.now()), { name: "PointInTimeRecoveryUnavailableException" });
  switchRecovery(dynamodb, true);
  clock.advance(DAY);
  const range = table.restorableRange() ?? { earliest: 0, latest: 0 };
  const expected = { name: "InvalidRestoreTimeException", message: /must be between EarliestRestorableDateTime and/ };
  t.throws(restore(range.earliest - 1000), expected);
  t.throws(restore(range.latest + 10_000), expected);
  t.notThrows(restore(range.earliest));
  t.notThrows(restore(range.latest));
});

test("a restore needs a source, one of them, a free name, and an instant, one of them", (t) => {
  const { clock, dynamodb } = setUp();
  switchRecovery(dynamodb, true);
  clock.advance(DAY);
  const target = { TargetTableName: "copy", UseLatestRestorableTime: true };
  const restore = (input: object) => () => dynamodb.restoreTableToPointInTime({ ...target, ...input });
  t.throws(restore({}), { name: "ValidationException" });
  t.throws(restore({ SourceTableName: "other" }), { name: "TableNotFoundException" });
  t.throws(restore({ SourceTableName: "ledger.accounts", TargetTableName: "ledger.accounts" }), {
    name: "TableAlreadyExistsException",
  });
  t.throws(restore({ SourceTableName: "ledger.accounts", RestoreDateTime: new Date() }), {
    name: "ValidationException",
  });
  t.throws(restore({ SourceTableName: "ledger.accounts", UseLatestRestorableTime: false }), {
    name: "ValidationException",
  });
});

test("a restore keeps indexes, capacity and encryption, and drops the rest", (t) => {
  const { clock, dynamodb, table } = setUp({
    BillingMode: "PROVISIONED",
    ProvisionedThroughput: { ReadCapacityUnits: 7, WriteCapacityUnits: 8 },
    AttributeDefinitions: [
      { AttributeName: "id", AttributeType: "S" },
      { AttributeName: "owner", AttributeType: "S" },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: "by-owner",
        KeySchema: [{ AttributeName: "owner", KeyType: "HASH" }],
        Projection: { ProjectionType: "ALL" },
        ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
      },
    ],
    SSESpecification: { Enabled: true },
    StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_IMAGE" },
    DeletionProtectionEnabled: true,
    TableClass: "STANDARD_INFREQUENT_ACCESS",
    Tags: [{ Key: "team", Value: "ledger" }],
  });
  switchRecovery(dynamodb, true);
  dynamodb.updateTimeToLive({
    TableName: "ledger.accounts",
    TimeToLiveSpecification: { Enabled: true, AttributeName: "expires" },
  });
  clock.advance(DAY);
  dynamodb.restoreTableToPointInTime({
    SourceTableName: "ledger.accounts",
    TargetTableName: "copy",
    UseLatestRestorableTime: true,
  });
  const copy = dynamodb.table("copy");
  t.deepEqual(copy.settings.throughput, { ReadCapacityUnits: 7, WriteCapacityUnits: 8 });
  t.deepEqual(copy.settings.globalIndexes, table.settings.globalIndexes);
  t.deepEqual(copy.settings.encryption, { Enabled: true });
  t.is(copy.restorableRange(), undefined);
  t.is(copy.timeToLive.attribute, undefined);
  t.is(copy.settings.stream, undefined);
  t.is(copy.settings.deletionProtection, false);
  t.is(copy.settings.tableClass, "STANDARD");
  t.deepEqual(copy.tags, {});
  t.is(copy.restoredFrom?.SourceTableArn, table.arn);
});

test("a restore into another region takes the ARN, must say how to encrypt, and may keep the name", (t) => {
  const { clock, aws, dynamodb, table } = setUp();
  switchRecovery(dynamodb, true);
  table.putItem("a", { balance: 1 });
  clock.advance(DAY);
  const elsewhere = aws.dynamodb.region("us-west-2");
  const request = {
    SourceTableArn: table.arn,
    TargetTableName: "ledger.accounts",
    UseLatestRestorableTime: true,
  };
  t.throws(() => elsewhere.restoreTableToPointInTime(request), { name: "ValidationException", message: /SSE/ });
  elsewhere.restoreTableToPointInTime({ ...request, SSESpecificationOverride: { Enabled: true } });
  t.is(elsewhere.table("ledger.accounts").items().size, 1);
  t.is(elsewhere.table("ledger.accounts").arn, table.arn.replace(REGION, "us-west-2"));
});

test("deletion protection keeps a table", (t) => {
  const { dynamodb } = setUp({ DeletionProtectionEnabled: true });
  t.throws(() => dynamodb.deleteTable("ledger.accounts"), {
    name: "ValidationException",
    message: /currently protected against deletion/,
  });
  dynamodb.updateTable({ TableName: "ledger.accounts", DeletionProtectionEnabled: false });
  dynamodb.deleteTable("ledger.accounts");
  t.throws(() => dynamodb.table("ledger.accounts"), { name: "ResourceNotFoundException" });
});

test("a table with recovery leaves a system backup behind when it is deleted, another doesn't", (t) => {
  const { dynamodb } = setUp();
  dynamodb.deleteTable("ledger.accounts");
  t.is(dynamodb.backups.list().length, 0);
  dynamodb.createTable(SIMPLE);
  switchRecovery(dynamodb, true);
  dynamodb.deleteTable("ledger.accounts");
  t.like(dynamodb.backups.list()[0], { BackupType: "SYSTEM", BackupName: "ledger.accounts$DeletedTableBackup" });
});

test("a system backup exists for 35 days, and then no more", (t) => {
  const { clock, dynamodb } = setUp();
  switchRecovery(dynamodb, true);
  dynamodb.deleteTable("ledger.accounts");
  const BackupArn = dynamodb.backups.list()[0]?.BackupArn as string;
  const restore = (name: string) => dynamodb.restoreTableFromBackup({ TargetTableName: name, BackupArn });
  clock.advance(35 * DAY - MINUTE);
  t.is(dynamodb.backups.list().length, 1);
  t.notThrows(() => restore("in-time"));
  clock.advance(2 * MINUTE);
  t.is(dynamodb.backups.list().length, 0);
  t.throws(() => restore("too-late"), { name: "BackupNotFoundException" });
});

test("tags that begin as AWS's own do are refused, whatever the case", (t) => {
  const { dynamodb, table } = setUp();
  const refused = { name: "ValidationException", message: /prefix aws: are reserved/ };
  for (const Key of ["aws:cloudformation:stack-name", "AWS:x"]) {
    const Tags = [{ Key, Value: "x" }];
    t.throws(() => dynamodb.tagResource(table.arn, Tags), refused);
    t.throws(() => dynamodb.createTable({ ...SIMPLE, TableName: "other", Tags }), refused);
  }
  t.notThrows(() => dynamodb.tagResource(table.arn, [{ Key: "awsome", Value: "x" }]));
});

test("a backup of a table restores under the table's own name, as the table was, once it is made", (t) => {
  const { clock, dynamodb, table } = setUp();
  table.putItem("a", { balance: 1 });
  clock.advance(2 * MINUTE);
  const backup = dynamodb.createBackup({ TableName: "ledger.accounts", BackupName: "in-the-window" });
  clock.advance(2 * MINUTE);
  table.putItem("a", { balance: 2 });
  const restore = () => dynamodb.restoreTableFromBackup({ TargetTableName: "ledger.accounts", BackupArn: backup.arn });
  t.throws(restore, { name: "BackupInUseException" });
  t.throws(() => dynamodb.backups.delete(backup.arn), { name: "BackupInUseException" });
  clock.advance(2 * MINUTE);
  t.throws(restore, { name: "TableAlreadyExistsException" });
  dynamodb.deleteTable("ledger.accounts");
  restore();
  t.deepEqual(dynamodb.table("ledger.accounts").items().get("a"), { balance: 1 });
  t.throws(() => dynamodb.backups.describe("arn:aws:dynamodb:x"), { name: "BackupNotFoundException" });
});

test("what was written within a minute of a backup's request may be in it or not, item by item", (t) => {
  const { clock, dynamodb, table } = setUp();
  const keys = Array.from({ length: 100 }, (_, index) => `k${index}`);
  const write = (balance: number) => {
    for (const key of keys) table.putItem(key, { balance });
  };
  write(1);
  clock.advance(65_000);
  const backup = dynamodb.createBackup({ TableName: "ledger.accounts", BackupName: "torn" });
  clock.advance(5000);
  write(2);
  clock.advance(60_000);
  write(3);
  clock.advance(5 * MINUTE);
  const balances = [...backup.items().values()].map(({ balance }) => balance);
  t.deepEqual(
    [...new Set(balances)].sort(),
    [1, 2],
    "what came within the minute is in there in part; later, it is not",
  );
});

test("a backup is restored to another region, encrypted by a key of that one", (t) => {
  const { clock, aws, dynamodb, table } = setUp();
  table.putItem("a", { balance: 1 });
  clock.advance(2 * MINUTE);
  const { arn } = dynamodb.createBackup({ TableName: "ledger.accounts", BackupName: "far" });
  clock.advance(5 * MINUTE);
  const elsewhere = aws.dynamodb.region("us-west-2");
  const request = { TargetTableName: "ledger.accounts", BackupArn: arn };
  t.throws(() => elsewhere.restoreTableFromBackup(request), { message: /SSESpecificationOverride/ });
  elsewhere.restoreTableFromBackup({ ...request, SSESpecificationOverride: { Enabled: true } });
  t.deepEqual(elsewhere.table("ledger.accounts").items().get("a"), { balance: 1 });
});

test("backups have names of their own kind, and are asked for at most 50 times a second", (t) => {
  const { clock, dynamodb } = setUp();
  const create = (BackupName: string) => () => dynamodb.createBackup({ TableName: "ledger.accounts", BackupName });
  t.throws(create("a/b"), { name: "ValidationException" });
  for (let index = 0; index < 50; index++) create("many")();
  t.throws(create("many"), { name: "LimitExceededException" });
  clock.advance(1001);
  create("many")();
});

test("capacity goes with the billing mode", (t) => {
  const { dynamodb } = setUp();
  const throughput = { ReadCapacityUnits: 1, WriteCapacityUnits: 1 };
  const create = (input: Partial<CreateTableInput>) => () =>
    dynamodb.createTable({ ...SIMPLE, TableName: "other", ...input });
  t.throws(create({ BillingMode: "PROVISIONED" }), { name: "ValidationException", message: /must both be specified/ });
  t.throws(create({ ProvisionedThroughput: throughput }), { name: "ValidationException", message: /Neither/ });
  t.throws(() => dynamodb.updateTable({ TableName: "ledger.accounts", BillingMode: "PROVISIONED" }), {
    name: "ValidationException",
  });
  dynamodb.updateTable({
    TableName: "ledger.accounts",
    BillingMode: "PROVISIONED",
    ProvisionedThroughput: throughput,
  });
  t.is(dynamodb.table("ledger.accounts").describe().ProvisionedThroughput?.ReadCapacityUnits, 1);
});

test("keys need attributes, attributes need keys", (t) => {
  const { dynamodb } = setUp();
  const create = (input: Partial<CreateTableInput>) => () =>
    dynamodb.createTable({ ...SIMPLE, TableName: "other", ...input });
  t.throws(create({ AttributeDefinitions: [] }), { message: /not defined in AttributeDefinitions/ });
  t.throws(
    create({
      AttributeDefinitions: [...(SIMPLE.AttributeDefinitions ?? []), { AttributeName: "b", AttributeType: "S" }],
    }),
    { message: /does not exactly match/ },
  );
  t.throws(create({ TableName: "a/b" }), { name: "ValidationException" });
  t.throws(create({ TableName: "ledger.accounts" }), { name: "ResourceInUseException" });
});

test("time to live is switched on once, and off by its own attribute", (t) => {
  const { clock, dynamodb } = setUp();
  const update = (Enabled: boolean, AttributeName: string) => () =>
    dynamodb.updateTimeToLive({
      TableName: "ledger.accounts",
      TimeToLiveSpecification: { Enabled, AttributeName },
    });
  t.throws(update(false, "expires"), { message: /already disabled/ });
  update(true, "expires")();
  t.is(dynamodb.describeTimeToLive("ledger.accounts").TimeToLiveStatus, "ENABLING");
  t.throws(update(false, "expires"), { message: /modified multiple times within a fixed interval/ });
  clock.advance(60 * MINUTE);
  t.is(dynamodb.describeTimeToLive("ledger.accounts").TimeToLiveStatus, "ENABLED");
  t.throws(update(true, "expires"), { message: /already enabled/ });
  t.throws(update(true, "other"), { message: /different AttributeName/ });
  t.throws(update(false, "other"), { message: /different AttributeName/ });
  update(false, "expires")();
  t.like(dynamodb.describeTimeToLive("ledger.accounts"), { TimeToLiveStatus: "DISABLING", AttributeName: "expires" });
  clock.advance(60 * MINUTE);
  t.deepEqual(dynamodb.describeTimeToLive("ledger.accounts"), { TimeToLiveStatus: "DISABLED" });
});

test("a stream is enabled once, and has a new label each time", (t) => {
  const { clock, dynamodb, table } = setUp();
  const stream = { StreamEnabled: true, StreamViewType: "NEW_IMAGE" } as const;
  const enable = () => dynamodb.updateTable({ TableName: "ledger.accounts", StreamSpecification: stream });
  const first = enable().LatestStreamArn;
  t.throws(enable, { message: /already has an enabled stream/ });
  dynamodb.updateTable({ TableName: "ledger.accounts", StreamSpecification: { StreamEnabled: false } });
  const disable = { TableName: "ledger.accounts", StreamSpecification: { StreamEnabled: false } };
  t.throws(() => dynamodb.updateTable(disable), { message: /has no stream to disable/ });
  clock.advance(1000);
  t.not(enable().LatestStreamArn, first);
  t.is(table.settings.stream?.StreamViewType, "NEW_IMAGE");
});
