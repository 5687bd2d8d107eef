/** The settings of an instance that AWS makes of a request to create, restore or modify it. */

import type {
  CreateDBInstanceMessage,
  ModifyDBInstanceMessage,
  RestoreDBInstanceFromDBSnapshotMessage,
  RestoreDBInstanceToPointInTimeMessage,
} from "@aws-sdk/client-rds";
import { arn } from "./account";
import { AwsError } from "./error";
import type { RdsContext } from "./rds-context";
import { insightsOf, NO_INSIGHTS } from "./rds-database";
import { engineFacts, engineOf } from "./rds-engines";
import type { RdsGroups } from "./rds-groups";
import type { Instance, InstanceSettings } from "./rds-instance";
import { storageOf } from "./rds-instance-storage";
import { exportsAfter, masterUsername, retentionDays } from "./rds-requests";

const SECOND = 1000;

const CA_CERTIFICATE = "rds-ca-rsa2048-g1";
const DEFAULT_WINDOWS = { backupWindow: "13:07-13:37", maintenanceWindow: "tue:15:40-tue:16:10" };

type Restore = RestoreDBInstanceToPointInTimeMessage | RestoreDBInstanceFromDBSnapshotMessage;

type Place = Pick<RdsContext, "region" | "groups">;

export function createdSettings(input: CreateDBInstanceMessage, { region, groups }: Place): InstanceSettings {
  const { name: engine, version } = engineOf(input.Engine, input.EngineVersion);
  const facts = engineFacts(engine);
  if (!facts.licences)
    throw new AwsError("InvalidParameterCombination", `The engine ${engine} needs a DB cluster for its instances.`);
  const username = masterUsername(input);
  if (input.DBName && facts.databaseName === "never")
    throw new AwsError("InvalidParameterValue", `DBName must be null for engine: ${engine}`);
  const encrypted = input.StorageEncrypted ?? false;
  return {
    engine,
    engineVersion: version,
    class: classOf(input.DBInstanceClass),
    licenceModel: licenceOf(engine, input.LicenseModel),
    databaseName: input.DBName || (facts.databaseName === "oracle" ? "ORCL" : undefined),
    masterUsername: username,
    masterPassword: input.MasterUserPassword,
    managedPassword: input.ManageMasterUserPassword ?? false,
    port: input.Port ?? facts.port,
    parameterGroup: groups.parameterGroup(input.DBParameterGroupName, engine, version),
    optionGroup: groups.optionGroup(input.OptionGroupName, engine, version),
    subnetGroup: groups.subnetGroup(input.DBSubnetGroupName),
    securityGroups: groups.securityGroupsOf(input.VpcSecurityGroupIds),
    publiclyAccessible: input.PubliclyAccessible ?? false,
    multiAz: input.MultiAZ ?? false,
    availabilityZone: zoneOf(region, input),
    storageEncrypted: encrypted,
    kmsKeyId: encrypted ? (input.KmsKeyId ?? arn("kms", region, "alias/aws/rds")) : undefined,
    allocatedStorage: input.AllocatedStorage as number,
    maxAllocatedStorage: input.MaxAllocatedStorage,
    ...storageOf(engine, input),
    networkType: input.NetworkType ?? "IPV4",
    backupRetentionPeriod: retentionDays(input.BackupRetentionPeriod ?? 1, 0),
    backupWindow: input.PreferredBackupWindow ?? DEFAULT_WINDOWS.backupWindow,
    maintenanceWindow: (input.PreferredMaintenanceWindow ?? DEFAULT_WINDOWS.maintenanceWindow).toLowerCase(),
    deletionProtection: input.DeletionProtection ?? false,
    copyTagsToSnapshot: input.CopyTagsToSnapshot ?? false,
    autoMinorVersionUpgrade: input.AutoMinorVersionUpgrade ?? true,
    iamAuthentication: input.EnableIAMDatabaseAuthentication ?? false,
    logsExports: input.EnableCloudwatchLogsExports ?? [],
    ...monitoringOf(input),
    ...insightsOf(input),
    caCertificate: input.CACertificateIdentifier ?? CA_CERTIFICATE,
  };
}

/**
 * The engine and the option group of a restored instance.
 * @throws InvalidParameterValue, InvalidParameterCombination if the source's data cannot be restored with them
 */
