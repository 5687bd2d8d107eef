import { ArmError, invalidParameter } from "./error";
import type { FlexibleServerRules } from "./flexible-server-rules";
import { type JsonObject, object, text } from "./json";

export const POSTGRESQL: FlexibleServerRules = {
  type: "Microsoft.DBforPostgreSQL/flexibleServers",
  apiVersions: ["2025-08-01", "2024-08-01"],
  dnsSuffix: "postgres.database.azure.com",
  retentionDays: { minimum: 7, maximum: 35 },
  versions: ["13", "14", "15", "16", "17"],
  roleOfPrimary: "Primary",
  parameters: {
    "azure.extensions": { default: "", dynamic: true },
    log_min_duration_statement: { default: "-1", dynamic: true },
    max_connections: { default: "859" },
    max_prepared_transactions: { default: "0" },
    max_wal_size: { default: "10240", dynamic: true },
    require_secure_transport: { default: "on", dynamic: true },
    server_version: { default: "16.4", readOnly: true },
    shared_preload_libraries: { default: "pg_cron,pg_stat_statements" },
    timezone: { default: "UTC", dynamic: true },
    work_mem: { default: "4096", dynamic: true },
  },
  properties: [
    "administratorLoginPassword",
    "authConfig",
    "backup",
    "dataEncryption",
    "highAvailability",
    "maintenanceWindow",
    "network",
    "storage",
    "version",
  ],
  defaults: {
    authConfig: { activeDirectoryAuth: "Disabled", passwordAuth: "Enabled", tenantId: "" },
    network: { publicNetworkAccess: "Enabled" },
  },
  restoreTime: "pointInTimeUTC",
  parseRestoreTime(time) {
    // Anything else than milliseconds and Z ends in an error of Azure's own.
    if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(time))
      throw new ArmError("InternalServerError", "An unexpected error occured while processing the request.", 500);
    return Date.parse(time);
  },
  flag: (value) => value,
  refuseRestore(source, body) {
    if (isPrivate(source.properties) !== isPrivate(object(body.properties))) throw invalidParameter("Network");
    const version = object(body.properties).version;
    if (version !== undefined && version !== source.properties.version) throw invalidParameter("Version");
    const size = object(object(body.properties).storage).storageSizeGB;
    if (size !== undefined && size !== object(source.properties.storage).storageSizeGB)
      throw invalidParameter("StorageSizeGB");
    const days = object(object(body.properties).backup).backupRetentionDays;
    if (days !== undefined && days !== source.retentionDays) throw invalidParameter("BackupRetentionDays");
    if (body.sku && text(object(body.sku).name) !== text(source.sku.name)) throw invalidParameter("Sku");
  },
  // Neither parameters nor firewall rules nor tags: a restored server begins with the defaults.
  inherit() {},
};

function isPrivate(properties: JsonObject): boolean {
  return text(object(properties.network).delegatedSubnetResourceId) !== undefined;
}
