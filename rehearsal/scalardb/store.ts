/** One of the databases below ScalarDB, as far as the bank needs one. A kind of database is one small implementation. */
export interface Store {
  /** As the stack's config names the database. */
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
