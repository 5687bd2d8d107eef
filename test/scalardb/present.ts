import { isDeepStrictEqual } from "node:util";
import type { RowExample, Rows } from "../../restore-points/verification/compare";
import type { CoordinatorRow } from "../../restore-points/verification/coordinator-row";
import { TransactionState } from "../../restore-points/verification/coordinator-row";
import type { PresentDifferences } from "../../restore-points/verification/facts";

/** As many as the Job prints. */
const EXAMPLES = 20;

/**
 * How the copy of a coordinator differs from the present one, by the definition in `PresentDifferences`. The scan Job's own code, which
 * reads both through ScalarDB, must find the same in a sample of them (servers.test.ts).
 *
 * @param since the instant from which on rows are compared, or that of the copy's newest commits if it is earlier
 */
export function presentDifferences(
  copy: readonly CoordinatorRow[],
  present: readonly CoordinatorRow[],
  since: number,
  readAt: number,
): PresentDifferences {
  const newest = commitsOf(copy).sort((a, b) => b.createdAt - a.createdAt);
  const horizon = Math.min(since, ...newest.slice(0, EXAMPLES).map(({ createdAt }) => createdAt));
  const [old, later] = [copy, present].map((rows) => rows.filter(({ createdAt }) => createdAt >= horizon));
  const inCopy = new Map((old ?? []).map((row) => [row.id, row]));
  const inPresent = new Map((later ?? []).map((row) => [row.id, row]));
  const only = commitsOf([...inPresent.values()]).filter(({ id }) => !inCopy.has(id));
  const missing = [...inCopy.keys()].filter((id) => !inPresent.has(id));
  const changed = [...inCopy].filter(([id, row]) => {
    const other = inPresent.get(id);
    return other !== undefined && !isDeepStrictEqual(decisionOf(row), decisionOf(other));
  });
  const newestInPresent = Math.max(...[...inPresent.values()].map(({ createdAt }) => createdAt));
  return {
    table: "coordinator.state",
    rowsInCopy: copy.length,
    rowsInPresent: inPresent.size,
    newestCommits: rowsOf(newest),
    onlyInPresent: rowsOf(only.sort((a, b) => a.createdAt - b.createdAt)),
    missingInPresent: missing.length,
    changed: changed.length,
    unknownStates: 0,
    ...(inPresent.size > 0 && { newestInPresent: instantOf(newestInPresent) }),
    readAt: instantOf(readAt),
  };
}

const commitsOf = (rows: readonly CoordinatorRow[]) => rows.filter(({ state }) => state === TransactionState.COMMITTED);
const decisionOf = ({ state, createdAt, childIds = "" }: CoordinatorRow) => [state, createdAt, childIds];
const instantOf = (millis: number) => new Date(millis).toISOString();

function rowsOf(rows: readonly CoordinatorRow[]): Rows {
  const examples = rows
    .slice(0, EXAMPLES)
    .map(({ id, createdAt }): RowExample => ({ id, createdAt: instantOf(createdAt) }));
  return { count: rows.length, examples };
}
