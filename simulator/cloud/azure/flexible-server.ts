import { History } from "../aws/history";
import type { SimulatedClock } from "../clock";
import { ChangeLock } from "./change-lock";
import { ArmError } from "./error";
import { type JsonObject, merged, object, text, without } from "./json";

const DAY = 24 * 60 * 60 * 1000;

/**
 * The newest instant that can be restored lies this far behind now: logs are backed up that often. [Microsoft Learn, "Backup
 * and restore in Azure Database for PostgreSQL": up to 5 minutes; "… MySQL - Flexible Server": every five minutes]
 */
export const RESTORE_LAG_MILLIS = 5 * 60 * 1000;

/** A row as far as the simulation cares: any plain object. */
export type Row = Record<string, unknown>;

/** One server parameter of a product. */
export interface ParameterRule {
  default: string;
  /** Takes effect without a restart. */
  dynamic?: true;
  readOnly?: true;
}

/** What a server itself shows of its product. */
export interface ServerRules {
  /** Such as `Microsoft.DBforPostgreSQL/flexibleServers`. */
  type: string;
  dnsSuffix: string;
  roleOfPrimary: string;
  parameters: Readonly<Record<string, ParameterRule>>;
  /** The properties that Azure fills in where a PUT leaves them out. */
  defaults: JsonObject;
  /** The input that names the instant to restore to. */
  restoreTime: string;
}

/** One flexible server: what Azure knows of it, and the rows of its tables with their history. */
export class FlexibleServer {
  readonly name: string;
  readonly id: string;
  readonly createdAt: number;
  location: string;
  tags: Record<string, string>;
  sku: JsonObject;
  identity: JsonObject | undefined;
  /** As last set, without computed properties. */
  properties: JsonObject;
  /** `Ready`, `Stopped` and so on. */
  state = "Ready";
  /** [azure-postgresql #134] It works at one change at a time. */
  readonly lock = new ChangeLock(
    () =>
      new ArmError(
        "ServerIsBusy",
        `Cannot complete operation while server '${this.name}' is busy processing another operation. Try again later.`,
        409,
      ),
  );
  /** [terraform-provider-azurerm #29219] So many looks long it is still updating itself after a change is said to be done. */
  settling = 0;
  readonly parameters = new Map<string, string>();
  readonly pendingRestart = new Set<string>();
  readonly firewallRules = new Map<string, JsonObject>();
  /** Ids of the private endpoints that lead here. */
  readonly privateEndpoints = new Set<string>();
  /** How far the database's own clock is ahead of the cloud's. */
  skewMillis = 0;

  readonly #clock: SimulatedClock;
  readonly #rules: ServerRules;
  readonly #tables = new Map<string, History<Row>>();
  #backedUpSince: number;

  constructor(clock: SimulatedClock, rules: ServerRules, id: string, body: JsonObject) {
    this.#clock = clock;
    this.#rules = rules;
    this.id = id;
    this.name = id.split("/").at(-1) as string;
    this.createdAt = clock.now();
    this.#backedUpSince = this.createdAt;
    this.location = body.location as string;
    this.tags = { ...(object(body.tags) as Record<string, string>) };
    this.sku = object(body.sku);
    this.identity = body.identity ? object(body.identity) : undefined;
    this.properties = merged(rules.defaults, object(body.properties));
  }

  /** The database's own clock. */
  now(): number {
    return this.#clock.now() + this.skewMillis;
  }

  put(table: string, key: string, row: Row, at: number = this.now()): void {
    this.#history(table).set(key, row, at);
  }

  delete(table: string, key: string, at: number = this.now()): void {
    this.#history(table).delete(key, at);
  }

  /** A table's rows by key, as of an instant of the database's own clock; empty when there is no such table. */
  rows(table: string, at: number = this.now()): Map<string, Row> {
    return this.#tables.get(table)?.at(at) ?? new Map();
  }

  /** All tables with their rows as of an instant, as `pg_dump` writes them. */
  dump(at: number): Map<string, Map<string, Row>> {
    return new Map([...this.#tables.keys()].map((table) => [table, this.rows(table, at)]));
  }

  /** Takes the rows of another server as of an instant. */
  fillFrom(source: FlexibleServer, at: number): void {
    for (const table of source.#tables.keys())
      this.#tables.set(table, History.from(source.rows(table, at), this.createdAt));
  }

  get retentionDays(): number {
    return (object(this.properties.backup).backupRetentionDays as number | undefined) ?? 7;
  }

  /** What a shorter retention has dropped does not come back with a longer one. */
  retainBackupsFor(days: number): void {
    this.#backedUpSince = this.restorableRange().earliest;
    this.properties.backup = { ...object(this.properties.backup), backupRetentionDays: days };
  }

  restorableRange(): { earliest: number; latest: number } {
    const now = this.now();
    const earliest = Math.max(this.#backedUpSince, now - this.retentionDays * DAY);
    return { earliest, latest: Math.max(earliest, now - RESTORE_LAG_MILLIS) };
  }

  get host(): string {
    return `${this.name}.${this.#rules.dnsSuffix}`;
  }

  /** The value of a parameter, its default unless it was set. */
  parameter(name: string): string | undefined {
    return this.parameters.get(name) ?? this.#rules.parameters[name]?.default;
  }

  /** As a GET returns it. */
  describe(): JsonObject {
    const { properties } = this;
    const backup = object(properties.backup);
    const highAvailability = object(properties.highAvailability);
    const mode = text(highAvailability.mode) ?? "Disabled";
    // A standby of the same zone is returned with that zone, although no request named it.
    const zone = mode === "SameZone" ? properties.availabilityZone : highAvailability.standbyAvailabilityZone;
    return {
      id: this.id,
      name: this.name,
      type: this.#rules.type,
      location: this.location,
      tags: this.tags,
      sku: this.sku,
      ...(this.identity ? { identity: this.identity } : {}),
      systemData: { createdAt: new Date(this.createdAt).toISOString() },
      properties: {
        // Never returned: how it was made, and the password.
        ...without(properties, [
          "createMode",
          "administratorLoginPassword",
          this.#rules.restoreTime,
          "sourceServerResourceId",
        ]),
        state: this.state === "Ready" && (this.settling > 0 || this.lock.isHeld) ? "Updating" : this.state,
        fullyQualifiedDomainName: this.host,
        replicationRole: properties.replicationRole ?? this.#rules.roleOfPrimary,
        backup: {
          geoRedundantBackup: "Disabled",
          ...backup,
          backupRetentionDays: this.retentionDays,
          earliestRestoreDate: new Date(this.restorableRange().earliest).toISOString(),
        },
        highAvailability: {
          mode,
          ...(zone ? { standbyAvailabilityZone: zone } : {}),
          state: mode === "Disabled" ? "NotEnabled" : "Healthy",
        },
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

  #history(table: string): History<Row> {
    let history = this.#tables.get(table);
    if (!history) {
      history = new History();
      this.#tables.set(table, history);
    }
    return history;
  }
}
