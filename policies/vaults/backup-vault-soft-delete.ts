import { azureNative } from "../databases/resources";
import { resourcePolicy } from "../resource-policy";
import { stringAt } from "../values";

export const backupVaultSoftDelete = resourcePolicy({
  name: "backup-vault-soft-delete",
  description: "Checks whether backups that were deleted from an Azure Backup vault can be recovered.",
  looksAt: "azure-native.dataprotection.BackupVault",
  severity: "high",
  settings: {},
  appliesTo: azureNative("dataprotection", "BackupVault"),
  problems({ props }) {
    if (stringAt(props, "properties.securitySettings.softDeleteSettings.state") !== "Off") return [];
    return ['soft delete is off, so deleting a backup is permanent: set softDeleteSettings.state to "On"'];
  },
});
