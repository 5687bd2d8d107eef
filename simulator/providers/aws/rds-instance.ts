import type { ModifyDBInstanceMessage } from "@aws-sdk/client-rds";
import * as durations from "../../cloud/aws/durations";
import { AwsError } from "../../cloud/aws/error";
import type { RdsInstances } from "../../cloud/aws/rds-instances";
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

const inputs: Properties = {
  allocatedStorage: { type: "integer", computed: true },
  applyImmediately: { type: "boolean", computed: true },
  autoMinorVersionUpgrade: { type: "boolean", default: true },
  availabilityZone: { type: "string", computed: true, replaces: true },
  backupRetentionPeriod: { type: "integer", computed: true, range: [0, 35] },
  backupWindow: {
    type: "string",
    computed: true,
    format: { pattern: /^\d\d:\d\d-\d\d:\d\d$/, description: 'a window such as "04:00-04:30"' },
  },
  caCertIdentifier: { type: "string", computed: true },
  copyTagsToSnapshot: { type: "boolean", default: false },
  databaseInsightsMode: { type: "string", computed: true, values: ["standard", "advanced"] },
  dbName: { type: "string", computed: true, replaces: true },
  dbSubnetGroupName: { type: "string", computed: true },
  deleteAutomatedBackups: { type: "boolean", default: true },
  deletionProtection: { type: "boolean" },
  enabledCloudwatchLogsExports: {
    type: "set",
    of: {
      type: "string",
      values: [
        "agent",
        "alert",
        "audit",
        "error",
        "general",
        "iam-db-auth-error",
        "listener",
        "oemagent",
        "postgresql",
        "slowquery",
        "trace",
        "upgrade",
      ],
    },
  },
  engine: { type: "string", computed: true, replaces: true },
  engineVersion: { type: "string", computed: true },
  finalSnapshotIdentifier: {
    type: "string",
    format: {
      pattern: /^[A-Za-z](?:-?[0-9A-Za-z])*$/,
      description: "letters, digits and single hyphens, beginning with a letter and not ending with a hyphen",
    },
  },
  iamDatabaseAuthenticationEnabled: { type: "boolean" },
  identifier: {
    type: "string",
    computed: true,
    replaces: true,
    format: {
      pattern: /^[a-z](?:-?[0-9a-z])*$/,
      description: "lower-case letters, digits and single hyphens, beginning with a letter",
    },
  },
  instanceClass: { type: "string", required: true },
  iops: { type: "integer", computed: true },
  kmsKeyId: { type: "string", computed: true, replaces: true, format: ARN },
  licenseModel: { type: "string", computed: true },
  maintenanceWindow: {
    type: "string",
    computed: true,
    format: { pattern: /^\w{3}:\d\d:\d\d-\w{3}:\d\d:\d\d$/, description: 'a window such as "sun:05:00-sun:05:30"' },
    equivalent: (old, next) => String(old) === String(next).toLowerCase(),
  },
  manageMasterUserPassword: { type: "boolean" },
  maxAllocatedStorage: { type: "integer" },
  monitoringInterval: { type: "integer", default: 0 },
  monitoringRoleArn: { type: "string", computed: true, format: ARN },
  multiAz: { type: "boolean", computed: true },
  networkType: { type: "string", computed: true, values: ["IPV4", "DUAL"] },
  optionGroupName: { type: "string", computed: true },
  parameterGroupName: { type: "string", computed: true },
  password: { type: "string", secret: true },
  performanceInsightsEnabled: { type: "boolean", default: false },
  performanceInsightsKmsKeyId: { type: "string", computed: true, format: ARN },
  performanceInsightsRetentionPeriod: { type: "integer", computed: true },
  port: { type: "integer", computed: true },
  publiclyAccessible: { type: "boolean", default: false },
  restoreToPointInTime: {
    type: "object",
    // The block replaces as it comes and goes, but no property in it does: a changed one is accepted and does nothing.
    replaces: true,
    properties: {
      restoreTime: { type: "string", format: TIMESTAMP },
      sourceDbInstanceAutomatedBackupsArn: { type: "string", format: ARN },
      sourceDbInstanceIdentifier: { type: "string" },
      sourceDbiResourceId: { type: "string" },
      useLatestRestorableTime: { type: "boolean" },
    },
  },
  skipFinalSnapshot: { type: "boolean", default: false },
  snapshotIdentifier: { type: "string", computed: true, replaces: true },
  storageEncrypted: { type: "boolean", replaces: true },
  storageThroughput: { type: "integer", computed: true },
  storageType: { type: "string", computed: true, values: ["gp2", "gp3", "io1", "io2", "standard"] },
  tags: TAGS,
  username: { type: "string", computed: true, replaces: true },
  vpcSecurityGroupIds: { ...STRINGS, computed: true },
};

