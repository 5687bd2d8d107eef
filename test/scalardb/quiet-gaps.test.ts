import test from "ava";
import { formatInstant, instantMillis } from "../../restore-points/instant";
import { CommitTimes } from "../../restore-points/quiet-gaps";
import { bracketOutsideWindows } from "../../restore-points/verification/bracket";
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
const GAPS = Number(process.env.GAPS ?? 4);
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 1_000_000));
/** How far pods' clocks are off: within the rule's lead and the margin, and beyond them. */
const CLOCKS_MILLIS = [900, 5_000];

const versions = everyVersion();
test.after.always(() => {
  if (typeof versions !== "string") for (const each of versions.values()) each.end();
});

interface Tried {
  traffic: Traffic;
  history: History;
  /** Pods' clocks are off by up to this. */
  clocksMillis: number;
  judged: Judged[];
  scanned: Judged[];
}

test("of restores to quiet gaps none is accepted falsely, and most are accepted", async (t) => {
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
      CLOCKS_MILLIS.map(async (clocksMillis) => ({
        traffic,
        history,
        clocksMillis,
        ...(await tryGaps(history, clocksMillis, random)),
      })),
    );
  }))
    tried.push(...found);
  t.log(`GAPS=${GAPS} SEED=${SEED}\n${table(tried)}`);
  for (const { judged, scanned, traffic } of tried)
    for (const { cut, sound, verification } of [...judged, ...scanned].filter(isAccepted))
      t.true(sound, `${traffic.recipe.name}, ${formatInstant(cut.said.data)}: ${verification.verdict}`);
  const expected = tried.filter(({ clocksMillis }) => clocksMillis === CLOCKS_MILLIS[0]);
  const all = expected.flatMap((each) => each.judged);
  t.true(all.length >= GAPS, `only ${all.length} candidates`);
  t.true(all.filter(isAccepted).length > all.length / 2, "most are accepted while clocks are right");
});

/** Judges a restore to an instant in each gap: its first, its last, its middle, or any other. */
async function tryGaps(
  history: History,
  clocksMillis: number,
  random: Random,
): Promise<Pick<Tried, "judged" | "scanned">> {
  const clocks: PodClocks = new Map(
    [0, 1, 2].map((pod) => [pod, Math.round(random.between(-clocksMillis, clocksMillis))]),
  );
  const atTheEnd = copyOf(history.coordinator, { at: Number.POSITIVE_INFINITY, jitter: 0, seed: 0 });
  const times = new CommitTimes({ start: history.start, end: history.end });
  for (const row of coordinatorRows(atTheEnd, history, clocks)) times.add(row);
  const { gaps } = times.quietGaps(history.end);
  const [judged, scanned]: [Judged[], Judged[]] = [[], []];
  for (const gap of gaps) {
    const [from, to] = [instantMillis(gap.from), instantMillis(gap.to)];
    const between = Math.floor(random.between(from, to) / 1000) * 1000;
    const data = random.pick([from, to, instantMillis(gap.instant), Math.max(from, between)]);
    const cut = cutAt("quiet gap", history, random, { ...bracketOutsideWindows(data), data });
    judged.push(await judge({ ...cut, clocks }));
    scanned.push(await judge({ ...cut, clocks }, scanFacts));
  }
  return { judged, scanned };
}

function table(tried: readonly Tried[]): string {
  const header = [
    "traffic",
    "commits",
    "hours",
    "commits a second",
    "clocks off by up to s",
    "candidates",
    ...columnsOf([]).keys(),
    "accepted after a scan",
  ];
  const rows = tried.map(({ traffic, history, clocksMillis, judged, scanned }) => {
    const hours = (history.end - history.start) / 3_600_000;
    const commits = history.commits.length;
    const falsely = scanned.filter((each) => isAccepted(each) && !each.sound).length;
    return [
      `${traffic.recipe.name}, ScalarDB ${history.version}`,
      commits,
      hours.toFixed(2),
      (commits / hours / 3600).toPrecision(2),
      clocksMillis / 1000,
      judged.length,
      ...columnsOf(judged).values(),
      `${scanned.filter(isAccepted).length} (${falsely} unsound)`,
    ];
  });
  return [header, header.map(() => "---"), ...rows].map((line) => `| ${line.join(" | ")} |`).join("\n");
}
