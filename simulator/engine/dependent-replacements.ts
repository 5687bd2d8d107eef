import { UNKNOWN } from "../providers/provider";
import { type Difference, type Managers, REPLACEMENT, withReplaceOnChanges } from "./managers";
import { parsePath } from "./property-path";
import { dependentsOf, type ResourceState, type StackState } from "./state";
import { providerUrn } from "./urn";

/**
 * What has to be deleted before `root` is, because it would be replaced when the properties that depend on `root`
 * change: they are made unknown, and the provider is asked.
 */
export async function dependentReplacements(
  root: ResourceState,
  former: StackState,
  managers: Managers,
  isDecided: (urn: string) => boolean,
): Promise<[ResourceState, Difference][]> {
  const replacements = new Map<ResourceState, Difference>();
  const urns = new Set([root.urn]);
  for (const dependent of dependentsOf(former, root)) {
    if (isDecided(dependent.urn)) continue;
    const difference = await replacementForcedBy(urns, dependent, managers);
    if (!difference) continue;
    replacements.set(dependent, difference);
    urns.add(dependent.urn);
  }
  for (const resource of former) {
    const cascades = resource.deletedWith === root.urn || resource.replaceWith.includes(root.urn);
    if (cascades && !replacements.has(resource)) replacements.set(resource, REPLACEMENT);
  }
  return [...replacements];
}

async function replacementForcedBy(
  replaced: Set<string>,
  dependent: ResourceState,
  managers: Managers,
): Promise<Difference | undefined> {
  if (!dependent.custom || dependent.external) return undefined;
  if (replaced.has(providerUrn(dependent.provider)) || replaced.has(dependent.deletedWith)) return REPLACEMENT;
  const affected = Object.keys(dependent.inputs).filter((key) =>
    dependent.propertyDependencies[key]?.some((urn) => replaced.has(urn)),
  );
  if (affected.length === 0) return undefined;
  const inputs = { ...dependent.inputs, ...Object.fromEntries(affected.map((key) => [key, UNKNOWN])) };
  const difference = await (await managers.ofFormer(dependent))?.diff(dependent, inputs, dependent.ignoreChanges);
  if (!difference) return undefined;
  const forced = withReplaceOnChanges(difference, dependent.replaceOnChanges);
  if (!forced.replace) return undefined;
  return { ...REPLACEMENT, replacedBy: [...new Set(forced.replacedBy.map((path) => String(parsePath(path)[0])))] };
}
