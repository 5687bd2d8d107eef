import type * as rds from "@aws-sdk/client-rds";
import type { AwsCloud } from "../aws";
import { AwsError } from "../error";
import type { RdsRegion } from "../rds";
import { describeClusterBackups } from "../rds-cluster";
import { describeBackups } from "../rds-instance";
import { describeClusterSnapshot, describeInstanceSnapshot, type Snapshot } from "../rds-snapshots";
import { page } from "./json";
import type { Member, QueryOperations } from "./query";
import { FILTERS, filtered, lastOf, records } from "./rds-members";
import { neighbourOperations } from "./rds-neighbours";

const STRINGS: Member = { list: "member", of: "string" };
const TAGS: Member = { list: "Tag", of: { structure: { Key: "string", Value: "string" } } };
const SECURITY_GROUPS: Member = { list: "VpcSecurityGroupId", of: "string" };
const SCALING: Member = {
  structure: { MinCapacity: "number", MaxCapacity: "number", SecondsUntilAutoPause: "number" },
};

/** The settings that both kinds of restore of a cluster take. */
const RESTORED_CLUSTER: Record<string, Member> = {
  Port: "number",
  DBSubnetGroupName: "string",
  VpcSecurityGroupIds: SECURITY_GROUPS,
  Tags: TAGS,
  KmsKeyId: "string",
  EnableIAMDatabaseAuthentication: "boolean",
  EnableCloudwatchLogsExports: STRINGS,
  DBClusterParameterGroupName: "string",
  DeletionProtection: "boolean",
  CopyTagsToSnapshot: "boolean",
  StorageType: "string",
  NetworkType: "string",
  ServerlessV2ScalingConfiguration: SCALING,
  BackupRetentionPeriod: "number",
  MonitoringInterval: "number",
  MonitoringRoleArn: "string",
  EnablePerformanceInsights: "boolean",
  DBClusterInstanceClass: "string",
  EngineMode: "string",
  Iops: "number",
  PreferredBackupWindow: "string",
  PubliclyAccessible: "boolean",
};

