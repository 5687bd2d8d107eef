/** The state of a stack: what it has deployed. */
import type { PropertyMap, PropertyValue } from "../providers/provider";
import { providerUrn } from "./urn";

export interface CustomTimeouts {
  create?: string;
  update?: string;
  delete?: string;
}

/** One resource as last deployed. Plain JSON, so that a state can be kept in a file. */
export interface ResourceState {
  urn: string;
  type: string;
  /** True for what a provider manages, false for a component. */
  custom: boolean;
  /** Empty for a component, and in a preview for what is not yet created. */
  id: string;
  inputs: PropertyMap;
  outputs: PropertyMap;
  /** Empty for the root. */
  parent: string;
  /** The provider resource that manages it, as `<urn>::<id>`; empty for components and for providers. */
  provider: string;
  dependencies: string[];
  propertyDependencies: Record<string, string[]>;
  /** True when it was read, not created: its life is none of the stack's business. */
  external: boolean;
  protect: boolean;
  retainOnDelete: boolean;
  deletedWith: string;
  replaceWith: string[];
  replacementTrigger: PropertyValue;
  ignoreChanges: string[];
  replaceOnChanges: string[];
  additionalSecretOutputs: string[];
  customTimeouts: CustomTimeouts;
  /** Its replacement exists; it is to be deleted. */
  pendingDeletion: boolean;
  /** It was deleted so that it can be created again; the creation is still to come. */
  pendingReplacement: boolean;
  /** The ID by which the program imports it; absent where it does not. */
  importId?: string;
}

/** Dependencies come before what depends on them. */
export type StackState = ResourceState[];

/** @returns the URNs of all that the resource needs, its parent among them. */
export function neededBy(resource: ResourceState): Set<string> {
  const needed = new Set([...resource.dependencies, ...Object.values(resource.propertyDependencies).flat()]);
  if (resource.parent) needed.add(resource.parent);
  if (resource.provider) needed.add(providerUrn(resource.provider));
  if (resource.deletedWith) needed.add(resource.deletedWith);
  for (const urn of resource.replaceWith) needed.add(urn);
  needed.delete(resource.urn);
  return needed;
}

/** @returns the resources that need the given one, directly or through others, in the state's order; children don't count. */
export function dependentsOf(state: StackState, root: ResourceState): ResourceState[] {
  const reached = new Set([root.urn]);
  const dependents: ResourceState[] = [];
  for (const resource of state.slice(state.indexOf(root) + 1)) {
    const needed = neededBy({ ...resource, parent: "" });
    if ([...needed].some((urn) => reached.has(urn))) {
      reached.add(resource.urn);
      dependents.push(resource);
    }
  }
  return dependents;
}

/** The state with every mention of a resource's former URN changed to its present one. */
export function renamed(state: StackState, presentUrns: ReadonlyMap<string, string>): StackState {
  if (presentUrns.size === 0) return state;
  const present = (urn: string) => presentUrns.get(urn) ?? urn;
  return state.map((resource) => ({
    ...resource,
    parent: present(resource.parent),
    provider: resource.provider.replace(/^.*(?=::)/, present),
    dependencies: resource.dependencies.map(present),
    propertyDependencies: Object.fromEntries(
      Object.entries(resource.propertyDependencies).map(([key, urns]) => [key, urns.map(present)]),
    ),
    deletedWith: present(resource.deletedWith),
    replaceWith: resource.replaceWith.map(present),
  }));
}
