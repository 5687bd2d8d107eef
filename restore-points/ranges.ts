import { formatInstant, instantMillis } from "./instant";

/** The current range of one database's point-in-time recovery, or why it is not known. Instants in RFC 3339. */
export interface DatabaseRange {
  /** The database's name in the set. */
  name: string;
  /** The first restorable instant: RFC 3339, UTC. */
  earliest?: string;
  /** The last restorable instant: RFC 3339, UTC. */
  latest?: string;
  /** Why there is no range: not created yet, point-in-time recovery is off, ... */
  unknownBecause?: string;
}

/**
 * A `DatabaseRange` as a kind of database must report it: both instants, or why they are not known. As an output and an input it
 * is the interface above, since other languages have no unions of objects.
 */
export type ReportedRange =
  | { name: string; earliest: string; latest: string }
  | { name: string; unknownBecause: string };

/** Earliest to latest instant, both restorable. Milliseconds since the epoch. */
export interface RestorableRange {
  earliest: number;
  latest: number;
}

/** Why there is no range. */
export interface UnknownRange {
  because: string;
}

/** The range in milliseconds. */
export function restorableRange({
  name,
  earliest,
  latest,
  unknownBecause,
}: DatabaseRange): RestorableRange | UnknownRange {
  if (unknownBecause !== undefined)
    return { because: `the restorable range of ${name} is not known: ${unknownBecause}` };
  if (earliest === undefined || latest === undefined)
    return {
      because: `${name} has no restorable range; check that its point-in-time recovery is on, and try again in a few minutes`,
    };
  const range = { earliest: instantMillis(earliest), latest: instantMillis(latest) };
  if (range.latest < range.earliest)
    return { because: `${name} has nothing to restore yet; try again in a few minutes` };
  return range;
}

/** The instants to which ALL databases can be restored, or why there are none. */
export function commonRange(databases: readonly DatabaseRange[]): RestorableRange | UnknownRange {
  const known: (RestorableRange & { name: string })[] = [];
  const unknown: string[] = [];
  for (const database of databases) {
    const range = restorableRange(database);
    if ("because" in range) unknown.push(range.because);
    else known.push({ name: database.name, ...range });
  }
  if (unknown.length > 0) return { because: unknown.join("; ") };
  if (known.length === 0) return { because: "no database is named" };
  const begins = known.reduce((a, b) => (b.earliest > a.earliest ? b : a));
  const ends = known.reduce((a, b) => (b.latest < a.latest ? b : a));
  if (begins.earliest <= ends.latest) return { earliest: begins.earliest, latest: ends.latest };
  return {
    because: `${begins.name} can be restored from ${formatInstant(begins.earliest)} on, ${ends.name} only until ${formatInstant(ends.latest)}`,
  };
}

/** Why a database cannot be restored to an instant, with the fix; undefined when it can. */
export function rangeProblem(instant: number, database: DatabaseRange, now: number): string | undefined {
  const range = restorableRange(database);
  if ("because" in range) return range.because;
  const { earliest } = range;
  const latest = Math.min(range.latest, now);
  if (instant >= earliest && instant <= latest) return undefined;
  const [from, to] = [ceilSecond(earliest), floorSecond(latest)];
  // A range that has just begun may lie within one second, and a restore takes whole seconds.
  if (from > to)
    return `${database.name} cannot be restored to a whole second yet: its range begins at ${formatInstant(earliest, { millis: true })}; try again in a few minutes`;
  const span = `from ${formatInstant(from)} to ${formatInstant(to)}`;
  if (instant < earliest)
    return `${database.name} can be restored ${span}; choose a later instant, and keep its backups for longer if you need older instants`;
  // The range's end follows the clock with a lag: after that lag, the range contains the instant.
  const lag = now - latest;
  return `${database.name} can be restored ${span} now; try again after ${formatInstant(ceilSecond(instant + lag))}`;
}

/** The first whole second that is not before an instant: a restore takes whole seconds. */
export function ceilSecond(instant: number): number {
  return Math.ceil(instant / 1000) * 1000;
}

/** The last whole second that is not after an instant. */
export function floorSecond(instant: number): number {
  return Math.floor(instant / 1000) * 1000;
}
