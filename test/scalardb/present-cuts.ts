import type { ExecutionContext } from "ava";
import { scanFactsOf } from "../../components/verification/scan-facts";
import { formatInstant } from "../../restore-points/instant";
import { bracketOutsideWindows } from "../../restore-points/verification/bracket";
import type { Rows } from "../../restore-points/verification/compare";
import type { PresentDifferences, ScanFacts } from "../../restore-points/verification/facts";
import { settingsProblems } from "../../restore-points/verification/settings";
import { Verdict, verdictOf } from "../../restore-points/verification/verdict";
import { committedIn, coordinatorRows } from "./copies";
import { type Copies, type Cut, copiesOf, type Judged } from "./cut";
import type { History } from "./history";
import { describe } from "./judgements";
import { cutAt, insidePause, isTrue, KINDS, type MakeCut, missedPause, outsidePauses, withOther } from "./kinds";
import type { Played } from "./play";
import { presentDifferences } from "./present";
import type { Random } from "./random";
import type { Special } from "./recipes";
import type { ScalarDb } from "./scalardb";
import { scanFacts } from "./scan";
import { isAccepted } from "./tally";
import { commitsThatExplain, recovered } from "./truth";

// Cuts in which the coordinator's copy is of the data's instant, and is compared with the coordinator that goes on.

const NONE = { count: 0, examples: [] };
/** What a scan finds that has found nothing. */
const CLEAN: ScanFacts = {
  tables: 3,
  records: 1,
  committedWithoutRow: NONE,
  beforeImageWithoutRow: NONE,
  olderThanCoordinator: 0,
  unfinished: 0,
  notCovered: [],
};

/** A cut of another kind, with the coordinator's copy as of the data's instant, and its `late` one as the coordinator that goes on. */
function goesOn(cut: Cut | undefined, random: Random): Cut | undefined {
  if (cut === undefined) return undefined;
  const { history, said } = cut;
  const early = { ...cut.early, at: said.data + (cut.early.at - said.early), jitter: 0 };
  const late = { at: random.between(said.data + 10_000, history.end), jitter: 0, seed: 0 };
  const data = new Map(cut.data);
  // A relational database may hold the coordinator and data: then they are of one instant.
  const shared = random.next() < 0.5 ? random.pick([...data.keys()]) : undefined;
  if (shared !== undefined) data.set(shared, early);
  return { ...cut, early, late, data };
}

function copyOff(history: History, random: Random): Cut | undefined {
  const cut = goesOn(insidePause(history, random), random);
  const off = random.pick([-1, 1]) * random.between(3_000, 30_000);
  return cut && { ...cut, kind: "the copy is of another instant", early: { ...cut.early, at: cut.early.at + off } };
}

/** At the second of a commit, where stores that disagree are inconsistent more often than anywhere else. */
function atACommit(kind: string, among: (history: History) => number[]): MakeCut {
  return (history, random) => {
    const all = among(history).filter((at) => at > history.start + 20_000 && at < history.end - 20_000);
    if (all.length === 0) return undefined;
    const at = Math.round(random.pick(all) / 1000) * 1000;
    const { early, late } = bracketOutsideWindows(at);
    return goesOn(cutAt(kind, history, random, { early, data: at, late }), random);
  };
}

const everyCommit = ({ commits }: History) => commits.map(({ at }) => at);
/** In a pause, those of a pod that missed it. */
const inMissedPauses = ({ commits, windows }: History) =>
  commits.map(({ at }) => at).filter((at) => windows.some((each) => !isTrue(each) && at > each.start && at < each.end));
const atAMissedCommit = atACommit("at a commit of a pod that missed the pause", inMissedPauses);

const NORMAL: Record<string, MakeCut> = {
  ...Object.fromEntries(
    [
      "inside a pause",
      "no pause",
      "a pod missed the pause",
      "the pauser's clock is off by 3 s",
      "pods' clocks are off by 3 s",
    ].map((kind): [string, MakeCut] => [kind, (history, random) => goesOn(KINDS[kind]?.(history, random), random)]),
  ),
  "a pod missed the pause, and clocks are off by 3 s": (history, random) => {
    const cut = goesOn(missedPause(history, random), random);
    const clocks = new Map([0, 1, 2].map((pod) => [pod, random.pick([-3_000, 0, 3_000])]));
    return cut && { ...cut, kind: "a pod missed the pause, and clocks are off by 3 s", clocks };
  },
  "at a commit": atACommit("at a commit", everyCommit),
  "at a commit of a pod that missed the pause": atAMissedCommit,
  "at a commit of a pod that missed the pause, and clocks are off by 3 s": (history, random) => {
    const cut = atAMissedCommit(history, random);
    const clocks = new Map([0, 1, 2].map((pod) => [pod, random.pick([-3_000, 3_000])]));
    return cut && { ...cut, kind: `${cut.kind}, and clocks are off by 3 s`, clocks };
  },
  "the copy is of another instant": copyOff,
  "what is called present is the copy itself": (history, random) => {
    const cut = goesOn(random.next() < 0.5 ? missedPause(history, random) : insidePause(history, random), random);
    return cut && { ...cut, kind: "what is called present is the copy itself", late: cut.early };
  },
  "what is called present lags behind": (history, random) => {
    const cut = goesOn(missedPause(history, random) ?? insidePause(history, random), random);
    const late = cut && { ...cut.late, at: cut.said.data + random.between(-5_000, 4_000) };
    return cut && late && { ...cut, kind: "what is called present lags behind", late };
  },
  "broken assumption: clocks are off by 6 s, and a pod missed the pause": (history, random) => {
    const cut = goesOn(missedPause(history, random), random);
    const clocks = new Map([0, 1, 2].map((pod) => [pod, random.pick([-6_000, 6_000])]));
    const kind = "broken assumption: clocks are off by 6 s, and a pod missed the pause";
    return cut && { ...cut, kind, clocks, assumptionBroken: true };
  },
};

