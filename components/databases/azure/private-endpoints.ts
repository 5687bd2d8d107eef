import { PrivateDnsZoneGroup } from "@pulumi/azure-native/network/privateDnsZoneGroup";
import { PrivateEndpoint } from "@pulumi/azure-native/network/privateEndpoint";
import type * as pulumi from "@pulumi/pulumi";
import type { PrivateEndpointDescription } from "../../../operations/azure-network";
import { instantSuffix, type RestoreContext } from "../kind";

/** Declares private endpoints to a copy like those that lead to its source, in the same subnets and DNS zones: a restore makes none. */
export function declarePrivateEndpoints(
  prefix: string,
  endpoints: readonly PrivateEndpointDescription[],
  target: pulumi.Input<string>,
  tags: Record<string, string>,
  context: RestoreContext,
): pulumi.Resource[] {
  const kept = context.mode === "recovery";
  return endpoints.map((source, index) => {
    // Azure takes 80 characters.
    const physical = `${source.name.slice(0, 63)}-${instantSuffix(context.instant)}`;
    const endpoint = new PrivateEndpoint(
      `${prefix}-endpoint-${index + 1}`,
      {
        privateEndpointName: physical,
        resourceGroupName: source.resourceGroupName,
        location: source.location,
        subnet: { id: source.subnetId },
        privateLinkServiceConnections: [{ name: physical, privateLinkServiceId: target, groupIds: source.groupIds }],
        tags,
      },
      { parent: context.parent, retainOnDelete: kept },
    );
    if (source.dnsZones.length === 0) return endpoint;
    return new PrivateDnsZoneGroup(
      `${prefix}-endpoint-${index + 1}-dns`,
      {
        privateDnsZoneGroupName: "default",
        privateEndpointName: endpoint.name,
        resourceGroupName: source.resourceGroupName,
        privateDnsZoneConfigs: source.dnsZones,
      },
      { parent: context.parent, retainOnDelete: kept },
    );
  });
}
