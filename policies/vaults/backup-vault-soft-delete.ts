import { azureNative } from "../databases/resources";
import { resourcePolicy } from "../resource-policy";
import { stringAt } from "../values";

export const backupVaultSoftDelete = resourcePolicy({
  name: "backup-vault-soft-delete",
  description: "Checks whether backups that somebody deletes from a vault of Azure Backup can be brought back.",
  looksAt: "azure-native.dataprotection.BackupVault",
  severity: "high",
  settings: {},
  appliesTo: azureNative("dataprotection", "BackupVault"),
  problems({ props }) {
    if (stringAt(props, "properties.securitySettings.softDeleteSettings.state") !== "Off") return [];
    return [
      'soft delete is off, so that whoever deletes a backup deletes it for ever: set softDeleteSettings.state to "On"',
    ];
  },
});
