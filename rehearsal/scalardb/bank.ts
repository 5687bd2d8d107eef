import { randomUUID } from "node:crypto";
import type { SimulatedClock } from "../../simulator/cloud/clock";
import type { Application } from "../../simulator/cloud/kubernetes/cluster";
import { bankApplication, type TransferRequest } from "./bank-service";
import { type AccountRecord, COORDINATOR_TABLE, type CoordinatorRecord, TransactionState } from "./record";
import type { Placement, Store } from "./store";
import { type AccountRef, Transactions } from "./transactions";

export interface BankOptions {
  clock: SimulatedClock;
  /** The databases with the accounts: one or more. */
  placements: Placement[];
  /** The database with ScalarDB's coordinator table. */
  coordinator: Store;
  /** Defaults to 50. */
  accountsPerPlacement?: number;
  /** The first balance of every account. Defaults to 10,000. */
  initialBalance?: number;
  /** How long a write to a store takes, in milliseconds. Defaults to 10. */
  writeMillis?: number;
}

const DEFAULT_ACCOUNTS = 50;
const DEFAULT_BALANCE = 10_000;
const DEFAULT_WRITE_MILLIS = 10;

/**
 * A bank that keeps accounts in several databases through a small imitation of ScalarDB: the sum of all balances never
 * changes, so the sum in a copy shows whether it was taken during a transaction.
 */
export class Bank {
  /** The sum of all balances in every consistent copy. */
  readonly expectedTotal: number;
  /** Of all placements, in order. */
  readonly accounts: readonly string[];
  /** The application in the release's pods. */
  readonly application: Application;
  readonly #options: BankOptions;
  readonly #refs = new Map<string, AccountRef>();

  constructor(options: BankOptions) {
    this.#options = options;
    const { placements, accountsPerPlacement = DEFAULT_ACCOUNTS, initialBalance = DEFAULT_BALANCE } = options;
    for (const placement of placements) {
      for (let number = 1; number <= accountsPerPlacement; number += 1) {
        const account = `${placement.store.name}-${String(number).padStart(3, "0")}`;
        this.#refs.set(account, { placement, account });
      }
    }
    this.accounts = [...this.#refs.keys()];
    this.expectedTotal = this.accounts.length * initialBalance;
    const transactions = new Transactions({
      coordinator: options.coordinator,
      clock: options.clock,
      writeMillis: options.writeMillis ?? DEFAULT_WRITE_MILLIS,
    });
    this.application = bankApplication(({ txId, from, to, amount }: TransferRequest, death) =>
      transactions.transfer(txId, this.#ref(from), this.#ref(to), amount, death),
    );
  }

  /** Opens all accounts with their first balance in one committed transaction. */
  open(): void {
    const { clock, coordinator, initialBalance = DEFAULT_BALANCE } = this.#options;
    const now = clock.now();
    const txId = randomUUID();
    const decision: CoordinatorRecord = { tx_id: txId, tx_state: TransactionState.COMMITTED, tx_created_at: now };
    coordinator.write(COORDINATOR_TABLE, txId, decision);
    for (const { placement, account } of this.#refs.values()) {
      const record: AccountRecord = {
        account,
        balance: initialBalance,
        tx_id: txId,
        tx_state: TransactionState.COMMITTED,
        tx_version: 1,
        tx_prepared_at: now,
        tx_committed_at: now,
      };
      placement.store.write(placement.table, account, record);
    }
  }

  #ref(account: string): AccountRef {
    const ref = this.#refs.get(account);
    if (!ref) throw new Error(`there is no account ${account}`);
    return ref;
  }
}
