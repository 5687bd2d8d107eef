import type {
  CreateDBClusterMessage,
  CreateDBInstanceMessage,
  DBCluster,
  DBInstance,
  DeleteDBClusterMessage,
  DeleteDBInstanceMessage,
  ModifyDBClusterMessage,
  ModifyDBInstanceMessage,
  RestoreDBClusterFromSnapshotMessage,
  RestoreDBClusterToPointInTimeMessage,
  Tag,
} from "@aws-sdk/client-rds";
import type { SimulatedClock } from "../clock";
import { arn } from "./account";
import { AwsError } from "./error";
import type { Identifiers } from "./identifiers";
import { Cluster, type ClusterInstance, type ClusterSettings, type RetainedBackups } from "./rds-cluster";
import type { RdsDatabase, Row } from "./rds-database";
import { engineFacts, engineOf } from "./rds-engines";
import { RdsGroups } from "./rds-groups";
import type { Instance } from "./rds-instance";
import { RdsInstances } from "./rds-instances";
import { createMultiAz, MULTI_AZ_INSTANCES, modifyMultiAz, restoreMultiAz } from "./rds-multi-az-cluster";
import { RdsNeighbours } from "./rds-neighbours";
import { nextWindow, type RenameCourses, renameCourses } from "./rds-rename";
import { exportsAfter, masterUsername, retentionDays, takeFinalSnapshot } from "./rds-requests";
import { RdsSnapshots } from "./rds-snapshots";
import { rdsTags } from "./tags";

const SECOND = 1000;

const DEFAULT_WINDOWS = { preferredBackupWindow: "17:00-17:30", preferredMaintenanceWindow: "sun:18:00-sun:18:30" };

type RestoredRow = [table: string, key: string, row: Row];

/** RDS in all regions. */
export class Rds {
  /** How databases are renamed from now on. */
  readonly renames: RenameCourses = renameCourses();
  readonly #regions = new Map<string, RdsRegion>();
  readonly #clock: SimulatedClock;
  readonly #identifiers: Identifiers;

  constructor(clock: SimulatedClock, identifiers: Identifiers) {
    this.#clock = clock;
    this.#identifiers = identifiers;
  }

  region(name: string): RdsRegion {
    let region = this.#regions.get(name);
    if (!region) {
      region = new RdsRegion(name, this.#clock, this.#identifiers, this.renames);
      this.#regions.set(name, region);
    }
    return region;
  }
}

/** RDS's operations on clusters in one region, and its instances; by AWS's names and with AWS's requests, answers and errors. */
export class RdsRegion {
  readonly name: string;
  /** The instances that belong to no cluster. */
  readonly instances: RdsInstances;
  /** Lets AWS Backup do, before anything is looked at, what its schedule has made due. */
  beforeAccess: () => void = () => {};

  readonly #clock: SimulatedClock;
  readonly #identifiers: Identifiers;
  readonly #dns: string;
  readonly #renames: RenameCourses;
  /** By resource id: names change. */
  readonly #clusters = new Map<string, Cluster>();
  readonly #retained = new Map<string, RetainedBackups>();
  /** Final snapshots, and those of AWS Backup. */
  readonly snapshots: RdsSnapshots;
  readonly #groups: RdsGroups;
  /** Proxies, blue/green deployments, custom endpoints. */
  readonly neighbours: RdsNeighbours;

  constructor(name: string, clock: SimulatedClock, identifiers: Identifiers, renames: RenameCourses) {
    this.name = name;
    this.#clock = clock;
    this.#renames = renames;
    this.#identifiers = identifiers;
    this.#dns = identifiers.hex(12);
    this.snapshots = new RdsSnapshots(name);
    this.neighbours = new RdsNeighbours(name, identifiers);
    this.#groups = new RdsGroups(`sg-${identifiers.hex(17)}`);
    this.instances = new RdsInstances({
      region: name,
      clock,
      identifiers,
      dns: this.#dns,
      groups: this.#groups,
      snapshots: this.snapshots,
      freeIdentifier: (requested, renamed) => this.#freeInstanceIdentifier(requested, renamed),
      renameSteps: () => renames.instance,
      beforeAccess: () => this.beforeAccess(),
    });
  }

