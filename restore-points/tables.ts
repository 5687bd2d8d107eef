/** Which tables of DynamoDB belong to a database of the set. */
export interface NamedTables {
  /** Full names of tables. */
  tables: readonly string[];
  /** What table names begin with, such as `ledger.`: every table of a ScalarDB namespace. */
  prefixes: readonly string[];
}

/** Whether a name ends as those of copies do. */
export function isCopyName(name: string): boolean {
  return /-\d{8}t\d{6}z$/.test(name);
}

/**
 * Those of a region's tables that belong to the database, sorted. Copies beside their sources begin like them, but are no part of
 * the set: they are neither protected nor backed up nor restored.
 */
export function tablesOf({ tables, prefixes }: NamedTables, names: readonly string[]): string[] {
  return names
    .filter(
      (name) => tables.includes(name) || (prefixes.some((prefix) => name.startsWith(prefix)) && !isCopyName(name)),
    )
    .sort();
}
