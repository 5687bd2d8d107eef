import { CONTROL_PLANE } from "../../cloud/aws/durations";
import { type ResourceType, regionOf, TAGS, text, textMap } from "./resource-type";

export const snsTopic: ResourceType = {
  token: "aws:sns/topic:Topic",
  inputs: {
    kmsMasterKeyId: { type: "string" },
    name: {
      type: "string",
      computed: true,
      replaces: true,
      format: { pattern: /^[\w-]{1,256}$/, description: "1 to 256 letters, digits, hyphens and underscores" },
    },
    tags: TAGS,
  },
  outputs: ["arn", "owner", "tagsAll"],
  autoName: { property: "name", maxLength: 255 },

  create(cloud, topic) {
    const { arn } = cloud.sns.createTopic(regionOf(topic), topic.name as string, {
      kmsKeyId: text(topic.kmsMasterKeyId),
      tags: textMap(topic.tagsAll),
    });
    return { id: arn, simulatedMillis: CONTROL_PLANE };
  },

  read(cloud, { id }) {
    const topic = cloud.sns.findTopic(id);
    return (
      topic && {
        arn: topic.arn,
        kmsMasterKeyId: topic.kmsKeyId ?? "",
        name: topic.name,
        owner: topic.arn.split(":")[4],
        tagsAll: { ...topic.tags },
      }
    );
  },

  update(cloud, { id }, wanted) {
    Object.assign(cloud.sns.topic(id), { kmsKeyId: text(wanted.kmsMasterKeyId), tags: textMap(wanted.tagsAll) });
    return CONTROL_PLANE;
  },

  delete(cloud, { id }) {
    cloud.sns.deleteTopic(id);
    return CONTROL_PLANE;
  },
};
