import { availableParallelism } from "node:os";
import test from "ava";
import { finds } from "./finds";
import { MUTANTS } from "./pauser/mutants";
import { search } from "./search";

/** What is enough to find any of the faults. */
const USUAL = 10_000;
/** SEED=20000 SCHEDULES=1000000 make another, or a longer, search. */
const SCHEDULES = Number(process.env.SCHEDULES ?? 20_000);
const SEED = Number(process.env.SEED ?? 0);
const workers = availableParallelism();

test.serial(`the pauser keeps its promises in ${SCHEDULES} schedules`, async (t) => {
  t.timeout(SCHEDULES * 200);
  const { played, windows, ends, failures, cpuMillis } = await search({ schedules: SCHEDULES, seed: SEED, workers });
  const hint = failures.map(({ seed, violations }) => `npm run seeds -- --replay ${seed}: ${violations.join("; ")}`);
  t.deepEqual(hint, []);
  t.is(played, SCHEDULES);
  // Without windows, kills and cleanups, nothing was tried.
  t.true(windows > SCHEDULES / 3);
  for (const end of [
    "recorded",
    "void",
    "killed",
    "unpaused",
    "busy",
    "failedToPause",
    "failedToUnpause",
    "notRecorded",
  ])
    t.true((ends[end] ?? 0) > 0, `no process ended with ${end}`);
  t.log(`${(cpuMillis / 1000).toFixed(0)} s of CPU time, ${(cpuMillis / played).toFixed(2)} ms for a schedule`);
});

test.serial("the same seed makes the same world", async (t) => {
  const once = await search({ schedules: 200, seed: 5_000_000, workers: 1 });
  const again = await search({ schedules: 200, seed: 5_000_000, workers: 2 });
  t.deepEqual([again.ends, again.windows], [once.ends, once.windows]);
});

for (const mutant of MUTANTS)
  test.serial(`a pauser is found that ${mutant.what}`, async (t) => {
    t.timeout(USUAL * 200);
    await finds(t, "pauser", mutant, USUAL);
  });
