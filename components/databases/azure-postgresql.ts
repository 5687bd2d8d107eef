import { Server, type ServerArgs } from "@pulumi/azure-native/dbforpostgresql/server";
import type { FlexibleServer } from "../../operations/azure-servers";
import { RECOVERY_PERIODS } from "../../restore-points/rules/recovery-period";
import { azureServer } from "./azure-server";
import type { AzureServerArgs } from "./azure-server/args";
import type { ResourceArgs } from "./create/resource-args";

/** A server that this program creates. */
export interface AzurePostgresqlCreateArgs {
  /** The arguments of `azure-native.dbforpostgresql.Server`; `serverName` defaults to the database's name. */
  server: ResourceArgs;
}

/** Azure Database for PostgreSQL, flexible server. Exactly one of `existing` and `create`. */
export interface AzurePostgresqlArgs extends AzureServerArgs {
  /** A server that this program creates. */
  create?: AzurePostgresqlCreateArgs;
}

const DEFAULT_DATABASE = "postgres";

const LONG_TERM_RETENTION = {
  type: "Microsoft.DBforPostgreSQL/flexibleServers",
  // PostgreSQL Flexible Server Long Term Retention Backup Role.
  role: "c088a766-074b-43ba-90d4-1fb21feae531",
  restoredAs: "as files of pg_dump in a storage account, by Azure Backup, to be loaded by hand",
};

/** Azure Backup dumps no database that belongs to Azure's own roles. */
const DEFAULT_IS_LEFT_OUT = {
  key: "databaseName",
  message: `has to be your database: Azure Backup excludes "${DEFAULT_DATABASE}" from every copy, and it is ScalarDB's default. Set it to the database with ScalarDB's tables, or exclude the server with vault: { exclude: true }`,
};

export const azurePostgresql = azureServer<ServerArgs>({
  key: "azurePostgresql",
  kind: "azure-postgresql",
  label: "Azure Database for PostgreSQL",
  product: "postgresql",
  resource: "azure-native.dbforpostgresql.Server",
  period: RECOVERY_PERIODS.azurePostgresql,
  jdbcScheme: "postgresql",
  port: 5432,
  defaultDatabase: DEFAULT_DATABASE,
  backup: ({ databaseName }) => ({
    datasource: LONG_TERM_RETENTION,
    ...(databaseName === undefined || databaseName === DEFAULT_DATABASE ? { problem: DEFAULT_IS_LEFT_OUT } : {}),
  }),
  declare: (logical, server, options) => new Server(logical, server, options),
  declareCopy(logical, source, copy, options) {
    const { properties } = source;
    return new Server(
      logical,
      {
        serverName: copy.serverName,
        resourceGroupName: copy.resourceGroupName,
        location: source.location,
        createMode: "PointInTimeRestore",
        sourceServerResourceId: source.id,
        // Azure needs milliseconds: any other form leads to an internal error of its own.
        pointInTimeUTC: copy.instant.apply((instant) => instant.replace(/Z$/, ".000Z")),
        // Azure refuses a copy of another size, version or retention; these can be changed afterwards.
        sku: source.sku,
        version: properties.version,
        storage: storageOf(source),
        backup: {
          backupRetentionDays: properties.backup?.backupRetentionDays,
          geoRedundantBackup: properties.backup?.geoRedundantBackup,
        },
        availabilityZone: properties.availabilityZone,
        authConfig: properties.authConfig,
        network: networkOf(source),
        ...encryptionOf(source),
        tags: copy.tags,
      },
      options,
    );
  },
});

/** Speed can be named for some types of disks only; the others have theirs by size. */
function storageOf({ properties: { storage = {} } }: FlexibleServer) {
  const { storageSizeGB, autoGrow, type, tier, iops, throughput } = storage;
  const bySpeed = type === "PremiumV2_LRS" || type === "UltraSSD_LRS";
  return {
    storageSizeGB,
    autoGrow,
    ...(type ? { type } : {}),
    ...(bySpeed ? { iops, throughput } : tier ? { tier } : {}),
  };
}

/** Public and private access cannot be crossed by a restore. */
function networkOf({ properties: { network = {} } }: FlexibleServer) {
  const { delegatedSubnetResourceId, privateDnsZoneArmResourceId, publicNetworkAccess } = network;
  return delegatedSubnetResourceId
    ? { delegatedSubnetResourceId, privateDnsZoneArmResourceId }
    : { publicNetworkAccess };
}

/** A key of the user's own comes with the identity that may read it. */
function encryptionOf({ identity, properties: { dataEncryption } }: FlexibleServer) {
  if (dataEncryption?.type !== "AzureKeyVault") return {};
  const ids = Object.keys(identity?.userAssignedIdentities ?? {});
  return {
    dataEncryption,
    identity: { type: "UserAssigned", userAssignedIdentities: Object.fromEntries(ids.map((id) => [id, {}])) },
  };
}
