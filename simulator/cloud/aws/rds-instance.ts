import type { DBInstance, DBInstanceAutomatedBackup, PendingModifiedValues } from "@aws-sdk/client-rds";
import type { SimulatedClock } from "../clock";
import { arn } from "./account";
import { AwsError } from "./error";
import { type Insights, RdsDatabase, type RestorableRange, type Row } from "./rds-database";

/** What can be set on an instance. */
export interface InstanceSettings extends Insights {
  engine: string;
  engineVersion: string;
  class: string;
  licenceModel: string;
  /** The database created with it: Oracle's SID; SQL Server has none. */
  databaseName?: string;
  masterUsername: string;
  /** No operation returns it. */
  masterPassword?: string;
  managedPassword: boolean;
  port: number;
  parameterGroup: string;
  optionGroup: string;
  subnetGroup: string;
  securityGroups: string[];
  publiclyAccessible: boolean;
  multiAz: boolean;
  availabilityZone: string;
  storageEncrypted: boolean;
  kmsKeyId?: string;
  allocatedStorage: number;
  maxAllocatedStorage?: number;
  storageType: string;
  iops?: number;
  storageThroughput?: number;
  networkType: string;
  backupRetentionPeriod: number;
  backupWindow: string;
  maintenanceWindow: string;
  deletionProtection: boolean;
  copyTagsToSnapshot: boolean;
  autoMinorVersionUpgrade: boolean;
  iamAuthentication: boolean;
  logsExports: string[];
  monitoringInterval: number;
  monitoringRoleArn?: string;
  caCertificate: string;
}

/** Automated backups of an instance, with what they can restore: of one that lives, or kept of one that was deleted. */
export interface InstanceBackups {
  instance: Instance;
  status: "active" | "retained";
  range: RestorableRange;
}

/** One RDS instance: its settings, and the rows of its tables with their history. */
export class Instance extends RdsDatabase {
  settings: InstanceSettings;
  /** The instance that it is a read replica of. */
  readonly replicaOf: Instance | undefined;
  /** Its read replicas in the same region; they remain its replicas under any name. [Amazon RDS User Guide, Renaming a DB instance] */
  readonly replicas = new Set<Instance>();
  /** What was asked for without `ApplyImmediately`, and waits for the maintenance window. */
  pending: Partial<InstanceSettings> = {};

  readonly #dnsSuffix: string;

  constructor(
    clock: SimulatedClock,
    region: string,
    identifier: string,
    ids: { resourceId: string; dns: string },
    settings: InstanceSettings,
    options: { tags: Record<string, string>; replicaOf?: Instance | undefined },
  ) {
    super(clock, { identifier, region, resourceId: ids.resourceId, arnType: "db" }, options.tags);
    this.#dnsSuffix = `${ids.dns}.${region}.rds.amazonaws.com`;
    this.settings = settings;
    this.replicaOf = options.replicaOf;
    options.replicaOf?.replicas.add(this);
  }

  get address(): string {
    return `${this.identifier}.${this.#dnsSuffix}`;
  }

  /** @throws InvalidDBInstanceState, modelled for changes and deletions alike. */
  checkAvailable(): void {
    if (this.status !== "available")
      throw new AwsError("InvalidDBInstanceState", `Instance ${this.identifier} is not in available state.`);
  }

  /** Its automated backups; none while they are off. */
  backups(status: InstanceBackups["status"] = "active"): InstanceBackups | undefined {
    const range = this.restorableRange();
    return range && { instance: this, status, range };
  }

  /** Every row as of an instant, by table. */
  *rowsAt(instant: number): Generator<[table: string, key: string, row: Row]> {
    for (const table of this.tables()) for (const [key, row] of this.rows(table, instant)) yield [table, key, row];
  }

