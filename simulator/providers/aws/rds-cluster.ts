import type { ModifyDBClusterMessage, ServerlessV2ScalingConfiguration } from "@aws-sdk/client-rds";
import * as durations from "../../cloud/aws/durations";
import { AwsError } from "../../cloud/aws/error";
import type { RdsRegion } from "../../cloud/aws/rds";
import { type PropertyMap, UNKNOWN } from "../provider";
import { type Fault, isAbsent, type Properties } from "../schema";
import {
  ARN,
  flag,
  number,
  object,
  type ResourceType,
  regionOf,
  STRINGS,
  TAGS,
  TIMESTAMP,
  tagList,
  tagsGone,
  text,
  texts,
} from "./resource-type";

const IDENTIFIER = {
  pattern: /^[a-z](?:-?[0-9a-z])*$/,
  description: "lower-case letters, digits and single hyphens, beginning with a letter",
};

/** Engines whose clusters are Multi-AZ DB clusters. */
const MULTI_AZ = ["mysql", "postgres"];

const inputs: Properties = {
  allocatedStorage: { type: "integer", computed: true },
  allowMajorVersionUpgrade: { type: "boolean" },
  applyImmediately: { type: "boolean", computed: true },
  availabilityZones: { ...STRINGS, computed: true, replaces: true },
  backupRetentionPeriod: { type: "integer", computed: true, range: [0, 35] },
  clusterIdentifier: { type: "string", computed: true, replaces: true, format: IDENTIFIER },
  copyTagsToSnapshot: { type: "boolean", default: false },
  databaseName: { type: "string", computed: true, replaces: true },
  dbClusterInstanceClass: { type: "string" },
  dbClusterParameterGroupName: { type: "string", computed: true },
  dbSubnetGroupName: { type: "string", computed: true, replaces: true },
  deleteAutomatedBackups: { type: "boolean", default: true },
  deletionProtection: { type: "boolean" },
  enabledCloudwatchLogsExports: {
    type: "set",
    of: {
      type: "string",
      values: ["audit", "error", "general", "iam-db-auth-error", "instance", "postgresql", "slowquery", "upgrade"],
    },
  },
  engine: {
    type: "string",
    required: true,
    replaces: true,
    values: ["aurora-mysql", "aurora-postgresql", ...MULTI_AZ],
  },
  engineMode: { type: "string", default: "provisioned", replaces: true, values: ["provisioned"] },
  engineVersion: { type: "string", computed: true },
  finalSnapshotIdentifier: {
    type: "string",
    format: {
      pattern: /^[0-9A-Za-z](?:-?[0-9A-Za-z])*$/,
      description: "letters, digits and single hyphens, not at the end",
    },
  },
  iamDatabaseAuthenticationEnabled: { type: "boolean" },
  iops: { type: "integer", computed: true },
  kmsKeyId: { type: "string", computed: true, replaces: true, format: ARN },
  manageMasterUserPassword: { type: "boolean" },
  masterPassword: { type: "string", secret: true },
  masterUsername: { type: "string", computed: true, replaces: true },
  monitoringInterval: { type: "integer", computed: true },
  monitoringRoleArn: { type: "string", computed: true, format: ARN },
  networkType: { type: "string", computed: true, values: ["IPV4", "DUAL"] },
  performanceInsightsEnabled: { type: "boolean", computed: true },
  performanceInsightsKmsKeyId: { type: "string", computed: true, format: ARN },
  performanceInsightsRetentionPeriod: { type: "integer", computed: true },
  port: { type: "integer", computed: true },
  preferredBackupWindow: {
    type: "string",
    computed: true,
    format: { pattern: /^\d\d:\d\d-\d\d:\d\d$/, description: 'a window such as "04:00-04:30"' },
  },
  preferredMaintenanceWindow: {
    type: "string",
    computed: true,
    format: { pattern: /^\w{3}:\d\d:\d\d-\w{3}:\d\d:\d\d$/, description: 'a window such as "sun:05:00-sun:05:30"' },
    equivalent: (old, next) => String(old) === String(next).toLowerCase(),
  },
  restoreToPointInTime: {
    type: "object",
    replaces: true,
    properties: {
      restoreToTime: { type: "string", replaces: true, format: TIMESTAMP },
      restoreType: { type: "string", replaces: true, values: ["full-copy", "copy-on-write"] },
      sourceClusterIdentifier: { type: "string", replaces: true },
      sourceClusterResourceId: { type: "string", replaces: true },
      useLatestRestorableTime: { type: "boolean", replaces: true },
    },
  },
  serverlessv2ScalingConfiguration: {
    type: "object",
    properties: {
      maxCapacity: { type: "number", required: true, range: [1, 256] },
      minCapacity: { type: "number", required: true, range: [0, 256] },
      secondsUntilAutoPause: { type: "integer", computed: true, range: [300, 86400] },
    },
  },
  skipFinalSnapshot: { type: "boolean", default: false },
  // It may leave the program again: the provider takes no notice.
  snapshotIdentifier: { type: "string", computed: true, replaces: true },
  storageEncrypted: { type: "boolean", computed: true, replaces: true },
  storageType: { type: "string", computed: true, values: ["", "aurora", "aurora-iopt1", "io1", "io2", "gp3"] },
  tags: TAGS,
  vpcSecurityGroupIds: { ...STRINGS, computed: true },
};

