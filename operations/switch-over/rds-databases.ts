import {
  AddTagsToResourceCommand,
  type DBCluster,
  DBClusterAlreadyExistsFault,
  DBClusterNotFoundFault,
  type DBInstance,
  DBInstanceAlreadyExistsFault,
  DBInstanceNotFoundFault,
  DescribeDBClustersCommand,
  type DescribeDBClustersCommandInput,
  DescribeDBInstancesCommand,
  type DescribeDBInstancesCommandInput,
  InvalidDBClusterStateFault,
  InvalidDBInstanceStateFault,
  ModifyDBClusterCommand,
  ModifyDBInstanceCommand,
  paginateDescribeDBClusters,
  paginateDescribeDBInstances,
  RDSClient,
  RemoveTagsFromResourceCommand,
} from "@aws-sdk/client-rds";
import { answered } from "../answered";
import { tagsOf } from "../aurora";
import { type AwsAccessSource, awsClientConfig } from "../aws";
import { neighboursOf } from "./rds-neighbours";

/** An instance or a cluster, as far as a switch-over looks at it. */
export interface RdsDatabase {
  identifier: string;
  /** Never changes: `DbiResourceId` or `DbClusterResourceId`. */
  resourceId: string;
  arn: string;
  status: string;
  endpoint: string | undefined;
  tags: Record<string, string>;
  /** The identifier that it is to get, while a change of it waits. */
  pendingIdentifier: string | undefined;
  /** What keeps it from changing its identifier without harm, each as the rest of a sentence that begins with its name. */
  obstacles: string[];
}

/** Instances or clusters of a region, by identifier and by resource id. */
export interface RdsDatabases {
  /** `RDS instance`, or `cluster`. */
  readonly what: string;
  find(identifier: string): Promise<RdsDatabase | undefined>;
  findByResourceId(resourceId: string): Promise<RdsDatabase | undefined>;
  all(): Promise<RdsDatabase[]>;
  /** What else leads to a database, as obstacles. */
  neighbours(database: RdsDatabase): Promise<string[]>;
  /** Asks for another identifier. False where it is to be asked again later. */
  rename(identifier: string, to: string): Promise<boolean>;
  tag(arn: string, tags: Record<string, string>): Promise<void>;
  untag(arn: string, keys: string[]): Promise<void>;
}

/** The databases of a region. */
export function rdsDatabases(what: "instance" | "cluster", region: string, access: AwsAccessSource): RdsDatabases {
  const client = new RDSClient(awsClientConfig(region, access));
  return what === "instance" ? instances(client) : clusters(client);
}

function instances(client: RDSClient): RdsDatabases {
  const described = async (request: DescribeDBInstancesCommandInput) => {
    try {
      const answer = await client.send(new DescribeDBInstancesCommand(request));
      return answer.DBInstances?.map(instanceOf)[0];
    } catch (error) {
      if (error instanceof DBInstanceNotFoundFault) return undefined;
      throw error;
    }
  };
  return {
    what: "RDS instance",
    neighbours: ({ identifier, arn }) => neighboursOf(client, { what: "instance", identifier, arn }),
    find: (identifier) => described({ DBInstanceIdentifier: identifier }),
    findByResourceId: (id) => described({ Filters: [{ Name: "dbi-resource-id", Values: [id] }] }),
    async all() {
      const found: RdsDatabase[] = [];
      for await (const page of paginateDescribeDBInstances({ client }, {}))
        found.push(...(page.DBInstances ?? []).filter((each) => !isMember(each)).map(instanceOf));
      return found;
    },
    rename: (identifier, to) =>
      accepted(() =>
        client.send(
          new ModifyDBInstanceCommand({
            DBInstanceIdentifier: identifier,
            NewDBInstanceIdentifier: to,
            ApplyImmediately: true,
          }),
        ),
      ),
    tag: (arn, tags) => tagResource(client, arn, tags),
    untag: (arn, keys) => untagResource(client, arn, keys),
  };
}

function clusters(client: RDSClient): RdsDatabases {
  const described = async (request: DescribeDBClustersCommandInput) => {
    try {
      const answer = await client.send(new DescribeDBClustersCommand(request));
      return answer.DBClusters?.map(clusterOf)[0];
    } catch (error) {
      if (error instanceof DBClusterNotFoundFault) return undefined;
      throw error;
    }
  };
  return {
    what: "cluster",
    neighbours: ({ identifier, arn }) => neighboursOf(client, { what: "cluster", identifier, arn }),
    find: (identifier) => described({ DBClusterIdentifier: identifier }),
    findByResourceId: (id) => described({ Filters: [{ Name: "db-cluster-resource-id", Values: [id] }] }),
    async all() {
      const found: RdsDatabase[] = [];
      for await (const page of paginateDescribeDBClusters({ client }, {}))
        found.push(...(page.DBClusters ?? []).map(clusterOf));
      return found;
    },
    rename: (identifier, to) =>
      accepted(() =>
        client.send(
          new ModifyDBClusterCommand({
            DBClusterIdentifier: identifier,
            NewDBClusterIdentifier: to,
            ApplyImmediately: true,
          }),
        ),
      ),
    tag: (arn, tags) => tagResource(client, arn, tags),
    untag: (arn, keys) => untagResource(client, arn, keys),
  };
}

