import type { BackupSelection, TagMatch } from "../../cloud/aws/backup-rules";
import { CONTROL_PLANE } from "../../cloud/aws/durations";
import type { PropertyMap, PropertyValue } from "../provider";
import type { Property } from "../schema";
import { ARN, objects, type ResourceType, regionOf, STRINGS, texts } from "./resource-type";

/** Tags to compare with, by the whole condition key. */
const TAG_MATCHES: Property = {
  type: "set",
  replaces: true,
  of: {
    type: "object",
    properties: {
      key: { type: "string", required: true, replaces: true },
      value: { type: "string", required: true, replaces: true },
    },
  },
};

/** Everything about a selection is fixed once it is made. */
export const backupSelection: ResourceType = {
  token: "aws:backup/selection:Selection",
  inputs: {
    // Likenesses (stringLikes, stringNotLikes) are not simulated.
    conditions: {
      type: "set",
      computed: true,
      replaces: true,
      of: { type: "object", properties: { stringEquals: TAG_MATCHES, stringNotEquals: TAG_MATCHES } },
    },
    iamRoleArn: { type: "string", required: true, replaces: true, format: ARN },
    name: {
      type: "string",
      replaces: true,
      format: {
        pattern: /^[0-9A-Za-z_.-]{1,50}$/,
        description: "1 to 50 letters, digits, hyphens, underscores and periods",
      },
    },
    notResources: { ...STRINGS, computed: true, replaces: true },
    planId: { type: "string", required: true, replaces: true },
    resources: { ...STRINGS, replaces: true },
    selectionTags: {
      type: "set",
      replaces: true,
      of: {
        type: "object",
        properties: {
          key: { type: "string", required: true, replaces: true },
          type: { type: "string", required: true, replaces: true, values: ["STRINGEQUALS"] },
          value: { type: "string", required: true, replaces: true },
        },
      },
    },
  },
  outputs: [],
  autoName: { property: "name", maxLength: 255 },

  create(cloud, selection) {
    const { id } = cloud.backup.region(regionOf(selection)).createBackupSelection({
      planId: selection.planId as string,
      name: selection.name as string,
      roleArn: selection.iamRoleArn as string,
      resources: texts(selection.resources),
      notResources: texts(selection.notResources),
      tags: objects(selection.selectionTags).map(tagMatch),
      conditions: {
        stringEquals: objects(selection.conditions).flatMap((each) => objects(each.stringEquals).map(tagMatch)),
        stringNotEquals: objects(selection.conditions).flatMap((each) => objects(each.stringNotEquals).map(tagMatch)),
      },
    });
    return { id, simulatedMillis: CONTROL_PLANE };
  },

  read(cloud, { id, state }) {
    const selection = cloud.backup.region(regionOf(state)).findSelection(id);
    return (
      selection && {
        conditions: conditionsOf(selection),
        iamRoleArn: selection.roleArn,
        name: selection.name,
        notResources: selection.notResources,
        planId: selection.planId,
        resources: selection.resources,
        selectionTags: selection.tags.map((tag) => ({ ...tag, type: "STRINGEQUALS" })),
      }
    );
  },

  update() {
    throw new Error("a backup selection can't be changed in place: all its inputs replace it");
  },

  delete(cloud, { id, state }) {
    cloud.backup.region(regionOf(state)).deleteBackupSelection(id);
    return CONTROL_PLANE;
  },
};

function tagMatch({ key, value }: PropertyMap): TagMatch {
  return { key: key as string, value: value as string };
}

function conditionsOf({ conditions }: BackupSelection): PropertyValue {
  const given = Object.entries(conditions ?? {}).filter(([, matches]) => matches.length > 0);
  const copied = given.map(([operator, matches]): [string, PropertyValue] => [
    operator,
    matches.map((match: TagMatch): PropertyMap => ({ ...match })),
  ]);
  return copied.length === 0 ? [] : [Object.fromEntries(copied)];
}
