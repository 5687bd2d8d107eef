import type { JsonObject } from "./json";
import type { ResourcePath } from "./resource-id";

/** What Azure answers, and how long it takes until that is so. */
export interface ArmAnswer {
  /** Absent for 204: nothing to say. */
  body?: JsonObject;
  /** The body is what was made just now. */
  created?: true;
  /** Longer than nothing: Azure goes on after its first answer. */
  simulatedMillis?: number;
}

/** The name of a resource, its parents' before it, in its resource group. */
export type ResourceName = ResourcePath & { resourceGroup: string };

/**
 * One type of resource of the simulated Azure Resource Manager. To simulate another, write another of these and list it
 * in `azure.ts`. What a type cannot do is refused as Azure refuses it.
 */
export interface ArmResourceType {
  /** Such as `Microsoft.DBforPostgreSQL/flexibleServers`. */
  type: string;
  apiVersions: readonly string[];
  get?(name: ResourceName): ArmAnswer;
  list?(parent: ResourceName): JsonObject[];
  put?(name: ResourceName, body: JsonObject): ArmAnswer;
  patch?(name: ResourceName, body: JsonObject): ArmAnswer;
  delete?(name: ResourceName): ArmAnswer;
  /** POST requests, by their last word. */
  actions?: Record<string, (name: ResourceName, body: JsonObject) => ArmAnswer>;
}
