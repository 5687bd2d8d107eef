import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { counted } from "../restore-points/counted";
import { formatInstant, instantMillis } from "../restore-points/instant";
import { compareCopies } from "../restore-points/verification/compare";
import type { CopyInstant } from "../restore-points/verification/facts";
import type { AwsAccessSource } from "./aws";
import { CONCURRENCY, describeTable } from "./dynamodb";
import { dynamodbClient } from "./dynamodb-client";
import { coordinatorRows } from "./dynamodb-coordinator";
import { eachCounted, longWork } from "./long-work";
import type { VerifiedBracket } from "./verified-bracket";

/** A table in a region. */
export interface TableCopy {
  region: string;
  table: string;
}

/** Copies of one database's tables. */
export interface TableCopies {
  /** The database's name in the set. */
  database: string;
  region: string;
  tables: string[];
}

/** What `verifyCopies` is asked. */
export interface DynamodbVerification {
  /** The database that has the coordinator. */
  database: string;
  /** The coordinator's table, by its source's name. */
  table: string;
  early: TableCopy;
  late: TableCopy;
  /** The copies of data, whose instants DynamoDB knows. */
  data: TableCopies[];
  /** Copies in other services, with the instants that are known of them. */
  otherData: CopyInstant[];
}

/**
 * Compares two copies of ScalarDB's coordinator, from before and after the data. Changes nothing. The last line that it says
 * is what it found, as JSON: what follows from that is decided by the program.
 */
export async function verifyCopies(
  { database, table, early, late, data, otherData }: DynamodbVerification,
  access: AwsAccessSource,
  say: (line: string) => void,
): Promise<void> {
  const clients = new Map<string, DynamoDBClient>();
  const clientOf = (region: string) => {
    const client = clients.get(region) ?? dynamodbClient(region, access);
    clients.set(region, client);
    return client;
  };
  const ofEarly = await restoredTo(clientOf(early.region), early.table);
  const ofLate = await restoredTo(clientOf(late.region), late.table);
  const ofData: CopyInstant[] = [...otherData];
  for (const copies of data) {
    const client = clientOf(copies.region);
    const what = `step 1 of 2, ${copies.database}: reads the instants of its copies`;
    const instants = await eachCounted(what, "tables", copies.tables, CONCURRENCY, (name) => restoredTo(client, name));
    ofData.push(...summary(copies.database, instants));
  }
  let read: string | undefined;
  const reads = (line: string) => {
    read = line;
    say(line);
  };
  const comparison = { what: `step 2 of 2, ${database}: compares the coordinator's copies`, state: () => read };
  const facts: VerifiedBracket = {
    database,
    table,
    early: ofEarly,
    late: ofLate,
    data: ofData,
    differences: await longWork(comparison, () =>
      compareCopies(
        coordinatorRows(clientOf(early.region), early.table, reads),
        coordinatorRows(clientOf(late.region), late.table, reads),
        ofEarly.instant === undefined ? Date.now() : instantMillis(ofEarly.instant),
      ),
    ),
    verifiedAt: formatInstant(Date.now()),
  };
  say(JSON.stringify(facts));
}

/** The instant that DynamoDB's own record of the restore says. */
async function restoredTo(client: DynamoDBClient, table: string): Promise<CopyInstant> {
  const at = (await describeTable(client, table)).RestoreSummary?.RestoreDateTime;
  if (at === undefined) return { name: table };
  return { name: table, instant: formatInstant(at.getTime(), { millis: at.getTime() % 1000 !== 0 }) };
}

/** A database may have a thousand tables: one line for those of each instant. */
function summary(database: string, copies: readonly CopyInstant[]): CopyInstant[] {
  const byInstant = new Map<string | undefined, string[]>();
  for (const { name, instant } of copies) byInstant.set(instant, [...(byInstant.get(instant) ?? []), name]);
  return [...byInstant].map(([instant, names]) => ({
    name: `${database}: ${names.length > 3 ? counted(names.length, "table") : names.join(", ")}`,
    ...(instant !== undefined && { instant }),
  }));
}
