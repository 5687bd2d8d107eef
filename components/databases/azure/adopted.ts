import { findEndpoint, type PrivateEndpointDescription } from "../../../operations/azure-network";
import { type Adoptable, foreignBecause, importIdOf } from "../adoption";
import type { RestoreContext } from "../kind";
import { refuseReplacement } from "../replaced";
import { endpointName } from "./names";

/** The IDs to import a copy and its private endpoints by, where an interrupted `up` has left them. */
export interface AdoptedCopy {
  importId?: string;
  /** Keyed by the names of the endpoints that they copy. */
  endpoints: ReadonlyMap<string, AdoptedEndpoint>;
}

export interface AdoptedEndpoint {
  importId?: string;
  zoneGroupImportId?: string;
}

/** A database as it is found under a copy's name. */
export interface FoundCopy {
  /** For messages: `server customers-20261122t030012z in resource group scalar`. */
  what: string;
  id: string;
  tags?: Record<string, string>;
  ready: Adoptable["ready"];
}

/** What of a copy has to be taken into the state. @throws {Error} for what is somebody else's. */
export async function adoptCopy(
  { type, logical }: { type: string; logical: string },
  found: FoundCopy | undefined,
  endpoints: readonly PrivateEndpointDescription[],
  context: RestoreContext,
): Promise<AdoptedCopy> {
  // Endpoints come after the copy that they lead to.
  if (found === undefined) return { endpoints: new Map() };
  const { what, id, tags = {}, ready } = found;
  refuseReplacement(what, tags, context);
  const importId = await importIdOf(
    { type, logical },
    { what, id, ready, foreign: foreignBecause(tags, context) },
    context,
  );
  const adopted = new Map<string, AdoptedEndpoint>();
  for (const [index, source] of endpoints.entries())
    adopted.set(source.name, await adoptEndpoint(`${logical}-endpoint-${index + 1}`, source, context));
  return { importId, endpoints: adopted };
}

async function adoptEndpoint(
  logical: string,
  { name, resourceGroupName }: PrivateEndpointDescription,
  context: RestoreContext,
): Promise<AdoptedEndpoint> {
  const copy = endpointName(name, context.instant);
  const found = await findEndpoint({ resourceGroupName, name: copy }, context.azure.access);
  if (found === undefined) return {};
  const foreign = foreignBecause(found.tags, context);
  const what = `private endpoint ${copy} in resource group ${resourceGroupName}`;
  const importId = await importIdOf(
    { type: "azure-native:network:PrivateEndpoint", logical },
    { what, id: found.id, foreign },
    context,
  );
  const zoneGroupImportId = await importIdOf(
    { type: "azure-native:network:PrivateDnsZoneGroup", logical: `${logical}-dns` },
    // A zone group has no tags. It belongs to the same stack as its endpoint.
    found.zoneGroupId ? { what: `the DNS zone group of ${what}`, id: found.zoneGroupId, foreign } : undefined,
    context,
  );
  return { importId, zoneGroupImportId };
}
