import type * as autoscaling from "@aws-sdk/client-application-auto-scaling";
import { checkNamespace } from "../autoscaling";
import type { AwsCloud } from "../aws";
import { type Operations, page } from "./json";

/** "This value can be between 1 and 50. The default value is 50." [botocore: application-auto-scaling/2016-02-06, MaxResults] */
const TARGETS_PAGE = 50;
/** [botocore: application-auto-scaling/2016-02-06, DescribeScalingPoliciesRequest, MaxResults: 1 to 10, 10 by default] */
const POLICIES_PAGE = 10;

/** Application Auto Scaling, JSON 1.1. */
export function autoscalingOperations(cloud: AwsCloud): Operations {
  const at = (region: string) => cloud.autoscaling.region(region);
  return {
    DescribeScalableTargets: {
      members: ["ServiceNamespace", "ResourceIds", "ScalableDimension", "MaxResults", "NextToken"],
      run(input: autoscaling.DescribeScalableTargetsRequest, region) {
        checkNamespace(input.ServiceNamespace);
        const wanted = at(region)
          .targets()
          .filter((target) => target.ServiceNamespace === input.ServiceNamespace)
          .filter((target) => !input.ResourceIds || input.ResourceIds.includes(target.ResourceId as string))
          .filter((target) => !input.ScalableDimension || input.ScalableDimension === target.ScalableDimension);
        const { elements, next } = page(wanted, input.NextToken, limitOf(input.MaxResults, TARGETS_PAGE));
        return { ScalableTargets: elements, NextToken: next };
      },
    },
    DescribeScalingPolicies: {
      members: ["ServiceNamespace", "PolicyNames", "ResourceId", "ScalableDimension", "MaxResults", "NextToken"],
      run(input: autoscaling.DescribeScalingPoliciesRequest, region) {
        checkNamespace(input.ServiceNamespace);
        const wanted = at(region)
          .policies()
          .filter((policy) => policy.ServiceNamespace === input.ServiceNamespace)
          .filter((policy) => !input.PolicyNames || input.PolicyNames.includes(policy.PolicyName as string))
          .filter((policy) => !input.ResourceId || input.ResourceId === policy.ResourceId)
          .filter((policy) => !input.ScalableDimension || input.ScalableDimension === policy.ScalableDimension);
        const { elements, next } = page(wanted, input.NextToken, limitOf(input.MaxResults, POLICIES_PAGE));
        return { ScalingPolicies: elements, NextToken: next };
      },
    },
    RegisterScalableTarget: {
      members: [
        "ServiceNamespace",
        "ResourceId",
        "ScalableDimension",
        "MinCapacity",
        "MaxCapacity",
        "RoleARN",
        "SuspendedState",
        "Tags",
      ],
      run: (input: autoscaling.RegisterScalableTargetRequest, region) => ({
        ScalableTargetARN: at(region).registerScalableTarget(input).ScalableTargetARN,
      }),
    },
    DeregisterScalableTarget: {
      members: ["ServiceNamespace", "ResourceId", "ScalableDimension"],
      run(input: autoscaling.DeregisterScalableTargetRequest, region) {
        at(region).deregisterScalableTarget(input);
        return {};
      },
    },
    PutScalingPolicy: {
      members: [
        "PolicyName",
        "ServiceNamespace",
        "ResourceId",
        "ScalableDimension",
        "PolicyType",
        "TargetTrackingScalingPolicyConfiguration",
      ],
      run(input: autoscaling.PutScalingPolicyRequest, region) {
        const policy = at(region).putScalingPolicy(input);
        return { PolicyARN: policy.PolicyARN, Alarms: policy.Alarms };
      },
    },
    DeleteScalingPolicy: {
      members: ["PolicyName", "ServiceNamespace", "ResourceId", "ScalableDimension"],
      run(input: autoscaling.DeleteScalingPolicyRequest, region) {
        at(region).deleteScalingPolicy(input);
        return {};
      },
    },
    ListTagsForResource: {
      members: ["ResourceARN"],
      run: (input: autoscaling.ListTagsForResourceRequest, region) => ({
        Tags: at(region).tags(input.ResourceARN as string),
      }),
    },
    TagResource: {
      members: ["ResourceARN", "Tags"],
      run(input: autoscaling.TagResourceRequest, region) {
        Object.assign(at(region).tags(input.ResourceARN as string), input.Tags);
        return {};
      },
    },
  };
}

function limitOf(requested: number | undefined, most: number): number {
  return Math.min(requested ?? most, most);
}
