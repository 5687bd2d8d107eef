import type { DBCluster } from "@aws-sdk/client-rds";
import type { Command } from "@pulumi/command/local";
import { answered } from "../../../operations/answered";
import { type ClusterDescription, describeCluster, tagsOf } from "../../../operations/aurora";
import type { ClusterBuild, ClusterSettings } from "../../../operations/multi-az-copies";
import { type ClusterMarks, foreignBecause } from "../../../operations/multi-az-marks";
import { COPY_TAG, INSTANT_TAG, STACK_TAG } from "../../../restore-points/rules/tag-keys";
import { declareCompletion, writtenBy } from "../../operation";
import { toEndRestore } from "../../where-to-set";
import { refuseTakingName } from "../adoption";
import { copyTags, leftOutTags } from "../copy-tags";
import { copyMarks, type DatabaseCopy, instantSuffix, lookUpFor, type RestoreContext, regionOf } from "../kind";
import { leftToSetAgain } from "../not-restored";
import type { RdsArgs } from "./args";
import { copyDeletion, copyIdentifier, credentialsNote } from "./copies";
import type { RdsEngine } from "./engine";
import { restoredByRds } from "./restored";
import { configuredRegion, lookUpCluster } from "./source";

/** The tag that names what a copy was restored from: the identifiers of two copies may begin alike, and be cut. */
const SOURCE_TAG = "scalar-backup:restored-from";

/**
 * Restores a Multi-AZ DB cluster by an operation, and sets again what the restore leaves out. The AWS provider can't: it
 * sends neither the class nor the storage of such a cluster (test/fidelity/sent-rows.ts). Its instances come with it.
 */
export function restoreMultiAzCluster(
  engine: RdsEngine,
  name: string,
  args: RdsArgs,
  context: RestoreContext,
): DatabaseCopy {
  const { aws } = context;
  const region = regionOf(configuredRegion(args), aws, name);
  const copy = lookUpCluster(engine, name, args, region, aws).apply(({ cluster: source }) => {
    const identifier = copyIdentifier(answered(source, "DBClusterIdentifier"), context.instant);
    const at = { region, identifier };
    const marks = marksOf(source, context);
    return lookUpFor(name, async () => {
      refuseTakingName(tagsOf(source), {});
      refuseForeign(at, marks, await find(at, context), context);
    }).apply(() => {
      const completed = declareCopy(name, at, source, { args, marks }, context);
      const found = writtenBy(completed).apply(() =>
        lookUpFor(name, async () => expected(at, await find(at, context))),
      );
      const database = args.databaseName ?? source.DatabaseName;
      return {
        arn: found.apply(({ cluster }) => answered(cluster, "DBClusterArn")),
        endpoint: found.apply(({ cluster }) => answered(cluster, "Endpoint")),
        url: found.apply(({ cluster }) =>
          engine.jdbcUrl({ host: answered(cluster, "Endpoint"), port: answered(cluster, "Port"), database }),
        ),
        notes: writtenBy(completed).apply(() => [
          `a writer and two readable standbys; ${credentialsNote(source.MasterUserSecret !== undefined)}`,
          ...leftToSetAgain("multiAzCluster", { "read replicas": source.ReadReplicaIdentifiers }),
        ]),
      };
    });
  });
  return restoredByRds({ name, kind: engine.kind, region, resourceType: "RDS" }, copy);
}

/** Where a copy is. */
interface CopyAddress {
  region: string;
  identifier: string;
}

function find({ region, identifier }: CopyAddress, { aws }: RestoreContext) {
  return describeCluster(region, identifier, aws.access);
}

/** @throws {Error} when the copy has gone, with what to do. */
function expected({ region, identifier }: CopyAddress, found: ClusterDescription | undefined): ClusterDescription {
  if (found === undefined)
    throw new Error(
      `its copy, cluster ${identifier} in ${region}, was restored and exists no more: end the restore ("${toEndRestore()}", "pulumi up"), then restore again`,
    );
  return found;
}

/** The tags by which this stack's copy is known. */
function marksOf(source: DBCluster, context: RestoreContext): ClusterMarks {
  const { [COPY_TAG]: _, ...marks } = copyMarks(context);
  return {
    marks: { ...marks, [SOURCE_TAG]: context.from?.backupArn ?? answered(source, "DbClusterResourceId") },
    // Version 0.1 declared copies as resources of the AWS provider. Those of a recovery leave its state without being
    // deleted, and are taken over.
    ...(context.mode === "recovery"
      ? { earlierMarks: { [COPY_TAG]: context.mode, [INSTANT_TAG]: context.instant } }
      : {}),
  };
}

