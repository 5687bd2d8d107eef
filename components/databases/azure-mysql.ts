import { Server, type ServerArgs } from "@pulumi/azure-native/dbformysql/server";
import type { FlexibleServer } from "../../operations/azure-servers";
import { RECOVERY_PERIODS } from "../../restore-points/rules/recovery-period";
import { azureServer } from "./azure-server";
import type { AzureServerArgs } from "./azure-server/args";
import type { ResourceArgs } from "./create/resource-args";

/** A server that this program creates. */
export interface AzureMysqlCreateArgs {
  /** The arguments of `azure-native.dbformysql.Server`; `serverName` defaults to the database's name. */
  server: ResourceArgs;
}

/** Azure Database for MySQL, flexible server. Exactly one of `existing` and `create`. */
export interface AzureMysqlArgs extends AzureServerArgs {
  /** A server that this program creates. */
  create?: AzureMysqlCreateArgs;
}

export const azureMysql = azureServer<ServerArgs>({
  key: "azureMysql",
  kind: "azure-mysql",
  label: "Azure Database for MySQL",
  product: "mysql",
  resource: "azure-native.dbformysql.Server",
  period: RECOVERY_PERIODS.azureMysql,
  jdbcScheme: "mysql",
  port: 3306,
  defaultDatabase: "",
  backup: () => ({
    notKeptBecause:
      "Microsoft has paused long-term retention for Azure Database for MySQL, and takes no server into a backup vault",
  }),
  declare: (logical, server, options) => new Server(logical, server, options),
  // Size, version, firewall and parameters are the source's. Storage and network are named: a restore gives a copy the
  // defaults of its size, and opens it to the public, where they are not (azure-cli names both, too).
  declareCopy: (logical, source, copy, options) =>
    new Server(
      logical,
      {
        serverName: copy.serverName,
        resourceGroupName: copy.resourceGroupName,
        location: source.location,
        createMode: "PointInTimeRestore",
        sourceServerResourceId: source.id,
        restorePointInTime: copy.instant,
        availabilityZone: source.properties.availabilityZone,
        storage: storageOf(source),
        network: networkOf(source),
        ...encryptionOf(source),
        tags: copy.tags,
      },
      options,
    ),
});

/**
 * Azure sets the speed itself where it scales it, and takes none then. Nothing is left out: @pulumi/azure-native has
 * defaults of its own, of which one scales the speed.
 */
function storageOf({ properties: { storage = {} } }: FlexibleServer) {
  const { storageSizeGB, autoGrow, iops, ...given } = storage;
  const { autoIoScaling = "Disabled", logOnDisk = "Disabled", storageRedundancy = "LocalRedundancy" } = given;
  const speed = iops && autoIoScaling !== "Enabled" ? { iops } : {};
  return { storageSizeGB, autoGrow, autoIoScaling, logOnDisk, storageRedundancy, ...speed };
}

function networkOf({ properties: { network = {} } }: FlexibleServer) {
  const { delegatedSubnetResourceId, privateDnsZoneResourceId, publicNetworkAccess } = network;
  return delegatedSubnetResourceId ? { delegatedSubnetResourceId, privateDnsZoneResourceId } : { publicNetworkAccess };
}

/** A key of the user's own comes with the identity that may read it. */
function encryptionOf({ identity, properties: { dataEncryption } }: FlexibleServer) {
  if (dataEncryption?.type !== "AzureKeyVault") return {};
  return {
    dataEncryption: { ...dataEncryption, type: "AzureKeyVault" as const },
    identity: { type: "UserAssigned", userAssignedIdentities: Object.keys(identity?.userAssignedIdentities ?? {}) },
  };
}
