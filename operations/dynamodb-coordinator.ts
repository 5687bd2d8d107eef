import { type AttributeValue, type DynamoDBClient, ScanCommand, type TableDescription } from "@aws-sdk/client-dynamodb";
import type { CoordinatorRow } from "../restore-points/verification/coordinator-row";
import { waitingClock } from "./clock";
import { describeTable } from "./dynamodb";

/** The read units a second that may be used of an on-demand table that nothing else reads: its first partition serves 3,000. */
const ON_DEMAND_UNITS_PER_SECOND = 2_000;

/** Rows to a unit of strongly consistent reading (4 KiB), at most: a row without a group has more than 100 bytes. */
const ROWS_PER_UNIT = 32;

/** How often the capacity is read again: autoscaling raises it while it is used up. */
const CAPACITY_MILLIS = 60_000;

const SECOND = 1000;

/**
 * The rows of ScalarDB's coordinator table, page by page. A copy is read at the rate that its capacity allows; a live table should
 * be read at a share of it, `perSecond` read units.
 * ScalarDB stores columns as attributes of their names (com.scalar.db.storage.dynamo.ResultInterpreter); null ones are absent.
 */
export async function* coordinatorRows(
  client: DynamoDBClient,
  table: string,
  say: (line: string) => void,
  perSecond?: number,
): AsyncGenerator<readonly CoordinatorRow[]> {
  const clock = waitingClock();
  let start: Record<string, AttributeValue> | undefined;
  let rows = 0;
  let unitsPerSecond = 0;
  let lookAgain = Number.NEGATIVE_INFINITY;
  let said = clock.now();
  do {
    if (clock.now() >= lookAgain) {
      unitsPerSecond = perSecond ?? readCapacity(await describeTable(client, table));
      lookAgain = clock.now() + CAPACITY_MILLIS;
    }
    const asked = clock.now();
    const page = await client.send(
      new ScanCommand({
        TableName: table,
        ConsistentRead: true,
        ReturnConsumedCapacity: "TOTAL",
        // About what the table serves in a second, so that a small table is not asked for a page of many seconds at once.
        Limit: Math.ceil(unitsPerSecond) * ROWS_PER_UNIT,
        ProjectionExpression: "#id, #state, #created, #children, #writes",
        ExpressionAttributeNames: {
          "#id": "tx_id",
          "#state": "tx_state",
          "#created": "tx_created_at",
          "#children": "tx_child_ids",
          "#writes": "tx_write_set",
        },
        ExclusiveStartKey: start,
      }),
    );
    const items = page.Items ?? [];
    rows += items.length;
    yield items.map((item) => rowOf(table, item));
    start = page.LastEvaluatedKey;
    if (clock.now() - said >= CAPACITY_MILLIS) {
      say(`${table}: ${rows} rows read`);
      said = clock.now();
    }
    const due = asked + ((page.ConsumedCapacity?.CapacityUnits ?? 0) / unitsPerSecond) * SECOND;
    if (start !== undefined && due > clock.now()) await clock.wait(due - clock.now());
  } while (start !== undefined);
  say(`${table}: ${rows} rows`);
}

/** The units a second that may be read of a copy: all that is provisioned, because nothing else reads it. */
export function readCapacity({ ProvisionedThroughput, OnDemandThroughput }: TableDescription): number {
  const provisioned = ProvisionedThroughput?.ReadCapacityUnits ?? 0;
  if (provisioned > 0) return provisioned;
  const limit = OnDemandThroughput?.MaxReadRequestUnits ?? -1;
  return limit > 0 ? Math.min(limit, ON_DEMAND_UNITS_PER_SECOND) : ON_DEMAND_UNITS_PER_SECOND;
}

/** @throws {Error} for an item that is no row of a coordinator. */
function rowOf(table: string, item: Record<string, AttributeValue>): CoordinatorRow {
  const id = item.tx_id?.S;
  if (id === undefined)
    throw new Error(
      `table ${table} has an item without tx_id, so it is not ScalarDB's coordinator; set existing.coordinatorNamespace to scalar.db.consensus_commit.coordinator.namespace`,
    );
  return {
    id,
    state: Number(item.tx_state?.N),
    createdAt: Number(item.tx_created_at?.N),
    ...(item.tx_child_ids?.S !== undefined && { childIds: item.tx_child_ids.S }),
    ...(item.tx_write_set?.B !== undefined && { writeSet: true }),
  };
}
