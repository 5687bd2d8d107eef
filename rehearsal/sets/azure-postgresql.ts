import type { SimulatedCloud } from "../cloud/cloud";

export const AZURE_LOCATION = "japaneast";
export const AZURE_RESOURCE_GROUP = "scalar-databases";

/** A PostgreSQL server as somebody made it long before they thought of backups: seven days of retention, parameters tuned by hand. */
export function buildAzurePostgresql(cloud: SimulatedCloud, serverName: string): void {
  const { azure } = cloud;
  azure.createResourceGroup(AZURE_RESOURCE_GROUP, AZURE_LOCATION);
  const path = `/subscriptions/${azure.subscription}/resourceGroups/${AZURE_RESOURCE_GROUP}/providers/Microsoft.DBforPostgreSQL/flexibleServers/${serverName}`;
  const send = (method: string, below: string, body: object) =>
    azure.request({ method, path: `${path}${below}`, apiVersion: "2025-08-01", body: body as never });
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
  for (const [name, value] of Object.entries({
    "azure.extensions": "PGCRYPTO",
    max_connections: "400",
    max_prepared_transactions: "100",
    work_mem: "16384",
  }))
    send("PATCH", `/configurations/${name}`, { properties: { value, source: "user-override" } });
  send("POST", "/restart", {});
  send("PUT", "/firewallRules/kubernetes", {
    properties: { startIpAddress: "203.0.113.10", endIpAddress: "203.0.113.20" },
  });
}
