import {
  AddTagsToResourceCommand,
  type DBCluster,
  DBClusterAlreadyExistsFault,
  DBClusterNotFoundFault,
  DeleteDBClusterCommand,
  DescribeDBClusterSnapshotsCommand,
  InvalidDBClusterStateFault,
  ModifyDBClusterCommand,
  RDSClient,
  RemoveTagsFromResourceCommand,
  RestoreDBClusterFromSnapshotCommand,
  RestoreDBClusterToPointInTimeCommand,
  type RestoreDBClusterToPointInTimeMessage,
} from "@aws-sdk/client-rds";
import { answered } from "./answered";
import { describeCluster, tagsOf } from "./aurora";
import { type AwsAccessSource, awsClientConfig } from "./aws";
import { longWork, type Say } from "./long-work";
import { type ClusterMarks, foreignBecause } from "./multi-az-marks";
import { poll } from "./poll";
import { POLL_MILLIS, settle } from "./rds";

const HOUR = 60 * 60 * 1000;
const RESTORE_MILLIS = 12 * HOUR;
const DELETION_MILLIS = 2 * HOUR;

/** How a copy is built: what both kinds of restore take. */
export type ClusterBuild = Pick<
  RestoreDBClusterToPointInTimeMessage,
  | "BackupRetentionPeriod"
  | "CopyTagsToSnapshot"
  | "DBClusterInstanceClass"
  | "DBClusterParameterGroupName"
  | "DBSubnetGroupName"
  | "DeletionProtection"
  | "EnableCloudwatchLogsExports"
  | "EnableIAMDatabaseAuthentication"
  | "Iops"
  | "KmsKeyId"
  | "Port"
  | "PreferredBackupWindow"
  | "PubliclyAccessible"
  | "StorageType"
  | "VpcSecurityGroupIds"
>;

export interface ClusterCopy extends ClusterMarks {
  region: string;
  clusterIdentifier: string;
}

export interface ClusterRestore extends ClusterCopy {
  from: { clusterIdentifier: string; instant: string } | { snapshotArn: string; engine: string };
  build: ClusterBuild;
  tags: Record<string, string>;
}

/**
 * Has AWS restore a Multi-AZ DB cluster, and does not wait for it: an `up` that is interrupted while AWS works then has the
 * copy in its state. A copy that an earlier call has made is taken over; another cluster of its name is not touched.
 */
export async function restoreClusterCopy(request: ClusterRestore, access: AwsAccessSource, say: Say): Promise<void> {
  const { region, clusterIdentifier } = request;
  if ((await describeCluster(region, clusterIdentifier, access)) === undefined) {
    if (await callForRestore(request, access, say)) return;
  }
  const found = await describeCluster(region, clusterIdentifier, access);
  const foreign = found && foreignBecause(tagsOf(found.cluster), request);
  if (foreign !== undefined) throw new Error(`cluster ${clusterIdentifier} in ${region} ${foreign}`);
  say(`${clusterIdentifier}: exists already, and is this copy`);
}

/** Whether AWS has begun to restore: not where another call was faster. */
async function callForRestore(request: ClusterRestore, access: AwsAccessSource, say: Say): Promise<boolean> {
  const { clusterIdentifier, region, from, build, tags } = request;
  const client = new RDSClient(awsClientConfig(region, access));
  const common = {
    ...build,
    DBClusterIdentifier: clusterIdentifier,
    Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
  };
  try {
    if ("snapshotArn" in from) {
      say(`${clusterIdentifier}: restore ${from.snapshotArn}`);
      await client.send(
        new RestoreDBClusterFromSnapshotCommand({
          ...common,
          SnapshotIdentifier: from.snapshotArn,
          Engine: from.engine,
          // AWS's default is the region's default version, not the snapshot's.
          EngineVersion: await versionOf(client, from.snapshotArn),
        }),
      );
    } else {
      say(`${clusterIdentifier}: restore ${from.clusterIdentifier} to ${from.instant}`);
      await client.send(
        new RestoreDBClusterToPointInTimeCommand({
          ...common,
          SourceDBClusterIdentifier: from.clusterIdentifier,
          RestoreToTime: new Date(from.instant),
          RestoreType: "full-copy",
        }),
      );
    }
    return true;
  } catch (error) {
    // The SDK repeats a call whose answer was lost.
    if (error instanceof DBClusterAlreadyExistsFault) return false;
    throw error;
  }
}

async function versionOf(client: RDSClient, snapshotArn: string): Promise<string | undefined> {
  const identifier = snapshotArn.replace(/^arn:.*:cluster-snapshot:/, "");
  const answer = await client.send(new DescribeDBClusterSnapshotsCommand({ DBClusterSnapshotIdentifier: identifier }));
  return answer.DBClusterSnapshots?.[0]?.EngineVersion;
}

/** What a copy is to have once it is restored, in the words of its description. */
export type ClusterSettings = Pick<
  DBCluster,
  | "AllocatedStorage"
  | "BackupRetentionPeriod"
  | "DBClusterInstanceClass"
  | "DatabaseInsightsMode"
  | "DeletionProtection"
  | "Iops"
  | "MonitoringInterval"
  | "MonitoringRoleArn"
  | "PerformanceInsightsEnabled"
  | "PerformanceInsightsKMSKeyId"
  | "PerformanceInsightsRetentionPeriod"
  | "PreferredBackupWindow"
  | "PreferredMaintenanceWindow"
  | "StorageType"
