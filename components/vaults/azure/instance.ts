import { BackupInstance } from "@pulumi/azure-native/dataprotection/backupInstance";
import type { BackupPolicy } from "@pulumi/azure-native/dataprotection/backupPolicy";
import type { BackupVault } from "@pulumi/azure-native/dataprotection/backupVault";
import * as pulumi from "@pulumi/pulumi";
import type { AzureSettings } from "../../cloud-settings";
import { declareCompletion } from "../../operation";
import type { VaultedServer } from "./rules";
import type { AzureResource } from "./source";

/** What an instance is declared with. */
export interface InstanceContext {
  vault: BackupVault;
  resourceGroupName: string;
  policy: BackupPolicy;
  /** What the vault has to be allowed before. */
  permissions: pulumi.Resource[];
  azure: AzureSettings;
  tags: Record<string, string>;
  options: pulumi.CustomResourceOptions;
}

/** Declares that the vault backs up a server by a policy. */
export function declareInstance(
  logical: string,
  { datasource }: VaultedServer,
  resource: pulumi.Output<AzureResource>,
  { vault, resourceGroupName, policy, permissions, azure, tags, options }: InstanceContext,
): BackupInstance {
  const source = resource.apply(({ id, name, location }) => ({
    datasourceType: datasource.type,
    resourceType: datasource.type,
    resourceID: id,
    resourceUri: id,
    resourceName: name,
    resourceLocation: location,
  }));
  const name = resource.apply((found) => found.name);
  const properties = {
    objectType: "BackupInstance",
    friendlyName: name,
    dataSourceInfo: source.apply((info) => ({ objectType: "Datasource", ...info })),
    dataSourceSetInfo: source.apply((info) => ({ objectType: "DatasourceSet", ...info })),
    policyInfo: { policyId: policy.id },
  };
  const { parent } = options;
  // Azure Backup fails an instance that comes before its permissions are in effect, which takes minutes.
  const allowed = declareCompletion(
    `${logical}-allowed`,
    "await-azure-backup-permission",
    { request: pulumi.output({ vaultId: vault.id, name, backupInstance: properties }), access: azure.access },
    { parent, dependsOn: permissions },
  );
  return new BackupInstance(
    `${logical}-instance`,
    { backupInstanceName: name, vaultName: vault.name, resourceGroupName, properties, tags },
    { ...options, dependsOn: [allowed], customTimeouts: { create: "1h", update: "1h" } },
  );
}