export function restoredEngine(
  settings: InstanceSettings,
  input: Restore,
  groups: RdsGroups,
): Pick<InstanceSettings, "engine" | "optionGroup"> {
  const engine = input.Engine ?? settings.engine;
  const oracle = engineFacts(engine).databaseName === "oracle";
  if (input.DBName && !oracle)
    throw new AwsError("InvalidParameterValue", "DBName must be null when Restoring for this Engine.");
  if (engine !== settings.engine && !(oracle && engineFacts(settings.engine).databaseName === "oracle"))
    throw new AwsError("InvalidParameterValue", `The engine ${engine} can't be restored from ${settings.engine}.`);
  const optionGroup = groups.optionGroup(input.OptionGroupName, engine, settings.engineVersion);
  const permanent = groups.optionGroups.get(settings.optionGroup)?.permanent ?? [];
  const missing = permanent.filter((option) => !groups.optionGroups.get(optionGroup)?.permanent.includes(option));
  if (missing.length)
    throw new AwsError(
      "InvalidParameterCombination",
      `The option group ${optionGroup} doesn't include the permanent option ${missing.join(", ")} of the source's option group ${settings.optionGroup}.`,
    );
  return { engine, optionGroup };
}

/** The settings of a restored instance: AWS takes some from the source, and its own defaults for the others. */
export function restoredSettings(
  settings: InstanceSettings,
  { engine, optionGroup }: Pick<InstanceSettings, "engine" | "optionGroup">,
  input: Restore,
  { region, groups }: Place,
): InstanceSettings {
  return {
    ...settings,
    engine,
    class: classOf(input.DBInstanceClass ?? settings.class),
    licenceModel: licenceOf(engine, input.LicenseModel ?? settings.licenceModel),
    databaseName: input.DBName ?? settings.databaseName,
    managedPassword: false,
    port: input.Port ?? settings.port,
    parameterGroup: groups.parameterGroup(input.DBParameterGroupName, engine, settings.engineVersion),
    optionGroup,
    subnetGroup: groups.subnetGroup(input.DBSubnetGroupName),
    securityGroups: groups.securityGroupsOf(input.VpcSecurityGroupIds),
    publiclyAccessible: input.PubliclyAccessible ?? false,
    multiAz: input.MultiAZ ?? false,
    availabilityZone: zoneOf(region, input),
    // A restore from a snapshot has no such parameter.
    maxAllocatedStorage: "MaxAllocatedStorage" in input ? input.MaxAllocatedStorage : undefined,
    ...storageOf(engine, {
      ...input,
      AllocatedStorage: settings.allocatedStorage,
      StorageType: input.StorageType ?? settings.storageType,
      Iops: input.Iops ?? (settings.storageType.startsWith("io") ? settings.iops : undefined),
    }),
    networkType: input.NetworkType ?? "IPV4",
    backupRetentionPeriod: retentionDays(input.BackupRetentionPeriod ?? settings.backupRetentionPeriod, 0),
    ...DEFAULT_WINDOWS,
    deletionProtection: input.DeletionProtection ?? false,
    copyTagsToSnapshot: input.CopyTagsToSnapshot ?? false,
    autoMinorVersionUpgrade: input.AutoMinorVersionUpgrade ?? true,
    iamAuthentication: input.EnableIAMDatabaseAuthentication ?? false,
    logsExports: input.EnableCloudwatchLogsExports ?? [],
    monitoringInterval: 0,
    monitoringRoleArn: undefined,
    performanceInsightsKmsKeyId: undefined,
    performanceInsightsRetention: undefined,
    ...NO_INSIGHTS,
    caCertificate: CA_CERTIFICATE,
  };
}

/**
 * The settings that a request asks for. @throws InvalidParameterCombination, InvalidParameterValue
 * [botocore: rds/2014-10-31, ModifyDBInstanceMessage, AllocatedStorage: it can be increased only]
 */
