/**
 * ScalarDB's transaction protocol (consensus commit) on stores without transactions: prepare all records, decide in the
 * coordinator table, commit all records. Between any two of these steps, a copy of the stores is half written.
 * [scalardb: transaction/consensuscommit/CommitHandler.java, CoordinatorCommitHandler.java and RecoveryHandler.java]
 */

import { setTimeout as delay } from "node:timers/promises";
import type { SimulatedClock } from "../../simulator/cloud/clock";
import {
  type AccountRecord,
  COORDINATOR_TABLE,
  type CoordinatorRecord,
  prepared,
  rolledBack,
  rolledForward,
  TransactionState,
} from "./record";
import type { Placement, Store } from "./store";

export interface AccountRef {
  placement: Placement;
  account: string;
}

/** Another transaction is changing the same record: this transaction did nothing and can be retried. */
export class ConflictError extends Error {}

export class InsufficientBalanceError extends Error {}

export interface TransactionsOptions {
  /** The database with `coordinator.state`. */
  coordinator: Store;
  clock: SimulatedClock;
  /** How long a write to a store takes. */
  writeMillis: number;
}

/** After this time, another transaction that reads one of its records aborts an undecided transaction. */
const EXPIRY_MILLIS = 15_000;

export class Transactions {
  readonly #options: TransactionsOptions;

  constructor(options: TransactionsOptions) {
    this.#options = options;
  }

  /**
   * @param death aborted when the process dies during the transaction: earlier writes stay
   * @throws {ConflictError | InsufficientBalanceError} and then nothing was moved
   */
  async transfer(txId: string, from: AccountRef, to: AccountRef, amount: number, death: AbortSignal): Promise<void> {
    const { clock, writeMillis } = this.#options;
    const travel = () => delay(writeMillis, undefined, { signal: death });
    const source = this.#read(from);
    const target = this.#read(to);
    if (source.balance < amount) {
      throw new InsufficientBalanceError(`account ${from.account} holds ${source.balance}, less than ${amount}`);
    }
    const writes = [
      { ref: from, read: source, balance: source.balance - amount },
      { ref: to, read: target, balance: target.balance + amount },
    ];
    const preparedAt = clock.now();
    for (const [index, { ref, read, balance }] of writes.entries()) {
      await travel();
      // The write is conditional: the record must be unchanged since it was read.
      if (this.#record(ref)?.tx_id !== read.tx_id) {
        this.#decide(txId, TransactionState.ABORTED, clock.now());
        for (const done of writes.slice(0, index)) this.#finish(done.ref, txId, rolledBack);
        throw new ConflictError(`account ${ref.account} was changed by another transaction`);
      }
      this.#write(ref, prepared(read, balance, txId, preparedAt));
    }
    const committedAt = clock.now();
    await travel();
    const decision = this.#decide(txId, TransactionState.COMMITTED, committedAt);
    if (decision.tx_state === TransactionState.ABORTED) {
      for (const { ref } of writes) this.#finish(ref, txId, rolledBack);
      throw new ConflictError(`transaction ${txId} was aborted by another transaction that waited too long for it`);
    }
    for (const { ref } of writes) {
      await travel();
      this.#finish(ref, txId, (record) => rolledForward(record, decision.tx_created_at));
    }
  }

  /** The last committed state of an account. Finishes an abandoned transaction first, like ScalarDB's lazy recovery. */
  #read(ref: AccountRef): AccountRecord {
    const record = this.#record(ref);
    if (!record) throw new Error(`there is no account ${ref.account} in ${ref.placement.table}`);
    if (record.tx_state === TransactionState.COMMITTED) return record;
    const now = this.#options.clock.now();
    const expired = now - record.tx_prepared_at > EXPIRY_MILLIS;
    const undecided = this.#decision(record.tx_id) === undefined;
    if (undecided && !expired) throw new ConflictError(`account ${ref.account} is being changed`);
    const { tx_state, tx_created_at } = this.#decide(record.tx_id, TransactionState.ABORTED, now);
    const fixed = tx_state === TransactionState.COMMITTED ? rolledForward(record, tx_created_at) : rolledBack(record);
    this.#write(ref, fixed);
    return fixed;
  }

  /** The first decision about a transaction counts: the row is only inserted if there is none. */
  #decide(txId: string, state: CoordinatorRecord["tx_state"], at: number): CoordinatorRecord {
    const decided = this.#decision(txId);
    if (decided !== undefined) return decided;
    const record: CoordinatorRecord = { tx_id: txId, tx_state: state, tx_created_at: at };
    this.#options.coordinator.write(COORDINATOR_TABLE, txId, record);
    return record;
  }

  #decision(txId: string): CoordinatorRecord | undefined {
    return this.#options.coordinator.read(COORDINATOR_TABLE, txId) as CoordinatorRecord | undefined;
  }

  /** Does nothing if another transaction has already finished the record. */
  #finish(ref: AccountRef, txId: string, finished: (record: AccountRecord) => AccountRecord): void {
    const record = this.#record(ref);
    if (record?.tx_id === txId && record.tx_state === TransactionState.PREPARED) this.#write(ref, finished(record));
  }

  #record({ placement, account }: AccountRef): AccountRecord | undefined {
    return placement.store.read(placement.table, account) as AccountRecord | undefined;
  }

  #write({ placement, account }: AccountRef, record: AccountRecord): void {
    placement.store.write(placement.table, account, record);
  }
}
