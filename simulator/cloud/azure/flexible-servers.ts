import type { SimulatedClock } from "../clock";
import * as durations from "./durations";
import { ArmError, invalidParameter, unknownMember } from "./error";
import { FlexibleServer } from "./flexible-server";
import type { FlexibleServerRules } from "./flexible-server-rules";
import { settingsOfServers } from "./flexible-server-settings";
import { isObject, type JsonObject, merged, object, text, without } from "./json";
import { locationOf } from "./location";
import { inGroup, resourceId } from "./resource-id";
import type { ArmResourceType, LateFailure, ResourceName } from "./resource-type";

/** Properties that only a creation accepts; both products have the same names for them. */
const CREATE_ONLY = ["administratorLogin", "sourceServerResourceId", "availabilityZone"];

/** The flexible servers of one product, in every resource group. Names are unique in the world, so in the simulation too. */
export class FlexibleServers {
  readonly rules: FlexibleServerRules;
  readonly #clock: SimulatedClock;
  readonly #servers = new Map<string, FlexibleServer>();
  /** Scripted: how the next change of a parameter ends after Azure has taken it. */
  nextParameterEnds: LateFailure | undefined;

  constructor(clock: SimulatedClock, rules: FlexibleServerRules) {
    this.#clock = clock;
    this.rules = rules;
  }

  find(name: string): FlexibleServer | undefined {
    return this.#servers.get(name.toLowerCase());
  }

  /** @throws {ArmError} when there is none. */
  server(name: string): FlexibleServer {
    const server = this.find(name);
    if (server) return server;
    throw new ArmError("ResourceNotFound", `The Resource '${this.rules.type}/${name}' was not found.`, 404);
  }

