/** What `aws.rds.Cluster` and `aws.rds.Instance` have in common. */
import type {
  CloudwatchLogsExportConfiguration,
  DBCluster,
  DBInstance,
  MasterUserSecret,
  ModifyDBClusterMessage,
  ModifyDBInstanceMessage,
} from "@aws-sdk/client-rds";
import { AwsError } from "../../cloud/aws/error";
import type { RdsRegion } from "../../cloud/aws/rds-region";
import type { PropertyMap, PropertyValue } from "../provider";
import type { Properties, Property } from "../schema";
import { ARN, flag, number, STRINGS, TAGS, tagList, tagsGone, text, texts } from "./resource-type";

export const DATABASE_INPUTS: Properties = {
  allocatedStorage: { type: "integer", computed: true },
  applyImmediately: { type: "boolean", computed: true },
  backupRetentionPeriod: { type: "integer", computed: true, range: [0, 35] },
  copyTagsToSnapshot: { type: "boolean", default: false },
  deleteAutomatedBackups: { type: "boolean", default: true },
  deletionProtection: { type: "boolean" },
  engineVersion: { type: "string", computed: true },
  iamDatabaseAuthenticationEnabled: { type: "boolean" },
  iops: { type: "integer", computed: true },
  kmsKeyId: { type: "string", computed: true, replaces: true, format: ARN },
  manageMasterUserPassword: { type: "boolean" },
  monitoringRoleArn: { type: "string", computed: true, format: ARN },
  networkType: { type: "string", computed: true, values: ["IPV4", "DUAL"] },
  performanceInsightsKmsKeyId: { type: "string", computed: true, format: ARN },
  performanceInsightsRetentionPeriod: { type: "integer", computed: true },
  port: { type: "integer", computed: true },
  skipFinalSnapshot: { type: "boolean", default: false },
  tags: TAGS,
  vpcSecurityGroupIds: { ...STRINGS, computed: true },
};

export const IDENTIFIER: Property = {
  type: "string",
  computed: true,
  format: {
    pattern: /^[a-z](?:-?[0-9a-z])*$/,
    description: "lower-case letters, digits and single hyphens, beginning with a letter",
  },
};

export const BACKUP_WINDOW: Property = {
  type: "string",
  computed: true,
  format: { pattern: /^\d\d:\d\d-\d\d:\d\d$/, description: 'a window such as "04:00-04:30"' },
};

export const MAINTENANCE_WINDOW: Property = {
  type: "string",
  computed: true,
  format: { pattern: /^\w{3}:\d\d:\d\d-\w{3}:\d\d:\d\d$/, description: 'a window such as "sun:05:00-sun:05:30"' },
  equivalent: (old, next) => String(old) === String(next).toLowerCase(),
};

/** A list as a request has it, which leaves an empty one out. */
export function someOf(value: PropertyValue | undefined): string[] | undefined {
  const all = texts(value);
  return all.length > 0 ? all : undefined;
}

/** The secret that RDS keeps the master user's password in, as an output. */
function masterUserSecrets(secret: MasterUserSecret | undefined): PropertyValue {
  if (!secret) return [];
  const { KmsKeyId: kmsKeyId = null, SecretArn: secretArn = null, SecretStatus: secretStatus = null } = secret;
  return [{ kmsKeyId, secretArn, secretStatus }];
}

/** A version can be set by its beginning, and remains as it was set; `engineVersionActual` is the whole one. */
function engineVersion(state: PropertyMap, actual: string | undefined): string | undefined {
  const set = text(state.engineVersion);
  return set && actual?.startsWith(`${set}.`) ? set : actual;
}

/** What is sent whether the database is created or restored. */
export function commonRequest(database: PropertyMap) {
  return {
    CopyTagsToSnapshot: flag(database.copyTagsToSnapshot),
    DBSubnetGroupName: text(database.dbSubnetGroupName),
    DeletionProtection: flag(database.deletionProtection),
    EnableCloudwatchLogsExports: someOf(database.enabledCloudwatchLogsExports),
    EnableIAMDatabaseAuthentication: flag(database.iamDatabaseAuthenticationEnabled) || undefined,
    Port: number(database.port),
    StorageType: text(database.storageType),
    Tags: tagList(database),
    VpcSecurityGroupIds: someOf(database.vpcSecurityGroupIds),
  };
}

/** What is sent only when the database is created. */
export function commonCreation(database: PropertyMap) {
  return {
    AllocatedStorage: number(database.allocatedStorage),
    EnablePerformanceInsights: flag(database.performanceInsightsEnabled) || undefined,
    EngineVersion: text(database.engineVersion),
    ManageMasterUserPassword: flag(database.manageMasterUserPassword) || undefined,
    PerformanceInsightsKMSKeyId: text(database.performanceInsightsKmsKeyId),
    PerformanceInsightsRetentionPeriod: number(database.performanceInsightsRetentionPeriod),
    StorageEncrypted: flag(database.storageEncrypted),
  };
}

