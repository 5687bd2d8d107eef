import type {
  DBCluster,
  DBClusterAutomatedBackup,
  DBInstance,
  ServerlessV2ScalingConfiguration,
} from "@aws-sdk/client-rds";
import type { SimulatedClock } from "../clock";
import { AwsError } from "./error";
import { RdsDatabase, type RestorableRange, type Row } from "./rds-database";
import { describeMultiAz, type MultiAzSettings } from "./rds-multi-az-cluster";

/** What can be set on a cluster. */
export interface ClusterSettings {
  engine: string;
  engineVersion: string;
  databaseName?: string;
  masterUsername: string;
  /** No operation returns it. */
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
  /** What only a Multi-AZ DB cluster has. */
  multiAz?: MultiAzSettings;
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

/** What a cluster has to do with others, as `DescribeDBClusters` returns it. A test sets it. */
type ClusterRelations = Pick<
  DBCluster,
  "GlobalClusterIdentifier" | "ReadReplicaIdentifiers" | "ReplicationSourceIdentifier"
>;

/** What is left of a cluster that was deleted with its automated backups retained. */
export interface RetainedBackups {
  resourceId: string;
  identifier: string;
  arn: string;
  tags: Record<string, string>;
  settings: ClusterSettings;
  range: RestorableRange;
  rows: (table: string, at: number) => Map<string, Row>;
  tables: string[];
}

/** One Aurora cluster or Multi-AZ DB cluster: its settings, its instances, and the rows of its tables with their history. */
export class Cluster extends RdsDatabase {
  readonly instances: ClusterInstance[] = [];
  settings: ClusterSettings;
  relations: ClusterRelations = {};

  readonly #dnsSuffix: string;

  constructor(
    clock: SimulatedClock,
    region: string,
    identifier: string,
    ids: { resourceId: string; dns: string },
    settings: ClusterSettings,
    tags: Record<string, string>,
  ) {
    super(clock, { identifier, region, resourceId: ids.resourceId, arnType: "cluster" }, tags);
    this.#dnsSuffix = `${ids.dns}.${region}.rds.amazonaws.com`;
    this.settings = settings;
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

  /** @throws InvalidDBClusterStateFault, modelled for changes and deletions alike. */
  checkAvailable(): void {
    if (this.status !== "available")
      throw new AwsError("InvalidDBClusterStateFault", `DB cluster ${this.identifier} is ${this.status}.`);
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

  /** What can be restored now. A cluster's automated backups can't be switched off. */
  override restorableRange(): RestorableRange {
    return super.restorableRange() as RestorableRange;
  }

  /** The automated backups as they are kept when the cluster goes. */
  retainedBackups(): RetainedBackups {
    return {
      resourceId: this.resourceId,
      identifier: this.identifier,
      arn: this.arn,
      tags: { ...this.tags },
      settings: { ...this.settings },
      range: this.restorableRange(),
      rows: (table, at) => this.rows(table, at),
      tables: this.tables(),
    };
  }

  /** As `DescribeDBClusters` returns it. */
  describe(): DBCluster {
    const { settings } = this;
    const range = this.restorableRange();
    return {
      DBClusterIdentifier: this.identifier,
      DbClusterResourceId: this.resourceId,
      DBClusterArn: this.arn,
      Status: this.status,
      // "returned only when there are pending changes" [AWS API Reference, DBCluster]
      PendingModifiedValues: this.pendingIdentifier ? { DBClusterIdentifier: this.pendingIdentifier } : undefined,
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
      StorageEncrypted: settings.storageEncrypted,
      KmsKeyId: settings.kmsKeyId,
      StorageType: settings.storageType,
      ...(settings.multiAz
        ? describeMultiAz(settings.multiAz)
        : { AllocatedStorage: 1, DatabaseInsightsMode: "standard" }),
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
      MasterUserSecret: settings.managedPassword ? this.masterUserSecret : undefined,
      AssociatedRoles: [],
      ...this.relations,
      TagList: Object.entries(this.tags).map(([Key, Value]) => ({ Key, Value })),
      AutoMinorVersionUpgrade: true,
      CrossAccountClone: false,
      HttpEndpointEnabled: false,
      EngineLifecycleSupport: "open-source-rds-extended-support",
    };
  }

  /** As `DescribeDBInstances` returns it. */
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
}

/** As `DescribeDBClusterAutomatedBackups` returns them. */
export function describeClusterBackups(
  { resourceId, identifier, arn: clusterArn, tags, settings, range }: RetainedBackups,
  status: "active" | "retained",
): DBClusterAutomatedBackup {
  return {
    DBClusterArn: clusterArn,
    DbClusterResourceId: resourceId,
    DBClusterIdentifier: identifier,
    Status: status,
    RestoreWindow: { EarliestTime: new Date(range.earliest), LatestTime: new Date(range.latest) },
    Engine: settings.engine,
    EngineVersion: settings.engineVersion,
    MasterUsername: settings.masterUsername,
    Port: settings.port,
    StorageEncrypted: settings.storageEncrypted,
    KmsKeyId: settings.kmsKeyId,
    StorageType: settings.storageType,
    AllocatedStorage: settings.multiAz?.allocatedStorage ?? 1,
    Iops: settings.multiAz?.iops,
    IAMDatabaseAuthenticationEnabled: settings.iamAuthentication,
    BackupRetentionPeriod: settings.backupRetentionPeriod,
    PreferredBackupWindow: settings.preferredBackupWindow,
    TagList: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
  };
}
