import type * as rds from "@aws-sdk/client-rds";
import type { AwsCloud } from "../aws";
import type { QueryOperations } from "./query";

/** What an account holds of RDS, and how much it may. */
export function accountOperations(cloud: AwsCloud): QueryOperations["operations"] {
  return {
    DescribeAccountAttributes: {
      members: {},
      run(_input: rds.DescribeAccountAttributesMessage, region): rds.AccountAttributesMessage {
        const { quotas, instances } = cloud.rds.region(region);
        const clusters = cloud.rds.region(region).clusters();
        // Instances of clusters count, too [Amazon RDS User Guide, "Quotas and constraints for Amazon RDS"].
        const members = clusters.reduce((sum, cluster) => sum + cluster.instances.length, 0);
        return {
          AccountQuotas: [
            { AccountQuotaName: "DBInstances", Used: instances.all().length + members, Max: quotas.instances },
            { AccountQuotaName: "DBClusters", Used: clusters.length, Max: quotas.clusters },
          ],
        };
      },
    },
  };
}
