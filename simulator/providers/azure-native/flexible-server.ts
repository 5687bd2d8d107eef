import { MYSQL } from "../../cloud/azure/mysql";
import { POSTGRESQL } from "../../cloud/azure/postgresql";
import { isObject } from "../schema";
import {
  type AzureResourceType,
  COMMON_OUTPUTS,
  NAME,
  NUMBER,
  object,
  RESOURCE_GROUP,
  TAGS,
  TEXT,
  TEXTS,
} from "./resource-type";

const SERVER = {
  administratorLogin: { ...TEXT, replaces: true },
  administratorLoginPassword: { ...TEXT, secret: true },
  availabilityZone: { ...TEXT, replaces: true },
  dataEncryption: object({
    geoBackupKeyURI: TEXT,
    geoBackupUserAssignedIdentityId: TEXT,
    primaryKeyURI: TEXT,
    primaryUserAssignedIdentityId: TEXT,
    type: TEXT,
  }),
  highAvailability: object({ mode: TEXT, standbyAvailabilityZone: TEXT }),
  location: TEXT,
  maintenanceWindow: object({ customWindow: TEXT, dayOfWeek: NUMBER, startHour: NUMBER, startMinute: NUMBER }),
  resourceGroupName: RESOURCE_GROUP,
  serverName: NAME,
  sku: object({ name: { ...TEXT, required: true }, tier: { ...TEXT, required: true } }),
  sourceServerResourceId: { ...TEXT, replaces: true },
  tags: TAGS,
  version: TEXT,
} as const;

const OUTPUTS = [
  ...COMMON_OUTPUTS,
  "fullyQualifiedDomainName",
  "privateEndpointConnections",
  "replicationRole",
  "state",
];

export const postgresqlServer: AzureResourceType = {
  token: "azure-native:dbforpostgresql:Server",
  armType: POSTGRESQL.type,
  apiVersion: "2025-08-01",
  path: ["serverName"],
  inputs: {
    ...SERVER,
    authConfig: object({ activeDirectoryAuth: TEXT, passwordAuth: TEXT, tenantId: TEXT }),
    backup: object({ backupRetentionDays: NUMBER, geoRedundantBackup: TEXT }),
    // Changed in place, unlike the two that say what to restore.
    createMode: TEXT,
    identity: object({
      principalId: TEXT,
      type: { ...TEXT, required: true },
      userAssignedIdentities: { type: "map", of: object({ clientId: TEXT, principalId: TEXT }) },
    }),
    network: object({ delegatedSubnetResourceId: TEXT, privateDnsZoneArmResourceId: TEXT, publicNetworkAccess: TEXT }),
    pointInTimeUTC: { ...TEXT, replaces: true },
    storage: object({
      autoGrow: TEXT,
      iops: NUMBER,
      storageSizeGB: NUMBER,
      throughput: NUMBER,
      tier: TEXT,
      type: TEXT,
    }),
  },
  topLevel: ["location", "tags", "sku", "identity"],
  outputs: [...OUTPUTS, "minorVersion"],
  located: true,
};

export const mysqlServer: AzureResourceType = {
  token: "azure-native:dbformysql:Server",
  armType: MYSQL.type,
  apiVersion: "2024-02-01-preview",
  path: ["serverName"],
  inputs: {
    ...SERVER,
    backup: object({ backupIntervalHours: NUMBER, backupRetentionDays: NUMBER, geoRedundantBackup: TEXT }),
    createMode: { ...TEXT, replaces: true },
    identity: object({ type: TEXT, userAssignedIdentities: TEXTS }),
    network: {
      ...object({ delegatedSubnetResourceId: TEXT, privateDnsZoneResourceId: TEXT, publicNetworkAccess: TEXT }),
      replaces: true,
    },
    restorePointInTime: { ...TEXT, replaces: true },
    storage: object({
      autoGrow: TEXT,
      autoIoScaling: TEXT,
      iops: NUMBER,
      logOnDisk: TEXT,
      storageRedundancy: TEXT,
      storageSizeGB: NUMBER,
    }),
  },
  topLevel: ["location", "tags", "sku", "identity"],
  outputs: OUTPUTS,
  located: true,
  toBody: identitiesByKey,
};

/** The package takes a list where Azure takes an object with empty values. */
export function identitiesByKey(body: Parameters<NonNullable<AzureResourceType["toBody"]>>[0]) {
  const { identity } = body;
  if (!isObject(identity) || !Array.isArray(identity.userAssignedIdentities)) return body;
  const ids = identity.userAssignedIdentities as string[];
  return { ...body, identity: { ...identity, userAssignedIdentities: Object.fromEntries(ids.map((id) => [id, {}])) } };
}
