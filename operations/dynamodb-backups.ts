import {
  BackupNotFoundException,
  type BackupSummary,
  DeleteBackupCommand,
  type DynamoDBClient,
  ListBackupsCommand,
  type ListBackupsCommandInput,
  type ListBackupsCommandOutput,
} from "@aws-sdk/client-dynamodb";
import { type NamedTables, tablesOf } from "../restore-points/tables";
import { type DatabaseBackups, instantOfBackup } from "../restore-points/window-backups";
import { answered } from "./answered";
import type { AwsAccessSource } from "./aws";
import { dynamodbClient } from "./dynamodb-client";
import { eachCounted } from "./long-work";

/** Clocks, and how long it may take to ask for all backups of a window. */
const AROUND_MILLIS = 15 * 60_000;

/** What the pauser's clock may be off DynamoDB's: pods stay paused for that much longer than a backup's doubt. */
const CLOCKS_MILLIS = 2000;

/** A table's backup of a window. */
export interface TableBackup {
  arn: string;
  /** As DynamoDB says it: `CREATING`, `AVAILABLE` or `DELETED`. */
  status: string;
}

/** What is made in windows, of one database. */
export interface WindowBackupSelection extends NamedTables {
  region: string;
  namePrefix: string;
}

/**
 * The backups of a window, by their tables: of each an available one, if there is any. A request whose answer was lost has been
 * repeated, and may have been served long after: what was made later than the last was accepted is none of them.
 */
export async function readWindowBackups(
  { region, backup, began, accepted }: Pick<DatabaseBackups, "region" | "backup" | "began" | "accepted">,
  access: AwsAccessSource,
): Promise<Map<string, TableBackup>> {
  const backups = await listBackups(dynamodbClient(region, access), {
    BackupType: "USER",
    TimeRangeLowerBound: new Date(began - AROUND_MILLIS),
    TimeRangeUpperBound: new Date(accepted + CLOCKS_MILLIS),
  });
  const found = new Map<string, TableBackup>();
  for (const summary of backups) {
    const { BackupName, TableName = "" } = summary;
    if (BackupName !== backup || found.get(TableName)?.status === "AVAILABLE") continue;
    found.set(TableName, { arn: answered(summary, "BackupArn"), status: answered(summary, "BackupStatus") });
  }
  return found;
}

/** A database's backups of windows that began before an instant. */
export async function findExpiredBackups(
  { region, namePrefix, ...selection }: WindowBackupSelection,
  before: Date,
  access: AwsAccessSource,
): Promise<{ table: string; name: string; arn: string }[]> {
  const backups = await listBackups(dynamodbClient(region, access), {
    BackupType: "USER",
    // A backup is asked for minutes after its window began.
    TimeRangeUpperBound: new Date(before.getTime() + AROUND_MILLIS),
  });
  return backups
    .map(({ TableName: table = "", BackupName: name = "", BackupArn: arn = "" }) => ({ table, name, arn }))
    .filter(({ table, name }) => {
      const began = instantOfBackup(namePrefix, name);
      return began !== undefined && began < before.getTime() && tablesOf(selection, [table]).length > 0;
    });
}

/** What `deleteExpiredBackups` is asked. */
export interface ExpiredBackups extends WindowBackupSelection {
  /** RFC 3339. Absent when no backup has expired. */
  deleteBefore?: string;
}

/**
 * Deletes a database's backups of windows that began before an instant. Idempotent and resumable; reports each step to
 * `say`.
 */
export async function deleteExpiredBackups(
  { deleteBefore, ...selection }: ExpiredBackups,
  access: AwsAccessSource,
  say: (line: string) => void,
): Promise<void> {
  const expired = deleteBefore ? await findExpiredBackups(selection, new Date(deleteBefore), access) : [];
  if (expired.length === 0) say("no backup of a pause window has expired");
  const client = dynamodbClient(selection.region, access);
  await eachCounted("deletes expired backups", "backups", expired, 1, async ({ table, name, arn }) => {
    await deleteBackup(client, arn);
    say(`${table}: backup ${name} has expired and is deleted`);
  });
}

async function deleteBackup(client: DynamoDBClient, arn: string): Promise<void> {
  try {
    await client.send(new DeleteBackupCommand({ BackupArn: arn }));
  } catch (error) {
    // Somebody else was quicker.
    if (!(error instanceof BackupNotFoundException)) throw error;
  }
}

/** The backups that a request selects, page after page: the SDK has no paginator for them. */
export async function listBackups(
  client: DynamoDBClient,
  request: Omit<ListBackupsCommandInput, "ExclusiveStartBackupArn">,
): Promise<BackupSummary[]> {
  const summaries: BackupSummary[] = [];
  let start: string | undefined;
  do {
    const page: ListBackupsCommandOutput = await client.send(
      new ListBackupsCommand({ ...request, ExclusiveStartBackupArn: start }),
    );
    summaries.push(...(page.BackupSummaries ?? []));
    start = page.LastEvaluatedBackupArn;
  } while (start !== undefined);
  return summaries;
}
