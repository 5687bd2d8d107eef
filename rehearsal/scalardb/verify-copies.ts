/**
 * The images that verify copies in a Job, on the simulated clouds: Scalar's Schema Loader has ScalarDB in `/app.jar`, and a JDK runs
 * VerifyCopies.java with it. What the program itself finds is tested with real ScalarDB (test/scalardb/verifier.test.ts); here it reads
 * the simulated databases that its properties name.
 */

import type { SimulatedCloud } from "../../simulator/cloud/cloud";
import type { ContainerEnd, ContainerRun, SimulatedImage } from "../../simulator/cloud/kubernetes/images";
import { type AccountRecord, COORDINATOR_TABLE, type CoordinatorRecord, TransactionState } from "./record";
import { dynamodbDatabase, relationalDatabase } from "./stores/databases";
import type { Database } from "./stores/written";

/** What stores a namespace of ScalarDB: the tables of the rehearsal's bank, by their names. */
export interface Bank {
  /** The tables of accounts, and of the coordinator, by the names of their databases in the properties. */
  tables: Record<string, string[]>;
}

export function verifyingImages(cloud: SimulatedCloud, bank: Bank): SimulatedImage[] {
  return [
    { reference: /scalardb-schema-loader:/, files: ["/app.jar"] },
    { reference: /eclipse-temurin:/, run: (run) => java(cloud, bank, run) },
  ];
}

function java(cloud: SimulatedCloud, bank: Bank, { words, files }: ContainerRun): ContainerEnd {
  const classPath = words[words.indexOf("-cp") + 1] ?? "";
  const program = words.findIndex((word) => word.endsWith("VerifyCopies.java"));
  if (classPath.split(":").some((jar) => !files.has(jar))) return failed("package com.scalar.db.api does not exist");
  if (!files.has(words[program] ?? "")) return failed(`file not found: ${words[program]}`);
  const properties = propertiesIn(files.get(words[program + 1] ?? "") ?? "");
  const settings = propertiesIn(words.slice(program + 2).join("\n"));
  const copies = databasesOf(cloud, properties);
  const since = Number(settings.get("since"));
  const presentFile = settings.get("presentFile");
  if (presentFile !== undefined && !files.has(presentFile)) return failed(`there is no ${presentFile}`);
  const present = propertiesIn(files.get(presentFile ?? "") ?? "");
  const compared = presentFile !== undefined && {
    present: comparison(coordinatorIn(copies, bank), coordinatorIn(databasesOf(cloud, present), bank), {
      since,
      readAt: cloud.clock.now(),
    }),
  };
  return { exitCode: 0, message: JSON.stringify({ ...scan(copies, bank, since), ...compared }) };
}

const failed = (error: string): ContainerEnd => ({ exitCode: 1, message: JSON.stringify({ error }) });

function propertiesIn(text: string): Map<string, string> {
  return new Map(text.split("\n").map((line) => line.split(/=(.*)/s) as [string, string]));
}

/** The databases that ScalarDB connects to with multi-storage, by their names. */
function databasesOf(cloud: SimulatedCloud, properties: ReadonlyMap<string, string>): Map<string, Database> {
  const names = (properties.get("scalar.db.multi_storage.storages") ?? "").split(",").map((name) => name.trim());
  return new Map(
    names.map((name) => {
      const prefix = `scalar.db.multi_storage.storages.${name}.`;
      const points = properties.get(`${prefix}contact_points`) ?? "";
      if (properties.get(`${prefix}storage`) === "dynamo")
        return [name, dynamodbDatabase(cloud.aws.dynamodb.region(points))];
      const region = /\.([a-z]+-[a-z]+-\d)\.rds\./.exec(points)?.[1] ?? "";
      const found = cloud.aws.rds
        .region(region)
        .clusters()
        .find(({ endpoint }) => points.includes(`//${endpoint}`));
      if (found === undefined) throw new Error(`${name}: nothing answers at ${points}`);
      return [name, relationalDatabase(found)];
    }),
  );
}

