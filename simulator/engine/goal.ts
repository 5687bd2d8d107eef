/** What the program asks for, as it arrives from the SDK. */
import type { PropertyMap, PropertyValue } from "../providers/provider";
import type { CustomTimeouts } from "./state";
import { packageOf, providerUrn, typeOf } from "./urn";

/** A former URN, or what was different in it. */
export type Alias =
  | { urn: string }
  | { name?: string; type?: string; stack?: string; project?: string; parent?: string; noParent: boolean };

/** One resource that the program registers. */
export interface Goal {
  type: string;
  name: string;
  custom: boolean;
  parent: string;
  properties: PropertyMap;
  /** A reference to the provider resource; empty for the default provider. */
  provider: string;
  /** The providers that a component hands to its children, by package. */
  providers: Record<string, string>;
  /** The version of the SDK that the program uses; empty when it doesn't say. */
  version: string;
  dependencies: string[];
  propertyDependencies: Record<string, string[]>;
  aliases: Alias[];
  ignoreChanges: string[];
  replaceOnChanges: string[];
  additionalSecretOutputs: string[];
  customTimeouts: CustomTimeouts;
  replaceWith: string[];
  /** Null when there is none. */
  replacementTrigger: PropertyValue;
  /** Undefined for these: as the parent has it. */
  protect?: boolean;
  retainOnDelete?: boolean;
  deletedWith?: string;
  /** Undefined: as the provider decides. */
  deleteBeforeReplace?: boolean;
  /** The ID of what exists already and is taken into the state, where the state does not have it. */
  importId?: string;
}

/** One existing resource that the program reads. */
export interface ReadGoal {
  type: string;
  name: string;
  id: string;
  parent: string;
  properties: PropertyMap;
  provider: string;
  version: string;
  dependencies: string[];
  additionalSecretOutputs: string[];
}

/** The goal with what it leaves to its parent. */
export function inherited(goal: Goal, parent: Goal | undefined): Goal {
  if (!parent) return goal;
  const packageName = packageOf(goal.type);
  const ofParent = parent.provider && packageOf(typeOf(providerUrn(parent.provider)));
  return {
    ...goal,
    protect: goal.protect ?? parent.protect,
    retainOnDelete: goal.retainOnDelete ?? parent.retainOnDelete,
    deletedWith: goal.deletedWith ?? parent.deletedWith,
    provider:
      goal.provider ||
      (goal.custom ? (parent.providers[packageName] ?? (ofParent === packageName ? parent.provider : "")) : ""),
    providers: goal.custom ? goal.providers : { ...parent.providers, ...goal.providers },
  };
}
