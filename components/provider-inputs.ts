import * as pulumi from "@pulumi/pulumi";
import { internalsOf, isLeftOut } from "./left-out";

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
