import type { Operation, StackResult } from "../../simulator/engine/stack";

export type Run = "preview" | "up" | "refresh" | "destroy";

/** Operations in an order of their own, with their simulated times where the engine runs for real. */
export function comparable({ operations, simulatedMillis }: StackResult, run: Run) {
  const sorted = operations.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
  if (run === "up" || run === "destroy") return { operations: sorted, simulatedMillis };
  return {
    operations: sorted.map(({ urn, kind, changed, replacedBy }) => ({ urn, kind, changed, replacedBy })),
    simulatedMillis: 0,
  };
}

function keyOf({ urn, kind }: Operation): string {
  return `${urn} ${kind}`;
}
