import type { AzureCloud } from "../../cloud/azure/azure";
import { ArmError } from "../../cloud/azure/error";
import { isObject as isJsonObject, type JsonObject } from "../../cloud/azure/json";
import { resourceId } from "../../cloud/azure/resource-id";
import {
  type ChangeResponse,
  type CheckRequest,
  type CheckResponse,
  type CreateRequest,
  type CreateResponse,
  type DeleteRequest,
  type DiffRequest,
  type DiffResponse,
  type PropertyMap,
  type PropertyValue,
  type ReadRequest,
  type ReadResponse,
  type SimulatedProvider,
  UNKNOWN,
  type UpdateRequest,
} from "../provider";
import { hasUnknown, isAbsent, isObject, type Properties, type Property, problemsOf, withDefaults } from "../schema";
import { sdkVersion } from "../sdk-version";
import { TypeCatalog } from "../type-catalog";
import { cosmosdbAccount } from "./cosmosdb-account";
import { backupInstance, backupPolicy, backupVault } from "./data-protection";
import { diffInputs, refreshedInputs } from "./diff";
import { mysqlServer, postgresqlServer } from "./flexible-server";
import { privateDnsZoneGroup, privateEndpoint } from "./private-endpoint";
import type { AzureResourceType } from "./resource-type";
import { roleAssignment } from "./role-assignment";

/** The types that are simulated. */
export const RESOURCE_TYPES: readonly AzureResourceType[] = [
  postgresqlServer,
  mysqlServer,
  cosmosdbAccount,
  privateEndpoint,
  privateDnsZoneGroup,
  roleAssignment,
  backupVault,
  backupPolicy,
  backupInstance,
];

/** The provider's own settings that it takes; who asks doesn't matter to a simulation. */
const CONFIGURATION = [
  "clientCertificatePassword",
  "clientCertificatePath",
  "clientId",
  "clientSecret",
  "disableInstanceDiscovery",
  "disablePulumiPartnerId",
  "environment",
  "location",
  "metadataHost",
  "oidcRequestToken",
  "oidcRequestUrl",
  "oidcToken",
  "oidcTokenFilePath",
  "subscriptionId",
  "tenantId",
  "useDefaultAzureCredential",
  "useMsi",
  "useOidc",
  "version",
];

/**
 * The simulated `azure-native` package: like the real one it knows little of what it declares. Inputs become the body of a
 * PUT, at creation and at every change alike, and are compared with nothing but the inputs before.
 */
export class AzureNativeProvider implements SimulatedProvider {
  readonly name = "azure-native";
  readonly version = sdkVersion(this.name);
  readonly #cloud: AzureCloud;
  readonly #types = new TypeCatalog(this.name, new Map(RESOURCE_TYPES.map((type) => [type.token, type])));
  #location: string | undefined;
  #subscriptionId = "";

  constructor(cloud: AzureCloud) {
    this.#cloud = cloud;
  }

  async configure(config: PropertyMap): Promise<void> {
    this.#types.configure(config, CONFIGURATION);
    this.#location = typeof config.location === "string" ? config.location : undefined;
    this.#subscriptionId = typeof config.subscriptionId === "string" ? config.subscriptionId : this.#cloud.subscription;
  }

  async check(request: CheckRequest): Promise<CheckResponse> {
    const type = this.#types.type(request.type);
    const given = present(request.newInputs);
    const inputs = withDefaults(type.inputs, given);
    const own = type.path.at(-1) as string;
    if (isAbsent(inputs[own])) {
      const logicalName = request.urn.split("::").at(-1);
      inputs[own] = request.oldInputs?.[own] ?? `${logicalName}${this.#cloud.identifiers.hex(8)}`;
    }
    if (type.located && isAbsent(inputs.location)) {
      const group = inputs.resourceGroupName;
      const location = this.#location ?? (group === UNKNOWN ? UNKNOWN : this.#cloud.locationOfGroup(String(group)));
      if (location !== undefined) inputs.location = location;
    }
    return { inputs, failures: problemsOf(type.inputs, given, type.token) };
  }

  async diff(request: DiffRequest): Promise<DiffResponse> {
    const type = this.#types.type(request.type);
    return {
      detailedDiff: diffInputs(type.inputs, present(request.oldInputs), present(request.newInputs)),
      deleteBeforeReplace: false,
    };
  }