export const rdsCluster: ResourceType = {
  token: "aws:rds/cluster:Cluster",
  inputs,
  outputs: [
    "arn",
    "clusterMembers",
    "clusterResourceId",
    "endpoint",
    "engineVersionActual",
    "hostedZoneId",
    "masterUserSecrets",
    "readerEndpoint",
    "tagsAll",
  ],

  // [Terraform AWS provider, internal/service/rds/cluster.go, resourceClusterImport]
  imported: { skipFinalSnapshot: true },

  check(cluster) {
    const faults: Fault[] = [];
    const exactlyOne = (names: string[]) => {
      const restore = object(cluster.restoreToPointInTime);
      if (names.filter((name) => !isAbsent(restore[name])).length !== 1)
        faults.push({ property: "restoreToPointInTime", reason: `exactly one of ${names.join(", ")} must be given` });
    };
    if (!isAbsent(cluster.restoreToPointInTime) && cluster.restoreToPointInTime !== UNKNOWN) {
      exactlyOne(["restoreToTime", "useLatestRestorableTime"]);
      exactlyOne(["sourceClusterIdentifier", "sourceClusterResourceId"]);
    }
    if (!isAbsent(cluster.snapshotIdentifier) && !isAbsent(cluster.restoreToPointInTime))
      faults.push({ property: "snapshotIdentifier", reason: "conflicts with restoreToPointInTime" });
    if (!isAbsent(cluster.masterPassword) && !isAbsent(cluster.manageMasterUserPassword))
      faults.push({ property: "masterPassword", reason: "conflicts with manageMasterUserPassword" });
    return faults;
  },

  refine(changes, _, wanted) {
    // Left out of the program it stays as it is in the cloud: AWS has no way to take it away.
    if (isAbsent(wanted.serverlessv2ScalingConfiguration)) delete changes.serverlessv2ScalingConfiguration;
  },

  create(cloud, cluster) {
    const rds = cloud.rds.region(regionOf(cluster));
    const identifier = text(cluster.clusterIdentifier) ?? `tf-${cloud.identifiers.hex(26)}`;
    const multiAz = MULTI_AZ.includes(cluster.engine as string);
    if (isAbsent(cluster.restoreToPointInTime) && isAbsent(cluster.snapshotIdentifier)) {
      create(rds, identifier, cluster);
      return {
        id: identifier,
        simulatedMillis: multiAz ? durations.CREATE_MULTI_AZ_CLUSTER : durations.CREATE_CLUSTER,
      };
    }
    restore(rds, identifier, cluster);
    return {
      id: identifier,
      simulatedMillis: multiAz ? durations.RESTORE_MULTI_AZ_CLUSTER : durations.RESTORE_CLUSTER,
    };
  },

  read(cloud, { id, state }) {
    const cluster = cloud.rds.region(regionOf(state)).find(id);
    if (!cluster) return undefined;
    const told = cluster.describe();
    // A version may be given by its beginning, and stays as given; engineVersionActual tells which one it is now.
    const version = text(state.engineVersion);
    const { MasterUserSecret: secret, ServerlessV2ScalingConfiguration: scaling } = told;
    return {
      allocatedStorage: told.AllocatedStorage,
      arn: cluster.arn,
      availabilityZones: cluster.settings.availabilityZones,
      backupRetentionPeriod: told.BackupRetentionPeriod,
      clusterIdentifier: cluster.identifier,
      clusterMembers: cluster.instances.map((instance) => instance.identifier),
      clusterResourceId: cluster.resourceId,
      copyTagsToSnapshot: told.CopyTagsToSnapshot,
      // AWS may not tell the name that was given; the provider then keeps it.
      ...(told.DatabaseName === undefined ? {} : { databaseName: told.DatabaseName }),
      dbClusterInstanceClass: told.DBClusterInstanceClass ?? "",
      dbClusterParameterGroupName: told.DBClusterParameterGroup,
      dbSubnetGroupName: told.DBSubnetGroup,
      deletionProtection: told.DeletionProtection,
      enabledCloudwatchLogsExports: cluster.settings.logsExports,
      endpoint: told.Endpoint,
      engine: told.Engine,
      engineMode: told.EngineMode,
      engineVersion: version && told.EngineVersion?.startsWith(`${version}.`) ? version : told.EngineVersion,
      engineVersionActual: told.EngineVersion,
      hostedZoneId: told.HostedZoneId,
      iamDatabaseAuthenticationEnabled: told.IAMDatabaseAuthenticationEnabled,
      iops: told.Iops ?? 0,
      kmsKeyId: told.KmsKeyId,
      masterUserSecrets: secret
        ? [
            {
              kmsKeyId: secret.KmsKeyId as string,
              secretArn: secret.SecretArn as string,
              secretStatus: secret.SecretStatus as string,
            },
          ]
        : [],
      masterUsername: told.MasterUsername,
      // A cluster of Aurora tells none of these: its instances have them.
      ...(told.DBClusterInstanceClass
        ? {
            monitoringInterval: told.MonitoringInterval,
            monitoringRoleArn: told.MonitoringRoleArn ?? "",
            performanceInsightsEnabled: told.PerformanceInsightsEnabled,
            performanceInsightsKmsKeyId: told.PerformanceInsightsKMSKeyId ?? "",
            performanceInsightsRetentionPeriod: told.PerformanceInsightsRetentionPeriod ?? 0,
          }
        : {}),
      networkType: told.NetworkType,
      port: told.Port,
      preferredBackupWindow: told.PreferredBackupWindow,
      preferredMaintenanceWindow: told.PreferredMaintenanceWindow,
      readerEndpoint: told.ReaderEndpoint,
      serverlessv2ScalingConfiguration: scaling && {
        maxCapacity: scaling.MaxCapacity as number,
        minCapacity: scaling.MinCapacity as number,
        secondsUntilAutoPause: scaling.SecondsUntilAutoPause ?? 0,
      },
      storageEncrypted: told.StorageEncrypted,
      storageType: told.StorageType ?? "",
      vpcSecurityGroupIds: cluster.settings.securityGroups,
      tagsAll: { ...cluster.tags },
    };
  },

  update(cloud, { id, state }, wanted, changed) {
    const rds = cloud.rds.region(regionOf(state));
    const request = modification(state, wanted, changed);
    if (Object.keys(request).length)
      rds.modifyDBCluster({ DBClusterIdentifier: id, ApplyImmediately: flag(wanted.applyImmediately), ...request });
    if (changed("tagsAll")) {
      const { arn } = rds.cluster(id);
      rds.removeTagsFromResource(arn, tagsGone(state, wanted));
      rds.addTagsToResource(arn, tagList(wanted));
    }
    return Object.keys(request).length ? durations.MODIFY_CLUSTER : durations.TAG;
  },

  delete(cloud, { id, state }) {
    const skip = flag(state.skipFinalSnapshot);
    const snapshot = text(state.finalSnapshotIdentifier);
    if (!skip && !snapshot)
      throw new AwsError(
        "InvalidParameterCombination",
        "RDS Cluster final_snapshot_identifier is required when skip_final_snapshot is false",
      );
    cloud.rds.region(regionOf(state)).deleteDBCluster({
      DBClusterIdentifier: id,
      DeleteAutomatedBackups: state.deleteAutomatedBackups !== false,
      SkipFinalSnapshot: skip,
      FinalDBSnapshotIdentifier: skip ? undefined : snapshot,
    });
    return durations.DELETE_CLUSTER + (skip ? 0 : durations.FINAL_SNAPSHOT);
  },
};

