import { CONTROL_PLANE } from "../../cloud/aws/durations";
import { sameDocument } from "./backup-vault-policy";
import { flag, type ResourceType, regionOf, TAGS, text, textMap } from "./resource-type";

export const kmsKey: ResourceType = {
  token: "aws:kms/key:Key",
  inputs: {
    deletionWindowInDays: { type: "integer", range: [7, 30] },
    description: { type: "string", computed: true },
    enableKeyRotation: { type: "boolean", default: false },
    policy: { type: "string", computed: true, equivalent: sameDocument },
    tags: TAGS,
  },
  outputs: ["arn", "keyId", "tagsAll"],

  create(cloud, key) {
    const { id } = cloud.kms.createKey(regionOf(key), {
      description: text(key.description),
      policy: text(key.policy),
      rotation: flag(key.enableKeyRotation),
      tags: textMap(key.tagsAll),
    });
    return { id, simulatedMillis: CONTROL_PLANE };
  },

  read(cloud, { id }) {
    const key = cloud.kms.find(id);
    return (
      key && {
        arn: key.arn,
        keyId: key.id,
        description: key.description,
        enableKeyRotation: key.rotation,
        policy: key.policy,
        tagsAll: { ...key.tags },
      }
    );
  },

  update(cloud, { id }, wanted) {
    const key = cloud.kms.find(id);
    if (key)
      Object.assign(key, {
        description: text(wanted.description) ?? key.description,
        policy: text(wanted.policy) ?? key.policy,
        rotation: flag(wanted.enableKeyRotation),
        tags: textMap(wanted.tagsAll),
      });
    return CONTROL_PLANE;
  },

  delete(cloud, { id, state }) {
    cloud.kms.scheduleKeyDeletion(id, (state.deletionWindowInDays as number | undefined) ?? 30);
    return CONTROL_PLANE;
  },
};
