import type { ChangeLock } from "./change-lock";
import * as durations from "./durations";
import { ArmError, invalidParameter, unknownMember } from "./error";
import { type JsonObject, type JsonValue, object, text } from "./json";
import { inGroup, resourceId } from "./resource-id";
import type { ArmResourceType, ResourceName } from "./resource-type";

/** A resource that private endpoints can lead to. */
export interface PrivateLinkTarget {
  privateEndpoints: Set<string>;
  lock: ChangeLock;
}

const TYPE = "Microsoft.Network/privateEndpoints";
/** The version that azure-native 3.28 speaks for private endpoints. */
const API_VERSIONS = ["2024-05-01"];

interface PrivateEndpoint {
  id: string;
  location: string;
  tags: JsonObject;
  properties: JsonObject;
  dnsZoneGroups: Map<string, JsonObject>;
}

/** Private endpoints, and the DNS zones in which they are known. */
export class Network {
  readonly #endpoints = new Map<string, PrivateEndpoint>();
  /** Finds what a private endpoint leads to, by its id. */
  readonly #targetOf: (id: string) => PrivateLinkTarget | undefined;

  constructor(targetOf: (id: string) => PrivateLinkTarget | undefined) {
    this.#targetOf = targetOf;
  }

  resourceTypes(): ArmResourceType[] {
    return [
      {
        type: TYPE,
        apiVersions: API_VERSIONS,
        get: (name) => ({ body: this.#describe(this.#in(name)) }),
        put: (name, body) => this.#put(name, body),
        delete: (name) => {
          const endpoint = this.#endpoints.get(keyOf(name));
          if (!endpoint) return {};
          const targets = targetsOf(endpoint.properties).flatMap((target) => this.#targetOf(target) ?? []);
          for (const { lock } of targets) lock.refuse();
          this.#endpoints.delete(keyOf(name));
          for (const { privateEndpoints } of targets) privateEndpoints.delete(endpoint.id);
          return { simulatedMillis: durations.PRIVATE_ENDPOINT, busy: targets.map(({ lock }) => lock) };
        },
      },
      {
        type: `${TYPE}/privateDnsZoneGroups`,
        apiVersions: API_VERSIONS,
        get: (name) => {
          const group = this.#in(name).dnsZoneGroups.get(name.names[1] as string);
          if (!group) throw notFound(`${TYPE}/${name.names.join("/privateDnsZoneGroups/")}`);
          return { body: group };
        },
        list: (parent) => [...this.#in(parent).dnsZoneGroups.values()],
        put: (name, body) => {
          const endpoint = this.#in(name);
          const group = name.names[1] as string;
          const { privateDnsZoneConfigs, ...rest } = object(body.properties);
          const unknown = Object.keys(rest)[0];
          if (unknown) throw unknownMember(unknown, "PrivateDnsZoneGroup");
          if (!Array.isArray(privateDnsZoneConfigs)) throw invalidParameter("privateDnsZoneConfigs");
          const made = {
            id: `${endpoint.id}/privateDnsZoneGroups/${group}`,
            name: group,
            properties: { privateDnsZoneConfigs, provisioningState: "Succeeded" },
          };
          endpoint.dnsZoneGroups.set(group, made);
          return { body: made, simulatedMillis: durations.DNS_ZONE_GROUP };
        },
        delete: (name) => {
          this.#endpoints.get(keyOf(name))?.dnsZoneGroups.delete(name.names[1] as string);
          return { simulatedMillis: durations.DNS_ZONE_GROUP };
        },
      },
    ];
  }

  #put(name: ResourceName, body: JsonObject) {
    const { subnet, customNetworkInterfaceName, ...given } = object(body.properties);
    const { privateLinkServiceConnections = [], manualPrivateLinkServiceConnections = [], ...rest } = given;
    const unknown = Object.keys(rest)[0];
    if (unknown) throw unknownMember(unknown, "PrivateEndpoint");
    if (!text(object(subnet).id)) throw invalidParameter("subnet");
    const properties = {
      subnet: { id: object(subnet).id },
      privateLinkServiceConnections,
      // [azure-mgmt-network, PrivateEndpoint] Connections that another party has to approve are in a separate list.
      manualPrivateLinkServiceConnections,
      customNetworkInterfaceName,
    } as JsonObject;
    const id = resourceId(name.subscription, name.resourceGroup, TYPE, [name.names[0] as string]);
    const targets = targetsOf(properties).map((target) => {
      const found = this.#targetOf(target);
      if (!found) throw notFound(target);
      found.lock.refuse();
      return found;
    });
    for (const { privateEndpoints } of targets) privateEndpoints.add(id);
    const endpoint = {
      id,
      location: body.location as string,
      tags: object(body.tags),
      properties,
      dnsZoneGroups: this.#endpoints.get(keyOf(name))?.dnsZoneGroups ?? new Map(),
    };
    this.#endpoints.set(keyOf(name), endpoint);
    return {
      body: this.#describe(endpoint),
      created: true as const,
      simulatedMillis: durations.PRIVATE_ENDPOINT,
      busy: targets.map(({ lock }) => lock),
    };
  }

  #in(name: ResourceName): PrivateEndpoint {
    const endpoint = this.#endpoints.get(keyOf(name));
    if (endpoint && inGroup(endpoint.id, name.resourceGroup)) return endpoint;
    throw notFound(`${TYPE}/${name.names[0]}`);
  }

  #describe({ id, location, tags, properties }: PrivateEndpoint): JsonObject {
    return {
      id,
      name: id.split("/").at(-1) as string,
      type: TYPE,
      location,
      tags,
      properties: { ...properties, provisioningState: "Succeeded" },
    };
  }
}

function targetsOf(properties: JsonObject): string[] {
  const lists = [properties.privateLinkServiceConnections, properties.manualPrivateLinkServiceConnections];
  return lists
    .flatMap((list) => (list ?? []) as JsonValue[])
    .map(
      (connection) =>
        text(object(object(connection).properties).privateLinkServiceId) ??
        text(object(connection).privateLinkServiceId) ??
        "",
    );
}

function keyOf({ resourceGroup, names }: ResourceName): string {
  return `${resourceGroup}/${names[0]}`.toLowerCase();
}

function notFound(what: string): ArmError {
  return new ArmError("ResourceNotFound", `The Resource '${what}' was not found.`, 404);
}
