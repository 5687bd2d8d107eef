import type { TableDescription } from "@aws-sdk/client-dynamodb";
import { instantMillis } from "../restore-points/instant";
import { CommitTimes, type QuietGapsSearch } from "../restore-points/quiet-gaps";
import type { AwsAccessSource } from "./aws";
import { waitingClock } from "./clock";
import { describeTable } from "./dynamodb";
import { dynamodbClient } from "./dynamodb-client";
import { coordinatorRows, readCapacity } from "./dynamodb-coordinator";

/** The share of a live table's capacity that reading may use: its transactions need the rest. */
const SHARE = 0.1;

const BYTES_PER_UNIT = 4096;

/**
 * Reads the commit times of live coordinators, and finds gaps between them. Changes nothing. The only line that it says is a
 * `QuietGaps` as JSON; what it costs and how far it is goes to `report`.
 */
export async function findQuietGaps(
  { tables, from, to, readUnits }: QuietGapsSearch,
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
  say(JSON.stringify(times.quietGaps(readAt)));
}

function costOf(table: string, region: string, { TableSizeBytes = 0 }: TableDescription, perSecond: number): string {
  const units = Math.ceil(TableSizeBytes / BYTES_PER_UNIT);
  const minutes = Math.ceil(units / perSecond / 60);
  return `${table} in ${region}: all of it is read once, about ${units} read units, at ${perSecond} a second: ${minutes} ${minutes === 1 ? "minute" : "minutes"} or less`;
}