  /** As `DescribeDBInstances` returns it. */
  describe(): DBInstance {
    const { settings } = this;
    const range = this.restorableRange();
    return {
      DBInstanceIdentifier: this.identifier,
      DBInstanceArn: this.arn,
      DbiResourceId: this.resourceId,
      DBInstanceStatus: this.status,
      InstanceCreateTime: new Date(this.createdAt),
      DBInstanceClass: settings.class,
      Engine: settings.engine,
      EngineVersion: settings.engineVersion,
      LicenseModel: settings.licenceModel,
      DBName: settings.databaseName,
      MasterUsername: settings.masterUsername,
      Endpoint: { Address: this.address, Port: settings.port, HostedZoneId: "Z24O6O9L7SGTNB" },
      AvailabilityZone: settings.availabilityZone,
      MultiAZ: settings.multiAz,
      PubliclyAccessible: settings.publiclyAccessible,
      ReadReplicaSourceDBInstanceIdentifier: this.replicaOf?.identifier,
      ReadReplicaDBInstanceIdentifiers: this.replicas.size
        ? [...this.replicas].map((replica) => replica.identifier).sort()
        : undefined,
      PendingModifiedValues: this.#pendingValues(),
      AutoMinorVersionUpgrade: settings.autoMinorVersionUpgrade,
      CopyTagsToSnapshot: settings.copyTagsToSnapshot,
      DBParameterGroups: [{ DBParameterGroupName: settings.parameterGroup, ParameterApplyStatus: "in-sync" }],
      OptionGroupMemberships: [{ OptionGroupName: settings.optionGroup, Status: "in-sync" }],
      DBSubnetGroup: { DBSubnetGroupName: settings.subnetGroup },
      VpcSecurityGroups: settings.securityGroups.map((id) => ({ VpcSecurityGroupId: id, Status: "active" })),
      StorageEncrypted: settings.storageEncrypted,
      KmsKeyId: settings.kmsKeyId,
      AllocatedStorage: settings.allocatedStorage,
      MaxAllocatedStorage: settings.maxAllocatedStorage,
      StorageType: settings.storageType,
      Iops: settings.iops,
      StorageThroughput: settings.storageThroughput,
      NetworkType: settings.networkType,
      BackupRetentionPeriod: settings.backupRetentionPeriod,
      PreferredBackupWindow: settings.backupWindow,
      PreferredMaintenanceWindow: settings.maintenanceWindow,
      LatestRestorableTime: range && new Date(range.latest),
      AwsBackupRecoveryPointArn: this.recoveryPointArn,
      DeletionProtection: settings.deletionProtection,
      IAMDatabaseAuthenticationEnabled: settings.iamAuthentication,
      EnabledCloudwatchLogsExports: settings.logsExports.length ? settings.logsExports : undefined,
      MonitoringInterval: settings.monitoringInterval,
      MonitoringRoleArn: settings.monitoringRoleArn,
      PerformanceInsightsEnabled: settings.performanceInsights,
      PerformanceInsightsKMSKeyId: settings.performanceInsightsKmsKeyId,
      PerformanceInsightsRetentionPeriod: settings.performanceInsightsRetention,
      DatabaseInsightsMode: settings.insightsMode,
      CACertificateIdentifier: settings.caCertificate,
      MasterUserSecret: settings.managedPassword ? this.masterUserSecret : undefined,
      TagList: Object.entries(this.tags).map(([Key, Value]) => ({ Key, Value })),
    };
  }

  /** "returned only when there are pending changes" [AWS API Reference, DBInstance] */
  #pendingValues(): PendingModifiedValues | undefined {
    const { pending, pendingIdentifier } = this;
    if (pendingIdentifier === undefined && Object.keys(pending).length === 0) return undefined;
    return {
      DBInstanceIdentifier: pendingIdentifier,
      AllocatedStorage: pending.allocatedStorage,
      DBInstanceClass: pending.class,
      Iops: pending.iops,
      LicenseModel: pending.licenceModel,
      MultiAZ: pending.multiAz,
      StorageThroughput: pending.storageThroughput,
      StorageType: pending.storageType,
    };
  }
}

/**
 * As `DescribeDBInstanceAutomatedBackups` returns them. Inferred: those of a living instance have the name that it has now.
 * AWS's reference says that neither the identifier nor the resource id "can be changed" [DBInstanceAutomatedBackup], which is
 * wrong of the first: only the second is to be relied upon.
 */
export function describeBackups({ instance, status, range }: InstanceBackups): DBInstanceAutomatedBackup {
  const { settings } = instance;
  return {
    DBInstanceArn: instance.arn,
    DbiResourceId: instance.resourceId,
    DBInstanceIdentifier: instance.identifier,
    Region: instance.region,
    DBInstanceAutomatedBackupsArn: arn(
      "rds",
      instance.region,
      `auto-backup:ab-${instance.resourceId.slice(3).toLowerCase()}`,
    ),
    Status: status,
    RestoreWindow: { EarliestTime: new Date(range.earliest), LatestTime: new Date(range.latest) },
    Engine: settings.engine,
    EngineVersion: settings.engineVersion,
    LicenseModel: settings.licenceModel,
    OptionGroupName: settings.optionGroup,
    Port: settings.port,
    AvailabilityZone: settings.availabilityZone,
    StorageType: settings.storageType,
    AllocatedStorage: settings.allocatedStorage,
    Encrypted: settings.storageEncrypted,
    KmsKeyId: settings.kmsKeyId,
    Iops: settings.iops,
    StorageThroughput: settings.storageThroughput,
    MasterUsername: settings.masterUsername,
    IAMDatabaseAuthenticationEnabled: settings.iamAuthentication,
    BackupRetentionPeriod: settings.backupRetentionPeriod,
    PreferredBackupWindow: settings.backupWindow,
    TagList: Object.entries(instance.tags).map(([Key, Value]) => ({ Key, Value })),
    InstanceCreateTime: new Date(instance.createdAt),
    AwsBackupRecoveryPointArn: instance.recoveryPointArn,
  };
}
