import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { REPLACES_TAG } from "../../restore-points/rules/tag-keys";
import { tablesOf } from "../../restore-points/tables";
import { type AwsAccessSource, eachAtOnce } from "../aws";
import { CONCURRENCY, type TableSettings } from "../dynamodb";
import { TableReader } from "../table-reader";
import { isCopyOf, NOTHING_REPLACED, type SwitchOverOf } from "./copy-marks";
import type { SwitchedTables } from "./request";
import { completionOf, type TablePair, withoutMarks } from "./table-pair";
import { backupsNamed, type CopyBackup, chosenBackup, findTable, policyOf, streamsToKinesis } from "./tables";

/** Days that point-in-time recovery of a restored table reaches back, where its copy has none. */
const RECOVERY_DAYS = 35;

/** The tables of a database with their copies, as long as no table is closed. */
export interface FoundPairs {
  pairs: TablePair[];
  /** Tables that did not exist at the instant, and so have no copy. */
  later: string[];
  /** What keeps tables from being replaced, each with the fix. */
  problems: string[];
}

/** Pairs a database's tables with their copies. Nothing is changed. */
export async function findPairs(
  client: DynamoDBClient,
  database: SwitchedTables & { backupName: string },
  of: SwitchOverOf,
  access: AwsAccessSource,
): Promise<FoundPairs> {
  const { region, suffix, name: label } = database;
  const reader = new TableReader(region, access, false);
  const all = await reader.names();
  const candidates = all.filter((each) => each.endsWith(suffix) && selects(database, each.slice(0, -suffix.length)));
  const copies = (await reader.tagged(candidates)).filter(({ tags }) => isCopyOf(of, tags));
  const replaces = new Map(copies.map(({ name, tags }) => [name.slice(0, -suffix.length), tags[REPLACES_TAG]]));
  const names = [...replaces.keys()];
  const refused = (problem: string): FoundPairs => ({ pairs: [], later: [], problems: [`${label}: ${problem}`] });
  if (names.length === 0)
    return refused(
      `there is no copy of ${of.instant} next to its tables in ${region} (<table>${suffix}, with the tags of this stack); remove restore.switchOver and run "pulumi up" to restore them`,
    );
  const settings = new Map((await reader.settings(names)).map((table) => [table.name, table]));
  const missing = names.filter((name) => !settings.has(name));
  const closed = names.filter(
    (name) => (replaces.get(name) ?? NOTHING_REPLACED) !== NOTHING_REPLACED && !isWhole(settings.get(name)),
  );
  if (closed.length > 0)
    return refused(
      `a switch-over has closed ${closed.join(", ")}, but its journal, the ConfigMap scalar-switch-over, is gone, which says what these tables had besides their data. Restore each by hand from the backup of its copy (<table>${suffix}), give it its tags, time to live and protection again, and start the pods`,
    );
  const begun = [...replaces.values()].some((each) => each !== undefined);
  const backups = begun ? await backupsNamed(client, database.backupName, of.instant) : new Map<string, CopyBackup[]>();
  const ofCopies = await reader.settings(missing.map((name) => `${name}${suffix}`));
  const likes = new Map(ofCopies.map((table) => [table.name.slice(0, -suffix.length), withoutMarks(table)]));
  const found = await eachAtOnce(names, CONCURRENCY, async (name) => {
    const table = settings.get(name);
    const like = table ?? likes.get(name);
    if (like === undefined) return undefined;
    const policy = table && (await policyOf(client, table.arn));
    const pair = pairOf(name, suffix, { table, like, policy });
    return {
      pair: asMarked(pair, replaces.get(name), table, backups.get(pair.copy)),
      obstacles: table ? await obstaclesOf(client, table, database) : [],
    };
  });
  const known = found.filter((each) => each !== undefined);
  const copyNames = new Set(candidates);
  const later = tablesOf(database, all).filter((name) => !replaces.has(name) && !copyNames.has(name));
  const problems = known.flatMap(({ obstacles }) => obstacles);
  const existed = await existedAt(client, later, of.instant);
  if (existed.length > 0)
    problems.push(
      `${existed.join(", ")} existed at ${of.instant}, but there is no copy of it (<table>${suffix}, with the tags of this stack): it would keep newer data than the restored tables; remove restore.switchOver and run "pulumi up" to restore and verify it`,
    );
  return {
    pairs: known.map(({ pair }) => pair),
    later,
    problems: problems.map((problem) => `${label}: ${problem}`),
  };
}

