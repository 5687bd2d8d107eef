import { vaultLockProblems } from "../../restore-points/rules/vault-lock";
import { azureNative } from "../databases/resources";
import { resourcePolicy } from "../resource-policy";
import { known, numberAt, stringAt, UNKNOWN } from "../values";

interface Settings {
  complianceVaults: string[];
}

const isAwsLock = (type: string) => type === "aws:backup/vaultLockConfiguration:VaultLockConfiguration";
const isAzureVault = azureNative("dataprotection", "BackupVault");

export const backupVaultLock = resourcePolicy<Settings>({
  name: "backup-vault-lock",
  description:
    "Checks whether a vault is locked permanently only if that is intended, and whether a lock's times make sense.",
  looksAt: "aws.backup.VaultLockConfiguration, azure-native.dataprotection.BackupVault",
  severity: "critical",
  settings: {
    complianceVaults: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "Names of vaults whose lock is meant to be permanent, even for the account's owner.",
    },
  },
  appliesTo: (type) => isAwsLock(type) || isAzureVault(type),
  problems({ type, name, props }, { complianceVaults }) {
    if (isAzureVault(type)) {
      const state = stringAt(props, "properties.securitySettings.immutabilitySettings.state");
      const vault = stringAt(props, "vaultName") ?? name;
      if (state !== "Locked" || vault === UNKNOWN || complianceVaults.includes(vault)) return [];
      return [
        `immutability of vault ${vault} is locked, which can never be undone: set state to "Unlocked", or add the vault to this policy's complianceVaults`,
      ];
    }
    const problems: string[] = [];
    const vault = stringAt(props, "backupVaultName");
    const grace = numberAt(props, "changeableForDays");
    if (grace !== undefined && typeof vault === "string" && !complianceVaults.includes(vault))
      problems.push(
        `changeableForDays puts the lock of vault ${vault} into compliance mode, which cannot be undone after those days: remove it, or add the vault to this policy's complianceVaults`,
      );
    // The SDK says 0 where nothing is set.
    const days = (path: string) => known(numberAt(props, path)) || undefined;
    problems.push(
      ...vaultLockProblems({
        minRetentionDays: days("minRetentionDays"),
        maxRetentionDays: days("maxRetentionDays"),
        changeableForDays: known(grace),
      }),
    );
    return problems;
  },
});
