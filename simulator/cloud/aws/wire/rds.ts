import type * as rds from "@aws-sdk/client-rds";
import type { AwsCloud } from "../aws";
import type { QueryOperations } from "./query";
import { accountOperations } from "./rds-account";
import { clusterOperations } from "./rds-clusters";
import { instanceOperations } from "./rds-instances";
import { FILTERS, STRINGS, TAGS } from "./rds-members";
import { neighbourOperations } from "./rds-neighbours";

/** RDS, the query protocol of 2014-10-31. */
export function rdsOperations(cloud: AwsCloud): QueryOperations {
  const at = (region: string) => cloud.rds.region(region);
  return {
    namespace: "http://rds.amazonaws.com/doc/2014-10-31/",
    action: "rds",
    elementNames: {
      AccountQuotas: "AccountQuota",
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
      ...clusterOperations(cloud),
      ...instanceOperations(cloud),
      ...neighbourOperations(cloud),
      ...accountOperations(cloud),
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