function isMember({ DBClusterIdentifier }: DBInstance): boolean {
  return DBClusterIdentifier !== undefined;
}

function instanceOf(instance: DBInstance): RdsDatabase {
  const { PendingModifiedValues: pending = {} } = instance;
  const { DBInstanceIdentifier: pendingIdentifier, ...otherChanges } = pending;
  const replicas = [
    ...(instance.ReadReplicaDBInstanceIdentifiers ?? []),
    ...(instance.ReadReplicaDBClusterIdentifiers ?? []),
  ];
  return {
    identifier: answered(instance, "DBInstanceIdentifier"),
    resourceId: answered(instance, "DbiResourceId"),
    arn: answered(instance, "DBInstanceArn"),
    status: instance.DBInstanceStatus ?? "",
    endpoint: instance.Endpoint?.Address,
    tags: tagsOf(instance),
    pendingIdentifier,
    obstacles: [
      ...(instance.Engine?.startsWith("custom-") ? ["is RDS Custom, whose identifier cannot change"] : []),
      ...(replicas.length > 0
        ? [
            `has the read replicas ${replicas.join(", ")}, which would go on replicating the replaced data; delete or promote them first`,
          ]
        : []),
      ...(instance.ReadReplicaSourceDBInstanceIdentifier
        ? [`is a read replica of ${instance.ReadReplicaSourceDBInstanceIdentifier}; name that one`]
        : []),
      ...pendingObstacle(otherChanges),
    ],
  };
}

function clusterOf(cluster: DBCluster): RdsDatabase {
  const { DBClusterIdentifier: pendingIdentifier, ...otherChanges } = cluster.PendingModifiedValues ?? {};
  const replicas = cluster.ReadReplicaIdentifiers ?? [];
  return {
    identifier: answered(cluster, "DBClusterIdentifier"),
    resourceId: answered(cluster, "DbClusterResourceId"),
    arn: answered(cluster, "DBClusterArn"),
    status: cluster.Status ?? "",
    endpoint: cluster.Endpoint,
    tags: tagsOf(cluster),
    pendingIdentifier,
    obstacles: [
      ...(cluster.GlobalClusterIdentifier || cluster.GlobalWriteForwardingStatus === "enabled"
        ? [
            `belongs to the global database ${cluster.GlobalClusterIdentifier ?? ""}, whose other clusters would keep the replaced data; remove it from there first`,
          ]
        : []),
      ...(replicas.length > 0
        ? [
            `has the read replicas ${replicas.join(", ")}, which would go on replicating the replaced data; delete or promote them first`,
          ]
        : []),
      ...(cluster.ReplicationSourceIdentifier
        ? [`replicates from ${cluster.ReplicationSourceIdentifier}; promote it, or name that one`]
        : []),
      ...pendingObstacle(otherChanges),
    ],
  };
}

function pendingObstacle(changes: object): string[] {
  const pending = Object.entries(changes)
    .filter(([, value]) => value !== undefined)
    .map(([key]) => key);
  return pending.length > 0
    ? [
        `has changes that wait for its maintenance window (${pending.join(", ")}), which would be applied with the new name; apply them first, or take them back`,
      ]
    : [];
}

async function untagResource(client: RDSClient, arn: string, keys: string[]): Promise<void> {
  await client.send(new RemoveTagsFromResourceCommand({ ResourceName: arn, TagKeys: keys }));
}

async function tagResource(client: RDSClient, arn: string, tags: Record<string, string>): Promise<void> {
  await client.send(
    new AddTagsToResourceCommand({
      ResourceName: arn,
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    }),
  );
}

/**
 * Whether a call was accepted; not while the database is being changed, or another one still has the name. Where an answer was lost, the
 * SDK sends the request again, which does not find the former name any more: the next look shows the new one.
 */
async function accepted(call: () => Promise<unknown>): Promise<boolean> {
  try {
    await call();
    return true;
  } catch (error) {
    const later =
      error instanceof DBInstanceNotFoundFault ||
      error instanceof DBClusterNotFoundFault ||
      error instanceof InvalidDBInstanceStateFault ||
      error instanceof InvalidDBClusterStateFault ||
      error instanceof DBInstanceAlreadyExistsFault ||
      error instanceof DBClusterAlreadyExistsFault;
    if (later) return false;
    throw error;
  }
}
