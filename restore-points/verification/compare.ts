import { createHash } from "node:crypto";
import { type CoordinatorRow, TransactionState } from "./coordinator-row";

/** Rows of a kind: how many, and at most `EXAMPLES` of them. */
export interface Rows {
  count: number;
  examples: RowExample[];
}

/** A row of the coordinator, for messages. */
export interface RowExample {
  /** `tx_id` */
  id: string;
  /** `tx_created_at`: RFC 3339, UTC, milliseconds; by the clock of the pod that decided. */
  createdAt: string;
}

/** How two copies of one coordinator differ. Plain data, so that it can be printed and stored. */
export interface CopyDifferences {
  /** How many rows each copy has. */
  rows: { early: number; late: number };
  /** The newest commits that the early copy has, newest first. */
  newestCommits: RowExample[];
  /** COMMITTED in the late copy only: committed while all pods should have been paused. */
  onlyInLate: Rows;
  /** Rows of the early copy only: they were removed in between, or the late copy is not the later one. */
  missingInLate: Rows;
  /** In both copies with other states or groups, which ScalarDB never does. */
  changed: Rows;
  /** States that ScalarDB does not write into a coordinator. */
  unknownStates: Rows;
  /** Rows from before the horizon are compared as a whole; false if they differ. */
  oldRowsAgree: boolean;
  /** How many rows have a write set, so that `finishTransaction` can remove them. */
  writeSets: number;
}

/** A copy's rows, in any order, page by page. */
export type CopyRows = AsyncIterable<readonly CoordinatorRow[]>;

const EXAMPLES = 20;

/** How long before the early copy rows are compared one by one. Older ones need no memory. */
const COMPARED_MILLIS = 24 * 60 * 60_000;

/**
 * Compares two copies of one coordinator. A commit that is only in the late copy happened between them. Aborts that are only
 * there say nothing: they change no data.
 *
 * @param earlyInstant of the early copy, milliseconds since the epoch: rows that were created a day before it are compared
 * by digest only, so that memory does not grow with the table.
 */
export async function compareCopies(early: CopyRows, late: CopyRows, earlyInstant: number): Promise<CopyDifferences> {
  const horizon = earlyInstant - COMPARED_MILLIS;
  const unknownStates = none();
  const old = { early: new RowsDigest(), late: new RowsDigest() };
  const decided = new Map<string, { decision: string; createdAt: number }>();
  const newestCommits = new Newest();
  const rows = { early: 0, late: 0 };
  let writeSets = 0;
  for await (const page of early)
    for (const row of page) {
      rows.early++;
      if (row.writeSet) writeSets++;
      if (!isKnown(row)) add(unknownStates, row);
      if (row.state === TransactionState.COMMITTED) newestCommits.add(row);
      if (row.createdAt < horizon) old.early.add(row);
      else decided.set(row.id, { decision: decisionOf(row), createdAt: row.createdAt });
    }
  const onlyInLate = none();
  const changed = none();
  for await (const page of late)
    for (const row of page) {
      rows.late++;
      if (row.writeSet) writeSets++;
      if (!isKnown(row)) add(unknownStates, row);
      if (row.createdAt < horizon) {
        old.late.add(row);
        continue;
      }
      const before = decided.get(row.id);
      decided.delete(row.id);
      if (before === undefined) {
        if (row.state !== TransactionState.ABORTED) add(onlyInLate, row);
      } else if (before.decision !== decisionOf(row)) add(changed, row);
    }
  const missingInLate = none();
  for (const [id, { createdAt }] of decided) add(missingInLate, { id, createdAt });
  return {
    rows,
    newestCommits: newestCommits.rows.map(exampleOf),
    onlyInLate,
    missingInLate,
    changed,
    unknownStates,
    oldRowsAgree: old.early.equals(old.late),
    writeSets,
  };
}

function none(): Rows {
  return { count: 0, examples: [] };
}

function add(rows: Rows, row: Pick<CoordinatorRow, "id" | "createdAt">): void {
  rows.count++;
  if (rows.examples.length < EXAMPLES) rows.examples.push(exampleOf(row));
}

function exampleOf({ id, createdAt }: Pick<CoordinatorRow, "id" | "createdAt">): RowExample {
  const date = new Date(createdAt);
  return { id, createdAt: Number.isNaN(date.getTime()) ? String(createdAt) : date.toISOString() };
}

function isKnown({ state, createdAt }: CoordinatorRow): boolean {
  const decided = state === TransactionState.COMMITTED || state === TransactionState.ABORTED;
  return decided && Number.isSafeInteger(createdAt);
}

/** Presence is not enough: recovery writes ABORTED rows, and a group's row decides about its children only. */
function decisionOf({ state, createdAt, childIds }: CoordinatorRow): string {
  return `${state} ${createdAt} ${childIds ?? ""}`;
}

/** The newest rows by their own clocks. */
class Newest {
  rows: CoordinatorRow[] = [];

  add(row: CoordinatorRow): void {
    const last = this.rows.at(-1);
    if (this.rows.length === EXAMPLES && last !== undefined && row.createdAt <= last.createdAt) return;
    this.rows.push(row);
    this.rows.sort((a, b) => b.createdAt - a.createdAt);
    if (this.rows.length > EXAMPLES) this.rows.pop();
  }
}

/** A digest of a set of rows that does not depend on their order: two sets with the same digest are the same. */
class RowsDigest {
  #sum = 0n;

  add(row: CoordinatorRow): void {
    const hash = createHash("sha256")
      .update(JSON.stringify([row.id, decisionOf(row)]))
      .digest();
    this.#sum = BigInt.asUintN(128, this.#sum + hash.readBigUInt64BE(0) * 2n ** 64n + hash.readBigUInt64BE(8));
  }

  equals(other: RowsDigest): boolean {
    return this.#sum === other.#sum;
  }
}
