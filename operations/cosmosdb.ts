import { COSMOSDB_TIERS } from "../restore-points/rules/recovery-period";
import { eachAtOnce } from "./aws";
import type { AzureAccessSource } from "./azure";
import { ArmClient, awaitRestore, locationName } from "./azure-arm";

const API_VERSION = "2025-10-15";
/** Requests in flight at once: each container is asked for its newest backup. */
const CONCURRENCY = 10;

/** What names an account in the account's subscription. */
export interface CosmosAddress {
  resourceGroupName: string;
  accountName: string;
}

export interface ConsistencyPolicy {
  /** ScalarDB needs `Strong`. */
  defaultConsistencyLevel: string;
  maxIntervalInSeconds?: number;
  maxStalenessPrefix?: number;
}

/** An account's network: who reaches it, and from where. */
export interface CosmosNetwork {
  publicNetworkAccess?: string;
  ipRules?: { ipAddressOrRange: string }[];
  isVirtualNetworkFilterEnabled?: boolean;
  virtualNetworkRules?: { id: string; ignoreMissingVNetServiceEndpoint?: boolean }[];
  networkAclBypass?: string;
  networkAclBypassResourceIds?: string[];
}

/** An account as the Azure Resource Manager describes it, as far as this project reads it. */
export interface CosmosAccount {
  id: string;
  name: string;
  location: string;
  kind?: string;
  tags?: Record<string, string>;
  identity?: { type?: string; userAssignedIdentities?: Record<string, unknown> };
  properties: CosmosNetwork & {
    provisioningState?: string;
    documentEndpoint?: string;
    instanceId?: string;
    backupPolicy?: {
      type?: string;
      continuousModeProperties?: { tier?: string };
      /** `status`: `InProgress`, `Completed`, `Failed` or `Invalid`. */
      migrationState?: { status?: string; targetType?: string; startTime?: string };
    };
    consistencyPolicy?: ConsistencyPolicy;
    capabilities?: { name: string }[];
    cors?: Record<string, unknown>[];
    locations?: { locationName: string; isZoneRedundant?: boolean }[];
    writeLocations?: { locationName: string }[];
    enableMultipleWriteLocations?: boolean;
    enableAutomaticFailover?: boolean;
    enableBurstCapacity?: boolean;
    enablePartitionMerge?: boolean;
    disableLocalAuth?: boolean;
    disableKeyBasedMetadataWriteAccess?: boolean;
    defaultIdentity?: string;
    keyVaultKeyUri?: string;
    minimalTlsVersion?: string;
    privateEndpointConnections?: { properties?: { privateEndpoint?: { id?: string } } }[];
  };
}

/** What an account can be restored to, or why that is not known. Instants are RFC 3339, UTC. */
export interface CosmosRange {
  earliest?: string;
  latest?: string;
  unknownBecause?: string;
}

/** What Azure keeps of an account with continuous backup, for as long as its tier says after its deletion too. */
export interface RestorableAccount {
  /** By which a restore names its source. */
  id: string;
  /** The account's instance id. */
  name: string;
  /** The one location that it is listed under, whichever regions the account has had since. A copy is placed there. */
  location: string;
  properties: {
    accountName: string;
    apiType?: string;
    creationTime?: string;
    deletionTime?: string;
    oldestRestorableTime?: string;
    /** The regions that the account has had, since when, and until when. */
    restorableLocations?: { locationName?: string; creationTime?: string; deletionTime?: string }[];
  };
}

async function restorableAccounts(client: ArmClient): Promise<RestorableAccount[]> {
  return client.list<RestorableAccount>(
    `/subscriptions/${client.subscriptionId}/providers/Microsoft.DocumentDB/restorableDatabaseAccounts`,
    API_VERSION,
  );
}

/** A deleted account that can still be restored: the one deleted last, where several had this name. */
export async function findDeletedAccount(
  accountName: string,
  access: AzureAccessSource,
): Promise<RestorableAccount | undefined> {
  const time = ({ properties }: RestorableAccount) => Date.parse(properties.deletionTime ?? "");
  return (await restorableAccounts(await ArmClient.connect(access)))
    .filter(({ properties }) => properties.accountName === accountName && properties.deletionTime !== undefined)
    .sort((a, b) => time(b) - time(a))[0];
}

/** The oldest instant that Azure can restore an account to; the time that it tells may lie before the account's creation. */
export function oldestInstant({ properties }: RestorableAccount): string | undefined {
  const { oldestRestorableTime: oldest, creationTime: created } = properties;
  if (oldest === undefined) return undefined;
  const millis = Math.max(Date.parse(oldest), created === undefined ? 0 : Date.parse(created));
  return new Date(millis).toISOString();
}

