import type { FlexibleServer } from "../../simulator/cloud/azure/flexible-server";
import type { FlexibleServers } from "../../simulator/cloud/azure/flexible-servers";
import { type JsonObject, object } from "../../simulator/cloud/azure/json";
import type { SimulatedCloud } from "../../simulator/cloud/cloud";
import type { StackResult } from "../../simulator/engine/stack";
import { relationalDatabase } from "../scalardb/stores/databases";
import { AZURE_RESOURCE_GROUP } from "./azure";
import { copyOf } from "./copies";
import { builtLikeItsSource, differing, type SetPart } from "./part";
import type { Check } from "./set";

/** A flexible server, built by `build`, that is restored beside itself. */
export function flexibleServerPart(
  name: string,
  key: string,
  build: (cloud: SimulatedCloud, serverName: string) => void,
  serversOf: (cloud: SimulatedCloud) => FlexibleServers,
): SetPart {
  const serverName = `${name}-prod`;
  return {
    name,
    config: {
      [key]: { existing: { serverName, resourceGroupName: AZURE_RESOURCE_GROUP }, databaseName: "customers" },
    },
    build(cloud) {
      build(cloud, serverName);
      const servers = serversOf(cloud);
      const source = () => servers.server(serverName);
      const copyIn = (restored: StackResult) => {
        const { endpoint } = copyOf(restored, name);
        const found = servers.all().find(({ host }) => host === endpoint);
        if (found === undefined) throw new Error(`there is no server at ${endpoint}`);
        return found;
      };
      return {
        source: () => relationalDatabase(source()),
        copy: (restored) => relationalDatabase(copyIn(restored)),
        settings: (restored) => serverSettings(name, source(), copyIn(restored)),
        standing: () => servers.all().map(({ id }) => id),
      };
    },
  };
}

/** Whether a copy is built and guarded like its source. */
function serverSettings(name: string, source: FlexibleServer, copy: FlexibleServer): Check[] {
  const properties = [source, copy].map((server) => object(server.describe().properties)) as [JsonObject, JsonObject];
  const differences = [
    ...differing({ sku: source.sku }, { sku: copy.sku }, ["sku"]),
    ...differing(...properties, ["version", "storage", "network", "highAvailability", "maintenanceWindow"]),
  ];
  const maps = (server: FlexibleServer) => ({
    parameters: [...server.parameters].sort(),
    firewallRules: [...server.firewallRules].sort(),
  });
  const [own, its] = [maps(source), maps(copy)];
  return [
    builtLikeItsSource(name, differences),
    {
      claim: `${name}: its ${source.parameters.size} server parameters are the source's, and in effect`,
      holds: differing(own, its, ["parameters"]).length === 0 && copy.pendingRestart.size === 0,
    },
    {
      claim: `${name}: its firewall lets in whom the source's does`,
      holds: differing(own, its, ["firewallRules"]).length === 0,
    },
    {
      claim: `${name}: private endpoints lead to it as to its source`,
      holds: copy.privateEndpoints.size === source.privateEndpoints.size,
      detail: `${copy.privateEndpoints.size}`,
    },
    {
      claim: `${name}: it keeps backups for ${source.retentionDays} days, as its source`,
      holds: copy.retentionDays === source.retentionDays,
    },
  ];
}
