import {
  BackupInUseException,
  ContinuousBackupsUnavailableException,
  CreateBackupCommand,
  CreateTableCommand,
  DeleteResourcePolicyCommand,
  DeleteTableCommand,
  DescribeBackupCommand,
  DescribeContinuousBackupsCommand,
  DescribeContributorInsightsCommand,
  DescribeKinesisStreamingDestinationCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  EnableKinesisStreamingDestinationCommand,
  GetResourcePolicyCommand,
  ListBackupsCommand,
  ListTablesCommand,
  ListTagsOfResourceCommand,
  PolicyNotFoundException,
  PutResourcePolicyCommand,
  ResourceInUseException,
  ResourceNotFoundException,
  RestoreTableFromBackupCommand,
  ScanCommand,
  TableInUseException,
  TagResourceCommand,
  UpdateContinuousBackupsCommand,
  UpdateContributorInsightsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import test, { type ExecutionContext } from "ava";
import { AwsCloud } from "../../../../../simulator/cloud/aws/aws";
import { serveAws } from "../../../../../simulator/cloud/aws/wire/server";
import { SimulatedClock } from "../../../../../simulator/cloud/clock";

const REGION = "ap-northeast-1";
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const TABLE = "ledger.accounts";
const TableName = TABLE;
const STREAM = `arn:aws:kinesis:${REGION}:123456789012:stream/changes`;
const POLICY = JSON.stringify({ Version: "2012-10-17", Statement: [] });

const DEFINITION = {
  BillingMode: "PAY_PER_REQUEST" as const,
  AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" as const }],
  KeySchema: [{ AttributeName: "id", KeyType: "HASH" as const }],
};

async function setUp(t: ExecutionContext) {
  const clock = new SimulatedClock();
  const aws = new AwsCloud(clock, 1);
  const { url, close } = await serveAws(aws);
  t.teardown(close);
  const credentials = { accessKeyId: "a", secretAccessKey: "b" };
  const client = new DynamoDBClient({ region: REGION, endpoint: url, credentials, maxAttempts: 1 });
  const dynamodb = aws.dynamodb.region(REGION);
  const create = (name: string) => dynamodb.createTable({ TableName: name, ...DEFINITION });
  create(TABLE);
  const describe = async (name = TABLE) =>
    (await client.send(new DescribeTableCommand({ TableName: name }))).Table ?? {};
  /** A backup of a table that is old enough to be certain. */
  const backUp = async (name: string) => {
    const { BackupDetails } = await client.send(
      new CreateBackupCommand({ TableName: name, BackupName: "switch-over" }),
    );
    return BackupDetails?.BackupArn as string;
  };
  return { clock, aws, client, dynamodb, create, describe, backUp };
}

test("a deleted table is DELETING for a while, and takes reads, writes and a second deletion", async (t) => {
  const { clock, client, dynamodb, describe } = await setUp(t);
  const table = dynamodb.table(TABLE);
  table.putItem("a", { id: { S: "a" } });
  const { TableDescription } = await client.send(new DeleteTableCommand({ TableName }));
  t.is(TableDescription?.TableStatus, "DELETING");
  t.is((await describe()).TableStatus, "DELETING");
  t.deepEqual((await client.send(new ListTablesCommand({}))).TableNames, [TABLE]);
  table.putItem("late", { id: { S: "late" } });
  t.is((await client.send(new ScanCommand({ TableName }))).Count, 2);
  await t.notThrowsAsync(client.send(new DeleteTableCommand({ TableName })));
  clock.advance(10 * SECOND);
  await t.throwsAsync(describe(), { instanceOf: ResourceNotFoundException });
  t.deepEqual((await client.send(new ListTablesCommand({}))).TableNames, []);
});

test("how long a deletion takes can be set", async (t) => {
  const { clock, aws, client, describe } = await setUp(t);
  aws.dynamodb.deletionMillis = 5 * MINUTE;
  await client.send(new DeleteTableCommand({ TableName }));
  clock.advance(4 * MINUTE);
  t.is((await describe()).TableStatus, "DELETING");
});

test("a table of the name of one that is DELETING is neither created nor restored", async (t) => {
  const { clock, client, create, backUp } = await setUp(t);
  create("copy");
  clock.advance(2 * MINUTE);
  const BackupArn = await backUp("copy");
  clock.advance(3 * MINUTE);
  await client.send(new DeleteTableCommand({ TableName }));
  await t.throwsAsync(client.send(new CreateTableCommand({ TableName, ...DEFINITION })), {
    instanceOf: ResourceInUseException,
    message: /Table is being deleted/,
  });
  const restore = () => client.send(new RestoreTableFromBackupCommand({ TargetTableName: TABLE, BackupArn }));
  await t.throwsAsync(restore(), { instanceOf: TableInUseException, message: /being deleted/ });
  clock.advance(10 * SECOND);
  await t.notThrowsAsync(restore());
  await t.throwsAsync(restore(), { instanceOf: TableInUseException, message: /being created/ });
});

test("what is DELETING is neither changed nor backed up", async (t) => {
  const { client, dynamodb } = await setUp(t);
  const ResourceArn = dynamodb.table(TABLE).arn;
  await client.send(new DeleteTableCommand({ TableName }));
  const inUse = { instanceOf: ResourceInUseException };
  await t.throwsAsync(client.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: true })), inUse);
  await t.throwsAsync(client.send(new TagResourceCommand({ ResourceArn, Tags: [{ Key: "a", Value: "b" }] })), inUse);
  await t.throwsAsync(client.send(new PutResourcePolicyCommand({ ResourceArn, Policy: POLICY })), inUse);
  await t.throwsAsync(client.send(new CreateBackupCommand({ TableName, BackupName: "late" })), {
    instanceOf: TableInUseException,
  });
});

