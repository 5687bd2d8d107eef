import { availableParallelism } from "node:os";
import test from "ava";
import { finds } from "./finds";
import { search } from "./search";
import { MUTANTS } from "./switch-overs/mutants";

/** What is enough to find any of the faults. */
const USUAL = 1000;
/** SEED=1000 SCHEDULES=100000 make another, or a longer, search. */
const SCHEDULES = Number(process.env.SCHEDULES ?? USUAL);
const SEED = Number(process.env.SEED ?? 0);
const workers = availableParallelism();
const game = "switch-overs";

test.serial(`a switch-over keeps its promises in ${SCHEDULES} schedules`, async (t) => {
  t.timeout(SCHEDULES * 1000);
  const { played, ends, failures, cpuMillis } = await search({ game, schedules: SCHEDULES, seed: SEED, workers });
  const hint = failures.map(
    ({ seed, violations }) => `npm run seeds -- --switch-overs 1 --replay ${seed}: ${violations.join("; ")}`,
  );
  t.deepEqual(hint, []);
  t.is(played, SCHEDULES);
  // Without kills, refusals and aborts, nothing was tried.
  for (const end of ["done", "killed", "refused", "aborted"])
    t.true((ends[end] ?? 0) > SCHEDULES / 100, `${ends[end] ?? 0} processes ended with ${end}`);
  t.log(`${(cpuMillis / 1000).toFixed(0)} s of CPU time, ${(cpuMillis / played).toFixed(1)} ms for a schedule`);
});

test.serial("the same seed makes the same switch-over", async (t) => {
  const once = await search({ game, schedules: 20, seed: 5_000_000, workers: 1 });
  const again = await search({ game, schedules: 20, seed: 5_000_000, workers: 2 });
  t.deepEqual([again.ends, again.calls], [once.ends, once.calls]);
});

for (const mutant of MUTANTS)
  test.serial(`a switch-over is found that ${mutant.what}`, async (t) => {
    t.timeout(USUAL * 1000);
    await finds(t, game, mutant, USUAL);
  });
