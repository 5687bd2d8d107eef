/** How ScalarDB lays out its tables in each kind of database. */

import type { Table } from "../../../simulator/cloud/aws/dynamodb-table";
import type { CosmosAccount } from "../../../simulator/cloud/azure/cosmosdb-account";
import type { Database } from "./written";

/** Tables of a region, by their full names. */
export function dynamodbDatabase(region: { table(name: string): Table }): Database {
  return {
    load: (table, instant) => region.table(table).items(instant),
    write: (table, key, record) => region.table(table).putItem(key, { ...record }),
  };
}

/** A container per table, in a database per namespace. */
export function cosmosdbDatabase(account: CosmosAccount): Database {
  const named = (table: string) => table.split(".") as [string, string];
  return {
    load: (table, instant) => account.items(...named(table), instant),
    write: (table, key, record) => account.putItem(...named(table), key, { ...record }),
  };
}

/** The rows of any relational database. */
interface Rows {
  rows(table: string, instant?: number): ReadonlyMap<string, object>;
  put(table: string, key: string, row: Record<string, unknown>): void;
}

export function relationalDatabase(database: Rows): Database {
  return {
    load: (table, instant) => database.rows(table, instant),
    write: (table, key, record) => database.put(table, key, { ...record }),
  };
}
