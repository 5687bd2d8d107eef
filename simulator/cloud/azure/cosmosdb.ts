import type { Identifiers } from "../aws/identifiers";
import type { SimulatedClock } from "../clock";
import { blocked } from "./cosmosdb-access";
import { CosmosAccount, locationsOf } from "./cosmosdb-account";
import { answerDocuments } from "./cosmosdb-documents";
import { databasesToRestore } from "./cosmosdb-restore-parameters";
import { type DocumentAnswer, DocumentError, type DocumentRequest } from "./cosmosdb-wire";
import * as durations from "./durations";
import { ArmError, unknownMember } from "./error";
import { inGroup } from "./flexible-servers";
import { isObject, type JsonObject, object, text } from "./json";
import { locationOf } from "./location";
import { resourceId } from "./resource-id";
import type { ArmResourceType, ResourceName } from "./resource-type";

const TYPE = "Microsoft.DocumentDB/databaseAccounts";
const API_VERSIONS = ["2025-10-15", "2024-11-15"];

/** The properties of an account that are simulated. */
const PROPERTIES = [
  "apiProperties",
  "backupPolicy",
  "capabilities",
  "capacity",
  "consistencyPolicy",
  "cors",
  "createMode",
  "databaseAccountOfferType",
  "defaultIdentity",
  "disableKeyBasedMetadataWriteAccess",
  "disableLocalAuth",
  "enableAnalyticalStorage",
  "enableAutomaticFailover",
  "enableBurstCapacity",
  "enableMultipleWriteLocations",
  "enablePartitionMerge",
  "ipRules",
  "isVirtualNetworkFilterEnabled",
  "keyVaultKeyUri",
  "locations",
  "minimalTlsVersion",
  "networkAclBypass",
  "networkAclBypassResourceIds",
  "publicNetworkAccess",
  "restoreParameters",
  "virtualNetworkRules",
];

const CONSISTENCY_LEVELS = ["Eventual", "ConsistentPrefix", "Session", "BoundedStaleness", "Strong"];

/** Cosmos DB: accounts by their names, which are unique in the world. */
export class CosmosDb {
  readonly #clock: SimulatedClock;
  readonly #identifiers: Identifiers;
  readonly #subscription: string;
  readonly #accounts = new Map<string, CosmosAccount>();
  /** Deleted accounts with continuous backup stay restorable. */
  readonly #deleted: CosmosAccount[] = [];
  /** The public address from which documents are read. */
  callerAddress = "203.0.113.7";
  /**
   * Scripted: until when the firewalls refuse what their accounts' settings let in, in milliseconds since the epoch.
   * [Microsoft Learn, "Configure an IP firewall in Azure Cosmos DB"] Changes may take up to 15 minutes.
   */
  firewallBehindUntil = 0;
  /** Scripted: the next restore's operation ends in an error that its account belies. */
  nextRestoreSeemsToFail = false;

  constructor(clock: SimulatedClock, identifiers: Identifiers, subscription: string) {
    this.#clock = clock;
    this.#identifiers = identifiers;
    this.#subscription = subscription;
  }

  find(name: string): CosmosAccount | undefined {
    return this.#accounts.get(name.toLowerCase());
  }

  /** @throws {ArmError} when there is none. */
  account(name: string): CosmosAccount {
    const account = this.find(name);
    if (account) return account;
    throw new ArmError("ResourceNotFound", `The Resource '${TYPE}/${name}' was not found.`, 404);
  }

