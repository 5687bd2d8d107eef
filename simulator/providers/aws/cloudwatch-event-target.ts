import { CONTROL_PLANE } from "../../cloud/aws/durations";
import { ARN, type ResourceType, regionOf, text } from "./resource-type";

export const cloudwatchEventTarget: ResourceType = {
  token: "aws:cloudwatch/eventTarget:EventTarget",
  inputs: {
    arn: { type: "string", required: true, format: ARN },
    rule: { type: "string", required: true, replaces: true },
    targetId: { type: "string", computed: true, replaces: true },
  },
  outputs: [],

  create(cloud, target) {
    const id = text(target.targetId) ?? `terraform-${cloud.identifiers.hex(26)}`;
    cloud.events.putTarget(regionOf(target), target.rule as string, { id, arn: target.arn as string });
    return { id: `${target.rule}-${id}`, simulatedMillis: CONTROL_PLANE };
  },

  read(cloud, { id, state }) {
    const rule = cloud.events.findRule(regionOf(state), state.rule as string);
    const target = [...(rule?.targets.values() ?? [])].find((each) => `${state.rule}-${each.id}` === id);
    return target && { arn: target.arn, rule: state.rule, targetId: target.id };
  },

  update(cloud, { state }, wanted) {
    const target = { id: state.targetId as string, arn: wanted.arn as string };
    cloud.events.putTarget(regionOf(state), state.rule as string, target);
    return CONTROL_PLANE;
  },

  delete(cloud, { state }) {
    cloud.events.removeTarget(regionOf(state), state.rule as string, state.targetId as string);
    return CONTROL_PLANE;
  },
};
