/**
 * Where ScalarDB's Consensus Commit keeps the states of transactions (com.scalar.db.transaction.consensuscommit.Coordinator):
 * a table of this name, in a namespace that `scalar.db.consensus_commit.coordinator.namespace` changes.
 */
export const COORDINATOR_TABLE = "state";
export const COORDINATOR_NAMESPACE = "coordinator";

/** Whether a database holds a coordinator. */
export interface CoordinatorFinding {
  /** Undefined where no look-up sees it: inside a relational database, or in one that is yet to be created. */
  found?: boolean;
  /** What was looked for and not found, such as `no table coordinator.state`. */
  missing?: string;
}
