import { formatInstant } from "./instant";
import { ceilSecond, commonRange, type DatabaseRange, floorSecond, rangeProblem } from "./ranges";
import type { Situation } from "./situation";
import type { DatabaseBackups } from "./window-backups";
import { type CommonWindow, type CoveredRelease, commonWindows, whyNoWindow } from "./windows";

/**
 * How many points are listed, so that a stack's state stays small even with frequent pauses, and how many more with
 * backups. Older points can still be restored.
 */
export const LISTED_POINTS = 100;

/** Whether a database's point-in-time recovery can restore an instant, and if not, why, with the fix. */
export interface DatabaseAtPoint {
  /** The database's name in the set. */
  name: string;
  /** Whether it can be restored to the instant. */
  restorable: boolean;
  /** Why it cannot, as text. */
  reason?: string;
  /** Until when its backups of the window are kept; absent without backups. RFC 3339, UTC, whole seconds. */
  backedUpUntil?: string;
}

/**
 * An instant at which no transaction was running: near the middle of a common window.
 *
 *     { instant: "2026-11-22T03:00:12Z",
 *       window: { start: "2026-11-22T03:00:07.120Z", end: "2026-11-22T03:00:17.130Z", clockOffsetMillis: 4 },
 *       covers: [{ cluster: "default", namespace: "scalar", name: "scalardb-cluster", product: "scalardb-cluster", pods: 3, origin: "recorded" }],
 *       databases: [{ name: "ledger", restorable: true },
 *                   { name: "customers", restorable: false, reason: "customers can be restored from ... to ... now; try again after ..." }],
 *       restorable: false }
 */
export interface RestorePoint {
  /**
   * The instant for `restore.at`: RFC 3339, UTC, a whole minute if the window has one near its middle, else a whole
   * second. It stays the same as long as the window is known.
   */
  instant: string;
  /** True if the window has no whole minute near its middle: check that your databases restore to the second. */
  noWholeMinute?: boolean;
  /** RFC 3339, UTC, milliseconds, with the clocks' difference by which it is narrowed at either end. */
  window: {
    /** RFC 3339, UTC, milliseconds. */
    start: string;
    /** RFC 3339, UTC, milliseconds. */
    end: string;
    /** How much the pauser's clock may differ from the API server's. */
    clockOffsetMillis: number;
  };
  /** The releases that were paused. */
  covers: CoveredRelease[];
  /** Whether each database can be restored to the instant. */
  databases: DatabaseAtPoint[];
  /** Whether every database's point-in-time recovery can restore it. */
  restorable: boolean;
  /** True if that is not so, but every other database has backups of the window: `restore.from` restores these. */
  restorableFromBackups?: boolean;
}

/**
 * The stack's output `restorePoints`. A set that needs a pause has `points`:
 *
 *     { asOf: "2026-11-22T09:00:00Z", pauseRequired: true, databases: [...], latest: "2026-11-22T03:00:12Z",
 *       points: [ newest, ..., oldest ], unlisted: 0 }
 *
 * one relational database has `anyInstant`:
 *
 *     { asOf: "2026-11-22T09:00:00Z", pauseRequired: false, points: [], unlisted: 0,
 *       databases: [{ name: "customers", earliest: "2026-10-18T09:00:00Z", latest: "2026-11-22T08:55:31Z" }],
 *       anyInstant: { from: "2026-10-18T09:00:00Z", to: "2026-11-22T08:55:31Z" }, latest: "2026-11-22T08:55:31Z" }
 *
 * If nothing can be restored, `noneBecause` says why, with the fix.
 */
export interface RestorePoints {
  /** When the windows and ranges were read. RFC 3339, UTC, whole seconds. */
  asOf: string;
  /** Whether pods have to be paused, and why. */
  pauseRequired: boolean;
  /** Each database's restorable range. */
  databases: DatabaseRange[];
  /** Newest first, restorable or not: the newest `LISTED_POINTS`, and older ones whose databases have backups. */
  points: RestorePoint[];
  /** How many older points are not listed. */
  unlisted: number;
  /** The newest instant that can be restored; absent when there is none. RFC 3339, UTC, whole seconds. */
  latest?: string;
  /** Every whole second in this range can be restored. */
  anyInstant?: {
    /** RFC 3339, UTC. */
    from: string;
    /** RFC 3339, UTC. */
    to: string;
  };
  /** Present without `latest`. */
  noneBecause?: string;
  /** Why the pause schedule records no new windows; absent while it does. */
  pauseProblems?: string[];
  /** The releases that run no ScalarDB transactions, so that no gap between commits is one of theirs; absent without any. */
  withoutTransactions?: string[];
}

