import {
  type ContinuousBackupsDescription,
  DescribeContinuousBackupsCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  ListTagsOfResourceCommand,
  paginateListTables,
  ResourceNotFoundException,
  type TableDescription,
  TableNotFoundException,
} from "@aws-sdk/client-dynamodb";
import { formatInstant } from "../restore-points/instant";
import { answered } from "./answered";
import { type AwsAccessSource, allEnded, eachAtOnce } from "./aws";
import { CONCURRENCY, describeTable, type TableProtection, type TableSettings } from "./dynamodb";
import { dynamodbClient } from "./dynamodb-client";
import { eachCounted } from "./long-work";
import { isTaking } from "./taking-name";

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
  /** Only read if requested: DynamoDB lists the tags of ten tables a second, in an account and a region. */
  tags?: Record<string, string>;
}

/**
 * Reads a region's tables, and each property of a table once for all callers: DynamoDB describes the continuous backups, and
 * lists the tags, of ten tables a second. Tables that do not exist are left out.
 */
export class TableReader {
  readonly #client: DynamoDBClient;
  readonly #takingNames: boolean;
  readonly #stack: string | undefined;
  readonly #found = new Map<string, Promise<unknown>>();

  /**
   * @param takingNames Whether copies that are taking names in a switch-over are shown under them.
   * @param stack Whose copies: `<organization>/<project>/<stack>`. By default those of any stack.
   */
  constructor(region: string, access: AwsAccessSource, takingNames = true, stack?: string) {
    this.#client = dynamodbClient(region, access);
    this.#takingNames = takingNames;
    this.#stack = stack;
  }

  /** Those of the names that copies are taking in a switch-over. */
  async taken(tables: readonly string[]): Promise<string[]> {
    const places = await eachAtOnce(tables, CONCURRENCY, (name) => this.#physical(name));
    return tables.filter((name, index) => places[index] !== name);
  }

  /** Those of the names that copies are marked for, though their tables may have them yet. */
  async marked(tables: readonly string[]): Promise<string[]> {
    const wanted = new Set(tables);
    const copies = (await this.#listed()).filter((copy) => copy !== nameOfCopy(copy) && wanted.has(nameOfCopy(copy)));
    const takes = await eachAtOnce(copies, CONCURRENCY, (copy) => this.#takes(copy, nameOfCopy(copy)));
    return [...new Set(copies.filter((_, index) => takes[index]).map(nameOfCopy))];
  }

  /** The names of all tables of the region, and those that copies are taking in a switch-over. */
  names(): Promise<string[]> {
    return this.#once("names", async () => {
      const names = await this.#listed();
      if (!this.#takingNames) return names;
      const known = new Set(names);
      const free = names.filter((name) => !known.has(nameOfCopy(name)));
      const taken = await eachAtOnce(free, CONCURRENCY, async (copy) => {
        const name = nameOfCopy(copy);
        return (await this.#takes(copy, name)) ? [name] : [];
      });
      return [...names, ...taken.flat()];
    });
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
    return this.#each(tables, async (name) => ({ name, tags: await this.#tags(name) }));
  }

  /** All of the tables that copies are built like. */
  settings(tables: readonly string[]): Promise<TableSettings[]> {
    return this.#each(tables, async (name) => {
      const [table, timeToLiveAttribute, tags] = await allEnded([
        this.#described(name),
        this.#once(`time to live ${name}`, async () => timeToLiveOf(this.#client, await this.#physical(name))),
        this.#tags(name),
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
      return { ...restore, tags: (await ifItExists(() => this.#tags(name))) ?? {} };
    });
  }

  async #described(name: string): Promise<TableProtection & { description: TableDescription }> {
    const [description, backups] = await allEnded([
      this.#description(name),
      this.#once(`continuous backups ${name}`, async () =>
        this.#client.send(new DescribeContinuousBackupsCommand({ TableName: await this.#physical(name) })),
      ),
    ]);
    return described(description, backups.ContinuousBackupsDescription);
  }

  /** The table of this name, or the copy that is taking the name in a switch-over, as if it had it already. */
  async #description(name: string): Promise<TableDescription> {
    const physical = await this.#physical(name);
    const found = await this.#read(physical);
    if (physical === name) return found;
    return { ...found, TableName: name, TableArn: found.TableArn?.replace(/[^/]+$/, name) };
  }

  #listed(): Promise<string[]> {
    return this.#once("listed", () => listTables(this.#client));
  }

  #physical(name: string): Promise<string> {
    if (!this.#takingNames) return Promise.resolve(name);
    return this.#once(`place ${name}`, async () => {
      const found = await ifItExists(() => this.#read(name));
      if (found !== undefined && !isUnderWay(found)) return name;
      const names = await this.#listed();
      const copies = names.filter((copy) => copy !== name && nameOfCopy(copy) === name);
      const takes = await eachAtOnce(copies, CONCURRENCY, (copy) => this.#takes(copy, name));
      return copies.find((_, index) => takes[index]) ?? name;
    });
  }

  async #takes(copy: string, name: string): Promise<boolean> {
    const { TableArn = "" } = (await ifItExists(() => this.#read(copy))) ?? {};
    return TableArn !== "" && isTaking(await this.#tagsOf(TableArn), name, this.#stack);
  }

  #read(name: string): Promise<TableDescription> {
    return this.#once(`table ${name}`, () => describeTable(this.#client, name));
  }

  async #tags(name: string): Promise<Record<string, string>> {
    return await this.#tagsOf((await this.#read(await this.#physical(name))).TableArn ?? "");
  }

  #tagsOf(arn: string): Promise<Record<string, string>> {
    return this.#once(`tags ${arn}`, () => tagsOf(this.#client, arn));
  }

  #once<Result>(what: string, read: () => Promise<Result>): Promise<Result> {
    // Cast: each `what` is read in one place above, with one type.
    const found = (this.#found.get(what) as Promise<Result> | undefined) ?? read();
    this.#found.set(what, found);
    return found;
  }

  async #each<Result>(tables: readonly string[], read: (name: string) => Promise<Result>): Promise<Result[]> {
    const found = await eachCounted("reads DynamoDB", "tables", tables, CONCURRENCY, (name) =>
      ifItExists(() => read(name)),
    );
    return found.filter((each) => each !== undefined);
  }
}

/** The name of the table that a copy next to it is of; the same name where it is no such copy. */
function nameOfCopy(table: string): string {
  return table.replace(/-\d{8}t\d{6}z$/, "");
}

/** Whether a table is on its way out, or restored from a backup and not complete: a switch-over protects it last. */
function isUnderWay({ TableStatus, RestoreSummary, DeletionProtectionEnabled }: TableDescription): boolean {
  if (TableStatus === "DELETING") return true;
  return RestoreSummary?.SourceBackupArn !== undefined && (TableStatus === "CREATING" || !DeletionProtectionEnabled);
}

async function listTables(client: DynamoDBClient): Promise<string[]> {
  const names: string[] = [];
  for await (const page of paginateListTables({ client }, {})) names.push(...(page.TableNames ?? []));
  return names;
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

/** The attribute that a table's items expire by, if they do. A change takes up to an hour, in which no other one is accepted. */
export async function timeToLiveOf(client: DynamoDBClient, name: string): Promise<string | undefined> {
  const { TimeToLiveDescription: found } = await client.send(new DescribeTimeToLiveCommand({ TableName: name }));
  const isOn = found?.TimeToLiveStatus === "ENABLED" || found?.TimeToLiveStatus === "ENABLING";
  return isOn ? found.AttributeName : undefined;
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
