/** Checks whether copies of the bank's databases are consistent with each other. */

import { counted } from "../../restore-points/counted";
import { type AccountRecord, type CoordinatorRecord, TransactionState } from "./record";

/** The accounts in a copy of one database, by key. */
export interface CopyOfAccounts {
  /** The database's name in the configuration. */
  name: string;
  accounts: ReadonlyMap<string, object>;
}

export interface Copies {
  databases: CopyOfAccounts[];
  /** The copy of `coordinator.state`. */
  coordinator: ReadonlyMap<string, object>;
}

export interface Balance {
  consistent: boolean;
  /** The sum of all balances as last committed. */
  total: number;
  expectedTotal: number;
  /** The number of half-written transactions. */
  unfinished: number;
  /** Why the copies are not consistent, as text; empty when they are. */
  reasons: string[];
}

/**
 * Reads the copies like ScalarDB, which can finish a half-written transaction with the coordinator table, but only if
 * that table is of exactly the same instant. That holds within one database, but not between two databases with
 * different clocks. So in copies of several databases, no transaction may have been running.
 */
export function checkCopies({ databases, coordinator }: Copies, expectedTotal: number): Balance {
  const reasons: string[] = [];
  const halfWritten = new Set<string>();
  const oneInstant = databases.length === 1;
  let total = 0;
  for (const { name, accounts } of databases) {
    const records = [...accounts.values()] as AccountRecord[];
    if (records.length === 0) reasons.push(`${name}: there are no accounts in the copy`);
    const preparing = records.filter((record) => record.tx_state === TransactionState.PREPARED);
    for (const { tx_id } of preparing) halfWritten.add(tx_id);
    if (preparing.length > 0 && !oneInstant) {
      reasons.push(
        `${name}: ${counted(preparing.length, "account was", "accounts were")} being written when the copy was taken`,
      );
    }
    // Committed here by a transaction that is missing in the copy of the coordinator table.
    const undecided = records.filter(
      ({ tx_id, tx_state }) => tx_state === TransactionState.COMMITTED && !isCommitted(coordinator.get(tx_id)),
    );
    if (undecided.length > 0) {
      reasons.push(
        `${name}: ${counted(undecided.length, "account has", "accounts have")} a state that is newer than the copy of the coordinator table`,
      );
    }
    total += records.reduce(
      (sum, record) => sum + committedBalance(record, oneInstant && isCommitted(coordinator.get(record.tx_id))),
      0,
    );
  }
  if (total !== expectedTotal) {
    const difference = total - expectedTotal;
    reasons.push(
      `the balances add up to ${total} instead of ${expectedTotal}: ${Math.abs(difference)} ${difference < 0 ? "lost" : "too much"}`,
    );
  }
  return { consistent: reasons.length === 0, total, expectedTotal, unfinished: halfWritten.size, reasons };
}

function committedBalance(record: AccountRecord, decided: boolean): number {
  return record.tx_state === TransactionState.PREPARED && !decided ? (record.before_balance ?? 0) : record.balance;
}

function isCommitted(decision: object | undefined): boolean {
  return (decision as CoordinatorRecord | undefined)?.tx_state === TransactionState.COMMITTED;
}