/** @throws {Error} when something else has the copy's name, before anything is called for. */
function refuseForeign(
  { region, identifier }: CopyAddress,
  marks: ClusterMarks,
  found: ClusterDescription | undefined,
  { mode, instant, aborts }: RestoreContext,
): void {
  if (found === undefined) return;
  const tags = tagsOf(found.cluster);
  refuseTakingName(tags, { aborts });
  const foreign = foreignBecause(tags, marks);
  if (foreign === undefined) return;
  if (mode === "drill" && tags[INSTANT_TAG] === instant && tags[STACK_TAG] === undefined)
    throw new Error(
      `its copy, cluster ${identifier} in ${region}, was made by an earlier version of this program, which declared it in another way: end the drill ("${toEndRestore()}", "pulumi up"), then restore again`,
    );
  throw new Error(`cluster ${identifier} in ${region} ${foreign}`);
}

/** Declares the restore and what follows it. Returns what is done last. */
function declareCopy(
  name: string,
  { region, identifier }: CopyAddress,
  source: DBCluster,
  { args, marks }: { args: RdsArgs; marks: ClusterMarks },
  context: RestoreContext,
): Command {
  const logical = `${name}-copy-${instantSuffix(context.instant)}`;
  const settings = settingsOf(source, args, context);
  const tags = { ...copyTags("rds", tagsOf(source), context), ...copyMarks(context), ...marks.marks };
  // AWS gives a copy its source's tags, whatever tags are asked for. [Amazon RDS User Guide, Restoring a Multi-AZ DB cluster
  // to a specified time]
  const tagsLeftOut = leftOutTags("rds", tagsOf(source), context).filter((key) => !(key in tags));
  const { access } = context.aws;
  const restore = declareCompletion(
    `${logical}-restore`,
    "restore-rds-cluster-copy",
    {
      // This is known only after the instant has passed its checks, like the input of every restore call.
      request: context.checkedInstant.apply((instant) => ({
        region,
        clusterIdentifier: identifier,
        ...marks,
        from: context.from?.backupArn
          ? { snapshotArn: context.from.backupArn, engine: answered(source, "Engine") }
          : { clusterIdentifier: answered(source, "DBClusterIdentifier"), instant },
        build: buildOf(source, settings),
        tags,
      })),
      access,
    },
    { parent: context.parent },
    // A recovery's copy is permanent.
    context.mode === "drill" ? "delete-rds-cluster-copy" : undefined,
  );
  return declareCompletion(
    `${logical}-completion`,
    "complete-rds-cluster-copy",
    { request: { region, clusterIdentifier: identifier, settings, tags, tagsLeftOut }, access },
    { parent: context.parent, dependsOn: [restore] },
  );
}

/** The restore's parameters. AWS accepts a storage type only together with IOPS. */
function buildOf(source: DBCluster, settings: ClusterSettings): ClusterBuild {
  return {
    DBClusterInstanceClass: settings.DBClusterInstanceClass,
    ...(source.StorageType && source.Iops ? { StorageType: source.StorageType, Iops: source.Iops } : {}),
    Port: source.Port,
    DBSubnetGroupName: source.DBSubnetGroup,
    VpcSecurityGroupIds: source.VpcSecurityGroups?.map((group) => answered(group, "VpcSecurityGroupId")),
    DBClusterParameterGroupName: source.DBClusterParameterGroup,
    PubliclyAccessible: source.PubliclyAccessible,
    KmsKeyId: source.KmsKeyId,
    EnableIAMDatabaseAuthentication: source.IAMDatabaseAuthenticationEnabled,
    EnableCloudwatchLogsExports: source.EnabledCloudwatchLogsExports,
    CopyTagsToSnapshot: source.CopyTagsToSnapshot,
    BackupRetentionPeriod: source.BackupRetentionPeriod,
    PreferredBackupWindow: source.PreferredBackupWindow,
    DeletionProtection: settings.DeletionProtection,
  };
}

/** What it is to have in the end, as the source has it. AWS refuses monitoring and insights on the restore of a cluster. */
function settingsOf(source: DBCluster, { restoreTo }: RdsArgs, context: RestoreContext): ClusterSettings {
  return {
    DBClusterInstanceClass: restoreTo?.instanceClass ?? source.DBClusterInstanceClass,
    StorageType: source.StorageType,
    Iops: source.Iops,
    AllocatedStorage: source.AllocatedStorage,
    BackupRetentionPeriod: source.BackupRetentionPeriod,
    PreferredBackupWindow: source.PreferredBackupWindow,
    PreferredMaintenanceWindow: source.PreferredMaintenanceWindow,
    DeletionProtection: copyDeletion("", context).deletionProtection,
    // A password that Secrets Manager rotates is not the one of the instant: the copy is given a secret of its own.
    ...(source.MasterUserSecret ? { ManageMasterUserPassword: true } : {}),
    MonitoringInterval: source.MonitoringInterval,
    MonitoringRoleArn: source.MonitoringRoleArn,
    PerformanceInsightsEnabled: source.PerformanceInsightsEnabled,
    PerformanceInsightsKMSKeyId: source.PerformanceInsightsKMSKeyId,
    PerformanceInsightsRetentionPeriod: source.PerformanceInsightsRetentionPeriod,
    DatabaseInsightsMode: source.DatabaseInsightsMode,
  };
}
