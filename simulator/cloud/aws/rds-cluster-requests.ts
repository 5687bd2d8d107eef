/** The settings of a cluster that AWS makes of a request to create, restore or modify it. */

import type {
  CreateDBClusterMessage,
  ModifyDBClusterMessage,
  RestoreDBClusterFromSnapshotMessage,
  RestoreDBClusterToPointInTimeMessage,
} from "@aws-sdk/client-rds";
import { arn } from "./account";
import { AwsError } from "./error";
import type { ClusterSettings, RetainedBackups } from "./rds-cluster";
import { engineFacts, engineOf } from "./rds-engines";
import type { RdsGroups } from "./rds-groups";
import { createMultiAz, modifyMultiAz, restoreMultiAz } from "./rds-multi-az-cluster";
import { exportsAfter, masterUsername, retentionDays } from "./rds-requests";

const SECOND = 1000;

const DEFAULT_WINDOWS = { preferredBackupWindow: "17:00-17:30", preferredMaintenanceWindow: "sun:18:00-sun:18:30" };

interface Place {
  region: string;
  groups: RdsGroups;
}

export function createdSettings(input: CreateDBClusterMessage, { region, groups }: Place): ClusterSettings {
  const { name: engine, version } = engineOf(input.Engine, input.EngineVersion);
  const username = masterUsername(input);
  const encrypted = input.StorageEncrypted ?? false;
  const multiAz = engineFacts(engine).multiAzCluster && createMultiAz(input);
  return {
    engine,
    engineVersion: version,
    databaseName: input.DatabaseName,
    masterUsername: username,
    masterPassword: input.MasterUserPassword,
    managedPassword: input.ManageMasterUserPassword ?? false,
    port: input.Port ?? engineFacts(engine).port,
    parameterGroup: groups.clusterParameterGroup(input.DBClusterParameterGroupName, engine, version),
    subnetGroup: groups.subnetGroup(input.DBSubnetGroupName),
    securityGroups: groups.securityGroupsOf(input.VpcSecurityGroupIds),
    storageEncrypted: encrypted,
    kmsKeyId: encrypted ? (input.KmsKeyId ?? arn("kms", region, "alias/aws/rds")) : undefined,
    storageType: input.StorageType ?? (multiAz && "io1"),
    multiAz,
    networkType: input.NetworkType ?? "IPV4",
    backupRetentionPeriod: retentionDays(input.BackupRetentionPeriod ?? 1, 1),
    preferredBackupWindow: input.PreferredBackupWindow ?? DEFAULT_WINDOWS.preferredBackupWindow,
    preferredMaintenanceWindow: (
      input.PreferredMaintenanceWindow ?? DEFAULT_WINDOWS.preferredMaintenanceWindow
    ).toLowerCase(),
    deletionProtection: input.DeletionProtection ?? false,
    copyTagsToSnapshot: input.CopyTagsToSnapshot ?? false,
    iamAuthentication: input.EnableIAMDatabaseAuthentication ?? false,
    logsExports: input.EnableCloudwatchLogsExports ?? [],
    serverlessV2Scaling: input.ServerlessV2ScalingConfiguration,
    availabilityZones: zonesOf(region, input.AvailabilityZones),
  };
}

/** The settings of a restored cluster: AWS takes some from the source, and its own defaults for the others. */
export function restoredSettings(
  source: ClusterSettings,
  input: RestoreDBClusterToPointInTimeMessage | RestoreDBClusterFromSnapshotMessage,
  { region, groups }: Place,
): ClusterSettings {
  const { engine, engineVersion } = source;
  return {
    ...source,
    managedPassword: false,
    port: input.Port ?? source.port,
    parameterGroup: groups.clusterParameterGroup(input.DBClusterParameterGroupName, engine, engineVersion),
    subnetGroup: groups.subnetGroup(input.DBSubnetGroupName),
    securityGroups: groups.securityGroupsOf(input.VpcSecurityGroupIds),
    kmsKeyId: input.KmsKeyId ?? source.kmsKeyId,
    storageEncrypted: source.storageEncrypted || input.KmsKeyId !== undefined,
    storageType: input.StorageType ?? source.storageType,
    multiAz: source.multiAz && restoreMultiAz(source.multiAz, input.StorageType ?? source.storageType ?? "io1", input),
    networkType: input.NetworkType ?? source.networkType,
    backupRetentionPeriod: retentionDays(input.BackupRetentionPeriod ?? source.backupRetentionPeriod, 1),
    preferredBackupWindow: input.PreferredBackupWindow ?? DEFAULT_WINDOWS.preferredBackupWindow,
    preferredMaintenanceWindow: DEFAULT_WINDOWS.preferredMaintenanceWindow,
    deletionProtection: input.DeletionProtection ?? false,
    copyTagsToSnapshot: input.CopyTagsToSnapshot ?? false,
    iamAuthentication: input.EnableIAMDatabaseAuthentication ?? false,
    logsExports: input.EnableCloudwatchLogsExports ?? [],
    serverlessV2Scaling: input.ServerlessV2ScalingConfiguration,
    availabilityZones: zonesOf(region, undefined),
  };
}

