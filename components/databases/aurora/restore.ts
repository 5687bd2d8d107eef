import { type Cluster, ClusterInstance } from "@pulumi/aws/rds";
import * as pulumi from "@pulumi/pulumi";
import { answered } from "../../../operations/answered";
import { type ClusterDescription, tagsOf } from "../../../operations/aurora";
import { readClusterScaling } from "../../../operations/autoscaling";
import { copyTags } from "../copy-tags";
import { type DatabaseCopy, instantSuffix, lookUpFor, type RestoreContext, regionOf } from "../kind";
import { type Found, leftToSetAgain } from "../not-restored";
import { adoptedCluster } from "../rds/adopted";
import { declareClusterCopy } from "../rds/cluster";
import { copyIdentifier, credentialsNote } from "../rds/copies";
import { deletedNotes } from "../rds/deleted";
import { restoredByRds } from "../rds/restored";
import { declareScaling } from "../scaling";
import type { AuroraArgs, AuroraRestoreToArgs } from "./args";
import { type AuroraEngine, configuredRegion, lookUpSource } from "./source";

/** Declares a cluster as of the instant, with instances like the source's. */
export function restoreCluster(
  engine: AuroraEngine,
  name: string,
  args: AuroraArgs,
  context: RestoreContext,
): DatabaseCopy {
  const { aws, instant } = context;
  const where = regionOf(configuredRegion(args), aws, name);
  const logical = `${name}-copy-${instantSuffix(instant)}`;
  const read = lookUpSource(engine, name, args, where, aws).apply((source) => {
    const id = answered(source.cluster, "DBClusterIdentifier");
    const scaling = lookUpFor(name, () => readClusterScaling(where, id, aws.access));
    const size = copyInstances(source, args.restoreTo).length;
    const copied = { region: where, identifier: copyIdentifier(id, instant), size, source: tagsOf(source.cluster) };
    const found = adoptedCluster(name, logical, copied, context);
    return scaling.apply((scaling) => found.apply((adopted) => ({ source, scaling, adopted })));
  });
  const copy = read.apply(({ source, scaling, adopted }) => {
    const { StorageType: storageType, ServerlessV2ScalingConfiguration: capacity } = source.cluster;
    const cluster = declareClusterCopy(
      name,
      source,
      where,
      {
        args: {
          storageType: storageType === "aurora" ? undefined : storageType,
          serverlessv2ScalingConfiguration: capacity && {
            minCapacity: answered(capacity, "MinCapacity"),
            maxCapacity: answered(capacity, "MaxCapacity"),
            secondsUntilAutoPause: capacity.SecondsUntilAutoPause,
          },
        },
        importId: adopted.cluster,
      },
      context,
    );
    const instances: ClusterInstance[] = [];
    const likes = copyInstances(source, args.restoreTo);
    for (const [index, like] of likes.entries()) {
      // The first to be there is the writer. Where any will do, all are built at once.
      const after = like.DBInstanceClass === likes[0]?.DBInstanceClass ? [] : instances.slice(0, 1);
      instances.push(
        declareCopyInstance(
          engine,
          `${logical}-${index + 1}`,
          { like, index, after, importId: adopted.instances.get(index + 1) },
          cluster,
          context,
          where,
        ),
      );
    }
    for (const each of scaling) {
      const dimension = answered(each.target, "ScalableDimension").split(":").at(-1);
      const identifier = copyIdentifier(answered(source.cluster, "DBClusterIdentifier"), instant);
      declareScaling(
        `${logical}-${dimension}`,
        each,
        { resourceId: `cluster:${identifier}`, region: where },
        { parent: context.parent, dependsOn: instances, retainOnDelete: context.mode === "recovery" },
      );
    }
    const database = args.databaseName ?? source.cluster.DatabaseName ?? engine.defaultDatabase;
    return {
      arn: cluster.arn,
      endpoint: cluster.endpoint,
      url: pulumi.interpolate`jdbc:${engine.jdbcScheme}://${cluster.endpoint}:${cluster.port}/${database}`,
      // The endpoint does not answer before there are instances.
      notes: pulumi
        .all(instances.map((instance) => instance.id))
        .apply(({ length }) =>
          length > 0
            ? [
                `a writer and ${length === 2 ? "1 reader" : `${length - 1} readers`}; ${credentialsNote(source.cluster.MasterUserSecret !== undefined)}`,
                ...(source.deleted ? deletedNotes(args.restoreTo) : []),
                ...leftToSetAgain("aurora", source.deleted ? {} : notRestoredOf(source.cluster)),
              ]
            : ["the source has no instances, so the copy has none: add one to reach it"],
        ),
    };
  });
  return restoredByRds({ name, kind: engine.kind, region: where, resourceType: "Aurora" }, copy);
}

/** What the cluster has of what no restore brings back. */
function notRestoredOf(cluster: ClusterDescription["cluster"]): Found {
  const { AssociatedRoles: roles, GlobalClusterIdentifier: globalCluster, ActivityStreamStatus: stream } = cluster;
  return {
    "IAM roles of the cluster": roles?.map(({ RoleArn }) => RoleArn),
    "custom endpoints": cluster.CustomEndpoints,
    "membership in a global database": globalCluster ? [globalCluster] : [],
    "read replicas outside the cluster": cluster.ReadReplicaIdentifiers,
    "database activity streams": stream && stream !== "stopped" ? [stream] : [],
  };
}

/** What an instance of the copy is built like. */
type InstanceLike = ClusterDescription["instances"][number];

function copyInstances({ instances }: ClusterDescription, to: AuroraRestoreToArgs = {}): InstanceLike[] {
  const [writer, ...readers] = instances;
  if (writer === undefined) return [];
  const wanted = to.readers ?? readers.length;
  const like = [writer, ...Array.from({ length: wanted }, (_, index) => readers[index] ?? readers.at(-1) ?? writer)];
  const group = to.instanceParameterGroupName;
  return like.map((instance) => ({
    ...instance,
    DBInstanceClass: to.instanceClass ?? instance.DBInstanceClass,
    ...(group ? { DBParameterGroups: [{ DBParameterGroupName: group }] } : {}),
  }));
}

function declareCopyInstance(
  engine: AuroraEngine,
  logical: string,
  instance: { like: InstanceLike; index: number; after: ClusterInstance[]; importId: string | undefined },
  cluster: Cluster,
  context: RestoreContext,
  where: string,
): ClusterInstance {
  const { like, index, after, importId } = instance;
  const recovery = context.mode === "recovery";
  return new ClusterInstance(
    logical,
    {
      identifier: pulumi.interpolate`${cluster.clusterIdentifier}-${index + 1}`,
      region: where,
      clusterIdentifier: cluster.id,
      engine: engine.engine,
      instanceClass: answered(like, "DBInstanceClass"),
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
      preferredMaintenanceWindow: like.PreferredMaintenanceWindow,
      applyImmediately: true,
      tags: copyTags("rds", {}, context),
    },
    {
      parent: context.parent,
      import: importId,
      dependsOn: after,
      retainOnDelete: recovery,
      customTimeouts: { create: "4h" },
    },
  );
}
