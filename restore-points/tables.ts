/** Which DynamoDB tables belong to a database of the set. */
export interface NamedTables {
  /** Full names of tables. */
  tables: readonly string[];
  /** Prefixes of table names, such as `ledger.`: every table of a ScalarDB namespace. */
  prefixes: readonly string[];
}

/** Whether a name has the suffix of copies. */
function isCopyName(name: string): boolean {
  return /-\d{8}t\d{6}z$/.test(name);
}

/**
 * The region's tables that belong to the database, sorted. Copies in the same region have the same prefixes, but are
 * not part of the set: they are not protected, backed up or restored.
 */
export function tablesOf({ tables, prefixes }: NamedTables, names: readonly string[]): string[] {
  return names
    .filter(
      (name) => tables.includes(name) || (prefixes.some((prefix) => name.startsWith(prefix)) && !isCopyName(name)),
    )
    .sort();
}
