/** Finds the former URNs under which the state may know a resource. */
import type { Alias } from "./goal";
import { makeUrn, nameOf, qualifiedTypeOf, ROOT_STACK_TYPE, typeOf } from "./urn";

interface Named {
  name: string;
  type: string;
  parent: string;
}

/** @param foundUnder The URN under which each resource of this run was found, where that was a former one. */
export function formerUrns(
  resource: Named & { aliases: Alias[] },
  stack: string,
  project: string,
  foundUnder: ReadonlyMap<string, string>,
): string[] {
  const own = resource.aliases.map((alias) => formerUrn(resource, alias, stack, project, foundUnder));
  const formerParent = foundUnder.get(resource.parent);
  if (formerParent === undefined) return [...new Set(own)];
  const parentName = nameOf(resource.parent);
  // A child named after its parent had the parent's former name in its own.
  const underFormerParent = (type: string, name: string) =>
    makeUrn(
      stack,
      project,
      qualifiedTypeOf(formerParent),
      type,
      name.startsWith(parentName) ? nameOf(formerParent) + name.slice(parentName.length) : name,
    );
  return [
    ...new Set([
      ...own,
      underFormerParent(resource.type, resource.name),
      ...own.map((urn) => underFormerParent(typeOf(urn), nameOf(urn))),
    ]),
  ];
}

function formerUrn(
  resource: Named,
  alias: Alias,
  stack: string,
  project: string,
  foundUnder: ReadonlyMap<string, string>,
): string {
  if ("urn" in alias) return alias.urn;
  const named = alias.parent ? (foundUnder.get(alias.parent) ?? alias.parent) : resource.parent;
  const parentType = alias.noParent || named === "" ? "" : qualifiedTypeOf(named);
  return makeUrn(
    alias.stack || stack,
    alias.project || project,
    parentType === ROOT_STACK_TYPE ? "" : parentType,
    alias.type || resource.type,
    alias.name || resource.name,
  );
}
