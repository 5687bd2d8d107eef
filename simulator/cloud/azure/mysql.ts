import { ArmError } from "./error";
import type { FlexibleServerRules } from "./flexible-server-rules";
import { object, text } from "./json";

export const MYSQL: FlexibleServerRules = {
  type: "Microsoft.DBforMySQL/flexibleServers",
  apiVersions: ["2024-02-01-preview", "2023-12-30"],
  dnsSuffix: "mysql.database.azure.com",
  retentionDays: { minimum: 1, maximum: 35 },
  versions: ["5.7", "8.0.21", "8.4"],
  roleOfPrimary: "None",
  parameters: {
    binlog_expire_logs_seconds: { default: "0", dynamic: true },
    character_set_server: { default: "utf8mb3", dynamic: true },
    event_scheduler: { default: "OFF", dynamic: true },
    innodb_buffer_pool_size: { default: "2147483648" },
    lower_case_table_names: { default: "1", readOnly: true },
    max_connections: { default: "342", dynamic: true },
    require_secure_transport: { default: "ON", dynamic: true },
    time_zone: { default: "SYSTEM", dynamic: true },
    wait_timeout: { default: "28800", dynamic: true },
  },
  properties: [
    "administratorLoginPassword",
    "backup",
    "dataEncryption",
    "highAvailability",
    "maintenanceWindow",
    "network",
    "storage",
    "version",
  ],
  defaults: {
    network: { publicNetworkAccess: "Enabled" },
    storage: { autoIoScaling: "Disabled", logOnDisk: "Disabled", storageRedundancy: "LocalRedundancy" },
  },
  restoreTime: "restorePointInTime",
  parseRestoreTime(time) {
    if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(time))
      throw new ArmError(
        "InvalidRequestContent",
        "The 'serverResource.properties.restorePointInTime' segment in the url is invalid.",
      );
    return Date.parse(time);
  },
  flag: (value) => (value ? "True" : "False"),
  // [azure-cli, mysql/custom.py: flexible_server_update_custom_func] It sends retention and redundancy together, always.
  backupIsWhole: true,
  // [azure-cli's recordings of mysql flexible-server restore] 202, and no server in the answer.
  acceptedRestore: (now) => ({ operation: "RestoreServerManagementOperation", startTime: new Date(now).toISOString() }),
  refuseRestore() {},
  inherit(source, copy) {
    copy.tags = { ...source.tags, ...copy.tags };
    // [azure-cli, mysql/custom.py: flexible_server_restore] The virtual network is inherited. Public access is patched
    // after the restore, and the storage's speed and log are named in it: neither is taken over.
    const own = object(source.properties.network);
    copy.properties.network = text(own.delegatedSubnetResourceId) ? { ...own } : { publicNetworkAccess: "Enabled" };
    for (const [name, rule] of source.firewallRules) copy.firewallRules.set(name, { ...rule });
    const reset = ["time_zone", ...(source.properties.version === "5.7" ? ["event_scheduler"] : [])];
    for (const [name, value] of source.parameters) if (!reset.includes(name)) copy.parameters.set(name, value);
  },
};
