import {
  ApplicationAutoScalingClient,
  paginateDescribeScalableTargets,
  paginateDescribeScalingPolicies,
  type ScalableTarget,
  type ScalingPolicy,
  type ServiceNamespace,
} from "@aws-sdk/client-application-auto-scaling";
import { answered } from "./answered";
import { type AwsAccessSource, awsClientConfig } from "./aws";

/** A scalable target and the policies that drive it. */
export interface Scaling {
  target: ScalableTarget;
  policies: ScalingPolicy[];
}

/** The autoscaling of a region's DynamoDB tables and their indexes, by resource id (`table/<name>[/index/<name>]`). */
export async function readTableScaling(
  region: string,
  tables: string[],
  access: AwsAccessSource,
): Promise<Map<string, Scaling[]>> {
  const wanted = new Set(tables);
  return await readScaling(region, "dynamodb", (resource) => wanted.has(resource.split("/")[1] ?? ""), access);
}

/** The autoscaling of an Aurora cluster's readers. */
export async function readClusterScaling(
  region: string,
  clusterIdentifier: string,
  access: AwsAccessSource,
): Promise<Scaling[]> {
  const cluster = `cluster:${clusterIdentifier}`;
  return (await readScaling(region, "rds", (resource) => resource === cluster, access)).get(cluster) ?? [];
}

async function readScaling(
  region: string,
  namespace: ServiceNamespace,
  isWanted: (resource: string) => boolean,
  access: AwsAccessSource,
): Promise<Map<string, Scaling[]>> {
  const client = new ApplicationAutoScalingClient(awsClientConfig(region, access));
  const scaling = new Map<string, Scaling[]>();
  for await (const page of paginateDescribeScalableTargets({ client }, { ServiceNamespace: namespace })) {
    for (const target of page.ScalableTargets ?? []) {
      const resource = answered(target, "ResourceId");
      if (isWanted(resource)) scaling.set(resource, [...(scaling.get(resource) ?? []), { target, policies: [] }]);
    }
  }
  if (scaling.size === 0) return scaling;
  for await (const page of paginateDescribeScalingPolicies({ client }, { ServiceNamespace: namespace })) {
    for (const policy of page.ScalingPolicies ?? []) {
      scaling
        .get(answered(policy, "ResourceId"))
        ?.find(({ target }) => target.ScalableDimension === policy.ScalableDimension)
        ?.policies.push(policy);
    }
  }
  return scaling;
}
