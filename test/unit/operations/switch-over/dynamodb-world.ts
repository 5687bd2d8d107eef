import type { ExecutionContext } from "ava";
import { DynamodbMember } from "../../../../operations/switch-over/dynamodb";
import type { StoppablePods } from "../../../../operations/switch-over/stoppable-pods";
import type { AwsCloud } from "../../../../simulator/cloud/aws/aws";
import { ACCESS, awsWorld, INSTANT, MARKS, REGION, STACK, SUFFIX } from "./world";

type DynamodbRegion = ReturnType<AwsCloud["dynamodb"]["region"]>;

const MINUTE = 60_000;
export const TABLES = ["coordinator.state", "ledger.accounts", "scalardb.metadata"];
const POLICY = JSON.stringify({ Version: "2012-10-17", Statement: [] });

/** Production tables with settings that a restore drops, and their copies with the data of the instant, restored by the end. */
export function buildTables(
  dynamodb: DynamodbRegion,
  clock: { now(): number; pass(millis: number): void },
  tables = TABLES,
): void {
  for (const name of tables) {
    dynamodb.createTable({
      TableName: name,
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      DeletionProtectionEnabled: true,
      TableClass: "STANDARD_INFREQUENT_ACCESS",
      Tags: [{ Key: "team", Value: "ledger" }],
    });
    dynamodb.updateContinuousBackups({
      TableName: name,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 21 },
    });
    dynamodb.table(name).putItem("a", { balance: 5 });
  }
  const accounts = dynamodb.table("ledger.accounts");
  dynamodb.updateTimeToLive({
    TableName: "ledger.accounts",
    TimeToLiveSpecification: { Enabled: true, AttributeName: "expires" },
  });
  accounts.attachments.putResourcePolicy({ ResourceArn: accounts.describe().TableArn, Policy: POLICY }, clock.now());
  clock.pass(10 * MINUTE);
  for (const [index, name] of tables.entries()) {
    // AWS restores so many at a time.
    if (index % 50 === 49) clock.pass(60 * MINUTE);
    const copy = `${name}${SUFFIX}`;
    dynamodb.restoreTableToPointInTime({
      SourceTableName: name,
      TargetTableName: copy,
      RestoreDateTime: new Date(clock.now() - 6 * MINUTE),
    });
    dynamodb.updateTable({ TableName: copy, DeletionProtectionEnabled: true });
    dynamodb.tagResource(
      dynamodb.table(copy).describe().TableArn ?? "",
      Object.entries({ ...MARKS, team: "ledger" }).map(([Key, Value]) => ({ Key, Value })),
    );
    dynamodb.table(name).putItem("a", { balance: 7 });
  }
  clock.pass(60 * MINUTE);
}

/**
 * Production tables with settings that a restore drops, and their copies with the data of the instant.
 * @param further How many tables there are besides `TABLES`.
 */
export async function dynamodbWorld(t: ExecutionContext, haste?: number | "overlapping", further = 0) {
  const world = await awsWorld(t, haste);
  const { dynamodb, clock } = world;
  const tables = [...TABLES, ...Array.from({ length: further }, (_, index) => `ledger.t${index}`)];
  buildTables(dynamodb, clock, tables);
  const member = (pods: Pick<StoppablePods, "journal" | "note" | "keep">, newStreams = false) =>
    new DynamodbMember(
      {
        service: "dynamodb",
        name: "ledger",
        region: REGION,
        tables: [],
        prefixes: ["coordinator.", "ledger.", "scalardb."],
        suffix: SUFFIX,
        newStreams,
      },
      { instant: INSTANT, stack: STACK },
      ACCESS,
      { read: async () => (await pods.journal())?.notes ?? {}, write: (notes) => pods.note(notes) },
      () => pods.keep(),
    );
  const balance = (table: string) => dynamodb.table(table).items().get("a")?.balance;
  const tags = (table: string) =>
    Object.fromEntries(
      dynamodb.tagsOf(dynamodb.table(table).describe().TableArn ?? "").map(({ Key, Value }) => [Key, Value]),
    );
  return { ...world, tables, member, balance, tags };
}