test("deletion protection refuses, and a system backup remains of a table with point-in-time recovery", async (t) => {
  const { client } = await setUp(t);
  const deletion = () => client.send(new DeleteTableCommand({ TableName }));
  await client.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: true }));
  await client.send(
    new UpdateContinuousBackupsCommand({
      TableName,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    }),
  );
  await t.throwsAsync(deletion(), { name: "ValidationException", message: /protected against deletion/ });
  await client.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: false }));
  await deletion();
  await deletion();
  const { BackupSummaries } = await client.send(new ListBackupsCommand({ BackupType: "SYSTEM" }));
  t.deepEqual(
    BackupSummaries?.map(({ TableName, BackupType }) => [TableName, BackupType]),
    [[TABLE, "SYSTEM"]],
  );
});

test("a table restored from a backup under a deleted one's name has an id of its own, and says which backup", async (t) => {
  const { clock, client, dynamodb, create, describe, backUp } = await setUp(t);
  create("copy");
  dynamodb.table("copy").putItem("a", { id: "a" });
  const { TableId: former } = await describe();
  const { TableId: copyId, TableArn: copyArn } = await describe("copy");
  clock.advance(2 * MINUTE);
  const BackupArn = await backUp("copy");
  const restore = () => client.send(new RestoreTableFromBackupCommand({ TargetTableName: TABLE, BackupArn }));
  await client.send(new DeleteTableCommand({ TableName }));
  clock.advance(10 * SECOND);
  await t.throwsAsync(restore(), { instanceOf: BackupInUseException });
  clock.advance(3 * MINUTE);
  const { BackupDescription } = await client.send(new DescribeBackupCommand({ BackupArn }));
  t.is(BackupDescription?.BackupDetails?.BackupStatus, "AVAILABLE");
  t.is(BackupDescription?.SourceTableDetails?.TableId, copyId);
  await restore();
  t.like(await describe(), {
    TableStatus: "CREATING",
    ItemCount: 0,
    RestoreSummary: { SourceBackupArn: BackupArn, SourceTableArn: copyArn, RestoreInProgress: true },
  });
  await t.throwsAsync(client.send(new ScanCommand({ TableName })), { instanceOf: ResourceNotFoundException });
  await t.throwsAsync(client.send(new DeleteTableCommand({ TableName })), {
    instanceOf: ResourceInUseException,
    message: /Table is being created/,
  });
  clock.advance(20 * MINUTE);
  const restored = await describe();
  t.like(restored, {
    TableStatus: "ACTIVE",
    ItemCount: 1,
    RestoreSummary: { SourceBackupArn: BackupArn, RestoreInProgress: false },
  });
  t.is(new Set([former, copyId, restored.TableId]).size, 3);
});

