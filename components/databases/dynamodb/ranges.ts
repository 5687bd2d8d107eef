import type { TableProtection } from "../../../operations/dynamodb";
import type { DatabaseRange } from "../../../restore-points/ranges";

/** A table whose recovery began this soon after its creation has a range that covers its whole life. */
const WHOLE_LIFE_MILLIS = 15 * 60_000;

/** A table's creation and restorable range. */
export type TableRange = Pick<TableProtection, "name" | "created" | "earliest" | "latest">;

/**
 * What a set of tables can be restored to. A table that has been protected since it was created does not limit how far
 * back the set goes: before its creation it did not exist, and is left out.
 */
export function rangeOfTables(name: string, tables: readonly TableRange[]): DatabaseRange {
  if (tables.length === 0) return { name, unknownBecause: "it has no table yet" };
  const unprotected = tables.filter((table) => table.earliest === undefined || table.latest === undefined);
  if (unprotected.length > 0)
    return {
      name,
      unknownBecause: `point-in-time recovery is off for ${unprotected.map((table) => table.name).join(", ")}; "pulumi up" switches it on`,
    };
  const limits = tables.filter(
    (table) => Date.parse(table.earliest as string) - Date.parse(table.created) > WHOLE_LIFE_MILLIS,
  );
  const reaching = limits.length > 0 ? limits : tables;
  const earliest = reaching.map((table) => table.earliest as string);
  return {
    name,
    // Tables that only limit each other by their age: the oldest says how far back the set goes.
    earliest: limits.length > 0 ? latestOf(earliest) : earliestOf(earliest),
    latest: earliestOf(tables.map((table) => table.latest as string)),
  };
}

/**
 * The tables that have to be restored for an instant: those that existed then.
 * @throws {Error} for a table that existed, but whose recovery was not on yet.
 */
export function tablesAt<Table extends TableRange>(tables: readonly Table[], instant: string): Table[] {
  const at = Date.parse(instant);
  return tables.filter((table) => {
    if (Date.parse(table.created) > at) return false;
    if (table.earliest !== undefined && Date.parse(table.earliest) > at)
      throw new Error(
        `table ${table.name} existed at ${instant}, but can be restored only from ${table.earliest} on; choose a later instant`,
      );
    return true;
  });
}

const latestOf = (instants: string[]) => instants.reduce((a, b) => (Date.parse(a) > Date.parse(b) ? a : b));
const earliestOf = (instants: string[]) => instants.reduce((a, b) => (Date.parse(a) < Date.parse(b) ? a : b));
