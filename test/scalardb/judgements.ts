import type { ExecutionContext } from "ava";
import type { ScanFacts } from "../../restore-points/verification/facts";
import { Verdict } from "../../restore-points/verification/verdict";
import { committedIn, copyOf } from "./copies";
import { type Copies, type Cut, copiesOf } from "./cut";
import type { History } from "./history";
import type { Played } from "./play";
import { SPECIAL } from "./recipes";
import type { ScalarDb } from "./scalardb";
import { scanFacts } from "./scan";
import { isAccepted } from "./tally";
import { commitsThatExplain, recovered, valuesAfter } from "./truth";

/** The truth is one: each history's commits in their order explain what is there in the end. */
export function ordersExplained(t: ExecutionContext, played: readonly Played[]): void {
  // Of commits in one phase only the millisecond is known, not their order.
  for (const { history } of played.filter(({ special }) => special !== SPECIAL.onePhase)) {
    const { early, data } = atTheEnd(history);
    const values = recovered(data.values(), committedIn(early));
    t.deepEqual(entriesOf(values), entriesOf(valuesAfter(history.commits)), history.name);
    t.not(commitsThatExplain(values, history.commits), undefined, history.name);
  }
}

/**
 * ScalarDB's recovery and the scan Job's own code find in a sample of a history's copies what the truth and its model say.
 * @returns how many copies were compared
 */
export async function recoveryAgrees(
  t: ExecutionContext,
  { history, judged }: Played,
  versions: Map<string, ScalarDb>,
  sampled: number,
  place?: string,
): Promise<number> {
  // The tables of a wrong coordinator may have other columns.
  const own = judged.filter(({ cut }) => cut.earlyFrom === undefined);
  const sample = own.filter((_, index) => index % Math.max(1, Math.ceil(own.length / sampled)) === 0);
  const copies = [...sample.map(({ cut }) => copiesOf(cut)), atTheEnd(history)];
  const actual = await versions.get(history.version)?.recover(copies, history.settings, place);
  for (const [index, { early, data }] of copies.entries()) {
    const { scan, values } = actual?.[index] ?? {};
    t.deepEqual(values, Object.fromEntries(recovered(data.values(), committedIn(early))), history.name);
    t.deepEqual(countsOf(scan), countsOf(scanFacts({ early, data })), history.name);
  }
  return copies.length;
}

export function noneFalselyAccepted(t: ExecutionContext, played: readonly Played[]): void {
  const bare = played.flatMap((one) => one.judged.filter(({ cut }) => !cut.settingsUnknown));
  const scanned = played.flatMap((one) => one.scanned);
  for (const each of [...bare, ...scanned].filter(({ cut }) => !cut.assumptionBroken))
    if (isAccepted(each) && !each.sound) t.fail(`${describe(each.cut)}: ${each.verification.verdict}`);
  t.pass();
}

export function pausesAccepted(t: ExecutionContext, played: readonly Played[]): void {
  const inPause = (cuts: Played["judged"]) => cuts.filter(({ cut }) => cut.kind === "inside a pause");
  for (const { judged: bare, scanned } of played) {
    for (const each of inPause(bare)) t.is(each.verification.verdict, Verdict.PauseProven, describe(each.cut));
    for (const each of inPause(scanned)) t.is(each.verification.verdict, Verdict.Consistent, describe(each.cut));
    for (const each of inPause(bare)) t.true(each.sound, describe(each.cut));
  }
}

const entriesOf = (values: Map<string, string>) => Object.fromEntries([...values].sort());

/** All of the stores, after the last write. */
function atTheEnd({ coordinator, data }: History): Copies {
  const end = { at: Number.POSITIVE_INFINITY, jitter: 0, seed: 0 };
  const copies = new Map([...data].map(([store, records]) => [store, copyOf(records, end)]));
  return { early: copyOf(coordinator, end), late: new Map(), data: copies };
}

function countsOf(scan: Omit<ScanFacts, "notCovered"> | undefined) {
  return {
    tables: scan?.tables,
    records: scan?.records,
    committedWithoutRow: scan?.committedWithoutRow.count,
    beforeImageWithoutRow: scan?.beforeImageWithoutRow.count,
    olderThanCoordinator: scan?.olderThanCoordinator,
    unfinished: scan?.unfinished,
  };
}

export function describe({ kind, history, said }: Cut): string {
  return `${kind}: ${history.name}, restored to ${new Date(said.data).toISOString()}`;
}