  async create(request: CreateRequest): Promise<CreateResponse> {
    const type = this.#types.type(request.type);
    const inputs = present(request.inputs);
    if (request.preview) return { id: "", outputs: previewed(type, inputs), simulatedMillis: 0 };
    const id = this.#idOf(type, inputs);
    if (this.#get(type, id)) throw new Error(`cannot create already existing resource '${id}'`);
    const simulatedMillis = this.#put(type, id, inputs, request.urn);
    return { id, outputs: this.#get(type, id) as PropertyMap, simulatedMillis };
  }

  async read(request: ReadRequest): Promise<ReadResponse | undefined> {
    const type = this.#types.type(request.type);
    const outputs = this.#get(type, request.id);
    if (!outputs) return undefined;
    const inputs =
      request.inputs && request.outputs
        ? refreshedInputs(present(request.inputs), request.outputs, outputs)
        : this.#imported(type, request.id, outputs);
    return { id: request.id, inputs, outputs };
  }

  async update(request: UpdateRequest): Promise<ChangeResponse> {
    const type = this.#types.type(request.type);
    const inputs = present(request.newInputs);
    if (request.preview) {
      const stable = Object.entries(request.oldOutputs).filter(([name]) => STABLE_OUTPUTS.includes(name));
      return { outputs: { ...previewed(type, inputs), ...Object.fromEntries(stable) }, simulatedMillis: 0 };
    }
    const simulatedMillis = this.#put(type, request.id, inputs, request.urn);
    return { outputs: this.#get(type, request.id) as PropertyMap, simulatedMillis };
  }

  async delete(request: Pick<DeleteRequest, "urn" | "type" | "id">): Promise<{ simulatedMillis: number }> {
    const type = this.#types.type(request.type);
    const answer = this.#attempt(request.urn, () => this.#request(type, "DELETE", request.id));
    return { simulatedMillis: answer.simulatedMillis ?? 0 };
  }

  async invoke(token: string): Promise<PropertyMap> {
    if (token === "azure-native:authorization:getClientConfig")
      return { clientId: "", objectId: "", subscriptionId: this.#subscriptionId, tenantId: "" };
    throw new Error(`the function ${token} is not simulated`);
  }

  async cancel(): Promise<void> {
    this.#types.cancel();
  }

  #idOf(type: AzureResourceType, inputs: PropertyMap): string {
    const names = type.path.map((name) => inputs[name] as string);
    if (type.scope !== undefined) return `${inputs[type.scope]}/providers/${type.armType}/${names[0]}`;
    return resourceId(this.#cloud.subscription, inputs.resourceGroupName as string, type.armType, names);
  }

  #put(type: AzureResourceType, id: string, inputs: PropertyMap, urn: string): number {
    if (hasUnknown(inputs)) throw new Error(`${urn}: an input is still unknown`);
    const body: JsonObject = { properties: {} };
    for (const [name, value] of Object.entries(inputs)) {
      if (name === "resourceGroupName" || name === type.scope || type.path.includes(name)) continue;
      if (type.topLevel.includes(name)) body[name] = value;
      else (body.properties as JsonObject)[name] = value;
    }
    const shaped = type.toBody?.(body) ?? body;
    const { simulatedMillis = 0, failure } = this.#attempt(urn, () => this.#request(type, "PUT", id, shaped));
    // The provider waits for the operation, and fails with its error even if the resource was changed.
    if (failure)
      throw new Error(
        `${urn}: autorest/azure: Service returned an error. Status=${failure.status ?? 200} Code="${failure.code}" Message="${failure.message}"`,
      );
    return simulatedMillis;
  }

  /** What Azure returns for a resource, `properties` on the same level as the rest; undefined when it is gone. */
  #get(type: AzureResourceType, id: string): PropertyMap | undefined {
    try {
      // As over the wire: undefined members are not sent, and the cloud's own state stays inside.
      const body: JsonObject = JSON.parse(JSON.stringify(this.#request(type, "GET", id).body));
      const { properties, ...rest } = body;
      const described = isJsonObject(properties) ? properties : {};
      const spread = type.topLevel.includes("properties") ? { properties: described } : described;
      return { ...rest, ...spread, azureApiVersion: type.apiVersion };
    } catch (error) {
      if (error instanceof ArmError && error.status === 404) return undefined;
      throw error;
    }
  }

  #imported(type: AzureResourceType, id: string, outputs: PropertyMap): PropertyMap {
    const segments = id.split("/");
    const inputs = inputsWithin(type.inputs, outputs);
    if (type.scope !== undefined) return { ...inputs, [type.path[0] as string]: segments.at(-1) as string };
    type.path.forEach((name, index) => {
      inputs[name] = segments[8 + 2 * index] as string;
    });
    return { ...inputs, resourceGroupName: segments[4] as string };
  }

  #request(type: AzureResourceType, method: string, path: string, body?: JsonObject) {
    return this.#cloud.request({ method, path, apiVersion: type.apiVersion, body });
  }

  #attempt<Result>(urn: string, run: () => Result): Result {
    try {
      return run();
    } catch (error) {
      if (!(error instanceof ArmError)) throw error;
      throw new Error(
        `${urn}: autorest/azure: Service returned an error. Status=${error.status} Code="${error.code}" Message="${error.message}"`,
        { cause: error },
      );
    }
  }
}

/**
 * The inputs among what Azure returns: what Azure adds itself is no input, at any depth.
 * [pulumi-azure-native, provider/pkg/convert, ResponseToSdkInputs]
 */
function inputsWithin(properties: Properties, outputs: PropertyMap): PropertyMap {
  const inputs: PropertyMap = {};
  for (const [name, value] of Object.entries(outputs)) {
    const property = properties[name];
    if (property !== undefined) inputs[name] = inputWithin(property, value);
  }
  return inputs;
}

function inputWithin(property: Property, value: PropertyValue): PropertyValue {
  if (property.type === "object" && isObject(value)) return inputsWithin(property.properties ?? {}, value);
  // Azure returns identities as the keys of an object; the package takes a list.
  if (property.type === "list" && isObject(value)) return Object.keys(value);
  if (!Array.isArray(value)) return value;
  return value.map((element) => inputWithin(property.of as Property, element));
}

/** An unset input may travel as null. */
/** Outputs before an update that a preview keeps; others are unknown in it. [pulumi-azure-native: provider.go, Update] */
const STABLE_OUTPUTS = ["name", "location"];

/** What a preview knows of a resource: its inputs. What Azure adds is unknown, within them, too. [pulumi-azure-native: convert, PreviewOutputs] */
function previewed(type: AzureResourceType, inputs: PropertyMap): PropertyMap {
  const unknown = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, UNKNOWN]));
  const within = Object.entries(type.computed ?? {}).flatMap(([name, names]) => {
    const given = inputs[name];
    return isObject(given) ? [[name, { ...unknown(names), ...given }]] : [];
  });
  return { ...inputs, ...unknown(type.outputs), ...Object.fromEntries(within) };
}

function present(inputs: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(inputs).filter(([name, value]) => value !== null && name !== "__defaults"));
}
