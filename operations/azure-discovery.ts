import { COPY_TAG } from "../restore-points/rules/tag-keys";
import type { AzureAccessSource } from "./azure";
import { ArmClient, ArmRequestError } from "./azure-arm";
import { type FlexibleServer, PRODUCTS, type ServerProduct } from "./azure-servers";
import { API_VERSION as COSMOSDB_VERSION, type CosmosAccount, otherApi } from "./cosmosdb";
import type { Tag } from "./discovery";

/** A database on Azure that could hold data of ScalarDB. */
export interface FoundAzure {
  /** Its key in the configuration. */
  kind: "cosmosdb" | "azureMysql" | "azurePostgresql";
  name: string;
  resourceGroupName: string;
}

/** An account or a server, as far as both are described alike. */
type Described = Pick<CosmosAccount, "id" | "name" | "tags">;

interface DatabaseType<Resource extends Described> {
  kind: FoundAzure["kind"];
  type: string;
  apiVersion: string;
  /** Whether ScalarDB could keep data in it. */
  fits(resource: Resource): boolean;
}

const ACCOUNTS: DatabaseType<CosmosAccount> = {
  kind: "cosmosdb",
  type: "Microsoft.DocumentDB/databaseAccounts",
  apiVersion: COSMOSDB_VERSION,
  fits: (account) => otherApi(account) === undefined,
};

function serversOf(kind: FoundAzure["kind"], product: ServerProduct): DatabaseType<FlexibleServer> {
  return { kind, ...PRODUCTS[product], fits: ({ properties }) => !/replica$/i.test(properties.replicationRole ?? "") };
}

/** Of the Resource Manager's list of resource groups. */
const GROUPS_VERSION = "2021-04-01";

/** Where databases are looked for: in the whole subscription unless groups are named. */
export interface AzurePlaces {
  resourceGroups?: readonly string[];
  tag?: Tag;
}

/**
 * The Cosmos DB accounts (API for NoSQL) and flexible servers of a subscription, sorted by name; without copies that restores have
 * made, and without replicas. A caller who may not list the subscription's gets those of the resource groups that it may read.
 */
export async function findAzure(
  { resourceGroups, tag }: AzurePlaces,
  access: AzureAccessSource,
): Promise<FoundAzure[]> {
  const client = await ArmClient.connect(access);
  const of = async <Resource extends Described>({ kind, fits, ...type }: DatabaseType<Resource>) =>
    (await resourcesOf<Resource>(client, type, resourceGroups))
      .filter(({ tags = {} }) => tags[COPY_TAG] === undefined && (tag === undefined || tags[tag.key] === tag.value))
      .filter(fits)
      .map(({ id, name }) => ({ kind, name, resourceGroupName: groupOf(id) }));
  const found = await Promise.all([
    of(ACCOUNTS),
    of(serversOf("azureMysql", "mysql")),
    of(serversOf("azurePostgresql", "postgresql")),
  ]);
  return found.flat().sort((a, b) => (a.name < b.name ? -1 : 1));
}

type Type = Pick<DatabaseType<never>, "type" | "apiVersion">;

async function resourcesOf<Resource>(
  client: ArmClient,
  type: Type,
  groups: readonly string[] | undefined,
): Promise<Resource[]> {
  if (groups !== undefined) return await inGroups(client, type, groups, false);
  try {
    return await client.list(`/subscriptions/${client.subscriptionId}/providers/${type.type}`, type.apiVersion);
  } catch (error) {
    if (!isForbidden(error)) throw error;
    const readable = await readableGroups(client);
    // Without any group to read, the refusal of the subscription is the reason.
    if (readable.length === 0) throw error;
    return await inGroups(client, type, readable, true);
  }
}

/** @param skips Whether a group whose databases may not be read is left out: no option has named it. */
async function inGroups<Resource>(
  client: ArmClient,
  { type, apiVersion }: Type,
  groups: readonly string[],
  skips: boolean,
): Promise<Resource[]> {
  const found: Resource[] = [];
  for (const group of groups) {
    try {
      found.push(...(await client.list<Resource>(`${client.resourceGroup(group)}/providers/${type}`, apiVersion)));
    } catch (error) {
      if (!skips || !isForbidden(error)) throw error;
    }
  }
  return found;
}

/** "Gets all the resource groups for a subscription": those that the caller may read. [Azure REST API, Resource Groups - List] */
async function readableGroups(client: ArmClient): Promise<string[]> {
  const groups = await client.list<{ name: string }>(
    `/subscriptions/${client.subscriptionId}/resourcegroups`,
    GROUPS_VERSION,
  );
  return groups.map(({ name }) => name);
}

function isForbidden(error: unknown): boolean {
  return error instanceof ArmRequestError && error.status === 403;
}

/** The resource group in a resource's ID. */
function groupOf(id: string): string {
  return /\/resourceGroups\/([^/]+)\//i.exec(id)?.[1] ?? "";
}
