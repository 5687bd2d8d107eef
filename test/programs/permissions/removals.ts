import type { ExecutionContext } from "ava";
import type { Removal } from "./one-by-one";

/** `RIGHTS=all` takes each right away once; otherwise some, which `SEED` chooses. */
const ALL = process.env.RIGHTS === "all";
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 1_000_000));
const SAMPLE = 5;

/** Resource operations at a time: with one, a phase stops where a right is missing, and does not do what others are for. */
export const ONE_BY_ONE = 1;

/** The rights that are taken away in this run, of those that each phase needs. */
export function chosen(
  t: ExecutionContext,
  needed: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, readonly string[]> {
  if (ALL) return needed;
  const names = [...needed.values()].flat();
  const step = Math.max(1, Math.floor(names.length / SAMPLE));
  const sample = new Set(names.filter((_, index) => index % step === SEED % step));
  t.log(`SEED=${SEED}: ${sample.size} of ${names.length} rights; RIGHTS=all takes away each`);
  return new Map([...needed].map(([phase, rights]) => [phase, rights.filter((name) => sample.has(name))]));
}

/**
 * Each removal has to end its step with an error that names the right.
 * @param warns whether a step goes on without a right, and says so in a warning
 */
export function judged(
  t: ExecutionContext,
  removals: readonly Removal[],
  warns: (right: string) => boolean = () => false,
): void {
  for (const { right, phase, succeeded, refusals, errors } of removals) {
    const where = `${phase}, without ${right}`;
    t.is(succeeded, warns(right), `${where}: ${succeeded ? "succeeded" : errors}`);
    t.true(refusals.length > 0, `${where}: no message names it: ${errors}`);
  }
  const [first] = removals;
  t.log(
    `${removals.length} rights taken away, each named by the step that needs it; such as ${first?.right} in ${first?.phase}: ${first?.refusals[0]}`,
  );
}
