import { instantSuffix } from "../../../../components/databases/kind";
import { AZURE_LOCATION, AZURE_RESOURCE_GROUP, azureResource } from "../../../../rehearsal/sets/azure";
import { buildCosmosdb } from "../../../../rehearsal/sets/cosmosdb";
import type { CosmosAccount, FlexibleServer } from "../../../../simulator/cloud/azure/azure";
import { type JsonObject, object, STORED_PROCEDURE } from "../../../../simulator/cloud/azure/azure";
import type { SimulatedCloud } from "../../../../simulator/cloud/cloud";
import type { DatabaseInCloud, KindUnderTest, Origin } from "../contract";

export interface AzureServerUnderTest {
  kind: string;
  key: "azureMysql" | "azurePostgresql";
  slug: string;
  type: string;
  apiVersion: string;
  servers(cloud: SimulatedCloud): SimulatedCloud["azure"]["postgresql"];
  build(cloud: SimulatedCloud, serverName: string): void;
  version: string;
  jdbcUrl(host: string): string;
  sku: string;
}

/** A flexible server with a standby, parameters and firewall rules of its own. */
export function azureServer(under: AzureServerUnderTest): KindUnderTest {
  const { kind, key, slug, type, apiVersion } = under;
  const serverName = (origin: Origin) => `${slug}-${origin === "existing" ? "prod" : "made"}`;
  const seen = (cloud: SimulatedCloud, server: FlexibleServer): DatabaseInCloud => ({
    write: (row, value) => server.put("accounts", row, { value }),
    read: () => Object.fromEntries([...server.rows("accounts")].map(([row, { value }]) => [row, value])),
    protection: () => ({ days: server.retentionDays }),
    range: () => server.restorableRange(),
    settings() {
      const { properties, sku, location } = server.describe() as Record<string, JsonObject>;
      const { backup, storage, network, highAvailability, maintenanceWindow, version, authConfig, availabilityZone } =
        object(properties);
      return {
        sku,
        location,
        storage,
        network,
        highAvailability,
        maintenanceWindow,
        version,
        authConfig,
        availabilityZone,
        days: object(backup).backupRetentionDays,
        parameters: Object.fromEntries(server.parameters),
        waitingForRestart: server.pendingRestart.size,
        firewallRules: Object.fromEntries(server.firewallRules),
        privateEndpoints: privateEndpointsOf(cloud, server),
      };
    },
    tags: () => server.tags,
    properties: () => ({ contact_points: under.jdbcUrl(server.host) }),
  });
  return {
    title: kind,
    slug,
    config: {
      existing: {
        [key]: {
          existing: { serverName: serverName("existing"), resourceGroupName: AZURE_RESOURCE_GROUP },
          databaseName: "customers",
        },
      },
      created: {
        [key]: {
          create: {
            server: {
              serverName: serverName("created"),
              resourceGroupName: AZURE_RESOURCE_GROUP,
              administratorLogin: "scalar",
              administratorLoginPassword: "not-a-real-password",
              version: under.version,
              sku: { name: under.sku, tier: "GeneralPurpose" },
              storage: { storageSizeGB: 64 },
            },
          },
          backupRetentionDays: 14,
          databaseName: "customers",
        },
      },
    },
    build: (cloud) => under.build(cloud, serverName("existing")),
    source: (cloud, origin) => seen(cloud, under.servers(cloud).server(serverName(origin))),
    copy(cloud, origin, instant) {
      const copy = under.servers(cloud).find(`${serverName(origin)}-${instantSuffix(instant)}`);
      return copy && seen(cloud, copy);
    },
    protection: { existing: { days: 35 }, created: { days: 14 } },
    drift(cloud, names) {
      for (const origin of ["existing", "created"] as const)
        azureResource(cloud, type, serverName(origin), apiVersion).send("PATCH", "", {
          properties: { backup: { backupRetentionDays: 7 } },
        });
      return [
        `update Command ${names.existing}-protection`,
        `update Command ${names.created}-protection`,
        `update Server ${names.created}-server`,
      ];
    },
  };
}