export const rdsInstance: ResourceType = {
  token: "aws:rds/instance:Instance",
  inputs,
  outputs: [
    "address",
    "arn",
    "endpoint",
    "engineVersionActual",
    "hostedZoneId",
    "latestRestorableTime",
    "masterUserSecrets",
    "resourceId",
    "status",
    "tagsAll",
  ],

  // [Terraform AWS provider, internal/service/rds/instance.go, resourceInstanceImport]
  imported: { skipFinalSnapshot: true, deleteAutomatedBackups: true },

  check(instance) {
    const faults: Fault[] = [];
    const restore = instance.restoreToPointInTime;
    if (!isAbsent(instance.snapshotIdentifier)) {
      if (!isAbsent(restore))
        faults.push({ property: "snapshotIdentifier", reason: "conflicts with restoreToPointInTime" });
    } else if (!isAbsent(restore) && restore !== UNKNOWN) {
      const { restoreTime, useLatestRestorableTime } = object(restore);
      if (!isAbsent(restoreTime) && !isAbsent(useLatestRestorableTime))
        faults.push({ property: "restoreToPointInTime.restoreTime", reason: "conflicts with useLatestRestorableTime" });
    }
    if (!isAbsent(instance.password) && !isAbsent(instance.manageMasterUserPassword))
      faults.push({ property: "password", reason: "conflicts with manageMasterUserPassword" });
    return faults;
  },

  refine(changes) {
    for (const path of Object.keys(changes)) if (path.startsWith("restoreToPointInTime.")) changes[path] = "update";
  },

  create(cloud, instance) {
    const { instances } = cloud.rds.region(regionOf(instance));
    const identifier = text(instance.identifier) ?? `terraform-${cloud.identifiers.hex(26)}`;
    const restored = !isAbsent(instance.restoreToPointInTime) || !isAbsent(instance.snapshotIdentifier);
    if (restored) restore(instances, identifier, instance);
    else create(instances, identifier, instance);
    return {
      id: instances.instance(identifier).resourceId,
      simulatedMillis: restored ? durations.RESTORE_INSTANCE : durations.CREATE_INSTANCE,
    };
  },

  read(cloud, { id, state }) {
    const instance = cloud.rds.region(regionOf(state)).instances.findById(id);
    if (!instance) return undefined;
    const told = instance.describe();
    const version = text(state.engineVersion);
    const { MasterUserSecret: secret } = told;
    return {
      address: instance.address,
      allocatedStorage: told.AllocatedStorage,
      arn: instance.arn,
      autoMinorVersionUpgrade: told.AutoMinorVersionUpgrade,
      availabilityZone: told.AvailabilityZone,
      backupRetentionPeriod: told.BackupRetentionPeriod,
      backupWindow: told.PreferredBackupWindow,
      caCertIdentifier: told.CACertificateIdentifier,
      copyTagsToSnapshot: told.CopyTagsToSnapshot,
      databaseInsightsMode: told.DatabaseInsightsMode,
      dbName: told.DBName ?? "",
      dbSubnetGroupName: told.DBSubnetGroup?.DBSubnetGroupName,
      deletionProtection: told.DeletionProtection,
      enabledCloudwatchLogsExports: instance.settings.logsExports,
      endpoint: `${instance.address}:${told.Endpoint?.Port}`,
      engine: told.Engine,
      engineVersion: version && told.EngineVersion?.startsWith(`${version}.`) ? version : told.EngineVersion,
      engineVersionActual: told.EngineVersion,
      hostedZoneId: told.Endpoint?.HostedZoneId,
      iamDatabaseAuthenticationEnabled: told.IAMDatabaseAuthenticationEnabled,
      identifier: instance.identifier,
      instanceClass: told.DBInstanceClass,
      iops: told.Iops ?? 0,
      kmsKeyId: told.KmsKeyId ?? "",
      latestRestorableTime: told.LatestRestorableTime?.toISOString() ?? "",
      licenseModel: told.LicenseModel,
      maintenanceWindow: told.PreferredMaintenanceWindow,
      masterUserSecrets: secret
        ? [
            {
              kmsKeyId: secret.KmsKeyId as string,
              secretArn: secret.SecretArn as string,
              secretStatus: secret.SecretStatus as string,
            },
          ]
        : [],
      maxAllocatedStorage: told.MaxAllocatedStorage ?? 0,
      monitoringInterval: told.MonitoringInterval,
      monitoringRoleArn: told.MonitoringRoleArn ?? "",
      multiAz: told.MultiAZ,
      networkType: told.NetworkType,
      optionGroupName: told.OptionGroupMemberships?.[0]?.OptionGroupName,
      parameterGroupName: told.DBParameterGroups?.[0]?.DBParameterGroupName,
      performanceInsightsEnabled: told.PerformanceInsightsEnabled,
      performanceInsightsKmsKeyId: told.PerformanceInsightsKMSKeyId ?? "",
      performanceInsightsRetentionPeriod: told.PerformanceInsightsRetentionPeriod ?? 0,
      port: told.Endpoint?.Port,
      publiclyAccessible: told.PubliclyAccessible,
      resourceId: instance.resourceId,
      status: told.DBInstanceStatus,
      storageEncrypted: told.StorageEncrypted,
      storageThroughput: told.StorageThroughput ?? 0,
      storageType: told.StorageType,
      username: told.MasterUsername,
      vpcSecurityGroupIds: instance.settings.securityGroups,
      tagsAll: { ...instance.tags },
    };
  },

  update(cloud, { id, state }, wanted, changed) {
    const { instances } = cloud.rds.region(regionOf(state));
    const { identifier } = instances.findById(id) ?? instances.instance(id);
    const request = modification(state, wanted, changed);
    if (Object.keys(request).length)
      instances.modify({
        DBInstanceIdentifier: identifier,
        ApplyImmediately: flag(wanted.applyImmediately),
        ...request,
      });
    if (changed("tagsAll")) {
      const rds = cloud.rds.region(regionOf(state));
      const { arn } = instances.instance(identifier);
      rds.removeTagsFromResource(arn, tagsGone(state, wanted));
      rds.addTagsToResource(arn, tagList(wanted));
    }
    return Object.keys(request).length ? durations.MODIFY_INSTANCE : durations.TAG;
  },

  delete(cloud, { id, state }) {
    const { instances } = cloud.rds.region(regionOf(state));
    const skip = flag(state.skipFinalSnapshot);
    const snapshot = text(state.finalSnapshotIdentifier);
    if (!skip && !snapshot)
      throw new AwsError(
        "InvalidParameterCombination",
        "final_snapshot_identifier is required when skip_final_snapshot is false",
      );
    instances.delete({
      DBInstanceIdentifier: instances.findById(id)?.identifier,
      DeleteAutomatedBackups: state.deleteAutomatedBackups !== false,
      SkipFinalSnapshot: skip,
      FinalDBSnapshotIdentifier: skip ? undefined : snapshot,
    });
    return durations.DELETE_INSTANCE + (skip ? 0 : durations.FINAL_SNAPSHOT);
  },
};