/** Cuts of all kinds through a history, judged by the comparison alone, and with the facts of a scan. */
export function playPresent(
  history: History,
  special: Special | undefined,
  cuts: number,
  random: Random,
  other?: History,
): Played {
  const makers = special === undefined ? normalMakers(other) : specialMakers(special);
  const played: Played = { history, judged: [], scanned: [], ...(special === undefined ? {} : { special }) };
  for (let turn = 0; played.judged.length < cuts && turn < cuts * 4; turn++) {
    const cut = makers[turn % makers.length]?.(history, random);
    if (cut === undefined || cut.late.at > history.end) continue;
    const since = cut.said.data - random.pick([10_000, 60_000, 3_600_000]);
    played.judged.push(judgePresent(cut, since, false));
    played.scanned.push(judgePresent(cut, since, true));
  }
  return played;
}

/** Half of the cuts are of the three kinds that matter most; a kind for which a history has no place is left out. */
function normalMakers(other: History | undefined): MakeCut[] {
  const main = ["inside a pause", "no pause", "a pod missed the pause"];
  const more = Object.entries(NORMAL).filter(([kind]) => !main.includes(kind));
  const all = more.map(([, make]) => make);
  if (other)
    all.push((history, random) => {
      const cut = goesOn(withOther(history, other, random), random);
      return cut && { ...cut, late: { ...cut.late, at: history.end } };
    });
  return all.flatMap((make, index) => [make, NORMAL[main[index % main.length] ?? ""] ?? make]);
}

function specialMakers(special: Special): MakeCut[] {
  return [
    insidePause,
    missedPause,
    (history: History, random: Random) => outsidePauses("no pause", history, random),
  ].map(
    (make): MakeCut =>
      (history, random) => {
        const cut = goesOn(make(history, random), random);
        return cut && { ...cut, kind: `${special}: ${cut.kind}` };
      },
  );
}

/** The two sides of the comparison, as a reader finds them. */
function compared(cut: Cut, copies: Copies, since: number) {
  return presentDifferences(
    coordinatorRows(copies.early, cut.earlyFrom ?? cut.history, cut.clocks),
    coordinatorRows(copies.late, cut.lateFrom ?? cut.history, cut.clocks),
    since,
    cut.late.at,
  );
}

function judgePresent(cut: Cut, since: number, scanned: boolean): Judged {
  const copies = copiesOf(cut);
  const scan = scanned ? scanFacts(copies) : CLEAN;
  const setting = (key: string) =>
    cut.history.settings.find((each) => each.startsWith(`${key}=`))?.slice(key.length + 1);
  const verification = verdictOf({
    instant: formatInstant(cut.said.data),
    brackets: [],
    unproven: settingsProblems("the properties", setting, scanned),
    scan: { ...scan, present: [compared(cut, copies, since)] },
  });
  const values = recovered(copies.data.values(), committedIn(copies.early));
  return { cut, verification, sound: commitsThatExplain(values, cut.history.commits) !== undefined, values };
}

/** Cuts in a true pause are accepted, unless nothing was committed after it. */
export function presentPausesAccepted(t: ExecutionContext, played: readonly Played[]): void {
  const inPause = played.flatMap(({ judged, scanned }) => [...judged, ...scanned]).filter(isInPause);
  for (const each of inPause) {
    const { because, verdict } = each.verification;
    t.true(each.sound, describe(each.cut));
    if (because.some((text) => text.includes("has no commit that the copy lacks"))) t.is(verdict, Verdict.Unproven);
    else t.is(verdict, Verdict.PauseProvenByClocks, `${describe(each.cut)}: ${because.join("; ")}`);
  }
  t.true(inPause.some(isAccepted));
}

const isInPause = ({ cut }: Judged) => cut.kind === "inside a pause";

/** The Job's own code finds what the model does, in a sample of a history's copies. @returns how many were compared */
export async function jobComparesAlike(
  t: ExecutionContext,
  { history, judged }: Played,
  versions: Map<string, ScalarDb>,
  sampled: number,
  place: string,
): Promise<number> {
  // Rows are as they are in the stores, without errors of clocks.
  const own = judged.filter(
    ({ cut }) => cut.clocks.size === 0 && cut.earlyFrom === undefined && cut.lateFrom === undefined,
  );
  const sample = own.filter((_, index) => index % Math.max(1, Math.ceil(own.length / sampled)) === 0);
  const copies = sample.map(({ cut }, index) => {
    const { late, ...rest } = copiesOf(cut);
    const since = cut.said.data - (index % 2 === 0 ? 10_000 : 3_600_000);
    return { ...rest, late, present: { rows: late, since } };
  });
  const actual = await versions.get(history.version)?.recover(copies, history.settings, place);
  for (const [index, { cut }] of sample.entries()) {
    const each = copies[index];
    const expected = each && compared(cut, each, each.present.since);
    const line = JSON.stringify({ ...CLEAN, tablesNotCovered: 0, present: actual?.[index]?.present });
    const [found] = scanFactsOf(line, true).present ?? [];
    t.deepEqual(found && comparable(found), expected && comparable(expected), describe(cut));
  }
  return copies.length;
}

/** Without what may differ: when it was read, its table's name, and which of several rows of one millisecond are examples. */
function comparable({ newestCommits, onlyInPresent, ...rest }: PresentDifferences) {
  const instants = ({ count, examples }: Rows) => ({ count, instants: examples.map(({ createdAt }) => createdAt) });
  const { readAt, table, ...counts } = rest;
  return { ...counts, newestCommits: instants(newestCommits), onlyInPresent: instants(onlyInPresent) };
}
