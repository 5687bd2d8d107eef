import { availableParallelism } from "node:os";
import type { ExecutionContext } from "ava";
import type { GameName } from "./games";
import type { Mutant } from "./mutant";
import { search } from "./search";

/** Fails unless a mutant's seed, or else another of the usual ones, finds it. */
export async function finds(t: ExecutionContext, game: GameName, { name, seed }: Mutant, usual: number): Promise<void> {
  const inOne = { game, schedules: 1, seed, workers: 1, mutant: name };
  if ((await search(inOne)).failures.length > 0) {
    t.pass();
    return;
  }
  // A change of the program, or of the world, changes what seeds come to.
  const all = { game, schedules: usual, seed: 0, workers: availableParallelism(), mostFailures: 1, mutant: name };
  const [first] = (await search(all)).failures;
  t.truthy(first, `${usual} schedules have not found it`);
  t.log(`found, but not by seed ${seed}: write ${first?.seed} into ${game}/mutants.ts (${first?.violations[0]})`);
}