function coordinatorIn(databases: ReadonlyMap<string, Database>, { tables }: Bank): CoordinatorRecord[] {
  const names = Object.keys(tables).filter((name) => tables[name]?.includes(COORDINATOR_TABLE));
  // Cast: the table has records of the coordinator only.
  return names.flatMap((name) => [
    ...(databases.get(name)?.load(COORDINATOR_TABLE).values() ?? []),
  ]) as CoordinatorRecord[];
}

/** How a coordinator's copy differs from the coordinator that goes on. */
function comparison(
  copy: readonly CoordinatorRecord[],
  present: readonly CoordinatorRecord[],
  { since, readAt }: { since: number; readAt: number },
): object {
  const commits = copy.filter(({ tx_state }) => tx_state === TransactionState.COMMITTED);
  const horizon = Math.min(since, ...commits.map(({ tx_created_at }) => tx_created_at));
  const old = new Map(copy.map((row) => [row.tx_id, row]));
  const later = present.filter(({ tx_created_at }) => tx_created_at >= horizon);
  const ids = new Set(later.map(({ tx_id }) => tx_id));
  const only = later.filter(({ tx_id, tx_state }) => !old.has(tx_id) && tx_state === TransactionState.COMMITTED);
  const newest = later.map(({ tx_created_at }) => tx_created_at);
  return {
    table: COORDINATOR_TABLE,
    rowsInCopy: copy.length,
    rowsInPresent: later.length,
    newestCommits: found([...commits].sort((a, b) => b.tx_created_at - a.tx_created_at)),
    onlyInPresent: found(only.sort((a, b) => a.tx_created_at - b.tx_created_at)),
    missingInPresent: copy.filter(({ tx_id }) => !ids.has(tx_id)).length,
    changed: later.filter((row) => (old.get(row.tx_id)?.tx_created_at ?? row.tx_created_at) !== row.tx_created_at)
      .length,
    unknownStates: 0,
    ...(newest.length > 0 && { newestInPresent: Math.max(...newest) }),
    readAt,
  };
}

function found(rows: readonly CoordinatorRecord[]) {
  const [first] = rows;
  const examples = rows.slice(0, 5).map(({ tx_id, tx_created_at }) => ({ id: tx_id, createdAt: tx_created_at }));
  return { count: rows.length, ...(first && { first: first.tx_created_at }), examples };
}

function scan(databases: ReadonlyMap<string, Database>, { tables }: Bank, since: number): object {
  const load = (name: string, table: string) => [...(databases.get(name)?.load(table).values() ?? [])];
  const all = Object.entries(tables).flatMap(([name, own]) => own.map((table) => ({ name, table })));
  const rows = all.filter(({ table }) => table === COORDINATOR_TABLE).flatMap(({ name, table }) => load(name, table));
  const committed = new Set(
    (rows as CoordinatorRecord[])
      .filter(({ tx_state }) => tx_state === TransactionState.COMMITTED)
      .map(({ tx_id }) => tx_id),
  );
  const data = all.filter(({ table }) => table !== COORDINATOR_TABLE);
  const records = data.flatMap(({ name, table }) =>
    (load(name, table) as AccountRecord[]).map((record) => ({ table, record })),
  );
  const unfinished = records.filter(({ record }) => record.tx_state !== TransactionState.COMMITTED);
  const withoutRow = records.filter(
    ({ record }) =>
      record.tx_state === TransactionState.COMMITTED &&
      (record.tx_committed_at ?? Number.MAX_SAFE_INTEGER) >= since &&
      !committed.has(record.tx_id),
  );
  const examples = withoutRow
    .slice(0, 5)
    .map(({ table, record }) => ({ table, key: `account=${record.account}`, id: record.tx_id }));
  return {
    tables: data.length,
    records: records.length,
    committedWithoutRow: { count: withoutRow.length, examples },
    beforeImageWithoutRow: { count: 0, examples: [] },
    olderThanCoordinator: 0,
    unfinished: unfinished.length,
    tablesNotCovered: 0,
    notCovered: [],
  };
}
