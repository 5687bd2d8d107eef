/** The states that a program's goals lead to. */

import type { Goal, ReadGoal } from "./goal";
import type { ResourceState } from "./state";
import { isProviderType } from "./urn";

const EMPTY_STATE = {
  id: "",
  outputs: {},
  propertyDependencies: {},
  external: false,
  protect: false,
  retainOnDelete: false,
  deletedWith: "",
  replaceWith: [],
  replacementTrigger: null,
  ignoreChanges: [],
  replaceOnChanges: [],
  additionalSecretOutputs: [],
  customTimeouts: {},
  pendingDeletion: false,
  pendingReplacement: false,
} satisfies Partial<ResourceState>;

/** An ID that the state has already asks for nothing. */
export function isImport(goal: Goal, old: ResourceState | undefined): goal is Goal & { importId: string } {
  if (!goal.importId) return false;
  return old === undefined || old.external || (old.importId || old.id) !== goal.importId;
}

export function nextState(urn: string, goal: Goal): ResourceState {
  return {
    ...EMPTY_STATE,
    urn,
    type: goal.type,
    custom: goal.custom,
    inputs: goal.properties,
    parent: goal.parent,
    provider: goal.custom && !isProviderType(goal.type) ? goal.provider : "",
    dependencies: goal.dependencies,
    propertyDependencies: goal.propertyDependencies,
    protect: goal.protect ?? false,
    retainOnDelete: goal.retainOnDelete ?? false,
    deletedWith: goal.deletedWith ?? "",
    replaceWith: goal.replaceWith,
    replacementTrigger: goal.replacementTrigger,
    ignoreChanges: goal.ignoreChanges,
    replaceOnChanges: goal.replaceOnChanges,
    additionalSecretOutputs: goal.additionalSecretOutputs,
    customTimeouts: goal.customTimeouts,
  };
}

export function readState(urn: string, goal: ReadGoal): ResourceState {
  return {
    ...EMPTY_STATE,
    urn,
    type: goal.type,
    custom: true,
    id: goal.id,
    inputs: goal.properties,
    parent: goal.parent,
    provider: goal.provider,
    dependencies: goal.dependencies,
    external: true,
    additionalSecretOutputs: goal.additionalSecretOutputs,
  };
}