/** An account with periodic backup and a firewall; one of continuous backup that the program creates. */
export const cosmosdb: KindUnderTest = {
  title: "cosmosdb",
  slug: "cosmosdb",
  config: {
    existing: {
      cosmosdb: {
        existing: { accountName: "cosmosdb-prod", resourceGroupName: AZURE_RESOURCE_GROUP },
        restoreTo: {
          schemaLoader: {
            namespace: "scalar",
            image: "ghcr.io/scalar-labs/scalardb-schema-loader:3.17.0",
            schema: { "ledger.accounts": { transaction: true, "partition-key": ["id"], columns: { id: "TEXT" } } },
          },
        },
      },
    },
    created: {
      cosmosdb: {
        create: {
          account: {
            accountName: "cosmosdb-made",
            resourceGroupName: AZURE_RESOURCE_GROUP,
            locations: [{ locationName: AZURE_LOCATION, failoverPriority: 0 }],
          },
        },
        recoveryPeriodInDays: 7,
      },
    },
  },
  build: (cloud) => buildCosmosdb(cloud, "cosmosdb-prod"),
  source: (cloud, origin) => accountSeen(cloud, cloud.azure.cosmosdb.account(accountName(origin)), false),
  copy(cloud, origin, instant) {
    const copy = cloud.azure.cosmosdb.find(`${accountName(origin)}-${instantSuffix(instant)}`);
    return copy && accountSeen(cloud, copy, origin === "existing");
  },
  protection: {
    existing: { backup: "Continuous", tier: "Continuous30Days", consistency: "Strong" },
    created: { backup: "Continuous", tier: "Continuous7Days", consistency: "Strong" },
  },
  drift(cloud, names) {
    // It cannot return to periodic backup; a shorter period is all that can go wrong.
    azureResource(cloud, "Microsoft.DocumentDB/databaseAccounts", "cosmosdb-prod", "2025-10-15").send("PATCH", "", {
      properties: { backupPolicy: { type: "Continuous", continuousModeProperties: { tier: "Continuous7Days" } } },
    });
    azureResource(cloud, "Microsoft.DocumentDB/databaseAccounts", "cosmosdb-made", "2025-10-15").send("PATCH", "", {
      properties: { consistencyPolicy: { defaultConsistencyLevel: "Session" } },
    });
    return [
      `update Command ${names.existing}-protection`,
      `update Command ${names.created}-protection`,
      `update DatabaseAccount ${names.created}-account`,
    ];
  },
};

function accountName(origin: Origin): string {
  return origin === "existing" ? "cosmosdb-prod" : "cosmosdb-made";
}

function accountSeen(cloud: SimulatedCloud, account: CosmosAccount, repaired: boolean): DatabaseInCloud {
  return {
    write: (key, value) => account.putItem("ledger", "accounts", key, { value }),
    read: () => Object.fromEntries([...account.items("ledger", "accounts")].map(([key, { value }]) => [key, value])),
    protection() {
      const { backupPolicy, consistencyPolicy } = object(account.describe().properties);
      return {
        backup: object(backupPolicy).type,
        tier: object(object(backupPolicy).continuousModeProperties).tier,
        consistency: object(consistencyPolicy).defaultConsistencyLevel,
      };
    },
    range: () => account.restorableRange(),
    settings() {
      const { consistencyPolicy, ipRules, publicNetworkAccess, minimalTlsVersion, backupPolicy, locations } = object(
        account.describe().properties,
      );
      return {
        consistencyPolicy,
        ipRules: ipRules ?? [],
        publicNetworkAccess,
        minimalTlsVersion,
        backupPolicy,
        locations,
        // Where a Schema Loader is named, a copy's stored procedures are repaired; a source's are there anyway.
        repaired: !repaired || account.container("ledger", "accounts")?.storedProcedures.has(STORED_PROCEDURE),
        privateEndpoints: privateEndpointsOf(cloud, account),
      };
    },
    tags: () => account.tags,
    properties: () => ({ contact_points: account.endpoint, password: account.keys.primaryMasterKey }),
  };
}

/** Where private endpoints to a database are, and the DNS zones that know them; not their names, which differ. */
function privateEndpointsOf(cloud: SimulatedCloud, { privateEndpoints }: { privateEndpoints: Set<string> }) {
  return [...privateEndpoints].map((id) => {
    const get = (path: string) =>
      cloud.azure.request({ method: "GET", path, apiVersion: "2024-05-01" }).body as JsonObject;
    const { subnet } = object(get(id).properties);
    const groups = (get(`${id}/privateDnsZoneGroups`).value as JsonObject[]).map(
      ({ properties }) => object(properties).privateDnsZoneConfigs,
    );
    return { subnet, groups };
  });
}
