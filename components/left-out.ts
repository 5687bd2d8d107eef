import type * as pulumi from "@pulumi/pulumi";

/**
 * Whether the engine left this output out. In a preview the SDK takes an output that the engine leaves out for one that is not known
 * yet: it is not known either way, and only its value, which the SDK keeps to itself, differs.
 */
export async function isLeftOut(output: pulumi.Output<unknown>): Promise<boolean> {
  const { isKnown, promise } = internalsOf(output);
  return !(await isKnown) && (await promise.call(output, true)) === undefined;
}

interface Internals {
  isKnown: Promise<boolean>;
  promise(withUnknowns?: boolean): Promise<unknown>;
}

export function internalsOf(output: pulumi.Output<unknown>): Internals {
  // Cast: the SDK has both, but declares neither.
  return output as unknown as Internals;
}
