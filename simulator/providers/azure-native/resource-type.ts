import type { JsonObject } from "../../cloud/azure/json";
import type { PropertyMap } from "../provider";
import type { Properties, Property } from "../schema";

/**
 * One type of the simulated `azure-native` package. The provider itself has no rules of its own for it: it turns inputs
 * into the body of a PUT, and what Azure returns into outputs. To simulate another type, write another of these and
 * list it in `provider.ts`.
 */
export interface AzureResourceType {
  /** Such as `azure-native:dbforpostgresql:Server`. */
  token: string;
  /** Such as `Microsoft.DBforPostgreSQL/flexibleServers`. */
  armType: string;
  /** The version of the API that this version of the package uses for it. */
  apiVersion: string;
  /** The inputs that name it in its resource group, parents first. */
  path: readonly string[];
  /** The input that names what it extends, for what is in no resource group of its own. */
  scope?: string;
  /** `replaces` on an input: Azure takes it at creation only. */
  inputs: Properties;
  /** The inputs that are next to `properties` in the body. */
  topLevel: readonly string[];
  /** The names of what is an output only. */
  outputs: readonly string[];
  /** What Azure adds within inputs that are objects. */
  computed?: Readonly<Record<string, readonly string[]>>;
  /** Whether the location of its resource group is its default. */
  located: boolean;
  /** Gives the body a shape that differs from the inputs' by more than `properties`. */
  toBody?(body: JsonObject): JsonObject;
  /** The same for what Azure returns. */
  fromBody?(outputs: PropertyMap): PropertyMap;
}

export const TEXT: Property = { type: "string" };
export const NUMBER: Property = { type: "integer" };
export const FLAG: Property = { type: "boolean" };
export const TEXTS: Property = { type: "list", of: TEXT };
export const TAGS: Property = { type: "map", of: TEXT };
/** Part of the path: another one is another resource. */
export const NAME: Property = { type: "string", replaces: true };
export const RESOURCE_GROUP: Property = { type: "string", required: true, replaces: true };

export function object(properties: Properties): Property {
  return { type: "object", properties };
}

export function list(properties: Properties): Property {
  return { type: "list", of: object(properties) };
}

/** Every resource has these. */
export const COMMON_OUTPUTS = ["azureApiVersion", "name", "systemData", "type"];
