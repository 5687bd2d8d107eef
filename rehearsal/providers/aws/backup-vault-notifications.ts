import { CONTROL_PLANE } from "../../cloud/aws/durations";
import { ARN, type ResourceType, regionOf, texts } from "./resource-type";

const EVENTS = [
  "BACKUP_JOB_STARTED",
  "BACKUP_JOB_COMPLETED",
  "BACKUP_JOB_SUCCESSFUL",
  "BACKUP_JOB_FAILED",
  "BACKUP_JOB_EXPIRED",
  "RESTORE_JOB_STARTED",
  "RESTORE_JOB_COMPLETED",
  "RESTORE_JOB_SUCCESSFUL",
  "RESTORE_JOB_FAILED",
  "COPY_JOB_STARTED",
  "COPY_JOB_SUCCESSFUL",
  "COPY_JOB_FAILED",
  "RECOVERY_POINT_MODIFIED",
  "BACKUP_PLAN_CREATED",
  "BACKUP_PLAN_MODIFIED",
  "S3_BACKUP_OBJECT_FAILED",
  "S3_RESTORE_OBJECT_FAILED",
];

export const backupVaultNotifications: ResourceType = {
  token: "aws:backup/vaultNotifications:VaultNotifications",
  inputs: {
    backupVaultEvents: { type: "set", required: true, replaces: true, of: { type: "string", values: EVENTS } },
    backupVaultName: { type: "string", required: true, replaces: true },
    snsTopicArn: { type: "string", required: true, replaces: true, format: ARN },
  },
  outputs: ["backupVaultArn"],

  create(cloud, notifications) {
    const name = notifications.backupVaultName as string;
    const topicArn = notifications.snsTopicArn as string;
    cloud.sns.topic(topicArn);
    cloud.backup.region(regionOf(notifications)).vault(name).notifications = {
      topicArn,
      events: texts(notifications.backupVaultEvents),
    };
    return { id: name, simulatedMillis: CONTROL_PLANE };
  },

  read(cloud, { id, state }) {
    const vault = cloud.backup.region(regionOf(state)).findVault(id);
    return (
      vault?.notifications && {
        backupVaultArn: vault.arn,
        backupVaultEvents: vault.notifications.events,
        backupVaultName: vault.name,
        snsTopicArn: vault.notifications.topicArn,
      }
    );
  },

  update() {
    throw new Error("a vault's notifications can't be changed in place: all their inputs replace them");
  },

  delete(cloud, { id, state }) {
    const vault = cloud.backup.region(regionOf(state)).findVault(id);
    if (vault) vault.notifications = undefined;
    return CONTROL_PLANE;
  },
};
