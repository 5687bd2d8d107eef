import { History } from "../aws/history";
import type { SimulatedClock } from "../clock";
import { ChangeLock } from "./change-lock";
import { RequestUnits } from "./cosmosdb-throughput";
import { ArmError } from "./error";
import { type JsonObject, type JsonValue, object, text, without } from "./json";
import { locationOf } from "./location";

const DAY = 24 * 60 * 60 * 1000;

/**
 * A container's newest restorable instant lies up to this far behind now. [Microsoft Learn, "Latest restorable timestamp
 * for Azure Cosmos DB accounts with continuous backup mode"]
 */
const BACKUP_LAG_MILLIS = 100 * 1000;

/** An item as far as the simulation cares: any plain object. */
export type Item = Record<string, unknown>;

/** One container: its items with their history, and the stored procedures, which no backup holds. */
export class Container {
  readonly items = new History<Item>();
  readonly storedProcedures = new Set<string>();
  /** How many partition key ranges hold the items. */
  ranges = 1;
  /** Whether it has throughput of its own. ScalarDB's containers share their database's. [scalardb: storage/cosmos/CosmosAdmin.java] */
  hasOwnThroughput = false;
}

/** The containers that a restore selects, by database; an absent list selects all of the database. */
export type DatabasesToRestore = ReadonlyMap<string, readonly string[] | undefined>;

export interface AccountKeys {
  primaryMasterKey: string;
  secondaryMasterKey: string;
  primaryReadonlyMasterKey: string;
  secondaryReadonlyMasterKey: string;
}

/** One Cosmos DB account: what Azure knows of it, and the items of its containers with their history. */
export class CosmosAccount {
  readonly name: string;
  readonly id: string;
  /** What a restore names its source by; it outlives the account. */
  readonly instanceId: string;
  readonly createdAt: number;
  readonly keys: AccountKeys;
  location: string;
  kind: string;
  tags: Record<string, string>;
  identity: JsonObject | undefined;
  properties: JsonObject;
  /** Of a restored account. [azure-mgmt-cosmosdb, DatabaseAccountGetResults.restore_parameters] */
  restoreParameters: JsonObject | undefined;
  /** The request units that reads have consumed. */
  readonly throughput = new RequestUnits();
  readonly privateEndpoints = new Set<string>();
  /**
   * [terraform-provider-azurerm #14364, #11126, #15842] Changes of an account and of the private endpoints to it exclude
   * each other.
   */
  readonly lock = new ChangeLock(
    () =>
      new ArmError(
        "PreconditionFailed",
        `There is already an operation in progress which requires exclusive lock on this service ${this.name}. Please retry the operation after sometime.`,
        412,
      ),
  );
  /** Scripted: how the next switch from periodic to continuous backup ends. */
  migrationEndsAs: "Failed" | "InProgress" | "Invalid" | undefined;
  /** Regions that the account had, and those that it has, since when and until when. */
  readonly regions: { locationName: string; creationTime: number; deletionTime?: number }[] = [];
  /**
   * The restored account whose identity this one reads its key by, until it is given one of its own.
   * [Microsoft Learn, how-to-setup-customer-managed-keys: assign a new managed identity to the restored account to
   * continue accessing or recover access to it]
   */
  keyReadBy: string | undefined;
  /** Whether it has lost its key: then it cannot be read any more. */
  revoked = false;
  deletedAt: number | undefined;
  /** How far the database's own clock is ahead of the cloud's. */
  skewMillis = 0;

  readonly #clock: SimulatedClock;
  readonly #containers = new Map<string, Container>();
  #continuousSince: number | undefined;
  /** [azure-mgmt-cosmosdb, BackupPolicyMigrationState] A switch to continuous backup that has not been completed. */
  migrationState: { status: string; targetType: string; startTime: string } | undefined;

  constructor(clock: SimulatedClock, id: string, instanceId: string, keys: AccountKeys, body: JsonObject) {
    this.#clock = clock;
    this.id = id;
    this.name = id.split("/").at(-1) as string;
    this.instanceId = instanceId;
    this.keys = keys;
    this.createdAt = clock.now();
    this.location = body.location as string;
    this.kind = text(body.kind) ?? "GlobalDocumentDB";
    this.tags = { ...(object(body.tags) as Record<string, string>) };
    this.identity = body.identity ? object(body.identity) : undefined;
    this.properties = object(body.properties);
    if (this.isContinuous) this.#continuousSince = this.createdAt;
    this.noteRegions();
  }

  /** Notes which regions have come and gone with a change. */
  noteRegions(): void {
    const present = locationsOf(this.properties);
    for (const region of this.regions)
      if (region.deletionTime === undefined && !present.includes(region.locationName)) region.deletionTime = this.now();
    for (const locationName of present)
      if (!this.regions.some((region) => region.locationName === locationName && region.deletionTime === undefined))
        this.regions.push({ locationName, creationTime: this.now() });
  }

  /** Whether the account was in a region at an instant. */
  wasIn(region: string, at: number): boolean {
    return this.regions.some(
      ({ locationName, creationTime, deletionTime = Number.POSITIVE_INFINITY }) =>
        locationName === region && creationTime <= at && at < deletionTime,
    );
  }

  /** The database's own clock. */
  now(): number {
    return this.#clock.now() + this.skewMillis;
  }

  createContainer(database: string, container: string, storedProcedures: readonly string[] = []): Container {
    const key = `${database}/${container}`;
    const made = this.#containers.get(key) ?? new Container();
    for (const procedure of storedProcedures) made.storedProcedures.add(procedure);
    this.#containers.set(key, made);
    return made;
  }

