import type { DBCluster, DBInstance, ServerlessV2ScalingConfiguration } from "@aws-sdk/client-rds";
import type { SimulatedClock } from "../clock";
import { arn } from "./account";
import { History } from "./history";

const SECOND = 1000;
const DAY = 24 * 60 * 60 * SECOND;

/** The newest instant that Aurora can restore lies this far behind now. */
export const RESTORE_LAG_MILLIS = 5 * 60 * SECOND;

/** A row as far as the simulation cares: any plain object. */
export type Row = Record<string, unknown>;

/** What can be set on a cluster. */
export interface ClusterSettings {
  engine: string;
  engineVersion: string;
  databaseName?: string;
  masterUsername: string;
  /** Never told by any operation. */
  masterPassword?: string;
  managedPassword: boolean;
  port: number;
  parameterGroup: string;
  subnetGroup: string;
  securityGroups: string[];
  storageEncrypted: boolean;
  kmsKeyId?: string;
  storageType?: string;
  networkType: string;
  backupRetentionPeriod: number;
  preferredBackupWindow: string;
  preferredMaintenanceWindow: string;
  deletionProtection: boolean;
  copyTagsToSnapshot: boolean;
  iamAuthentication: boolean;
  logsExports: string[];
  serverlessV2Scaling?: ServerlessV2ScalingConfiguration;
  availabilityZones: string[];
}

export interface ClusterInstance {
  identifier: string;
  resourceId: string;
  arn: string;
  class: string;
  engineVersion: string;
  availabilityZone: string;
  parameterGroup: string;
  promotionTier: number;
  publiclyAccessible: boolean;
  autoMinorVersionUpgrade: boolean;
  copyTagsToSnapshot: boolean;
  monitoringInterval: number;
  monitoringRoleArn?: string;
  performanceInsights: boolean;
  performanceInsightsKmsKeyId?: string;
  performanceInsightsRetention?: number;
  preferredMaintenanceWindow: string;
  caCertificate: string;
  tags: Record<string, string>;
  createdAt: number;
}

/** What is left of a cluster that was deleted with its automated backups retained. */
export interface RetainedBackups {
  resourceId: string;
  identifier: string;
  settings: ClusterSettings;
  range: { earliest: number; latest: number };
  rows: (table: string, at: number) => Map<string, Row>;
  tables: string[];
}

/** One Aurora cluster: its settings, its instances, and the rows of its tables with their history. */
export class Cluster {
  readonly identifier: string;
  readonly region: string;
  readonly resourceId: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly instances: ClusterInstance[] = [];
  settings: ClusterSettings;
  tags: Record<string, string>;
  /** The continuous recovery point of AWS Backup, once that owns the retention. */
  recoveryPointArn: string | undefined;
  /** How far the database's own clock is ahead of the cloud's. */
  skewMillis = 0;

  readonly #clock: SimulatedClock;
  readonly #tables = new Map<string, History<Row>>();
  readonly #dnsSuffix: string;
  #backedUpSince: number;

  constructor(
    clock: SimulatedClock,
    region: string,
    identifier: string,
    ids: { resourceId: string; dns: string },
    settings: ClusterSettings,
    tags: Record<string, string>,
  ) {
    this.#clock = clock;
    this.region = region;
    this.identifier = identifier;
    this.resourceId = ids.resourceId;
    this.arn = arn("rds", region, `cluster:${identifier}`);
    this.#dnsSuffix = `${ids.dns}.${region}.rds.amazonaws.com`;
    this.createdAt = clock.now();
    this.#backedUpSince = this.createdAt;
    this.settings = settings;
    this.tags = tags;
  }

  /** The database's own clock. */
  now(): number {
    return this.#clock.now() + this.skewMillis;
  }

  put(table: string, key: string, row: Row, at: number = this.now()): void {
    this.#history(table).set(key, row, at);
  }

  delete(table: string, key: string, at: number = this.now()): void {
    this.#history(table).delete(key, at);
  }

