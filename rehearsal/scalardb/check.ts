/** Tells whether copies of the bank's databases belong together. */

import { type AccountRecord, type CoordinatorRecord, TransactionState } from "./record";

/** The accounts in a copy of one database, by key. */
export interface CopyOfAccounts {
  /** As the user knows the database. */
  name: string;
  accounts: ReadonlyMap<string, object>;
}

export interface Copies {
  databases: CopyOfAccounts[];
  /** The copy of `coordinator.state`. */
  coordinator: ReadonlyMap<string, object>;
}

export interface Verdict {
  consistent: boolean;
  /** The sum of all balances as last committed. */
  total: number;
  expectedTotal: number;
  /** The transactions that were caught half written. */
  unfinished: number;
  /** Why the copies are not consistent, in words; empty when they are. */
  reasons: string[];
}

/**
 * Reads the copies as ScalarDB would. A transaction that was caught half written it can finish by the coordinator's table,
 * but only if that is of the very same instant: so it is within one database, whereas no two databases' clocks can promise
 * it. In copies of several databases, then, none may have been under way.
 */
export function checkCopies({ databases, coordinator }: Copies, expectedTotal: number): Verdict {
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
        `${name}: ${count(preparing.length, "account was", "accounts were")} being written when the copy was taken`,
      );
    }
    // Committed here by a transaction that the copy of the coordinator's table has never heard of.
    const undecided = records.filter(
      ({ tx_id, tx_state }) => tx_state === TransactionState.COMMITTED && !isCommitted(coordinator.get(tx_id)),
    );
    if (undecided.length > 0) {
      reasons.push(
        `${name}: ${count(undecided.length, "account holds", "accounts hold")} what was decided after the copy of the coordinator's table was taken`,
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

const count = (number: number, one: string, many: string) => `${number} ${number === 1 ? one : many}`;
