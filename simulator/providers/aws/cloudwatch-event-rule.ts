import { CONTROL_PLANE } from "../../cloud/aws/durations";
import type { PropertyMap } from "../provider";
import { sameDocument } from "./backup-vault-policy";
import { type ResourceType, regionOf, TAGS, text, textMap } from "./resource-type";

export const cloudwatchEventRule: ResourceType = {
  token: "aws:cloudwatch/eventRule:EventRule",
  inputs: {
    description: { type: "string" },
    eventPattern: { type: "string", equivalent: sameDocument },
    name: {
      type: "string",
      computed: true,
      replaces: true,
      format: { pattern: /^[\w.-]{1,64}$/, description: "1 to 64 letters, digits, periods, hyphens and underscores" },
    },
    tags: TAGS,
  },
  outputs: ["arn", "tagsAll"],
  autoName: { property: "name", maxLength: 255 },

  create(cloud, rule) {
    const name = rule.name as string;
    cloud.events.putRule(regionOf(rule), name, settings(rule));
    return { id: name, simulatedMillis: CONTROL_PLANE };
  },

  read(cloud, { id, state }) {
    const rule = cloud.events.findRule(regionOf(state), id);
    return (
      rule && {
        arn: rule.arn,
        description: rule.description,
        eventPattern: rule.pattern,
        name: rule.name,
        tagsAll: { ...rule.tags },
      }
    );
  },

  update(cloud, { id, state }, wanted) {
    cloud.events.putRule(regionOf(state), id, settings(wanted));
    return CONTROL_PLANE;
  },

  delete(cloud, { id, state }) {
    cloud.events.deleteRule(regionOf(state), id);
    return CONTROL_PLANE;
  },
};

function settings(rule: PropertyMap) {
  return {
    description: text(rule.description),
    pattern: text(rule.eventPattern) ?? "",
    tags: textMap(rule.tagsAll),
  };
}
