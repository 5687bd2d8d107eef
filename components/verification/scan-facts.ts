import { z } from "zod";
import type { FoundRecords, ScanFacts } from "../../restore-points/verification/facts";

const count = z.int().nonnegative();
const records = z.object({
  count,
  examples: z.array(z.object({ table: z.string(), key: z.string(), id: z.string() })),
});
/** Everything is needed: what is missing was not looked at. */
const facts = z.object({
  tables: count,
  records: count,
  committedWithoutRow: records,
  beforeImageWithoutRow: records,
  olderThanCoordinator: count,
  unfinished: count,
  tablesNotCovered: count,
  notCovered: z.array(z.string()),
});

/** What VerifyCopies.java has found, by its last line. @throws {Error} when it is not complete */
export function scanFactsOf(line: string): ScanFacts {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new Error(`the scan's result is not JSON: ${line.slice(0, 200)}`);
  }
  const { success, data, error } = facts.safeParse(value);
  if (!success) throw new Error(`the scan's result is incomplete: ${z.prettifyError(error)}`);
  const { tablesNotCovered, notCovered, ...rest } = data;
  const left = tablesNotCovered - notCovered.length;
  return { ...rest, notCovered: left > 0 ? [...notCovered, `${left} more tables`] : notCovered };
}

/** The scans of several releases as one. */
export function mergedScans(scans: readonly ScanFacts[]): ScanFacts {
  const sum = (of: (scan: ScanFacts) => number) => scans.reduce((total, scan) => total + of(scan), 0);
  const merged = (of: (scan: ScanFacts) => FoundRecords): FoundRecords => ({
    count: sum((scan) => of(scan).count),
    examples: scans.flatMap((scan) => of(scan).examples),
  });
  return {
    // Releases may read the same tables.
    tables: sum(({ tables }) => tables),
    records: sum(({ records }) => records),
    committedWithoutRow: merged(({ committedWithoutRow }) => committedWithoutRow),
    beforeImageWithoutRow: merged(({ beforeImageWithoutRow }) => beforeImageWithoutRow),
    olderThanCoordinator: sum(({ olderThanCoordinator }) => olderThanCoordinator),
    unfinished: sum(({ unfinished }) => unfinished),
    notCovered: [...new Set(scans.flatMap(({ notCovered }) => notCovered))],
  };
}
