import type * as rds from "@aws-sdk/client-rds";
import type { AwsCloud } from "../aws";
import { AwsError } from "../error";
import { page } from "./json";
import type { Member, QueryOperations } from "./query";

const MOST_RECORDS = 100;
const LEAST_RECORDS = 20;

const STRINGS: Member = { list: "member", of: "string" };
const TAGS: Member = { list: "Tag", of: { structure: { Key: "string", Value: "string" } } };
const FILTERS: Member = {
  list: "Filter",
  of: { structure: { Name: "string", Values: { list: "Value", of: "string" } } },
};
const SECURITY_GROUPS: Member = { list: "VpcSecurityGroupId", of: "string" };
const SCALING: Member = {
  structure: { MinCapacity: "number", MaxCapacity: "number", SecondsUntilAutoPause: "number" },
};

/** RDS, the query protocol of 2014-10-31. */
export function rdsOperations(cloud: AwsCloud): QueryOperations {
  const at = (region: string) => cloud.rds.region(region);
  return {
    namespace: "http://rds.amazonaws.com/doc/2014-10-31/",
    elementNames: {
      AssociatedRoles: "DBClusterRole",
      AvailabilityZones: "AvailabilityZone",
      DBClusterMembers: "DBClusterMember",
      DBClusters: "DBCluster",
      DBInstances: "DBInstance",
      DBParameterGroups: "DBParameterGroup",
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
      DescribeDBInstances: {
        members: { DBInstanceIdentifier: "string", Filters: FILTERS, MaxRecords: "number", Marker: "string" },
        run(input: rds.DescribeDBInstancesMessage, region) {
          const all = input.DBInstanceIdentifier
            ? [at(region).instance(input.DBInstanceIdentifier)]
            : at(region)
                .clusters()
                .flatMap((cluster) => cluster.instances.map((instance) => ({ cluster, instance })));
          const wanted = filtered(all, input.Filters, {
            "db-cluster-id": ({ cluster }) => [cluster.identifier, cluster.arn],
            "db-instance-id": ({ instance }) => [instance.identifier, instance.arn],
            "dbi-resource-id": ({ instance }) => [instance.resourceId],
            engine: ({ cluster }) => [cluster.settings.engine],
          });
          const { elements, next } = page(wanted, input.Marker, records(input.MaxRecords));
          return {
            DBInstances: elements.map(({ cluster, instance }) => cluster.describeInstance(instance)),
            Marker: next,
          };
        },
      },
      ModifyDBCluster: {
        members: {
          DBClusterIdentifier: "string",
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
        },
        run: (input: rds.RestoreDBClusterToPointInTimeMessage, region) => ({
          DBCluster: at(region).restoreDBClusterToPointInTime(input),
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

/** An ARN may stand where an identifier is asked for. */
function lastOf(identifierOrArn: string): string {
  return identifierOrArn.split(":").at(-1) as string;
}

function filtered<Element>(
  elements: Element[],
  filters: rds.Filter[] | undefined,
  known: Record<string, (element: Element) => string[]>,
): Element[] {
  return (filters ?? []).reduce((kept, filter) => {
    const valuesOf = known[filter.Name ?? ""];
    if (!valuesOf) throw new AwsError("InvalidParameterValue", `Unrecognized filter name: ${filter.Name}`);
    return kept.filter((element) => valuesOf(element).some((value) => filter.Values?.includes(value)));
  }, elements);
}

function records(requested: number | undefined): number {
  if (requested !== undefined && (requested < LEAST_RECORDS || requested > MOST_RECORDS))
    throw new AwsError(
      "InvalidParameterValue",
      `Invalid value ${requested} for MaxRecords. Must be between ${LEAST_RECORDS} and ${MOST_RECORDS}`,
    );
  return requested ?? MOST_RECORDS;
}