/** What the provider sends whether it creates or restores. */
function common(instance: PropertyMap) {
  const groups = texts(instance.vpcSecurityGroupIds);
  const logs = texts(instance.enabledCloudwatchLogsExports);
  return {
    AutoMinorVersionUpgrade: flag(instance.autoMinorVersionUpgrade),
    AvailabilityZone: text(instance.availabilityZone),
    CopyTagsToSnapshot: flag(instance.copyTagsToSnapshot),
    DBInstanceClass: text(instance.instanceClass),
    DBName: text(instance.dbName),
    DBParameterGroupName: text(instance.parameterGroupName),
    DBSubnetGroupName: text(instance.dbSubnetGroupName),
    DeletionProtection: flag(instance.deletionProtection),
    EnableCloudwatchLogsExports: logs.length ? logs : undefined,
    EnableIAMDatabaseAuthentication: flag(instance.iamDatabaseAuthenticationEnabled) || undefined,
    Engine: text(instance.engine),
    Iops: number(instance.iops),
    LicenseModel: text(instance.licenseModel),
    MaxAllocatedStorage: number(instance.maxAllocatedStorage),
    MultiAZ: flag(instance.multiAz) || undefined,
    OptionGroupName: text(instance.optionGroupName),
    Port: number(instance.port),
    PubliclyAccessible: flag(instance.publiclyAccessible),
    StorageType: text(instance.storageType),
    VpcSecurityGroupIds: groups.length ? groups : undefined,
    Tags: tagList(instance),
  };
}