export function modifiedSettings(
  settings: ClusterSettings,
  input: ModifyDBClusterMessage,
  groups: RdsGroups,
): ClusterSettings {
  const version = input.EngineVersion && engineOf(settings.engine, input.EngineVersion).version;
  return {
    ...settings,
    engineVersion: version ?? settings.engineVersion,
    masterPassword: input.MasterUserPassword ?? settings.masterPassword,
    managedPassword: input.ManageMasterUserPassword ?? settings.managedPassword,
    port: input.Port ?? settings.port,
    parameterGroup: input.DBClusterParameterGroupName
      ? groups.clusterParameterGroup(input.DBClusterParameterGroupName, settings.engine, settings.engineVersion)
      : settings.parameterGroup,
    securityGroups: input.VpcSecurityGroupIds?.length
      ? groups.securityGroupsOf(input.VpcSecurityGroupIds)
      : settings.securityGroups,
    storageType: input.StorageType ?? settings.storageType,
    networkType: input.NetworkType ?? settings.networkType,
    preferredBackupWindow: input.PreferredBackupWindow ?? settings.preferredBackupWindow,
    preferredMaintenanceWindow: (input.PreferredMaintenanceWindow ?? settings.preferredMaintenanceWindow).toLowerCase(),
    deletionProtection: input.DeletionProtection ?? settings.deletionProtection,
    copyTagsToSnapshot: input.CopyTagsToSnapshot ?? settings.copyTagsToSnapshot,
    iamAuthentication: input.EnableIAMDatabaseAuthentication ?? settings.iamAuthentication,
    logsExports: exportsAfter(settings.logsExports, input.CloudwatchLogsExportConfiguration),
    serverlessV2Scaling: input.ServerlessV2ScalingConfiguration ?? settings.serverlessV2Scaling,
    multiAz: settings.multiAz && modifyMultiAz(settings.multiAz, input),
  };
}

/** Aurora's storage is always in three zones, even if the request has fewer. */
function zonesOf(region: string, requested: string[] | undefined): string[] {
  const zones = [...(requested ?? [])];
  for (const letter of ["a", "c", "d"])
    if (zones.length < 3 && !zones.includes(`${region}${letter}`)) zones.push(`${region}${letter}`);
  return zones.sort();
}

/** @throws InvalidRestoreFault for an instant outside the source's restorable range */
export function restoreInstant(input: RestoreDBClusterToPointInTimeMessage, source: RetainedBackups): number {
  const { earliest, latest } = source.range;
  if ((input.RestoreToTime === undefined) === !input.UseLatestRestorableTime)
    throw new AwsError(
      "InvalidParameterCombination",
      "Exactly one of RestoreToTime and UseLatestRestorableTime must be specified.",
    );
  if (input.RestoreType === "copy-on-write" && input.RestoreToTime)
    throw new AwsError(
      "InvalidParameterCombination",
      "RestoreToTime can't be specified when RestoreType is copy-on-write.",
    );
  if (input.RestoreToTime === undefined) return latest;
  const instant = input.RestoreToTime.getTime();
  // Whole seconds are compared, since that is what a caller can read of the range.
  if (instant < Math.floor(earliest / SECOND) * SECOND || instant > latest)
    throw new AwsError(
      "InvalidRestoreFault",
      `Cannot restore DB cluster ${source.identifier} to ${new Date(instant).toISOString()}: it is restorable from ${new Date(earliest).toISOString()} to ${new Date(latest).toISOString()}.`,
    );
  return Math.max(instant, earliest);
}
