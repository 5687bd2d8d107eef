import test, { type ExecutionContext } from "ava";
import { judge } from "./cut";
import { everyVersion, historyOf, inTurn } from "./histories";
import type { History } from "./history";
import { describe, noneFalselyAccepted, ordersExplained, pausesAccepted, recoveryAgrees } from "./judgements";
import { DEFECTS, defectNamed } from "./planted";
import { type Played, play, randomOf } from "./play";
import { type Planned, plannedHistories } from "./recipes";
import type { ScalarDb } from "./scalardb";
import { tally } from "./tally";

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

judged("the commits in a source's own order explain its records at the end", (t) => ordersExplained(t, played));

judged(
  "ScalarDB's recovery and the scan Job find in a sample of the copies what the truth and its model say",
  async (t, found) => {
    t.timeout(3_600_000);
    const compared = await inTurn(played, (each) => recoveryAgrees(t, each, found, SAMPLE));
    t.log(`${compared.reduce((a, b) => a + b)} copies`);
  },
);

judged("no unsound cut is accepted", (t) => noneFalselyAccepted(t, played));

judged("every cut inside a true pause is accepted, with and without a scan", (t) => pausesAccepted(t, played));

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
