import type { RestoredCopy } from "../../components/restore";
import type { StackResult } from "../engine/stack";

/** A copy by its database's name, from the stack's outputs. */
export function copyOf(restored: StackResult, name: string): RestoredCopy {
  const copies = (restored.outputs.restored ?? []) as unknown as RestoredCopy[];
  const copy = copies.find((each) => each.name === name);
  if (copy === undefined) throw new Error(`the stack's outputs name no copy of ${name}`);
  return copy;
}
