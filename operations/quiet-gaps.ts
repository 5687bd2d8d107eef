import type { TableDescription } from "@aws-sdk/client-dynamodb";
import { instantMillis } from "../restore-points/instant";
import { CommitTimes, type CoordinatorContainer, type QuietGapsSearch } from "../restore-points/quiet-gaps";
import type { AwsAccessSource } from "./aws";
import { waitingClock } from "./clock";
import { findAccount, readingKey } from "./cosmosdb";
import { coordinatorRows as cosmosdbRows } from "./cosmosdb-coordinator";
import { describeTable } from "./dynamodb";
import { dynamodbClient } from "./dynamodb-client";
import { coordinatorRows, readCapacity } from "./dynamodb-coordinator";

/** Request units a second: a tenth of what Schema Loader gives each container without `--ru`, which is 400. */
const REQUEST_UNITS_PER_SECOND = 40;

/** The share of a live table's capacity that reading may use: its transactions need the rest. */
const SHARE = 0.1;

const BYTES_PER_UNIT = 4096;

/**
 * Reads the commit times of live coordinators, and finds gaps between them. Changes nothing. The only line that it says is a
 * `QuietGaps` as JSON; what it costs and how far it is goes to `report`.
 */
export async function findQuietGaps(
  { tables, containers, from, to, readUnits }: QuietGapsSearch,
  access: AwsAccessSource,
  say: (line: string) => void,
  report: (line: string) => void = console.error,
): Promise<void> {
  const readAt = waitingClock().now();
  const times = new CommitTimes({ start: instantMillis(from), end: instantMillis(to) });
  for (const { region, table } of tables) {
    const client = dynamodbClient(region, access);
    const description = await describeTable(client, table);
    const unitsPerSecond = readUnits ?? readCapacity(description) * SHARE;
    report(costOf(table, region, description, unitsPerSecond));
    for await (const page of coordinatorRows(client, table, report, unitsPerSecond))
      for (const row of page) times.add(row);
  }
  for (const container of containers)
    for await (const page of liveContainerRows(container, readUnits ?? REQUEST_UNITS_PER_SECOND, report))
      for (const row of page) times.add(row);
  say(JSON.stringify(times.quietGaps(readAt)));
}

function costOf(table: string, region: string, { TableSizeBytes = 0 }: TableDescription, perSecond: number): string {
  const units = Math.ceil(TableSizeBytes / BYTES_PER_UNIT);
  const minutes = Math.ceil(units / perSecond / 60);
  return `${table} in ${region}: all of it is read once, about ${units} read units, at ${perSecond} a second: ${minutes} ${minutes === 1 ? "minute" : "minutes"} or less`;
}

/** The rows of a live coordinator in Cosmos DB. Its account is found with the credentials of the environment. */
async function* liveContainerRows(
  { subscriptionId, database, container, ...address }: CoordinatorContainer,
  unitsPerSecond: number,
  report: (line: string) => void,
): ReturnType<typeof cosmosdbRows> {
  const access = { subscriptionId };
  const account = await findAccount(address, access);
  if (account === undefined)
    throw new Error(
      `there is no account ${address.accountName} in resource group ${address.resourceGroupName}, which the stack's outputs name; run "pulumi up", which looks it up again`,
    );
  const level = account.properties.consistencyPolicy?.defaultConsistencyLevel;
  if (level !== "Strong")
    report(`account ${account.name} is read with consistency ${level}: commits of the last seconds may be missing`);
  report(
    `${database}.${container} in account ${account.name}: all of it is read once, at ${unitsPerSecond} request units a second`,
  );
  const key = await readingKey(address, access);
  yield* cosmosdbRows({ account, key, database, container, unitsPerSecond }, report);
}
