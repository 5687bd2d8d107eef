import * as pulumi from "@pulumi/pulumi";
import type { AzureAccessSource } from "../../../operations/azure";
import type { ServerCompletion } from "../../../operations/azure-server-changes";
import {
  awaitServer,
  describeServer,
  type FlexibleServer,
  findServer,
  type HighAvailability,
  hasPublicAccess,
  parametersSet,
  type ServerAddress,
} from "../../../operations/azure-servers";
import { declareCompletion } from "../../operation";
import { adoptCopy, type FoundCopy } from "../azure/adopted";
import { copyOptions, numbered } from "../azure/copies";
import { copyName } from "../azure/names";
import { declarePrivateEndpoints, lookUpEndpoints, stepsForEndpoints } from "../azure/private-endpoints";
import { copyTags } from "../copy-tags";
import { type DatabaseCopy, instantSuffix, type RestoreContext } from "../kind";
import type { AzureServerCreateArgs } from "./args";
import type { AzureServerProduct, ProductArgs } from "./product";
import { addressOf, lookedUpAt, missing } from "./source";

/** The longest name of a flexible server. */
export const SERVER_NAME_LENGTH = 63;

/** Declares a server as of the instant, and what a restore drops. */
export function restoreServer<Create extends AzureServerCreateArgs>(
  product: AzureServerProduct<Create>,
  name: string,
  args: ProductArgs<Create>,
  context: RestoreContext,
): DatabaseCopy {
  const { azure, instant } = context;
  const prefix = `${name}-copy-${instantSuffix(instant)}`;
  const source = lookedUpAt(name, addressOf(name, product.product, args), async (at) => {
    const description = await describeServer(at, azure.access);
    if (description === undefined) throw missing(product.key, at);
    const reached = await lookUpEndpoints(name, description.server, context);
    const target: ServerAddress = {
      product: product.product,
      resourceGroupName: args.restoreTo?.resourceGroupName ?? at.resourceGroupName,
      serverName: copyName(description.server.name, instant, SERVER_NAME_LENGTH),
    };
    const adopted = await adoptCopy(
      { type: product.resource.replaceAll(".", ":"), logical: prefix },
      await findCopy(target, azure.access),
      reached.endpoints,
      context,
    );
    return { target, adopted, ...description, ...reached };
  });
  const restored = source.apply(({ target, adopted, server, parameters, firewallRules, endpoints, outOfReach }) => {
    const { resourceGroupName, serverName } = target;
    const tags = copyTags("azure", server.tags, context);
    const copy = product.declareCopy(
      prefix,
      server,
      { serverName, resourceGroupName, instant: context.checkedInstant, tags },
      copyOptions(context, adopted.importId),
    );
    const completion: ServerCompletion = {
      ...target,
      tags,
      backupRetentionDays: Math.max(
        server.properties.backup?.backupRetentionDays ?? 0,
        args.backupRetentionDays ?? product.period.maximum,
      ),
      parameters: parametersSet(parameters),
      firewallRules,
      highAvailability:
        args.restoreTo?.highAvailability === false ? undefined : standbyOf(server.properties.highAvailability),
      maintenanceWindow: server.properties.maintenanceWindow,
      publicNetworkAccess: publicAccessOf(server),
    };
    const completed = declareCompletion(
      `${prefix}-completion`,
      "complete-azure-server-copy",
      { request: completion, access: azure.access },
      { parent: context.parent, dependsOn: [copy] },
    );
    declarePrivateEndpoints(prefix, endpoints, copy.id, completed, tags, adopted.endpoints, context);
    // Before its completion the copy runs with other settings than its source.
    const host = pulumi.all([copy.fullyQualifiedDomainName, completed.id]).apply(([domain]) => domain);
    return {
      host,
      url: host.apply((name) => jdbcUrl(product, name, args)),
      notes: [
        `server ${serverName} is in ${resourceGroupName}; user names and passwords are the source's`,
        `set again: ${Object.keys(completion.parameters).length} server parameters, ${firewallRules.length} firewall rules, ${endpoints.length} private endpoints, high availability ${completion.highAvailability?.mode ?? "Disabled"}`,
        ...numbered([
          "Keep the parameters of your present JDBC URL (after the question mark): they are not the server's.",
          "Set alerts, diagnostic settings, Microsoft Entra administrators and read replicas again, if the source has any: a restore carries none over.",
          ...stepsForEndpoints(outOfReach),
          ...(hasPublicAccess(server) || endpoints.length + outOfReach.length > 0
            ? []
            : [
                "See that the copy's name is resolved where ScalarDB runs: it is reached through the source's virtual network.",
              ]),
        ]),
      ],
    };
  });
  return {
    name,
    kind: product.kind,
    endpoint: restored.apply(({ host }) => host),
    properties: restored.apply(({ url }) => url).apply((url): Record<string, string> => ({ contact_points: url })),
    notes: restored.apply(({ notes }) => notes),
  };
}

/** The URL by which ScalarDB reaches a server. */
export function jdbcUrl<Create extends AzureServerCreateArgs>(
  { jdbcScheme, port, defaultDatabase }: AzureServerProduct<Create>,
  host: string,
  { databaseName = defaultDatabase }: ProductArgs<Create>,
): string {
  return `jdbc:${jdbcScheme}://${host}:${port}/${databaseName}`;
}

/** Whether the copy is open to the public; a server in a virtual network never is. */
function publicAccessOf({ properties: { network } }: FlexibleServer): string | undefined {
  const { delegatedSubnetResourceId, publicNetworkAccess } = network ?? {};
  return delegatedSubnetResourceId == null && typeof publicNetworkAccess === "string" ? publicNetworkAccess : undefined;
}

async function findCopy(target: ServerAddress, access: AzureAccessSource): Promise<FoundCopy | undefined> {
  const found = await findServer(target, access);
  return (
    found && {
      what: `server ${target.serverName} in resource group ${target.resourceGroupName}`,
      id: found.id,
      tags: found.tags,
      ready: found.properties.state === "Ready" ? undefined : () => awaitServer(target, access),
    }
  );
}

function standbyOf(availability: HighAvailability | undefined): HighAvailability | undefined {
  const mode = availability?.mode;
  if (mode === undefined || mode === "Disabled") return undefined;
  // The other mode's standby is in the server's own zone.
  const zone = mode === "ZoneRedundant" ? availability?.standbyAvailabilityZone : undefined;
  return { mode, ...(zone ? { standbyAvailabilityZone: zone } : {}) };
}
