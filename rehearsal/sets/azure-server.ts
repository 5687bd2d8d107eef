import { counted } from "../../restore-points/counted";
import type { FlexibleServer, FlexibleServers } from "../../simulator/cloud/azure/azure";
import { type JsonObject, object } from "../../simulator/cloud/azure/azure";
import type { SimulatedCloud } from "../../simulator/cloud/cloud";
import type { StackResult } from "../../simulator/engine/stack";
import { relationalDatabase } from "../scalardb/stores/databases";
import { contactPointsIn } from "./addresses";
import { AZURE_RESOURCE_GROUP } from "./azure";
import { copyOf } from "./copies";
import { configuredLikeItsSource, differing, type SetPart } from "./part";
import type { Check } from "./set";

/** A flexible server, created by `build`, whose copy is created in the same resource group. */
export function flexibleServerPart(
  name: string,
  key: string,
  build: (cloud: SimulatedCloud, serverName: string) => void,
  serversOf: (cloud: SimulatedCloud) => FlexibleServers,
  urlOf: (host: string) => string,
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
      const named = () => {
        const url = contactPointsIn(cloud, name) ?? "";
        return servers.all().find(({ host }) => url.includes(`//${host}:`));
      };
      const source = () => named() ?? servers.server(serverName);
      const copyIn = (restored: StackResult) => {
        const { endpoint } = copyOf(restored, name);
        const found = servers.all().find(({ host }) => host === endpoint);
        if (found === undefined) throw new Error(`there is no server at ${endpoint}`);
        return found;
      };
      return {
        source: () => relationalDatabase(source()),
        copy: (restored) => relationalDatabase(copyIn(restored)),
        // The server by its name, which is kept: after a switch-over `source` is the copy.
        settings: (restored) => serverSettings(name, servers.server(serverName), copyIn(restored)),
        existing: () => servers.all().map(({ id }) => id),
        storage: () => ({
          storage: "jdbc",
          contact_points: `jdbc:${urlOf(source().host)}?sslmode=require`,
          username: "scalar",
          password: "not-a-real-password",
        }),
      };
    },
  };
}

/** Checks that a copy is configured and protected like its source. */
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
    configuredLikeItsSource(name, differences),
    {
      claim: `${name}: the copy has the source's server parameters in effect`,
      holds: differing(own, its, ["parameters"]).length === 0 && copy.pendingRestart.size === 0,
      detail: counted(source.parameters.size, "parameter"),
    },
    {
      claim: `${name}: the copy has the source's firewall rules`,
      holds: differing(own, its, ["firewallRules"]).length === 0,
    },
    {
      claim: `${name}: the copy has as many private endpoints as its source`,
      holds: copy.privateEndpoints.size === source.privateEndpoints.size,
      detail: `${copy.privateEndpoints.size}`,
    },
    {
      claim: `${name}: the copy keeps backups as long as its source`,
      holds: copy.retentionDays === source.retentionDays,
      detail: counted(copy.retentionDays, "day"),
    },
  ];
}
