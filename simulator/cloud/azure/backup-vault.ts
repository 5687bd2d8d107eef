import type { BackupInstance } from "./backup-instance";
import { type BackupPolicy, only } from "./backup-policy";
import { ArmError, invalidParameter } from "./error";
import { type JsonObject, type JsonValue, merged, object, text } from "./json";
import { locationOf } from "./location";

const DAY = 24 * 60 * 60 * 1000;
const LOCKED =
  "The immutable vault property for this vault is locked, hence, this setting cannot be disabled. The vault has its immutable vault property enabled and locked, and it can no longer be reverted to a non-immutable vault.";

/**
 * One vault of Azure Backup (Data Protection). Azure documents what it refuses; where it documents no code for that, the code
 * here is made up.
 */
export class BackupVault {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  /** Whose role assignments count; absent without an identity. */
  readonly principalId: string | undefined;
  tags: JsonObject;
  readonly policies = new Map<string, BackupPolicy>();
  readonly instances = new Map<string, BackupInstance>();
  /** What was deleted and can be brought back until an instant. */
  readonly softDeleted = new Map<string, { instance: BackupInstance; purgeAt: number }>();
  #properties: JsonObject;
  /** The storage cannot be changed once something was protected. */
  everProtected = false;

  /**
   * [Microsoft Learn, "About Enhanced soft delete for Azure Backup": on, for 14 days, by default; "Immutable vault for
   * Azure Backup"]
   */
  constructor(id: string, body: JsonObject, principalId: string) {
    this.id = id;
    this.name = id.split("/").at(-1) as string;
    if (!/^[a-zA-Z0-9-]{2,50}$/.test(this.name)) throw invalidParameter("vaultName");
    checkBody(body);
    this.location = body.location as string;
    this.tags = object(body.tags);
    const type = text(object(body.identity).type);
    this.principalId = type === "SystemAssigned" ? principalId : undefined;
    const properties = object(body.properties);
    if (immutabilityOf(properties) === "Locked")
      throw new ArmError("UserErrorUnsupportedVaultImmutabilityStateChange", LOCKED);
    this.#properties = merged(
      {
        securitySettings: {
          immutabilitySettings: { state: "Disabled" },
          softDeleteSettings: { state: "On", retentionDurationInDays: 14 },
        },
      },
      properties,
    );
    this.#refuseCrossRegion();
  }

  get immutability(): string {
    return immutabilityOf(this.#properties) as string;
  }

  get softDelete(): { state: string; retentionMillis: number } {
    const { state, retentionDurationInDays } = softDeleteOf(this.#properties);
    return { state: String(state), retentionMillis: Number(retentionDurationInDays) * DAY };
  }

  /**
   * A PUT on an existing vault. [Microsoft Learn, "Immutable vault for Azure Backup"; "About Enhanced soft delete for Azure
   * Backup"; "Create and manage Backup vaults", storage redundancy] Inferred that cross-region restore is not taken back.
   */
  update(body: JsonObject): void {
    checkBody(body);
    const { location } = this;
    if (locationOf(String(body.location)) !== locationOf(location))
      throw new ArmError(
        "InvalidResourceLocation",
        `The resource '${this.name}' already exists in location '${location}' in resource group '${this.id.split("/")[4]}'. A resource with the same name cannot be created in location '${body.location}'. Please select a new resource name.`,
        409,
      );
    const next = merged(this.#properties, object(body.properties));
    if (this.immutability === "Locked" && immutabilityOf(next) !== "Locked")
      throw new ArmError("UserErrorUnsupportedVaultImmutabilityStateChange", LOCKED);
    if (this.softDelete.state === "AlwaysOn" && softDeleteOf(next).state !== "AlwaysOn")
      throw new ArmError(
        "UserErrorSoftDeleteAlwaysOn",
        "Soft delete is always on for this vault, and cannot be changed.",
      );
    if (crossRegionOf(this.#properties) === "Enabled" && crossRegionOf(next) !== "Enabled")
      throw new ArmError("UserErrorCrossRegionRestoreEnabled", "Cross Region Restore cannot be disabled once enabled.");
    if (this.everProtected && JSON.stringify(next.storageSettings) !== JSON.stringify(this.#properties.storageSettings))
      throw new ArmError(
        "UserErrorStorageSettingsChangeNotAllowed",
        "Storage redundancy cannot be changed after protecting items to the vault.",
      );
    this.#properties = next;
    this.#refuseCrossRegion();
    this.tags = object(body.tags);
    // Switching it off purges at once what was deleted.
    if (this.softDelete.state === "Off") this.softDeleted.clear();
  }

  /** Deletes expired recovery points. */
  expire(now: number): void {
    for (const instance of this.instances.values()) instance.expire(now);
    for (const [name, { purgeAt }] of this.softDeleted) if (purgeAt <= now) this.softDeleted.delete(name);
  }

  describe(): JsonObject {
    return {
      id: this.id,
      name: this.name,
      type: "Microsoft.DataProtection/backupVaults",
      location: this.location,
      tags: this.tags,
      ...(this.principalId === undefined
        ? {}
        : { identity: { type: "SystemAssigned", principalId: this.principalId } }),
      properties: { ...this.#properties, provisioningState: "Succeeded" },
    };
  }

  /** Inferred from Recovery Services vaults: a vault of zone-redundant storage that asks for it would decide it. */
  #refuseCrossRegion(): void {
    const [storage] = this.#properties.storageSettings as JsonObject[];
    if (crossRegionOf(this.#properties) === "Enabled" && storage?.type !== "GeoRedundant")
      throw new ArmError(
        "UserErrorCrossRegionRestoreNotSupported",
        "Cross Region Restore needs geo-redundant storage.",
      );
  }
}

/**
 * [azure-mgmt-dataprotection, BackupVault, StorageSetting, SecuritySettings, FeatureSettings, MonitoringSettings]
 * [Microsoft Learn, "About Enhanced soft delete for Azure Backup": 14 to 180 days]
 */
function checkBody(body: JsonObject): void {
  only(body, ["location", "tags", "identity", "properties"], "BackupVaultResource");
  if (text(body.location) === undefined)
    throw new ArmError("LocationRequired", "The location property is required for this definition.");
  only(object(body.identity), ["type"], "DppIdentityDetails");
  const properties = object(body.properties);
  only(properties, ["storageSettings", "securitySettings", "featureSettings", "monitoringSettings"], "BackupVault");
  const [storage, ...others] = (properties.storageSettings ?? []) as JsonObject[];
  if (storage === undefined || others.length > 0) throw invalidParameter("storageSettings");
  only(storage, ["datastoreType", "type"], "StorageSetting");
  oneOf(storage.datastoreType, ["VaultStore"], "datastoreType");
  oneOf(storage.type, ["LocallyRedundant", "ZoneRedundant", "GeoRedundant"], "storageSettings.type");
  const security = object(properties.securitySettings);
  only(security, ["immutabilitySettings", "softDeleteSettings"], "SecuritySettings");
  only(object(security.immutabilitySettings), ["state"], "ImmutabilitySettings");
  const immutability = object(security.immutabilitySettings).state;
  if (immutability !== undefined) oneOf(immutability, ["Disabled", "Unlocked", "Locked"], "immutabilitySettings.state");
  const softDelete = object(security.softDeleteSettings);
  only(softDelete, ["state", "retentionDurationInDays"], "SoftDeleteSettings");
  if (softDelete.state !== undefined) oneOf(softDelete.state, ["On", "Off", "AlwaysOn"], "softDeleteSettings.state");
  const days = softDelete.retentionDurationInDays;
  if (days !== undefined && !(typeof days === "number" && days >= 14 && days <= 180))
    throw invalidParameter("retentionDurationInDays");
  const features = object(properties.featureSettings);
  only(features, ["crossRegionRestoreSettings"], "FeatureSettings");
  only(object(features.crossRegionRestoreSettings), ["state"], "CrossRegionRestoreSettings");
  const alerts = object(properties.monitoringSettings);
  only(alerts, ["azureMonitorAlertSettings"], "MonitoringSettings");
  only(object(alerts.azureMonitorAlertSettings), ["alertsForAllJobFailures"], "AzureMonitorAlertSettings");
}

/** [azure-mgmt-dataprotection, the enums of the models] How Azure Backup words it is inferred. */
function oneOf(value: JsonValue | undefined, allowed: readonly string[], what: string): void {
  if (!allowed.includes(value as string)) throw invalidParameter(what);
}

function immutabilityOf({ securitySettings }: JsonObject): string | undefined {
  return text(object(object(securitySettings).immutabilitySettings).state);
}

function softDeleteOf({ securitySettings }: JsonObject): JsonObject {
  return object(object(securitySettings).softDeleteSettings);
}

function crossRegionOf({ featureSettings }: JsonObject): string {
  return text(object(object(featureSettings).crossRegionRestoreSettings).state) ?? "Disabled";
}
