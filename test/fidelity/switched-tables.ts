import {
  CreateTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetItemCommand,
  GetResourcePolicyCommand,
  ListBackupsCommand,
  ListTablesCommand,
  ListTagsOfResourceCommand,
  PutItemCommand,
  PutResourcePolicyCommand,
  ResourceNotFoundException,
  RestoreTableToPointInTimeCommand,
  type TableDescription,
  TagResourceCommand,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import type { ExecutionContext } from "ava";
import { useWaitingClock } from "../../operations/clock";
import { describeTable } from "../../operations/dynamodb";
import { DynamodbMember } from "../../operations/switch-over/dynamodb";
import { abortSwitchOver, runSwitchOver } from "../../operations/switch-over/protocol";
import type { StoppablePods } from "../../operations/switch-over/stoppable-pods";
import { REPLACES_TAG, SWITCHED_OVER_TAG } from "../../restore-points/rules/tag-keys";
import { type Death, type Life, live } from "../unit/operations/switch-over/mortal";
import { ACCESS, INSTANT, MARKS, obedientPods, REGION, STACK, SUFFIX } from "../unit/operations/switch-over/world";
import { startMoto } from "./moto";
import { startProxy, tableIds } from "./moto-proxy";

/** Of the production tables: the copies have what they held at the instant. */
export const THEN = 5;
const NOW = 7;
export const TABLES = ["coordinator.state", "ledger.accounts"];
const FOREIGN = "payroll.salaries";

export type Tables = Awaited<ReturnType<typeof tablesOnMoto>>;

/** A moto for a test, and the URL by which it is reached with `tableIds`. No time passes while operations wait. */
export async function motoWithTableIds(t: ExecutionContext): Promise<{ moto: string; url: string }> {
  const moto = await startMoto();
  const proxy = await startProxy(moto.url, tableIds());
  t.teardown(() => {
    proxy.stop();
    moto.stop();
  });
  let passed = 0;
  const wait = async (millis: number) => {
    passed += millis;
  };
  t.teardown(useWaitingClock({ now: () => Date.now() + passed, wait }));
  return { moto: moto.url, url: proxy.url };
}

/** Production tables and their copies, on a moto that had nothing else before. Its clients call `url`, which leads to `moto`. */
export async function tablesOnMoto(moto: string, url: string) {
  await fetch(`${moto}/moto-api/reset`, { method: "POST" });
  const client = new DynamoDBClient({
    region: REGION,
    endpoint: url,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  const put = (TableName: string, balance: number) =>
    client.send(new PutItemCommand({ TableName, Item: { id: { S: "a" }, balance: { N: String(balance) } } }));
  for (const TableName of [...TABLES, FOREIGN]) {
    await client.send(new CreateTableCommand(table(TableName)));
    await client.send(
      new UpdateContinuousBackupsCommand({
        TableName,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 21 },
      }),
    );
    await put(TableName, THEN);
  }
  const accounts = await describeTable(client, "ledger.accounts");
  await client.send(
    new UpdateTimeToLiveCommand({
      TableName: "ledger.accounts",
      TimeToLiveSpecification: { Enabled: true, AttributeName: "expires" },
    }),
  );
  const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [] });
  await client.send(new PutResourcePolicyCommand({ ResourceArn: accounts.TableArn, Policy }));
  for (const name of TABLES) {
    await copyTable(client, name);
    await put(name, NOW);
  }

  const pods = obedientPods();
  const member = (mortal: StoppablePods) => tablesMember(TABLES, mortal);
  /** A run of the operation, killed at one of its calls or not. */
  const run = (death?: Death): Promise<Life> =>
    live(url, pods, (mortal) => runSwitchOver(INSTANT, { pods: mortal, members: [member(mortal)] }, () => {}), death);
  const abort = (): Promise<Life> =>
    live(url, pods, (mortal) => abortSwitchOver({ pods: mortal, members: [member(mortal)] }, () => {}));

  const balance = async (name: string): Promise<number | undefined> => {
    try {
      const { Item } = await client.send(new GetItemCommand({ TableName: name, Key: { id: { S: "a" } } }));
      return Number(Item?.balance?.N);
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  };
  /** What no instant of a switch-over may show. */
  const violations = async (): Promise<string[]> => {
    const wrong: string[] = [];
    const named = await Promise.all(TABLES.map(balance));
    if (named.includes(THEN) && named.includes(NOW)) wrong.push(`a mixture answers: ${named}`);
    if (pods.running > 0 && !named.every((each) => each === NOW) && !named.every((each) => each === THEN))
      wrong.push(`pods run while ${named} answer`);
    for (const name of TABLES)
      if ((await balance(`${name}${SUFFIX}`)) !== THEN) wrong.push(`the copy of ${name} is incomplete`);
    if ((await balance(FOREIGN)) !== THEN) wrong.push("a foreign table was touched");
    return wrong;
  };
  /** All that moto has, but for what differs from run to run: times, and what is derived from them. */
  const end = async () => {
    const { TableNames = [] } = await client.send(new ListTablesCommand({}));
    const tables = await Promise.all(TableNames.map(async (name) => [name, await described(client, name)] as const));
    const { BackupSummaries = [] } = await client.send(new ListBackupsCommand({}));
    const balances = await Promise.all(TableNames.map(balance));
    return {
      balances: Object.fromEntries(TableNames.map((name, index) => [name, balances[index]])),
      tables: Object.fromEntries(tables),
      backups: BackupSummaries.map(({ TableName, BackupName }) => `${BackupName} of ${TableName}`).sort(),
      pods: pods.running,
    };
  };
  return { pods, run, abort, violations, end };
}

/** The copy of a table as a recovery leaves it. Moto copies what the table holds now, whatever instant it is asked for. */
export async function copyTable(client: DynamoDBClient, name: string): Promise<void> {
  await copyTableAs(client, name, `${name}${SUFFIX}`);
}

/** The same, under any name. */
export async function copyTableAs(client: DynamoDBClient, name: string, copy: string): Promise<void> {
  const restored = await client.send(
    new RestoreTableToPointInTimeCommand({
      SourceTableName: name,
      TargetTableName: copy,
      UseLatestRestorableTime: true,
    }),
  );
  await client.send(new UpdateTableCommand({ TableName: copy, DeletionProtectionEnabled: true }));
  await client.send(
    new TagResourceCommand({
      ResourceArn: restored.TableDescription?.TableArn,
      Tags: Object.entries({ ...MARKS, team: "ledger" }).map(([Key, Value]) => ({ Key, Value })),
    }),
  );
}

/** These tables in a switch-over whose journal the pods' clusters keep. */
export function tablesMember(tables: string[], pods: StoppablePods): DynamodbMember {
  return new DynamodbMember(
    { service: "dynamodb", name: "ledger", region: REGION, tables, prefixes: [], suffix: SUFFIX, newStreams: true },
    { instant: INSTANT, stack: STACK },
    ACCESS,
    { read: async () => (await pods.journal())?.notes ?? {}, write: (notes) => pods.note(notes) },
  );
}

const table = (TableName: string) => ({
  TableName,
  BillingMode: "PAY_PER_REQUEST" as const,
  KeySchema: [{ AttributeName: "id", KeyType: "HASH" as const }],
  AttributeDefinitions: [
    { AttributeName: "id", AttributeType: "S" as const },
    { AttributeName: "owner", AttributeType: "S" as const },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: `${TableName}.global_index.owner`,
      KeySchema: [{ AttributeName: "owner", KeyType: "HASH" as const }],
      Projection: { ProjectionType: "ALL" as const },
    },
  ],
  DeletionProtectionEnabled: true,
  StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" as const },
  Tags: [{ Key: "team", Value: "ledger" }],
});