/** What can be restored, for users and for the checks of an instant. */
export function restorePoints(situation: Situation): RestorePoints {
  const { now, pauseRequired, databases } = situation;
  const head = { asOf: formatInstant(now), pauseRequired, databases: [...databases] };
  if (!pauseRequired) {
    const seconds = restorableSeconds(situation);
    if ("because" in seconds) return { ...head, points: [], unlisted: 0, noneBecause: seconds.because };
    const anyInstant = { from: formatInstant(seconds.from), to: formatInstant(seconds.to) };
    return { ...head, points: [], unlisted: 0, anyInstant, latest: anyInstant.to };
  }
  const points = pointsOf(situation);
  const latest = points.find((point) => point.restorable)?.instant;
  const older = points
    .slice(LISTED_POINTS)
    .filter(({ databases }) => databases.some(({ backedUpUntil }) => backedUpUntil));
  const listed = [...points.slice(0, LISTED_POINTS), ...older.slice(0, LISTED_POINTS)];
  const { pauseProblems: problems = [], withoutTransactions: silent = [] } = situation;
  return {
    ...head,
    points: listed,
    unlisted: points.length - listed.length,
    ...(latest === undefined ? { noneBecause: whyNone(points, situation) } : { latest }),
    ...(problems.length > 0 && { pauseProblems: [...problems] }),
    ...(silent.length > 0 && { withoutTransactions: [...silent] }),
  };
}

/** Every restore point of the recorded windows, newest first. */
export function pointsOf(situation: Situation): RestorePoint[] {
  return commonWindows(situation.windows, situation.releases).map((window) => pointOf(window, situation));
}

/** The whole seconds to which all databases can be restored, without regard to consistency; or why there are none. */
export function restorableSeconds({ databases, now }: Situation): { from: number; to: number } | { because: string } {
  const range = commonRange(databases);
  if ("because" in range) return range;
  const from = ceilSecond(range.earliest);
  const to = floorSecond(Math.min(range.latest, now));
  if (from <= to) return { from, to };
  return { because: "the databases have not been protected for a second yet; try again in a few minutes" };
}

function pointOf(window: CommonWindow, { databases, now }: Situation): RestorePoint {
  const states = databases.map(({ name, ...range }): DatabaseAtPoint => {
    const reason = rangeProblem(window.instant, { name, ...range }, now);
    const backups = keptBackupsOf(window, name, now);
    return {
      name,
      restorable: reason === undefined,
      ...(reason !== undefined && { reason }),
      ...(backups && { backedUpUntil: formatInstant(floorSecond(backups.until)) }),
    };
  });
  const restorable = states.length > 0 && states.every((state) => state.restorable);
  const fromBackups =
    !restorable && states.length > 0 && states.every((state) => state.restorable || state.backedUpUntil);
  return {
    instant: formatInstant(window.instant),
    ...(!window.wholeMinute && { noWholeMinute: true }),
    window: {
      start: formatInstant(window.start, { millis: true }),
      end: formatInstant(window.end, { millis: true }),
      clockOffsetMillis: window.clockOffsetMillis,
    },
    covers: window.covers,
    databases: states,
    restorable,
    ...(fromBackups && { restorableFromBackups: true }),
  };
}

/** A database's backups of a window, while they are kept. */
export function keptBackupsOf({ backups }: CommonWindow, name: string, now: number): DatabaseBackups | undefined {
  return backups.find((database) => database.name === name && database.until > now);
}

function whyNone(points: RestorePoint[], situation: Situation): string {
  const [newest] = points;
  if (newest === undefined) return whyNoWindow(situation);
  if (newest.databases.length === 0) return "no database is named, so there is nothing to restore";
  const reasons = newest.databases.flatMap(({ reason }) => reason ?? []);
  const backedUp = points.find((point) => point.restorableFromBackups);
  const way = backedUp
    ? `; ${backedUp.instant} can be restored from its window's backups, ${fromBackupsFix(backedUp)}`
    : "";
  return `no restore point can be restored now; of the newest, ${newest.instant}: ${reasons.join("; ")}${way}`;
}

/** How to restore a point whose window's backups have outlived point-in-time recovery. */
function fromBackupsFix({ databases }: RestorePoint): string {
  const names = databases.filter(({ restorable }) => !restorable).map(({ name }) => name);
  return names.map((name) => `by restore.from.${name}.windowBackups: true`).join(" and ");
}