> & {
  /** Whether Secrets Manager keeps its password. */
  ManageMasterUserPassword?: boolean;
};

export interface ClusterCompletion {
  region: string;
  clusterIdentifier: string;
  settings: ClusterSettings;
  /** Tags that it is to have, and keys of those that it is not, though AWS copies its source's. */
  tags?: Record<string, string>;
  tagsLeftOut?: string[];
}

/** Waits for a restored Multi-AZ DB cluster, gives it what the restore left out, and waits until it has that. Idempotent. */
export async function completeClusterCopy(
  { region, clusterIdentifier, settings, tags = {}, tagsLeftOut = [] }: ClusterCompletion,
  access: AwsAccessSource,
  say: Say,
): Promise<void> {
  const client = new RDSClient(awsClientConfig(region, access));
  const look = async () => (await describeCluster(region, clusterIdentifier, access))?.cluster;
  await awaitRestored(clusterIdentifier, look, say);
  await settle(clusterIdentifier, settings, say, {
    async look() {
      const found = await look();
      return found && { status: found.Status, settings: settingsIn(found) };
    },
    async change({ PerformanceInsightsEnabled: EnablePerformanceInsights, ...rest }) {
      await client.send(
        new ModifyDBClusterCommand({
          DBClusterIdentifier: clusterIdentifier,
          ApplyImmediately: true,
          EnablePerformanceInsights,
          ...rest,
        }),
      );
    },
  });
  const restored = await look();
  if (restored) await tag(client, restored, { tags, tagsLeftOut }, say);
}

function settingsIn(cluster: DBCluster): ClusterSettings {
  return { ...cluster, ManageMasterUserPassword: cluster.MasterUserSecret !== undefined };
}

/** States that a restore does not leave by itself. [Amazon RDS User Guide, Viewing Amazon RDS DB instance status] */
const FAILED = ["failed", "incompatible-network", "incompatible-parameters", "incompatible-restore", "restore-error"];

async function awaitRestored(name: string, look: () => Promise<DBCluster | undefined>, say: Say): Promise<void> {
  let said: string | undefined;
  const pace = {
    everyMillis: POLL_MILLIS,
    limitMillis: RESTORE_MILLIS,
    late: () => `${name} is still ${said}; run the program again to go on waiting`,
  };
  await longWork({ what: `step 1 of 2, ${name}: waits for the restore`, state: () => said }, () =>
    poll(pace, async () => {
      const status = (await look())?.Status;
      if (FAILED.includes(status ?? ""))
        throw new Error(
          `AWS could not restore ${name}, which is ${status}: its events in the console of RDS say why. Delete it, and run the program again`,
        );
      if (status !== "creating") return true;
      if (said !== status) say(`${name}: ${status}`);
      said = status;
      return false;
    }),
  );
}

async function tag(
  client: RDSClient,
  cluster: DBCluster,
  { tags, tagsLeftOut }: { tags: Record<string, string>; tagsLeftOut: string[] },
  say: Say,
): Promise<void> {
  const has = tagsOf(cluster);
  const missing = Object.entries(tags).filter(([key, value]) => has[key] !== value);
  const TagKeys = tagsLeftOut.filter((key) => key in has);
  const ResourceName = answered(cluster, "DBClusterArn");
  if (missing.length > 0) {
    say(`${cluster.DBClusterIdentifier}: tags ${missing.map(([key]) => key).join(", ")}`);
    const Tags = missing.map(([Key, Value]) => ({ Key, Value }));
    await client.send(new AddTagsToResourceCommand({ ResourceName, Tags }));
  }
  if (TagKeys.length > 0) {
    say(`${cluster.DBClusterIdentifier}: without the tags ${TagKeys.join(", ")}`);
    await client.send(new RemoveTagsFromResourceCommand({ ResourceName, TagKeys }));
  }
}

/** Deletes a drill's copy without a trace, and waits until it is gone. A new resource with its name is not changed. */
export async function deleteClusterCopy(copy: ClusterCopy, access: AwsAccessSource, say: Say): Promise<void> {
  const { region, clusterIdentifier } = copy;
  const client = new RDSClient(awsClientConfig(region, access));
  let said: string | undefined;
  const pace = {
    everyMillis: POLL_MILLIS,
    limitMillis: DELETION_MILLIS,
    late: () => `cluster ${clusterIdentifier} is still ${said}; run the program again`,
  };
  await longWork({ what: `${clusterIdentifier}: waits until it is deleted`, state: () => said }, () =>
    poll(pace, async () => {
      const found = (await describeCluster(region, clusterIdentifier, access))?.cluster;
      if (found === undefined) {
        say(`${clusterIdentifier}: gone`);
        return true;
      }
      if (foreignBecause(tagsOf(found), copy) !== undefined) {
        say(`${clusterIdentifier}: gone; the cluster that has its name now is another one, and is left alone`);
        return true;
      }
      const status = found.Status;
      if (said !== status) say(`${clusterIdentifier}: ${status}`);
      said = status;
      if (status === "deleting") return false;
      try {
        await client.send(
          new DeleteDBClusterCommand({
            DBClusterIdentifier: clusterIdentifier,
            SkipFinalSnapshot: true,
            DeleteAutomatedBackups: true,
          }),
        );
        say(`${clusterIdentifier}: delete it`);
      } catch (error) {
        // One that is still being restored or changed is deleted once that is done.
        if (!(error instanceof DBClusterNotFoundFault || error instanceof InvalidDBClusterStateFault)) throw error;
      }
      return false;
    }),
  );
}