  /** By database and container. */
  containers(): { database: string; container: string }[] {
    return [...this.#containers.keys()].map((key) => {
      const [database, container] = key.split("/") as [string, string];
      return { database, container };
    });
  }

  container(database: string, container: string): Container | undefined {
    return this.#containers.get(`${database}/${container}`);
  }

  putItem(database: string, container: string, key: string, item: Item, at: number = this.now()): void {
    this.createContainer(database, container).items.set(key, item, at);
  }

  deleteItem(database: string, container: string, key: string, at: number = this.now()): void {
    this.createContainer(database, container).items.delete(key, at);
  }

  /** A container's items by key, as of an instant of the database's own clock; empty when there is no such container. */
  items(database: string, container: string, at: number = this.now()): Map<string, Item> {
    return this.container(database, container)?.items.at(at) ?? new Map();
  }

  /** Takes the data of another account as of an instant: containers and items, no stored procedures. */
  fillFrom(source: CosmosAccount, at: number, only?: DatabasesToRestore): void {
    for (const { database, container } of source.containers()) {
      if (only && !(only.has(database) && (only.get(database)?.includes(container) ?? true))) continue;
      const copy = this.createContainer(database, container);
      for (const [key, item] of source.items(database, container, at)) copy.items.set(key, item, this.createdAt);
    }
  }

  get isContinuous(): boolean {
    return text(object(this.properties.backupPolicy).type) === "Continuous";
  }

  get tier(): string {
    const { continuousModeProperties } = object(this.properties.backupPolicy);
    return text(object(continuousModeProperties).tier) ?? "Continuous30Days";
  }

  /** Takes a backup policy that is allowed; the range begins anew, or goes on as far as it reached. */
  setBackupPolicy(policy: JsonObject): void {
    const status = this.migrationEndsAs;
    if (!this.isContinuous && policy.type === "Continuous" && status !== undefined) {
      this.migrationState = { status, targetType: "Continuous", startTime: new Date(this.now()).toISOString() };
      return;
    }
    this.migrationState = undefined;
    const range = this.restorableRange();
    this.properties.backupPolicy = policy;
    if (this.isContinuous) this.#continuousSince = range?.earliest ?? this.now();
  }

  /** What can be restored now; undefined with periodic backup. */
  restorableRange(): { earliest: number; latest: number } | undefined {
    if (!this.isContinuous || this.#continuousSince === undefined) return undefined;
    const earliest = Math.max(this.#continuousSince, this.now() - this.tierMillis);
    return { earliest, latest: Math.max(earliest, (this.deletedAt ?? this.now()) - BACKUP_LAG_MILLIS) };
  }

  /**
   * [Microsoft Learn, "Latest restorable timestamp for Azure Cosmos DB accounts with continuous backup mode"] Of an account
   * with continuous backup; the epoch for a container with data of which there is no backup yet.
   */
  newestBackup({ items: { since } }: Container): number | undefined {
    const range = this.restorableRange();
    if (!range || since === undefined) return range?.latest;
    return Math.max(since, range.earliest) + BACKUP_LAG_MILLIS > this.now() ? 0 : range.latest;
  }

  get tierMillis(): number {
    return (this.tier === "Continuous7Days" ? 7 : 30) * DAY;
  }

  get endpoint(): string {
    return `https://${this.name}.documents.azure.com:443/`;
  }

  /** As a GET returns it. */
  describe(): JsonObject {
    const locations = ((this.properties.locations ?? []) as JsonValue[]).map(
      (location, index): JsonObject => ({
        failoverPriority: index,
        isZoneRedundant: false,
        ...object(location),
      }),
    );
    const backupPolicy: JsonObject = this.isContinuous
      ? { type: "Continuous", continuousModeProperties: { tier: this.tier } }
      : {
          type: "Periodic",
          ...(this.migrationState ? { migrationState: this.migrationState } : {}),
          periodicModeProperties: {
            backupIntervalInMinutes: 240,
            backupRetentionIntervalInHours: 8,
            backupStorageRedundancy: "Geo",
            ...object(object(this.properties.backupPolicy).periodicModeProperties),
          },
        };
    return {
      id: this.id,
      name: this.name,
      type: "Microsoft.DocumentDB/databaseAccounts",
      location: this.location,
      kind: this.kind,
      tags: this.tags,
      ...(this.identity ? { identity: this.identity } : {}),
      systemData: { createdAt: new Date(this.createdAt).toISOString() },
      properties: {
        ...without(this.properties, ["createMode", "restoreParameters", "backupPolicy"]),
        ...(this.restoreParameters ? { createMode: "Restore", restoreParameters: this.restoreParameters } : {}),
        provisioningState: this.lock.isHeld ? "Updating" : "Succeeded",
        documentEndpoint: this.endpoint,
        instanceId: this.instanceId,
        ...(this.properties.keyVaultKeyUri
          ? {
              customerManagedKeyStatus: this.revoked
                ? "Access to your account is currently revoked."
                : "Access to the configured customer managed key confirmed.",
            }
          : {}),
        locations,
        writeLocations: locations.slice(0, 1),
        readLocations: locations,
        backupPolicy,
        privateEndpointConnections: [...this.privateEndpoints].map((id) => ({
          id: `${this.id}/privateEndpointConnections/${id.split("/").at(-1)}`,
          properties: {
            privateEndpoint: { id },
            privateLinkServiceConnectionState: { status: "Approved" },
            provisioningState: "Succeeded",
          },
        })),
      },
    };
  }
}

export function locationsOf(properties: JsonObject): string[] {
  return ((properties.locations ?? []) as JsonValue[]).map((each) => locationOf(text(object(each).locationName) ?? ""));
}
