import { CONTROL_PLANE } from "../../cloud/aws/durations";
import { ARN, flag, type ResourceType, regionOf, TAGS, text, textMap } from "./resource-type";

export const backupVault: ResourceType = {
  token: "aws:backup/vault:Vault",
  inputs: {
    forceDestroy: { type: "boolean", default: false },
    kmsKeyArn: { type: "string", computed: true, replaces: true, format: ARN },
    name: {
      type: "string",
      replaces: true,
      format: { pattern: /^[a-zA-Z0-9_-]{2,50}$/, description: "2 to 50 letters, digits, hyphens and underscores" },
    },
    tags: TAGS,
  },
  outputs: ["arn", "recoveryPoints", "tagsAll"],
  autoName: { property: "name", maxLength: 255 },

  create(cloud, vault) {
    const name = vault.name as string;
    cloud.backup
      .region(regionOf(vault))
      .createBackupVault(name, { kmsKeyArn: text(vault.kmsKeyArn), tags: textMap(vault.tagsAll) });
    return { id: name, simulatedMillis: CONTROL_PLANE };
  },

  read(cloud, { id, state }) {
    const vault = cloud.backup.region(regionOf(state)).findVault(id);
    return (
      vault && {
        arn: vault.arn,
        kmsKeyArn: vault.kmsKeyArn,
        name: vault.name,
        recoveryPoints: vault.recoveryPoints.size,
        tagsAll: { ...vault.tags },
      }
    );
  },

  update(cloud, { id, state }, wanted) {
    const vault = cloud.backup.region(regionOf(state)).findVault(id);
    if (vault) vault.tags = textMap(wanted.tagsAll);
    return CONTROL_PLANE;
  },

  delete(cloud, { id, state }) {
    const backup = cloud.backup.region(regionOf(state));
    if (flag(state.forceDestroy)) backup.deleteRecoveryPoints(id);
    backup.deleteBackupVault(id);
    return CONTROL_PLANE;
  },
};
