import type {
  CreateDBClusterMessage,
  DBCluster,
  DeleteDBClusterMessage,
  ModifyDBClusterMessage,
  RestoreDBClusterFromSnapshotMessage,
  RestoreDBClusterToPointInTimeMessage,
  Tag,
} from "@aws-sdk/client-rds";
import { AwsError } from "./error";
import { Cluster, type ClusterInstance, type ClusterSettings, type RetainedBackups } from "./rds-cluster";
import { addMultiAzMembers } from "./rds-cluster-members";
import { createdSettings, modifiedSettings, restoredSettings, restoreInstant } from "./rds-cluster-requests";
import type { RdsContext } from "./rds-context";
import type { Row } from "./rds-database";
import { engineOf } from "./rds-engines";
import { nextWindow } from "./rds-rename";
import { identifierOf, retentionDays, takeFinalSnapshot } from "./rds-requests";
import { rdsTags } from "./tags";

type RestoredRow = [table: string, key: string, row: Row];

export interface ClustersContext extends RdsContext {
  /** Whether an instance that belongs to no cluster has this identifier. */
  isInstance(identifier: string): boolean;
}

/** The clusters of a region, by AWS's names and with AWS's requests, answers and errors. */
export class RdsClusters {
  readonly #context: ClustersContext;
  /** By resource id: names change. */
  readonly #clusters = new Map<string, Cluster>();
  readonly #retained = new Map<string, RetainedBackups>();

  constructor(context: ClustersContext) {
    this.#context = context;
  }

  find(identifierOrArn: string): Cluster | undefined {
    this.#context.beforeAccess();
    const name = identifierOrArn.replace(/^arn:.*:cluster:/, "").toLowerCase();
    return [...this.#clusters.values()].find((cluster) => cluster.identifier === name);
  }

  /** @throws DBClusterNotFoundFault */
  cluster(identifier: string): Cluster {
    const cluster = this.find(identifier);
    if (!cluster) throw new AwsError("DBClusterNotFoundFault", `DBCluster ${identifier} not found.`, 404);
    return cluster;
  }

  /** In the order in which `DescribeDBClusters` pages through them. */
  all(): Cluster[] {
    this.#context.beforeAccess();
    return [...this.#clusters.values()].sort((a, b) => (a.identifier < b.identifier ? -1 : 1));
  }

  findMember(identifier: string): { cluster: Cluster; instance: ClusterInstance } | undefined {
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

  create(input: CreateDBClusterMessage): DBCluster {
    const identifier = this.#freeIdentifier(input.DBClusterIdentifier);
    return this.#add(identifier, createdSettings(input, this.#context), input.Tags).describe();
  }

  /**
   * Restores a cluster to a new one, which has no instances if it is Aurora's. Settings that the request leaves out get AWS's defaults.
   */
  restoreToPointInTime(input: RestoreDBClusterToPointInTimeMessage): DBCluster {
    const source = this.#restoreSource(input);
    const identifier = this.#freeIdentifier(input.DBClusterIdentifier);
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

  /** The same from a snapshot. */
  restoreFromSnapshot(input: RestoreDBClusterFromSnapshotMessage): DBCluster {
    const snapshot = this.#context.snapshots.cluster(input.SnapshotIdentifier as string);
    const identifier = this.#freeIdentifier(input.DBClusterIdentifier);
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
    const cluster = this.#add(identifier, restoredSettings(source, input, this.#context), input.Tags);
    for (const [table, key, row] of rows) cluster.put(table, key, row, cluster.createdAt);
    return { ...cluster.describe(), Status: "creating" };
  }

  modify(input: ModifyDBClusterMessage): DBCluster {
    const { groups, clock, renames } = this.#context;
    const cluster = this.cluster(input.DBClusterIdentifier as string);
    const { settings } = cluster;
    cluster.checkAvailable();
    const period = input.BackupRetentionPeriod;
    if (period !== undefined && cluster.recoveryPointArn && period !== settings.backupRetentionPeriod)
      throw new AwsError(
        "InvalidParameterValue",
        `RDS cluster ${cluster.identifier} is associated with the following AwsBackupRecoveryPointArn: ${cluster.recoveryPointArn}. The BackupRetentionPeriod can be blank, or you can use the current value, ${settings.backupRetentionPeriod}. For more details, see the AWS Backup documentation.`,
      );
    const changed = modifiedSettings(settings, input, groups);
    if (period !== undefined) retentionDays(period, 1);
    const newIdentifier = input.NewDBClusterIdentifier && this.#freeIdentifier(input.NewDBClusterIdentifier, cluster);
    cluster.settings = changed;
    if (period !== undefined) cluster.retainBackupsFor(period);
    if (newIdentifier) {
      const now = clock.now();
      const startsAt = input.ApplyImmediately ? now : nextWindow(changed.preferredMaintenanceWindow, now);
      cluster.rename(newIdentifier, startsAt, settings.multiAz ? renames.multiAzCluster : renames.aurora);
    }
    return cluster.describe();
  }

  delete(input: DeleteDBClusterMessage): DBCluster {
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
    takeFinalSnapshot(this.#context.snapshots, cluster, "cluster", input);
    cluster.endRename();
    if (input.DeleteAutomatedBackups === false) this.#retained.set(cluster.resourceId, cluster.retainedBackups());
    this.#clusters.delete(cluster.resourceId);
    return { ...cluster.describe(), Status: "deleting" };
  }

  #add(identifier: string, settings: ClusterSettings, tags: Tag[] | undefined): Cluster {
    const { region, clock, identifiers, dns } = this.#context;
    const ids = { resourceId: `cluster-${identifiers.capitals(26)}`, dns };
    const cluster = new Cluster(clock, region, identifier, ids, settings, rdsTags(tags));
    this.#clusters.set(cluster.resourceId, cluster);
    if (settings.multiAz)
      addMultiAzMembers(
        cluster,
        settings.multiAz.instanceClass,
        (member) => this.findMember(member) !== undefined || this.#context.isInstance(member),
        this.#context,
      );
    return cluster;
  }

  #freeIdentifier(requested: string | undefined, renamed?: Cluster): string {
    const identifier = identifierOf(requested, renamed ? "NewDBClusterIdentifier" : "DBClusterIdentifier");
    if (this.all().some((other) => other !== renamed && other.heldIdentifiers.includes(identifier)))
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
    const live = this.all().find((cluster) => cluster.resourceId === resourceId);
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
}
