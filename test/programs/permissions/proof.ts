import type { ExecutionContext } from "ava";
import { errors } from "../rehearsed";
import { type phasesOf, runPhase, type Who } from "./phases";

/** How a cloud holds its caller to rights, and is asked for them. */
export interface Held<Right> {
  /** The rights of somebody, with those that the documents before give. */
  rightsOf(who: Who): Right[];
  nameOf(right: Right): string;
  restrict(rights: readonly Right[]): void;
  /** Reports the rights that allow each access, before it is decided. */
  watch(by: (granting: readonly Right[]) => void): void;
}

/**
 * Plays all phases with exactly the rights of the documents. Each right has to be the only one that allows something that is done: without
 * it, that is refused.
 */
export async function playExactly<Right>(
  t: ExecutionContext,
  { cloud, stack, phases }: Awaited<ReturnType<typeof phasesOf>>,
  held: Held<Right>,
): Promise<void> {
  const used = new Set<string>();
  for (const phase of phases) {
    await phase.before();
    held.restrict(held.rightsOf(phase.who));
    held.watch((granting) => {
      if (granting.length === 1) for (const right of granting) used.add(held.nameOf(right));
    });
    const result = await runPhase(cloud, stack, phase);
    t.true(result.succeeded, `${phase.title}: ${errors(result)}`);
  }
  const names = held.rightsOf("restore").map(held.nameOf);
  t.log(`${names.length} rights`);
  t.deepEqual(
    names.filter((name) => !used.has(name)),
    [],
    "rights that nothing needs, or that another right gives, too",
  );
}
