import type { Identifiers } from "../aws/identifiers";
import type { SimulatedClock } from "../clock";
import { type AzureBackupJob, BackupInstance, describePoint } from "./backup-instance";
import { type BackupPolicy, DATASOURCE_TYPE, only } from "./backup-policy";
import type { BackupVault } from "./backup-vault";
import * as durations from "./durations";
import { ArmError } from "./error";
import type { FlexibleServer } from "./flexible-server";
import type { FlexibleServers } from "./flexible-servers";
import { type JsonObject, object, text } from "./json";
import { locationOf } from "./location";
import type { ArmAnswer, ArmResourceType, ResourceName } from "./resource-type";
import { ROLES, type RoleAssignments } from "./role-assignments";

const IMMUTABLE =
  "The Vault and Backup Item is in Immutable state where destructive operations are not supported. The Vault and Backup Item is immutable, hence operation is denied.";

/** What Azure Backup works with. */
export interface DataProtectionContext {
  clock: SimulatedClock;
  identifiers: Identifiers;
  roles: RoleAssignments;
  postgresql: FlexibleServers;
}

/** Where servers are backed up. */
interface Vaults {
  all(): BackupVault[];
  /** @throws {ArmError} when there is none. */
  named(name: ResourceName): BackupVault;
}

/** The servers that vaults back up, and the backups themselves. */
export class BackupInstances {
  /** The results of scheduled runs, oldest first. */
  readonly jobs: AzureBackupJob[] = [];
  readonly #context: DataProtectionContext;
  readonly #vaults: Vaults;

  constructor(context: DataProtectionContext, vaults: Vaults) {
    this.#context = context;
    this.#vaults = vaults;
  }

