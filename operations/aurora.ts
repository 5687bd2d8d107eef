import {
  type DBCluster,
  type DBClusterAutomatedBackup,
  DBClusterAutomatedBackupNotFoundFault,
  DBClusterNotFoundFault,
  type DBInstance,
  DescribeDBClustersCommand,
  paginateDescribeDBClusterAutomatedBackups,
  paginateDescribeDBInstances,
  RDSClient,
  waitUntilDBClusterAvailable,
} from "@aws-sdk/client-rds";
import { answered } from "./answered";
import { type AwsAccessSource, awsClientConfig } from "./aws";
import { longWork } from "./long-work";

/** How long a restore may take. */
const RESTORE_SECONDS = 12 * 60 * 60;

/** A cluster as AWS describes it, with its instances: the writer first, then the readers in promotion order. */
export interface ClusterDescription {
  cluster: DBCluster;
  instances: DBInstance[];
  /** Set if it is deleted: these settings come from its retained backups. */
  deleted?: true;
}

/** Describes a cluster by its identifier; undefined when there is none. */
export async function describeCluster(
  region: string,
  clusterIdentifier: string,
  access: AwsAccessSource,
): Promise<ClusterDescription | undefined> {
  const client = new RDSClient(awsClientConfig(region, access));
  let cluster: DBCluster | undefined;
  try {
    const answer = await client.send(new DescribeDBClustersCommand({ DBClusterIdentifier: clusterIdentifier }));
    cluster = answer.DBClusters?.[0];
  } catch (error) {
    if (!(error instanceof DBClusterNotFoundFault)) throw error;
  }
  if (cluster === undefined) return undefined;
  const instances: DBInstance[] = [];
  const filters = [{ Name: "db-cluster-id", Values: [clusterIdentifier] }];
  for await (const page of paginateDescribeDBInstances({ client }, { Filters: filters })) {
    instances.push(...(page.DBInstances ?? []));
  }
  const writer = cluster.DBClusterMembers?.find((member) => member.IsClusterWriter)?.DBInstanceIdentifier;
  instances.sort(
    (a, b) =>
      Number(b.DBInstanceIdentifier === writer) - Number(a.DBInstanceIdentifier === writer) ||
      (a.PromotionTier ?? 1) - (b.PromotionTier ?? 1) ||
      (a.DBInstanceIdentifier ?? "").localeCompare(b.DBInstanceIdentifier ?? ""),
  );
  return { cluster, instances };
}

/** Waits until a cluster accepts changes. */
export async function awaitCluster(region: string, identifier: string, access: AwsAccessSource): Promise<void> {
  const client = new RDSClient(awsClientConfig(region, access));
  await longWork({ what: `waits until cluster ${identifier} is available` }, () =>
    waitUntilDBClusterAvailable(
      { client, maxWaitTime: RESTORE_SECONDS, minDelay: 30, maxDelay: 60 },
      { DBClusterIdentifier: identifier },
    ),
  );
}

/** The automated backups that AWS retains of a deleted cluster: the newest where several had this identifier. */
export async function findRetainedClusterBackups(
  region: string,
  clusterIdentifier: string,
  access: AwsAccessSource,
): Promise<DBClusterAutomatedBackup | undefined> {
  const client = new RDSClient(awsClientConfig(region, access));
  const found: DBClusterAutomatedBackup[] = [];
  // The parameter of this name takes identifiers of existing clusters only.
  const request = { Filters: [{ Name: "db-cluster-id", Values: [clusterIdentifier.toLowerCase()] }] };
  try {
    for await (const page of paginateDescribeDBClusterAutomatedBackups({ client }, request))
      found.push(...(page.DBClusterAutomatedBackups ?? []));
  } catch (error) {
    if (!(error instanceof DBClusterAutomatedBackupNotFoundFault)) throw error;
  }
  return newestRetained(found);
}

/** The newest automated backups of those that outlived their database. */
export function newestRetained<Backups extends { Status?: string; RestoreWindow?: { LatestTime?: Date } }>(
  found: readonly Backups[],
): Backups | undefined {
  const time = ({ RestoreWindow }: Backups) => RestoreWindow?.LatestTime?.getTime() ?? 0;
  return found.filter(({ Status }) => Status === "retained").sort((a, b) => time(b) - time(a))[0];
}

/** The tags of a cluster or an instance as a record. */
export function tagsOf(resource: Pick<DBCluster, "TagList">): Record<string, string> {
  return Object.fromEntries((resource.TagList ?? []).map((tag) => [answered(tag, "Key"), answered(tag, "Value")]));
}
