import { BackupClient, ListBackupVaultsCommand } from "@aws-sdk/client-backup";
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DescribeDBInstancesCommand, RDSClient } from "@aws-sdk/client-rds";
import test, { type ExecutionContext } from "ava";
import { AwsCloud } from "../../../../simulator/cloud/aws/aws";
import { serveAws } from "../../../../simulator/cloud/aws/wire/server";
import { SimulatedClock } from "../../../../simulator/cloud/clock";
import { SimulatedCloud } from "../../../../simulator/cloud/cloud";
import { RequestFailures } from "../../../../simulator/cloud/request-failures";

const REGION = "ap-northeast-1";

async function setUp(t: ExecutionContext, maxAttempts = 1) {
  const aws = new AwsCloud(new SimulatedClock(), 1);
  const failures = new RequestFailures();
  const { url, close } = await serveAws(aws, failures);
  t.teardown(close);
  const credentials = { accessKeyId: "a", secretAccessKey: "b" };
  const config = { region: REGION, endpoint: url, credentials, maxAttempts };
  const dynamodb = new DynamoDBClient(config);
  const create = (name: string) =>
    dynamodb.send(
      new CreateTableCommand({
        TableName: name,
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      }),
    );
  const exists = (name: string) => aws.dynamodb.region(REGION).find(name) !== undefined;
  return { failures, config, dynamodb, create, exists };
}

test("requests are counted by service and operation", async (t) => {
  const { failures, config, create } = await setUp(t);
  await create("one");
  await new RDSClient(config).send(new DescribeDBInstancesCommand({}));
  await new BackupClient(config).send(new ListBackupVaultsCommand({})).catch(() => {});
  t.deepEqual(failures.requests, ["dynamodb CreateTable", "rds DescribeDBInstances", "backup GET /backup-vaults"]);
});

for (const [failure, served] of [
  ["kill before", false],
  ["kill after", true],
] as const)
  test(`a program that is killed right ${failure.slice(5)} a request gets no answer to it, and nothing more is served`, async (t) => {
    const { failures, create, exists } = await setUp(t);
    failures.arm(2, failure);
    await create("one");
    t.false(failures.dead);
    await t.throwsAsync(create("two"));
    t.true(failures.dead);
    await t.throwsAsync(create("three"));
    t.deepEqual(["one", "two", "three"].map(exists), [true, served, false]);
    t.is(failures.requests.length, 2);
    failures.reset();
    await create("three");
    t.true(exists("three"));
    t.deepEqual(failures.requests, ["dynamodb CreateTable"]);
  });

for (const [failure, served] of [
  ["no connection", false],
  ["lost answer", true],
  ["throttled", false],
] as const)
  test(`after "${failure}", later requests are served`, async (t) => {
    const { failures, create, exists } = await setUp(t);
    failures.arm(1, failure);
    const error = await t.throwsAsync(create("one"));
    if (failure === "throttled") t.is(error?.name, "ThrottlingException");
    await create("two");
    t.deepEqual(["one", "two"].map(exists), [served, true]);
  });

test("the SDK tries a request again whose connection ends, and a query service's that is throttled", async (t) => {
  const { failures, config, create, exists } = await setUp(t, 2);
  failures.arm(1, "no connection");
  await create("one");
  t.true(exists("one"));
  failures.arm(1, "throttled");
  await new RDSClient(config).send(new DescribeDBInstancesCommand({}));
  t.is(failures.requests.length, 2);
});

test("requests that are not to be counted are served, even after a kill", async (t) => {
  const { failures, dynamodb, create } = await setUp(t);
  await create("one");
  failures.arm(1, "kill before", (request) => request !== "dynamodb DescribeTable");
  const describe = () => dynamodb.send(new DescribeTableCommand({ TableName: "one" }));
  await describe();
  await t.throwsAsync(create("two"));
  await t.notThrowsAsync(describe());
  t.deepEqual(failures.requests, ["dynamodb CreateTable"]);
});

test("requests to AWS and to the Kubernetes API server of a cloud are counted together", async (t) => {
  const cloud = await SimulatedCloud.start();
  t.teardown(() => cloud.stop());
  const { AWS_ENDPOINT_URL } = cloud.environment();
  const credentials = { accessKeyId: "a", secretAccessKey: "b" };
  const dynamodb = new DynamoDBClient({
    region: REGION,
    endpoint: AWS_ENDPOINT_URL as string,
    credentials,
    maxAttempts: 1,
  });
  const describe = () => dynamodb.send(new DescribeTableCommand({ TableName: "one" }));
  const version = () => fetch(`${cloud.kubernetes.url}/version`, { headers: { connection: "close" } });
  cloud.failures.arm(3, "kill after");
  await t.throwsAsync(describe(), { name: "ResourceNotFoundException" });
  t.is((await version()).status, 200);
  await t.throwsAsync(version());
  t.is(cloud.kubernetes.apiServer.requests.length, 2, "it was served");
  const error = await t.throwsAsync(describe());
  t.not(error?.name, "ResourceNotFoundException");
  t.deepEqual(cloud.failures.requests, [
    "dynamodb DescribeTable",
    "kubernetes GET /version",
    "kubernetes GET /version",
  ]);
  cloud.failures.arm(1, "throttled");
  const throttled = await version();
  t.is(throttled.status, 429);
  t.is(await throttled.text(), "Too many requests, please try again later.\n");
});
