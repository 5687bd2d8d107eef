import test, { type ExecutionContext } from "ava";
import { findDeletedTables } from "../../../operations/dynamodb";
import { dynamodbClient } from "../../../operations/dynamodb-client";
import { backupsNamed } from "../../../operations/switch-over/tables";
import { formatInstant } from "../../../restore-points/instant";
import { AwsCloud } from "../../../simulator/cloud/aws/aws";
import { serveAws } from "../../../simulator/cloud/aws/wire/server";
import { SimulatedClock } from "../../../simulator/cloud/clock";
import { RequestFailures } from "../../../simulator/cloud/request-failures";

/** An account keeps the backups of every pause window: a look at those of one restore must not list them all. */

const REGION = "ap-northeast-1";
const ACCESS = { accessKey: "test", secretKey: "test" };
const HOUR = 60 * 60_000;
/** More than a page. */
const MANY = Array.from({ length: 120 }, (_, index) => `ledger.t${index}`);

async function regionWith(t: ExecutionContext, tables: readonly string[]) {
  const clock = new SimulatedClock();
  const aws = new AwsCloud(clock, 1);
  const requests = new RequestFailures();
  const endpoint = await serveAws(aws, requests);
  process.env.AWS_ENDPOINT_URL = endpoint.url;
  t.teardown(() => endpoint.close());
  const region = aws.dynamodb.region(REGION);
  const create = (TableName: string) => {
    region.createTable({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    });
    const on = { PointInTimeRecoveryEnabled: true };
    region.updateContinuousBackups({ TableName, PointInTimeRecoverySpecification: on });
  };
  for (const name of tables) create(name);
  clock.advance(HOUR);
  const lists = () => requests.requests.filter((request) => request.includes("ListBackups")).length;
  return { clock, region, create, lists };
}

test.serial("the backups of a restore's copies are found without those of earlier windows", async (t) => {
  const { clock, region, lists } = await regionWith(t, ["ledger.accounts"]);
  for (const BackupName of MANY) {
    region.createBackup({ TableName: "ledger.accounts", BackupName });
    clock.advance(HOUR);
  }
  const instant = formatInstant(clock.now());
  clock.advance(HOUR);
  region.createBackup({ TableName: "ledger.accounts", BackupName: "switch-over" });
  const found = await backupsNamed(dynamodbClient(REGION, ACCESS), "switch-over", instant);
  t.is(found.get("ledger.accounts")?.length, 1);
  t.is(lists(), 1);
});

test.serial("tables that were deleted after an instant are found without those that were deleted before", async (t) => {
  const { clock, region, create, lists } = await regionWith(t, MANY);
  for (const name of MANY) region.deleteTable(name);
  create("ledger.accounts");
  clock.advance(HOUR);
  const instant = formatInstant(clock.now());
  clock.advance(HOUR);
  region.deleteTable("ledger.accounts");
  const selection = { region: REGION, tables: [], prefixes: ["ledger."] };
  const deleted = await findDeletedTables(selection, instant, ACCESS);
  t.deepEqual(
    deleted.map(({ name }) => name),
    ["ledger.accounts"],
  );
  t.is(lists(), 1);
});
