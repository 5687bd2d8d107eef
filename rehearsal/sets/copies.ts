import type { Unwrap } from "@pulumi/pulumi";
import type { RestoredCopy } from "../../components/restore";
import type { StackResult } from "../../simulator/engine/stack";

/** A copy by its database's name, from the stack's outputs. Its properties may be a secret. */
export function copyOf(restored: StackResult, name: string): Unwrap<RestoredCopy> {
  const copy = copiesOf(restored).find((each) => each.name === name);
  if (copy === undefined) throw new Error(`the stack's outputs name no copy of ${name}`);
  return copy;
}

/** All copies, in the order of the set. */
export function copiesOf({ outputs }: StackResult): Unwrap<RestoredCopy>[] {
  return (outputs.restored ?? []) as unknown as Unwrap<RestoredCopy>[];
}
