import { availableParallelism } from "node:os";
import test from "ava";
import { search } from "./configurations/search";

/** SEED=100000 CONFIGURATIONS=100000 PLANS=3000 make another, or a longer, search. */
const CONFIGURATIONS = Number(process.env.CONFIGURATIONS ?? 2500);
const PLANS = Number(process.env.PLANS ?? 60);
const seed = Number(process.env.SEED ?? 0);
const workers = availableParallelism();

function hints({ failures }: { failures: { seed: number; violations: string[] }[] }, how = ""): string[] {
  return failures.map(
    (each) => `npm run seeds -- --configurations 1${how} --seed ${each.seed}: ${each.violations.join("; ")}`,
  );
}

test.serial(`${CONFIGURATIONS} random configurations are accepted, or refused with messages for users`, async (t) => {
  t.timeout(CONFIGURATIONS * 200 + 60_000);
  const found = await search({ configurations: CONFIGURATIONS, seed, workers, mostFailures: 5 });
  t.deepEqual(hints(found), []);
  t.is(found.judged, CONFIGURATIONS);
  // Neither all nor none: else nothing was tried.
  t.true(found.accepted > CONFIGURATIONS / 10 && found.accepted < CONFIGURATIONS / 2, `${found.accepted} accepted`);
});

test.serial(`of ${PLANS} random configurations, what is accepted can be planned`, async (t) => {
  t.timeout(PLANS * 10_000 + 60_000);
  const found = await search({ configurations: PLANS, seed, workers, mostFailures: 5, plans: true });
  t.deepEqual(hints(found, " --plans"), []);
  t.true(found.accepted > PLANS / 4, `${found.accepted} accepted`);
  t.true(found.planned > found.accepted / 2, `${found.planned} planned`);
});
