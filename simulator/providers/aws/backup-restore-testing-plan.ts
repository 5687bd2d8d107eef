import { CONTROL_PLANE } from "../../cloud/aws/durations";
import type { RestoreTestingPlan } from "../../cloud/aws/restore-testing";
import type { PropertyMap } from "../provider";
import type { Property } from "../schema";
import { object, type ResourceType, regionOf, STRINGS, TAGS, textMap, texts } from "./resource-type";

export const TESTING_NAME: Property["format"] = {
  pattern: /^[a-zA-Z0-9_]{1,50}$/,
  description: "1 to 50 letters, digits and underscores",
};

export const backupRestoreTestingPlan: ResourceType = {
  token: "aws:backup/restoreTestingPlan:RestoreTestingPlan",
  inputs: {
    name: { type: "string", replaces: true, format: TESTING_NAME },
    recoveryPointSelection: {
      type: "object",
      required: true,
      properties: {
        algorithm: { type: "string", required: true, values: ["LATEST_WITHIN_WINDOW", "RANDOM_WITHIN_WINDOW"] },
        excludeVaults: { ...STRINGS, computed: true },
        includeVaults: { ...STRINGS, required: true },
        recoveryPointTypes: {
          type: "set",
          required: true,
          of: { type: "string", values: ["CONTINUOUS", "SNAPSHOT"] },
        },
        selectionWindowDays: { type: "integer", computed: true, range: [1, 365] },
      },
    },
    scheduleExpression: { type: "string", required: true },
    scheduleExpressionTimezone: { type: "string", computed: true },
    startWindowHours: { type: "integer", computed: true, range: [1, 168] },
    tags: TAGS,
  },
  outputs: ["arn", "tagsAll"],
  // Hyphens of an automatic name are refused by AWS: the name has to be given.
  autoName: { property: "name", maxLength: 255 },

  create(cloud, plan) {
    cloud.backup.region(regionOf(plan)).restoreTesting.createPlan(request(plan));
    return { id: plan.name as string, simulatedMillis: CONTROL_PLANE };
  },

  read(cloud, { id, state }) {
    const plan = cloud.backup.region(regionOf(state)).restoreTesting.findPlan(id);
    return (
      plan && {
        arn: plan.arn,
        name: plan.name,
        recoveryPointSelection: {
          algorithm: plan.algorithm,
          excludeVaults: plan.excludeVaults,
          includeVaults: plan.includeVaults,
          recoveryPointTypes: plan.recoveryPointTypes,
          selectionWindowDays: plan.selectionWindowDays,
        },
        scheduleExpression: plan.schedule,
        scheduleExpressionTimezone: plan.timeZone,
        startWindowHours: plan.startWindowHours,
        tagsAll: { ...plan.tags },
      }
    );
  },

  update(cloud, { state }, wanted) {
    cloud.backup.region(regionOf(state)).restoreTesting.updatePlan(request(wanted));
    return CONTROL_PLANE;
  },

  delete(cloud, { id, state }) {
    cloud.backup.region(regionOf(state)).restoreTesting.deletePlan(id);
    return CONTROL_PLANE;
  },
};

function request(plan: PropertyMap): Omit<RestoreTestingPlan, "arn"> {
  const selection = object(plan.recoveryPointSelection);
  return {
    name: plan.name as string,
    algorithm: selection.algorithm as string,
    includeVaults: texts(selection.includeVaults),
    excludeVaults: texts(selection.excludeVaults),
    recoveryPointTypes: texts(selection.recoveryPointTypes),
    selectionWindowDays: (selection.selectionWindowDays as number | undefined) ?? 30,
    schedule: plan.scheduleExpression as string,
    timeZone: (plan.scheduleExpressionTimezone as string | undefined) ?? "Etc/UTC",
    startWindowHours: (plan.startWindowHours as number | undefined) ?? 24,
    tags: textMap(plan.tagsAll),
  };
}
