import { Cluster, ClusterInstance } from "@pulumi/aws/rds";
import * as pulumi from "@pulumi/pulumi";
import { type ClusterDescription, tagsOf } from "../../../operations/aurora";
import { COPY_TAG, INSTANT_TAG, instantSuffix, type RestoreContext, type RestoredDatabase, regionOf } from "../kind";
import type { AuroraArgs, AuroraRestoreToArgs } from "./args";
import { type AuroraEngine, copyIdentifier, lookUpSource, whereIs } from "./source";

/** Declares a cluster as of the instant, with instances like the source's. */
export function restoreCluster(
  engine: AuroraEngine,
  name: string,
  args: AuroraArgs,
  context: RestoreContext,
): RestoredDatabase {
  const { aws, instant } = context;
  const where = regionOf(whereIs(args), aws, name);
  const copy = lookUpSource(engine, name, args, where, aws).apply((source) => {
    const cluster = declareCopy(engine, name, source, context, where);
    const instances = copyInstances(source, args.restoreTo).map((like, index) =>
      declareCopyInstance(
        engine,
        `${name}-copy-${instantSuffix(instant)}-${index + 1}`,
        like,
        index,
        cluster,
        context,
        where,
      ),
    );
    const database = args.databaseName ?? source.cluster.DatabaseName ?? engine.defaultDatabase;
    return {
      endpoint: cluster.endpoint,
      url: pulumi.interpolate`jdbc:${engine.jdbcScheme}://${cluster.endpoint}:${cluster.port}/${database}`,
      // Until its instances stand, the endpoint answers nobody.
      standing: pulumi.all(instances.map((instance) => instance.id)).apply((ids) => ids.length),
    };
  });
  const { endpoint, url, standing } = {
    endpoint: copy.apply((copy) => copy.endpoint),
    url: copy.apply((copy) => copy.url),
    standing: copy.apply((copy) => copy.standing),
  };
  return {
    name,
    kind: engine.kind,
    endpoint,
    properties: url.apply((contactPoints): Record<string, string> => ({ contact_points: contactPoints })),
    notes: standing.apply((count) =>
      count > 0
        ? [`a writer and ${count - 1} readers; user names and passwords are the source's`]
        : ["the source has no instances, so the copy has none: add one to reach it"],
    ),
  };
}

function declareCopy(
  engine: AuroraEngine,
  name: string,
  { cluster }: ClusterDescription,
  context: RestoreContext,
  where: string,
): Cluster {
  const { mode, instant } = context;
  const recovery = mode === "recovery";
  const source = cluster.DBClusterIdentifier as string;
  const scaling = cluster.ServerlessV2ScalingConfiguration;
  return new Cluster(
    `${name}-copy-${instantSuffix(instant)}`,
    {
      clusterIdentifier: copyIdentifier(source, instant),
      region: where,
      engine: engine.engine,
      restoreToPointInTime: {
        sourceClusterIdentifier: source,
        restoreToTime: context.checkedInstant,
        restoreType: "full-copy",
      },
      dbSubnetGroupName: cluster.DBSubnetGroup,
      vpcSecurityGroupIds: (cluster.VpcSecurityGroups ?? []).map((group) => group.VpcSecurityGroupId as string),
      dbClusterParameterGroupName: cluster.DBClusterParameterGroup,
      port: cluster.Port,
      networkType: cluster.NetworkType,
      storageEncrypted: cluster.StorageEncrypted,
      kmsKeyId: cluster.KmsKeyId,
      storageType: cluster.StorageType === "aurora" ? undefined : cluster.StorageType,
      iamDatabaseAuthenticationEnabled: cluster.IAMDatabaseAuthenticationEnabled,
      enabledCloudwatchLogsExports: cluster.EnabledCloudwatchLogsExports,
      copyTagsToSnapshot: cluster.CopyTagsToSnapshot,
      serverlessv2ScalingConfiguration: scaling && {
        minCapacity: scaling.MinCapacity as number,
        maxCapacity: scaling.MaxCapacity as number,
      },
      backupRetentionPeriod: cluster.BackupRetentionPeriod,
      preferredBackupWindow: cluster.PreferredBackupWindow,
      preferredMaintenanceWindow: cluster.PreferredMaintenanceWindow,
      applyImmediately: true,
      deletionProtection: recovery,
      deleteAutomatedBackups: !recovery,
      skipFinalSnapshot: !recovery,
      finalSnapshotIdentifier: recovery ? `${copyIdentifier(source, instant)}-final` : undefined,
      tags: { ...userTags(tagsOf(cluster)), ...context.tags, [COPY_TAG]: mode, [INSTANT_TAG]: instant },
    },
    {
      parent: context.parent,
      ignoreChanges: ["restoreToPointInTime", "availabilityZones"],
      protect: recovery,
      retainOnDelete: recovery,
      customTimeouts: { create: "12h", delete: "2h" },
    },
  );
}

/** What an instance of the copy is built like. */
type InstanceLike = ClusterDescription["instances"][number];

function copyInstances({ instances }: ClusterDescription, to: AuroraRestoreToArgs = {}): InstanceLike[] {
  const [writer, ...readers] = instances;
  if (writer === undefined) return [];
  const wanted = to.readers ?? readers.length;
  const like = [writer, ...Array.from({ length: wanted }, (_, index) => readers[index] ?? readers.at(-1) ?? writer)];
  return like.map((instance) => ({ ...instance, DBInstanceClass: to.instanceClass ?? instance.DBInstanceClass }));
}

function declareCopyInstance(
  engine: AuroraEngine,
  logical: string,
  like: InstanceLike,
  index: number,
  cluster: Cluster,
  context: RestoreContext,
  where: string,
): ClusterInstance {
  const recovery = context.mode === "recovery";
  return new ClusterInstance(
    logical,
    {
      identifier: pulumi.interpolate`${cluster.clusterIdentifier}-${index + 1}`,
      region: where,
      clusterIdentifier: cluster.id,
      engine: engine.engine,
      instanceClass: like.DBInstanceClass as string,
      dbParameterGroupName: like.DBParameterGroups?.[0]?.DBParameterGroupName,
      dbSubnetGroupName: cluster.dbSubnetGroupName,
      publiclyAccessible: like.PubliclyAccessible,
      promotionTier: like.PromotionTier,
      autoMinorVersionUpgrade: like.AutoMinorVersionUpgrade,
      copyTagsToSnapshot: like.CopyTagsToSnapshot,
      // AWS refuses these two on the restore of a cluster; they belong to its instances.
      monitoringInterval: like.MonitoringInterval,
      monitoringRoleArn: like.MonitoringRoleArn,
      performanceInsightsEnabled: like.PerformanceInsightsEnabled,
      performanceInsightsKmsKeyId: like.PerformanceInsightsKMSKeyId,
      performanceInsightsRetentionPeriod: like.PerformanceInsightsRetentionPeriod,
      caCertIdentifier: like.CACertificateIdentifier,
      applyImmediately: true,
      tags: { ...context.tags, [COPY_TAG]: context.mode, [INSTANT_TAG]: context.instant },
    },
    { parent: context.parent, protect: recovery, retainOnDelete: recovery, customTimeouts: { create: "4h" } },
  );
}

/** AWS keeps tags that begin with `aws:` to itself. */
function userTags(tags: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !key.startsWith("aws:")));
}
