import type * as rds from "@aws-sdk/client-rds";
import type { AwsCloud } from "../aws";
import { AwsError } from "../error";
import { describeBackups } from "../rds-instance";
import type { RdsRegion } from "../rds-region";
import { describeInstanceSnapshot } from "../rds-snapshots";
import { page } from "./json";
import type { QueryOperations } from "./query";
import { FILTERS, filtered, lastOf, listed, records, same } from "./rds-members";

/** The operations on instances, in clusters or not. */
export function instanceOperations(cloud: AwsCloud): QueryOperations["operations"] {
  const at = (region: string) => cloud.rds.region(region);
  return {
    DescribeDBInstances: {
      members: { DBInstanceIdentifier: "string", Filters: FILTERS, MaxRecords: "number", Marker: "string" },
      run(input: rds.DescribeDBInstancesMessage, region) {
        const all = instances(at(region)).filter(
          ({ DBInstanceIdentifier: identifier }) =>
            input.DBInstanceIdentifier === undefined || lastOf(input.DBInstanceIdentifier).toLowerCase() === identifier,
        );
        // For an unknown identifier, this is RDS's usual error.
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
          throw new AwsError("DBInstanceAutomatedBackupNotFound", `DBInstanceAutomatedBackup not found: ${asked}`, 404);
        const wanted = filtered(all, input.Filters, {
          status: (backups) => [backups.Status as string],
          "db-instance-id": (backups) => [backups.DBInstanceIdentifier as string, backups.DBInstanceArn as string],
          "dbi-resource-id": (backups) => [backups.DbiResourceId as string],
        });
        const { elements, next } = page(wanted, input.Marker, records(input.MaxRecords));
        return { DBInstanceAutomatedBackups: elements, Marker: next };
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
