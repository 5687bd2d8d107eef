import {
  type AttributeValue,
  DeleteItemCommand,
  type DynamoDBClient,
  type GlobalSecondaryIndexDescription,
  type GlobalSecondaryIndexUpdate,
  PutItemCommand,
  ScanCommand,
  type TableDescription,
  UpdateTableCommand,
} from "@aws-sdk/client-dynamodb";
import { indexName, type NamespacePrefixes, prefixed, renamedIndex } from "../restore-points/namespace-prefix";
import { type AwsAccessSource, eachAtOnce } from "./aws";
import { CONCURRENCY, describeTable } from "./dynamodb";
import { selfPacedDynamodbClient } from "./dynamodb-client";
import { eachCounted } from "./long-work";
import { accepted } from "./switch-over/tables";
import { until } from "./until";

/** What `renameNamespaces` is asked: copies of ScalarDB's tables whose namespaces have another prefix. */
export interface NamespacesRenaming extends NamespacePrefixes {
  region: string;
  /** The sources' full names. */
  tables: string[];
  /** The namespace of ScalarDB's own tables, such as `scalardb`. */
  metadataNamespace: string;
  /** Of the copies: RFC 3339, UTC. Copies of another instant are other copies, and get their names again. */
  instant: string;
}

/** The key of a row in ScalarDB's metadata: a table's full name (com.scalar.db.storage.dynamo.DynamoAdmin.METADATA_ATTR_TABLE). */
const TABLE_ATTRIBUTE = "table";
/** The columns with a secondary index (DynamoAdmin.METADATA_ATTR_SECONDARY_INDEX); absent for a table without one. */
const INDEXED_ATTRIBUTE = "secondaryIndex";
/** The key of a row in the list of namespaces (DynamoAdmin.NAMESPACES_ATTR_NAME), which versions up to 3.19 do not have. */
const NAMESPACE_ATTRIBUTE = "namespace_name";

/** "up to 500 simultaneous table operations", with secondary indexes 250 [AWS API Reference, LimitExceededException]. */
const INDEXED_TABLES_AT_ONCE = 250;

const POLL_MILLIS = 10_000;
/** An index is filled with all items of its table: as long as a restore may take. */
const INDEX_LIMIT_MILLIS = 12 * 60 * 60_000;

type Row = Record<string, AttributeValue>;

/**
 * Lets ScalarDB find copies under another namespace prefix. ScalarDB looks a table up in its metadata by the full name, prefix
 * included, and queries an index by a name that begins with the table's: so rows of the copied metadata get other keys, and indexes
 * are created under other names. Idempotent and resumable; the sources are not changed.
 */
export async function renameNamespaces(
  request: NamespacesRenaming,
  access: AwsAccessSource,
  say: (line: string) => void,
): Promise<void> {
  const client = selfPacedDynamodbClient(request.region, access);
  const copies = new Map(request.tables.map((table) => [prefixed(request, table), table]));
  const metadata = prefixed(request, `${request.from}${request.metadataNamespace}.metadata`);
  const namespaces = prefixed(request, `${request.from}${request.metadataNamespace}.namespaces`);
  const rows = await rowsOf(client, metadata);
  const without = rows.map((row) => newKey(request, row, TABLE_ATTRIBUTE)).filter((table) => !copies.has(table));
  if (without.length > 0)
    throw new Error(
      `${metadata} has tables that are not copied: ${without.join(", ")}. A namespace prefix holds for all tables of a ScalarDB: name their namespaces in databases[].dynamodb.existing.namespaces, or restore without restoreTo.namespacePrefix`,
    );
  await renameRows(client, metadata, rows, TABLE_ATTRIBUTE, request, say);
  if (copies.has(namespaces))
    await renameRows(client, namespaces, await rowsOf(client, namespaces), NAMESPACE_ATTRIBUTE, request, say);
  await eachCounted("renames indexes", "tables", [...copies], INDEXED_TABLES_AT_ONCE, ([copy, source]) =>
    renameIndexes(client, copy, source, say),
  );
  await eachAtOnce(rows, CONCURRENCY, async (row) => {
    const columns = row[INDEXED_ATTRIBUTE]?.SS ?? [];
    if (columns.length === 0) return;
    const copy = newKey(request, row, TABLE_ATTRIBUTE);
    const names = indexNames(await describeTable(client, copy));
    const missing = columns.map((column) => indexName(copy, column)).filter((name) => !names.includes(name));
    if (missing.length > 0)
      throw new Error(
        `table ${copy} has no index ${missing.join(", ")}, which ScalarDB expects; its indexes: ${names.join(", ") || "none"}. Repair the table with the Schema Loader, or restore to another instant`,
      );
  });
}