/** What the provider sends whether it creates or restores. */
function common(identifier: string, cluster: PropertyMap) {
  const groups = texts(cluster.vpcSecurityGroupIds);
  const logs = texts(cluster.enabledCloudwatchLogsExports);
  return {
    DBClusterIdentifier: identifier,
    CopyTagsToSnapshot: flag(cluster.copyTagsToSnapshot),
    DeletionProtection: flag(cluster.deletionProtection),
    DBClusterParameterGroupName: text(cluster.dbClusterParameterGroupName),
    DBSubnetGroupName: text(cluster.dbSubnetGroupName),
    EnableCloudwatchLogsExports: logs.length ? logs : undefined,
    EnableIAMDatabaseAuthentication: flag(cluster.iamDatabaseAuthenticationEnabled) || undefined,
    KmsKeyId: text(cluster.kmsKeyId),
    MonitoringInterval: number(cluster.monitoringInterval),
    MonitoringRoleArn: text(cluster.monitoringRoleArn),
    NetworkType: text(cluster.networkType),
    Port: number(cluster.port),
    StorageType: text(cluster.storageType),
    VpcSecurityGroupIds: groups.length ? groups : undefined,
    Tags: tagList(cluster),
  };
}

function create(rds: RdsRegion, identifier: string, cluster: PropertyMap): void {
  const zones = texts(cluster.availabilityZones);
  rds.createDBCluster({
    ...common(identifier, cluster),
    Engine: cluster.engine as string,
    EngineVersion: text(cluster.engineVersion),
    DatabaseName: text(cluster.databaseName),
    MasterUsername: text(cluster.masterUsername),
    MasterUserPassword: text(cluster.masterPassword),
    ManageMasterUserPassword: flag(cluster.manageMasterUserPassword) || undefined,
    AllocatedStorage: number(cluster.allocatedStorage),
    AvailabilityZones: zones.length ? zones : undefined,
    DBClusterInstanceClass: text(cluster.dbClusterInstanceClass),
    EnablePerformanceInsights: flag(cluster.performanceInsightsEnabled) || undefined,
    Iops: number(cluster.iops),
    PerformanceInsightsKMSKeyId: text(cluster.performanceInsightsKmsKeyId),
    PerformanceInsightsRetentionPeriod: number(cluster.performanceInsightsRetentionPeriod),
    BackupRetentionPeriod: number(cluster.backupRetentionPeriod),
    PreferredBackupWindow: text(cluster.preferredBackupWindow),
    PreferredMaintenanceWindow: text(cluster.preferredMaintenanceWindow),
    StorageEncrypted: flag(cluster.storageEncrypted),
    ServerlessV2ScalingConfiguration: scaling(cluster),
  });
}

