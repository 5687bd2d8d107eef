import type { AzureAccess } from "./azure";
import { ArmClient } from "./azure-arm";

const API_VERSION = "2024-07-01";

/** A private endpoint, as far as another one has to be built like it. */
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

/** The private endpoints that lead to a resource. One that is in a subscription out of reach is left out. */
export async function readPrivateEndpoints(
  resource: PrivatelyReached,
  access: AzureAccess,
): Promise<PrivateEndpointDescription[]> {
  const ids = (resource.properties.privateEndpointConnections ?? [])
    .map((connection) => connection.properties?.privateEndpoint?.id)
    .filter((id) => id !== undefined);
  if (ids.length === 0) return [];
  const client = await ArmClient.connect(access);
  const endpoints = await Promise.all(ids.map((id) => readPrivateEndpoint(client, id)));
  return endpoints.filter((endpoint) => endpoint !== undefined);
}

async function readPrivateEndpoint(client: ArmClient, id: string): Promise<PrivateEndpointDescription | undefined> {
  const endpoint = await client.find<{
    name: string;
    location: string;
    properties: {
      subnet: { id: string };
      privateLinkServiceConnections?: { properties: { groupIds?: string[] } }[];
    };
  }>(id, API_VERSION);
  if (endpoint === undefined) return undefined;
  const groups = await client.list<{
    properties: { privateDnsZoneConfigs?: { name: string; properties: { privateDnsZoneId: string } }[] };
  }>(`${id}/privateDnsZoneGroups`, API_VERSION);
  return {
    id,
    name: endpoint.name,
    resourceGroupName: id.split("/")[4] as string,
    location: endpoint.location,
    subnetId: endpoint.properties.subnet.id,
    groupIds: endpoint.properties.privateLinkServiceConnections?.[0]?.properties.groupIds ?? [],
    dnsZones: groups.flatMap(({ properties }) =>
      (properties.privateDnsZoneConfigs ?? []).map(({ name, properties: { privateDnsZoneId } }) => ({
        name,
        privateDnsZoneId,
      })),
    ),
  };
}
