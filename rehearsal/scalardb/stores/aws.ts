import type { AwsCloud } from "../../cloud/aws/aws";
import type { Store } from "../store";

/**
 * ScalarDB's tables in DynamoDB. Reads are served from what this process has written, since a table's whole history is
 * behind `items()`: nobody else writes while the bank is open.
 */
export function dynamodbStore(aws: AwsCloud, region: string, name: string): Store {
  return new WrittenStore(name, {
    load: (table) => aws.dynamodb.region(region).table(table).items(),
    write: (table, key, record) =>
      aws.dynamodb
        .region(region)
        .table(table)
        .putItem(key, { ...record }),
  });
}

/** ScalarDB's tables in an Aurora cluster; read as `dynamodbStore` does. */
export function auroraStore(aws: AwsCloud, region: string, clusterIdentifier: string, name: string): Store {
  return new WrittenStore(name, {
    load: (table) => aws.rds.region(region).cluster(clusterIdentifier).rows(table),
    write: (table, key, record) =>
      aws.rds
        .region(region)
        .cluster(clusterIdentifier)
        .put(table, key, { ...record }),
  });
}

interface Database {
  /** All records of a table. */
  load(table: string): ReadonlyMap<string, object>;
  write(table: string, key: string, record: object): void;
}

class WrittenStore implements Store {
  readonly name: string;
  readonly #database: Database;
  readonly #tables = new Map<string, Map<string, object>>();

  constructor(name: string, database: Database) {
    this.name = name;
    this.#database = database;
  }

  read(table: string, key: string): object | undefined {
    return this.#records(table).get(key);
  }

  write(table: string, key: string, record: object): void {
    this.#records(table).set(key, record);
    this.#database.write(table, key, record);
  }

  #records(table: string): Map<string, object> {
    let records = this.#tables.get(table);
    if (!records) {
      records = new Map(this.#database.load(table));
      this.#tables.set(table, records);
    }
    return records;
  }
}
