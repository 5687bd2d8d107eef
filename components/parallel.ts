import * as pulumi from "@pulumi/pulumi";
// Declares globalThis.asyncLocalStorage and globalThis.globalStore.
import type {} from "@pulumi/pulumi/runtime/state";
import { parallelProblem } from "../restore-points/rules/parallel";
import type { KnownDatabase } from "./databases";
import type { RestoredDatabase } from "./databases/restored-database";

/** How many operations the engine runs at a time (`--parallel`), as it reports to this program; undefined where it does not. */
function engineParallel(): number | undefined {
  // Each inline program of the Automation API has a store of its own; the runner of other programs sets the variable.
  const store = globalThis.asyncLocalStorage?.getStore() ?? globalThis.globalStore;
  const parallel = store?.settings.options.parallel ?? Number(process.env.PULUMI_NODEJS_PARALLEL);
  return Number.isInteger(parallel) && parallel > 0 ? parallel : undefined;
}

/** How many restores of its kind may run at a time for a database, when each of that kind gets as many. */
export function restoresAtOnce({ kind }: KnownDatabase, databases: readonly KnownDatabase[]): number {
  const sharing = databases.filter((database) => database.kind === kind).length;
  return Math.max(1, Math.floor((kind.restoresAtOnce ?? sharing) / sharing));
}

/** Warns when the engine runs fewer operations at a time than this restore could use. */
export function warnOfParallel(
  databases: readonly KnownDatabase[],
  copies: readonly RestoredDatabase[],
  copiesExist: pulumi.Output<boolean>[],
  resource: pulumi.Resource,
): void {
  const parallel = engineParallel();
  if (parallel === undefined) return;
  pulumi.all([pulumi.all(copies.map(({ restores }) => restores)), pulumi.all(copiesExist)]).apply(([counts, exist]) => {
    const restores = databases.map((database, index) => ({
      count: exist[index] ? 0 : (counts[index] ?? 0),
      atOnce: restoresAtOnce(database, databases),
    }));
    const problem = parallelProblem(parallel, restores);
    if (problem !== undefined) void pulumi.log.warn(problem, resource);
  });
}
