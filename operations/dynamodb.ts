import {
  type BackupSummary,
  type ContinuousBackupsDescription,
  DescribeBackupCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  ListBackupsCommand,
  type ListBackupsCommandOutput,
  ListTagsOfResourceCommand,
  paginateListTables,
  ResourceNotFoundException,
  type TableDescription,
  TableNotFoundException,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import { formatInstant } from "../restore-points/instant";
import { type NamedTables, tablesOf } from "../restore-points/tables";
import { answered } from "./answered";
import { type AwsAccessSource, allEnded, eachAtOnce } from "./aws";
import { dynamodbClient } from "./dynamodb-client";

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
  const summaries: BackupSummary[] = [];
  let start: string | undefined;
  do {
    const page: ListBackupsCommandOutput = await client.send(
      new ListBackupsCommand({ BackupType: "SYSTEM", ExclusiveStartBackupArn: start }),
    );
    summaries.push(...(page.BackupSummaries ?? []));
    start = page.LastEvaluatedBackupArn;
  } while (start !== undefined);
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

async function listTables(client: DynamoDBClient): Promise<string[]> {
  const names: string[] = [];
  for await (const page of paginateListTables({ client }, {})) names.push(...(page.TableNames ?? []));
  return names;
}

/** A table with its tags alone. */
export interface TaggedTable {
  name: string;
  tags: Record<string, string>;
}

/** What DynamoDB says about a table's origin. */
export interface TableRestore {
  table: string;
  /** Whether it is still being created. */
  creating: boolean;
  /** The ARN of the table that it was restored from; absent when it was not restored. */
  sourceArn?: string;
  backupArn?: string;
  /** The instant that it was restored to, or its backup's. RFC 3339, UTC. */
  at?: string;
  /** Read only where asked for: DynamoDB lists the tags of ten tables a second, in an account and a region. */
  tags?: Record<string, string>;
}

/**
 * Reads a region's tables, and each property of a table once for all callers: DynamoDB describes the continuous backups, and
 * lists the tags, of ten tables a second. Tables that do not exist are left out.
 */
export class TableReader {
  readonly #client: DynamoDBClient;
  readonly #found = new Map<string, Promise<unknown>>();

  constructor(region: string, access: AwsAccessSource) {
    this.#client = dynamodbClient(region, access);
  }

  /** The names of all tables of the region. */
  names(): Promise<string[]> {
    return this.#once("names", () => listTables(this.#client));
  }

  async arns(tables: readonly string[]): Promise<string[]> {
    return (await this.#each(tables, (name) => this.#description(name))).map((table) => answered(table, "TableArn"));
  }

  /** What protects each table now. */
  async protection(tables: readonly string[]): Promise<TableProtection[]> {
    const found = await this.#each(tables, (name) => this.#described(name));
    return found.map(({ description, ...protection }) => protection);
  }

  tagged(tables: readonly string[]): Promise<TaggedTable[]> {
    return this.#each(tables, async (name) => ({ name, tags: await this.#tags(await this.#description(name)) }));
  }

  /** All of the tables that copies are built like. */
  settings(tables: readonly string[]): Promise<TableSettings[]> {
    return this.#each(tables, async (name) => {
      const [table, timeToLiveAttribute, tags] = await allEnded([
        this.#described(name),
        this.#once(`time to live ${name}`, () => timeToLiveOf(this.#client, name)),
        this.#description(name).then((description) => this.#tags(description)),
      ]);
      return { ...table, timeToLiveAttribute, tags };
    });
  }

  /** The tables' origins, with the tags of those that `withTags` chooses. */
  restores(tables: readonly string[], withTags: (table: TableRestore) => boolean): Promise<TableRestore[]> {
    return this.#each(tables, async (name): Promise<TableRestore> => {
      const table = await this.#description(name);
      const { SourceTableArn, SourceBackupArn, RestoreDateTime } = table.RestoreSummary ?? {};
      const restore = {
        table: name,
        creating: table.TableStatus === "CREATING",
        sourceArn: SourceTableArn,
        backupArn: SourceBackupArn,
        at: RestoreDateTime && formatInstant(RestoreDateTime.getTime()),
      };
      if (!withTags(restore)) return restore;
      // DynamoDB may not know the tags of a table that it still creates.
      return { ...restore, tags: (await ifItExists(() => this.#tags(table))) ?? {} };
    });
  }

  async #described(name: string): Promise<TableProtection & { description: TableDescription }> {
    const [description, backups] = await allEnded([
      this.#description(name),
      this.#once(`continuous backups ${name}`, () =>
        this.#client.send(new DescribeContinuousBackupsCommand({ TableName: name })),
      ),
    ]);
    return described(description, backups.ContinuousBackupsDescription);
  }

  #description(name: string): Promise<TableDescription> {
    return this.#once(`table ${name}`, () => describeTable(this.#client, name));
  }

  #tags({ TableArn: arn = "" }: TableDescription): Promise<Record<string, string>> {
    return this.#once(`tags ${arn}`, () => tagsOf(this.#client, arn));
  }

  #once<Result>(what: string, read: () => Promise<Result>): Promise<Result> {
    // Cast: each `what` is read in one place above, with one type.
    const found = (this.#found.get(what) as Promise<Result> | undefined) ?? read();
    this.#found.set(what, found);
    return found;
  }

  async #each<Result>(tables: readonly string[], read: (name: string) => Promise<Result>): Promise<Result[]> {
    const found = await eachAtOnce(tables, CONCURRENCY, (name) => ifItExists(() => read(name)));
    return found.filter((each) => each !== undefined);
  }
}

