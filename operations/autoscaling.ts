import {
  ApplicationAutoScalingClient,
  paginateDescribeScalableTargets,
  paginateDescribeScalingPolicies,
  type ScalableTarget,
  type ScalingPolicy,
} from "@aws-sdk/client-application-auto-scaling";
import { type AwsAccess, awsClientConfig } from "./aws";

/** A scalable target of one table (or index) and the policies that drive it. */
export interface TableScaling {
  target: ScalableTarget;
  policies: ScalingPolicy[];
}

/** The autoscaling of a region's DynamoDB tables and their indexes, by resource id (`table/<name>[/index/<name>]`). */
export async function readTableScaling(
  region: string,
  tables: string[],
  access: AwsAccess,
): Promise<Map<string, TableScaling[]>> {
  const client = new ApplicationAutoScalingClient(awsClientConfig(region, access));
  const wanted = new Set(tables);
  const scaling = new Map<string, TableScaling[]>();
  for await (const page of paginateDescribeScalableTargets({ client }, { ServiceNamespace: "dynamodb" })) {
    for (const target of page.ScalableTargets ?? []) {
      const resource = target.ResourceId as string;
      if (!wanted.has(resource.split("/")[1] as string)) continue;
      scaling.set(resource, [...(scaling.get(resource) ?? []), { target, policies: [] }]);
    }
  }
  if (scaling.size === 0) return scaling;
  for await (const page of paginateDescribeScalingPolicies({ client }, { ServiceNamespace: "dynamodb" })) {
    for (const policy of page.ScalingPolicies ?? []) {
      scaling
        .get(policy.ResourceId as string)
        ?.find(({ target }) => target.ScalableDimension === policy.ScalableDimension)
        ?.policies.push(policy);
    }
  }
  return scaling;
}
