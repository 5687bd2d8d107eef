import { DescribeTableCommand, DynamoDBClient, paginateScan, ScanCommand } from "@aws-sdk/client-dynamodb";
import test, { type ExecutionContext } from "ava";
import { AwsCloud } from "../../../../../simulator/cloud/aws/aws";
import { serveAws } from "../../../../../simulator/cloud/aws/wire/server";
import { SimulatedClock } from "../../../../../simulator/cloud/clock";

const REGION = "ap-northeast-1";
const HOUR = 60 * 60 * 1000;
const TABLE = "coordinator.state";

async function setUp(t: ExecutionContext, billing: { ReadCapacityUnits?: number } = {}) {
  const clock = new SimulatedClock();
  const aws = new AwsCloud(clock, 1);
  const { url, close } = await serveAws(aws);
  t.teardown(close);
  const options = {
    region: REGION,
    endpoint: url,
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
    maxAttempts: 1,
  };
  const region = aws.dynamodb.region(REGION);
  region.createTable({
    TableName: TABLE,
    AttributeDefinitions: [{ AttributeName: "concatenatedPartitionKey", AttributeType: "B" }],
    KeySchema: [{ AttributeName: "concatenatedPartitionKey", KeyType: "HASH" }],
    ...(billing.ReadCapacityUnits
      ? { ProvisionedThroughput: { ReadCapacityUnits: billing.ReadCapacityUnits, WriteCapacityUnits: 1 } }
      : { BillingMode: "PAY_PER_REQUEST" }),
  });
  const put = (id: string, more: Record<string, unknown> = {}) =>
    region.table(TABLE).putItem(id, {
      concatenatedPartitionKey: { B: Buffer.from(`${id}\0`).toString("base64") },
      tx_id: { S: id },
      tx_state: { N: "3" },
      ...more,
    });
  return { clock, aws, region, options, dynamodb: new DynamoDBClient(options), put };
}

type Scene = Awaited<ReturnType<typeof setUp>>;

const LARGE = { payload: { S: "x".repeat(100_000) } };
const idsOf = (items: { tx_id?: { S?: string } }[] | undefined) => (items ?? []).map(({ tx_id }) => tx_id?.S ?? "");

test("a scan returns every item once, in pages of at most 1 MB", async (t) => {
  const { dynamodb, put } = await setUp(t);
  const ids = Array.from({ length: 25 }, (_, index) => `tx-${String(index).padStart(2, "0")}`);
  for (const id of ids) put(id, LARGE);
  const pages: string[][] = [];
  for await (const { Items, Count, ScannedCount } of paginateScan({ client: dynamodb }, { TableName: TABLE })) {
    pages.push(idsOf(Items as never));
    t.deepEqual([Count, ScannedCount], [pages.at(-1)?.length, pages.at(-1)?.length]);
  }
  t.deepEqual(
    pages.map(({ length }) => length),
    [10, 10, 5],
  );
  t.deepEqual(pages.flat().sort(), ids);
});

test("an item arrives with its types, and a projection keeps only what it names", async (t) => {
  const { dynamodb, put } = await setUp(t);
  put("a", LARGE);
  const all = await dynamodb.send(new ScanCommand({ TableName: TABLE, ConsistentRead: true }));
  t.deepEqual(all.Items?.[0]?.concatenatedPartitionKey, { B: new Uint8Array([97, 0]) });
  const some = await dynamodb.send(
    new ScanCommand({
      TableName: TABLE,
      ProjectionExpression: "#id, #state, #children",
      ExpressionAttributeNames: { "#id": "tx_id", "#state": "tx_state", "#children": "tx_child_ids" },
    }),
  );
  t.deepEqual(some.Items, [{ tx_id: { S: "a" }, tx_state: { N: "3" } }]);
});

test("a read is counted by the whole items, and twice as high if it is strongly consistent", async (t) => {
  const { dynamodb, put } = await setUp(t);
  put("a", LARGE);
  const scan = async (more: object) => {
    const command = new ScanCommand({ TableName: TABLE, ReturnConsumedCapacity: "TOTAL", ...more });
    return (await dynamodb.send(command)).ConsumedCapacity;
  };
  // 100,000 bytes and a few more are 25 units of 4 KB.
  t.deepEqual(await scan({ ConsistentRead: true }), { TableName: TABLE, CapacityUnits: 25 });
  t.deepEqual(await scan({ ProjectionExpression: "#id", ExpressionAttributeNames: { "#id": "tx_id" } }), {
    TableName: TABLE,
    CapacityUnits: 12.5,
  });
  t.is(await scan({ ReturnConsumedCapacity: "NONE" }), undefined);
});

test("a limit ends a page with a key, even when nothing follows", async (t) => {
  const { dynamodb, put } = await setUp(t);
  put("a");
  put("b");
  const first = await dynamodb.send(new ScanCommand({ TableName: TABLE, Limit: 2 }));
  t.is(first.Count, 2);
  t.truthy(first.LastEvaluatedKey);
  const ExclusiveStartKey = first.LastEvaluatedKey;
  const second = await dynamodb.send(new ScanCommand({ TableName: TABLE, Limit: 2, ExclusiveStartKey }));
  t.deepEqual([second.Items, second.LastEvaluatedKey], [[], undefined]);
});

