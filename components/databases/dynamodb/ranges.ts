import type { TableProtection } from "../../../operations/dynamodb";
import type { ReportedRange } from "../../../restore-points/ranges";

/** A table whose recovery began this soon after its creation has a range that covers its whole life. */
const WHOLE_LIFE_MILLIS = 15 * 60_000;

/** A table's creation and restorable range. */
export type TableRange = Pick<TableProtection, "name" | "created" | "earliest" | "latest">;

/**
 * What a set of tables can be restored to. A table that has been protected since it was created does not limit how far
 * back the set goes: before its creation it did not exist, and is left out.
 */
export function rangeOfTables(name: string, tables: readonly TableRange[]): ReportedRange {
  if (tables.length === 0) return { name, unknownBecause: "it has no table yet" };
  const restorable = tables.filter(isRestorable);
  const unprotected = tables.filter((table) => !isRestorable(table));
  if (unprotected.length > 0)
    return {
      name,
      unknownBecause: `point-in-time recovery is off for ${unprotected.map((table) => table.name).join(", ")}; "pulumi up" switches it on`,
    };
  const limits = restorable.filter(
    ({ earliest, created }) => Date.parse(earliest) - Date.parse(created) > WHOLE_LIFE_MILLIS,
  );
  const reaching = limits.length > 0 ? limits : restorable;
  const earliest = reaching.map((table) => table.earliest);
  return {
    name,
    // Tables that only limit each other by their age: the oldest says how far back the set goes.
    earliest: limits.length > 0 ? latestOf(earliest) : earliestOf(earliest),
    latest: earliestOf(restorable.map((table) => table.latest)),
  };
}

type RestorableTable = TableRange & Required<Pick<TableRange, "earliest" | "latest">>;

function isRestorable(table: TableRange): table is RestorableTable {
  return table.earliest !== undefined && table.latest !== undefined;
}

/** The tables that have to be restored for an instant: those that existed then. */
export function tablesAt<Table extends TableRange>(tables: readonly Table[], instant: string): Table[] {
  return tables.filter((table) => Date.parse(table.created) <= Date.parse(instant));
}

/** Why one of these tables cannot be restored to an instant at which it existed: its recovery was not on yet. */
export function notYetProtected(tables: readonly TableRange[], instant: string): string | undefined {
  const table = tables.find(({ earliest }) => earliest !== undefined && Date.parse(earliest) > Date.parse(instant));
  return (
    table &&
    `table ${table.name} existed at ${instant}, but can be restored only from ${table.earliest} on; choose a later instant`
  );
}

const latestOf = (instants: string[]) => instants.reduce((a, b) => (Date.parse(a) > Date.parse(b) ? a : b));
const earliestOf = (instants: string[]) => instants.reduce((a, b) => (Date.parse(a) < Date.parse(b) ? a : b));
