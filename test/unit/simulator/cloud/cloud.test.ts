import { execFile } from "node:child_process";
import { promisify } from "node:util";
import test from "ava";
import { SimulatedCloud } from "../../../../simulator/cloud/cloud";

const DAY = 24 * 60 * 60 * 1000;

/** What an operation does: it finds cloud, credentials and region in its environment. */
const LIST_TABLES = `
  const { DynamoDBClient, ListTablesCommand } = require("@aws-sdk/client-dynamodb");
  new DynamoDBClient({}).send(new ListTablesCommand({})).then(({ TableNames }) =>
    console.log(JSON.stringify({ TableNames, now: Date.now() })));`;

test("a child process finds the cloud, and the cloud's time, in its environment", async (t) => {
  const cloud = await SimulatedCloud.start();
  t.teardown(() => cloud.stop());
  cloud.aws.dynamodb.region("ap-northeast-1").createTable({
    TableName: "ledger.accounts",
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    BillingMode: "PAY_PER_REQUEST",
  });
  cloud.clock.advance(40 * DAY);
  const env = { ...process.env, ...cloud.environment() };
  const { stdout } = await promisify(execFile)(process.execPath, ["-e", LIST_TABLES], { env, cwd: __dirname });
  const { TableNames, now } = JSON.parse(stdout);
  t.deepEqual(TableNames, ["ledger.accounts"]);
  t.true(Math.abs(now - cloud.clock.now()) < 30_000);
});

test("a clock that wasn't moved leaves NODE_OPTIONS alone, one that was keeps what is there", async (t) => {
  const cloud = await SimulatedCloud.start();
  t.teardown(() => cloud.stop());
  const before = process.env.NODE_OPTIONS;
  process.env.NODE_OPTIONS = "--no-warnings";
  t.teardown(() => {
    if (before === undefined) delete process.env.NODE_OPTIONS;
    else process.env.NODE_OPTIONS = before;
  });
  t.false("NODE_OPTIONS" in cloud.environment());
  cloud.clock.advance(DAY);
  t.regex(cloud.environment().NODE_OPTIONS ?? "", /^--no-warnings --import=file:.*shifted-clock\.mjs$/);
});

test("the same seed invents the same identifiers, another one others", async (t) => {
  const invented = async (seed: number) => {
    const cloud = await SimulatedCloud.start({ seed });
    const identifier = cloud.aws.identifiers.uuid();
    await cloud.stop();
    return identifier;
  };
  t.is(await invented(7), await invented(7));
  t.not(await invented(7), await invented(8));
});