  accounts(): CosmosAccount[] {
    return [...this.#accounts.values()];
  }

  /** Answers a request to an account's document endpoint. @throws {DocumentError} */
  answerDocuments(request: DocumentRequest): DocumentAnswer {
    const account = this.find(request.host.split(".")[0] as string);
    // In the real world, the name of the host cannot be resolved.
    if (account === undefined) throw new DocumentError(404, "NotFound", `There is no host ${request.host}.`);
    const now = this.#clock.now();
    if (now < this.firewallBehindUntil) throw blocked(this.callerAddress);
    return answerDocuments(request, { account, address: this.callerAddress, now });
  }

  resourceTypes(): ArmResourceType[] {
    const database = `${TYPE}/sqlDatabases`;
    const container = `${database}/containers`;
    return [
      {
        type: TYPE,
        apiVersions: API_VERSIONS,
        get: (name) => {
          const account = this.#in(name);
          const body = account.describe();
          account.lock.seen();
          return { body };
        },
        list: ({ resourceGroup }) =>
          [...this.#accounts.values()]
            .filter(({ id }) => inGroup(id, resourceGroup))
            .map((account) => account.describe()),
        put: (name, body) => this.#put(name, body),
        patch: (name, body) => this.#update(this.#in(name), body, false),
        delete: (name) => this.#delete(name),
        actions: { listKeys: (name) => ({ body: { ...this.#in(name).keys } }) },
      },
      {
        type: database,
        apiVersions: API_VERSIONS,
        list: (name) => {
          const account = this.#in(name);
          const names = new Set(account.containers().map(({ database }) => database));
          return [...names].map((each) => ({ id: `${account.id}/sqlDatabases/${each}`, name: each, type: database }));
        },
      },
      {
        type: container,
        apiVersions: API_VERSIONS,
        list: (name) => {
          const account = this.#in(name);
          return account
            .containers()
            .filter(({ database }) => database === name.names[1])
            .map(({ database, container: each }) => ({
              id: `${account.id}/sqlDatabases/${database}/containers/${each}`,
              name: each,
              type: container,
            }));
        },
        actions: {
          retrieveContinuousBackupInformation: (name, body) => this.#backupInformation(name, body),
        },
      },
      {
        type: `${container}/storedProcedures`,
        apiVersions: API_VERSIONS,
        list: (name) => {
          const [, database, container] = name.names as [string, string, string];
          const procedures = this.#in(name).container(database, container)?.storedProcedures ?? [];
          return [...procedures].map((each) => ({ name: each }));
        },
      },
      {
        type: "Microsoft.DocumentDB/restorableDatabaseAccounts",
        apiVersions: API_VERSIONS,
        list: () => this.#allRestorable().map((account) => this.#describeRestorable(account)),
      },
      {
        type: "Microsoft.DocumentDB/locations/restorableDatabaseAccounts",
        apiVersions: API_VERSIONS,
        get: ({ names }) => {
          const [location, instanceId] = names as [string, string];
          const account = this.#restorable(location).find((each) => each.instanceId === instanceId);
          if (account) return { body: this.#describeRestorable(account) };
          throw new ArmError(
            "NotFound",
            `Could not find restorable database account with instance id ${instanceId}`,
            404,
          );
        },
        list: ({ names }) => this.#restorable(names[0] as string).map((account) => this.#describeRestorable(account)),
      },
    ];
  }

  #in({ names, resourceGroup }: ResourceName): CosmosAccount {
    const account = this.find(names[0] as string);
    if (account && inGroup(account.id, resourceGroup)) return account;
    throw new ArmError(
      "ResourceNotFound",
      `The Resource '${TYPE}/${names[0]}' under resource group '${resourceGroup}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
      404,
    );
  }

  #put(name: ResourceName, body: JsonObject) {
    const accountName = name.names[0] as string;
    refuseUnknown(body);
    const existing = this.find(accountName);
    if (existing && inGroup(existing.id, name.resourceGroup)) return this.#update(existing, body, true);
    if (existing) throw badRequest(`Dns record for ${accountName} under zone Document is already taken.`);
    if (!/^[a-z0-9][a-z0-9-]{1,42}[a-z0-9]$/.test(accountName))
      throw badRequest(`DatabaseAccount name '${accountName}' must be 3 to 44 small letters, digits and hyphens.`);
    const properties = object(body.properties);
    if (properties.databaseAccountOfferType !== "Standard")
      throw badRequest("databaseAccountOfferType must be Standard.");
    if (!text(body.location))
      throw new ArmError("LocationRequired", "The location property is required for this definition.");
    const locations = locationsOf(properties);
    if (locations.length === 0) throw badRequest("locations must name at least one region.");
    refuseConsistency(properties);
    const id = resourceId(name.subscription, name.resourceGroup, TYPE, [accountName]);
    const mode = text(properties.createMode) ?? "Default";
    if (mode === "Restore") return this.#restore(id, body);
    if (mode !== "Default") throw badRequest(`The create mode ${mode} is not simulated.`);
    const account = this.#made(id, {
      ...body,
      properties: {
        consistencyPolicy: { defaultConsistencyLevel: "Session" },
        backupPolicy: { type: "Periodic" },
        publicNetworkAccess: "Enabled",
        ...properties,
      },
    });
    return {
      body: account.describe(),
      created: true as const,
      simulatedMillis: durations.CREATE_ACCOUNT,
      busy: [account.lock],
    };
  }

  #restore(id: string, body: JsonObject) {
    const properties = object(body.properties);
    const parameters = object(properties.restoreParameters);
    const from = text(parameters.restoreSource) ?? "";
    const match = /\/locations\/([^/]+)\/restorableDatabaseAccounts\/([^/]+)$/i.exec(from);
    if (!match) throw badRequest(`Failed to parse uri ${from}`);
    const [, region, instanceId] = match as unknown as [string, string, string];
    const source = this.#restorable(region).find((account) => account.instanceId === instanceId);
    if (!source)
      throw badRequest(`Cannot find regional database account associated with global instance id ${instanceId}`);
    if (parameters.restoreMode !== "PointInTime") throw badRequest("restoreMode must be PointInTime.");
    if (object(properties.backupPolicy).type !== "Continuous")
      throw badRequest("A restored account must have continuous backup.");
    const only = databasesToRestore(parameters, source);
    const locations = locationsOf(properties);
    // [azure-cli, cosmosdb/custom.py: cli_cosmosdb_restore] The copy's location is that of the restorable account.
    if (locationOf(text(body.location) ?? "") !== locationOf(source.location))
      throw badRequest(`The location of a restored account must be that of restoreSource, '${source.location}'.`);
    if (locations.length !== 1)
      throw badRequest("locations must name exactly one region in which the source is backed up.");
    const time = text(parameters.restoreTimestampInUtc) ?? "";
    if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(time))
      throw badRequest(`The restore timestamp '${time}' is not in ISO-8601 format.`);
    const at = Date.parse(time);
    const range = source.restorableRange();
    if (!range || at < range.earliest || at > range.latest)
      throw badRequest("Invalid restore timestamp. Please provide a time (in UTC) after the account has been created.");
    // [Microsoft Learn, Cosmos DB continuous backup: current limitations] No region where the source did not exist.
    if (!source.wasIn(locations[0] as string, at))
      throw badRequest(
        `Cannot find a database account with name ${source.name} that is online at ${time} in location ${locations[0]}`,
      );
    const { keyVaultKeyUri = null, defaultIdentity = null } = source.properties;
    if (keyVaultKeyUri !== null) {
      // [Microsoft Learn, how-to-setup-customer-managed-keys: continuous backups] Of the identities that may read the
      // key, a user-assigned one alone can be another account's, too.
      const isUserAssigned = (identity: unknown) => /^UserAssignedIdentity=/.test(String(identity));
      if (!isUserAssigned(defaultIdentity) || !isUserAssigned(properties.defaultIdentity))
        throw badRequest("The default identity of an account with customer-managed keys must be user-assigned.");
      const named = String(properties.defaultIdentity).replace("UserAssignedIdentity=", "");
      if (!(named in object(object(body.identity).userAssignedIdentities)))
        throw badRequest(`The default identity ${named} is not assigned to the account.`);
    }
    const account = this.#made(id, {
      ...body,
      kind: source.kind,
      properties: {
        ...properties,
        ...(keyVaultKeyUri === null ? {} : { keyVaultKeyUri }),
        // Whatever was asked for: level, firewall and virtual networks are not honoured, and only "Disabled" is heard.
        consistencyPolicy: { defaultConsistencyLevel: "Session" },
        publicNetworkAccess: properties.publicNetworkAccess === "Disabled" ? "Disabled" : "Enabled",
        ipRules: [],
        virtualNetworkRules: [],
        isVirtualNetworkFilterEnabled: false,
      },
    });
    account.fillFrom(source, at, only);
    account.restoreParameters = { ...parameters, restoreTimestampInUtc: instant(at) };
    if (keyVaultKeyUri !== null && properties.defaultIdentity === defaultIdentity)
      account.keyReadBy = source.instanceId;
    const failure = this.nextRestoreSeemsToFail
      ? {
          // [azure-cli #32608, #32752] The operation's status says so although the account comes.
          status: 403,
          code: "Forbidden",
          message: `Database Account ${account.name}-${locations[0]} does not exist`,
        }
      : undefined;
    this.nextRestoreSeemsToFail = false;
    return {
      body: account.describe(),
      created: true as const,
      simulatedMillis: durations.RESTORE_ACCOUNT,
      busy: [account.lock],
      failure,
    };
  }

  /** A change of an account that is there. Restore parameters are taken without a word, and restore nothing. */
  #update(account: CosmosAccount, body: JsonObject, whole: boolean) {
    refuseUnknown(body);
    account.lock.refuse();
    const { backupPolicy, createMode: _mode, restoreParameters: _parameters, ...properties } = object(body.properties);
    refuseConsistency(properties);
    let simulatedMillis = durations.UPDATE_ACCOUNT;
    if (isObject(backupPolicy)) {
      if (account.isContinuous && backupPolicy.type !== "Continuous")
        throw badRequest("Database account with continuous backup mode cannot be changed to periodic backup mode.");
      if (!account.isContinuous && backupPolicy.type === "Continuous") simulatedMillis = durations.MIGRATE_BACKUP;
      account.setBackupPolicy(backupPolicy);
    }
    const kept = account.properties.backupPolicy as JsonObject;
    account.properties = { ...(whole ? {} : account.properties), ...properties, backupPolicy: kept };
    if (whole) {
      account.properties.consistencyPolicy ??= { defaultConsistencyLevel: "Session" };
      account.properties.publicNetworkAccess ??= "Enabled";
    }
    if (isObject(body.tags)) account.tags = { ...(body.tags as Record<string, string>) };
    if (isObject(body.identity)) {
      account.identity = body.identity;
      if (account.keyReadBy !== undefined) account.revoked = false;
      account.keyReadBy = undefined;
    }
    account.noteRegions();
    const described = account.describe();
    return {
      body: described,
      simulatedMillis,
      busy: [account.lock],
      // [azure-cli's recordings of cosmosdb update] 200 with both addresses, and a status of Cosmos DB's own.
      http: {
        status: 200,
        body: { ...described, properties: { ...object(described.properties), provisioningState: "Updating" } },
        underWay: "Dequeued",
        location: true as const,
      },
    };
  }

  #delete(name: ResourceName) {
    const account = this.find(name.names[0] as string);
    if (!account || !inGroup(account.id, name.resourceGroup)) return {};
    account.lock.refuse();
    this.#accounts.delete(account.name.toLowerCase());
    if (account.isContinuous) {
      account.deletedAt = this.#clock.now();
      this.#deleted.push(account);
    }
    this.#revokeCopiesOf(account);
    return { simulatedMillis: durations.DELETE_ACCOUNT };
  }

  #revokeCopiesOf(source: CosmosAccount): void {
    for (const copy of this.#accounts.values()) if (copy.keyReadBy === source.instanceId) copy.revoked = true;
  }

  #made(id: string, body: JsonObject): CosmosAccount {
    const key = () => Buffer.from(this.#identifiers.hex(64), "hex").toString("base64");
    const keys = {
      primaryMasterKey: key(),
      secondaryMasterKey: key(),
      primaryReadonlyMasterKey: key(),
      secondaryReadonlyMasterKey: key(),
    };
    const account = new CosmosAccount(this.#clock, id, this.#identifiers.uuid(), keys, body);
    this.#accounts.set(account.name.toLowerCase(), account);
    return account;
  }

  #backupInformation(name: ResourceName, body: JsonObject) {
    const account = this.#in(name);
    const [, database, container] = name.names as [string, string, string];
    if (!account.container(database, container))
      throw new ArmError("NotFound", `The container ${database}/${container} was not found.`, 404);
    const range = account.restorableRange();
    if (!range) throw badRequest("The account has no continuous backup.");
    if (!locationsOf(account.properties).includes(locationOf(text(body.location) ?? "")))
      throw badRequest(`The account is not in the region '${body.location}'.`);
    return {
      body: {
        continuousBackupInformation: { latestRestorableTimestamp: americanTime(range.latest) },
      },
      simulatedMillis: 1000,
    };
  }

  /** All that can be restored; a deleted account for as long as its backups last. */
  #allRestorable(): CosmosAccount[] {
    const last = (account: CosmosAccount) => (account.deletedAt ?? account.now()) + account.tierMillis > account.now();
    return [...this.#accounts.values(), ...this.#deleted].filter((account) => account.isContinuous && last(account));
  }

  /** An account is listed under one location, regardless of its regions and failovers. */
  #restorable(location: string): CosmosAccount[] {
    return this.#allRestorable().filter((account) => locationOf(account.location) === locationOf(location));
  }

  #describeRestorable(account: CosmosAccount): JsonObject {
    const location = locationOf(account.location);
    return {
      id: `/subscriptions/${this.#subscription}/providers/Microsoft.DocumentDB/locations/${location}/restorableDatabaseAccounts/${account.instanceId}`,
      name: account.instanceId,
      location,
      type: "Microsoft.DocumentDB/locations/restorableDatabaseAccounts",
      properties: {
        accountName: account.name,
        apiType: "Sql",
        creationTime: new Date(account.createdAt).toISOString(),
        // [azure-powershell #25130] Of a deleted account it is the tier's days ago, before its creation too.
        oldestRestorableTime: instant(
          account.deletedAt
            ? account.now() - account.tierMillis
            : (account.restorableRange()?.earliest ?? account.createdAt),
        ),
        ...(account.deletedAt ? { deletionTime: instant(account.deletedAt) } : {}),
        restorableLocations: account.regions.map(({ locationName, creationTime, deletionTime }) => ({
          locationName,
          creationTime: instant(creationTime),
          ...(deletionTime === undefined ? {} : { deletionTime: instant(deletionTime) }),
        })),
      },
    };
  }
}

function instant(millis: number): string {
  return new Date(millis).toISOString();
}

/** `10/26/2021 5:27:45 PM`, in UTC: the form in which Azure returns this time. */
function americanTime(millis: number): string {
  return new Date(millis)
    .toLocaleString("en-US", { timeZone: "UTC" })
    .replace(",", "")
    .replace(/\s([AP]M)$/, " $1");
}

function refuseConsistency(properties: JsonObject): void {
  const level = object(properties.consistencyPolicy).defaultConsistencyLevel;
  if (level !== undefined && !CONSISTENCY_LEVELS.includes(level as string))
    throw badRequest(`The consistency level '${level}' is not valid.`);
}

function refuseUnknown(body: JsonObject): void {
  const unknown =
    Object.keys(body).find((key) => !["location", "tags", "kind", "identity", "properties"].includes(key)) ??
    Object.keys(object(body.properties)).find((key) => !PROPERTIES.includes(key));
  if (unknown) throw unknownMember(unknown, "DatabaseAccountCreateUpdateParameters");
}

function badRequest(message: string): ArmError {
  return new ArmError("BadRequest", message);
}
