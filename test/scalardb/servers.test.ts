import test from "ava";
import { everyVersion, historyOf } from "./histories";
import { noneFalselyAccepted, ordersExplained, pausesAccepted, recoveryAgrees } from "./judgements";
import { type Played, play, randomOf } from "./play";
import { jobComparesAlike, playPresent, presentPausesAccepted } from "./present-cuts";
import { plannedOnServer, type Version } from "./recipes";
import { type DatabaseServer, startMysql, startPostgresql } from "./servers";
import { tally } from "./tally";

// The same over real database servers, which run several writers at a time: histories are made through them, and copies are recovered
// in them. As with SQLite, rows come out of the stores by triggers.

/** Cuts through each history. */
const CUTS = Number(process.env.SERVER_CUTS ?? 12);
/** Once a history is there, these cost little. */
const PRESENT_CUTS = 20 * CUTS;
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 1_000_000));
/** Copies of each history that ScalarDB itself recovers. */
const SAMPLE = 3;

const SERVERS: [name: string, start: () => Promise<DatabaseServer | string>, version: Version][] = [
  ["PostgreSQL", startPostgresql, "3.19.1"],
  ["MariaDB or MySQL", startMysql, "3.14.0"],
];
const planned = new Map(SERVERS.map(([name, , version]) => [name, plannedOnServer(version, SEED, CUTS)]));
const versions = everyVersion([...planned.values()].flat().map(({ version }) => version));
test.after.always(() => {
  if (typeof versions !== "string") for (const each of versions.values()) each.end();
});

for (const [name, start] of SERVERS)
  test.serial(`over ${name}, no unsound cut is accepted, and every cut inside a true pause is`, async (t) => {
    const server = typeof versions === "string" ? versions : await start();
    if (typeof server === "string" || typeof versions === "string") {
      t.log(`skipped: ${server}`);
      t.pass();
      return;
    }
    t.timeout(3_600_000);
    t.teardown(server.stop);
    const random = randomOf(SEED, name);
    const played: Played[] = [];
    const present: Played[] = [];
    let copies = 0;
    let compared = 0;
    for (const { version, recipe, special } of planned.get(name) ?? []) {
      const { place } = server;
      const history = await historyOf({ version, recipe: { ...recipe, place } }, versions);
      const one = await play(history, special, CUTS, random, played.at(-1)?.history);
      copies += await recoveryAgrees(t, one, versions, SAMPLE, place);
      // A coordinator in these servers is compared with the one that goes on, in place of two copies.
      const goingOn = playPresent(history, special, PRESENT_CUTS, random, played.at(-1)?.history);
      compared += await jobComparesAlike(t, goingOn, versions, SAMPLE, place);
      played.push(one);
      present.push(goingOn);
    }
    t.log(`${server.version}: SEED=${SEED}, ${copies} copies scanned by the Job's code and recovered`);
    for (const { history } of played) t.log(`${history.name}: ${history.commits.length} commits`);
    const [judged, scanned] = [played.flatMap((each) => each.judged), played.flatMap((each) => each.scanned)];
    t.log(`\n${tally(judged, scanned)}`);
    t.true(judged.length > 0);
    ordersExplained(t, played);
    noneFalselyAccepted(t, played);
    pausesAccepted(t, played);

    t.log(`compared with the coordinator that goes on; ${compared} by the Job's code:`);
    t.log(
      `\n${tally(
        present.flatMap((each) => each.judged),
        present.flatMap((each) => each.scanned),
      )}`,
    );
    noneFalselyAccepted(t, present);
    presentPausesAccepted(t, present);
  });