async function rowsOf(client: DynamoDBClient, table: string): Promise<Row[]> {
  const rows: Row[] = [];
  let start: Row | undefined;
  do {
    const page = await client.send(
      new ScanCommand({ TableName: table, ConsistentRead: true, ExclusiveStartKey: start }),
    );
    rows.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  return rows;
}

function keyOf(row: Row, attribute: string): string {
  const key = row[attribute]?.S;
  if (key === undefined) throw new Error(`a row of ScalarDB's own tables has no attribute "${attribute}"`);
  return key;
}

/** A row's key once it is renamed; no key of a source begins with the new prefix. */
function newKey(names: NamespacesRenaming, row: Row, attribute: string): string {
  const key = keyOf(row, attribute);
  return key.startsWith(names.to) ? key : prefixed(names, key);
}

/** Writes each row under its new key before it deletes the old one. */
async function renameRows(
  client: DynamoDBClient,
  table: string,
  rows: readonly Row[],
  attribute: string,
  names: NamespacesRenaming,
  say: (line: string) => void,
): Promise<void> {
  const old = rows.filter((row) => keyOf(row, attribute) !== newKey(names, row, attribute));
  await eachCounted(`renames rows of ${table}`, "rows", old, CONCURRENCY, async (row) => {
    const Item = { ...row, [attribute]: { S: newKey(names, row, attribute) } };
    await client.send(new PutItemCommand({ TableName: table, Item }));
    await client.send(new DeleteItemCommand({ TableName: table, Key: { [attribute]: { S: keyOf(row, attribute) } } }));
  });
  say(`${table}: ${old.length} of ${rows.length} rows get the new prefix`);
}

function indexNames({ GlobalSecondaryIndexes: indexes = [] }: TableDescription): string[] {
  return indexes.map(({ IndexName: name = "" }) => name);
}

/** An index cannot be renamed: another one is created and filled, and the old one deleted, one change of a table at a time. */
async function renameIndexes(
  client: DynamoDBClient,
  copy: string,
  source: string,
  say: (line: string) => void,
): Promise<void> {
  const first = await describeTable(client, copy);
  if (indexNames(first).every((name) => renamedIndex(name, source, copy) === name)) return;
  const wait = {
    what: `${copy}: its indexes get their names`,
    everyMillis: POLL_MILLIS,
    limitMillis: INDEX_LIMIT_MILLIS,
  };
  await until(
    wait,
    async () => {
      const table = await describeTable(client, copy);
      const indexes = table.GlobalSecondaryIndexes ?? [];
      const names = indexNames(table);
      const old = indexes.filter(({ IndexName: name = "" }) => renamedIndex(name, source, copy) !== name);
      const busy = indexes.filter(({ IndexStatus: status }) => status !== "ACTIVE");
      if (old.length === 0 && busy.length === 0) return undefined;
      const state = `${old.length} of ${indexes.length} have old names${busy.map(({ IndexName: name, IndexStatus: status }) => `, ${name} is ${status}`).join("")}`;
      if (busy.length > 0 || table.TableStatus !== "ACTIVE") return state;
      for (const index of old) {
        const name = renamedIndex(index.IndexName ?? "", source, copy);
        const exists = names.includes(name);
        const change = exists ? { Delete: { IndexName: index.IndexName } } : creationOf(index, name);
        const update = {
          TableName: copy,
          AttributeDefinitions: table.AttributeDefinitions,
          GlobalSecondaryIndexUpdates: [change],
        };
        if (await accepted(() => client.send(new UpdateTableCommand(update))))
          say(`${copy}: index ${exists ? `${index.IndexName} is deleted` : `${name} is created`}`);
        break;
      }
      return state;
    },
    say,
  );
  say(`${copy}: its indexes have their names`);
}

/** An index like this one, under another name. */
function creationOf(index: GlobalSecondaryIndexDescription, name: string): GlobalSecondaryIndexUpdate {
  const { ReadCapacityUnits = 0, WriteCapacityUnits = 0 } = index.ProvisionedThroughput ?? {};
  return {
    Create: {
      IndexName: name,
      KeySchema: index.KeySchema,
      Projection: index.Projection,
      // A table that is paid for by request has indexes with 0 units, which CreateGlobalSecondaryIndexAction refuses.
      ...(ReadCapacityUnits > 0 && { ProvisionedThroughput: { ReadCapacityUnits, WriteCapacityUnits } }),
      ...(index.OnDemandThroughput && { OnDemandThroughput: index.OnDemandThroughput }),
    },
  };
}
