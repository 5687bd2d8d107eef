import { CONTROL_PLANE } from "../../cloud/aws/durations";
import { sameDocument } from "./backup-vault-policy";
import { type ResourceType, text } from "./resource-type";

export const snsTopicSubscription: ResourceType = {
  token: "aws:sns/topicSubscription:TopicSubscription",
  inputs: {
    endpoint: { type: "string", required: true, replaces: true },
    filterPolicy: { type: "string", equivalent: sameDocument },
    protocol: {
      type: "string",
      required: true,
      replaces: true,
      values: ["application", "email", "email-json", "firehose", "http", "https", "lambda", "sms", "sqs"],
    },
    topic: { type: "string", required: true, replaces: true },
  },
  outputs: ["arn"],

  create(cloud, subscription) {
    const { arn } = cloud.sns.subscribe({
      topicArn: subscription.topic as string,
      protocol: subscription.protocol as string,
      endpoint: subscription.endpoint as string,
      filterPolicy: text(subscription.filterPolicy),
    });
    return { id: arn, simulatedMillis: CONTROL_PLANE };
  },

  read(cloud, { id }) {
    const subscription = cloud.sns.findSubscription(id);
    return (
      subscription && {
        arn: subscription.arn,
        endpoint: subscription.endpoint,
        filterPolicy: subscription.filterPolicy ?? "",
        protocol: subscription.protocol,
        topic: subscription.topicArn,
      }
    );
  },

  update(cloud, { id }, wanted) {
    const subscription = cloud.sns.findSubscription(id);
    if (subscription) subscription.filterPolicy = text(wanted.filterPolicy);
    return CONTROL_PLANE;
  },

  delete(cloud, { id }) {
    cloud.sns.unsubscribe(id);
    return CONTROL_PLANE;
  },
};
