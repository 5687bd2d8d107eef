import { isDeepStrictEqual } from "node:util";
import { type DatabaseArgs, kindOf } from "../../components/databases";
import type { AzureCloud } from "../../simulator/cloud/azure/azure";
import type { RecoveryPoint } from "../../simulator/cloud/azure/backup-instance";
import type { BackupVault } from "../../simulator/cloud/azure/backup-vault";
import { pointsOf } from "../../simulator/cloud/azure/data-protection";
import { ArmError } from "../../simulator/cloud/azure/error";
import { type JsonObject, merged, object, without } from "../../simulator/cloud/azure/json";
import { AZURE_RESOURCE_GROUP } from "../sets/azure";
import { VAULT_NAME } from "./aws";

const API_VERSION = "2025-01-01";

/** As safe as Azure has it: nobody can ever take back what protects the recovery points. */
export const AZURE_VAULT = {
  name: VAULT_NAME,
  resourceGroupName: AZURE_RESOURCE_GROUP,
  immutability: "Locked",
  softDelete: { state: "AlwaysOn" },
  acknowledgeIrreversible: VAULT_NAME,
  lifecycle: { deleteAfter: 400 },
};

/** The databases of a set's configuration that Azure Backup takes into a vault. */
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

/** Whether the newest recovery point of each server holds all that was in it then. */
export function holdsEveryServer(azure: AzureCloud): boolean {
  const instances = [...(azureVault(azure)?.instances.values() ?? [])];
  return instances.every(({ name, recoveryPoints }) => {
    const newest = [...recoveryPoints.values()].at(-1);
    return newest !== undefined && isDeepStrictEqual(newest.files, azure.postgresql.server(name).dump(newest.at));
  });
}

/**
 * Does what an owner of the subscription can do to be rid of recovery points: takes back what protects them, keeps them for a
 * day only, deletes what is backed up, its policies and the vault. Answers which of that Azure let pass.
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
  // A PUT says all that is to be: what was taken back already is not to come again.
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
    attempt("a policy of shorter retention", "PUT", id, {
      properties: { ...properties, policyInfo: { policyId: other } },
    });
    attempt("recovery points deleted", "DELETE", id);
    attempt("policy deleted", "DELETE", policy.id);
    azure.request({ method: "DELETE", path: other, apiVersion: API_VERSION });
  }
  attempt("vault deleted", "DELETE", vault.id);
  return passed;
}