function create(instances: RdsInstances, identifier: string, instance: PropertyMap): void {
  // Only now, not when inputs are checked: what is imported has been created already.
  // [Terraform AWS provider, internal/service/rds/instance.go, resourceInstanceCreate]
  const missing = ["allocatedStorage", "engine", "username"].find((name) => isAbsent(instance[name]));
  if (missing) throw new AwsError("ValidationError", `"${missing}": required field is not set`);
  instances.create({
    ...common(instance),
    DBInstanceClass: instance.instanceClass as string,
    DBInstanceIdentifier: identifier,
    Engine: instance.engine as string,
    EngineVersion: text(instance.engineVersion),
    AllocatedStorage: number(instance.allocatedStorage),
    BackupRetentionPeriod: (instance.backupRetentionPeriod as number | undefined) ?? 0,
    CACertificateIdentifier: text(instance.caCertIdentifier),
    DatabaseInsightsMode: text(instance.databaseInsightsMode) as "standard" | "advanced" | undefined,
    EnablePerformanceInsights: flag(instance.performanceInsightsEnabled) || undefined,
    KmsKeyId: text(instance.kmsKeyId),
    ManageMasterUserPassword: flag(instance.manageMasterUserPassword) || undefined,
    MasterUserPassword: text(instance.password),
    MasterUsername: text(instance.username),
    MonitoringInterval: number(instance.monitoringInterval),
    MonitoringRoleArn: text(instance.monitoringRoleArn),
    NetworkType: text(instance.networkType),
    PerformanceInsightsKMSKeyId: text(instance.performanceInsightsKmsKeyId),
    PerformanceInsightsRetentionPeriod: number(instance.performanceInsightsRetentionPeriod),
    PreferredBackupWindow: text(instance.backupWindow),
    PreferredMaintenanceWindow: text(instance.maintenanceWindow),
    StorageEncrypted: flag(instance.storageEncrypted),
    StorageThroughput: number(instance.storageThroughput),
  });
}

/**
 * Restores, and modifies what the provider remembers to. Retention, windows, insights, certificate, network type and
 * throughput it neither sends nor sets: they are a difference in the next run.
 */
