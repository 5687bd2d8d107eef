import type { ExecutionContext } from "ava";
import type { Removal } from "./one-by-one";

/** `RIGHTS=all` takes each right away once, `RIGHTS=2/5` the second fifth of them; otherwise some, which `SEED` chooses. */
const RIGHTS = process.env.RIGHTS ?? "";
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 1_000_000));
const SAMPLE = 5;

/**
 * Resource operations at a time. With one, a phase stops where a right is missing, and does not do what others are for. The order in which
 * rights are needed is found with one, too: then one world serves all rights of a phase, each after the one before.
 */
export const ONE_BY_ONE = 1;

/** The rights that are taken away in this run, of those that each phase needs. */
export function chosen(
  t: ExecutionContext,
  needed: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, readonly string[]> {
  if (RIGHTS === "all") return needed;
  const names = [...needed.values()].flat();
  const [, part, parts] = /^(\d+)\/(\d+)$/.exec(RIGHTS) ?? [];
  const step = parts === undefined ? Math.max(1, Math.floor(names.length / SAMPLE)) : Number(parts);
  const first = part === undefined ? SEED : Number(part) - 1;
  const sample = new Set(names.filter((_, index) => index % step === first % step));
  const by = part === undefined ? `SEED=${SEED}` : `RIGHTS=${RIGHTS}`;
  t.log(`${by}: ${sample.size} of ${names.length} rights; RIGHTS=all takes away each`);
  return new Map([...needed].map(([phase, rights]) => [phase, rights.filter((name) => sample.has(name))]));
}

/** How the removals of a cloud's rights are judged. */
interface Judgement {
  /** Whether a step goes on without a right, and says so in a warning. */
  warns?: (right: string) => boolean;
  /** Whether the cloud answers without it as if there were nothing, so that no step can know that it is missing. */
  unnoticed?: (right: string) => boolean;
  /** What a message says that also names the document with the right: all do, but those of providers. */
  documented: (right: string) => string;
}

/** Each removal has to end its step with an error that names the right. */
export function judged(
  t: ExecutionContext,
  removals: readonly Removal[],
  { warns = () => false, unnoticed = () => false, documented }: Judgement,
): void {
  for (const { right, phase, succeeded, refusals, errors } of removals) {
    const where = `${phase}, without ${right}`;
    if (unnoticed(right)) {
      t.true(succeeded, `${where}: ${errors}`);
      continue;
    }
    t.is(succeeded, warns(right), `${where}: ${succeeded ? "succeeded" : errors}`);
    t.true(refusals.length > 0, `${where}: no message names it: ${errors}`);
    // For people: an error that the program did not expect comes with its stack.
    t.notRegex(`${refusals} ${errors}`, /unhandled exception/, where);
    for (const refusal of refusals)
      t.true(isOfProvider(refusal) || refusal.includes(documented(right)), `${where}: names no document: ${refusal}`);
  }
  const [first] = removals;
  t.log(
    `${removals.length} rights taken away, each named by the step that needs it; such as ${first?.right} in ${first?.phase}: ${first?.refusals[0]}`,
  );
}

/** Declared resources but operations, whose errors are those of this program. */
function isOfProvider(refusal: string): boolean {
  return /^urn:\S*(?:\$|::)(?:aws|azure-native|kubernetes):/.test(refusal);
}
