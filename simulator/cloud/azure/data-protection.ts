import { isDeepStrictEqual } from "node:util";
import type { AzureBackupJob, BackupInstance, RecoveryPoint } from "./backup-instance";
import { BackupInstances, type DataProtectionContext } from "./backup-instances";
import { BackupPolicy, only } from "./backup-policy";
import { BackupVault } from "./backup-vault";
import * as durations from "./durations";
import { ArmError } from "./error";
import { type JsonObject, object } from "./json";
import { resourceId } from "./resource-id";
import type { ArmAnswer, ArmResourceType, ResourceName } from "./resource-type";

const TYPE = "Microsoft.DataProtection/backupVaults";
const API_VERSIONS = ["2025-01-01"];

/** Azure Backup for databases: vaults, policies, and the servers that are backed up by them. */
export class DataProtection {
  readonly #context: DataProtectionContext;
  readonly #vaults = new Map<string, BackupVault>();
  readonly #instances: BackupInstances;

  constructor(context: DataProtectionContext) {
    this.#context = context;
    this.#instances = new BackupInstances(context, {
      all: () => [...this.#vaults.values()],
      named: (name) => this.#vault(name),
    });
  }

  /** By its name; names are unique in a resource group, and taken to be in a simulation. */
  find(name: string): BackupVault | undefined {
    this.runWhatIsDue();
    return [...this.#vaults.values()].find((vault) => vault.name.toLowerCase() === name.toLowerCase());
  }

  /** The results of scheduled runs, oldest first. */
  jobs(): readonly AzureBackupJob[] {
    this.runWhatIsDue();
    return this.#instances.jobs;
  }

  /** Makes the backups that are due, and deletes expired ones. */
  runWhatIsDue(): void {
    this.#instances.runWhatIsDue();
    for (const vault of this.#vaults.values()) vault.expire(this.#context.clock.now());
  }

  resourceTypes(): ArmResourceType[] {
    return [
      {
        type: TYPE,
        apiVersions: API_VERSIONS,
        get: (name) => ({ body: this.#vault(name).describe() }),
        list: ({ resourceGroup }) =>
          [...this.#vaults.entries()]
            .filter(([key]) => key.startsWith(`${resourceGroup.toLowerCase()}/`))
            .map(([, vault]) => vault.describe()),
        put: (name, body) => this.#putVault(name, body),
        delete: (name) => this.#deleteVault(name),
        actions: { validateForBackup: (name, body) => this.#instances.validate(this.#vault(name), body) },
      },
      {
        type: `${TYPE}/backupPolicies`,
        apiVersions: API_VERSIONS,
        get: (name) => ({ body: describePolicy(this.#policy(name)) }),
        list: (parent) => [...this.#vault(parent).policies.values()].map(describePolicy),
        put: (name, body) => this.#putPolicy(name, body),
        delete: (name) => this.#deletePolicy(name),
      },
      ...this.#instances.resourceTypes(TYPE, API_VERSIONS),
    ];
  }

  #putVault(name: ResourceName, body: JsonObject): ArmAnswer {
    const present = this.#vaults.get(keyOf(name));
    if (present) {
      present.update(body);
      return { body: present.describe(), simulatedMillis: durations.UPDATE_BACKUP_VAULT };
    }
    const id = resourceId(name.subscription, name.resourceGroup, TYPE, [name.names[0] as string]);
    const vault = new BackupVault(id, body, this.#context.identifiers.uuid());
    if (vault.principalId !== undefined) this.#context.roles.addPrincipal(vault.principalId);
    this.#vaults.set(keyOf(name), vault);
    return { body: vault.describe(), created: true, simulatedMillis: durations.CREATE_BACKUP_VAULT };
  }

  /** [Microsoft Learn, "Create and manage Backup vaults"] Neither instances, soft-deleted ones included, nor policies may be left. */
  #deleteVault(name: ResourceName): ArmAnswer {
    const vault = this.#vaults.get(keyOf(name));
    if (vault === undefined) return {};
    if (vault.instances.size > 0 || vault.softDeleted.size > 0 || vault.policies.size > 0)
      throw new ArmError(
        "UserErrorVaultNotEmpty",
        "Cannot delete the Backup vault as there are existing backup instances or backup policies in the vault. Delete all backup instances and backup policies that are present in the vault and then try deleting the vault.",
      );
    this.#vaults.delete(keyOf(name));
    return { simulatedMillis: durations.UPDATE_BACKUP_VAULT };
  }

  /**
   * [Microsoft Learn, "Create Azure Data Protection backup policy for Azure Database for PostgreSQL - Flexible Server
   * using REST API"] A policy is not modified.
   */
  #putPolicy(name: ResourceName, body: JsonObject): ArmAnswer {
    const vault = this.#vault(name);
    const own = name.names[1] as string;
    if (!/^[a-zA-Z0-9-]{3,150}$/.test(own))
      throw new ArmError("InvalidResourceName", `The name '${own}' is not valid.`);
    only(body, ["properties"], "BaseBackupPolicyResource");
    const policy = new BackupPolicy(`${vault.id}/backupPolicies/${own}`, object(body.properties));
    const present = vault.policies.get(own.toLowerCase());
    if (present && !isDeepStrictEqual(present.properties, policy.properties) && usersOf(vault, present).length > 0)
      throw new ArmError("UserErrorPolicyInUse", `Backup policy ${own} is in use, and cannot be modified.`);
    vault.policies.set(own.toLowerCase(), policy);
    return { body: describePolicy(policy) };
  }

  /** Inferred from what a policy is for: a DELETE of one with an instance would decide it. */
  #deletePolicy(name: ResourceName): ArmAnswer {
    const vault = this.#vault(name);
    const own = (name.names[1] as string).toLowerCase();
    const policy = vault.policies.get(own);
    if (policy && usersOf(vault, policy).length > 0)
      throw new ArmError("UserErrorPolicyInUse", `Backup policy ${name.names[1]} is in use, and cannot be deleted.`);
    vault.policies.delete(own);
    return {};
  }

  #vault(name: ResourceName): BackupVault {
    const vault = this.#vaults.get(keyOf(name));
    if (vault) return vault;
    throw new ArmError("ResourceNotFound", `The Resource '${TYPE}/${name.names[0]}' was not found.`, 404);
  }

  #policy(name: ResourceName): BackupPolicy {
    const policy = this.#vault(name).policies.get((name.names[1] as string).toLowerCase());
    if (policy) return policy;
    throw new ArmError("ResourceNotFound", `The Resource '${name.type}/${name.names.join("/")}' was not found.`, 404);
  }
}

/** All that a vault holds, soft-deleted ones included. */
export function pointsOf(vault: BackupVault | undefined): RecoveryPoint[] {
  if (vault === undefined) return [];
  const instances = [...vault.instances.values(), ...[...vault.softDeleted.values()].map(({ instance }) => instance)];
  return instances.flatMap(({ recoveryPoints }) => [...recoveryPoints.values()]);
}

function usersOf(vault: BackupVault, policy: BackupPolicy): BackupInstance[] {
  return [...vault.instances.values()].filter((instance) => instance.policy.id === policy.id);
}

function describePolicy({ id, properties }: BackupPolicy): JsonObject {
  return { id, name: id.split("/").at(-1) as string, type: `${TYPE}/backupPolicies`, properties };
}

function keyOf({ resourceGroup, names }: ResourceName): string {
  return `${resourceGroup}/${names[0]}`.toLowerCase();
}
