import type * as rds from "@aws-sdk/client-rds";
import type { AwsCloud } from "../aws";
import { AwsError } from "../error";
import { describeClusterBackups } from "../rds-cluster";
import { describeClusterSnapshot } from "../rds-snapshots";
import { page } from "./json";
import type { Member, QueryOperations } from "./query";
import {
  FILTERS,
  filtered,
  lastOf,
  listed,
  records,
  SCALING,
  SECURITY_GROUPS,
  STRINGS,
  same,
  TAGS,
} from "./rds-members";

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

/** The operations on clusters. */
export function clusterOperations(cloud: AwsCloud): QueryOperations["operations"] {
  const at = (region: string) => cloud.rds.region(region);
  return {
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
  };
}