  createSubnetGroup(name: string): void {
    this.#groups.subnetGroups.add(name);
  }

  createClusterParameterGroup(name: string): void {
    this.#groups.clusterParameterGroups.add(name);
  }

  createParameterGroup(name: string): void {
    this.#groups.parameterGroups.add(name);
  }

  createSecurityGroup(id: string): void {
    this.#groups.securityGroups.add(id);
  }

  /** `permanent` are options that an instance can't be parted from, such as Oracle's `TDE`. */
  createOptionGroup(name: string, engine: string, permanent: string[] = []): void {
    this.#groups.optionGroups.set(name, { engine, permanent });
  }

  /** @throws DBClusterNotFoundFault */
  cluster(identifier: string): Cluster {
    const cluster = this.find(identifier);
    if (!cluster) throw new AwsError("DBClusterNotFoundFault", `DBCluster ${identifier} not found.`, 404);
    return cluster;
  }

  find(identifierOrArn: string): Cluster | undefined {
    this.beforeAccess();
    const name = identifierOrArn.replace(/^arn:.*:cluster:/, "").toLowerCase();
    return [...this.#clusters.values()].find((cluster) => cluster.identifier === name);
  }

  /** In the order in which `DescribeDBClusters` pages through them. */
  clusters(): Cluster[] {
    this.beforeAccess();
    return [...this.#clusters.values()].sort((a, b) => (a.identifier < b.identifier ? -1 : 1));
  }

  /** Everything that AWS Backup can keep continuous backups of. */
  databases(): RdsDatabase[] {
    return [...this.clusters(), ...this.instances.all()];
  }

  /** An instance of a cluster. @throws DBInstanceNotFound */
  instance(identifier: string): { cluster: Cluster; instance: ClusterInstance } {
    const found = this.findInstance(identifier);
    if (!found) throw new AwsError("DBInstanceNotFound", `DBInstance ${identifier} not found.`, 404);
    return found;
  }

  findInstance(identifier: string): { cluster: Cluster; instance: ClusterInstance } | undefined {
    const name = identifier.replace(/^arn:.*:db:/, "").toLowerCase();
    for (const cluster of this.#clusters.values()) {
      const instance = cluster.instances.find((each) => each.identifier === name);
      if (instance) return { cluster, instance };
    }
    return undefined;
  }

  /** Automated backups of clusters that are gone, by resource id. */
  retainedBackups(): RetainedBackups[] {
    return [...this.#retained.values()];
  }

  createDBCluster(input: CreateDBClusterMessage): DBCluster {
    const identifier = this.#freeClusterIdentifier(input.DBClusterIdentifier);
    const { name: engine, version } = engineOf(input.Engine, input.EngineVersion);
    const username = masterUsername(input);
    const encrypted = input.StorageEncrypted ?? false;
    const multiAz = engineFacts(engine).multiAzCluster && createMultiAz(input);
    const settings: ClusterSettings = {
      engine,
      engineVersion: version,
      databaseName: input.DatabaseName,
      masterUsername: username,
      masterPassword: input.MasterUserPassword,
      managedPassword: input.ManageMasterUserPassword ?? false,
      port: input.Port ?? engineFacts(engine).port,
      parameterGroup: this.#groups.clusterParameterGroup(input.DBClusterParameterGroupName, engine, version),
      subnetGroup: this.#groups.subnetGroup(input.DBSubnetGroupName),
      securityGroups: this.#groups.securityGroupsOf(input.VpcSecurityGroupIds),
      storageEncrypted: encrypted,
      kmsKeyId: encrypted ? (input.KmsKeyId ?? arn("kms", this.name, "alias/aws/rds")) : undefined,
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
      availabilityZones: this.#zones(input.AvailabilityZones),
    };
    return this.#add(identifier, settings, input.Tags).describe();
  }

  /**
   * Makes another cluster of a cluster's past, of Aurora without instances. What is not asked for gets AWS's defaults.
   */
  restoreDBClusterToPointInTime(input: RestoreDBClusterToPointInTimeMessage): DBCluster {
    const source = this.#restoreSource(input);
    const identifier = this.#freeClusterIdentifier(input.DBClusterIdentifier);
    if (input.MonitoringInterval || input.MonitoringRoleArn || input.EnablePerformanceInsights)
      throw new AwsError(
        "InvalidParameterCombination",
        "You can enable Performance Insights or set the Enhanced Monitoring interval only when restoring from a source Aurora Limitless DB cluster",
      );
    const instant = restoreInstant(input, source);
    const rows = source.tables.flatMap((table) =>
      [...source.rows(table, instant)].map(([key, row]): RestoredRow => [table, key, row]),
    );
    // "If the source DB cluster has resource tags, RDS adds the latest tags to the restored DB cluster."
    // [Amazon RDS User Guide, Restoring a Multi-AZ DB cluster to a specified time]
    const copy = this.#restored(identifier, source.settings, rows, input);
    if (source.settings.multiAz)
      for (const [key, value] of Object.entries(source.tags)) this.cluster(identifier).tags[key] ??= value;
    return copy;
  }

  /** The same of a snapshot. */
  restoreDBClusterFromSnapshot(input: RestoreDBClusterFromSnapshotMessage): DBCluster {
    const snapshot = this.snapshots.cluster(input.SnapshotIdentifier as string);
    const identifier = this.#freeClusterIdentifier(input.DBClusterIdentifier);
    if (input.Engine !== snapshot.settings.engine)
      throw new AwsError(
        "InvalidParameterCombination",
        `The engine ${input.Engine} can't be restored from a snapshot of ${snapshot.settings.engine}.`,
      );
    const { settings } = snapshot;
    // "If you don't specify an engine version, the default version for the database engine in the Amazon Web Services
    // Region is used." [AWS API Reference, RestoreDBClusterFromSnapshot] Of Aurora it is not simulated.
    const { version } = engineOf(settings.engine, input.EngineVersion);
    const engineVersion = settings.multiAz ? version : settings.engineVersion;
    return this.#restored(identifier, { ...settings, engineVersion }, snapshot.rows, input);
  }

  #restored(
    identifier: string,
    source: ClusterSettings,
    rows: RestoredRow[],
    input: RestoreDBClusterToPointInTimeMessage | RestoreDBClusterFromSnapshotMessage,
  ): DBCluster {
    const { engine, engineVersion } = source;
    const cluster = this.#add(
      identifier,
      {
        ...source,
        managedPassword: false,
        port: input.Port ?? source.port,
        parameterGroup: this.#groups.clusterParameterGroup(input.DBClusterParameterGroupName, engine, engineVersion),
        subnetGroup: this.#groups.subnetGroup(input.DBSubnetGroupName),
        securityGroups: this.#groups.securityGroupsOf(input.VpcSecurityGroupIds),
        kmsKeyId: input.KmsKeyId ?? source.kmsKeyId,
        storageEncrypted: source.storageEncrypted || input.KmsKeyId !== undefined,
        storageType: input.StorageType ?? source.storageType,
        multiAz:
          source.multiAz && restoreMultiAz(source.multiAz, input.StorageType ?? source.storageType ?? "io1", input),
        networkType: input.NetworkType ?? source.networkType,
        backupRetentionPeriod: retentionDays(input.BackupRetentionPeriod ?? source.backupRetentionPeriod, 1),
        preferredBackupWindow: input.PreferredBackupWindow ?? DEFAULT_WINDOWS.preferredBackupWindow,
        preferredMaintenanceWindow: DEFAULT_WINDOWS.preferredMaintenanceWindow,
        deletionProtection: input.DeletionProtection ?? false,
        copyTagsToSnapshot: input.CopyTagsToSnapshot ?? false,
        iamAuthentication: input.EnableIAMDatabaseAuthentication ?? false,
        logsExports: input.EnableCloudwatchLogsExports ?? [],
        serverlessV2Scaling: input.ServerlessV2ScalingConfiguration,
        availabilityZones: this.#zones(undefined),
      },
      input.Tags,
    );
    for (const [table, key, row] of rows) cluster.put(table, key, row, cluster.createdAt);
    return { ...cluster.describe(), Status: "creating" };
  }

  modifyDBCluster(input: ModifyDBClusterMessage): DBCluster {
    const cluster = this.cluster(input.DBClusterIdentifier as string);
    const { settings } = cluster;
    cluster.checkAvailable();
    const period = input.BackupRetentionPeriod;
    if (period !== undefined && cluster.recoveryPointArn && period !== settings.backupRetentionPeriod)
      throw new AwsError(
        "InvalidParameterValue",
        `RDS cluster ${cluster.identifier} is associated with the following AwsBackupRecoveryPointArn: ${cluster.recoveryPointArn}. The BackupRetentionPeriod can be blank, or you can use the current value, ${settings.backupRetentionPeriod}. For more details, see the AWS Backup documentation.`,
      );
    const version = input.EngineVersion && engineOf(settings.engine, input.EngineVersion).version;
    const changed: ClusterSettings = {
      ...settings,
      engineVersion: version ?? settings.engineVersion,
      masterPassword: input.MasterUserPassword ?? settings.masterPassword,
      managedPassword: input.ManageMasterUserPassword ?? settings.managedPassword,
      port: input.Port ?? settings.port,
      parameterGroup: input.DBClusterParameterGroupName
        ? this.#groups.clusterParameterGroup(input.DBClusterParameterGroupName, settings.engine, settings.engineVersion)
        : settings.parameterGroup,
      securityGroups: input.VpcSecurityGroupIds?.length
        ? this.#groups.securityGroupsOf(input.VpcSecurityGroupIds)
        : settings.securityGroups,
      storageType: input.StorageType ?? settings.storageType,
      networkType: input.NetworkType ?? settings.networkType,
      preferredBackupWindow: input.PreferredBackupWindow ?? settings.preferredBackupWindow,
      preferredMaintenanceWindow: (
        input.PreferredMaintenanceWindow ?? settings.preferredMaintenanceWindow
      ).toLowerCase(),
      deletionProtection: input.DeletionProtection ?? settings.deletionProtection,
      copyTagsToSnapshot: input.CopyTagsToSnapshot ?? settings.copyTagsToSnapshot,
      iamAuthentication: input.EnableIAMDatabaseAuthentication ?? settings.iamAuthentication,
      logsExports: exportsAfter(settings.logsExports, input.CloudwatchLogsExportConfiguration),
      serverlessV2Scaling: input.ServerlessV2ScalingConfiguration ?? settings.serverlessV2Scaling,
      multiAz: settings.multiAz && modifyMultiAz(settings.multiAz, input),
    };
    if (period !== undefined) retentionDays(period, 1);
    const newIdentifier =
      input.NewDBClusterIdentifier && this.#freeClusterIdentifier(input.NewDBClusterIdentifier, cluster);
    cluster.settings = changed;
    if (period !== undefined) cluster.retainBackupsFor(period);
    if (newIdentifier) {
      const now = this.#clock.now();
      const startsAt = input.ApplyImmediately ? now : nextWindow(changed.preferredMaintenanceWindow, now);
      cluster.rename(newIdentifier, startsAt, settings.multiAz ? this.#renames.multiAzCluster : this.#renames.aurora);
    }
    return cluster.describe();
  }

  deleteDBCluster(input: DeleteDBClusterMessage): DBCluster {
    const cluster = this.cluster(input.DBClusterIdentifier as string);
    cluster.checkAvailable();
    if (cluster.settings.deletionProtection)
      throw new AwsError(
        "InvalidParameterCombination",
        "Cannot delete protected Cluster, please disable deletion protection and try again.",
      );
    if (cluster.instances.length > 0 && !cluster.settings.multiAz)
      throw new AwsError(
        "InvalidDBClusterStateFault",
        "Cluster cannot be deleted, it still contains DB instances in non-deleting state.",
      );
    takeFinalSnapshot(this.snapshots, cluster, "cluster", input);
    cluster.endRename();
    if (input.DeleteAutomatedBackups === false) this.#retained.set(cluster.resourceId, cluster.retainedBackups());
    this.#clusters.delete(cluster.resourceId);
    return { ...cluster.describe(), Status: "deleting" };
  }

  createDBInstance(input: CreateDBInstanceMessage): DBInstance {
    if (!input.DBClusterIdentifier) return this.instances.create(input);
    const identifier = this.#freeInstanceIdentifier(input.DBInstanceIdentifier);
    const cluster = this.cluster(input.DBClusterIdentifier);
    const { engine, engineVersion, availabilityZones, multiAz } = cluster.settings;
    if (multiAz)
      throw new AwsError("InvalidParameterCombination", "You can't add DB instances to a Multi-AZ DB cluster.");
    if (input.Engine !== engine)
      throw new AwsError(
        "InvalidParameterCombination",
        `The engine name requested for your DB instance (${input.Engine}) doesn't match the engine name of your DB cluster (${engine}).`,
      );
    if (!/^db\.(serverless|[a-z0-9]+\.[a-z0-9]+)$/.test(input.DBInstanceClass ?? ""))
      throw new AwsError("InvalidParameterValue", `Invalid DB Instance class: ${input.DBInstanceClass}`);
    const instance: ClusterInstance = {
      identifier,
      resourceId: `db-${this.#identifiers.capitals(26)}`,
      arn: arn("rds", this.name, `db:${identifier}`),
      class: input.DBInstanceClass as string,
      engineVersion,
      availabilityZone:
        input.AvailabilityZone ?? (availabilityZones[cluster.instances.length % availabilityZones.length] as string),
      parameterGroup: this.#groups.parameterGroup(input.DBParameterGroupName, engine, engineVersion),
      promotionTier: input.PromotionTier ?? 1,
      publiclyAccessible: input.PubliclyAccessible ?? false,
      autoMinorVersionUpgrade: input.AutoMinorVersionUpgrade ?? true,
      copyTagsToSnapshot: input.CopyTagsToSnapshot ?? false,
      monitoringInterval: input.MonitoringInterval ?? 0,
      monitoringRoleArn: input.MonitoringRoleArn,
      performanceInsights: input.EnablePerformanceInsights ?? false,
      performanceInsightsKmsKeyId: input.PerformanceInsightsKMSKeyId,
      performanceInsightsRetention: input.PerformanceInsightsRetentionPeriod,
      preferredMaintenanceWindow: (input.PreferredMaintenanceWindow ?? "sun:19:00-sun:19:30").toLowerCase(),
      caCertificate: input.CACertificateIdentifier ?? "rds-ca-rsa2048-g1",
      tags: rdsTags(input.Tags),
      createdAt: this.#clock.now(),
    };
    cluster.addInstance(instance);
    return { ...cluster.describeInstance(instance), DBInstanceStatus: "creating" };
  }

  modifyDBInstance(input: ModifyDBInstanceMessage): DBInstance {
    if (this.instances.find(input.DBInstanceIdentifier as string)) return this.instances.modify(input);
    const { cluster, instance } = this.instance(input.DBInstanceIdentifier as string);
    if (input.NewDBInstanceIdentifier) throw new Error("renaming an instance of a cluster is not simulated");
    if (input.BackupRetentionPeriod !== undefined)
      throw new AwsError(
        "InvalidParameterCombination",
        "The specified DB Instance is a member of a cluster. Modify backup retention for the DB Cluster using the ModifyDbCluster API",
      );
    const { engine, engineVersion } = cluster.settings;
    Object.assign(instance, {
      class: input.DBInstanceClass ?? instance.class,
      parameterGroup: input.DBParameterGroupName
        ? this.#groups.parameterGroup(input.DBParameterGroupName, engine, engineVersion)
        : instance.parameterGroup,
      promotionTier: input.PromotionTier ?? instance.promotionTier,
      publiclyAccessible: input.PubliclyAccessible ?? instance.publiclyAccessible,
      autoMinorVersionUpgrade: input.AutoMinorVersionUpgrade ?? instance.autoMinorVersionUpgrade,
      copyTagsToSnapshot: input.CopyTagsToSnapshot ?? instance.copyTagsToSnapshot,
      monitoringInterval: input.MonitoringInterval ?? instance.monitoringInterval,
      monitoringRoleArn: input.MonitoringRoleArn ?? instance.monitoringRoleArn,
      performanceInsights: input.EnablePerformanceInsights ?? instance.performanceInsights,
      performanceInsightsKmsKeyId: input.PerformanceInsightsKMSKeyId ?? instance.performanceInsightsKmsKeyId,
      performanceInsightsRetention: input.PerformanceInsightsRetentionPeriod ?? instance.performanceInsightsRetention,
      preferredMaintenanceWindow: (
        input.PreferredMaintenanceWindow ?? instance.preferredMaintenanceWindow
      ).toLowerCase(),
      caCertificate: input.CACertificateIdentifier ?? instance.caCertificate,
    } satisfies Partial<ClusterInstance>);
    return cluster.describeInstance(instance);
  }

  deleteDBInstance(input: DeleteDBInstanceMessage): DBInstance {
    if (this.instances.find(input.DBInstanceIdentifier as string)) return this.instances.delete(input);
    const { cluster, instance } = this.instance(input.DBInstanceIdentifier as string);
    const description = cluster.describeInstance(instance);
    cluster.removeInstance(instance.identifier);
    return { ...description, DBInstanceStatus: "deleting" };
  }

  tagsOf(resourceArn: string): Tag[] {
    return Object.entries(this.#tagged(resourceArn).tags).map(([Key, Value]) => ({ Key, Value }));
  }

  addTagsToResource(resourceArn: string, tags: Tag[]): void {
    Object.assign(this.#tagged(resourceArn).tags, rdsTags(tags));
  }

  removeTagsFromResource(resourceArn: string, keys: string[]): void {
    const { tags } = this.#tagged(resourceArn);
    for (const key of keys) delete tags[key];
  }

  #add(identifier: string, settings: ClusterSettings, tags: Tag[] | undefined): Cluster {
    const ids = { resourceId: `cluster-${this.#identifiers.capitals(26)}`, dns: this.#dns };
    const cluster = new Cluster(this.#clock, this.name, identifier, ids, settings, rdsTags(tags));
    this.#clusters.set(cluster.resourceId, cluster);
    if (settings.multiAz) this.#addMembers(cluster, settings.multiAz.instanceClass);
    return cluster;
  }

  /** A Multi-AZ DB cluster has a writer and two readable standbys, each in a zone of its own, which no request names. */
  #addMembers(cluster: Cluster, instanceClass: string): void {
    const { engine, engineVersion, availabilityZones, preferredMaintenanceWindow } = cluster.settings;
    // Inferred: a renamed cluster's instances keep their names, so that another cluster of its former name gets other numbers.
    const taken = (identifier: string) =>
      this.findInstance(identifier) !== undefined || this.instances.find(identifier) !== undefined;
    let last = 0;
    for (let number = 1; number <= MULTI_AZ_INSTANCES; number += 1) {
      do last += 1;
      while (taken(`${cluster.identifier}-instance-${last}`));
      const identifier = `${cluster.identifier}-instance-${last}`;
      cluster.addInstance({
        identifier,
        resourceId: `db-${this.#identifiers.capitals(26)}`,
        arn: arn("rds", this.name, `db:${identifier}`),
        class: instanceClass,
        engineVersion,
        availabilityZone: availabilityZones[number - 1] as string,
        parameterGroup: this.#groups.parameterGroup(undefined, engine, engineVersion),
        promotionTier: 1,
        publiclyAccessible: false,
        autoMinorVersionUpgrade: true,
        copyTagsToSnapshot: cluster.settings.copyTagsToSnapshot,
        monitoringInterval: 0,
        performanceInsights: false,
        preferredMaintenanceWindow,
        caCertificate: "rds-ca-rsa2048-g1",
        tags: {},
        createdAt: this.#clock.now(),
      });
    }
  }

  /** @param renamed The instance that is to get the name; to its own it can be renamed, and reboots. [aws-cloudformation-resource-providers-rds #190] */
  #freeInstanceIdentifier(requested: string | undefined, renamed?: Instance): string {
    const identifier = identifierOf(requested, renamed ? "NewDBInstanceIdentifier" : "DBInstanceIdentifier");
    if (
      this.findInstance(identifier) ||
      this.instances.all().some((other) => other !== renamed && other.heldIdentifiers.includes(identifier))
    )
      throw new AwsError("DBInstanceAlreadyExists", "DB instance already exists");
    return identifier;
  }

  #freeClusterIdentifier(requested: string | undefined, renamed?: Cluster): string {
    const identifier = identifierOf(requested, renamed ? "NewDBClusterIdentifier" : "DBClusterIdentifier");
    if (this.clusters().some((other) => other !== renamed && other.heldIdentifiers.includes(identifier)))
      throw new AwsError("DBClusterAlreadyExistsFault", "DB Cluster already exists");
    return identifier;
  }

  #restoreSource(input: RestoreDBClusterToPointInTimeMessage): RetainedBackups {
    const { SourceDBClusterIdentifier: identifier, SourceDbClusterResourceId: resourceId } = input;
    if ((identifier === undefined) === (resourceId === undefined))
      throw new AwsError(
        "InvalidParameterCombination",
        "Exactly one of SourceDBClusterIdentifier and SourceDbClusterResourceId must be specified.",
      );
    if (identifier !== undefined) return this.cluster(identifier).retainedBackups();
    const live = this.clusters().find((cluster) => cluster.resourceId === resourceId);
    const retained = this.#retained.get(resourceId as string);
    // [Amazon RDS User Guide, Limitations of Multi-AZ DB clusters: "Point-in-time-recovery (PITR) for deleted clusters"]
    if (!live && retained?.settings.multiAz)
      throw new AwsError(
        "InvalidRestoreFault",
        `Point-in-time recovery of the deleted Multi-AZ DB cluster ${retained.identifier} is not supported.`,
      );
    const backups = live?.retainedBackups() ?? retained;
    if (!backups)
      throw new AwsError(
        "DBClusterAutomatedBackupNotFoundFault",
        `DBClusterAutomatedBackup not found for resource id ${resourceId}.`,
        404,
      );
    return backups;
  }

  /** Aurora spreads its storage over three zones, whatever fewer were asked for. */
  #zones(requested: string[] | undefined): string[] {
    const zones = [...(requested ?? [])];
    for (const letter of ["a", "c", "d"])
      if (zones.length < 3 && !zones.includes(`${this.name}${letter}`)) zones.push(`${this.name}${letter}`);
    return zones.sort();
  }

  #tagged(resourceArn: string): { tags: Record<string, string> } {
    if (resourceArn.includes(":cluster:")) return this.cluster(resourceArn);
    return this.instances.find(resourceArn) ?? this.instance(resourceArn).instance;
  }
}

function restoreInstant(input: RestoreDBClusterToPointInTimeMessage, source: RetainedBackups): number {
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

function identifierOf(requested: string | undefined, parameter: string): string {
  const identifier = (requested ?? "").toLowerCase();
  if (!/^[a-z](?:-?[a-z0-9])*$/.test(identifier) || identifier.length > 63)
    throw new AwsError(
      "InvalidParameterValue",
      `The parameter ${parameter} is not a valid identifier. Identifiers must begin with a letter; must contain only ASCII letters, digits, and hyphens; and must not end with a hyphen or contain two consecutive hyphens.`,
    );
  return identifier;
}
