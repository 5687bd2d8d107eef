import { databasePolicy } from "./database-policy";
import { azureNative, databaseOf, mayBeDrillCopy } from "./resources";

const isAzureVault = azureNative("dataprotection", "BackupVault");
const isVault = (type: string) => type === "aws:backup/vault:Vault" || isAzureVault(type);

// Advisory: policies do not see `retainOnDelete`, which protects as well.
export const databaseProtected = databasePolicy({
  name: "database-protected",
  description:
    "Checks whether databases and backup vaults have Pulumi's protect option, so that no update or destroy deletes them.",
  looksAt: "every database and vault, except copies of a drill",
  severity: "medium",
  level: "advisory",
  settings: {},
  appliesTo: (type) => databaseOf(type) !== undefined || isVault(type),
  problems({ props, ignoreChanges, protect }) {
    if (protect || mayBeDrillCopy({ props, ignoreChanges })) return [];
    return [
      "a change that replaces or removes this resource would delete its data: set the resource option protect to true",
    ];
  },
});