function restore(instances: RdsInstances, identifier: string, instance: PropertyMap): void {
  const source = object(instance.restoreToPointInTime);
  const snapshot = text(instance.snapshotIdentifier);
  if (snapshot)
    instances.restoreFromSnapshot({
      ...common(instance),
      DBInstanceIdentifier: identifier,
      DBSnapshotIdentifier: snapshot,
    });
  else
    instances.restoreToPointInTime({
      ...common(instance),
      TargetDBInstanceIdentifier: identifier,
      RestoreTime: text(source.restoreTime) ? new Date(source.restoreTime as string) : undefined,
      SourceDBInstanceIdentifier: text(source.sourceDbInstanceIdentifier),
      SourceDbiResourceId: text(source.sourceDbiResourceId),
      UseLatestRestorableTime: flag(source.useLatestRestorableTime) || undefined,
    });
  const rest = {
    ...(snapshot && { MaxAllocatedStorage: number(instance.maxAllocatedStorage) }),
    ManageMasterUserPassword: flag(instance.manageMasterUserPassword) || undefined,
    MasterUserPassword: text(instance.password),
    MonitoringInterval: number(instance.monitoringInterval),
    MonitoringRoleArn: text(instance.monitoringRoleArn),
  };
  if (Object.values(rest).some((value) => value !== undefined))
    instances.modify({ DBInstanceIdentifier: identifier, ApplyImmediately: true, ...rest });
}

/** Only what differs is sent; a change within the restore block is none of it. */
function modification(
  state: PropertyMap,
  wanted: PropertyMap,
  changed: (input: string) => boolean,
): Partial<ModifyDBInstanceMessage> {
  const logs = texts(wanted.enabledCloudwatchLogsExports);
  const logsBefore = texts(state.enabledCloudwatchLogsExports);
  const requests: Record<string, Partial<ModifyDBInstanceMessage>> = {
    allocatedStorage: { AllocatedStorage: number(wanted.allocatedStorage) },
    autoMinorVersionUpgrade: { AutoMinorVersionUpgrade: flag(wanted.autoMinorVersionUpgrade) },
    backupRetentionPeriod: { BackupRetentionPeriod: wanted.backupRetentionPeriod as number },
    backupWindow: { PreferredBackupWindow: text(wanted.backupWindow) },
    caCertIdentifier: { CACertificateIdentifier: text(wanted.caCertIdentifier) },
    copyTagsToSnapshot: { CopyTagsToSnapshot: flag(wanted.copyTagsToSnapshot) },
    databaseInsightsMode: {
      DatabaseInsightsMode: text(wanted.databaseInsightsMode) as "standard" | "advanced" | undefined,
    },
    dbSubnetGroupName: { DBSubnetGroupName: text(wanted.dbSubnetGroupName) },
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
    instanceClass: { DBInstanceClass: text(wanted.instanceClass) },
    iops: { Iops: number(wanted.iops) },
    licenseModel: { LicenseModel: text(wanted.licenseModel) },
    maintenanceWindow: { PreferredMaintenanceWindow: text(wanted.maintenanceWindow) },
    manageMasterUserPassword: { ManageMasterUserPassword: flag(wanted.manageMasterUserPassword) },
    maxAllocatedStorage: { MaxAllocatedStorage: number(wanted.maxAllocatedStorage) },
    monitoringInterval: { MonitoringInterval: (wanted.monitoringInterval as number | undefined) ?? 0 },
    monitoringRoleArn: { MonitoringRoleArn: text(wanted.monitoringRoleArn) },
    multiAz: { MultiAZ: flag(wanted.multiAz) },
    networkType: { NetworkType: text(wanted.networkType) },
    optionGroupName: { OptionGroupName: text(wanted.optionGroupName) },
    parameterGroupName: { DBParameterGroupName: text(wanted.parameterGroupName) },
    password: { MasterUserPassword: text(wanted.password) },
    performanceInsightsEnabled: { EnablePerformanceInsights: flag(wanted.performanceInsightsEnabled) },
    performanceInsightsKmsKeyId: { PerformanceInsightsKMSKeyId: text(wanted.performanceInsightsKmsKeyId) },
    performanceInsightsRetentionPeriod: {
      PerformanceInsightsRetentionPeriod: number(wanted.performanceInsightsRetentionPeriod),
    },
    port: { DBPortNumber: number(wanted.port) },
    publiclyAccessible: { PubliclyAccessible: flag(wanted.publiclyAccessible) },
    storageThroughput: { StorageThroughput: number(wanted.storageThroughput) },
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
