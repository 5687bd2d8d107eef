import { availableParallelism } from "node:os";
import test from "ava";
import { finds } from "./finds";
import { search } from "./search";
import { MUTANTS } from "./ups/mutants";

/** SEED=1000 SCHEDULES=1000 make another, or a longer, search: each takes some seconds of CPU time, so that few are played here. */
const SCHEDULES = Number(process.env.SCHEDULES ?? 1);
const SEED = Number(process.env.SEED ?? 8);
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

for (const mutant of MUTANTS)
  test.serial(`an update is found that ${mutant.what}`, async (t) => {
    t.timeout(SCHEDULES * 600_000);
    await finds(t, game, mutant, SCHEDULES);
  });