/**
 * A pair whose copy is marked: the mark says which table it replaces, whatever has the name now. A table that has been restored
 * from the copy would otherwise be replaced once more, and lose what was written since.
 */
function asMarked(
  { tableId, ...pair }: TablePair,
  replaces: string | undefined,
  table: TableSettings | undefined,
  backups: readonly CopyBackup[] = [],
): TablePair {
  if (replaces === undefined) return { ...pair, ...(tableId !== undefined && { tableId }) };
  const backup = chosenBackup(backups, table?.description.RestoreSummary?.SourceBackupArn);
  return {
    ...pair,
    ...(replaces !== NOTHING_REPLACED && { tableId: replaces }),
    ...(backup !== undefined && { backupArn: backup.arn }),
  };
}

/** Whether a table is there, and has its settings: deletion protection is the last that a restored one is given again. */
function isWhole(table: TableSettings | undefined): boolean {
  if (table === undefined) return false;
  return table.description.RestoreSummary?.SourceBackupArn === undefined || table.deletionProtection;
}

/** The tables that existed at an instant. */
async function existedAt(client: DynamoDBClient, tables: readonly string[], instant: string): Promise<string[]> {
  const found = await eachAtOnce(tables, CONCURRENCY, (table) => findTable(client, table));
  return tables.filter((_, index) => {
    const created = found[index]?.CreationDateTime?.getTime();
    return created !== undefined && created <= Date.parse(instant);
  });
}

function pairOf(
  name: string,
  suffix: string,
  { table, like, policy }: { table: TableSettings | undefined; like: TableSettings; policy: string | undefined },
): TablePair {
  return {
    table: name,
    ...(table?.description.TableId !== undefined && { tableId: table.description.TableId }),
    copy: `${name}${suffix}`,
    completion: completionOf(name, like),
    recoveryPeriodInDays: like.recoveryPeriodInDays || RECOVERY_DAYS,
    ...(like.timeToLiveAttribute !== undefined && { timeToLiveAttribute: like.timeToLiveAttribute }),
    ...(policy !== undefined && { policy }),
  };
}

/** Why a table cannot be replaced by deletion and restore. */
async function obstaclesOf(
  client: DynamoDBClient,
  { name, description, pointInTimeRecovery }: TableSettings,
  { newStreams, region }: SwitchedTables,
): Promise<string[]> {
  const replicas = (description.Replicas ?? []).map(({ RegionName }) => RegionName);
  const stream = description.StreamSpecification?.StreamEnabled === true;
  return [
    // Of a table without it, AWS keeps no system backup: nothing would have the data since the instant.
    // [DynamoDB Developer Guide, Point-in-time recovery, Delete a table with PITR enabled]
    ...(pointInTimeRecovery
      ? []
      : [
          `table ${name} has no point-in-time recovery, so that AWS keeps nothing of it when it is replaced; turn that on first: aws dynamodb update-continuous-backups --region ${region} --table-name ${name} --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true`,
        ]),
    ...(replicas.length > 0
      ? [
          `table ${name} is a global table with replicas in ${replicas.join(", ")}, which a restore does not have; remove the replicas first, and add them again afterwards`,
        ]
      : []),
    ...(stream && !newStreams
      ? [
          `table ${name} has a stream, whose readers do not find the restored table's: its ARN is another. Stop them, and set restore.switchOver.newStreams to true; afterwards give them the new ARN`,
        ]
      : []),
    ...((await streamsToKinesis(client, name))
      ? [
          `table ${name} sends its changes to Kinesis, which a restored table does not; disable that first, and enable it again afterwards`,
        ]
      : []),
  ];
}

function selects(database: SwitchedTables, name: string): boolean {
  return tablesOf(database, [name]).length > 0;
}
