import {
  DescribeBackupCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  type TableDescription,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import { type NamedTables, tablesOf } from "../restore-points/tables";
import { answered } from "./answered";
import { type AwsAccessSource, eachAtOnce } from "./aws";
import { listBackups } from "./dynamodb-backups";
import { dynamodbClient } from "./dynamodb-client";
import { longWork } from "./long-work";
import { TABLE_RESTORE } from "./usual-durations";

/** How long a restore may take. */
const RESTORE_SECONDS = 12 * 60 * 60;

/** Calls in flight at once. */
export const CONCURRENCY = 25;

/** Which tables of a region belong to one managed database. */
export interface TableSelection extends NamedTables {
  region: string;
}

/** What the protection of one table is now. */
export interface TableProtection {
  name: string;
  arn: string;
  /** RFC 3339, UTC. */
  created: string;
  pointInTimeRecovery: boolean;
  /** Days that point-in-time recovery reaches back; 0 when it is off. */
  recoveryPeriodInDays: number;
  deletionProtection: boolean;
  /** The restorable range, RFC 3339 UTC; absent when point-in-time recovery is off. */
  earliest?: string;
  latest?: string;
}

/** All of a table that a copy has to be built like. */
export interface TableSettings extends TableProtection {
  description: TableDescription;
  /** The attribute that holds an item's time to live, when that is on. */
  timeToLiveAttribute?: string;
  tags: Record<string, string>;
}

/** What a table should be set to by `protectTables`. */
export interface TableProtectionGoal {
  recoveryPeriodInDays: number;
  deletionProtection: boolean;
}

/** A table that is gone, with the backup that DynamoDB made of it as it went. */
export interface DeletedTable {
  name: string;
  /** RFC 3339, UTC. */
  created: string;
  deleted: string;
  backupArn: string;
}

/**
 * Those of a selection's tables that were deleted after an instant at which they existed. A removed drill's copies next to
 * their sources are not among them.
 */
export async function findDeletedTables(
  { region, ...selection }: TableSelection,
  instant: string,
  access: AwsAccessSource,
): Promise<DeletedTable[]> {
  const client = dynamodbClient(region, access);
  const summaries = await listBackups(client, { BackupType: "SYSTEM", TimeRangeLowerBound: new Date(instant) });
  const later = summaries.filter(
    ({ TableName: name = "", BackupCreationDateTime: deleted }) =>
      tablesOf(selection, [name]).length > 0 && (deleted?.getTime() ?? 0) > Date.parse(instant),
  );
  const found = await eachAtOnce(later, CONCURRENCY, async (summary): Promise<DeletedTable> => {
    const answer = await client.send(new DescribeBackupCommand({ BackupArn: summary.BackupArn }));
    const table = answered(answered(answer, "BackupDescription"), "SourceTableDetails");
    return {
      name: answered(summary, "TableName"),
      created: answered(table, "TableCreationDateTime").toISOString(),
      deleted: answered(summary, "BackupCreationDateTime").toISOString(),
      backupArn: answered(summary, "BackupArn"),
    };
  });
  return found.filter(({ created }) => Date.parse(created) <= Date.parse(instant));
}

/** Waits until a table is there to be changed. */
export async function awaitTable(region: string, name: string, access: AwsAccessSource): Promise<void> {
  const client = dynamodbClient(region, access);
  await longWork({ what: `waits for the restore of table ${name}`, expected: TABLE_RESTORE }, () =>
    waitUntilTableExists({ client, maxWaitTime: RESTORE_SECONDS, minDelay: 20, maxDelay: 60 }, { TableName: name }),
  );
}

export async function describeTable(client: DynamoDBClient, name: string): Promise<TableDescription> {
  return answered(await client.send(new DescribeTableCommand({ TableName: name })), "Table");
}

/** The names of the tables that backups were made of, by the backups' ARNs. */
export async function readBackupSources(
  region: string,
  backupArns: readonly string[],
  access: AwsAccessSource,
): Promise<Map<string, string>> {
  const client = dynamodbClient(region, access);
  const names = await eachAtOnce(backupArns, CONCURRENCY, async (BackupArn): Promise<[string, string]> => {
    const { BackupDescription: found } = await client.send(new DescribeBackupCommand({ BackupArn }));
    return [BackupArn, found?.SourceTableDetails?.TableName ?? ""];
  });
  return new Map(names);
}
