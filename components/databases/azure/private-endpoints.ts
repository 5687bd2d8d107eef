import { PrivateDnsZoneGroup } from "@pulumi/azure-native/network/privateDnsZoneGroup";
import { PrivateEndpoint } from "@pulumi/azure-native/network/privateEndpoint";
import * as pulumi from "@pulumi/pulumi";
import {
  type PrivateEndpointDescription,
  type PrivateEndpoints,
  type PrivatelyReached,
  readPrivateEndpoints,
} from "../../../operations/azure-network";
import type { RestoreContext } from "../kind";
import type { AdoptedCopy } from "./adopted";
import { endpointName, ZONE_GROUP } from "./names";

/** Looks up the endpoints that lead to a source. A restore goes on without the right to read one: a warning names it. */
export async function lookUpEndpoints(
  database: string,
  source: PrivatelyReached,
  { azure, parent }: RestoreContext,
): Promise<PrivateEndpoints> {
  const found = await readPrivateEndpoints(source, azure.access);
  for (const { id, reason } of found.outOfReach.filter(({ lacksRight }) => lacksRight))
    void pulumi.log.warn(
      `database ${database}: the copy gets no private endpoint like ${id}, which cannot be read: ${reason}`,
      parent,
    );
  return found;
}

/**
 * Declares private endpoints to a copy like those that lead to its source, in the same subnets and DNS zones: a restore
 * makes none. Each begins when the one before it is done, the first after `completion`: Azure works at one change of a
 * database at a time, and its provider does not wait for its turn.
 */
export function declarePrivateEndpoints(
  prefix: string,
  endpoints: readonly PrivateEndpointDescription[],
  target: pulumi.Input<string>,
  completion: pulumi.Resource,
  tags: Record<string, string>,
  adopted: AdoptedCopy["endpoints"],
  context: RestoreContext,
): pulumi.Resource[] {
  const kept = context.mode === "recovery";
  let before = completion;
  return endpoints.map((source, index) => {
    const physical = endpointName(source.name, context.instant);
    const { importId, zoneGroupImportId } = adopted.get(source.name) ?? {};
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
      { parent: context.parent, import: importId, retainOnDelete: kept, dependsOn: [before] },
    );
    before = endpoint;
    if (source.dnsZones.length === 0) return endpoint;
    return new PrivateDnsZoneGroup(
      `${prefix}-endpoint-${index + 1}-dns`,
      {
        privateDnsZoneGroupName: ZONE_GROUP,
        privateEndpointName: endpoint.name,
        resourceGroupName: source.resourceGroupName,
        privateDnsZoneConfigs: source.dnsZones,
      },
      { parent: context.parent, import: zoneGroupImportId, retainOnDelete: kept },
    );
  });
}

/** What is left to the user of endpoints that cannot be read: one step for each. */
export function stepsForEndpoints(outOfReach: PrivateEndpoints["outOfReach"]): string[] {
  return outOfReach.map(
    ({ id, reason }) =>
      `Have a private endpoint to the copy made like ${id}, which leads to the source and is out of reach here (${reason}).`,
  );
}