test("a restore drops tags, time to live, recovery, stream, class, protection, policy, insights and destinations", async (t) => {
  const { clock, client, dynamodb, describe, backUp } = await setUp(t);
  const ResourceArn = dynamodb.table(TABLE).arn;
  await client.send(new TagResourceCommand({ ResourceArn, Tags: [{ Key: "team", Value: "ledger" }] }));
  await client.send(
    new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification: { Enabled: true, AttributeName: "expires" } }),
  );
  await client.send(
    new UpdateContinuousBackupsCommand({
      TableName,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    }),
  );
  await client.send(
    new UpdateTableCommand({
      TableName,
      StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_IMAGE" },
      TableClass: "STANDARD_INFREQUENT_ACCESS",
      DeletionProtectionEnabled: true,
    }),
  );
  await client.send(new PutResourcePolicyCommand({ ResourceArn, Policy: POLICY }));
  await client.send(new UpdateContributorInsightsCommand({ TableName, ContributorInsightsAction: "ENABLE" }));
  await client.send(new EnableKinesisStreamingDestinationCommand({ TableName, StreamArn: STREAM }));
  const settingsOf = async (name: string) => {
    const { TableArn, StreamSpecification, TableClassSummary, DeletionProtectionEnabled } = await describe(name);
    const { Tags } = await client.send(new ListTagsOfResourceCommand({ ResourceArn: TableArn }));
    const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName: name }));
    const backups = await client.send(new DescribeContinuousBackupsCommand({ TableName: name }));
    const policy = await client
      .send(new GetResourcePolicyCommand({ ResourceArn: TableArn }))
      .catch((error: Error) => ({ Policy: error.name }));
    const insights = await client.send(new DescribeContributorInsightsCommand({ TableName: name }));
    const kinesis = await client.send(new DescribeKinesisStreamingDestinationCommand({ TableName: name }));
    return {
      stream: StreamSpecification?.StreamViewType,
      class: TableClassSummary?.TableClass,
      protection: DeletionProtectionEnabled,
      tags: Tags?.length,
      ttl: TimeToLiveDescription?.TimeToLiveStatus,
      recovery: backups.ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus,
      policy: policy.Policy,
      insights: insights.ContributorInsightsStatus,
      destinations: kinesis.KinesisDataStreamDestinations?.map(({ StreamArn }) => StreamArn),
    };
  };
  clock.advance(2 * MINUTE);
  const BackupArn = await backUp(TABLE);
  clock.advance(3 * MINUTE);
  await client.send(new RestoreTableFromBackupCommand({ TargetTableName: "copy", BackupArn }));
  clock.advance(21 * MINUTE);
  t.deepEqual(await settingsOf(TABLE), {
    stream: "NEW_IMAGE",
    class: "STANDARD_INFREQUENT_ACCESS",
    protection: true,
    tags: 1,
    ttl: "ENABLED",
    recovery: "ENABLED",
    policy: POLICY,
    insights: "ENABLED",
    destinations: [STREAM],
  });
  t.deepEqual(await settingsOf("copy"), {
    stream: undefined,
    class: undefined,
    protection: false,
    tags: 0,
    ttl: "DISABLED",
    recovery: "DISABLED",
    policy: "PolicyNotFoundException",
    insights: "DISABLED",
    destinations: [],
  });
});

test("a backup within a minute of a restore's end misses some of what was restored, one after that does not", async (t) => {
  const { clock, client, dynamodb, create, backUp } = await setUp(t);
  create("copy");
  const rows = 200;
  for (let row = 0; row < rows; row++) dynamodb.table("copy").putItem(`${row}`, { id: `${row}` });
  clock.advance(2 * MINUTE);
  const BackupArn = await backUp("copy");
  clock.advance(3 * MINUTE);
  await client.send(new RestoreTableFromBackupCommand({ TargetTableName: "restored", BackupArn }));
  clock.advance(20 * MINUTE + 31 * SECOND);
  const early = await backUp("restored");
  clock.advance(30 * SECOND);
  const late = await backUp("restored");
  clock.advance(3 * MINUTE);
  const held = (arn: string) => dynamodb.backups.backup(arn).items().size;
  t.true(held(early) < rows);
  t.is(held(late), rows);
});

