import { eachAtOnce } from "./aws";
import type { AzureAccessSource } from "./azure";
import { ArmClient, locationName } from "./azure-arm";
import { API_VERSION, type CosmosAccount, failedMigration, isMigrating, writeRegion } from "./cosmosdb";

/** Requests in flight at once: each container is asked for its newest backup. */
const CONCURRENCY = 10;

/** What an account can be restored to, or why that is not known. Instants are RFC 3339, UTC. */
export type CosmosRange = { earliest: string; latest: string } | { unknownBecause: string };

/** What Azure keeps of an account with continuous backup, for as long as its tier says after its deletion too. */
export interface RestorableAccount {
  /** The id by which a restore names its source. */
  id: string;
  /** The account's instance id. */
  name: string;
  /** The one location that lists it, even if the account has had other regions since. A copy is placed there. */
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

/** The oldest instant that Azure can restore an account to; the time that it reports may be before the account's creation. */
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
 * What the account, or one container of it, can be restored to: from the oldest backup, to the oldest of its containers' newest
 * backups, which Azure reports for single containers only.
 */
export async function readRange(
  account: CosmosAccount,
  access: AzureAccessSource,
  only?: { database: string; container: string },
): Promise<CosmosRange> {
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
      unknownBecause:
        "it has several write regions, and Azure does not report the newest restorable instant of such an account",
    };
  const client = await ArmClient.connect(access);
  const restorable = await findRestorableAccount(account, access);
  const earliest = restorable && oldestInstant(restorable);
  if (earliest === undefined)
    return { unknownBecause: "Azure does not list it among the accounts that can be restored yet" };
  const paths = only ? [containerPath(account, only)] : await containerPaths(client, account);
  const latest = await newestBackups(client, account, paths);
  if (latest.length === 0)
    return {
      unknownBecause: "it has no container yet, and Azure reports the newest restorable instant only for containers",
    };
  const newest = Math.min(...latest);
  // Azure answers with the epoch for a container whose data it has not backed up yet.
  if (newest <= 0)
    return { unknownBecause: "Azure has not backed up all of its containers yet; it does so in minutes" };
  return { earliest, latest: new Date(newest).toISOString() };
}

function containerPath(
  { id }: CosmosAccount,
  { database, container }: { database: string; container: string },
): string {
  return `${id}/sqlDatabases/${database}/containers/${container}`;
}

async function containerPaths(client: ArmClient, account: CosmosAccount): Promise<string[]> {
  const databases = await client.list<{ name: string }>(`${account.id}/sqlDatabases`, API_VERSION);
  const containers = await eachAtOnce(databases, CONCURRENCY, async ({ name: database }) => {
    const listed = await client.list<{ name: string }>(
      `${account.id}/sqlDatabases/${database}/containers`,
      API_VERSION,
    );
    return listed.map(({ name: container }) => containerPath(account, { database, container }));
  });
  return containers.flat();
}

async function newestBackups(client: ArmClient, account: CosmosAccount, paths: readonly string[]): Promise<number[]> {
  return eachAtOnce(paths, CONCURRENCY, async (container) => {
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
  if (Number.isNaN(millis))
    throw new Error(`Azure reports "${text}" as a container's newest backup, which is not an instant`);
  return millis;
}
