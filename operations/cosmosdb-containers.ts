import type { AzureAccessSource } from "./azure";
import { ArmClient } from "./azure-arm";
import type { CosmosAccount } from "./cosmosdb";

const API_VERSION = "2025-10-15";

/** Whether an account has a container. */
export async function hasContainer(
  account: CosmosAccount,
  { database, container }: { database: string; container: string },
  access: AzureAccessSource,
): Promise<boolean> {
  const client = await ArmClient.connect(access);
  const has = async (path: string, name: string) =>
    (await client.list<{ name: string }>(path, API_VERSION)).some((each) => each.name === name);
  const databases = `${account.id}/sqlDatabases`;
  return (await has(databases, database)) && (await has(`${databases}/${database}/containers`, container));
}
