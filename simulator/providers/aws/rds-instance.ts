import type { ModifyDBInstanceMessage } from "@aws-sdk/client-rds";
import * as durations from "../../cloud/aws/durations";
import { AwsError } from "../../cloud/aws/error";
import type { Instance } from "../../cloud/aws/rds-instance";
import type { RdsInstances } from "../../cloud/aws/rds-instances";
import { type PropertyMap, UNKNOWN } from "../provider";
import { isAbsent, type Problem } from "../schema";
import {
  commonCreation,
  commonModifications,
  commonOutputs,
  commonRequest,
  deletion,
  requestFor,
  updateTags,
} from "./rds-database";
import { INSTANCE_INPUTS } from "./rds-instance-inputs";
import { flag, number, object, type ResourceType, regionOf, text } from "./resource-type";

export const rdsInstance: ResourceType = {
  token: "aws:rds/instance:Instance",
  inputs: INSTANCE_INPUTS,
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
  // Also that of one that is imported by its name. [seen with 5.100.0: test/fidelity/switched.test.ts]
  idOutput: "resourceId",

  check(instance) {
    const problems: Problem[] = [];
    const restore = instance.restoreToPointInTime;
    if (!isAbsent(instance.snapshotIdentifier)) {
      if (!isAbsent(restore))
        problems.push({ property: "snapshotIdentifier", reason: "conflicts with restoreToPointInTime" });
    } else if (!isAbsent(restore) && restore !== UNKNOWN) {
      const { restoreTime, useLatestRestorableTime } = object(restore);
      if (!isAbsent(restoreTime) && !isAbsent(useLatestRestorableTime))
        problems.push({
          property: "restoreToPointInTime.restoreTime",
          reason: "conflicts with useLatestRestorableTime",
        });
    }
    if (!isAbsent(instance.password) && !isAbsent(instance.manageMasterUserPassword))
      problems.push({ property: "password", reason: "conflicts with manageMasterUserPassword" });
    return problems;
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
    const instance = find(cloud.rds.region(regionOf(state)).instances, id);
    if (!instance) return undefined;
    const described = instance.describe();
    return {
      ...commonOutputs(state, described),
      address: instance.address,
      arn: instance.arn,
      autoMinorVersionUpgrade: described.AutoMinorVersionUpgrade,
      availabilityZone: described.AvailabilityZone,
      backupWindow: described.PreferredBackupWindow,
      caCertIdentifier: described.CACertificateIdentifier,
      databaseInsightsMode: described.DatabaseInsightsMode,
      dbName: described.DBName ?? "",
      dbSubnetGroupName: described.DBSubnetGroup?.DBSubnetGroupName,
      enabledCloudwatchLogsExports: instance.settings.logsExports,
      endpoint: `${instance.address}:${described.Endpoint?.Port}`,
      hostedZoneId: described.Endpoint?.HostedZoneId,
      identifier: instance.identifier,
      instanceClass: described.DBInstanceClass,
      kmsKeyId: described.KmsKeyId ?? "",
      latestRestorableTime: described.LatestRestorableTime?.toISOString() ?? "",
      licenseModel: described.LicenseModel,
      maintenanceWindow: described.PreferredMaintenanceWindow,
      maxAllocatedStorage: described.MaxAllocatedStorage ?? 0,
      monitoringInterval: described.MonitoringInterval,
      monitoringRoleArn: described.MonitoringRoleArn ?? "",
      multiAz: described.MultiAZ,
      optionGroupName: described.OptionGroupMemberships?.[0]?.OptionGroupName,
      parameterGroupName: described.DBParameterGroups?.[0]?.DBParameterGroupName,
      performanceInsightsEnabled: described.PerformanceInsightsEnabled,
      performanceInsightsKmsKeyId: described.PerformanceInsightsKMSKeyId ?? "",
      performanceInsightsRetentionPeriod: described.PerformanceInsightsRetentionPeriod ?? 0,
      port: described.Endpoint?.Port,
      publiclyAccessible: described.PubliclyAccessible,
      resourceId: instance.resourceId,
      status: described.DBInstanceStatus,
      storageThroughput: described.StorageThroughput ?? 0,
      storageType: described.StorageType,
      username: described.MasterUsername,
      vpcSecurityGroupIds: instance.settings.securityGroups,
      tagsAll: { ...instance.tags },
    };
  },

  update(cloud, { state }, wanted, changed) {
    const rds = cloud.rds.region(regionOf(state));
    const { instances } = rds;
    // Tags, and then the rest, of what has the state's ARN and name now: whether that still is the instance with the id, the
    // provider does not look. [terraform-provider-aws, internal/service/rds/instance.go, resourceInstanceUpdate]
    if (changed("tagsAll")) updateTags(rds, state.arn as string, state, wanted);
    const request = modification(state, wanted, changed);
    if (Object.keys(request).length === 0) return durations.TAG;
    const named = instances.instance(state.identifier as string);
    const ApplyImmediately = flag(wanted.applyImmediately);
    instances.modify({
      DBInstanceIdentifier: named.identifier,
      ApplyImmediately,
      ...request,
      // "Always set this", whether it differs or not. [ibid., dbInstancePopulateModify]
      DeletionProtection: flag(wanted.deletionProtection),
    });
    if (!changed("identifier") || !ApplyImmediately) return durations.MODIFY_INSTANCE;
    // It waits until the instance with the id is available.
    named.endRename();
    return durations.RENAME_INSTANCE;
  },

  delete(cloud, { id, state }) {
    const { instances } = cloud.rds.region(regionOf(state));
    const backups = deletion("", state);
    // Again by the state's name. A missing instance counts as deleted. [ibid., resourceInstanceDelete]
    const identifier = state.identifier as string;
    if (!instances.find(identifier)) return 0;
    instances.delete({ DBInstanceIdentifier: identifier, ...backups });
    if (find(instances, id))
      throw new AwsError("timeout", `waiting for RDS DB Instance (${identifier}) delete: ${id} is still available`);
    return durations.DELETE_INSTANCE + (backups.SkipFinalSnapshot ? 0 : durations.FINAL_SNAPSHOT);
  },
};

