import {
  DescribeContinuousBackupsCommand,
  DynamoDBClient,
  RestoreTableToPointInTimeCommand,
} from "@aws-sdk/client-dynamodb";
import test, { type ExecutionContext } from "ava";
import { AwsCloud } from "../../../../../simulator/cloud/aws/aws";
import { CallRates } from "../../../../../simulator/cloud/aws/dynamodb-quotas";
import { AwsError } from "../../../../../simulator/cloud/aws/error";
import { serveAws } from "../../../../../simulator/cloud/aws/wire/server";
import { SimulatedClock } from "../../../../../simulator/cloud/clock";
import { AwsProvider } from "../../../../../simulator/providers/aws/provider";

const REGION = "ap-northeast-1";
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const TABLE = "ledger.accounts";

async function setUp(t: ExecutionContext) {
  const clock = new SimulatedClock();
  const aws = new AwsCloud(clock, 1);
  const { url, close } = await serveAws(aws);
  t.teardown(close);
  const credentials = { accessKeyId: "a", secretAccessKey: "b" };
  const client = new DynamoDBClient({ region: REGION, endpoint: url, credentials, maxAttempts: 1 });
  const region = aws.dynamodb.region(REGION);
  region.createTable({
    TableName: TABLE,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
  });
  region.updateContinuousBackups({
    TableName: TABLE,
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
  });
  clock.advance(60 * MINUTE);
  return { clock, aws, client };
}

/** How each of many calls ended that are made at once. */
async function outcomes(count: number, call: (index: number) => Promise<unknown>): Promise<Record<string, number>> {
  const ended = await Promise.allSettled(Array.from({ length: count }, (_, index) => call(index)));
  const counts: Record<string, number> = {};
  for (const each of ended) {
    const outcome = each.status === "fulfilled" ? "done" : (each.reason as Error).name;
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}

// That a burst may be as large as the calls of one second is an assumption: AWS documents the rates alone.
test("calls above the documented rate are throttled until the rate allows another", (t) => {
  for (const [operation, rate] of [
    ["DescribeContinuousBackups", 10],
    ["TagResource", 5],
  ] as const) {
    const rates = new CallRates();
    const call = (now: number) => rates.count(REGION, operation, now);
    for (let calls = 0; calls < rate; calls++) call(0);
    t.throws(() => call(0), { instanceOf: AwsError, message: /Rate of requests exceeds the allowed throughput/ });
    t.throws(() => call(SECOND / rate - 1), { instanceOf: AwsError });
    t.notThrows(() => call(SECOND / rate + 1));
    t.throws(() => call(SECOND / rate + 2), { instanceOf: AwsError });
    // Another region, and another operation, have rates of their own.
    t.notThrows(() => rates.count("us-east-1", operation, SECOND / rate + 2));
    t.notThrows(() => rates.count(REGION, "DescribeTable", SECOND / rate + 2));
  }
});

test("a throttled call is answered as such over the wire", async (t) => {
  const { clock, aws, client } = await setUp(t);
  const later = clock.now() + 60 * MINUTE;
  for (let calls = 0; calls < 10; calls++) aws.dynamodb.rates.count(REGION, "DescribeContinuousBackups", later);
  const describe = () => client.send(new DescribeContinuousBackupsCommand({ TableName: TABLE }));
  t.deepEqual(await outcomes(1, describe), { ThrottlingException: 1 });
  clock.advance(60 * MINUTE + 2 * SECOND);
  t.deepEqual(await outcomes(10, describe), { done: 10 });
});

test("the 51st restore at a time is refused, and accepted when one has ended", async (t) => {
  const { clock, aws, client } = await setUp(t);
  const restore = (index: number) =>
    client.send(
      new RestoreTableToPointInTimeCommand({
        SourceTableName: TABLE,
        TargetTableName: `copy-${index}`,
        RestoreDateTime: new Date(clock.now() - 30 * MINUTE),
      }),
    );
  // Ten calls a second are accepted.
  for (let index = 0; index < 50; index += 10) {
    t.deepEqual(await outcomes(10, (next) => restore(index + next)), { done: 10 });
    clock.advance(SECOND);
  }
  const refused = await t.throwsAsync(restore(50), { name: "LimitExceededException" });
  t.is(refused?.message, "Too many operations for a given subscriber.");
  clock.advance(20 * MINUTE);
  await restore(50);
  t.is(aws.dynamodb.operations.mostRestores, 50);
});

/** Restores so many tables through the provider, all at the same simulated time. */
async function restoredAtOnce(aws: AwsCloud, count: number): Promise<(number | string)[]> {
  const provider = new AwsProvider(aws);
  await provider.configure({ region: REGION });
  const type = "aws:dynamodb/table:Table";
  const attempts = Array.from({ length: count }, async (_, index) => {
    const urn = `urn:pulumi:test::test::${type}::copy-${index}`;
    const { inputs } = await provider.check({
      urn,
      type,
      newInputs: {
        name: `copy-${index}`,
        billingMode: "PAY_PER_REQUEST",
        hashKey: "id",
        attributes: [{ name: "id", type: "S" }],
        restoreSourceName: TABLE,
        restoreDateTime: new Date(aws.clock.now() - 30 * MINUTE).toISOString(),
      },
    });
    const { simulatedMillis } = await provider.create({ urn, type, inputs, preview: false, startMillis: 0 });
    return simulatedMillis;
  });
  return (await Promise.allSettled(attempts)).map((each) =>
    each.status === "fulfilled" ? each.value : String((each.reason as Error).message),
  );
}

test("the provider retries a restore above the quota: of 300 at once, those of four rounds get through", async (t) => {
  const { aws } = await setUp(t);
  const ended = await restoredAtOnce(aws, 300);
  const minutes = ended.filter((each) => typeof each === "number").map((millis) => millis / MINUTE);
  const round = (index: number) => minutes.slice(50 * index, 50 * (index + 1));
  t.true(round(0).every((taken) => taken === 20));
  // Each is noticed only by the next attempt, and the delays between attempts grow.
  t.true(round(1).every((taken) => taken > 40 && taken < 43));
  t.is(minutes.length, 200);
  t.true(round(3).every((taken) => taken > 80 && taken < 95));
  const failures = ended.filter((each) => typeof each === "string");
  t.true(failures.every((failure) => /LimitExceededException: Too many operations/.test(failure)));
  t.is(aws.dynamodb.operations.mostRestores, 50);
});

test("500 tables may be changed at a time, restores among them", async (t) => {
  const { aws } = await setUp(t);
  const { operations } = aws.dynamodb;
  for (let index = 0; index < 500; index++)
    operations.run(
      0,
      false,
      () => {},
      () => MINUTE,
    );
  const another = () =>
    operations.run(
      SECOND,
      true,
      () => {},
      () => MINUTE,
    );
  const refused = t.throws(another, { instanceOf: AwsError });
  t.regex(refused?.message ?? "", /Only 500 tables can be created, updated, or deleted simultaneously/);
});
