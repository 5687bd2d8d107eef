import type { JsonObject } from "../../simulator/cloud/azure/azure";
import type { SimulatedCloud } from "../../simulator/cloud/cloud";

export const AZURE_LOCATION = "japaneast";
export const AZURE_RESOURCE_GROUP = "scalar-databases";

/** Sends requests about one resource of the sets' resource group, which the first request creates. */
export function azureResource(cloud: SimulatedCloud, type: string, name: string, apiVersion: string) {
  const { azure } = cloud;
  azure.createResourceGroup(AZURE_RESOURCE_GROUP, AZURE_LOCATION);
  const id = `/subscriptions/${azure.subscription}/resourceGroups/${AZURE_RESOURCE_GROUP}/providers/${type}/${name}`;
  return {
    id,
    send: (method: string, below: string, body?: JsonObject) =>
      azure.request({ method, path: `${id}${below}`, apiVersion, body }),
  };
}

/** A private endpoint of a database, registered in a private DNS zone. */
export function buildPrivateEndpoint(
  cloud: SimulatedCloud,
  name: string,
  to: { id: string; group: string; zone: string },
): void {
  const { subscription } = cloud.azure;
  const network = `/subscriptions/${subscription}/resourceGroups/${AZURE_RESOURCE_GROUP}/providers/Microsoft.Network`;
  const { send } = azureResource(cloud, "Microsoft.Network/privateEndpoints", name, "2024-05-01");
  send("PUT", "", {
    location: AZURE_LOCATION,
    properties: {
      subnet: { id: `${network}/virtualNetworks/scalar/subnets/databases` },
      privateLinkServiceConnections: [{ name, properties: { privateLinkServiceId: to.id, groupIds: [to.group] } }],
    },
  });
  send("PUT", "/privateDnsZoneGroups/default", {
    properties: {
      privateDnsZoneConfigs: [
        { name: "zone", properties: { privateDnsZoneId: `${network}/privateDnsZones/${to.zone}` } },
      ],
    },
  });
}
