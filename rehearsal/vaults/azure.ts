import { isDeepStrictEqual } from "node:util";
import { type DatabaseArgs, kindOf } from "../../components/databases";
import type { AzureCloud, BackupVault, RecoveryPoint } from "../../simulator/cloud/azure/azure";
import { ArmError, type JsonObject, merged, object, pointsOf, without } from "../../simulator/cloud/azure/azure";
import { AZURE_RESOURCE_GROUP } from "../sets/azure";
import { VAULT_NAME } from "./aws";

const API_VERSION = "2025-01-01";

/** The safest settings in Azure: the protection of recovery points can never be removed. */
export const AZURE_VAULT = {
  name: VAULT_NAME,
  resourceGroupName: AZURE_RESOURCE_GROUP,
  immutability: "Locked",
  softDelete: { state: "AlwaysOn" },
  acknowledgeIrreversible: VAULT_NAME,
  lifecycle: { deleteAfter: 400 },
};

/** The databases of a set's configuration that Azure Backup can keep in a vault. */
export function onAzure(config: Record<string, unknown>): DatabaseArgs[] {
  return (config["scalar-backup:databases"] as DatabaseArgs[]).filter((database) => {
    const { kind, args } = kindOf(database);
    return kind.azureBackup?.(args).datasource !== undefined;
  });
}

export function azureVault(azure: AzureCloud): BackupVault | undefined {
  return azure.dataProtection.find(VAULT_NAME);
}

export function azureRecoveryPoints(azure: AzureCloud): RecoveryPoint[] {
  return pointsOf(azureVault(azure));
}

/** Whether the newest recovery point of each server contains all of the server's data at that time. */
export function holdsEveryServer(azure: AzureCloud): boolean {
  const instances = [...(azureVault(azure)?.instances.values() ?? [])];
  return instances.every(({ name, recoveryPoints }) => {
    const newest = [...recoveryPoints.values()].at(-1);
    return newest !== undefined && isDeepStrictEqual(newest.files, azure.postgresql.server(name).dump(newest.at));
  });
}

/**
 * Tries everything that an owner of the subscription can try against recovery points: removes their protection,
 * shortens their retention to a day, and deletes backup instances, policies and the vault. A policy that keeps backups
 * to come for less is allowed, and takes nothing of those that exist. @returns what else Azure allowed
 */
export function attackAzure(azure: AzureCloud, vault: BackupVault): string[] {
  const passed: string[] = [];
  const attempt = (what: string, method: string, path: string, body?: JsonObject) => {
    try {
      azure.request({ method, path, apiVersion: API_VERSION, body });
      passed.push(what);
    } catch (error) {
      if (!(error instanceof ArmError)) throw error;
    }
  };
  // A PUT contains all settings: it must not restore a protection that was removed before.
  const security = (securitySettings: JsonObject) => ({
    location: vault.location,
    identity: { type: "SystemAssigned" },
    properties: merged(without(object(vault.describe().properties), ["provisioningState"]), { securitySettings }),
  });
  attempt("immutability off", "PUT", vault.id, security({ immutabilitySettings: { state: "Disabled" } }));
  attempt("soft delete off", "PUT", vault.id, security({ softDeleteSettings: { state: "Off" } }));
  for (const { id, policy, properties } of [...vault.instances.values()]) {
    const shorter = JSON.parse(JSON.stringify(policy.properties).replaceAll(/"P\d+D"/g, '"P1D"'));
    const other = `${vault.id}/backupPolicies/shorter`;
    azure.request({ method: "PUT", path: other, apiVersion: API_VERSION, body: { properties: shorter } });
    attempt("a shorter retention in the policy", "PUT", policy.id, { properties: shorter });
    for (const policyId of [other, policy.id])
      azure.request({
        method: "PUT",
        path: id,
        apiVersion: API_VERSION,
        body: { properties: { ...properties, policyInfo: { policyId } } },
      });
    attempt("recovery points deleted", "DELETE", id);
    attempt("policy deleted", "DELETE", policy.id);
    azure.request({ method: "DELETE", path: other, apiVersion: API_VERSION });
  }
  attempt("vault deleted", "DELETE", vault.id);
  return passed;
}