/**
 * Restores, and modifies what a restore can't set. Version, names, credentials and encryption are the source's, and so are
 * a Multi-AZ DB cluster's class and storage, which the provider sends when it creates one only.
 */
function restore(rds: RdsRegion, identifier: string, cluster: PropertyMap): void {
  const source = object(cluster.restoreToPointInTime);
  const snapshot = text(cluster.snapshotIdentifier);
  if (snapshot)
    rds.restoreDBClusterFromSnapshot({
      ...common(identifier, cluster),
      Engine: cluster.engine as string,
      EngineMode: text(cluster.engineMode),
      SnapshotIdentifier: snapshot,
    });
  else
    rds.restoreDBClusterToPointInTime({
      ...common(identifier, cluster),
      RestoreToTime: text(source.restoreToTime) ? new Date(source.restoreToTime as string) : undefined,
      RestoreType: text(source.restoreType) ?? "",
      SourceDBClusterIdentifier: text(source.sourceClusterIdentifier),
      SourceDbClusterResourceId: text(source.sourceClusterResourceId),
      UseLatestRestorableTime: flag(source.useLatestRestorableTime) || undefined,
    });
  const rest = {
    BackupRetentionPeriod: number(cluster.backupRetentionPeriod),
    ManageMasterUserPassword: flag(cluster.manageMasterUserPassword) || undefined,
    MasterUserPassword: text(cluster.masterPassword),
    PreferredBackupWindow: text(cluster.preferredBackupWindow),
    PreferredMaintenanceWindow: text(cluster.preferredMaintenanceWindow),
    ServerlessV2ScalingConfiguration: scaling(cluster),
  };
  if (Object.values(rest).some((value) => value !== undefined))
    rds.modifyDBCluster({ DBClusterIdentifier: identifier, ApplyImmediately: true, ...rest });
}