test("continuous backups of a restored table are available some time after it is ACTIVE", async (t) => {
  const { clock, client, dynamodb, describe, backUp } = await setUp(t);
  clock.advance(2 * MINUTE);
  const BackupArn = await backUp(TABLE);
  clock.advance(3 * MINUTE);
  await client.send(new RestoreTableFromBackupCommand({ TargetTableName: "copy", BackupArn }));
  clock.advance(20 * MINUTE);
  t.is((await describe("copy")).TableStatus, "ACTIVE");
  const switchOn = () =>
    client.send(
      new UpdateContinuousBackupsCommand({
        TableName: "copy",
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      }),
    );
  await t.throwsAsync(switchOn(), { instanceOf: ContinuousBackupsUnavailableException });
  await t.throwsAsync(backUp("copy"), { instanceOf: ContinuousBackupsUnavailableException });
  t.is(dynamodb.describeContinuousBackups("copy").ContinuousBackupsStatus, "DISABLED");
  clock.advance(30 * SECOND);
  t.is(dynamodb.describeContinuousBackups("copy").ContinuousBackupsStatus, "ENABLED");
  await t.notThrowsAsync(switchOn());
});

test("a scalable target survives the deletion of its table", async (t) => {
  const { clock, aws, client } = await setUp(t);
  aws.dynamodb.region(REGION).updateTable({
    TableName,
    BillingMode: "PROVISIONED",
    ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 5 },
  });
  aws.autoscaling.region(REGION).registerScalableTarget({
    ServiceNamespace: "dynamodb",
    ResourceId: `table/${TABLE}`,
    ScalableDimension: "dynamodb:table:ReadCapacityUnits",
    MinCapacity: 3,
    MaxCapacity: 30,
  });
  await client.send(new DeleteTableCommand({ TableName }));
  clock.advance(MINUTE);
  t.is(aws.autoscaling.region(REGION).targets().length, 1);
});

test("a resource policy is seen some seconds after it was put or deleted, and its revision is checked", async (t) => {
  const { clock, client, dynamodb } = await setUp(t);
  const ResourceArn = dynamodb.table(TABLE).arn;
  const read = () => client.send(new GetResourcePolicyCommand({ ResourceArn }));
  const put = (more: object = {}) =>
    client.send(new PutResourcePolicyCommand({ ResourceArn, Policy: POLICY, ...more }));
  const missing = { instanceOf: PolicyNotFoundException };
  await t.throwsAsync(put({ ExpectedRevisionId: "1" }), missing);
  const { RevisionId } = await put({ ExpectedRevisionId: "NO_POLICY" });
  await t.throwsAsync(read(), missing);
  clock.advance(3 * SECOND);
  t.like(await read(), { Policy: POLICY, RevisionId });
  t.is((await put({ ExpectedRevisionId: RevisionId })).RevisionId, RevisionId);
  await t.throwsAsync(put({ ExpectedRevisionId: "NO_POLICY" }), missing);
  t.is((await client.send(new DeleteResourcePolicyCommand({ ResourceArn }))).RevisionId, RevisionId);
  t.is((await read()).Policy, POLICY);
  clock.advance(3 * SECOND);
  await t.throwsAsync(read(), missing);
  t.is((await client.send(new DeleteResourcePolicyCommand({ ResourceArn }))).RevisionId, undefined);
  await t.throwsAsync(put({ Policy: "{" }), { name: "ValidationException" });
  await t.throwsAsync(put({ ResourceArn: `${ResourceArn}x` }), { instanceOf: ResourceNotFoundException });
});

test("a Kinesis destination that is enabled already is refused, and an unknown index has no insights", async (t) => {
  const { client } = await setUp(t);
  const enable = () => client.send(new EnableKinesisStreamingDestinationCommand({ TableName, StreamArn: STREAM }));
  await enable();
  await t.throwsAsync(enable(), { instanceOf: ResourceInUseException });
  await t.throwsAsync(client.send(new DescribeContributorInsightsCommand({ TableName, IndexName: "none" })), {
    instanceOf: ResourceNotFoundException,
  });
});
