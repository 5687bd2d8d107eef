import type { AzureAccessSource } from "./azure";
import { ArmClient, ArmRequestError } from "./azure-arm";
import { waitingClock } from "./clock";
import { longWork } from "./long-work";
import { ROLE_ASSIGNMENT } from "./usual-durations";

/** The version that azure-native speaks, too. */
const API_VERSION = "2025-01-01";

/** What names a backup vault in the account's subscription. */
export interface BackupVaultAddress {
  resourceGroupName: string;
  vaultName: string;
}

/** A backup vault as the Azure Resource Manager describes it, as far as this project reads it. */
export interface BackupVaultDescription {
  id: string;
  location: string;
  properties: {
    storageSettings?: { datastoreType?: string; type?: string }[];
    securitySettings?: {
      immutabilitySettings?: { state?: string };
      softDeleteSettings?: { state?: string; retentionDurationInDays?: number };
    };
    featureSettings?: { crossRegionRestoreSettings?: { state?: string } };
  };
}

/** What a vault backs up, as far as this project reads it. */
export interface BackupInstanceDescription {
  name: string;
  properties: {
    /** `ProtectionConfigured`, `ProtectionStopped`, `ProtectionError` and so on. */
    currentProtectionState?: string;
  };
}

/** An existing vault with its backup instances. */
export interface ExistingVault {
  vault: BackupVaultDescription;
  instances: BackupInstanceDescription[];
}

/** The vault, or undefined when there is none. */
export async function findBackupVault(
  { resourceGroupName, vaultName }: BackupVaultAddress,
  access: AzureAccessSource,
): Promise<ExistingVault | undefined> {
  const arm = await ArmClient.connect(access);
  const id = `${arm.resourceGroup(resourceGroupName)}/providers/Microsoft.DataProtection/backupVaults/${vaultName}`;
  const vault = await arm.find<BackupVaultDescription>(id, API_VERSION);
  return vault && { vault, instances: await arm.list(`${id}/backupInstances`, API_VERSION) };
}

/** A backup that a vault is about to make. */
export interface BackupPermissionRequest {
  vaultId: string;
  /** The backup instance's. */
  name: string;
  /** Its properties. */
  backupInstance: object;
}

/** Azure says that a role assignment takes up to ten minutes to be in effect; that of a new identity may take longer. */
const PATIENCE_MILLIS = 30 * 60_000;
const LONGEST_PAUSE_SECONDS = 30;

/**
 * Asks Azure Backup whether the vault may back up what it is to back up, until it may: role assignments take minutes to be
 * in effect, and a backup instance that is made before fails.
 */
export async function awaitBackupPermission(
  { vaultId, name, backupInstance }: BackupPermissionRequest,
  access: AzureAccessSource,
  say: (line: string) => void,
): Promise<void> {
  const arm = await ArmClient.connect(access);
  if ((await arm.find(`${vaultId}/backupInstances/${name}`, API_VERSION)) !== undefined) {
    say(`${name} is backed up already`);
    return;
  }
  const what = `${name}: waits until the vault's role assignments are in effect`;
  await longWork({ what, expected: ROLE_ASSIGNMENT }, async () => {
    const deadline = waitingClock().now() + PATIENCE_MILLIS;
    for (let wait = 1; ; wait = Math.min(wait * 2, LONGEST_PAUSE_SECONDS)) {
      try {
        await arm.request("POST", `${vaultId}/validateForBackup`, API_VERSION, { backupInstance });
        say(`the vault may back up ${name}`);
        return;
      } catch (error) {
        if (!isMissingPermission(error)) throw error;
        if (waitingClock().now() > deadline)
          throw new Error(
            `the vault still may not back up ${name} after ${PATIENCE_MILLIS / 60_000} minutes (${error.message}); look at its role assignments, then run this again`,
          );
        say(`the vault's role assignments are not in effect yet; asking again in ${wait} s`);
        await waitingClock().wait(wait * 1000);
      }
    }
  });
}

function isMissingPermission(error: unknown): error is ArmRequestError {
  return error instanceof ArmRequestError && /Permission/i.test(error.code);
}
