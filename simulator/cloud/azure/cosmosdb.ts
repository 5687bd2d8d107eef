import type { Identifiers } from "../aws/identifiers";
import type { SimulatedClock } from "../clock";
import { blocked } from "./cosmosdb-access";
import { CosmosAccount, locationsOf } from "./cosmosdb-account";
import { answerDocuments } from "./cosmosdb-documents";
import { americanTime, checkedRestore, instant, refuseConsistency, refuseUnknown } from "./cosmosdb-requests";
import { RestorableAccounts } from "./cosmosdb-restorable";
import { type DocumentAnswer, DocumentError, type DocumentRequest } from "./cosmosdb-wire";
import * as durations from "./durations";
import { ArmError, badRequest } from "./error";
import { isObject, type JsonObject, object, text } from "./json";
import { locationOf } from "./location";
import { inGroup, resourceId } from "./resource-id";
import type { ArmResourceType, ResourceName } from "./resource-type";

const TYPE = "Microsoft.DocumentDB/databaseAccounts";
const API_VERSIONS = ["2025-10-15", "2024-11-15"];

/** Cosmos DB: accounts by their names, which are unique in the world. */
export class CosmosDb {
  readonly #clock: SimulatedClock;
  readonly #identifiers: Identifiers;
  readonly #restorable: RestorableAccounts;
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
    this.#restorable = new RestorableAccounts(subscription, () => [...this.#accounts.values(), ...this.#deleted]);
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

  /** Answers a request to an account's document endpoint; how it fails without one is inferred. @throws {DocumentError} */
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
            .filter(({ id }) => resourceGroup === "" || inGroup(id, resourceGroup))
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
      ...this.#restorable.resourceTypes(API_VERSIONS),
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

  /** [azure-mgmt-cosmosdb, DatabaseAccountCreateUpdateParameters; begin_create_or_update, account_name] */
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
    const { source, at, only } = checkedRestore(body, (region) => this.#restorable.in(region));
    const properties = object(body.properties);
    const parameters = object(properties.restoreParameters);
    const { keyVaultKeyUri = null, defaultIdentity = null } = source.properties;
    const account = this.#made(id, {
      ...body,
      kind: source.kind,
      properties: {
        ...properties,
        ...(keyVaultKeyUri === null ? {} : { keyVaultKeyUri }),
        // A restore ignores consistency level, firewall and virtual networks, and accepts only "Disabled" for public access.
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
          message: `Database Account ${account.name}-${locationsOf(properties)[0]} does not exist`,
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

  /** Changes an existing account. Restore parameters are accepted, and restore nothing. */
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
    for (const copy of this.#accounts.values()) if (copy.keyReadBy === account.instanceId) copy.revoked = true;
    return { simulatedMillis: durations.DELETE_ACCOUNT };
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

  /** [azure-mgmt-cosmosdb, ContinuousBackupRestoreLocation, BackupInformation] */
  #backupInformation(name: ResourceName, body: JsonObject) {
    const account = this.#in(name);
    const [, database, container] = name.names as [string, string, string];
    const found = account.container(database, container);
    if (!found) throw new ArmError("NotFound", `The container ${database}/${container} was not found.`, 404);
    const latest = account.newestBackup(found);
    if (latest === undefined) throw badRequest("The account has no continuous backup.");
    if (!locationsOf(account.properties).includes(locationOf(text(body.location) ?? "")))
      throw badRequest(`The account is not in the region '${body.location}'.`);
    const latestRestorableTimestamp = americanTime(latest);
    return { body: { continuousBackupInformation: { latestRestorableTimestamp } }, simulatedMillis: 1000 };
  }
}
