import type { MetricType, PolicyType } from "@aws-sdk/client-application-auto-scaling";
import { CONTROL_PLANE } from "../../cloud/aws/durations";
import type { PropertyMap } from "../provider";
import { isAbsent } from "../schema";
import { TARGET, targetKey } from "./autoscaling-target";
import { flag, object, type ResourceType, regionOf, text } from "./resource-type";

export const autoscalingPolicy: ResourceType = {
  token: "aws:appautoscaling/policy:Policy",
  inputs: {
    ...TARGET,
    name: { type: "string", replaces: true },
    // DynamoDB takes no other; the provider's own default is StepScaling.
    policyType: { type: "string", default: "StepScaling", values: ["StepScaling", "TargetTrackingScaling"] },
    targetTrackingScalingPolicyConfiguration: {
      type: "object",
      properties: {
        disableScaleIn: { type: "boolean", default: false },
        predefinedMetricSpecification: {
          type: "object",
          properties: {
            predefinedMetricType: { type: "string", required: true },
            resourceLabel: { type: "string" },
          },
        },
        scaleInCooldown: { type: "integer" },
        scaleOutCooldown: { type: "integer" },
        targetValue: { type: "number", required: true },
      },
    },
  },
  outputs: ["alarmArns", "arn"],
  autoName: { property: "name", maxLength: 255 },

  create(cloud, policy) {
    put(cloud, policy);
    return { id: policy.name as string, simulatedMillis: CONTROL_PLANE };
  },

  read(cloud, { id, state }) {
    const policy = cloud.autoscaling.region(regionOf(state)).findPolicy({ ...targetKey(state), PolicyName: id });
    if (!policy) return undefined;
    const tracking = policy.TargetTrackingScalingPolicyConfiguration;
    const metric = tracking?.PredefinedMetricSpecification;
    return {
      alarmArns: (policy.Alarms ?? []).map((alarm) => alarm.AlarmARN as string),
      arn: policy.PolicyARN,
      name: policy.PolicyName,
      policyType: policy.PolicyType,
      resourceId: policy.ResourceId,
      scalableDimension: policy.ScalableDimension,
      serviceNamespace: policy.ServiceNamespace,
      targetTrackingScalingPolicyConfiguration: tracking && {
        disableScaleIn: tracking.DisableScaleIn ?? false,
        scaleInCooldown: tracking.ScaleInCooldown ?? 0,
        scaleOutCooldown: tracking.ScaleOutCooldown ?? 0,
        targetValue: tracking.TargetValue as number,
        ...(metric && {
          predefinedMetricSpecification: {
            predefinedMetricType: metric.PredefinedMetricType as string,
            resourceLabel: metric.ResourceLabel ?? "",
          },
        }),
      },
    };
  },

  update(cloud, _, wanted) {
    put(cloud, wanted);
    return CONTROL_PLANE;
  },

  delete(cloud, { id, state }) {
    cloud.autoscaling.region(regionOf(state)).deleteScalingPolicy({ ...targetKey(state), PolicyName: id });
    return CONTROL_PLANE;
  },
};

function put(cloud: Parameters<ResourceType["create"]>[0], policy: PropertyMap): void {
  const configuration = policy.targetTrackingScalingPolicyConfiguration;
  const tracking = object(configuration);
  const metric = object(tracking.predefinedMetricSpecification);
  cloud.autoscaling.region(regionOf(policy)).putScalingPolicy({
    ...targetKey(policy),
    PolicyName: policy.name as string,
    PolicyType: policy.policyType as PolicyType,
    TargetTrackingScalingPolicyConfiguration: isAbsent(configuration)
      ? undefined
      : {
          TargetValue: tracking.targetValue as number,
          DisableScaleIn: flag(tracking.disableScaleIn),
          // Always sent, 0 for none (test/fidelity/sent-rows.ts): AWS's own default is then out of reach.
          ScaleInCooldown: (tracking.scaleInCooldown as number | undefined) ?? 0,
          ScaleOutCooldown: (tracking.scaleOutCooldown as number | undefined) ?? 0,
          PredefinedMetricSpecification: isAbsent(tracking.predefinedMetricSpecification)
            ? undefined
            : {
                PredefinedMetricType: metric.predefinedMetricType as MetricType,
                ResourceLabel: text(metric.resourceLabel),
              },
        },
  });
}