test("the segments of a parallel scan are disjoint and complete", async (t) => {
  const { dynamodb, put } = await setUp(t);
  const ids = Array.from({ length: 60 }, (_, index) => `tx-${String(index).padStart(2, "0")}`);
  for (const id of ids) put(id);
  const segments = await Promise.all(
    [0, 1, 2].map(async (Segment) => {
      const found: string[] = [];
      const query = { TableName: TABLE, Segment, TotalSegments: 3, Limit: 7 };
      for await (const { Items } of paginateScan({ client: dynamodb }, query)) found.push(...idsOf(Items as never));
      return found;
    }),
  );
  t.true(segments.every(({ length }) => length > 0));
  t.deepEqual(segments.flat().sort(), ids);
});

test("what DynamoDB refuses is refused", async (t) => {
  const { dynamodb, put } = await setUp(t);
  put("a");
  const refused = async (input: object, message: RegExp) =>
    t.throwsAsync(dynamodb.send(new ScanCommand({ TableName: TABLE, ...input })), {
      name: "ValidationException",
      message,
    });
  await refused({ Segment: 0 }, /TotalSegments parameter is required/);
  await refused({ TotalSegments: 2 }, /Segment parameter is required/);
  await refused({ Segment: 2, TotalSegments: 2 }, /zero-based/);
  await refused({ Limit: 0 }, /'limit'/);
  await refused({ ExclusiveStartKey: { tx_id: { S: "a" } } }, /starting key is invalid/);
  await refused({ ExclusiveStartKey: { concatenatedPartitionKey: { S: "a" } } }, /starting key is invalid/);
  await refused({ ExpressionAttributeNames: { "#a": "a" } }, /only be specified when using expressions/);
  await refused({ ProjectionExpression: "#a" }, /not defined; attribute name: #a/);
  await refused({ ProjectionExpression: "state" }, /not simulated/);
  const names = { "#a": "a", "#b": "b" };
  await refused({ ProjectionExpression: "#a", ExpressionAttributeNames: names }, /unused in expressions: keys: {#b}/);
  await refused({ ProjectionExpression: "#a, #a", ExpressionAttributeNames: { "#a": "a" } }, /overlap/);
  await refused({ FilterExpression: "attribute_exists(a)" }, /FilterExpression/);
  await t.throwsAsync(dynamodb.send(new ScanCommand({ TableName: "none" })), { name: "ResourceNotFoundException" });
});

test("a table with little provisioned capacity makes a fast reader wait", async (t) => {
  const { clock, dynamodb, put } = await setUp(t, { ReadCapacityUnits: 1 });
  put("a", LARGE); // 25 units
  const scan = () => dynamodb.send(new ScanCommand({ TableName: TABLE, ConsistentRead: true }));
  await scan();
  await t.throwsAsync(scan(), { name: "ProvisionedThroughputExceededException" });
  clock.advance(30_000);
  t.is((await scan()).Count, 1);
});

test("a restored table holds the items as of its instant, and says which", async (t) => {
  const { clock, region, dynamodb, put } = await setUp(t);
  region.updateContinuousBackups({
    TableName: TABLE,
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
  });
  clock.advance(HOUR);
  put("before");
  const instant = new Date(Math.ceil(clock.now() / 1000) * 1000);
  clock.advance(2000);
  put("after");
  clock.advance(HOUR);
  region.restoreTableToPointInTime({ SourceTableName: TABLE, TargetTableName: "copy", RestoreDateTime: instant });
  t.deepEqual(idsOf((await dynamodb.send(new ScanCommand({ TableName: "copy" }))).Items as never), ["before"]);
  t.is((await dynamodb.send(new ScanCommand({ TableName: TABLE }))).Count, 2);
  const { Table: copy } = await dynamodb.send(new DescribeTableCommand({ TableName: "copy" }));
  t.deepEqual(copy?.RestoreSummary, {
    RestoreDateTime: instant,
    RestoreInProgress: false,
    SourceTableArn: region.table(TABLE).arn,
  });
  // concatenatedPartitionKey (24 + 7), tx_id (5 + 6), tx_state (8 + 2)
  t.deepEqual([copy?.ItemCount, copy?.TableSizeBytes], [1, 52]);
});

test("a role needs dynamodb:Scan on the table", async (t) => {
  const { aws, options } = await setUp(t);
  const { accessKeyId, secretAccessKey, token } = podAs(aws, "dynamodb:Scan");
  const dynamodb = new DynamoDBClient({
    ...options,
    credentials: { accessKeyId, secretAccessKey, sessionToken: token },
  });
  t.is((await dynamodb.send(new ScanCommand({ TableName: TABLE }))).Count, 0);
  aws.iam.putRolePolicy("reader", "read", policy("dynamodb:DescribeTable"));
  await t.throwsAsync(dynamodb.send(new ScanCommand({ TableName: TABLE })), {
    name: "AccessDeniedException",
    message: /not authorized to perform: dynamodb:Scan on resource: arn:aws:dynamodb:.*:table\/coordinator\.state/,
  });
});

function policy(Action: string): string {
  const Resource = `arn:aws:dynamodb:${REGION}:*:table/${TABLE}`;
  return JSON.stringify({ Statement: [{ Effect: "Allow", Action, Resource }] });
}

function podAs(aws: Scene["aws"], action: string) {
  const role = aws.iam.createRole({
    name: "reader",
    assumeRolePolicy: JSON.stringify({
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "pods.eks.amazonaws.com" },
          Action: ["sts:AssumeRole", "sts:TagSession"],
        },
      ],
    }),
  });
  aws.iam.putRolePolicy("reader", "read", policy(action));
  return aws.sessions.forPod(role.arn, { namespace: "scalar", name: "reader" }, "payments");
}
