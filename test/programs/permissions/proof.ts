import type { ExecutionContext } from "ava";
import { errors } from "../rehearsed";
import { type phasesOf, runPhase, type Who } from "./phases";

/** How a cloud holds its caller to rights, and is asked for them. */
export interface Held<Right> {
  /** The rights of somebody, with those that the documents before give. */
  rightsOf(who: Who): Right[];
  nameOf(right: Right): string;
  /** What an error says of a right that is missing. */
  actionOf(right: Right): string;
  restrict(rights: readonly Right[]): void;
  /** Reports the rights that allow each access, before it is decided. */
  watch(by: (granting: readonly Right[]) => void): void;
}

/** `all` takes each right away, which plays every phase many times. */
export const TAKES_AWAY = process.env.RIGHTS === "all";

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

/**
 * Plays all phases with rights taken away: in each run, every right that no error has named yet. A run that fails has to name at least one
 * of those that it missed; where a run succeeds all the same, nothing needs those that it was refused.
 */
export async function proveRights<Right>(
  t: ExecutionContext,
  { cloud, stack, phases }: Awaited<ReturnType<typeof phasesOf>>,
  held: Held<Right>,
  tolerated: Readonly<Record<string, string>>,
): Promise<void> {
  const named = new Set<string>();
  const nothing = new Set<string>();
  let runs = 0;
  for (const phase of phases) {
    await phase.before();
    const rights = held.rightsOf(phase.who);
    for (;;) {
      const denied = new Map<string, Right>();
      held.restrict(rights);
      held.watch((granting) => {
        const [only, ...others] = granting;
        if (only === undefined || others.length > 0) return;
        const name = held.nameOf(only);
        if (named.has(name) || nothing.has(name)) return;
        denied.set(name, only);
        held.restrict(rights.filter((right) => !denied.has(held.nameOf(right))));
      });
      const result = await runPhase(cloud, stack, phase);
      runs += 1;
      const said = errors(result);
      if (denied.size === 0) {
        t.true(result.succeeded, `${phase.title} with all rights: ${said}`);
        break;
      }
      if (result.succeeded) {
        for (const name of denied.keys()) nothing.add(name);
        continue;
      }
      const found = [...denied].filter(([, right]) => said.includes(held.actionOf(right)));
      if (found.length === 0) {
        t.fail(`${phase.title} fails and names none of ${[...denied.keys()].join(", ")}: ${said}`);
        return;
      }
      for (const [name] of found) named.add(name);
    }
  }
  t.log(
    `${named.size} rights named in errors, ${runs} runs; without these, everything works: ${[...nothing].join("; ")}`,
  );
  const surplus = held
    .rightsOf("restore")
    .map(held.nameOf)
    .filter((name) => !named.has(name) && !nothing.has(name));
  t.deepEqual(surplus, [], "rights that nothing needs, or that another right gives, too");
  t.deepEqual([...nothing].sort(), Object.keys(tolerated).sort(), "rights whose absence no step fails for");
}
