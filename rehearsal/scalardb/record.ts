/**
 * Records as ScalarDB stores them in any database: the value, the transaction that wrote it, its state, and the value
 * before. [scalardb: transaction/consensuscommit/Attribute.java and PrepareMutationComposer, CommitMutationComposer,
 * RollbackMutationComposer; since 3.16 a commit sets the columns of the value before to null]
 */

/** ScalarDB's own numbers. [scalardb: api/TransactionState.java] */
export const TransactionState = { PREPARED: 1, COMMITTED: 3, ABORTED: 4 } as const;
export type TransactionState = (typeof TransactionState)[keyof typeof TransactionState];

/** An account's balance. The `before_*` columns hold the last committed state while a transaction is preparing another. */
export interface AccountRecord {
  account: string;
  balance: number;
  tx_id: string;
  tx_state: TransactionState;
  tx_version: number;
  /** Milliseconds since the epoch. */
  tx_prepared_at: number;
  /** While a transaction is preparing the record, still that of the last commit. */
  tx_committed_at?: number;
  before_balance?: number;
  before_tx_id?: string;
  before_tx_state?: TransactionState;
  before_tx_version?: number;
  before_tx_prepared_at?: number;
  before_tx_committed_at?: number;
}

/**
 * The outcome of a transaction, decided only in the table `coordinator.state`. `tx_child_ids` and `tx_write_set` are null
 * without group commit and write sets. [scalardb: CoordinatorStateAccessor.java]
 */
export interface CoordinatorRecord {
  tx_id: string;
  tx_state: typeof TransactionState.COMMITTED | typeof TransactionState.ABORTED;
  /** By the pod's clock, before it sends the write. */
  tx_created_at: number;
}

export const COORDINATOR_TABLE = "coordinator.state";

/** The column that is a record's partition key; both tables have one of the type TEXT, and no clustering key. */
export function partitionKeyColumn(record: object): "account" | "tx_id" {
  return "account" in record ? "account" : "tx_id";
}

/** The record after a transaction's prepare phase. */
export function prepared(current: AccountRecord, balance: number, txId: string, at: number): AccountRecord {
  return {
    account: current.account,
    balance,
    tx_id: txId,
    tx_state: TransactionState.PREPARED,
    tx_version: current.tx_version + 1,
    tx_prepared_at: at,
    tx_committed_at: current.tx_committed_at,
    before_balance: current.balance,
    before_tx_id: current.tx_id,
    before_tx_state: current.tx_state,
    before_tx_version: current.tx_version,
    before_tx_prepared_at: current.tx_prepared_at,
    before_tx_committed_at: current.tx_committed_at,
  };
}

/** The record after its transaction's commit. @param at `tx_created_at` of the transaction's row */
export function rolledForward(record: AccountRecord, at: number): AccountRecord {
  const { account, balance, tx_id, tx_version, tx_prepared_at } = record;
  return {
    account,
    balance,
    tx_id,
    tx_state: TransactionState.COMMITTED,
    tx_version,
    tx_prepared_at,
    tx_committed_at: at,
  };
}

/** The record after its transaction's abort. */
export function rolledBack(record: AccountRecord): AccountRecord {
  return {
    account: record.account,
    balance: record.before_balance as number,
    tx_id: record.before_tx_id as string,
    tx_state: record.before_tx_state as TransactionState,
    tx_version: record.before_tx_version as number,
    tx_prepared_at: record.before_tx_prepared_at as number,
    tx_committed_at: record.before_tx_committed_at,
  };
}