  /** A table's rows by key, as of an instant of the database's own clock; empty when there is no such table. */
  rows(table: string, at: number = this.now()): Map<string, Row> {
    return this.#tables.get(table)?.at(at) ?? new Map();
  }

  tables(): string[] {
    return [...this.#tables.keys()].sort();
  }

  get endpoint(): string {
    return `${this.identifier}.cluster-${this.#dnsSuffix}`;
  }

  get readerEndpoint(): string {
    return `${this.identifier}.cluster-ro-${this.#dnsSuffix}`;
  }

  instanceEndpoint(instance: ClusterInstance): string {
    return `${instance.identifier}.${this.#dnsSuffix}`;
  }

  /** The first instance is the writer; when it goes, the lowest promotion tier (the oldest of equals) takes over. */
  get writer(): ClusterInstance | undefined {
    return this.instances[0];
  }

  addInstance(instance: ClusterInstance): void {
    this.instances.push(instance);
  }

  removeInstance(identifier: string): void {
    const wasWriter = this.writer?.identifier === identifier;
    this.instances.splice(
      this.instances.findIndex((instance) => instance.identifier === identifier),
      1,
    );
    if (wasWriter) this.instances.sort((a, b) => a.promotionTier - b.promotionTier || a.createdAt - b.createdAt);
  }

  /** What a shorter retention has dropped does not come back with a longer one. */
  retainBackupsFor(days: number): void {
    this.#backedUpSince = this.restorableRange().earliest;
    this.settings.backupRetentionPeriod = days;
  }

  /** What can be restored now. Aurora's automated backups can't be switched off. */
  restorableRange(): { earliest: number; latest: number } {
    const now = this.now();
    const earliest = Math.max(this.#backedUpSince, now - this.settings.backupRetentionPeriod * DAY);
    return { earliest, latest: Math.max(earliest, now - RESTORE_LAG_MILLIS) };
  }

  /** The automated backups as they are kept when the cluster goes. */
  retainedBackups(): RetainedBackups {
    return {
      resourceId: this.resourceId,
      identifier: this.identifier,
      settings: { ...this.settings },
      range: this.restorableRange(),
      rows: (table, at) => this.rows(table, at),
      tables: this.tables(),
    };
  }

  /** As `DescribeDBClusters` tells it. */
  describe(): DBCluster {
    const { settings } = this;
    const range = this.restorableRange();
    return {
      DBClusterIdentifier: this.identifier,
      DbClusterResourceId: this.resourceId,
      DBClusterArn: this.arn,
      Status: "available",
      ClusterCreateTime: new Date(this.createdAt),
      Engine: settings.engine,
      EngineVersion: settings.engineVersion,
      EngineMode: "provisioned",
      DatabaseName: settings.databaseName,
      MasterUsername: settings.masterUsername,
      Port: settings.port,
      Endpoint: this.endpoint,
      ReaderEndpoint: this.readerEndpoint,
      HostedZoneId: "Z24O6O9L7SGTNB",
      AvailabilityZones: settings.availabilityZones,
      MultiAZ: new Set(this.instances.map((instance) => instance.availabilityZone)).size > 1,
      AllocatedStorage: 1,
      StorageEncrypted: settings.storageEncrypted,
      KmsKeyId: settings.kmsKeyId,
      StorageType: settings.storageType,
      NetworkType: settings.networkType,
      DBClusterParameterGroup: settings.parameterGroup,
      DBSubnetGroup: settings.subnetGroup,
      VpcSecurityGroups: settings.securityGroups.map((id) => ({ VpcSecurityGroupId: id, Status: "active" })),
      DBClusterMembers: this.instances.map((instance) => ({
        DBInstanceIdentifier: instance.identifier,
        IsClusterWriter: instance === this.writer,
        DBClusterParameterGroupStatus: "in-sync",
        PromotionTier: instance.promotionTier,
      })),
      BackupRetentionPeriod: settings.backupRetentionPeriod,
      PreferredBackupWindow: settings.preferredBackupWindow,
      PreferredMaintenanceWindow: settings.preferredMaintenanceWindow,
      EarliestRestorableTime: new Date(range.earliest),
      LatestRestorableTime: new Date(range.latest),
      AwsBackupRecoveryPointArn: this.recoveryPointArn,
      DeletionProtection: settings.deletionProtection,
      CopyTagsToSnapshot: settings.copyTagsToSnapshot,
      IAMDatabaseAuthenticationEnabled: settings.iamAuthentication,
      EnabledCloudwatchLogsExports: settings.logsExports.length ? settings.logsExports : undefined,
      ServerlessV2ScalingConfiguration: settings.serverlessV2Scaling,
      MasterUserSecret: settings.managedPassword
        ? {
            SecretArn: arn("secretsmanager", this.region, `secret:rds!${this.resourceId.toLowerCase()}`),
            SecretStatus: "active",
            KmsKeyId: arn("kms", this.region, "alias/aws/secretsmanager"),
          }
        : undefined,
      AssociatedRoles: [],
      TagList: Object.entries(this.tags).map(([Key, Value]) => ({ Key, Value })),
      AutoMinorVersionUpgrade: true,
      CrossAccountClone: false,
      HttpEndpointEnabled: false,
      DatabaseInsightsMode: "standard",
      EngineLifecycleSupport: "open-source-rds-extended-support",
    };
  }

  /** As `DescribeDBInstances` tells it. */
  describeInstance(instance: ClusterInstance): DBInstance {
    const { settings } = this;
    return {
      DBInstanceIdentifier: instance.identifier,
      DBInstanceArn: instance.arn,
      DbiResourceId: instance.resourceId,
      DBInstanceStatus: "available",
      InstanceCreateTime: new Date(instance.createdAt),
      DBClusterIdentifier: this.identifier,
      DBInstanceClass: instance.class,
      Engine: settings.engine,
      EngineVersion: instance.engineVersion,
      Endpoint: { Address: this.instanceEndpoint(instance), Port: settings.port, HostedZoneId: "Z24O6O9L7SGTNB" },
      AvailabilityZone: instance.availabilityZone,
      MultiAZ: false,
      PromotionTier: instance.promotionTier,
      PubliclyAccessible: instance.publiclyAccessible,
      AutoMinorVersionUpgrade: instance.autoMinorVersionUpgrade,
      CopyTagsToSnapshot: instance.copyTagsToSnapshot,
      DBParameterGroups: [{ DBParameterGroupName: instance.parameterGroup, ParameterApplyStatus: "in-sync" }],
      DBSubnetGroup: { DBSubnetGroupName: settings.subnetGroup },
      VpcSecurityGroups: settings.securityGroups.map((id) => ({ VpcSecurityGroupId: id, Status: "active" })),
      StorageEncrypted: settings.storageEncrypted,
      KmsKeyId: settings.kmsKeyId,
      BackupRetentionPeriod: settings.backupRetentionPeriod,
      PreferredBackupWindow: settings.preferredBackupWindow,
      PreferredMaintenanceWindow: instance.preferredMaintenanceWindow,
      MonitoringInterval: instance.monitoringInterval,
      MonitoringRoleArn: instance.monitoringRoleArn,
      PerformanceInsightsEnabled: instance.performanceInsights,
      PerformanceInsightsKMSKeyId: instance.performanceInsightsKmsKeyId,
      PerformanceInsightsRetentionPeriod: instance.performanceInsightsRetention,
      CACertificateIdentifier: instance.caCertificate,
      NetworkType: settings.networkType,
      DeletionProtection: false,
      TagList: Object.entries(instance.tags).map(([Key, Value]) => ({ Key, Value })),
    };
  }

  #history(table: string): History<Row> {
    let history = this.#tables.get(table);
    if (!history) {
      history = new History();
      this.#tables.set(table, history);
    }
    return history;
  }
}
