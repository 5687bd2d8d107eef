/**
 * DynamoDB's `Scan` of a table, without indexes and filters. [botocore: dynamodb/2012-08-10/service-2.json, ScanInput and
 * ScanOutput; Amazon DynamoDB Developer Guide, "Scanning tables" and "DynamoDB read consumption"]
 */

import { isDeepStrictEqual } from "node:util";
import { invalid } from "./dynamodb-errors";
import { itemSize, placeOf, primaryKey, type TypedItem, typed } from "./dynamodb-item";
import { project, projected } from "./dynamodb-projection";
import type { Table } from "./dynamodb-table";
import type { AwsError } from "./error";

const PAGE_BYTES = 2 ** 20;
const READ_UNIT_BYTES = 4096;
const SEGMENTS = 1_000_000;

export interface ScanInput {
  TableName: string;
  ConsistentRead?: boolean;
  ProjectionExpression?: string;
  ExpressionAttributeNames?: Record<string, string>;
  Limit?: number;
  ExclusiveStartKey?: TypedItem;
  Segment?: number;
  TotalSegments?: number;
  ReturnConsumedCapacity?: string;
}

/** The members of `ScanInput` that are simulated. */
export const SCAN_MEMBERS = [
  "TableName",
  "ConsistentRead",
  "ProjectionExpression",
  "ExpressionAttributeNames",
  "Limit",
  "ExclusiveStartKey",
  "Segment",
  "TotalSegments",
  "ReturnConsumedCapacity",
] satisfies (keyof ScanInput)[];

export function scan(table: Table, input: ScanInput): object {
  const { TableName, ConsistentRead, Limit, ReturnConsumedCapacity = "NONE" } = input;
  const attributes = projected(input.ProjectionExpression, input.ExpressionAttributeNames);
  if (Limit !== undefined) inRange("limit", Limit, 1);
  if (!["INDEXES", "TOTAL", "NONE"].includes(ReturnConsumedCapacity))
    throw invalid(`Value '${ReturnConsumedCapacity}' at 'returnConsumedCapacity' must be one of INDEXES, TOTAL, NONE`);
  const schema = table.settings.keySchema;
  const isInSegment = segmentOf(input);
  const after = startOf(input, table, isInSegment);
  const rest = [...table.items().values()]
    .map((item) => {
      const key = primaryKey(typed(item), schema);
      return { item: typed(item), key, ...placeOf(key, schema) };
    })
    .filter(({ hash, position }) => isInSegment(hash) && (after === undefined || position > after))
    .sort((one, other) => (one.position < other.position ? -1 : 1));

  let bytes = 0;
  let count = 0;
  for (const { item } of rest) {
    const size = itemSize(item);
    if (count === Limit || (count > 0 && bytes + size > PAGE_BYTES)) break;
    bytes += size;
    count += 1;
  }
  const units = Math.max(1, Math.ceil(bytes / READ_UNIT_BYTES)) * (ConsistentRead ? 1 : 0.5);
  table.consumeReads(units);
  // At the limit there is a key even if nothing follows it.
  const isLast = count === rest.length && count !== Limit;
  return {
    Items: rest.slice(0, count).map(({ item }) => project(item, attributes)),
    Count: count,
    ScannedCount: count,
    LastEvaluatedKey: isLast || count === 0 ? undefined : rest[count - 1]?.key,
    ConsumedCapacity:
      ReturnConsumedCapacity === "NONE"
        ? undefined
        : {
            TableName,
            CapacityUnits: units,
            ...(ReturnConsumedCapacity === "INDEXES" && { Table: { CapacityUnits: units } }),
          },
  };
}

/** Which hashes a segment of a parallel scan reads. */
function segmentOf({ Segment: segment, TotalSegments: total }: ScanInput): (hash: number) => boolean {
  if (segment === undefined && total === undefined) return () => true;
  if (total === undefined) throw missing("TotalSegments", "Segment");
  if (segment === undefined) throw missing("Segment", "TotalSegments");
  inRange("totalSegments", total, 1, SEGMENTS);
  inRange("segment", segment, 0, SEGMENTS - 1);
  if (segment >= total)
    throw invalid(
      `The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: ${segment} is not less than TotalSegments: ${total}`,
    );
  return (hash) => hash % total === segment;
}

/** The position after which a scan goes on. */
function startOf(
  { ExclusiveStartKey: key }: ScanInput,
  { settings }: Table,
  isInSegment: (hash: number) => boolean,
): string | undefined {
  if (key === undefined) return undefined;
  const types = settings.keySchema.map(({ AttributeName: name }) => [
    name,
    settings.attributes.find(({ AttributeName }) => AttributeName === name)?.AttributeType,
  ]);
  const given = Object.entries(key).map(([name, value]) => [name, Object.keys(value)[0]]);
  if (!isDeepStrictEqual(given.sort(), types.sort())) throw invalid("The provided starting key is invalid");
  const { hash, position } = placeOf(key, settings.keySchema);
  if (!isInSegment(hash))
    throw invalid("The provided starting key is invalid: Invalid ExclusiveStartKey for this Segment");
  return position;
}

function inRange(member: string, value: number, least: number, most = Number.POSITIVE_INFINITY): void {
  if (!Number.isInteger(value) || value < least || value > most)
    throw invalid(
      `1 validation error detected: Value '${value}' at '${member}' failed to satisfy constraint: Member must have value between ${least} and ${most}`,
    );
}

function missing(member: string, other: string): AwsError {
  return invalid(
    `The ${member} parameter is required but was not present in the request when parameter ${other} is present`,
  );
}