/**
 * By resource id; by name if the id does not look like one, such as what an instance is imported by, or is a name that does.
 * [ibid., findDBInstanceByID]
 */
function find(instances: RdsInstances, id: string): Instance | undefined {
  return (/^db-[0-9A-Za-z]{2,255}$/.test(id) ? instances.findById(id) : undefined) ?? instances.find(id);
}

/** What the provider sends whether it creates or restores. */
function common(instance: PropertyMap) {
  return {
    ...commonRequest(instance),
    AutoMinorVersionUpgrade: flag(instance.autoMinorVersionUpgrade),
    AvailabilityZone: text(instance.availabilityZone),
    DBInstanceClass: text(instance.instanceClass),
    DBName: text(instance.dbName),
    DBParameterGroupName: text(instance.parameterGroupName),
    Engine: text(instance.engine),
    Iops: number(instance.iops),
    LicenseModel: text(instance.licenseModel),
    MaxAllocatedStorage: number(instance.maxAllocatedStorage),
    MultiAZ: flag(instance.multiAz) || undefined,
    OptionGroupName: text(instance.optionGroupName),
    PubliclyAccessible: flag(instance.publiclyAccessible),
  };
}

function create(instances: RdsInstances, identifier: string, instance: PropertyMap): void {
  // Only now, not when inputs are checked: what is imported has been created already.
  // [Terraform AWS provider, internal/service/rds/instance.go, resourceInstanceCreate]
  const missing = ["allocatedStorage", "engine", "username"].find((name) => isAbsent(instance[name]));
  if (missing) throw new AwsError("ValidationError", `"${missing}": required field is not set`);
  instances.create({
    ...common(instance),
    ...commonCreation(instance),
    DBInstanceClass: instance.instanceClass as string,
    DBInstanceIdentifier: identifier,
    Engine: instance.engine as string,
    BackupRetentionPeriod: (instance.backupRetentionPeriod as number | undefined) ?? 0,
    CACertificateIdentifier: text(instance.caCertIdentifier),
    DatabaseInsightsMode: text(instance.databaseInsightsMode) as "standard" | "advanced" | undefined,
    KmsKeyId: text(instance.kmsKeyId),
    MasterUserPassword: text(instance.password),
    MasterUsername: text(instance.username),
    MonitoringInterval: number(instance.monitoringInterval),
    MonitoringRoleArn: text(instance.monitoringRoleArn),
    NetworkType: text(instance.networkType),
    PreferredBackupWindow: text(instance.backupWindow),
    PreferredMaintenanceWindow: text(instance.maintenanceWindow),
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

/** Only differences are sent, and no change within the restore block. */
function modification(
  state: PropertyMap,
  wanted: PropertyMap,
  changed: (input: string) => boolean,
): Partial<ModifyDBInstanceMessage> {
  const requests: Record<string, Partial<ModifyDBInstanceMessage>> = {
    ...commonModifications(state, wanted),
    autoMinorVersionUpgrade: { AutoMinorVersionUpgrade: flag(wanted.autoMinorVersionUpgrade) },
    backupWindow: { PreferredBackupWindow: text(wanted.backupWindow) },
    caCertIdentifier: { CACertificateIdentifier: text(wanted.caCertIdentifier) },
    databaseInsightsMode: {
      DatabaseInsightsMode: text(wanted.databaseInsightsMode) as "standard" | "advanced" | undefined,
    },
    dbSubnetGroupName: { DBSubnetGroupName: text(wanted.dbSubnetGroupName) },
    identifier: { NewDBInstanceIdentifier: text(wanted.identifier) },
    instanceClass: { DBInstanceClass: text(wanted.instanceClass) },
    licenseModel: { LicenseModel: text(wanted.licenseModel) },
    maintenanceWindow: { PreferredMaintenanceWindow: text(wanted.maintenanceWindow) },
    maxAllocatedStorage: { MaxAllocatedStorage: number(wanted.maxAllocatedStorage) },
    multiAz: { MultiAZ: flag(wanted.multiAz) },
    optionGroupName: { OptionGroupName: text(wanted.optionGroupName) },
    parameterGroupName: { DBParameterGroupName: text(wanted.parameterGroupName) },
    password: { MasterUserPassword: text(wanted.password) },
    port: { DBPortNumber: number(wanted.port) },
    publiclyAccessible: { PubliclyAccessible: flag(wanted.publiclyAccessible) },
    storageThroughput: { StorageThroughput: number(wanted.storageThroughput) },
  };
  return requestFor(requests, changed);
}
