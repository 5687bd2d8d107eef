/**
 * A database below ScalarDB, with the functions that the bank needs. Each kind of database has a small implementation.
 */
export interface Store {
  /** The database's name in the stack's configuration. */
  readonly name: string;
  read(table: string, key: string): object | undefined;
  write(table: string, key: string, record: object): void;
}

/** Accounts in one table of one database. */
export interface Placement {
  store: Store;
  /** With its namespace, such as `ledger.accounts`. */
  table: string;
}