/** Waits until a table is there to be changed. */
export async function awaitTable(region: string, name: string, access: AwsAccessSource): Promise<void> {
  const client = dynamodbClient(region, access);
  await waitUntilTableExists({ client, maxWaitTime: RESTORE_SECONDS, minDelay: 20, maxDelay: 60 }, { TableName: name });
}

export async function describeTable(client: DynamoDBClient, name: string): Promise<TableDescription> {
  return answered(await client.send(new DescribeTableCommand({ TableName: name })), "Table");
}

function described(description: TableDescription, backups: ContinuousBackupsDescription | undefined) {
  return {
    name: answered(description, "TableName"),
    arn: answered(description, "TableArn"),
    created: answered(description, "CreationDateTime").toISOString(),
    deletionProtection: description.DeletionProtectionEnabled ?? false,
    ...recovery(backups),
    description,
  };
}

async function timeToLiveOf(client: DynamoDBClient, name: string): Promise<string | undefined> {
  const { TimeToLiveDescription: found } = await client.send(new DescribeTimeToLiveCommand({ TableName: name }));
  return found?.TimeToLiveStatus === "ENABLED" ? found.AttributeName : undefined;
}

async function tagsOf(client: DynamoDBClient, arn: string): Promise<Record<string, string>> {
  const tags: Record<string, string> = {};
  let nextToken: string | undefined;
  do {
    const page = await client.send(new ListTagsOfResourceCommand({ ResourceArn: arn, NextToken: nextToken }));
    for (const tag of page.Tags ?? []) tags[answered(tag, "Key")] = answered(tag, "Value");
    nextToken = page.NextToken;
  } while (nextToken !== undefined);
  return tags;
}

function recovery(backups: ContinuousBackupsDescription | undefined) {
  const recovery = backups?.PointInTimeRecoveryDescription;
  const enabled = recovery?.PointInTimeRecoveryStatus === "ENABLED";
  return {
    pointInTimeRecovery: enabled,
    recoveryPeriodInDays: enabled ? (recovery?.RecoveryPeriodInDays ?? 35) : 0,
    earliest: recovery?.EarliestRestorableDateTime?.toISOString(),
    latest: recovery?.LatestRestorableDateTime?.toISOString(),
  };
}

async function ifItExists<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ResourceNotFoundException || error instanceof TableNotFoundException) return undefined;
    throw error;
  }
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
