/** ScalarDB's tables in each kind of database, in ScalarDB's own layouts. */

import type { Table } from "../../../simulator/cloud/aws/aws";
import type { CosmosAccount } from "../../../simulator/cloud/azure/azure";
import { recordOfDocument, toDocument } from "./cosmosdb-layout";
import { recordOfItem, toItem } from "./dynamodb-layout";
import type { Database } from "./written";

/** Tables of a region, by their full names. */
export function dynamodbDatabase(region: { table(name: string): Table }): Database {
  return {
    load: (table, instant) => mapped(region.table(table).items(instant), recordOfItem),
    write: (table, key, record) => region.table(table).putItem(key, toItem(record)),
  };
}

/** A container per table, in a database per namespace. */
export function cosmosdbDatabase(account: CosmosAccount): Database {
  const named = (table: string) => table.split(".") as [string, string];
  return {
    load: (table, instant) => mapped(account.items(...named(table), instant), recordOfDocument),
    write: (table, key, record) => account.putItem(...named(table), key, toDocument(record)),
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

function mapped<From, To>(values: ReadonlyMap<string, From>, to: (value: From) => To): Map<string, To> {
  return new Map([...values].map(([key, value]) => [key, to(value)]));
}
