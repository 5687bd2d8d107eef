import { Cluster, type ClusterArgs } from "@pulumi/aws/rds";
import * as pulumi from "@pulumi/pulumi";
import { answered } from "../../../operations/answered";
import { type ClusterDescription, tagsOf } from "../../../operations/aurora";
import type { ReportedRange } from "../../../restore-points/ranges";
import { copyTags } from "../copy-tags";
import { instantSuffix, type ProtectContext, type RestoreContext } from "../kind";
import { copyDeletion, copyIdentifier } from "./copies";
import { namedSince, type RdsProtection } from "./protection";

/** What a cluster of any engine is to be created with. */
export interface CreatedCluster {
  engine: string;
  region: string;
  args: Omit<ClusterArgs, "engine" | "region">;
  retentionDays: number;
  deletionProtection: boolean;
}

/** Declares a cluster with its protection. */
export function declareCluster(name: string, wanted: CreatedCluster, context: ProtectContext): Cluster {
  const { engine, region, args } = wanted;
  return new Cluster(
    `${name}-cluster`,
    {
      clusterIdentifier: name,
      storageEncrypted: true,
      copyTagsToSnapshot: true,
      // Secrets Manager creates, stores and rotates the password.
      ...(args.masterPassword || args.masterPasswordWo
        ? {}
        : { manageMasterUserPassword: true, masterUsername: "scalar" }),
      finalSnapshotIdentifier: pulumi.interpolate`${args.clusterIdentifier ?? name}-final`,
      ...args,
      engine,
      region,
      backupRetentionPeriod: wanted.retentionDays,
      deleteAutomatedBackups: false,
      deletionProtection: wanted.deletionProtection,
      tags: pulumi.output(args.tags).apply((own) => ({ ...context.tags, ...own })),
    },
    // AWS uses three zones for a cluster, also if fewer were requested.
    { parent: context.parent, protect: true, retainOnDelete: true, ignoreChanges: ["availabilityZones"] },
  );
}

/** Declares a cluster as of the instant, with what a restore takes of its source. */
export function declareClusterCopy(
  name: string,
  { cluster, deleted }: ClusterDescription,
  region: string,
  own: {
    /** What this kind of cluster has besides. */
    args: Partial<ClusterArgs>;
    /** The ID to import it by, where an interrupted `up` has left it. */
    importId?: string;
  },
  context: RestoreContext,
): Cluster {
  const { mode, instant } = context;
  const recovery = mode === "recovery";
  const backupArn = context.from?.backupArn;
  const source = answered(cluster, "DBClusterIdentifier");
  const identifier = copyIdentifier(source, instant);
  return new Cluster(
    `${name}-copy-${instantSuffix(instant)}`,
    {
      clusterIdentifier: identifier,
      region,
      engine: answered(cluster, "Engine"),
      ...(backupArn !== undefined
        ? // Known only when the instant has passed, as every restore call's input.
          { snapshotIdentifier: context.checkedInstant.apply(() => backupArn) }
        : {
            restoreToPointInTime: {
              // A deleted cluster is identified by its unique resource id.
              ...(deleted
                ? { sourceClusterResourceId: cluster.DbClusterResourceId }
                : { sourceClusterIdentifier: source }),
              restoreToTime: context.checkedInstant,
              restoreType: "full-copy",
            },
          }),
      dbSubnetGroupName: cluster.DBSubnetGroup,
      vpcSecurityGroupIds: cluster.VpcSecurityGroups?.map((group) => answered(group, "VpcSecurityGroupId")),
      dbClusterParameterGroupName: cluster.DBClusterParameterGroup,
      port: cluster.Port,
      networkType: cluster.NetworkType,
      storageEncrypted: cluster.StorageEncrypted,
      kmsKeyId: cluster.KmsKeyId,
      iamDatabaseAuthenticationEnabled: cluster.IAMDatabaseAuthenticationEnabled,
      enabledCloudwatchLogsExports: cluster.EnabledCloudwatchLogsExports,
      copyTagsToSnapshot: cluster.CopyTagsToSnapshot,
      // A password that Secrets Manager rotates is not the one of the instant: the copy is given a secret of its own.
      manageMasterUserPassword: cluster.MasterUserSecret ? true : undefined,
      backupRetentionPeriod: cluster.BackupRetentionPeriod,
      preferredBackupWindow: cluster.PreferredBackupWindow,
      preferredMaintenanceWindow: cluster.PreferredMaintenanceWindow,
      applyImmediately: true,
      ...copyDeletion(identifier, context),
      tags: copyTags("rds", tagsOf(cluster), context),
      ...own.args,
    },
    {
      parent: context.parent,
      import: own.importId,
      ignoreChanges: [
        "restoreToPointInTime",
        "snapshotIdentifier",
        "availabilityZones",
        // AWS Backup sets these on the source when it takes over its backups. A copy that exists by then keeps its own.
        "backupRetentionPeriod",
        "preferredBackupWindow",
      ],
      retainOnDelete: recovery,
      customTimeouts: { create: "12h", delete: "2h" },
    },
  );
}

/** What can be restored of a cluster. */
export function rangeOf(name: string, description: ClusterDescription | undefined): ReportedRange {
  if (description === undefined) return { name, unknownBecause: "it is not created yet" };
  const { EarliestRestorableTime: earliest, LatestRestorableTime: latest } = description.cluster;
  if (earliest === undefined || latest === undefined)
    return { name, unknownBecause: "AWS names no restorable time for it yet" };
  return { name, earliest: earliest.toISOString(), latest: latest.toISOString() };
}

/** A cluster as far as its protection goes. */
export function clusterProtection(name: string, description: ClusterDescription): RdsProtection {
  const { cluster } = description;
  return {
    identifier: answered(cluster, "DBClusterIdentifier"),
    arn: answered(cluster, "DBClusterArn"),
    retentionDays: cluster.BackupRetentionPeriod ?? 0,
    deletionProtection: cluster.DeletionProtection ?? false,
    storageEncrypted: cluster.StorageEncrypted ?? false,
    deleted: description.deleted,
    named: namedSince(cluster.ClusterCreateTime, tagsOf(cluster)),
    status: cluster.Status,
    range: rangeOf(name, description),
  };
}
