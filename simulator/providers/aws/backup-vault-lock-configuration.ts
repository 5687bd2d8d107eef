import { CONTROL_PLANE } from "../../cloud/aws/durations";
import { number, type ResourceType, regionOf } from "./resource-type";

/** Every change of a lock replaces it: the lock is removed and created again. */
export const backupVaultLockConfiguration: ResourceType = {
  token: "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
  inputs: {
    backupVaultName: { type: "string", required: true, replaces: true },
    changeableForDays: { type: "integer", replaces: true },
    maxRetentionDays: { type: "integer", replaces: true },
    minRetentionDays: { type: "integer", replaces: true },
  },
  outputs: ["backupVaultArn"],

  create(cloud, lock) {
    const name = lock.backupVaultName as string;
    cloud.backup
      .region(regionOf(lock))
      .vault(name)
      .setLock(
        {
          minRetentionDays: number(lock.minRetentionDays),
          maxRetentionDays: number(lock.maxRetentionDays),
          changeableForDays: number(lock.changeableForDays),
        },
        cloud.clock.now(),
      );
    return { id: name, simulatedMillis: CONTROL_PLANE };
  },

  read(cloud, { id, state }) {
    const vault = cloud.backup.region(regionOf(state)).findVault(id);
    if (vault?.lock === undefined) return undefined;
    const { minRetentionDays, maxRetentionDays } = vault.lock;
    // AWS does not return how long it can be changed.
    return { backupVaultArn: vault.arn, backupVaultName: vault.name, minRetentionDays, maxRetentionDays };
  },

  update() {
    throw new Error("a vault's lock can't be changed in place: all its inputs replace it");
  },

  delete(cloud, { id, state }) {
    cloud.backup.region(regionOf(state)).findVault(id)?.removeLock(cloud.clock.now());
    return CONTROL_PLANE;
  },
};
