import { formatInstant } from "./instant";
import type { Interval } from "./interval";
import { ceilSecond, floorSecond } from "./ranges";
import { bracketOutsideWindows } from "./verification/bracket";
import { type CoordinatorRow, TransactionState } from "./verification/coordinator-row";
import { MARGIN_MILLIS } from "./windows";

/** How far the coordinator's copies are from an instant outside of windows: the bracket compares what lies in between. */
const BRACKET_MILLIS = bracketOutsideWindows(0).late;

/** How far an instant must be from any commit: the bracket, and as much as a window's edges are stayed away from. */
export const QUIET_MILLIS = BRACKET_MILLIS + MARGIN_MILLIS;

/** A coordinator's table in DynamoDB. */
export interface CoordinatorTable {
  /** Where the table is. */
  region: string;
  /** The table's full name, such as `coordinator.state`. */
  table: string;
}

/** A coordinator's container in Cosmos DB. */
export interface CoordinatorContainer {
  /** The subscription of the account. */
  subscriptionId: string;
  /** The account's resource group. */
  resourceGroupName: string;
  /** The account's name. */
  accountName: string;
  /** ScalarDB's namespace. */
  database: string;
  /** The container's name. */
  container: string;
}

/** What is read to find gaps. */
export interface QuietGapsSearch {
  /** The live coordinators of the set: a gap is quiet in all of them. */
  tables: CoordinatorTable[];
  containers: CoordinatorContainer[];
  /** The instants to which every database can be restored. RFC 3339. */
  from: string;
  to: string;
  /** How many read units (DynamoDB) or request units (Cosmos DB) a second to use of each. */
  readUnits?: number;
}

/**
 * A gap between commits in which a restore may be tried. Instants are RFC 3339 in UTC.
 *
 *     { instant: "2026-11-22T03:10:30Z", from: "2026-11-22T03:10:06Z", to: "2026-11-22T03:10:55Z", seconds: 60 }
 */
export interface QuietGap {
  /** The candidate in its middle, for `restore.at`. Whole seconds. */
  instant: string;
  /** Every whole second from here to `to` is a candidate, too. */
  from: string;
  to: string;
  /** The length of the gap, from commit to commit, rounded down. */
  seconds: number;
}

/** What the rows of a set's coordinators show. */
export interface QuietGaps {
  /** The instants that were looked at. Whole seconds. */
  looked: { from: string; to: string };
  /** Newest first. */
  gaps: QuietGap[];
  /** How many rows were read, and how many of them are commits. */
  rows: number;
  commits: number;
  /** Rows from which `finishTransaction` can delete new ones, so that gaps may be none. */
  writeSets: number;
  /** The oldest commit: gaps before it are not known. RFC 3339, milliseconds; absent without commits. */
  oldestCommit?: string;
}

/**
 * Finds gaps between commits. The times come in any order; memory depends on the range only.
 *
 * Only the earliest and the latest commit of each short period are kept: no gap fits into a period.
 */
export class CommitTimes {
  static readonly #PERIOD_MILLIS = QUIET_MILLIS;
  readonly #range: Interval;
  readonly #earliest: Float64Array;
  readonly #latest: Float64Array;
  #before = Number.NEGATIVE_INFINITY;
  #after = Number.POSITIVE_INFINITY;
  #oldest = Number.POSITIVE_INFINITY;
  #rows = 0;
  #commits = 0;
  #writeSets = 0;

  /** @param range the instants to which every database can be restored. Milliseconds since the epoch. */
  constructor(range: Interval) {
    this.#range = range;
    const periods = Math.floor((range.end - range.start) / CommitTimes.#PERIOD_MILLIS) + 1;
    this.#earliest = new Float64Array(periods).fill(Number.POSITIVE_INFINITY);
    this.#latest = new Float64Array(periods).fill(Number.NEGATIVE_INFINITY);
  }

  add({ state, createdAt, writeSet }: CoordinatorRow): void {
    this.#rows++;
    if (writeSet) this.#writeSets++;
    // An abort changes no data. What is neither may be a commit.
    if (state === TransactionState.ABORTED || !Number.isFinite(createdAt)) return;
    this.#commits++;
    this.#oldest = Math.min(this.#oldest, createdAt);
    const { start, end } = this.#range;
    if (createdAt < start) this.#before = Math.max(this.#before, createdAt);
    else if (createdAt > end) this.#after = Math.min(this.#after, createdAt);
    else {
      const period = Math.floor((createdAt - start) / CommitTimes.#PERIOD_MILLIS);
      this.#earliest[period] = Math.min(this.#earliest[period] ?? createdAt, createdAt);
      this.#latest[period] = Math.max(this.#latest[period] ?? createdAt, createdAt);
    }
  }

  /** @param readAt when the reading began: what was committed later may be missing. Milliseconds since the epoch. */
  quietGaps(readAt: number): QuietGaps {
    const { start, end } = this.#range;
    const gaps: QuietGap[] = [];
    let last = this.#before;
    const upTo = (next: number) => {
      const gap = this.#gap(last, Math.min(next, readAt));
      if (gap) gaps.push(gap);
    };
    for (const [period, earliest] of this.#earliest.entries()) {
      if (earliest === Number.POSITIVE_INFINITY) continue;
      upTo(earliest);
      last = this.#latest[period] ?? last;
    }
    upTo(this.#after);
    return {
      looked: { from: formatInstant(ceilSecond(start)), to: formatInstant(floorSecond(Math.min(end, readAt))) },
      gaps: gaps.reverse(),
      rows: this.#rows,
      commits: this.#commits,
      writeSets: this.#writeSets,
      ...(Number.isFinite(this.#oldest) && { oldestCommit: formatInstant(this.#oldest, { millis: true }) }),
    };
  }

  /** Without a commit before it, nothing shows that it is one: rows may have been purged. */
  #gap(start: number, end: number): QuietGap | undefined {
    if (start === Number.NEGATIVE_INFINITY) return undefined;
    const from = ceilSecond(Math.max(start + QUIET_MILLIS, this.#range.start + BRACKET_MILLIS));
    const to = floorSecond(Math.min(end - QUIET_MILLIS, this.#range.end - BRACKET_MILLIS));
    if (from > to) return undefined;
    return {
      instant: formatInstant(floorSecond((from + to) / 2)),
      from: formatInstant(from),
      to: formatInstant(to),
      seconds: Math.floor((end - start) / 1000),
    };
  }
}
