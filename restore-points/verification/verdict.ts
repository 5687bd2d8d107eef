import { counted } from "../counted";
import { bracketProblems } from "./bracket-problems";
import type { BracketFacts, Findings, FoundRecords, ScanFacts } from "./facts";
import { presentProblems, presentText } from "./present-problems";

/**
 * What a restore proves of its copies.
 * @enum
 */
export const Verdict = {
  /** Every rule holds. */
  Consistent: "consistent",
  /** No transaction was committed between the two copies of the coordinator; the records were not read. */
  PauseProven: "pause proven, records not scanned",
  /** No transaction was committed around the instant by the commit times of the coordinator's copy and of the present one. */
  PauseProvenByClocks: "pause proven by commit times",
  /** The same outside of recorded windows: the instant is in a gap between commits. */
  QuietGapProven: "quiet gap proven, records not scanned",
  /** There is evidence against the copies. */
  Refused: "refused",
  /** Nothing is wrong with the copies, but not enough is known of them. */
  Unproven: "unproven",
} as const;

export type Verdict = (typeof Verdict)[keyof typeof Verdict];

/** Whether no transaction was committed around the copies' instants, as far as a verdict knows. */
export function isProven(verdict: Verdict): boolean {
  return verdict !== Verdict.Refused && verdict !== Verdict.Unproven;
}

/** Whether restored copies fit together, and how that is known. */
export interface Verification {
  /**
   * `consistent`; `pause proven, records not scanned`, or `quiet gap proven, ...`; `pause proven by commit times`; `refused`; or
   * `unproven`.
   */
  verdict: Verdict;
  /** The instant that was restored. RFC 3339, UTC, whole seconds. */
  instant: string;
  /** Why the verdict is not better, as sentences. Empty for `consistent`. */
  because: string[];
  /** What the verdict rests on. */
  restsOn: string[];
  /** What it says nothing about. */
  notCovered: string[];
  /** Evidence: transactions, tables and keys. */
  witnesses: string[];
}

/** Everything that is known about the copies of a restore. */
export interface VerificationFacts {
  /** RFC 3339, UTC, whole seconds. */
  instant: string;
  /** One for each coordinator. */
  brackets: readonly BracketFacts[];
  /** Why copies could not be bracketed, as sentences. */
  unproven: readonly string[];
  /** Absent if records were not scanned. */
  scan?: ScanFacts;
  /** Present for one relational database: its copy is consistent by the database's own recovery. */
  ownRecovery?: string;
  /** True if the instant need not be in a pause window: only the bracket speaks for the copies. */
  quietGap?: boolean;
  /** True if the ScalarDB properties of all releases were read, and no setting in them hides commits. */
  settingsRead?: boolean;
  /** Releases that run no transactions, as text. */
  withoutTransactions?: readonly string[];
}

/**
 * The verdict about restored copies. `consistent` and `pause proven` need every rule of the bracket to hold for every
 * coordinator; nothing is accepted because something is missing.
 *
 * The rule: no COMMITTED row of the late copy is missing in the early one; the late copy has every row of the early one
 * unchanged; the early copy is of an instant before all data, and the late copy of one after all data; and the newest commit
 * is older than the data. Then no transaction was committed around the data's instants, and ScalarDB's recovery yields exactly
 * the transactions that were committed before (docs/decisions/0015-verify-restores-by-bracketing.md).
 */
export function verdictOf({
  instant,
  brackets,
  unproven,
  scan,
  ownRecovery,
  quietGap,
  settingsRead,
  withoutTransactions = [],
}: VerificationFacts): Verification {
  const withoutMetadata = scan?.notCovered.map((table) => `${table}: no transaction metadata`) ?? [];
  const head = {
    instant,
    notCovered: [
      ...withoutTransactions.map(silentText),
      ...requestedTexts(brackets, scan !== undefined),
      ...withoutMetadata,
    ],
  };
  const scanned = scan === undefined ? [] : [scanText(scan)];
  if (ownRecovery !== undefined && scanProblems(scan).refused.length === 0)
    return { verdict: Verdict.Consistent, ...head, because: [], restsOn: [ownRecovery, ...scanned], witnesses: [] };
  const present = scan?.present ?? [];
  const all = [
    ...brackets.map((bracket) => bracketProblems(bracket, scan !== undefined)),
    ...present.map((each) => presentProblems(each, instant)),
    scanProblems(scan),
  ];
  const refused = all.flatMap((each) => each.refused);
  const doubts = [...unproven, ...all.flatMap((each) => each.unproven)];
  if (brackets.length === 0 && present.length === 0 && doubts.length === 0)
    doubts.push("no copy of a coordinator was compared");
  const witnesses = all.flatMap((each) => each.witnesses);
  if (refused.length > 0)
    return { verdict: Verdict.Refused, ...head, because: [...refused, ...doubts], restsOn: [], witnesses };
  const restsOn = [...new Set(brackets.flatMap(bracketTexts)), ...(quietGap ? [NO_WINDOW] : [])];
  if (doubts.length > 0) return { verdict: Verdict.Unproven, ...head, because: doubts, restsOn, witnesses };
  if (present.length > 0) {
    const texts = present.map((each) => presentText(each, instant));
    const because = ["the coordinator is in a relational database: its commits are known by the pods' clocks"];
    const notCovered = [`the copies' instants: ${instant} was asked for, and no record of their clouds was read`];
    return {
      verdict: Verdict.PauseProvenByClocks,
      ...head,
      because,
      restsOn: [...restsOn, ...texts, ...scanned],
      notCovered: [...notCovered, ...head.notCovered],
      witnesses,
    };
  }
  if (scan === undefined)
    return {
      verdict: quietGap ? Verdict.QuietGapProven : Verdict.PauseProven,
      ...head,
      because: ["the records were not scanned: to have them read, set restore.verify.scan"],
      restsOn: [...restsOn, settingsRead ? ONE_PHASE_COMMIT_READ : ONE_PHASE_COMMIT_ASSUMED],
      notCovered: [
        ...head.notCovered,
        "tables without ScalarDB's transaction metadata, and other deployments' coordinators",
      ],
      witnesses,
    };
  return { verdict: Verdict.Consistent, ...head, because: [], restsOn: [...restsOn, ...scanned], witnesses };
}

