import type { ScalableDimension, ServiceNamespace } from "@aws-sdk/client-application-auto-scaling";
import { CONTROL_PLANE } from "../../cloud/aws/durations";
import type { PropertyMap } from "../provider";
import type { Properties } from "../schema";
import { object, type ResourceType, regionOf, TAGS, tagsGone, text, textMap } from "./resource-type";

/** What names a target, for targets and policies alike. */
export const TARGET: Properties = {
  resourceId: { type: "string", required: true, replaces: true },
  scalableDimension: { type: "string", required: true, replaces: true },
  serviceNamespace: { type: "string", required: true, replaces: true },
};

/** The target that properties name, as the SDK's requests have it. */
export function targetKey(properties: PropertyMap) {
  return {
    ServiceNamespace: properties.serviceNamespace as ServiceNamespace,
    ResourceId: properties.resourceId as string,
    ScalableDimension: properties.scalableDimension as ScalableDimension,
  };
}

export const autoscalingTarget: ResourceType = {
  token: "aws:appautoscaling/target:Target",
  inputs: {
    ...TARGET,
    maxCapacity: { type: "integer", required: true },
    minCapacity: { type: "integer", required: true },
    roleArn: { type: "string", computed: true },
    suspendedState: {
      type: "object",
      computed: true,
      properties: {
        dynamicScalingInSuspended: { type: "boolean", default: false },
        dynamicScalingOutSuspended: { type: "boolean", default: false },
        scheduledScalingSuspended: { type: "boolean", default: false },
      },
    },
    tags: TAGS,
  },
  outputs: ["arn", "tagsAll"],

  create(cloud, target) {
    register(cloud, target);
    return { id: target.resourceId as string, simulatedMillis: CONTROL_PLANE };
  },

  read(cloud, { state }) {
    const autoscaling = cloud.autoscaling.region(regionOf(state));
    const target = autoscaling.findTarget(targetKey(state));
    return (
      target && {
        arn: target.ScalableTargetARN,
        maxCapacity: target.MaxCapacity,
        minCapacity: target.MinCapacity,
        resourceId: target.ResourceId,
        roleArn: target.RoleARN,
        scalableDimension: target.ScalableDimension,
        serviceNamespace: target.ServiceNamespace,
        suspendedState: {
          dynamicScalingInSuspended: target.SuspendedState?.DynamicScalingInSuspended ?? false,
          dynamicScalingOutSuspended: target.SuspendedState?.DynamicScalingOutSuspended ?? false,
          scheduledScalingSuspended: target.SuspendedState?.ScheduledScalingSuspended ?? false,
        },
        tagsAll: { ...autoscaling.tags(target.ScalableTargetARN as string) },
      }
    );
  },

  update(cloud, { state }, wanted) {
    register(cloud, wanted);
    const tags = cloud.autoscaling.region(regionOf(state)).tags(state.arn as string);
    for (const key of tagsGone(state, wanted)) delete tags[key];
    return CONTROL_PLANE;
  },

  delete(cloud, { state }) {
    cloud.autoscaling.region(regionOf(state)).deregisterScalableTarget(targetKey(state));
    return CONTROL_PLANE;
  },
};

function register(cloud: Parameters<ResourceType["create"]>[0], target: PropertyMap): void {
  const suspended = object(target.suspendedState);
  cloud.autoscaling.region(regionOf(target)).registerScalableTarget({
    ...targetKey(target),
    MinCapacity: target.minCapacity as number,
    MaxCapacity: target.maxCapacity as number,
    RoleARN: text(target.roleArn),
    SuspendedState: {
      DynamicScalingInSuspended: suspended.dynamicScalingInSuspended === true,
      DynamicScalingOutSuspended: suspended.dynamicScalingOutSuspended === true,
      ScheduledScalingSuspended: suspended.scheduledScalingSuspended === true,
    },
    Tags: textMap(target.tagsAll),
  });
}
