import type { DBCluster } from "@aws-sdk/client-rds";
import { Command } from "@pulumi/command/local";
import * as pulumi from "@pulumi/pulumi";
import { describeCluster } from "../../../operations/aurora";
import type { ClusterSettings } from "../../../operations/rds";
import { orEnd } from "../../faults";
import { operation } from "../../operation";
import { RECOVERY_PERIODS } from "../../rules/recovery-period";
import {
  instantSuffix,
  type ProtectContext,
  type ProtectedDatabase,
  type RestoreContext,
  type RestoredDatabase,
  regionOf,
} from "../kind";
import { leftToSetAgain } from "../not-restored";
import type { RdsArgs, RdsCreateArgs } from "./args";
import { clusterProtection, declareCluster, declareClusterCopy, rangeOf } from "./cluster";
import { copyIdentifier, credentialsNote } from "./copies";
import { deletedNotes } from "./deleted";
import type { RdsEngine } from "./engine";
import { protectExistingRds } from "./protection";
import { identifierOf, lookUpCluster, whereIs } from "./source";

/** Declares a Multi-AZ DB cluster with its protection. */
export function protectCreatedCluster(
  engine: RdsEngine,
  name: string,
  args: RdsArgs,
  cluster: NonNullable<RdsCreateArgs["cluster"]>,
  context: ProtectContext,
): ProtectedDatabase {
  const region = regionOf(whereIs(args), context.aws, name);
  const days = args.backupRetentionPeriod ?? RECOVERY_PERIODS.rdsCluster.maximum;
  declareCluster(
    name,
    {
      engine: engine.engines[0],
      region,
      args: cluster,
      retentionDays: days,
      deletionProtection: args.deletionProtection ?? true,
    },
    context,
  );
  const found = pulumi
    .output(identifierOf(name, args))
    .apply((id) => orEnd(`database ${name}`, () => describeCluster(region, id, context.aws.access)));
  return {
    status: pulumi.output({
      name,
      kind: engine.kind,
      protectedBy: `the cluster's own continuous backup of ${days} days in ${region}, declared here`,
      notes: engine.notes,
    }),
    range: found.apply((description) => rangeOf(name, description)),
  };
}

/** Has AWS Backup keep a continuous backup of a Multi-AZ DB cluster that exists. */
export function protectExistingCluster(
  engine: RdsEngine,
  name: string,
  args: RdsArgs,
  context: ProtectContext,
): ProtectedDatabase {
  const region = regionOf(whereIs(args), context.aws, name);
  const observed = lookUpCluster(engine, name, args, region, context.aws).apply((found) =>
    clusterProtection(name, found),
  );
  return protectExistingRds(
    name,
    observed,
    {
      kind: engine.kind,
      what: "cluster",
      region,
      days: args.backupRetentionPeriod ?? RECOVERY_PERIODS.rdsCluster.maximum,
      manage: args.manage !== false,
      notes: engine.notes,
    },
    context,
  );
}

/** Declares a Multi-AZ DB cluster as of the instant, and sets again what the restore leaves out. Its instances come with it. */
export function restoreMultiAzCluster(
  engine: RdsEngine,
  name: string,
  args: RdsArgs,
  context: RestoreContext,
): RestoredDatabase {
  const { aws, instant } = context;
  const region = regionOf(whereIs(args), aws, name);
  const copy = lookUpCluster(engine, name, args, region, aws).apply((found) => {
    const source = found.cluster;
    const settings = settingsOf(source, args);
    const cluster = declareClusterCopy(
      name,
      found,
      region,
      {
        // The type of the storage is the source's: AWS takes one only together with IOPS, which the provider does not send.
        args: {
          dbClusterInstanceClass: settings.DBClusterInstanceClass,
          allocatedStorage: settings.AllocatedStorage,
          iops: settings.Iops,
        },
        setAfterwards: ["dbClusterInstanceClass", "allocatedStorage", "iops"],
      },
      context,
    );
    const completion = new Command(
      `${name}-copy-${instantSuffix(instant)}-completion`,
      operation(
        "complete-rds-cluster-copy",
        { region, clusterIdentifier: copyIdentifier(source.DBClusterIdentifier as string, instant), settings },
        aws.access,
      ),
      { parent: context.parent, dependsOn: [cluster] },
    );
    const database = args.databaseName ?? source.DatabaseName;
    return {
      arn: cluster.arn,
      endpoint: cluster.endpoint,
      url: cluster.endpoint.apply((host) => cluster.port.apply((port) => engine.jdbcUrl({ host, port, database }))),
      notes: completion.id.apply(() => [
        `a writer and two readable standbys; ${credentialsNote(source.MasterUserSecret !== undefined)}`,
        ...(found.deleted ? deletedNotes(args.restoreTo) : []),
        ...leftToSetAgain("multiAzCluster", found.deleted ? {} : { "read replicas": source.ReadReplicaIdentifiers }),
      ]),
    };
  });
  return {
    name,
    kind: engine.kind,
    endpoint: copy.apply(({ endpoint }) => endpoint),
    properties: copy.apply(({ url }) => url).apply((url): Record<string, string> => ({ contact_points: url })),
    notes: copy.apply(({ notes }) => notes),
    backup: { resourceType: "RDS", region, arns: copy.apply(({ arn }) => arn).apply((arn) => [arn]) },
  };
}

/** What the restore leaves out, as the source has it. AWS refuses monitoring and insights on the restore of a cluster. */
function settingsOf(source: DBCluster, { restoreTo }: RdsArgs): ClusterSettings {
  return {
    DBClusterInstanceClass: restoreTo?.instanceClass ?? source.DBClusterInstanceClass,
    StorageType: source.StorageType,
    Iops: source.Iops,
    AllocatedStorage: source.AllocatedStorage,
    MonitoringInterval: source.MonitoringInterval,
    MonitoringRoleArn: source.MonitoringRoleArn,
    PerformanceInsightsEnabled: source.PerformanceInsightsEnabled,
    PerformanceInsightsKMSKeyId: source.PerformanceInsightsKMSKeyId,
    PerformanceInsightsRetentionPeriod: source.PerformanceInsightsRetentionPeriod,
    DatabaseInsightsMode: source.DatabaseInsightsMode,
  };
}