function scanText({ records, tables, unfinished }: ScanFacts): string {
  const read = `${counted(records, "record")} of ${counted(tables, "table")} ${records === 1 ? "was" : "were"} scanned`;
  const left =
    unfinished === 0 ? "" : `; ScalarDB has to finish ${counted(unfinished, "record")} of unfinished transactions`;
  return `${read}: none is of a transaction that the coordinator lacks${left}`;
}

const ONE_PHASE_COMMIT = "scalar.db.consensus_commit.one_phase_commit.enabled";
const NO_ROW = "transactions that commit in one phase leave no row in the coordinator";
const ONE_PHASE_COMMIT_READ = `${ONE_PHASE_COMMIT} is not true in the properties: ${NO_ROW}`;
const ONE_PHASE_COMMIT_ASSUMED = `assumed, not read: ${ONE_PHASE_COMMIT} is false, as by default; ${NO_ROW}. To have it checked, set "properties" to the ScalarDB properties of the releases`;

const NO_WINDOW =
  "no pause window is asked for (restore.quietGap): that no transaction was committed around the instant rests on the coordinator's copies alone";

/** What a bracket rests on. */
function bracketTexts({ database, table, early, late, differences }: BracketFacts): string[] {
  if (differences === undefined) return [];
  const { rows } = differences;
  return [
    `${database}: ${table} as of ${early.instant} (${counted(rows.early, "row")}) and as of ${late.instant} (${counted(rows.late, "row")}) has the same commits`,
  ];
}

/** A release about which no coordinator says anything. */
function silentText(release: string): string {
  return `${release} runs no ScalarDB transactions (pause.releases[].transactions is false): nothing in its copies shows that it wrote nothing around the instant, only the pause does; a scan does not read its records, restore.verify.check can`;
}

/** Copies whose instant no cloud has confirmed. */
function requestedTexts(brackets: readonly BracketFacts[], scanned: boolean): string[] {
  const requested = brackets.flatMap(({ data }) => data.filter((copy) => copy.requested));
  const texts = requested.map(({ name, instant }) =>
    scanned
      ? `${name}: its instant, ${instant}, is the one that was asked for; no record of its cloud was read`
      : `${name}: nothing in its copy was read; its instant, ${instant}, is the one that was asked for`,
  );
  return [...new Set(texts)];
}

/** What a scan is evidence of. */
export function scanProblems(scan: ScanFacts | undefined): Findings {
  if (scan === undefined) return { refused: [], unproven: [], witnesses: [] };
  const refused: string[] = [];
  const unproven: string[] = [];
  if (scan.committedWithoutRow.count > 0)
    refused.push(
      scan.committedWithoutRow.count === 1
        ? "1 committed record is newer than the coordinator: its transaction is not committed there"
        : `${scan.committedWithoutRow.count} committed records are newer than the coordinator: their transactions are not committed there`,
    );
  if (scan.beforeImageWithoutRow.count > 0)
    refused.push(
      `${counted(scan.beforeImageWithoutRow.count, "record")} would return to a value whose transaction is not committed in the coordinator`,
    );
  if (scan.olderThanCoordinator > 0)
    unproven.push(
      `the coordinator lacks the transactions of ${counted(scan.olderThanCoordinator, "committed record")} that are older than its oldest row: rows have been purged, so these transactions cannot be checked`,
    );
  if (scan.records === 0) unproven.push("the scan found no record with ScalarDB's transaction metadata");
  const witnesses = [scan.committedWithoutRow, scan.beforeImageWithoutRow].flatMap(recordTexts);
  return { refused, unproven, witnesses };
}

function recordTexts({ examples }: FoundRecords): string[] {
  return examples.map(({ table, key, id }) => `${table} ${key}: transaction ${id}`);
}
