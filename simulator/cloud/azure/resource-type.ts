import type { ChangeLock } from "./change-lock";
import type { JsonObject } from "./json";
import type { ResourcePath } from "./resource-id";

/** How a change ends that Azure has taken and then cannot do. */
export interface LateFailure {
  code: string;
  message: string;
  /** The HTTP status with which the address of the operation's status answers; 200 where absent. */
  status?: number;
  /** What that address says instead of `Failed`. */
  says?: string;
}

/** What Azure answers, and how long it takes until that is so. */
export interface ArmAnswer {
  /** Absent for 204: nothing to say. */
  body?: JsonObject;
  /** The body is what was made just now. */
  created?: true;
  /** Longer than nothing: Azure goes on after its first answer. */
  simulatedMillis?: number;
  /** What takes no other change until this one is done. */
  busy?: readonly ChangeLock[];
  failure?: LateFailure;
  /** What Azure still does once a change over HTTP has ended, which keeps others busy until then. */
  afterwards?(): void;
  /** What the first answer over HTTP is where it is neither 201 nor 202 with the resource, and nothing but a status. */
  http?: {
    status?: number;
    body?: JsonObject;
    /** What the address of the operation's status says until it is done, instead of `InProgress`. */
    underWay?: string;
    /** Whether it names an address of the result, too. */
    location?: true;
  };
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