export function wantedSettings(
  settings: InstanceSettings,
  input: ModifyDBInstanceMessage,
  groups: RdsGroups,
): Partial<InstanceSettings> {
  const { engine, engineVersion } = settings;
  if ((input.AllocatedStorage ?? settings.allocatedStorage) < settings.allocatedStorage)
    throw new AwsError("InvalidParameterCombination", "Requested storage cannot be lower than the current storage.");
  return {
    class: input.DBInstanceClass && classOf(input.DBInstanceClass),
    engineVersion: input.EngineVersion && engineOf(engine, input.EngineVersion).version,
    licenceModel: input.LicenseModel && licenceOf(engine, input.LicenseModel),
    masterPassword: input.MasterUserPassword,
    managedPassword: input.ManageMasterUserPassword,
    port: input.DBPortNumber,
    parameterGroup:
      input.DBParameterGroupName && groups.parameterGroup(input.DBParameterGroupName, engine, engineVersion),
    optionGroup: input.OptionGroupName && groups.optionGroup(input.OptionGroupName, engine, engineVersion),
    subnetGroup: input.DBSubnetGroupName && groups.subnetGroup(input.DBSubnetGroupName),
    securityGroups: input.VpcSecurityGroupIds?.length ? groups.securityGroupsOf(input.VpcSecurityGroupIds) : undefined,
    publiclyAccessible: input.PubliclyAccessible,
    multiAz: input.MultiAZ,
    allocatedStorage: input.AllocatedStorage,
    maxAllocatedStorage: input.MaxAllocatedStorage,
    storageType: input.StorageType,
    iops: input.Iops,
    storageThroughput: input.StorageThroughput,
    networkType: input.NetworkType,
    backupWindow: input.PreferredBackupWindow,
    maintenanceWindow: input.PreferredMaintenanceWindow?.toLowerCase(),
    deletionProtection: input.DeletionProtection,
    copyTagsToSnapshot: input.CopyTagsToSnapshot,
    autoMinorVersionUpgrade: input.AutoMinorVersionUpgrade,
    iamAuthentication: input.EnableIAMDatabaseAuthentication,
    logsExports: exportsAfter(settings.logsExports, input.CloudwatchLogsExportConfiguration),
    ...monitoringOf({
      MonitoringInterval: input.MonitoringInterval ?? settings.monitoringInterval,
      MonitoringRoleArn: input.MonitoringRoleArn ?? settings.monitoringRoleArn,
    }),
    ...insightsOf(input, settings),
    caCertificate: input.CACertificateIdentifier,
  };
}

export function restoreInstant(
  input: RestoreDBInstanceToPointInTimeMessage,
  source: Instance,
  { earliest, latest }: { earliest: number; latest: number },
): number {
  if ((input.RestoreTime === undefined) === !input.UseLatestRestorableTime)
    throw new AwsError(
      "InvalidParameterCombination",
      "Exactly one of RestoreTime and UseLatestRestorableTime must be specified.",
    );
  if (input.RestoreTime === undefined) return latest;
  const instant = input.RestoreTime.getTime();
  // Whole seconds are compared, since that is what a caller can read of the range.
  if (instant < Math.floor(earliest / SECOND) * SECOND || instant > latest)
    throw new AwsError(
      "InvalidRestoreFault",
      `Cannot restore DB instance ${source.identifier} to ${new Date(instant).toISOString()}: it is restorable from ${new Date(earliest).toISOString()} to ${new Date(latest).toISOString()}.`,
    );
  return Math.max(instant, earliest);
}

function classOf(name: string | undefined): string {
  if (!/^db\.[a-z0-9]+\.[a-z0-9]+$/.test(name ?? ""))
    throw new AwsError("InvalidParameterValue", `Invalid DB Instance class: ${name}`);
  return name as string;
}

/** [botocore: rds/2014-10-31, CreateDBInstanceMessage, LicenseModel] */
function licenceOf(engine: string, requested: string | undefined): string {
  const licences = engineFacts(engine).licences ?? [];
  const licence = requested ?? licences[0];
  if (!licence || !licences.includes(licence))
    throw new AwsError("InvalidParameterCombination", `Invalid license model ${requested} for engine ${engine}.`);
  return licence;
}

/** [botocore: rds/2014-10-31, CreateDBInstanceMessage, AvailabilityZone: not for a Multi-AZ deployment] */
function zoneOf(
  region: string,
  input: { AvailabilityZone?: string | undefined; MultiAZ?: boolean | undefined },
): string {
  if (input.AvailabilityZone && input.MultiAZ)
    throw new AwsError(
      "InvalidParameterCombination",
      "Requesting a specific availability zone is not valid for Multi-AZ instances.",
    );
  return input.AvailabilityZone ?? `${region}a`;
}

/** [botocore: rds/2014-10-31, CreateDBInstanceMessage, MonitoringInterval, MonitoringRoleArn] */
function monitoringOf(input: { MonitoringInterval?: number | undefined; MonitoringRoleArn?: string | undefined }) {
  if (![0, 1, 5, 10, 15, 30, 60].includes(input.MonitoringInterval ?? 0))
    throw new AwsError("InvalidParameterValue", `Invalid MonitoringInterval: ${input.MonitoringInterval}.`);
  if (input.MonitoringInterval && !input.MonitoringRoleArn)
    throw new AwsError(
      "InvalidParameterCombination",
      "A MonitoringRoleARN value is required if you specify a MonitoringInterval value other than 0.",
    );
  return { monitoringInterval: input.MonitoringInterval ?? 0, monitoringRoleArn: input.MonitoringRoleArn };
}
