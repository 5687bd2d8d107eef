/**
 * ScalarDB's transaction protocol (consensus commit) on stores without transactions: prepare all records, decide in the
 * coordinator table, commit all records. Between any two of these steps, a copy of the stores is half written.
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
    for (const [index, { ref, read, balance }] of writes.entries()) {
      await travel();
      // The write is conditional: the record must be unchanged since it was read.
      if (this.#record(ref)?.tx_id !== read.tx_id) {
        this.#decide(txId, TransactionState.ABORTED);
        for (const done of writes.slice(0, index)) this.#finish(done.ref, txId, rolledBack);
        throw new ConflictError(`account ${ref.account} was changed by another transaction`);
      }
      this.#write(ref, prepared(read, balance, txId, clock.now()));
    }
    await travel();
    if (this.#decide(txId, TransactionState.COMMITTED) === TransactionState.ABORTED) {
      for (const { ref } of writes) this.#finish(ref, txId, rolledBack);
      throw new ConflictError(`transaction ${txId} was aborted by another transaction that waited too long for it`);
    }
    for (const { ref } of writes) {
      await travel();
      this.#finish(ref, txId, (record) => rolledForward(record, clock.now()));
    }
  }

  /** The last committed state of an account. Finishes an abandoned transaction first, like ScalarDB's lazy recovery. */
  #read(ref: AccountRef): AccountRecord {
    const record = this.#record(ref);
    if (!record) throw new Error(`there is no account ${ref.account} in ${ref.placement.table}`);
    if (record.tx_state === TransactionState.COMMITTED) return record;
    const decision = this.#decision(record.tx_id);
    const expired = this.#options.clock.now() - record.tx_prepared_at > EXPIRY_MILLIS;
    if (decision === undefined && !expired) throw new ConflictError(`account ${ref.account} is being changed`);
    if (decision === undefined) this.#putDecision(record.tx_id, TransactionState.ABORTED);
    const fixed =
      decision === TransactionState.COMMITTED ? rolledForward(record, this.#options.clock.now()) : rolledBack(record);
    this.#write(ref, fixed);
    return fixed;
  }

  /** The first decision about a transaction counts. */
  #decide(txId: string, state: CoordinatorRecord["tx_state"]): CoordinatorRecord["tx_state"] {
    const decided = this.#decision(txId);
    if (decided === undefined) this.#putDecision(txId, state);
    return decided ?? state;
  }

  #decision(txId: string): CoordinatorRecord["tx_state"] | undefined {
    return (this.#options.coordinator.read(COORDINATOR_TABLE, txId) as CoordinatorRecord | undefined)?.tx_state;
  }

  #putDecision(txId: string, state: CoordinatorRecord["tx_state"]): void {
    const record: CoordinatorRecord = { tx_id: txId, tx_state: state, tx_created_at: this.#options.clock.now() };
    this.#options.coordinator.write(COORDINATOR_TABLE, txId, record);
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
