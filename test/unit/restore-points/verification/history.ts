import type { CoordinatorRow } from "../../../../restore-points/verification/coordinator-row";

/**
 * ScalarDB's protocol as a list of times: each transaction prepares its records, decides in the coordinator, and commits its
 * records, each step after the one before. Milliseconds since the epoch.
 */
export interface Transaction {
  id: string;
  commits: boolean;
  decidedAt: number;
  writes: { record: string; preparedAt: number; committedAt: number }[];
}

/** The rows of a coordinator as of an instant. */
export function rowsAt(history: readonly Transaction[], instant: number, clockError = 0): CoordinatorRow[] {
  return history
    .filter(({ decidedAt }) => decidedAt <= instant)
    .map(({ id, commits, decidedAt }) => ({ id, state: commits ? 3 : 4, createdAt: decidedAt + clockError }));
}

/** The transaction whose value each record has after ScalarDB's recovery, with a copy of each record as of its own instant. */
export function recovered(
  history: readonly Transaction[],
  coordinator: readonly CoordinatorRow[],
  instantOf: (record: string) => number,
): Map<string, string> {
  const committed = new Set(coordinator.filter(({ state }) => state === 3).map(({ id }) => id));
  const values = new Map<string, string>();
  for (const { id, commits, writes } of history)
    for (const { record, preparedAt, committedAt } of writes) {
      const at = instantOf(record);
      if (preparedAt > at) continue;
      // A COMMITTED record is never questioned; a PREPARED one is committed or returns to the value before.
      if (committedAt <= at ? commits : committed.has(id)) values.set(record, id);
    }
  return values;
}

/** The values that the committed transactions of a coordinator leave. */
export function expected(history: readonly Transaction[], coordinator: readonly CoordinatorRow[]): Map<string, string> {
  const committed = new Set(coordinator.filter(({ state }) => state === 3).map(({ id }) => id));
  const values = new Map<string, string>();
  for (const { id, writes } of history) if (committed.has(id)) for (const { record } of writes) values.set(record, id);
  return values;
}
