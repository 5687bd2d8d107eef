import type { AzureAccessSource } from "../azure";
import { ArmClient } from "../azure-arm";
import { findServer, PRODUCTS, serverId } from "../azure-servers";
import { API_VERSION, accountKeysOf, findAccount, idOf } from "../cosmosdb";
import type { AzureDatabase } from "./request";

/** A database of Azure as it is found. */
export interface FoundDatabase {
  id: string;
  tags: Record<string, string>;
  /** The host name by which it is reached, in small letters. */
  host: string;
  /** How a restore's outputs name it: a URL of an account, and the host name of a server. */
  endpoint: string;
  /** What its state is called, such as `Succeeded` or `Ready`. */
  state: string;
  /** Whether it serves, and takes changes. */
  serves: boolean;
}

/** States of a database that serves. A change of its tags is `Updating`, too. */
const SERVING = ["Succeeded", "Ready", "Updating"];

export async function findDatabase(
  database: AzureDatabase,
  access: AzureAccessSource,
): Promise<FoundDatabase | undefined> {
  if (database.what === "account") {
    const found = await findAccount(database, access);
    if (found === undefined) return undefined;
    const { documentEndpoint, provisioningState } = found.properties;
    return described(found, { endpoint: documentEndpoint, host: hostIn(documentEndpoint), state: provisioningState });
  }
  const found = await findServer(database, access);
  if (found === undefined) return undefined;
  const { fullyQualifiedDomainName: host, state } = found.properties;
  return described(found, { endpoint: host, host, state });
}

/** The keys with which a product may read and write a copy. Servers have users of their own, which are the source's. */
export async function keysOf(database: AzureDatabase, access: AzureAccessSource): Promise<string[] | undefined> {
  if (database.what !== "account") return undefined;
  const { primaryMasterKey, secondaryMasterKey } = await accountKeysOf(database, access);
  return [primaryMasterKey, ...(secondaryMasterKey === undefined ? [] : [secondaryMasterKey])];
}

/** Sets tags; those that are undefined are taken away, all others stay. Nothing is sent where that changes nothing. */
export async function setTags(
  database: AzureDatabase,
  found: FoundDatabase,
  tags: Record<string, string | undefined>,
  access: AzureAccessSource,
): Promise<void> {
  const changed = Object.entries(tags).some(([key, value]) => found.tags[key] !== value);
  if (!changed) return;
  const client = await ArmClient.connect(access);
  const [id, version] =
    database.what === "account"
      ? [idOf(client, database), API_VERSION]
      : [serverId(client, database), PRODUCTS[database.product].apiVersion];
  // A PATCH replaces all tags, so it has to have those that others have set since.
  await client.request("PATCH", id, version, async () => {
    const present = (await client.find<{ tags?: Record<string, string> }>(id, version))?.tags;
    const wanted = Object.entries({ ...present, ...tags }).filter(([, value]) => value !== undefined);
    return { tags: Object.fromEntries(wanted) };
  });
}

export function nameOf(database: AzureDatabase): string {
  return database.what === "account" ? database.accountName : database.serverName;
}

/** Such as `account ledger-prod in resource group scalar`. */
export function labelOf(database: AzureDatabase): string {
  return `${database.what} ${nameOf(database)} in resource group ${database.resourceGroupName}`;
}

/** What deletes it, for the user. */
export function deletionOf(database: AzureDatabase): string {
  const command =
    database.what === "account"
      ? "az cosmosdb delete"
      : `az ${database.product === "mysql" ? "mysql" : "postgres"} flexible-server delete`;
  return `${command} --resource-group ${database.resourceGroupName} --name ${nameOf(database)}`;
}

function described(
  { id, tags = {} }: { id: string; tags?: Record<string, string> },
  { endpoint = "", host = "", state = "unknown" }: { endpoint?: string; host?: string; state?: string },
): FoundDatabase {
  return { id, tags, endpoint, host: host.toLowerCase(), state, serves: SERVING.includes(state) };
}

function hostIn(url: string | undefined): string | undefined {
  return url === undefined ? undefined : new URL(url).hostname;
}