/** RDS, the query protocol of 2014-10-31. */
export function rdsOperations(cloud: AwsCloud): QueryOperations {
  const at = (region: string) => cloud.rds.region(region);
  return {
    namespace: "http://rds.amazonaws.com/doc/2014-10-31/",
    elementNames: {
      AssociatedRoles: "DBClusterRole",
      AvailabilityZones: "AvailabilityZone",
      DBClusterAutomatedBackups: "DBClusterAutomatedBackup",
      DBClusterMembers: "DBClusterMember",
      DBClusterSnapshots: "DBClusterSnapshot",
      BlueGreenDeployments: "member",
      DBClusterEndpoints: "DBClusterEndpointList",
      DBProxies: "member",
      DBSnapshots: "DBSnapshot",
      ExcludedMembers: "member",
      ReadReplicaIdentifiers: "ReadReplicaIdentifier",
      StaticMembers: "member",
      Targets: "member",
      DBClusters: "DBCluster",
      DBInstanceAutomatedBackups: "DBInstanceAutomatedBackup",
      DBInstances: "DBInstance",
      DBParameterGroups: "DBParameterGroup",
      ReadReplicaDBInstanceIdentifiers: "ReadReplicaDBInstanceIdentifier",
      OptionGroupMemberships: "OptionGroupMembership",
      TagList: "Tag",
      VpcSecurityGroups: "VpcSecurityGroupMembership",
    },
    operations: {
      DescribeDBClusters: {
        members: {
          DBClusterIdentifier: "string",
          Filters: FILTERS,
          MaxRecords: "number",
          Marker: "string",
          IncludeShared: "boolean",
        },
        run(input: rds.DescribeDBClustersMessage, region) {
          const all = input.DBClusterIdentifier
            ? [at(region).cluster(lastOf(input.DBClusterIdentifier))]
            : at(region).clusters();
          const wanted = filtered(all, input.Filters, {
            "db-cluster-id": (cluster) => [cluster.identifier, cluster.arn],
            "db-cluster-resource-id": (cluster) => [cluster.resourceId],
            engine: (cluster) => [cluster.settings.engine],
          });
          const { elements, next } = page(wanted, input.Marker, records(input.MaxRecords));
          return { DBClusters: elements.map((cluster) => cluster.describe()), Marker: next };
        },
      },
      DescribeDBClusterSnapshots: {
        members: {
          DBClusterIdentifier: "string",
          DBClusterSnapshotIdentifier: "string",
          SnapshotType: "string",
          IncludeShared: "boolean",
          MaxRecords: "number",
          Marker: "string",
        },
        run(input: rds.DescribeDBClusterSnapshotsMessage, region) {
          const { snapshots } = at(region);
          const all = input.DBClusterSnapshotIdentifier
            ? [snapshots.cluster(input.DBClusterSnapshotIdentifier)]
            : listed(snapshots.clusters(), input.DBClusterIdentifier, input.SnapshotType);
          const { elements, next } = page(all, input.Marker, records(input.MaxRecords));
          return { DBClusterSnapshots: elements.map(describeClusterSnapshot), Marker: next };
        },
      },
      DescribeDBSnapshots: {
        members: {
          DBInstanceIdentifier: "string",
          DBSnapshotIdentifier: "string",
          SnapshotType: "string",
          IncludeShared: "boolean",
          MaxRecords: "number",
          Marker: "string",
        },
        run(input: rds.DescribeDBSnapshotsMessage, region) {
          const { snapshots } = at(region);
          const all = input.DBSnapshotIdentifier
            ? [snapshots.instance(input.DBSnapshotIdentifier)]
            : listed(snapshots.instances(), input.DBInstanceIdentifier, input.SnapshotType);
          const { elements, next } = page(all, input.Marker, records(input.MaxRecords));
          return { DBSnapshots: elements.map(describeInstanceSnapshot), Marker: next };
        },
      },
      DescribeDBInstances: {
        members: { DBInstanceIdentifier: "string", Filters: FILTERS, MaxRecords: "number", Marker: "string" },
        run(input: rds.DescribeDBInstancesMessage, region) {
          const all = instances(at(region)).filter(
            ({ DBInstanceIdentifier: identifier }) =>
              input.DBInstanceIdentifier === undefined ||
              lastOf(input.DBInstanceIdentifier).toLowerCase() === identifier,
          );
          // Of what isn't there, RDS speaks as it does everywhere.
          if (input.DBInstanceIdentifier && all.length === 0) at(region).instance(input.DBInstanceIdentifier);
          const wanted = filtered(all, input.Filters, {
            "db-cluster-id": ({ DBClusterIdentifier: cluster }) =>
              cluster === undefined ? [] : [cluster, at(region).cluster(cluster).arn],
            "db-instance-id": (instance) => [instance.DBInstanceIdentifier as string, instance.DBInstanceArn as string],
            "dbi-resource-id": (instance) => [instance.DbiResourceId as string],
            engine: (instance) => [instance.Engine as string],
          });
          const { elements, next } = page(wanted, input.Marker, records(input.MaxRecords));
          return { DBInstances: elements, Marker: next };
        },
      },
      DescribeDBInstanceAutomatedBackups: {
        members: {
          DBInstanceIdentifier: "string",
          DbiResourceId: "string",
          DBInstanceAutomatedBackupsArn: "string",
          Filters: FILTERS,
          MaxRecords: "number",
          Marker: "string",
        },
        run(input: rds.DescribeDBInstanceAutomatedBackupsMessage, region) {
          const { DBInstanceIdentifier: identifier, DbiResourceId: resourceId } = input;
          // An identifier "must match the identifier of an existing DB instance": backups of deleted ones are found by
          // their resource id or by a filter. [AWS API Reference, DescribeDBInstanceAutomatedBackups]
          const all = at(region)
            .instances.automatedBackups()
            .map(describeBackups)
            .filter(
              (backups) =>
                (identifier === undefined ||
                  (backups.Status !== "retained" && same(identifier, backups.DBInstanceIdentifier))) &&
                (resourceId === undefined || same(resourceId, backups.DbiResourceId)) &&
                (input.DBInstanceAutomatedBackupsArn ?? backups.DBInstanceAutomatedBackupsArn) ===
                  backups.DBInstanceAutomatedBackupsArn,
            );
          const asked = identifier ?? resourceId ?? input.DBInstanceAutomatedBackupsArn;
          if (all.length === 0 && asked !== undefined)
            throw new AwsError(
              "DBInstanceAutomatedBackupNotFound",
              `DBInstanceAutomatedBackup not found: ${asked}`,
              404,
            );
          const wanted = filtered(all, input.Filters, {
            status: (backups) => [backups.Status as string],
            "db-instance-id": (backups) => [backups.DBInstanceIdentifier as string, backups.DBInstanceArn as string],
            "dbi-resource-id": (backups) => [backups.DbiResourceId as string],
          });
          const { elements, next } = page(wanted, input.Marker, records(input.MaxRecords));
          return { DBInstanceAutomatedBackups: elements, Marker: next };
        },
      },
      DescribeDBClusterAutomatedBackups: {
        members: {
          DBClusterIdentifier: "string",
          DbClusterResourceId: "string",
          Filters: FILTERS,
          MaxRecords: "number",
          Marker: "string",
        },
        run(input: rds.DescribeDBClusterAutomatedBackupsMessage, region) {
          const active = at(region)
            .clusters()
            .map((cluster) => describeClusterBackups(cluster.retainedBackups(), "active"));
          const retained = at(region)
            .retainedBackups()
            .map((backups) => describeClusterBackups(backups, "retained"));
          const { DBClusterIdentifier: identifier, DbClusterResourceId: resourceId } = input;
          // As for instances. [AWS API Reference, DescribeDBClusterAutomatedBackups]
          const all = [...active, ...retained].filter(
            (backups) =>
              (identifier === undefined ||
                (backups.Status !== "retained" && same(identifier, backups.DBClusterIdentifier))) &&
              (resourceId === undefined || same(resourceId, backups.DbClusterResourceId)),
          );
          const asked = identifier ?? resourceId;
          if (all.length === 0 && asked !== undefined)
            throw new AwsError(
              "DBClusterAutomatedBackupNotFoundFault",
              `DBClusterAutomatedBackup not found: ${asked}`,
              404,
            );
          const wanted = filtered(all, input.Filters, {
            status: (backups) => [backups.Status as string],
            "db-cluster-id": (backups) => [backups.DBClusterIdentifier as string, backups.DBClusterArn as string],
            "db-cluster-resource-id": (backups) => [backups.DbClusterResourceId as string],
          });
          const { elements, next } = page(wanted, input.Marker, records(input.MaxRecords));
          return { DBClusterAutomatedBackups: elements, Marker: next };
        },
      },
      ModifyDBInstance: {
        members: {
          DBInstanceIdentifier: "string",
          NewDBInstanceIdentifier: "string",
          DeletionProtection: "boolean",
          ApplyImmediately: "boolean",
          BackupRetentionPeriod: "number",
          PreferredBackupWindow: "string",
          PreferredMaintenanceWindow: "string",
          CACertificateIdentifier: "string",
          NetworkType: "string",
          EnablePerformanceInsights: "boolean",
          PerformanceInsightsKMSKeyId: "string",
          PerformanceInsightsRetentionPeriod: "number",
          DatabaseInsightsMode: "string",
          MonitoringInterval: "number",
          MonitoringRoleArn: "string",
          StorageType: "string",
          Iops: "number",
          StorageThroughput: "number",
          AllocatedStorage: "number",
        },
        run: (input: rds.ModifyDBInstanceMessage, region) => ({ DBInstance: at(region).modifyDBInstance(input) }),
      },
      ModifyDBCluster: {
        members: {
          DBClusterIdentifier: "string",
          NewDBClusterIdentifier: "string",
          ApplyImmediately: "boolean",
          BackupRetentionPeriod: "number",
          PreferredBackupWindow: "string",
          PreferredMaintenanceWindow: "string",
          DBClusterParameterGroupName: "string",
          VpcSecurityGroupIds: SECURITY_GROUPS,
          Port: "number",
          MasterUserPassword: "string",
          ManageMasterUserPassword: "boolean",
          EnableIAMDatabaseAuthentication: "boolean",
          CloudwatchLogsExportConfiguration: { structure: { EnableLogTypes: STRINGS, DisableLogTypes: STRINGS } },
          EngineVersion: "string",
          DeletionProtection: "boolean",
          CopyTagsToSnapshot: "boolean",
          ServerlessV2ScalingConfiguration: SCALING,
          StorageType: "string",
          NetworkType: "string",
          DBClusterInstanceClass: "string",
          AllocatedStorage: "number",
          Iops: "number",
          MonitoringInterval: "number",
          MonitoringRoleArn: "string",
          EnablePerformanceInsights: "boolean",
          PerformanceInsightsKMSKeyId: "string",
          PerformanceInsightsRetentionPeriod: "number",
          DatabaseInsightsMode: "string",
        },
        run: (input: rds.ModifyDBClusterMessage, region) => ({ DBCluster: at(region).modifyDBCluster(input) }),
      },
      RestoreDBClusterToPointInTime: {
        members: {
          DBClusterIdentifier: "string",
          RestoreType: "string",
          SourceDBClusterIdentifier: "string",
          SourceDbClusterResourceId: "string",
          RestoreToTime: "timestamp",
          UseLatestRestorableTime: "boolean",
          ...RESTORED_CLUSTER,
        },
        run: (input: rds.RestoreDBClusterToPointInTimeMessage, region) => ({
          DBCluster: at(region).restoreDBClusterToPointInTime(input),
        }),
      },
      RestoreDBClusterFromSnapshot: {
        members: {
          DBClusterIdentifier: "string",
          SnapshotIdentifier: "string",
          Engine: "string",
          EngineVersion: "string",
          ...RESTORED_CLUSTER,
        },
        run: (input: rds.RestoreDBClusterFromSnapshotMessage, region) => ({
          DBCluster: at(region).restoreDBClusterFromSnapshot(input),
        }),
      },
      DeleteDBCluster: {
        members: {
          DBClusterIdentifier: "string",
          SkipFinalSnapshot: "boolean",
          FinalDBSnapshotIdentifier: "string",
          DeleteAutomatedBackups: "boolean",
        },
        run: (input: rds.DeleteDBClusterMessage, region) => ({ DBCluster: at(region).deleteDBCluster(input) }),
      },
      ...neighbourOperations(cloud),
      ListTagsForResource: {
        members: { ResourceName: "string", Filters: FILTERS },
        run: (input: rds.ListTagsForResourceMessage, region) => ({
          TagList: at(region).tagsOf(input.ResourceName as string),
        }),
      },
      AddTagsToResource: {
        members: { ResourceName: "string", Tags: TAGS },
        run(input: rds.AddTagsToResourceMessage, region) {
          at(region).addTagsToResource(input.ResourceName as string, input.Tags ?? []);
          return {};
        },
      },
      RemoveTagsFromResource: {
        members: { ResourceName: "string", TagKeys: STRINGS },
        run(input: rds.RemoveTagsFromResourceMessage, region) {
          at(region).removeTagsFromResource(input.ResourceName as string, input.TagKeys ?? []);
          return {};
        },
      },
    },
  };
}

/** All instances of a region, of clusters or not, in the order in which RDS pages through them. */
function instances(region: RdsRegion): rds.DBInstance[] {
  const members = region
    .clusters()
    .flatMap((cluster) => cluster.instances.map((instance) => cluster.describeInstance(instance)));
  const order = (instance: rds.DBInstance) => instance.DBInstanceIdentifier as string;
  return [...members, ...region.instances.all().map((instance) => instance.describe())].sort((a, b) =>
    order(a) < order(b) ? -1 : 1,
  );
}

/**
 * Snapshots that are listed rather than named: AWS Backup's only if they are asked for by their type.
 * [AWS API Reference, DescribeDBSnapshots, SnapshotType: "both automated and manual snapshots are returned"]
 */
function listed<Listed extends Snapshot>(all: Listed[], source: string | undefined, type: string | undefined) {
  return all.filter(
    (snapshot) =>
      (source === undefined || same(lastOf(source), snapshot.source.identifier)) &&
      (type === undefined ? snapshot.type !== "awsbackup" : snapshot.type === type),
  );
}

/** Neither identifiers nor resource ids are case-sensitive. */
function same(asked: string, found: string | undefined): boolean {
  return asked.toLowerCase() === found?.toLowerCase();
}