/** What names the source of a restore, and where its copy goes. */
export interface RestoreSource {
  id: string;
  /** Azure takes no other for the copy than the source's. */
  location: string;
  /** The copy's only region: one that the source had at the instant. */
  region: string;
}

/** @throws {Error} when the account had no region at the instant that Azure can restore it into. */
export function restoreSourceOf(
  restorable: RestorableAccount,
  preferred: readonly string[],
  instant: string,
): RestoreSource {
  const { accountName, restorableLocations = [] } = restorable.properties;
  const at = Date.parse(instant);
  const regions = restorableLocations
    .filter(
      ({ creationTime, deletionTime }) =>
        !(Date.parse(creationTime ?? "") > at) && !(Date.parse(deletionTime ?? "") <= at),
    )
    .map((each) => locationName(each.locationName ?? ""));
  const location = locationName(restorable.location);
  if (restorableLocations.length > 0 && regions.length === 0)
    throw new Error(
      `Azure backed account ${accountName} up in no region at ${instant}: ${restorableLocations
        .map(
          (each) => `${each.locationName} from ${each.creationTime ?? "its creation"} to ${each.deletionTime ?? "now"}`,
        )
        .join(", ")}; choose an instant within one of these`,
    );
  const region = [...preferred, location].map(locationName).find((each) => regions.includes(each));
  return { id: restorable.id, location, region: region ?? regions[0] ?? preferred[0] ?? location };
}

/** The account; undefined when there is none. */
export async function findAccount(
  address: CosmosAddress,
  access: AzureAccessSource,
): Promise<CosmosAccount | undefined> {
  const client = await ArmClient.connect(access);
  return client.find<CosmosAccount>(idOf(client, address), API_VERSION);
}

/** Waits until an account accepts changes. */
export async function awaitAccount(address: CosmosAddress, access: AzureAccessSource): Promise<void> {
  await awaitRestore(`account ${address.accountName}`, async () => {
    const state = (await findAccount(address, access))?.properties.provisioningState;
    return { state, ready: state === "Succeeded" };
  });
}

/** The days that continuous backup reaches back; 0 with periodic backup. */
export function continuousDays({ properties: { backupPolicy } }: CosmosAccount): number {
  if (backupPolicy?.type !== "Continuous") return 0;
  const tier = backupPolicy.continuousModeProperties?.tier ?? "Continuous30Days";
  return COSMOSDB_TIERS[tier as keyof typeof COSMOSDB_TIERS] ?? 0;
}

/** The tier that reaches back at least so many days. */
export function tierOf(days: number): keyof typeof COSMOSDB_TIERS {
  return days > COSMOSDB_TIERS.Continuous7Days ? "Continuous30Days" : "Continuous7Days";
}

/** The state of the account's switch to continuous backup, as long as it has none; Azure takes hours for it. */
function migrationStatus({ properties: { backupPolicy } }: CosmosAccount): string | undefined {
  const { status, targetType } = backupPolicy?.migrationState ?? {};
  return targetType === "Continuous" && backupPolicy?.type !== "Continuous" ? status : undefined;
}

/** Whether Azure is switching the account to continuous backup just now. */
function isMigrating(account: CosmosAccount): boolean {
  return migrationStatus(account) === "InProgress";
}

/** Why the account's switch to continuous backup has ended without it; undefined where it has not. */
function failedMigration(account: CosmosAccount): string | undefined {
  const status = migrationStatus(account);
  return status === "Failed" || status === "Invalid"
    ? `its switch to continuous backup has failed (migrationState.status is ${status})`
    : undefined;
}

/** What an account should be set to by `protectAccount`. */
export interface CosmosGoal {
  days: number;
  /** For an account of our own: what its users chose for another is theirs to change. */
  strongConsistency: boolean;
}

/** Why an account falls short of the goal, in words; empty when it doesn't. More than was asked for is not a problem. */
export function accountShortfalls(account: CosmosAccount, goal: CosmosGoal): string[] {
  return [...backupShortfalls(account, goal.days), ...(goal.strongConsistency ? consistencyShortfalls(account) : [])];
}

function backupShortfalls(account: CosmosAccount, days: number): string[] {
  if (isMigrating(account)) return [];
  const present = continuousDays(account);
  if (present === 0)
    return [failedMigration(account) ?? "its backup is periodic, which no instant can be restored from"];
  return present < days ? [`its continuous backup reaches back ${present} days, below ${days}`] : [];
}

function consistencyShortfalls({ properties }: CosmosAccount): string[] {
  const level = properties.consistencyPolicy?.defaultConsistencyLevel;
  return level === "Strong" ? [] : [`its default consistency is ${level}, not Strong`];
}

