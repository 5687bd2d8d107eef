import { availableParallelism } from "node:os";
import test from "ava";
import { finds } from "./finds";
import { search } from "./search";
import { MUTANTS } from "./ups/mutants";

/** SEED=1000 SCHEDULES=1000 make another, or a longer, search: each takes a second or two of CPU time, so that few are played here. */
const SCHEDULES = Number(process.env.SCHEDULES ?? 4);
const SEED = Number(process.env.SEED ?? 1000);
/** Among how many an error is searched for whose own seed does not find it any more. */
const USUAL = 200;
const workers = availableParallelism();
const game = "ups";

test.serial(`updates keep their promises in ${SCHEDULES} schedules`, async (t) => {
  t.timeout(SCHEDULES * 600_000);
  const { played, ends, calls, failures, cpuMillis } = await search({
    game,
    schedules: SCHEDULES,
    seed: SEED,
    workers,
  });
  const hint = failures.map(
    ({ seed, violations }) => `npm run seeds -- --ups 1 --replay ${seed}: ${violations.join("; ")}`,
  );
  t.deepEqual(hint, []);
  t.is(played, SCHEDULES);
  t.log(ends, `${calls} runs of the engine, ${(cpuMillis / 1000).toFixed(0)} s of CPU time`);
});

test.serial("a seed that is played again takes the same course, whatever was played before it", async (t) => {
  t.timeout(600_000);
  const inOne = { game, seed: SEED, workers: 1, traced: true } as const;
  const { timelines: after } = await search({ ...inOne, seed: SEED - 1, schedules: 2 });
  const { timelines: alone } = await search({ ...inOne, schedules: 1 });
  t.true((alone[SEED]?.length ?? 0) > 50);
  t.deepEqual(alone[SEED], after[SEED]);
});

test.serial("a program that has ended keeps no later one waiting", async (t) => {
  t.timeout(600_000);
  // The abort of a switch-over is refused while a warning still waits for the URN of its resource.
  const { failures } = await search({ game, schedules: 1, seed: 1028, workers: 1 });
  t.deepEqual(failures, []);
});

for (const mutant of MUTANTS)
  test.serial(`an update is found that ${mutant.what}`, async (t) => {
    t.timeout(USUAL * 600_000);
    await finds(t, game, mutant, USUAL);
  });