  runWhatIsDue(): void {
    const now = this.#context.clock.now();
    for (const vault of this.#vaults.all())
      for (const instance of vault.instances.values()) this.#run(vault, instance, now);
  }

  resourceTypes(vaults: string, apiVersions: readonly string[]): ArmResourceType[] {
    return [
      {
        type: `${vaults}/backupInstances`,
        apiVersions,
        get: (name) => ({ body: this.#instance(name).describe() }),
        list: (parent) => [...this.#vaults.named(parent).instances.values()].map((instance) => instance.describe()),
        put: (name, body) => this.#put(name, body),
        delete: (name) => this.#delete(name),
        actions: {
          stopProtection: (name) => {
            // What was made stays, until its time or for ever: allowed in any vault.
            this.#instance(name).protectionStopped = true;
            return { simulatedMillis: durations.CHANGE_BACKUP_INSTANCE };
          },
        },
      },
      {
        type: `${vaults}/backupInstances/recoveryPoints`,
        apiVersions,
        list: (parent) => {
          const instance = this.#instance(parent);
          return [...instance.recoveryPoints.values()].map((point) => describePoint(instance, point));
        },
        get: (name) => {
          const instance = this.#instance(name);
          const point = instance.recoveryPoints.get(name.names[2] as string);
          if (point === undefined) throw notFound(name);
          return { body: describePoint(instance, point) };
        },
      },
      {
        type: `${vaults}/deletedBackupInstances`,
        apiVersions,
        list: (parent) =>
          [...this.#vaults.named(parent).softDeleted.values()].map(({ instance }) => instance.describe()),
        actions: { undelete: (name) => this.#undelete(name) },
      },
    ];
  }

  #run(vault: BackupVault, instance: BackupInstance, now: number): void {
    const runs = instance.protectionStopped ? [] : instance.policy.runs(instance.lookedAt, now);
    instance.lookedAt = now;
    for (const at of runs)
      try {
        const server = this.#serverOf(instance.sourceId);
        this.#refuseWithoutPermission(vault, server);
        instance.backUp(at, server, this.#context.identifiers.hex(32));
        this.jobs.push({ instance: instance.name, at, state: "Completed" });
      } catch (error) {
        if (!(error instanceof ArmError)) throw error;
        this.jobs.push({ instance: instance.name, at, state: "Failed", message: error.message });
      }
  }

  /** Answers as `validateForBackup` does. */
  validate(vault: BackupVault, body: JsonObject): ArmAnswer {
    only(body, ["backupInstance"], "ValidateForBackupRequest");
    const { server, policy } = this.#check(vault, object(body.backupInstance));
    this.#refuseProtected(server.id);
    return { body: { objectType: "OperationJobExtendedInfo", jobId: policy.id }, simulatedMillis: 0 };
  }

  /**
   * [Microsoft Learn, "Immutable vault for Azure Backup"] In Backup vaults immutability only prevents deletions:
   * a policy that keeps the backups to come for less is refused by Recovery Services vaults only.
   */
  #put(name: ResourceName, body: JsonObject): ArmAnswer {
    const vault = this.#vaults.named(name);
    const own = name.names[1] as string;
    only(body, ["properties", "tags"], "BackupInstanceResource");
    const properties = object(body.properties);
    const { server, policy } = this.#check(vault, properties);
    const present = vault.instances.get(own.toLowerCase());
    const tags = object(body.tags);
    if (present) {
      if (present.sourceId !== server.id.toLowerCase())
        throw new ArmError(
          "UserErrorDatasourceCannotBeChanged",
          "The datasource of a backup instance cannot be changed.",
        );
      Object.assign(present, { policy, properties, tags });
      return { body: present.describe(), simulatedMillis: durations.CHANGE_BACKUP_INSTANCE };
    }
    if (vault.softDeleted.has(own.toLowerCase()))
      throw new ArmError("UserErrorBackupInstanceSoftDeleted", `Backup instance ${own} is in soft deleted state.`, 409);
    this.#refuseProtected(server.id);
    const instance = new BackupInstance(
      `${vault.id}/backupInstances/${own}`,
      { properties, tags },
      policy,
      server.id.toLowerCase(),
      this.#context.clock.now(),
    );
    vault.instances.set(own.toLowerCase(), instance);
    vault.everProtected = true;
    return { body: instance.describe(), created: true, simulatedMillis: durations.CHANGE_BACKUP_INSTANCE };
  }

  /**
   * Stops the protection and deletes what was made. [Microsoft Learn, "Immutable vault for Azure Backup", restricted
   * operations; "About Enhanced soft delete for Azure Backup"]
   */
  #delete(name: ResourceName): ArmAnswer {
    const vault = this.#vaults.named(name);
    const own = (name.names[1] as string).toLowerCase();
    const instance = vault.instances.get(own);
    if (instance === undefined) return {};
    if (vault.immutability !== "Disabled" && instance.recoveryPoints.size > 0)
      throw new ArmError("UserErrorOperationDeniedOnImmutableItem", IMMUTABLE);
    vault.instances.delete(own);
    const { state, retentionMillis } = vault.softDelete;
    if (state !== "Off" && instance.recoveryPoints.size > 0)
      vault.softDeleted.set(own, { instance, purgeAt: this.#context.clock.now() + retentionMillis });
    return { simulatedMillis: durations.CHANGE_BACKUP_INSTANCE };
  }

  #undelete(name: ResourceName): ArmAnswer {
    const vault = this.#vaults.named(name);
    const own = (name.names[1] as string).toLowerCase();
    const found = vault.softDeleted.get(own);
    if (found === undefined) throw notFound(name);
    vault.softDeleted.delete(own);
    found.instance.protectionStopped = true;
    vault.instances.set(own, found.instance);
    return { simulatedMillis: durations.CHANGE_BACKUP_INSTANCE };
  }

  /**
   * [azure-mgmt-dataprotection, BackupInstance, Datasource, DatasourceSet, PolicyInfo]
   * [Microsoft Learn, "Azure Database for PostgreSQL server support matrix": no backup into another region]
   * @throws {ArmError} for what Azure Backup takes for no instance of this vault.
   */
  #check(vault: BackupVault, properties: JsonObject): { server: FlexibleServer; policy: BackupPolicy } {
    only(
      properties,
      ["objectType", "friendlyName", "dataSourceInfo", "dataSourceSetInfo", "policyInfo"],
      "BackupInstance",
    );
    for (const [key, type] of [
      ["dataSourceInfo", "Datasource"],
      ["dataSourceSetInfo", "DatasourceSet"],
    ] as const) {
      const info = object(properties[key]);
      if (properties[key] === undefined && key === "dataSourceSetInfo") continue;
      only(
        info,
        [
          "objectType",
          "datasourceType",
          "resourceType",
          "resourceID",
          "resourceUri",
          "resourceName",
          "resourceLocation",
        ],
        type,
      );
      if (info.objectType !== type || info.datasourceType !== DATASOURCE_TYPE)
        throw new ArmError("UserErrorInvalidInput", `${key} is none of ${DATASOURCE_TYPE}, or not simulated.`);
    }
    if (properties.objectType !== "BackupInstance")
      throw new ArmError("UserErrorInvalidInput", "objectType has to be BackupInstance.");
    const server = this.#serverOf(text(object(properties.dataSourceInfo).resourceID) ?? "");
    if (locationOf(server.location) !== locationOf(vault.location))
      throw new ArmError(
        "UserErrorCrossRegionBackupNotSupported",
        `Datasource ${server.name} is in ${server.location}, and the vault is in ${vault.location}: they have to be in the same region.`,
      );
    const policyId = text(object(properties.policyInfo).policyId)?.toLowerCase();
    const policy = [...vault.policies.values()].find(({ id }) => id.toLowerCase() === policyId);
    if (policy === undefined) throw new ArmError("UserErrorPolicyNotFound", `There is no backup policy '${policyId}'.`);
    this.#refuseWithoutPermission(vault, server);
    return { server, policy };
  }

  /**
   * [Microsoft Learn, "About Azure Database for PostgreSQL Flexible server backup"] The roles; [Az.DataProtection,
   * AzureDatabaseForPGFlexServer.json] and where.
   */
  #refuseWithoutPermission({ principalId = "" }: BackupVault, server: FlexibleServer): void {
    const group = server.id.split("/").slice(0, 5).join("/");
    const allowed = [
      this.#context.roles.inEffect(principalId, ROLES.postgresqlLongTermRetention, server.id),
      this.#context.roles.inEffect(principalId, ROLES.reader, group),
    ];
    if (allowed.includes(false))
      throw new ArmError(
        "UserErrorMissingRequiredPermissions",
        "Appropriate permissions to perform the operation is missing.",
      );
  }

  /** A datasource is backed up into one vault, once. [Microsoft Learn, "About Enhanced soft delete for Azure Backup"] */
  #refuseProtected(id: string): void {
    for (const vault of this.#vaults.all())
      for (const instance of vault.instances.values())
        if (instance.sourceId === id.toLowerCase())
          throw new ArmError(
            "UserErrorDatasourceAlreadyProtected",
            `${id} is protected by vault ${vault.name} already.`,
          );
  }

  /**
   * Inferred how Azure Backup names a missing server: validateForBackup with the id of a deleted one would decide it.
   */
  #serverOf(id: string): FlexibleServer {
    const server = this.#context.postgresql.all().find((each) => each.id.toLowerCase() === id.toLowerCase());
    if (server) return server;
    throw new ArmError("UserErrorDatasourceNotFound", `The datasource '${id}' does not exist.`, 404);
  }

  #instance(name: ResourceName): BackupInstance {
    const instance = this.#vaults.named(name).instances.get((name.names[1] as string).toLowerCase());
    if (instance) return instance;
    throw notFound(name);
  }
}

function notFound({ type, names }: ResourceName): ArmError {
  return new ArmError("ResourceNotFound", `The Resource '${type}/${names.join("/")}' was not found.`, 404);
}
