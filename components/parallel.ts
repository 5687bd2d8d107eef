// Declares globalThis.asyncLocalStorage and globalThis.globalStore.
import type {} from "@pulumi/pulumi/runtime/state";

/** How many operations the engine runs at a time (`--parallel`), as it has told this program; undefined where it has not. */
export function engineParallel(): number | undefined {
  // Each inline program of the Automation API has a store of its own; the runner of other programs sets the variable.
  const store = globalThis.asyncLocalStorage?.getStore() ?? globalThis.globalStore;
  const told = store?.settings.options.parallel ?? Number(process.env.PULUMI_NODEJS_PARALLEL);
  return Number.isInteger(told) && told > 0 ? told : undefined;
}
