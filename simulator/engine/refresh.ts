/** Reads every managed resource from the cloud, and corrects the state by what is there. */
import type { Journal } from "./journal";
import type { Managers } from "./managers";
import { neededBy, type ResourceState, type StackState } from "./state";
import { isProviderType } from "./urn";
import { equal } from "./values";

/** @returns the corrected state; what could not be read stays as it was, with an error in the journal. */
export async function refreshed(state: StackState, managers: Managers, journal: Journal): Promise<StackState> {
  const found = await Promise.all(state.map((resource) => readAgain(resource, managers, journal)));
  return withoutDangling(found.filter((resource) => resource !== undefined));
}

async function readAgain(
  resource: ResourceState,
  managers: Managers,
  journal: Journal,
): Promise<ResourceState | undefined> {
  if (!resource.custom || isProviderType(resource.type) || resource.pendingReplacement) return resource;
  journal.started(resource, "refresh");
  try {
    const manager = await managers.ofFormer(resource);
    const found = await manager?.read(resource);
    if (!manager || !found) {
      journal.ended(resource, "delete", 0, 0);
      return undefined;
    }
    const current: ResourceState = { ...resource, ...found };
    // What an `up` of an unchanged program would now change is what has changed behind our back.
    const { changed } = resource.external
      ? { changed: changedOutputs(resource, current) }
      : await manager.diff(current, resource.inputs, resource.ignoreChanges);
    journal.ended(resource, "refresh", 0, 0, { changed, replacedBy: [] });
    return current;
  } catch (error) {
    journal.report({
      severity: "error",
      message: error instanceof Error ? error.message : String(error),
      urn: resource.urn,
    });
    return resource;
  }
}

function changedOutputs(before: ResourceState, now: ResourceState): string[] {
  const keys = new Set([...Object.keys(before.outputs), ...Object.keys(now.outputs)]);
  return [...keys].filter((key) => !equal(before.outputs[key], now.outputs[key])).sort();
}

/** The state without mentions of resources that are gone. */
function withoutDangling(state: StackState): StackState {
  const urns = new Set(state.map(({ urn }) => urn));
  return state.map((resource) => {
    if ([...neededBy(resource)].every((urn) => urns.has(urn))) return resource;
    const present = (urn: string) => urns.has(urn);
    return {
      ...resource,
      dependencies: resource.dependencies.filter(present),
      propertyDependencies: Object.fromEntries(
        Object.entries(resource.propertyDependencies).map(([key, needed]) => [key, needed.filter(present)]),
      ),
      deletedWith: present(resource.deletedWith) ? resource.deletedWith : "",
      replaceWith: resource.replaceWith.filter(present),
    };
  });
}