/** A table with its settings. */
async function described(client: DynamoDBClient, TableName: string) {
  const description: TableDescription = await describeTable(client, TableName);
  const ResourceArn = description.TableArn;
  const [backups, timeToLive, tags, policy] = await Promise.all([
    client.send(new DescribeContinuousBackupsCommand({ TableName })),
    client.send(new DescribeTimeToLiveCommand({ TableName })),
    client.send(new ListTagsOfResourceCommand({ ResourceArn })),
    client.send(new GetResourcePolicyCommand({ ResourceArn })).catch(() => undefined),
  ]);
  const known = Object.fromEntries((tags.Tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
  for (const [key, value] of Object.entries(known))
    if (key === SWITCHED_OVER_TAG || (key === REPLACES_TAG && value !== "none")) known[key] = "some";
  return {
    indexes: (description.GlobalSecondaryIndexes ?? []).map(({ IndexName }) => IndexName),
    restoredFrom: description.RestoreSummary?.SourceTableArn?.split("/").at(-1),
    fromBackup: description.RestoreSummary?.SourceBackupArn !== undefined,
    deletionProtection: description.DeletionProtectionEnabled,
    stream: description.StreamSpecification?.StreamViewType,
    recoveryPeriodInDays: backups.ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.RecoveryPeriodInDays,
    timeToLive: timeToLive.TimeToLiveDescription?.AttributeName,
    tags: known,
    policy: policy?.Policy,
  };
}
