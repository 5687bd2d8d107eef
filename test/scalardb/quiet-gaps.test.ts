import test from "ava";
import { formatInstant, instantMillis } from "../../restore-points/instant";
import { CommitTimes } from "../../restore-points/quiet-gaps";
import { bracketOutsideWindows } from "../../restore-points/verification/bracket";
import type { CoordinatorRow } from "../../restore-points/verification/coordinator-row";
import { coordinatorRows, copyOf, type PodClocks } from "./copies";
import { type Judged, judge } from "./cut";
import { everyVersion, historyOf, inTurn } from "./histories";
import type { History } from "./history";
import { cutAt } from "./kinds";
import { randomOf } from "./play";
import type { Random } from "./random";
import { plannedTraffic, type Traffic } from "./recipes";
import { scanFacts } from "./scan";
import { columnsOf, isAccepted } from "./tally";

// Real ScalarDB commits transactions at random instants; the code of `restore-points -- --quiet-gaps` finds gaps in its coordinator as
// it is in the end; and the rule judges a restore to each. Time in which nothing is running is not waited for: it is inserted into
// the history afterwards, where no store was written to.

/** How many candidates each kind of traffic is to have, where its gaps are many. */
const GAPS = Number(process.env.GAPS ?? 2);
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 1_000_000));

/** Where restores are tried. */
interface Where {
  name: string;
  /** Pods' clocks are off by up to this. */
  clocksMillis: number;
  instants(history: History, rows: readonly CoordinatorRow[], random: Random): number[];
}

const IN_GAPS: Where = {
  name: "in a gap",
  // Within the rule's lead and the gap's margin.
  clocksMillis: 900,
  instants: candidates,
};

const EVERYWHERE: readonly Where[] = [
  IN_GAPS,
  { name: "in what seems to be a gap, clocks off by up to 5 s", clocksMillis: 5_000, instants: candidates },
  { name: "for comparison: at a commit", clocksMillis: 900, instants: atCommits },
];

const versions = everyVersion();
test.after.always(() => {
  if (typeof versions !== "string") for (const each of versions.values()) each.end();
});

interface Tried {
  traffic: Traffic;
  history: History;
  where: Where;
  judged: Judged[];
  scanned: Judged[];
}

test("of restores to quiet gaps and near them none is accepted falsely, and most in gaps are accepted", async (t) => {
  if (typeof versions === "string") {
    t.log(`skipped: ${versions}`);
    t.pass();
    return;
  }
  t.timeout(3_600_000);
  const random = randomOf(SEED, "gaps");
  const tried: Tried[] = [];
  for (const found of await inTurn(plannedTraffic(SEED, GAPS), async (traffic) => {
    const history = await historyOf(traffic, versions);
    return Promise.all(
      EVERYWHERE.map(async (where) => ({ traffic, history, where, ...(await tryRestores(history, where, random)) })),
    );
  }))
    tried.push(...found);
  t.log(`GAPS=${GAPS} SEED=${SEED}\n${table(tried)}`);
  for (const { judged, scanned, traffic } of tried)
    for (const { cut, sound, verification } of [...judged, ...scanned].filter(isAccepted))
      t.true(sound, `${traffic.recipe.name}, ${formatInstant(cut.said.data)}: ${verification.verdict}`);
  const all = tried.filter(({ where }) => where === IN_GAPS).flatMap((each) => each.judged);
  t.true(all.length >= GAPS / 2, `only ${all.length} candidates`);
  const unsound = tried.flatMap(({ judged }) => judged).filter(({ sound }) => !sound);
  t.true(unsound.length > 0, "otherwise nothing is there to be accepted falsely");
  t.true(all.filter(isAccepted).length > all.length / 2, "most are accepted while clocks are right");
});

async function tryRestores(
  history: History,
  { name, clocksMillis, instants }: Where,
  random: Random,
): Promise<Pick<Tried, "judged" | "scanned">> {
  const clocks: PodClocks = new Map(
    [0, 1, 2].map((pod) => [pod, Math.round(random.between(-clocksMillis, clocksMillis))]),
  );
  const atTheEnd = copyOf(history.coordinator, { at: Number.POSITIVE_INFINITY, jitter: 0, seed: 0 });
  const [judged, scanned]: [Judged[], Judged[]] = [[], []];
  for (const data of instants(history, coordinatorRows(atTheEnd, history, clocks), random)) {
    const cut = { ...cutAt(name, history, random, { ...bracketOutsideWindows(data), data }), clocks };
    judged.push(await judge(cut));
    scanned.push(await judge(cut, scanFacts));
  }
  return { judged, scanned };
}

/** Of each gap its first instant, its last, its middle, or any other. */
function candidates({ start, end }: History, rows: readonly CoordinatorRow[], random: Random): number[] {
  const times = new CommitTimes({ start, end });
  for (const row of rows) times.add(row);
  return times.quietGaps(end).gaps.map((gap) => {
    const [from, to] = [instantMillis(gap.from), instantMillis(gap.to)];
    const between = Math.floor(random.between(from, to) / 1000) * 1000;
    return random.pick([from, to, instantMillis(gap.instant), Math.max(from, between)]);
  });
}

/** Where copies are most often unsound: the rule has to refuse them. */
function atCommits({ commits }: History, _rows: readonly CoordinatorRow[], random: Random): number[] {
  return Array.from(
    { length: Math.max(20, 2 * GAPS) },
    () => Math.round((random.pick(commits).at + random.between(-500, 500)) / 1000) * 1000,
  );
}

function table(tried: readonly Tried[]): string {
  const header = [
    "traffic",
    "commits",
    "hours",
    "commits a second",
    "restored to an instant",
    "n",
    ...columnsOf([]).keys(),
    "accepted after a scan",
  ];
  const rows = tried.map(({ traffic, history, where, judged, scanned }) => {
    const hours = (history.end - history.start) / 3_600_000;
    const commits = history.commits.length;
    const falsely = scanned.filter((each) => isAccepted(each) && !each.sound).length;
    return [
      `${traffic.recipe.name}, ScalarDB ${history.version}`,
      commits,
      hours.toFixed(2),
      (commits / hours / 3600).toPrecision(2),
      where.name,
      judged.length,
      ...columnsOf(judged).values(),
      `${scanned.filter(isAccepted).length} (${falsely} unsound)`,
    ];
  });
  return [header, header.map(() => "---"), ...rows].map((line) => `| ${line.join(" | ")} |`).join("\n");
}
