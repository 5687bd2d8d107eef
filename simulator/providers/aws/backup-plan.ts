import type { BackupRule, Lifecycle } from "../../cloud/aws/backup";
import { CONTROL_PLANE } from "../../cloud/aws/durations";
import type { PropertyMap } from "../provider";
import { isAbsent, type Property } from "../schema";
import { ARN, flag, number, object, objects, type ResourceType, regionOf, TAGS, text, textMap } from "./resource-type";

const LIFECYCLE: Property = {
  type: "object",
  properties: { coldStorageAfter: { type: "integer" }, deleteAfter: { type: "integer" } },
};

export const backupPlan: ResourceType = {
  token: "aws:backup/plan:Plan",
  inputs: {
    // [AWS API Reference, CreateBackupPlan, BackupPlanName]
    name: {
      type: "string",
      replaces: true,
      format: {
        pattern: /^[\w.-]{1,50}$/,
        description: "1 to 50 letters, digits, hyphens, underscores and periods",
      },
    },
    rules: {
      type: "set",
      required: true,
      of: {
        type: "object",
        properties: {
          completionWindow: { type: "integer", default: 180 },
          copyActions: {
            type: "set",
            of: {
              type: "object",
              properties: {
                destinationVaultArn: { type: "string", required: true, format: ARN },
                lifecycle: LIFECYCLE,
              },
            },
          },
          enableContinuousBackup: { type: "boolean", default: false },
          lifecycle: LIFECYCLE,
          recoveryPointTags: TAGS,
          ruleName: {
            type: "string",
            required: true,
            format: {
              pattern: /^[0-9A-Za-z_.-]{1,50}$/,
              description: "1 to 50 letters, digits, hyphens, underscores and periods",
            },
          },
          schedule: { type: "string" },
          scheduleExpressionTimezone: { type: "string", default: "Etc/UTC" },
          startWindow: { type: "integer", default: 60 },
          targetVaultName: { type: "string", required: true },
        },
      },
    },
    tags: TAGS,
  },
  outputs: ["arn", "version", "tagsAll"],
  autoName: { property: "name", maxLength: 255 },

  create(cloud, plan) {
    const { id } = cloud.backup
      .region(regionOf(plan))
      .createBackupPlan(plan.name as string, objects(plan.rules).map(rule), textMap(plan.tagsAll));
    return { id, simulatedMillis: CONTROL_PLANE };
  },

  read(cloud, { id, state }) {
    const plan = cloud.backup.region(regionOf(state)).findPlan(id);
    return (
      plan && {
        arn: plan.arn,
        name: plan.name,
        rules: plan.rules.map(outputsOf),
        version: plan.version,
        tagsAll: { ...plan.tags },
      }
    );
  },

  update(cloud, { id, state }, wanted, changed) {
    const backup = cloud.backup.region(regionOf(state));
    if (changed("rules")) backup.updateBackupPlan(id, objects(wanted.rules).map(rule));
    const plan = backup.findPlan(id);
    if (plan) plan.tags = textMap(wanted.tagsAll);
    return CONTROL_PLANE;
  },

  delete(cloud, { id, state }) {
    cloud.backup.region(regionOf(state)).deleteBackupPlan(id);
    return CONTROL_PLANE;
  },
};

function rule(input: PropertyMap): BackupRule {
  return {
    name: input.ruleName as string,
    targetVault: input.targetVaultName as string,
    schedule: text(input.schedule),
    timeZone: text(input.scheduleExpressionTimezone),
    continuous: flag(input.enableContinuousBackup),
    startWindowMinutes: (input.startWindow as number | undefined) ?? 60,
    completionWindowMinutes: (input.completionWindow as number | undefined) ?? 180,
    lifecycle: isAbsent(input.lifecycle) ? undefined : lifecycle(object(input.lifecycle)),
    copyActions: objects(input.copyActions).map((action) => ({
      vaultArn: action.destinationVaultArn as string,
      lifecycle: isAbsent(action.lifecycle) ? undefined : lifecycle(object(action.lifecycle)),
    })),
    recoveryPointTags: isAbsent(input.recoveryPointTags) ? undefined : textMap(input.recoveryPointTags),
  };
}

function lifecycle(input: PropertyMap): Lifecycle {
  return { deleteAfterDays: number(input.deleteAfter), moveToColdStorageAfterDays: number(input.coldStorageAfter) };
}

function outputsOf(known: BackupRule): PropertyMap {
  return {
    ruleName: known.name,
    targetVaultName: known.targetVault,
    schedule: known.schedule ?? "",
    scheduleExpressionTimezone: known.timeZone ?? "Etc/UTC",
    enableContinuousBackup: known.continuous,
    startWindow: known.startWindowMinutes,
    completionWindow: known.completionWindowMinutes,
    ...(known.lifecycle && { lifecycle: toldLifecycle(known.lifecycle) }),
    ...(known.copyActions?.length && {
      copyActions: known.copyActions.map(({ vaultArn, lifecycle }) => ({
        destinationVaultArn: vaultArn,
        ...(lifecycle && { lifecycle: toldLifecycle(lifecycle) }),
      })),
    }),
    ...(known.recoveryPointTags && { recoveryPointTags: known.recoveryPointTags }),
  };
}

function toldLifecycle({ deleteAfterDays, moveToColdStorageAfterDays }: Lifecycle): PropertyMap {
  return { deleteAfter: deleteAfterDays ?? 0, coldStorageAfter: moveToColdStorageAfterDays ?? 0 };
}