/** Only what differs is sent. */
function modification(
  state: PropertyMap,
  wanted: PropertyMap,
  changed: (input: string) => boolean,
): Partial<ModifyDBClusterMessage> {
  const logs = texts(wanted.enabledCloudwatchLogsExports);
  const logsBefore = texts(state.enabledCloudwatchLogsExports);
  const requests: Record<string, Partial<ModifyDBClusterMessage>> = {
    allocatedStorage: { AllocatedStorage: number(wanted.allocatedStorage) },
    backupRetentionPeriod: { BackupRetentionPeriod: wanted.backupRetentionPeriod as number },
    copyTagsToSnapshot: { CopyTagsToSnapshot: flag(wanted.copyTagsToSnapshot) },
    dbClusterInstanceClass: { DBClusterInstanceClass: text(wanted.dbClusterInstanceClass) },
    dbClusterParameterGroupName: { DBClusterParameterGroupName: text(wanted.dbClusterParameterGroupName) },
    deletionProtection: { DeletionProtection: flag(wanted.deletionProtection) },
    enabledCloudwatchLogsExports: {
      CloudwatchLogsExportConfiguration: {
        EnableLogTypes: logs.filter((type) => !logsBefore.includes(type)),
        DisableLogTypes: logsBefore.filter((type) => !logs.includes(type)),
      },
    },
    engineVersion: { EngineVersion: text(wanted.engineVersion) },
    iamDatabaseAuthenticationEnabled: {
      EnableIAMDatabaseAuthentication: flag(wanted.iamDatabaseAuthenticationEnabled),
    },
    iops: { Iops: number(wanted.iops) },
    manageMasterUserPassword: { ManageMasterUserPassword: flag(wanted.manageMasterUserPassword) },
    masterPassword: { MasterUserPassword: text(wanted.masterPassword) },
    monitoringInterval: { MonitoringInterval: (wanted.monitoringInterval as number | undefined) ?? 0 },
    monitoringRoleArn: { MonitoringRoleArn: text(wanted.monitoringRoleArn) },
    networkType: { NetworkType: text(wanted.networkType) },
    performanceInsightsEnabled: { EnablePerformanceInsights: flag(wanted.performanceInsightsEnabled) },
    performanceInsightsKmsKeyId: { PerformanceInsightsKMSKeyId: text(wanted.performanceInsightsKmsKeyId) },
    performanceInsightsRetentionPeriod: {
      PerformanceInsightsRetentionPeriod: number(wanted.performanceInsightsRetentionPeriod),
    },
    port: { Port: number(wanted.port) },
    preferredBackupWindow: { PreferredBackupWindow: text(wanted.preferredBackupWindow) },
    preferredMaintenanceWindow: { PreferredMaintenanceWindow: text(wanted.preferredMaintenanceWindow) },
    serverlessv2ScalingConfiguration: { ServerlessV2ScalingConfiguration: scaling(wanted) },
    storageType: { StorageType: text(wanted.storageType) },
    vpcSecurityGroupIds: { VpcSecurityGroupIds: texts(wanted.vpcSecurityGroupIds) },
  };
  return Object.assign(
    {},
    ...Object.keys(requests)
      .filter(changed)
      .map((input) => requests[input]),
  );
}

function scaling(cluster: PropertyMap): ServerlessV2ScalingConfiguration | undefined {
  if (isAbsent(cluster.serverlessv2ScalingConfiguration)) return undefined;
  const { minCapacity, maxCapacity, secondsUntilAutoPause } = object(cluster.serverlessv2ScalingConfiguration);
  return {
    MinCapacity: minCapacity as number,
    MaxCapacity: maxCapacity as number,
    SecondsUntilAutoPause: number(secondsUntilAutoPause),
  };
}
