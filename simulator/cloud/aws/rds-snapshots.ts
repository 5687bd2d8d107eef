import type { DBClusterSnapshot, DBSnapshot } from "@aws-sdk/client-rds";
import { arn } from "./account";
import { AwsError } from "./error";
import { Cluster, type ClusterSettings } from "./rds-cluster";
import type { RdsDatabase, Row } from "./rds-database";
import type { Instance, InstanceSettings } from "./rds-instance";

interface SnapshotOf<Kind, Settings> {
  kind: Kind;
  identifier: string;
  arn: string;
  /** Who made it: a person (or a deletion), or AWS Backup, which alone may delete it then. */
  type: "manual" | "awsbackup";
  createdAt: number;
  source: { identifier: string; arn: string; resourceId: string };
  settings: Settings;
  rows: [table: string, key: string, row: Row][];
  tags: Record<string, string>;
}

export type ClusterSnapshot = SnapshotOf<"cluster", ClusterSettings>;
export type InstanceSnapshot = SnapshotOf<"instance", InstanceSettings>;
export type Snapshot = ClusterSnapshot | InstanceSnapshot;

/** The snapshots of a region: of clusters, and of instances that belong to none. */
export class RdsSnapshots {
  readonly #region: string;
  readonly #snapshots = new Map<string, Snapshot>();

  constructor(region: string) {
    this.#region = region;
  }

  all(): Snapshot[] {
    return [...this.#snapshots.values()];
  }

  clusters(): ClusterSnapshot[] {
    return this.all().filter((snapshot) => snapshot.kind === "cluster");
  }

  instances(): InstanceSnapshot[] {
    return this.all().filter((snapshot) => snapshot.kind === "instance");
  }

  find(identifierOrArn: string): Snapshot | undefined {
    return this.#snapshots.get(identifierOrArn.replace(/^arn:.*:(cluster-)?snapshot:/, ""));
  }

  /** @throws DBClusterSnapshotNotFoundFault */
  cluster(identifierOrArn: string): ClusterSnapshot {
    const found = this.find(identifierOrArn);
    if (found?.kind !== "cluster")
      throw new AwsError("DBClusterSnapshotNotFoundFault", `DBClusterSnapshot not found: ${identifierOrArn}`, 404);
    return found;
  }

  /** @throws DBSnapshotNotFound */
  instance(identifierOrArn: string): InstanceSnapshot {
    const found = this.find(identifierOrArn);
    if (found?.kind !== "instance")
      throw new AwsError("DBSnapshotNotFound", `DBSnapshot not found: ${identifierOrArn}`, 404);
    return found;
  }

  /** A database as it was at an instant. */
  take(
    database: RdsDatabase,
    { identifier, type, at, tags }: Pick<Snapshot, "identifier" | "type" | "tags"> & { at: number },
  ): Snapshot {
    const rows = database
      .tables()
      .flatMap((table) =>
        [...database.rows(table, at)].map(([key, row]): Snapshot["rows"][number] => [table, key, row]),
      );
    const { resourceId } = database;
    const common = {
      identifier,
      type,
      createdAt: at,
      source: { identifier: database.identifier, arn: database.arn, resourceId },
      rows,
      tags: { ...tags },
    };
    return this.#add(
      database instanceof Cluster
        ? { ...common, kind: "cluster", arn: this.#arn("cluster", identifier), settings: { ...database.settings } }
        : {
            ...common,
            kind: "instance",
            arn: this.#arn("instance", identifier),
            settings: { ...(database as Instance).settings },
          },
    );
  }

  /** A copy of a snapshot of another region or account. */
  copy(original: Snapshot, identifier: string): Snapshot {
    return this.#add({ ...original, identifier, arn: this.#arn(original.kind, identifier) });
  }

  delete(identifierOrArn: string): void {
    const snapshot = this.find(identifierOrArn);
    if (snapshot) this.#snapshots.delete(snapshot.identifier);
  }

  #add(snapshot: Snapshot): Snapshot {
    if (this.#snapshots.has(snapshot.identifier))
      throw snapshot.kind === "cluster"
        ? new AwsError(
            "DBClusterSnapshotAlreadyExistsFault",
            `Cannot create the cluster snapshot because one with the identifier ${snapshot.identifier} already exists.`,
          )
        : new AwsError(
            "DBSnapshotAlreadyExists",
            `Cannot create the snapshot because a snapshot with the identifier ${snapshot.identifier} already exists.`,
          );
    this.#snapshots.set(snapshot.identifier, snapshot);
    return snapshot;
  }

  #arn(kind: Snapshot["kind"], identifier: string): string {
    return arn("rds", this.#region, `${kind === "cluster" ? "cluster-snapshot" : "snapshot"}:${identifier}`);
  }
}

/** As `DescribeDBClusterSnapshots` returns it. */
export function describeClusterSnapshot(snapshot: ClusterSnapshot): DBClusterSnapshot {
  const { settings } = snapshot;
  return {
    DBClusterSnapshotIdentifier: snapshot.identifier,
    DBClusterSnapshotArn: snapshot.arn,
    DBClusterIdentifier: snapshot.source.identifier,
    DbClusterResourceId: snapshot.source.resourceId,
    SnapshotType: snapshot.type,
    SnapshotCreateTime: new Date(snapshot.createdAt),
    Status: "available",
    Engine: settings.engine,
    EngineVersion: settings.engineVersion,
    MasterUsername: settings.masterUsername,
    StorageEncrypted: settings.storageEncrypted,
    KmsKeyId: settings.kmsKeyId,
    TagList: tagList(snapshot),
  };
}

/** As `DescribeDBSnapshots` returns it. */
export function describeInstanceSnapshot(snapshot: InstanceSnapshot): DBSnapshot {
  const { settings } = snapshot;
  return {
    DBSnapshotIdentifier: snapshot.identifier,
    DBSnapshotArn: snapshot.arn,
    DBInstanceIdentifier: snapshot.source.identifier,
    DbiResourceId: snapshot.source.resourceId,
    SnapshotType: snapshot.type,
    SnapshotCreateTime: new Date(snapshot.createdAt),
    OriginalSnapshotCreateTime: new Date(snapshot.createdAt),
    Status: "available",
    Engine: settings.engine,
    EngineVersion: settings.engineVersion,
    MasterUsername: settings.masterUsername,
    Encrypted: settings.storageEncrypted,
    KmsKeyId: settings.kmsKeyId,
    TagList: tagList(snapshot),
  };
}

function tagList({ tags }: Snapshot) {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
