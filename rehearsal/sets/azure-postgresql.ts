import type { SimulatedCloud } from "../../simulator/cloud/cloud";
import { AZURE_LOCATION, azureResource, buildPrivateEndpoint } from "./azure";
import { flexibleServerPart } from "./azure-server";
import type { SetPart } from "./part";

/**
 * A PostgreSQL server that was created without regard to backups: seven days of retention, manually tuned parameters.
 */
export function buildAzurePostgresql(cloud: SimulatedCloud, serverName: string): void {
  const { id, send } = azureResource(cloud, "Microsoft.DBforPostgreSQL/flexibleServers", serverName, "2025-08-01");
  send("PUT", "", {
    location: AZURE_LOCATION,
    sku: { name: "Standard_D4ds_v5", tier: "GeneralPurpose" },
    tags: { team: "customers" },
    properties: {
      administratorLogin: "scalar",
      administratorLoginPassword: "not-a-real-password",
      version: "16",
      availabilityZone: "1",
      storage: { storageSizeGB: 128, autoGrow: "Enabled", tier: "P10" },
      backup: { backupRetentionDays: 7, geoRedundantBackup: "Disabled" },
      network: { publicNetworkAccess: "Enabled" },
      authConfig: { activeDirectoryAuth: "Disabled", passwordAuth: "Enabled" },
      highAvailability: { mode: "ZoneRedundant", standbyAvailabilityZone: "2" },
      maintenanceWindow: { customWindow: "Enabled", dayOfWeek: 0, startHour: 3, startMinute: 0 },
    },
  });
  const parameters = {
    "azure.extensions": "PGCRYPTO",
    max_connections: "400",
    max_prepared_transactions: "100",
    work_mem: "16384",
  };
  for (const [name, value] of Object.entries(parameters))
    send("PATCH", `/configurations/${name}`, { properties: { value, source: "user-override" } });
  send("POST", "/restart", {});
  send("PUT", "/firewallRules/kubernetes", {
    properties: { startIpAddress: "203.0.113.10", endIpAddress: "203.0.113.20" },
  });
  buildPrivateEndpoint(cloud, `${serverName}-endpoint`, {
    id,
    group: "postgresqlServer",
    zone: "privatelink.postgres.database.azure.com",
  });
}

/** A PostgreSQL server whose copy is created in the same resource group. */
export function azurePostgresqlPart(name: string): SetPart {
  return flexibleServerPart(
    name,
    "azurePostgresql",
    buildAzurePostgresql,
    (cloud) => cloud.azure.postgresql,
    (host) => `postgresql://${host}:5432/customers`,
  );
}
