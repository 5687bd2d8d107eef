import { CONTROL_PLANE } from "../../cloud/aws/durations";
import type { PropertyMap } from "../provider";
import { ARN, type ResourceType } from "./resource-type";

export const snsTopicPolicy: ResourceType = {
  token: "aws:sns/topicPolicy:TopicPolicy",
  inputs: {
    arn: { type: "string", required: true, replaces: true, format: ARN },
    policy: { type: "json", required: true },
  },
  outputs: ["owner"],

  create(cloud, inputs) {
    cloud.sns.setTopicPolicy(inputs.arn as string, textOf(inputs));
    return { id: inputs.arn as string, simulatedMillis: CONTROL_PLANE };
  },

  read(cloud, { id }) {
    const topic = cloud.sns.findTopic(id);
    return topic && { arn: topic.arn, owner: topic.arn.split(":")[4], policy: topic.policy };
  },

  update(cloud, { id }, wanted) {
    cloud.sns.setTopicPolicy(id, textOf(wanted));
    return CONTROL_PLANE;
  },

  delete(cloud, { id }) {
    cloud.sns.resetTopicPolicy(id);
    return CONTROL_PLANE;
  },
};

function textOf({ policy }: PropertyMap): string {
  return typeof policy === "string" ? policy : JSON.stringify(policy);
}
