import type { ExecutionContext } from "ava";
import type { SimulatedCloud } from "../../../simulator/cloud/cloud";
import type { Stack, StackResult } from "../../../simulator/engine/stack";
import { errors } from "../rehearsed";
import { type Phase, runPhase, type Who } from "./phases";

/** How a cloud holds its caller to rights, and is asked for them. */
export interface Held<Right, Someone extends string = Who> {
  /** The rights of somebody, with those that the documents before give. */
  rightsOf(who: Someone): Right[];
  nameOf(right: Right): string;
  restrict(rights: readonly Right[]): void | Promise<void>;
  /** Reports the rights that allow each access, before it is decided. */
  watch(by: (granting: readonly Right[]) => void): void;
  /** Reports what it has not reported yet. */
  settle?(): Promise<void>;
  /** Whether a message says that something was refused for lack of the right. */
  refusedIn(message: string, right: Right): boolean;
}

/** A set in a cloud of its own, with all that is done with it. */
export interface World<Right, Someone extends string = Who> {
  cloud: SimulatedCloud;
  stack: Stack;
  phases: Phase<Someone>[];
  held: Held<Right, Someone>;
}

/** What came of a phase without one of the rights that it needs. */
export interface Removal {
  right: string;
  phase: string;
  succeeded: boolean;
  /** The errors and warnings that name the right. */
  refusals: string[];
  /** The errors, if none names it. */
  errors: string;
}

/**
 * Plays all phases with exactly the rights of the documents.
 * @returns the rights that nothing replaces, by the first phase that needs them, in the order of their first use
 */
export async function playExactly<Right, Someone extends string>(
  t: ExecutionContext,
  { cloud, stack, phases, held }: World<Right, Someone>,
): Promise<Map<string, string[]>> {
  const found = new Set<string>();
  const needed = new Map<string, string[]>();
  for (const phase of phases) {
    await phase.before();
    await held.restrict(held.rightsOf(phase.who));
    const here: string[] = [];
    held.watch((granting) => {
      const [only, ...others] = granting.map(held.nameOf);
      if (only === undefined || others.length > 0 || found.has(only)) return;
      found.add(only);
      here.push(only);
    });
    const result = await runPhase(cloud, stack, phase);
    await held.settle?.();
    t.true(result.succeeded, `${phase.title}: ${errors(result)}`);
    needed.set(phase.title, here);
  }
  return needed;
}

/**
 * Runs the phase that first needs each right without it, on the real program. One world serves many rights: what a phase did before it
 * was refused stays, and the next right is taken away in its place; at the end, the phase has all its rights and has to succeed. A phase
 * that succeeds because it had done what needs the right before is repeated in a world where it has not.
 */
export async function removeEach<Right, Someone extends string>(
  t: ExecutionContext,
  start: () => Promise<World<Right, Someone>>,
  needed: ReadonlyMap<string, readonly string[]>,
): Promise<Removal[]> {
  const removals: Removal[] = [];
  const left = new Map([...needed].map(([phase, rights]) => [phase, [...rights]]));
  while ([...left.values()].some((rights) => rights.length > 0)) {
    const { cloud, stack, phases, held } = await start();
    for (const phase of phases) {
      if ([...left.values()].every((rights) => rights.length === 0)) break;
      await phase.before();
      const pending = left.get(phase.title) ?? [];
      let isFresh = true;
      let done: StackResult | undefined;
      for (const name of [...pending]) {
        const all = held.rightsOf(phase.who);
        await held.restrict(all.filter((right) => held.nameOf(right) !== name));
        const result = await runPhase(cloud, stack, phase);
        if (result.succeeded && !isFresh && phase.changes) {
          done = result;
          break;
        }
        const [right] = all.filter((each) => held.nameOf(each) === name);
        const messages = result.diagnostics.map(({ urn, message }) => `${urn ?? ""} ${message}`);
        removals.push({
          right: name,
          phase: phase.title,
          succeeded: result.succeeded,
          refusals: messages.filter((message) => right !== undefined && held.refusedIn(message, right)),
          errors: errors(result),
        });
        pending.splice(pending.indexOf(name), 1);
        isFresh = false;
        if (result.succeeded && phase.changes) {
          done = result;
          break;
        }
      }
      if (done === undefined) {
        await held.restrict(held.rightsOf(phase.who));
        done = await runPhase(cloud, stack, phase);
      }
      t.true(done.succeeded, `${phase.title}, with all rights again: ${errors(done)}`);
    }
  }
  return removals;
}
