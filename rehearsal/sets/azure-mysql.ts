import type { SimulatedCloud } from "../../simulator/cloud/cloud";
import { AZURE_LOCATION, azureResource, buildPrivateEndpoint } from "./azure";
import { flexibleServerPart } from "./azure-server";
import type { SetPart } from "./part";

/** A MySQL server that was created without regard to backups: seven days of retention, manually tuned parameters. */
export function buildAzureMysql(cloud: SimulatedCloud, serverName: string): void {
  const { id, send } = azureResource(cloud, "Microsoft.DBforMySQL/flexibleServers", serverName, "2023-12-30");
  send("PUT", "", {
    location: AZURE_LOCATION,
    sku: { name: "Standard_D4ads_v5", tier: "GeneralPurpose" },
    tags: { team: "orders" },
    properties: {
      administratorLogin: "scalar",
      administratorLoginPassword: "not-a-real-password",
      version: "8.0.21",
      availabilityZone: "1",
      storage: { storageSizeGB: 128, autoGrow: "Enabled", iops: 1000 },
      backup: { backupRetentionDays: 7, geoRedundantBackup: "Disabled" },
      network: { publicNetworkAccess: "Enabled" },
      highAvailability: { mode: "SameZone" },
      maintenanceWindow: { customWindow: "Enabled", dayOfWeek: 0, startHour: 3, startMinute: 0 },
    },
  });
  const parameters = { character_set_server: "utf8mb4", max_connections: "600", time_zone: "+09:00" };
  for (const [name, value] of Object.entries(parameters))
    send("PATCH", `/configurations/${name}`, { properties: { value, source: "user-override" } });
  send("PUT", "/firewallRules/kubernetes", {
    properties: { startIpAddress: "203.0.113.10", endIpAddress: "203.0.113.20" },
  });
  buildPrivateEndpoint(cloud, `${serverName}-endpoint`, {
    id,
    group: "mysqlServer",
    zone: "privatelink.mysql.database.azure.com",
  });
}

/** A MySQL server whose copy is created in the same resource group. */
export function azureMysqlPart(name: string): SetPart {
  return flexibleServerPart(
    name,
    "azureMysql",
    buildAzureMysql,
    (cloud) => cloud.azure.mysql,
    (host) => `mysql://${host}:3306/customers`,
  );
}