  all(): FlexibleServer[] {
    return [...this.#servers.values()];
  }

  /** What the Resource Manager offers of this product. */
  resourceTypes(): ArmResourceType[] {
    const { type, apiVersions } = this.rules;
    return [
      {
        type,
        apiVersions,
        get: (name) => {
          const server = this.#in(name);
          const body = server.describe();
          if (server.lock.isHeld) server.lock.seen();
          else server.settling = Math.max(0, server.settling - 1);
          return { body };
        },
        list: ({ resourceGroup }) =>
          [...this.#servers.values()]
            .filter(({ id }) => resourceGroup === "" || inGroup(id, resourceGroup))
            .map((server) => server.describe()),
        put: (name, body) => this.#put(name, body),
        patch: (name, body) => this.#patch(this.#in(name), body),
        delete: (name) => {
          const server = this.find(name.names[0] as string);
          if (!server || !inGroup(server.id, name.resourceGroup)) return {};
          server.lock.refuse();
          this.#servers.delete(server.name.toLowerCase());
          return { simulatedMillis: durations.DELETE_SERVER };
        },
        actions: {
          restart: (name) => {
            const server = this.#in(name);
            server.lock.refuse();
            if (server.settling > 0)
              return {
                simulatedMillis: durations.RESTART_SERVER,
                // [terraform-provider-azurerm #29219] Found out only while the operation is looked at.
                failure: {
                  code: "",
                  says: "ServerIsNotReady",
                  message: `Restart or Stop Server can only be performed on Started servers. Sever Name = ${server.name}, Current Server State = Updating`,
                },
              };
            server.pendingRestart.clear();
            return { simulatedMillis: durations.RESTART_SERVER, busy: [server.lock] };
          },
        },
      },
      ...settingsOfServers({
        rules: this.rules,
        server: (name) => this.#in(name),
        takeFailure: () => {
          const failure = this.nextParameterEnds;
          this.nextParameterEnds = undefined;
          return failure;
        },
      }),
    ];
  }

  #in({ names, resourceGroup }: ResourceName): FlexibleServer {
    const server = this.find(names[0] as string);
    if (server && inGroup(server.id, resourceGroup)) return server;
    throw new ArmError(
      "ResourceNotFound",
      `The Resource '${this.rules.type}/${names[0]}' under resource group '${resourceGroup}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
      404,
    );
  }

  #put(name: ResourceName, body: JsonObject) {
    const serverName = name.names[0] as string;
    this.#refuseUnknown(body, [...this.rules.properties, ...CREATE_ONLY, "createMode", this.rules.restoreTime]);
    const existing = this.find(serverName);
    if (existing && inGroup(existing.id, name.resourceGroup)) return this.#update(existing, body);
    if (existing) throw new ArmError("ServerNameAlreadyExists", "Specified server name is already used.", 409);
    if (!/^[a-z0-9](?:[a-z0-9-]{1,61})[a-z0-9]$/.test(serverName)) throw invalidParameter("ServerName");
    if (text(body.location) === undefined)
      throw new ArmError("LocationRequired", "The location property is required for this definition.");
    const id = resourceId(name.subscription, name.resourceGroup, this.rules.type, [serverName]);
    const mode = text(object(body.properties).createMode) ?? "Default";
    switch (mode) {
      case "Default":
      case "Create":
        return this.#create(id, body);
      case "PointInTimeRestore":
        return this.#restore(id, body);
      default:
        throw new ArmError("InvalidParameterValue", `The create mode ${mode} is not simulated.`);
    }
  }

  /** [azure-mgmt-postgresqlflexibleservers, Server] [azure-mgmt-mysqlflexibleservers, Server] A new server's members. */
  #create(id: string, body: JsonObject) {
    const properties = object(body.properties);
    if (!isObject(body.sku)) throw invalidParameter("Sku");
    if (!text(properties.administratorLogin)) throw invalidParameter("AdministratorLogin");
    if (!text(properties.administratorLoginPassword)) throw invalidParameter("AdministratorLoginPassword");
    if (properties.version !== undefined && !this.rules.versions.includes(properties.version as string))
      throw invalidParameter("Version");
    this.#refuseRetention(properties);
    this.#refuseStandby(properties);
    const server = new FlexibleServer(this.#clock, this.rules, id, body);
    server.properties.version ??= this.rules.versions.at(-1) as string;
    this.#servers.set(server.name, server);
    return { body: server.describe(), created: true as const, simulatedMillis: durations.CREATE_SERVER };
  }

  /**
   * [Microsoft Learn, "Backup and restore in Azure Database for PostgreSQL", point-in-time recovery] Into the source's
   * region, as it is.
   */
  #restore(id: string, body: JsonObject) {
    const properties = object(body.properties);
    const sourceId = text(properties.sourceServerResourceId);
    const source = [...this.#servers.values()].find((server) => server.id.toLowerCase() === sourceId?.toLowerCase());
    if (!source) throw invalidParameter("SourceServerResourceId");
    const time = text(properties[this.rules.restoreTime]);
    if (time === undefined) throw invalidParameter(capitalised(this.rules.restoreTime));
    const at = this.rules.parseRestoreTime(time);
    const range = source.restorableRange();
    if (at < range.earliest || at > range.latest) throw invalidParameter(capitalised(this.rules.restoreTime));
    if (locationOf(body.location as string) !== locationOf(source.location)) throw invalidParameter("Location");
    this.#refuseRetention(properties);
    this.rules.refuseRestore(source, body);
    const copy = new FlexibleServer(this.#clock, this.rules, id, {
      ...body,
      sku: body.sku ?? source.sku,
      properties: {
        version: source.properties.version ?? null,
        administratorLogin: source.properties.administratorLogin ?? null,
        ...properties,
        // By default, the copy has its source's size, and the speed of that size.
        storage: {
          ...without(object(source.properties.storage), ["iops", "autoIoScaling", "logOnDisk", "throughput", "tier"]),
          ...object(properties.storage),
        },
        backup: { ...object(source.properties.backup), ...object(properties.backup) },
        // A copy has no standby, even if the request has one.
        highAvailability: { mode: "Disabled" },
      },
    });
    this.rules.inherit(source, copy);
    copy.fillFrom(source, at);
    this.#servers.set(copy.name, copy);
    const accepted = this.rules.acceptedRestore?.(this.#clock.now());
    return {
      body: copy.describe(),
      created: true as const,
      simulatedMillis: durations.RESTORE_SERVER,
      busy: [copy.lock],
      ...(accepted ? { http: { status: 202, body: accepted, location: true as const } } : {}),
    };
  }

  /**
   * A PUT on a server that is there. [azure-mgmt-postgresqlflexibleservers, CreateMode] Inferred that a second restore is
   * refused; it would decide it.
   */
  #update(server: FlexibleServer, body: JsonObject) {
    const properties = object(body.properties);
    // A second restore into the same server: refuse it, so that nothing relies on it.
    const mode = text(properties.createMode);
    if (mode !== undefined && mode !== "Default" && mode !== "Update" && mode !== "Create")
      throw new ArmError("ServerNameAlreadyExists", "Specified server name is already used.", 409);
    for (const property of CREATE_ONLY)
      if (properties[property] !== undefined && properties[property] !== server.properties[property])
        throw invalidParameter(capitalised(property));
    return this.#patch(server, body);
  }

  /**
   * [Microsoft Learn, "Backup and restore in Azure Database for PostgreSQL"] Geo-redundancy is chosen at creation only.
   */
  #patch(server: FlexibleServer, body: JsonObject) {
    this.#refuseUnknown(body, [...this.rules.properties, ...CREATE_ONLY, "createMode"]);
    server.lock.refuse();
    if (server.state !== "Ready")
      throw new ArmError("ServerIsNotReady", `The server '${server.name}' is in the state ${server.state}.`, 409);
    const properties = object(body.properties);
    this.#refuseRetention(properties);
    this.#refuseStandby(properties);
    const whole = this.rules.backupIsWhole && isObject(properties.backup);
    const geo = object(properties.backup).geoRedundantBackup ?? (whole ? "Disabled" : undefined);
    const present = object(server.properties.backup).geoRedundantBackup ?? "Disabled";
    if (geo !== undefined && geo !== present) throw invalidParameter("GeoRedundantBackup");
    const days = object(properties.backup).backupRetentionDays as number | undefined;
    const before = text(object(server.properties.highAvailability).mode) ?? "Disabled";
    if (days !== undefined && days !== server.retentionDays) server.retainBackupsFor(days);
    server.properties = merged(server.properties, properties);
    if (isObject(body.tags)) server.tags = { ...(body.tags as Record<string, string>) };
    if (isObject(body.sku)) server.sku = { ...body.sku };
    if (isObject(body.identity)) server.identity = body.identity;
    const after = text(object(server.properties.highAvailability).mode) ?? "Disabled";
    return {
      body: server.describe(),
      simulatedMillis: before === after ? durations.UPDATE_SERVER : durations.SWITCH_HIGH_AVAILABILITY,
      busy: [server.lock],
    };
  }

  /** [azure-mgmt-postgresqlflexibleservers, Server] [azure-mgmt-mysqlflexibleservers, Server] */
  #refuseUnknown(body: JsonObject, known: readonly string[]): void {
    const unknown =
      Object.keys(body).find((key) => !["location", "tags", "sku", "identity", "properties"].includes(key)) ??
      Object.keys(object(body.properties)).find((key) => !known.includes(key));
    if (unknown) throw unknownMember(unknown, "Server");
  }

  /** [azure-mgmt-mysqlflexibleservers, HighAvailability] A standby of the same zone has no zone to choose. */
  #refuseStandby(properties: JsonObject): void {
    const { mode, standbyAvailabilityZone } = object(properties.highAvailability);
    if (standbyAvailabilityZone !== undefined && mode !== "ZoneRedundant")
      throw invalidParameter("StandbyAvailabilityZone");
  }

  /**
   * [Microsoft Learn, "Backup and restore in Azure Database for PostgreSQL": 7 to 35 days; "… MySQL - Flexible Server":
   * 1 to 35]
   */
  #refuseRetention(properties: JsonObject): void {
    const days = object(properties.backup).backupRetentionDays;
    if (days === undefined) return;
    const { minimum, maximum } = this.rules.retentionDays;
    if (typeof days !== "number" || !Number.isInteger(days) || days < minimum || days > maximum)
      throw invalidParameter("BackupRetentionDays");
  }
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
