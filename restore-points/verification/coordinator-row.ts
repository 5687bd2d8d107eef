/** ScalarDB's numbers of a transaction's states (com.scalar.db.api.TransactionState). */
export const TransactionState = { COMMITTED: 3, ABORTED: 4 } as const;

/**
 * A row of ScalarDB's coordinator table, `coordinator.state`: the decision about one transaction, or about a group of them
 * (com.scalar.db.transaction.consensuscommit.CoordinatorStateAccessor). Rows are written once and never changed.
 */
export interface CoordinatorRow {
  /** `tx_id`: of a transaction, or of a group that was committed together. */
  id: string;
  /** `tx_state`: 3 is COMMITTED, 4 is ABORTED. */
  state: number;
  /** `tx_created_at`, by the clock of the pod that decided. Milliseconds since the epoch. */
  createdAt: number;
  /** `tx_child_ids`: the transactions of a group, separated by commas. Absent or empty without group commit. */
  childIds?: string;
  /** Whether `tx_write_set` is set: only then can `finishTransaction` remove the row. */
  writeSet?: boolean;
}
