import type { AzureAccessSource } from "./azure";
import { ArmClient, ArmRequestError } from "./azure-arm";

/** The version that azure-native speaks, too. */
const API_VERSION = "2024-05-01";

/** The settings of a private endpoint that one for a copy is declared with. */
export interface PrivateEndpointDescription {
  id: string;
  name: string;
  resourceGroupName: string;
  location: string;
  subnetId: string;
  /** Which part of its resource it leads to, such as `Sql`. */
  groupIds: string[];
  /** The DNS zones that know it. */
  dnsZones: { name: string; privateDnsZoneId: string }[];
}

/** A resource with private endpoints, as the Azure Resource Manager describes it. */
export interface PrivatelyReached {
  properties: { privateEndpointConnections?: { properties?: { privateEndpoint?: { id?: string } } }[] };
}

export interface OutOfReach {
  id: string;
  reason: string;
  /** It would be within reach with the right that the reason names. */
  lacksRight: boolean;
}

/** The private endpoints that lead to a resource. */
export interface PrivateEndpoints {
  endpoints: PrivateEndpointDescription[];
  /** Those that cannot be read or declared from here, each with the reason: their owners have to declare them. */
  outOfReach: OutOfReach[];
}

/**
 * Reads the private endpoints of a resource. They may be in other subscriptions and tenants, which these credentials cannot
 * read: that does not prevent a restore.
 */
export async function readPrivateEndpoints(
  resource: PrivatelyReached,
  access: AzureAccessSource,
): Promise<PrivateEndpoints> {
  const ids = (resource.properties.privateEndpointConnections ?? [])
    .map((connection) => connection.properties?.privateEndpoint?.id)
    .filter((id) => id !== undefined);
  const found: PrivateEndpoints = { endpoints: [], outOfReach: [] };
  if (ids.length === 0) return found;
  const client = await ArmClient.connect(access);
  for (const read of await Promise.all(ids.map((id) => readPrivateEndpoint(client, id)))) {
    if ("reason" in read) found.outOfReach.push(read);
    else found.endpoints.push(read);
  }
  return found;
}

/** A private endpoint by its name; undefined when there is none. */
export async function findEndpoint(
  { resourceGroupName, name }: { resourceGroupName: string; name: string },
  access: AzureAccessSource,
): Promise<{ id: string; tags: Record<string, string>; zoneGroupId?: string } | undefined> {
  const client = await ArmClient.connect(access);
  const id = `${client.resourceGroup(resourceGroupName)}/providers/Microsoft.Network/privateEndpoints/${name}`;
  const endpoint = await client.find<{ tags?: Record<string, string> }>(id, API_VERSION);
  if (endpoint === undefined) return undefined;
  const [group] = await client.list<{ name: string }>(`${id}/privateDnsZoneGroups`, API_VERSION);
  const zoneGroupId = group && `${id}/privateDnsZoneGroups/${group.name}`;
  return { id, tags: endpoint.tags ?? {}, ...(zoneGroupId && { zoneGroupId }) };
}

interface Connection {
  properties: { groupIds?: string[] };
}

/** The endpoint, or why none like it can be declared. */
async function readPrivateEndpoint(client: ArmClient, id: string): Promise<PrivateEndpointDescription | OutOfReach> {
  const [, , subscription] = id.split("/");
  // An endpoint is made in its virtual network's subscription, and this program works in one.
  const isOurs = subscription?.toLowerCase() === client.subscriptionId.toLowerCase();
  try {
    const description = await describePrivateEndpoint(client, id);
    return isOurs ? description : { id, reason: `it is in subscription ${subscription}`, lacksRight: false };
  } catch (error) {
    if (!(error instanceof ArmRequestError) || ![401, 403, 404].includes(error.status)) throw error;
    return { id, reason: error.message, lacksRight: isOurs && error.status === 403 };
  }
}

async function describePrivateEndpoint(client: ArmClient, id: string): Promise<PrivateEndpointDescription> {
  const endpoint = await client.request<{
    name: string;
    location: string;
    properties: {
      subnet: { id: string };
      privateLinkServiceConnections?: Connection[];
      manualPrivateLinkServiceConnections?: Connection[];
    };
  }>("GET", id, API_VERSION);
  const groups = await client.list<{
    properties: { privateDnsZoneConfigs?: { name: string; properties: { privateDnsZoneId: string } }[] };
  }>(`${id}/privateDnsZoneGroups`, API_VERSION);
  const { privateLinkServiceConnections = [], manualPrivateLinkServiceConnections = [], subnet } = endpoint.properties;
  // An endpoint whose connection somebody else had to approve has it in the second list, and an empty first one.
  const [connection] = [...privateLinkServiceConnections, ...manualPrivateLinkServiceConnections];
  return {
    id,
    name: endpoint.name,
    resourceGroupName: resourceGroupOf(id),
    location: endpoint.location,
    subnetId: subnet.id,
    groupIds: connection?.properties.groupIds ?? [],
    dnsZones: groups.flatMap(({ properties }) =>
      (properties.privateDnsZoneConfigs ?? []).map(({ name, properties: { privateDnsZoneId } }) => ({
        name,
        privateDnsZoneId,
      })),
    ),
  };
}

/** The resource group in a resource's id. @throws {Error} for an id without one. */
function resourceGroupOf(id: string): string {
  const [, name] = /^\/subscriptions\/[^/]+\/resourceGroups\/([^/]+)\//i.exec(id) ?? [];
  if (name === undefined) throw new Error(`"${id}" is not the id of a resource in a resource group`);
  return name;
}
