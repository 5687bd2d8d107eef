import * as pulumi from "@pulumi/pulumi";

/** An input of an explicit provider, which has them for outputs; the SDK does not declare these as properties. */
export function inputOf(provider: pulumi.ProviderResource, key: string): pulumi.Output<unknown> {
  const given: unknown = Reflect.get(provider, key);
  if (!pulumi.Output.isInstance<unknown>(given)) return pulumi.output(given);
  return pulumi.output(isLeftOut(given)).apply((leftOut) => (leftOut ? undefined : given));
}

/** The value of an input of an explicit provider. @throws {Error} where this preview does not know it. */
export async function knownInput(provider: pulumi.ProviderResource, key: string): Promise<unknown> {
  const given: unknown = Reflect.get(provider, key);
  if (!pulumi.Output.isInstance<unknown>(given)) return given;
  const { isKnown, promise } = internalsOf(given);
  if (await isKnown) return promise.call(given);
  if (await isLeftOut(given)) return undefined;
  throw new Error(
    `its ${key} is not known in this preview, because a resource that is yet to be created determines it; create that resource first ("pulumi up --target <its URN>")`,
  );
}

/**
 * Whether the provider was not given this input. In a preview the SDK takes an output that the engine leaves out for one that
 * is not known yet: it is not known either way, and only its value, which the SDK keeps to itself, differs.
 */
async function isLeftOut(output: pulumi.Output<unknown>): Promise<boolean> {
  const { isKnown, promise } = internalsOf(output);
  return !(await isKnown) && (await promise.call(output, true)) === undefined;
}

interface Internals {
  isKnown: Promise<boolean>;
  promise(withUnknowns?: boolean): Promise<unknown>;
}

function internalsOf(output: pulumi.Output<unknown>): Internals {
  // Cast: the SDK has both, but declares neither.
  return output as unknown as Internals;
}
