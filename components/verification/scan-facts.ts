import { z } from "zod";
import type { Rows } from "../../restore-points/verification/compare";
import type { FoundRecords, PresentDifferences, ScanFacts } from "../../restore-points/verification/facts";

const count = z.int().nonnegative();
const records = z.object({
  count,
  examples: z.array(z.object({ table: z.string(), key: z.string(), id: z.string() })),
});
/** Milliseconds since the epoch, as text. Java's numbers may be no instants. */
const instant = z.int().transform((millis) => {
  const date = new Date(millis);
  return Number.isNaN(date.getTime()) ? String(millis) : date.toISOString();
});
/** Examples may be left out where they do not fit; the first of them never is. */
const rows = z
  .object({
    count,
    first: instant.optional(),
    examples: z.array(z.object({ id: z.string(), createdAt: instant })),
  })
  .transform(({ count, first, examples }): Rows => {
    const left = examples.length === 0 && first !== undefined ? [{ id: "(not shown)", createdAt: first }] : examples;
    return { count, examples: left };
  });
const present = z.object({
  table: z.string(),
  rowsInCopy: count,
  rowsInPresent: count,
  newestCommits: rows,
  onlyInPresent: rows,
  missingInPresent: count,
  changed: count,
  unknownStates: count,
  newestInPresent: instant.optional(),
  readAt: instant,
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
  present: present.optional(),
});

/**
 * What VerifyCopies.java has found, by its last line.
 * @param compares whether it was to compare the coordinator with the present one
 * @throws {Error} when it is not complete
 */
export function scanFactsOf(line: string, compares: boolean): ScanFacts {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new Error(`the scan's result is not JSON: ${line.slice(0, 200)}`);
  }
  const { success, data, error } = facts.safeParse(value);
  if (!success) throw new Error(`the scan's result is incomplete: ${z.prettifyError(error)}`);
  const { tablesNotCovered, notCovered, present: compared, ...rest } = data;
  if (compares && compared === undefined)
    throw new Error("the scan's result is incomplete: the coordinator was not compared with the present one");
  const left = tablesNotCovered - notCovered.length;
  const differences = compared && [differencesOf(compared)];
  const tables = left > 0 ? [...notCovered, `${left} more tables`] : notCovered;
  return { ...rest, notCovered: tables, ...(differences && { present: differences }) };
}

function differencesOf({ newestInPresent, ...rest }: z.infer<typeof present>): PresentDifferences {
  return { ...rest, ...(newestInPresent !== undefined && { newestInPresent }) };
}

/** The scans of several releases as one. */
export function mergedScans(scans: readonly ScanFacts[]): ScanFacts {
  const sum = (of: (scan: ScanFacts) => number) => scans.reduce((total, scan) => total + of(scan), 0);
  const merged = (of: (scan: ScanFacts) => FoundRecords): FoundRecords => ({
    count: sum((scan) => of(scan).count),
    examples: scans.flatMap((scan) => of(scan).examples),
  });
  const present = scans.flatMap((scan) => scan.present ?? []);
  return {
    // Releases may read the same tables.
    tables: sum(({ tables }) => tables),
    records: sum(({ records }) => records),
    committedWithoutRow: merged(({ committedWithoutRow }) => committedWithoutRow),
    beforeImageWithoutRow: merged(({ beforeImageWithoutRow }) => beforeImageWithoutRow),
    olderThanCoordinator: sum(({ olderThanCoordinator }) => olderThanCoordinator),
    unfinished: sum(({ unfinished }) => unfinished),
    notCovered: [...new Set(scans.flatMap(({ notCovered }) => notCovered))],
    ...(present.length > 0 && { present }),
  };
}
