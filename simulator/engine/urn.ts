/** URNs: `urn:pulumi:<stack>::<project>::<parent types>$<type>::<name>`. */

export const ROOT_STACK_TYPE = "pulumi:pulumi:Stack";

export function makeUrn(stack: string, project: string, parentType: string, type: string, name: string): string {
  const qualified = parentType === "" || parentType === ROOT_STACK_TYPE ? type : `${parentType}$${type}`;
  return `urn:pulumi:${stack}::${project}::${qualified}::${name}`;
}

/** @returns the types from the outermost component down to the resource's own, joined by `$`. */
export function qualifiedTypeOf(urn: string): string {
  return urn.split("::")[2] ?? "";
}

export function typeOf(urn: string): string {
  return qualifiedTypeOf(urn).split("$").at(-1) ?? "";
}

export function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

const PROVIDER_TYPE = "pulumi:providers:";

export function isProviderType(type: string): boolean {
  return type.startsWith(PROVIDER_TYPE);
}

export function providerType(packageName: string): string {
  return PROVIDER_TYPE + packageName;
}

/** @returns the package of a type or function token: `aws` of `aws:dynamodb/table:Table` and of `pulumi:providers:aws`. */
export function packageOf(token: string): string {
  return isProviderType(token) ? token.slice(PROVIDER_TYPE.length) : (token.split(":")[0] ?? "");
}

/** A reference to a provider resource: `<urn>::<id>`. */
export function providerReference(urn: string, id: string): string {
  return `${urn}::${id}`;
}

export function providerUrn(reference: string): string {
  return reference.slice(0, reference.lastIndexOf("::"));
}
