import test, { type ExecutionContext } from "ava";
import type { ScanFacts } from "../../restore-points/verification/facts";
import { Verdict } from "../../restore-points/verification/verdict";
import { committedIn, copyOf } from "./copies";
import { type Copies, type Cut, copiesOf, judge } from "./cut";
import { everyVersion, historyOf, inTurn } from "./histories";
import type { History } from "./history";
import { DEFECTS, defectNamed } from "./planted";
import { type Played, play, randomOf } from "./play";
import { type Planned, plannedHistories, SPECIAL } from "./recipes";
import type { ScalarDb } from "./scalardb";
import { scanFacts } from "./scan";
import { isAccepted, tally } from "./tally";
import { commitsThatExplain, recovered } from "./truth";

// Real ScalarDB makes histories over SQLite; copies of its stores are cut out of them, each store at an instant of its own; the rule
// that ships (restore-points/verification) judges the copies; and the source's own order of commits says what is true.
// Not proven here: that the clouds' databases restore what they recorded, and the readers of their copies, which have tests of their
// own: rows come out of the stores by triggers.

const CUTS = Number(process.env.CUTS ?? 100);
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 1_000_000));
const HISTORIES_A_ROUND = plannedHistories(0, 0, 0).length;
/** With more cuts through one history they resemble each other. */
const CUTS_A_HISTORY = 50;
/** Copies of each history that the scan Job's own code reads and ScalarDB recovers. */
const SAMPLE = Number(process.env.SAMPLE ?? 4);

const versions = everyVersion();
const played: Played[] = [];

function judged(
  title: string,
  run: (t: ExecutionContext, versions: Map<string, ScalarDb>) => void | Promise<void>,
): void {
  test.serial(title, async (t) => {
    if (typeof versions !== "string") return run(t, versions);
    t.log(`skipped: ${versions}`);
    t.pass();
  });
}

test.before(async (t) => {
  if (typeof versions === "string") return;
  t.timeout(3_600_000);
  const rounds = Math.max(1, Math.round(CUTS / (HISTORIES_A_ROUND * CUTS_A_HISTORY)));
  const each = Math.ceil(CUTS / (rounds * HISTORIES_A_ROUND));
  const phases = rounds === 1 ? 9 : 14;
  const planned = Array.from({ length: rounds }, (_, round) => plannedHistories(SEED, round, phases)).flat();
  const random = randomOf(SEED, "cuts");
  let other: History | undefined;
  const one = async (plan: Planned) => {
    const history = await historyOf(plan, versions);
    const result = await play(history, plan.special, each, random, other);
    other = history;
    return result;
  };
  played.push(...(await inTurn(planned, one)));
});

test.after.always(() => {
  if (typeof versions !== "string") for (const each of versions.values()) each.end();
});

judged("real ScalarDB runs histories, and cuts through them are judged", (t) => {
  const all = played.flatMap((each) => each.judged);
  t.log(`CUTS=${CUTS} SEED=${SEED}: ${all.length} cuts through ${played.length} histories`);
  for (const { history } of played)
    t.log(
      `${history.name}: ${history.commits.length} commits in ${Math.round((history.end - history.start) / 1000)} s`,
    );
  const scanned = played.flatMap((each) => each.scanned);
  t.log(`\n${tally(all, scanned)}`);
  t.true(all.length >= CUTS * 0.9, `only ${all.length} cuts`);
});

judged("the commits in a source's own order explain its records at the end", (t) => {
  // Of commits in one phase only the millisecond is known, not their order.
  for (const { history } of played.filter(({ special }) => special !== SPECIAL.onePhase)) {
    const { early, data } = atTheEnd(history);
    const values = recovered(data.values(), committedIn(early));
    t.is(commitsThatExplain(values, history.commits), history.commits.length, history.name);
  }
});

judged(
  "ScalarDB's recovery and the scan Job find in a sample of the copies what the truth and its model say",
  async (t, found) => {
    t.timeout(3_600_000);
    const compared = await inTurn(played, async ({ history, judged: cuts }) => {
      // The tables of a wrong coordinator may have other columns.
      const own = cuts.filter(({ cut }) => cut.earlyFrom === undefined);
      const sample = own.filter((_, index) => index % Math.max(1, Math.ceil(own.length / SAMPLE)) === 0);
      const copies = [...sample.map(({ cut }) => copiesOf(cut)), atTheEnd(history)];
      const actual = await found.get(history.version)?.recover(copies, history.settings);
      for (const [index, { early, data }] of copies.entries()) {
        const { scan, values } = actual?.[index] ?? {};
        t.deepEqual(values, Object.fromEntries(recovered(data.values(), committedIn(early))), history.name);
        t.deepEqual(countsOf(scan), countsOf(scanFacts({ early, data })), history.name);
      }
      return copies.length;
    });
    t.log(`${compared.reduce((a, b) => a + b)} copies`);
  },
);

judged("no unsound cut is accepted", (t) => {
  const bare = played.flatMap((one) => one.judged.filter(({ cut }) => !cut.settingsUnknown));
  const scanned = played.flatMap((one) => one.scanned);
  for (const each of [...bare, ...scanned].filter(({ cut }) => !cut.assumptionBroken))
    if (isAccepted(each) && !each.sound) t.fail(`${describe(each.cut)}: ${each.verification.verdict}`);
  t.pass();
});

judged("every cut inside a true pause is accepted, with and without a scan", (t) => {
  const inPause = (cuts: Played["judged"]) => cuts.filter(({ cut }) => cut.kind === "inside a pause");
  for (const { judged: bare, scanned } of played) {
    for (const each of inPause(bare)) t.is(each.verification.verdict, Verdict.PauseProven, describe(each.cut));
    for (const each of inPause(scanned)) t.is(each.verification.verdict, Verdict.Consistent, describe(each.cut));
    for (const each of inPause(bare)) t.true(each.sound, describe(each.cut));
  }
});

for (const name of DEFECTS)
  judged(`a planted defect is refused or unproven: ${name}`, async (t) => {
    const [first, second] = played;
    if (first === undefined || second === undefined) throw new Error("there are no histories");
    const random = randomOf(SEED, name);
    let [found, unsound] = [0, 0];
    for (const { history, special } of played) {
      const other = history === first.history ? second.history : first.history;
      const defect = defectNamed(name, other);
      if (defect.special !== special) continue;
      for (let attempt = 0; attempt < 30; attempt++) {
        const cut = defect.make(history, random);
        if (cut === undefined || !defect.isThere(cut)) continue;
        found++;
        const { verification, sound } = await judge(cut);
        if (!sound) unsound++;
        if (defect.destroys) t.false(sound, describe(cut));
        t.true(defect.verdicts.includes(verification.verdict), `${describe(cut)}: ${verification.verdict}`);
      }
    }
    t.log(`${found} cuts, ${unsound} of them unsound`);
    t.true(found > 0, "no cut has it");
  });

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

function describe({ kind, history, said }: Cut): string {
  return `${kind}: ${history.name}, restored to ${new Date(said.data).toISOString()}`;
}
