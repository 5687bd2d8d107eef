import {
  BackupInUseException,
  ContinuousBackupsUnavailableException,
  CreateBackupCommand,
  DeleteTableCommand,
  DescribeKinesisStreamingDestinationCommand,
  type DynamoDBClient,
  GetResourcePolicyCommand,
  PolicyNotFoundException,
  PutResourcePolicyCommand,
  ResourceInUseException,
  ResourceNotFoundException,
  RestoreTableFromBackupCommand,
  TableAlreadyExistsException,
  type TableDescription,
  TableInUseException,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import { answered } from "../answered";
import { describeTable } from "../dynamodb";
import { listBackups } from "../dynamodb-backups";
import { changesTo } from "../dynamodb-changes";
import { TooManyAtOnceError } from "../dynamodb-client";
import { timeToLiveOf } from "../table-reader";
import type { TablePair } from "./table-pair";

export async function findTable(client: DynamoDBClient, name: string): Promise<TableDescription | undefined> {
  try {
    return await describeTable(client, name);
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

/** The table's resource policy; undefined where it has none. */
export async function policyOf(client: DynamoDBClient, arn: string): Promise<string | undefined> {
  try {
    return (await client.send(new GetResourcePolicyCommand({ ResourceArn: arn }))).Policy;
  } catch (error) {
    if (error instanceof PolicyNotFoundException || error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

/** Whether changes of the table go to a stream of Kinesis. */
export async function streamsToKinesis(client: DynamoDBClient, table: string): Promise<boolean> {
  const answer = await client.send(new DescribeKinesisStreamingDestinationCommand({ TableName: table }));
  return (answer.KinesisDataStreamDestinations ?? []).some(
    ({ DestinationStatus: status }) => status !== "DISABLED" && status !== "ENABLE_FAILED",
  );
}

export async function tagTable(client: DynamoDBClient, arn: string, tags: Record<string, string>): Promise<void> {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  await client.send(new TagResourceCommand({ ResourceArn: arn, Tags }));
}

export async function untagTable(client: DynamoDBClient, arn: string, keys: string[]): Promise<void> {
  await client.send(new UntagResourceCommand({ ResourceArn: arn, TagKeys: keys }));
}

/** A backup of a copy. */
export interface CopyBackup {
  arn: string;
  /** The id of the table that it was made of: another one can have had the copy's name before. */
  tableId: string | undefined;
  available: boolean;
}

/**
 * The backups of this name, by their tables. A table can have several: a request whose answer was lost is sent again.
 * @param since The copies' instant, before which none was backed up: an account may have backups of many pause windows.
 */
export async function backupsNamed(
  client: DynamoDBClient,
  name: string,
  since: string,
): Promise<Map<string, CopyBackup[]>> {
  const found = new Map<string, CopyBackup[]>();
  const backups = await listBackups(client, { BackupType: "USER", TimeRangeLowerBound: new Date(since) });
  for (const { TableName = "", TableId: tableId, BackupName, BackupArn: arn, BackupStatus } of backups) {
    if (BackupName !== name || arn === undefined || BackupStatus === "DELETED") continue;
    const backup = { arn, tableId, available: BackupStatus === "AVAILABLE" };
    found.set(TableName, [...(found.get(TableName) ?? []), backup]);
  }
  return found;
}

/**
 * The backup from which a table is opened: the one that was chosen before, as long as it is there, because tables may have been
 * restored from it.
 */
export function chosenBackup(backups: readonly CopyBackup[], before: string | undefined): CopyBackup | undefined {
  return backups.find(({ arn }) => arn === before) ?? backups.find(({ available }) => available) ?? backups[0];
}

export async function createBackup(client: DynamoDBClient, table: string, name: string): Promise<void> {
  await client.send(new CreateBackupCommand({ TableName: table, BackupName: name }));
}

/**
 * Whether the call was accepted; false where the table is being changed, or too much is under way: it is to be repeated. Where an
 * answer was lost, the SDK sends the request again, which finds the table there, or gone, already: so the next look does.
 * For calls of a `selfPacedDynamodbClient`.
 * @param atLimit Called where too much is under way: another call would be refused as well.
 */
export async function accepted(call: () => Promise<unknown>, atLimit = () => {}): Promise<boolean> {
  try {
    await call();
    return true;
  } catch (error) {
    if (error instanceof TooManyAtOnceError) atLimit();
    const later =
      error instanceof ResourceInUseException ||
      error instanceof TableInUseException ||
      error instanceof TableAlreadyExistsException ||
      error instanceof ResourceNotFoundException ||
      error instanceof BackupInUseException ||
      error instanceof TooManyAtOnceError ||
      error instanceof ContinuousBackupsUnavailableException;
    if (later) return false;
    throw error;
  }
}

export async function unprotect(client: DynamoDBClient, table: string): Promise<void> {
  await client.send(new UpdateTableCommand({ TableName: table, DeletionProtectionEnabled: false }));
}

export async function deleteTable(client: DynamoDBClient, table: string): Promise<void> {
  await client.send(new DeleteTableCommand({ TableName: table }));
}

export async function restoreFrom(client: DynamoDBClient, backupArn: string, table: string): Promise<void> {
  await client.send(new RestoreTableFromBackupCommand({ BackupArn: backupArn, TargetTableName: table }));
}

/** Gives a restored table what the restore dropped, but for its own settings. Idempotent. */
export async function attach(client: DynamoDBClient, pair: TablePair, description: TableDescription): Promise<void> {
  const { table, completion, recoveryPeriodInDays, timeToLiveAttribute, policy } = pair;
  const arn = answered(description, "TableArn");
  await client.send(
    new UpdateContinuousBackupsCommand({
      TableName: table,
      PointInTimeRecoverySpecification: {
        PointInTimeRecoveryEnabled: true,
        RecoveryPeriodInDays: recoveryPeriodInDays,
      },
    }),
  );
  if (timeToLiveAttribute !== undefined) await setTimeToLive(client, table, timeToLiveAttribute);
  if (policy !== undefined) await client.send(new PutResourcePolicyCommand({ ResourceArn: arn, Policy: policy }));
  if (Object.keys(completion.tags).length > 0) await tagTable(client, arn, completion.tags);
}

/** Makes one change of a restored table's settings; deletion protection comes last, because it shows that all others are there. */
export async function settleOne(
  client: DynamoDBClient,
  { table, completion }: TablePair,
  description: TableDescription,
): Promise<void> {
  const changes = changesTo(description, completion).filter(({ change }) => !("DeletionProtectionEnabled" in change));
  const next = changes[0]?.change ?? { DeletionProtectionEnabled: true };
  await client.send(new UpdateTableCommand({ ...next, TableName: table }));
}

async function setTimeToLive(client: DynamoDBClient, table: string, attribute: string): Promise<void> {
  // An earlier run has done it: DynamoDB refuses a second change within an hour, even to the same.
  if ((await timeToLiveOf(client, table)) === attribute) return;
  try {
    await client.send(
      new UpdateTimeToLiveCommand({
        TableName: table,
        TimeToLiveSpecification: { Enabled: true, AttributeName: attribute },
      }),
    );
  } catch (error) {
    // Where an answer was lost, the SDK sends the request again, which is such a second change.
    if ((await timeToLiveOf(client, table)) !== attribute) throw error;
  }
}