/** Where the account is written, as ids have it. */
export function writeRegion(account: CosmosAccount): string {
  const { writeLocations, locations } = account.properties;
  const name = writeLocations?.[0]?.locationName ?? locations?.[0]?.locationName ?? account.location;
  return locationName(name);
}

/**
 * What Azure lists of the account among those that can be restored. It is known by the id of its instance: an account
 * that has failed over is listed under another location than the one it is written in.
 */
async function findRestorableAccount(
  account: CosmosAccount,
  access: AzureAccessSource,
): Promise<RestorableAccount | undefined> {
  const instance = account.properties.instanceId?.toLowerCase();
  return (await restorableAccounts(await ArmClient.connect(access))).find(
    ({ name }) => name.toLowerCase() === instance,
  );
}

/** The source of a restore of an account that exists, into the region where it is written if it had that at the instant. */
export async function findRestoreSource(
  account: CosmosAccount,
  instant: string,
  access: AzureAccessSource,
): Promise<RestoreSource> {
  const region = writeRegion(account);
  const restorable = await findRestorableAccount(account, access);
  if (restorable) return restoreSourceOf(restorable, [region], instant);
  // Not listed yet: the check of the instant says so, before anything is restored.
  const { subscriptionId } = await ArmClient.connect(access);
  const location = locationName(account.location);
  return {
    id: `/subscriptions/${subscriptionId}/providers/Microsoft.DocumentDB/locations/${location}/restorableDatabaseAccounts/${account.properties.instanceId}`,
    location,
    region,
  };
}

/**
 * What the account can be restored to: from what Azure keeps of it, to the oldest of its containers' newest backups, since
 * Azure tells that for each container only.
 */
export async function readRange(account: CosmosAccount, access: AzureAccessSource): Promise<CosmosRange> {
  if (account.properties.backupPolicy?.type !== "Continuous") {
    const failed = failedMigration(account);
    return {
      unknownBecause: isMigrating(account)
        ? "Azure is still switching it to continuous backup"
        : failed
          ? `${failed}; the next "pulumi up" starts it again`
          : 'its backup is periodic; the next "pulumi up" switches it to continuous backup',
    };
  }
  if (account.properties.enableMultipleWriteLocations)
    return {
      unknownBecause: "it is written in several regions, and Azure does not tell the newest instant of such an account",
    };
  const client = await ArmClient.connect(access);
  const restorable = await findRestorableAccount(account, access);
  const earliest = restorable && oldestInstant(restorable);
  if (earliest === undefined)
    return { unknownBecause: "Azure does not list it among the accounts that can be restored yet" };
  const latest = await newestBackups(client, account);
  if (latest.length === 0)
    return {
      unknownBecause: "it has no container yet, and Azure tells the newest restorable instant of containers only",
    };
  return { earliest, latest: new Date(Math.min(...latest)).toISOString() };
}

async function newestBackups(client: ArmClient, account: CosmosAccount): Promise<number[]> {
  const databases = await client.list<{ name: string }>(`${account.id}/sqlDatabases`, API_VERSION);
  const containers = await eachAtOnce(databases, CONCURRENCY, async (database) => {
    const path = `${account.id}/sqlDatabases/${database.name}/containers`;
    return (await client.list<{ name: string }>(path, API_VERSION)).map(({ name }) => `${path}/${name}`);
  });
  return eachAtOnce(containers.flat(), CONCURRENCY, async (container) => {
    const answer = await client.request<{ continuousBackupInformation?: { latestRestorableTimestamp?: string } }>(
      "POST",
      `${container}/retrieveContinuousBackupInformation`,
      API_VERSION,
      { location: writeRegion(account) },
    );
    return backupTime(answer.continuousBackupInformation?.latestRestorableTimestamp ?? "");
  });
}

/** Azure writes this time as `10/26/2021 5:27:45 PM`, in UTC; seconds since the epoch and RFC 3339 are read too. */
export function backupTime(text: string): number {
  const millis = /^\d+$/.test(text)
    ? Number(text) * 1000
    : Date.parse(/[ap]m$/i.test(text) ? `${text.replace(/\s+/g, " ")} UTC` : text);
  if (Number.isNaN(millis)) throw new Error(`Azure tells "${text}" as a container's newest backup, which is no time`);
  return millis;
}

/** The account's primary key. Whoever has it can read and write everything. */
export async function primaryKey(address: CosmosAddress, access: AzureAccessSource): Promise<string> {
  const client = await ArmClient.connect(access);
  const keys = await client.request<{ primaryMasterKey: string }>(
    "POST",
    `${idOf(client, address)}/listKeys`,
    API_VERSION,
  );
  return keys.primaryMasterKey;
}