/** The outputs that RDS describes in the same way of both. */
export function commonOutputs(state: PropertyMap, described: DBCluster | DBInstance) {
  return {
    allocatedStorage: described.AllocatedStorage,
    backupRetentionPeriod: described.BackupRetentionPeriod,
    copyTagsToSnapshot: described.CopyTagsToSnapshot,
    deletionProtection: described.DeletionProtection,
    engine: described.Engine,
    engineVersion: engineVersion(state, described.EngineVersion),
    engineVersionActual: described.EngineVersion,
    iamDatabaseAuthenticationEnabled: described.IAMDatabaseAuthenticationEnabled,
    iops: described.Iops ?? 0,
    masterUserSecrets: masterUserSecrets(described.MasterUserSecret),
    networkType: described.NetworkType,
    storageEncrypted: described.StorageEncrypted,
  };
}

type CommonModification = Pick<
  ModifyDBClusterMessage & ModifyDBInstanceMessage,
  keyof ModifyDBClusterMessage & keyof ModifyDBInstanceMessage
>;

/** What each input asks of a modification. */
export function commonModifications(state: PropertyMap, wanted: PropertyMap): Record<string, CommonModification> {
  return {
    allocatedStorage: { AllocatedStorage: number(wanted.allocatedStorage) },
    backupRetentionPeriod: { BackupRetentionPeriod: wanted.backupRetentionPeriod as number },
    copyTagsToSnapshot: { CopyTagsToSnapshot: flag(wanted.copyTagsToSnapshot) },
    deletionProtection: { DeletionProtection: flag(wanted.deletionProtection) },
    enabledCloudwatchLogsExports: { CloudwatchLogsExportConfiguration: logsExports(state, wanted) },
    engineVersion: { EngineVersion: text(wanted.engineVersion) },
    iamDatabaseAuthenticationEnabled: {
      EnableIAMDatabaseAuthentication: flag(wanted.iamDatabaseAuthenticationEnabled),
    },
    iops: { Iops: number(wanted.iops) },
    manageMasterUserPassword: { ManageMasterUserPassword: flag(wanted.manageMasterUserPassword) },
    monitoringInterval: { MonitoringInterval: (wanted.monitoringInterval as number | undefined) ?? 0 },
    monitoringRoleArn: { MonitoringRoleArn: text(wanted.monitoringRoleArn) },
    networkType: { NetworkType: text(wanted.networkType) },
    performanceInsightsEnabled: { EnablePerformanceInsights: flag(wanted.performanceInsightsEnabled) },
    performanceInsightsKmsKeyId: { PerformanceInsightsKMSKeyId: text(wanted.performanceInsightsKmsKeyId) },
    performanceInsightsRetentionPeriod: {
      PerformanceInsightsRetentionPeriod: number(wanted.performanceInsightsRetentionPeriod),
    },
    storageType: { StorageType: text(wanted.storageType) },
    vpcSecurityGroupIds: { VpcSecurityGroupIds: texts(wanted.vpcSecurityGroupIds) },
  };
}

function logsExports(state: PropertyMap, wanted: PropertyMap): CloudwatchLogsExportConfiguration {
  const [before, after] = [texts(state.enabledCloudwatchLogsExports), texts(wanted.enabledCloudwatchLogsExports)];
  return {
    EnableLogTypes: after.filter((type) => !before.includes(type)),
    DisableLogTypes: before.filter((type) => !after.includes(type)),
  };
}

/** The request for what differs, by input. */
export function requestFor<Request extends object>(
  requests: Record<string, Request>,
  changed: (input: string) => boolean,
): Partial<Request> {
  return Object.assign(
    {},
    ...Object.entries(requests)
      .filter(([input]) => changed(input))
      .map(([, request]) => request),
  );
}

export function updateTags(rds: RdsRegion, arn: string, state: PropertyMap, wanted: PropertyMap): void {
  rds.removeTagsFromResource(arn, tagsGone(state, wanted));
  rds.addTagsToResource(arn, tagList(wanted));
}

/**
 * What a deletion says of backups. [terraform-provider-aws: internal/service/rds/cluster.go, resourceClusterDelete]
 * @param type How the provider's message begins.
 * @throws when it needs a name for the last snapshot.
 */
export function deletion(type: string, state: PropertyMap) {
  const skip = flag(state.skipFinalSnapshot);
  const snapshot = text(state.finalSnapshotIdentifier);
  if (!skip && !snapshot)
    throw new AwsError(
      "InvalidParameterCombination",
      `${type}final_snapshot_identifier is required when skip_final_snapshot is false`,
    );
  return {
    DeleteAutomatedBackups: state.deleteAutomatedBackups !== false,
    SkipFinalSnapshot: skip,
    FinalDBSnapshotIdentifier: skip ? undefined : snapshot,
  };
}
