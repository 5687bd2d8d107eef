import { COMMITTED, type Commit, type Image } from "./history";

/** ScalarDB's numbers of a record's states (com.scalar.db.api.TransactionState). */
const PREPARED = 1;
const DELETED = 2;

/**
 * What ScalarDB's recovery makes of the records of a copy, by the transactions that the copied coordinator calls committed. A sample of
 * the copies is recovered by ScalarDB itself, and must agree (scalardb.test.ts).
 */
export function recovered(copies: Iterable<Map<string, Image>>, committed: ReadonlySet<string>): Map<string, string> {
  const values = new Map<string, string>();
  for (const copy of copies)
    for (const [record, image] of copy) {
      const value = contentOf(image, committed);
      if (value !== undefined) values.set(record, value);
    }
  return values;
}

function contentOf(image: Image, committed: ReadonlySet<string>): string | undefined {
  const content = String(image.content);
  switch (image.tx_state) {
    case COMMITTED:
      return content;
    case PREPARED:
      return committed.has(String(image.tx_id)) ? content : beforeImage(image);
    case DELETED:
      return committed.has(String(image.tx_id)) ? undefined : beforeImage(image);
    default:
      throw new Error(`a record has the state ${image.tx_state}`);
  }
}

function beforeImage(image: Image): string | undefined {
  return image.before_tx_id === null ? undefined : String(image.before_content);
}

/** What the records hold after all of these commits. */
export function valuesAfter(commits: readonly Commit[]): Map<string, string> {
  const values = new Map<string, string>();
  for (const { writes } of commits)
    for (const { record, value } of writes) {
      if (value === undefined) values.delete(record);
      else values.set(record, value);
    }
  return values;
}

/**
 * How many of the source's commits, in its own order, a copy's values are the result of. Undefined: of no number of them, so the
 * copy is unsound. Every written value is unique.
 */
export function commitsThatExplain(
  values: ReadonlyMap<string, string>,
  commits: readonly Commit[],
): number | undefined {
  const different = new Set(values.keys());
  const source = new Map<string, string>();
  if (different.size === 0) return 0;
  for (const [index, { writes }] of commits.entries()) {
    for (const { record, value } of writes) {
      if (value === undefined) source.delete(record);
      else source.set(record, value);
      if (values.get(record) === value) different.delete(record);
      else different.add(record);
    }
    if (different.size === 0) return index + 1;
  }
  return undefined;
}
