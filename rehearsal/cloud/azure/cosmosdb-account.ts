import { History } from "../aws/history";
import type { SimulatedClock } from "../clock";
import { type JsonObject, type JsonValue, object, text, without } from "./json";

const DAY = 24 * 60 * 60 * 1000;

/** A container's newest restorable instant lies up to this far behind now. */
export const BACKUP_LAG_MILLIS = 100 * 1000;

/** An item as far as the simulation cares: any plain object. */
export type Item = Record<string, unknown>;

/** One container: its items with their history, and the stored procedures, which no backup holds. */
export class Container {
  readonly items = new History<Item>();
  readonly storedProcedures = new Set<string>();
}

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
  readonly privateEndpoints = new Set<string>();
  deletedAt: number | undefined;
  /** How far the database's own clock is ahead of the cloud's. */
  skewMillis = 0;

  readonly #clock: SimulatedClock;
  readonly #containers = new Map<string, Container>();
  #continuousSince: number | undefined;

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
  fillFrom(source: CosmosAccount, at: number): void {
    for (const { database, container } of source.containers()) {
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
    const range = this.restorableRange();
    this.properties.backupPolicy = policy;
    if (this.isContinuous) this.#continuousSince = range?.earliest ?? this.now();
  }

  /** What can be restored now; undefined with periodic backup. */
  restorableRange(): { earliest: number; latest: number } | undefined {
    if (!this.isContinuous || this.#continuousSince === undefined) return undefined;
    const now = this.deletedAt ?? this.now();
    const days = this.tier === "Continuous7Days" ? 7 : 30;
    const earliest = Math.max(this.#continuousSince, now - days * DAY);
    return { earliest, latest: Math.max(earliest, now - BACKUP_LAG_MILLIS) };
  }

  get endpoint(): string {
    return `https://${this.name}.documents.azure.com:443/`;
  }

  /** As a GET tells it. */
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
        provisioningState: "Succeeded",
        documentEndpoint: this.endpoint,
        instanceId: this.instanceId,
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
