import type { Store } from "../store";

/** A database of the simulated clouds, with the functions that ScalarDB's tables need. */
export interface Database {
  /** All records of a table, now or at an instant in the past; empty if the table does not exist. */
  load(table: string, instant?: number): ReadonlyMap<string, object>;
  write(table: string, key: string, record: object): void;
}

/**
 * ScalarDB's tables in a database. Reads come from this process's own writes, because `load()` is slow: no other
 * process writes while the bank is open.
 */
export class WrittenStore implements Store {
  readonly name: string;
  readonly #database: () => Database;
  readonly #tables = new Map<string, Map<string, object>>();

  constructor(name: string, database: () => Database) {
    this.name = name;
    this.#database = database;
  }

  /** Reads the database again: its data is not what this process has written. */
  forget(): void {
    this.#tables.clear();
  }

  read(table: string, key: string): object | undefined {
    return this.#records(table).get(key);
  }

  write(table: string, key: string, record: object): void {
    this.#records(table).set(key, record);
    this.#database().write(table, key, record);
  }

  #records(table: string): Map<string, object> {
    let records = this.#tables.get(table);
    if (!records) {
      records = new Map(this.#database().load(table));
      this.#tables.set(table, records);
    }
    return records;
  }
}
