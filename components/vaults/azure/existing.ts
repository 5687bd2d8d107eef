import { locationName } from "../../../operations/azure-arm";
import type { BackupInstanceDescription, BackupVaultDescription } from "../../../operations/azure-vaults";
import type { AzureVaultArgs } from "./args";

/** The default storage of recovery points: two regions. */
export const DEFAULT_REDUNDANCY = "GeoRedundant";

/**
 * The immutability to ask for. Azure only locks an existing vault that is immutable, so that the lock takes a second `up`:
 * time to reconsider.
 */
export function immutabilityFor(
  { immutability = "Unlocked" }: AzureVaultArgs,
  found: BackupVaultDescription | undefined,
) {
  if (immutability !== "Locked") return immutability;
  const present = immutabilityOf(found);
  return present === "Unlocked" || present === "Locked" ? "Locked" : "Unlocked";
}

/** What is to be known before a vault is locked; undefined when it is not to be, or has been. */
export function lockNotice(vault: AzureVaultArgs, found: BackupVaultDescription | undefined): string | undefined {
  if (vault.immutability !== "Locked" || immutabilityOf(found) === "Locked") return undefined;
  return immutabilityFor(vault, found) === "Locked"
    ? `this pulumi up locks the immutability of vault ${vault.name}, as acknowledgeIrreversible allows: this can never be undone, not even by Microsoft`
    : `this pulumi up makes vault ${vault.name} immutable, and the next one locks it permanently: Azure locks only existing vaults`;
}

function immutabilityOf(found: BackupVaultDescription | undefined): string | undefined {
  return found?.properties.securitySettings?.immutabilitySettings?.state;
}

/** Changes of an existing vault that Azure would refuse, each with the fix. */
export function existingVaultProblems(
  vault: AzureVaultArgs,
  location: string,
  found: BackupVaultDescription,
): string[] {
  const { storageSettings, securitySettings, featureSettings } = found.properties;
  const problems: string[] = [];
  if (locationName(found.location) !== locationName(location))
    problems.push(`is in ${found.location}, and stays there, but ${location} is asked for: give another "name"`);
  const present = storageSettings?.[0]?.type;
  const wanted = vault.redundancy ?? DEFAULT_REDUNDANCY;
  if (present !== undefined && present !== wanted)
    problems.push(
      `is ${present}, and stays so, but ${wanted} is asked for: write redundancy: ${present}, or give another "name"`,
    );
  const forEver: [key: string, isSo: boolean, isWanted: boolean][] = [
    ["immutability: Locked", immutabilityOf(found) === "Locked", vault.immutability === "Locked"],
    [
      "softDelete.state: AlwaysOn",
      securitySettings?.softDeleteSettings?.state === "AlwaysOn",
      vault.softDelete?.state === "AlwaysOn",
    ],
    [
      "crossRegionRestore: true",
      featureSettings?.crossRegionRestoreSettings?.state === "Enabled",
      vault.crossRegionRestore === true,
    ],
  ];
  for (const [key, isSo, isWanted] of forEver)
    if (isSo && !isWanted)
      problems.push(
        `has ${key} for ever, which is not asked for any more: write it, with acknowledgeIrreversible: ${vault.name}`,
      );
  return problems;
}

/** States of a normal transition or backup, not problems. */
const SOUND = ["ProtectionConfigured", "ConfiguringProtection", "UpdatingProtection"];

/** Why a vault does not back up a server any more, with the fix; undefined while it does, or has never done. */
export function notBackedUp(server: string, instances: readonly BackupInstanceDescription[]): string | undefined {
  const state = instances.find(({ name }) => name === server)?.properties.currentProtectionState;
  return state === undefined || SOUND.includes(state)
    ? undefined
    : `it is not backed up any more: backup instance ${server} is in the state ${state}; resume it in Azure (az dataprotection backup-instance resume-protection)`;
}