/** What `protectAccount` is asked. */
export interface AccountProtection extends CosmosAddress, CosmosGoal {}

/** Switches an account to continuous backup, or to more days of it, and fixes nothing but what is amiss. Idempotent. */
export async function protectAccount(
  request: AccountProtection,
  access: AzureAccessSource,
  say: (line: string) => void,
): Promise<void> {
  const client = await ArmClient.connect(access);
  const account = await existing(request, access);
  if (accountShortfalls(account, request).length === 0) {
    say(`${account.name}: nothing to do`);
    return;
  }
  if (backupShortfalls(account, request.days).length > 0) {
    const tier = tierOf(request.days);
    await client.request("PATCH", idOf(client, request), API_VERSION, {
      properties: { backupPolicy: { type: "Continuous", continuousModeProperties: { tier } } },
    });
    const failed = failedMigration(await existing(request, access));
    if (failed)
      throw new Error(
        `account ${account.name}: ${failed}, though it was just asked for; see the account's "Backup & Restore" page in the Azure portal for the reason, remove what Azure names there, then run this again. Azure's support can finish a switch that keeps failing`,
      );
    say(`${account.name}: continuous backup of ${COSMOSDB_TIERS[tier]} days; Azure offers no way back to periodic`);
  }
  if (request.strongConsistency && consistencyShortfalls(account).length > 0) {
    await client.request("PATCH", idOf(client, request), API_VERSION, {
      properties: { consistencyPolicy: { defaultConsistencyLevel: "Strong" } },
    });
    say(`${account.name}: default consistency Strong`);
  }
}

/** What a restored account has to be given after the restore, because the restore drops it or doesn't honour it. */
export interface AccountCompletion extends CosmosAddress {
  tags: Record<string, string>;
  consistencyPolicy: ConsistencyPolicy;
  network: CosmosNetwork;
}

/** Gives a restored account what the restore drops. Idempotent and resumable: it looks before it changes, and again after. */
export async function completeAccount(
  wanted: AccountCompletion,
  access: AzureAccessSource,
  say: (line: string) => void,
): Promise<void> {
  const client = await ArmClient.connect(access);
  const id = idOf(client, wanted);
  const account = await existing(wanted, access);
  const level = wanted.consistencyPolicy.defaultConsistencyLevel;
  const { properties } = account;
  if (properties.consistencyPolicy?.defaultConsistencyLevel !== level) {
    await client.request("PATCH", id, API_VERSION, { properties: { consistencyPolicy: wanted.consistencyPolicy } });
    say(`${account.name}: default consistency ${level}, was ${properties.consistencyPolicy?.defaultConsistencyLevel}`);
  }
  const network = Object.entries(wanted.network).filter(
    ([key, value]) => !sameSetting(value, properties[key as keyof CosmosNetwork]),
  );
  if (network.length > 0) {
    await client.request("PATCH", id, API_VERSION, { properties: Object.fromEntries(network) });
    say(`${account.name}: ${network.map(([key]) => key).join(", ")}`);
  }
  const tags = { ...account.tags, ...wanted.tags };
  if (!sameSetting(tags, account.tags)) {
    await client.request("PATCH", id, API_VERSION, { tags });
    say(`${account.name}: ${Object.keys(tags).length} tags`);
  }
  const now = (await existing(wanted, access)).properties.consistencyPolicy?.defaultConsistencyLevel;
  if (now !== level)
    throw new Error(`account ${account.name} still reads with ${now} consistency, not ${level}; run this again`);
}

async function existing(address: CosmosAddress, access: AzureAccessSource): Promise<CosmosAccount> {
  const account = await findAccount(address, access);
  if (account === undefined)
    throw new Error(
      `there is no account ${address.accountName} in resource group ${address.resourceGroupName}; it may just have been deleted: run the program again`,
    );
  return account;
}

function idOf(client: ArmClient, { resourceGroupName, accountName }: CosmosAddress): string {
  return `${client.resourceGroup(resourceGroupName)}/providers/Microsoft.DocumentDB/databaseAccounts/${accountName}`;
}

/** Whether two settings say the same; one that is left out is an empty list, or off. */
function sameSetting(wanted: unknown, present: unknown): boolean {
  const plain = (value: unknown): string =>
    value === undefined || value === null || value === false || (Array.isArray(value) && value.length === 0)
      ? ""
      : JSON.stringify(value, (_, inner) =>
          typeof inner === "object" && inner !== null && !Array.isArray(inner)
            ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
            : inner,
        );
  return plain(wanted) === plain(present);
}
