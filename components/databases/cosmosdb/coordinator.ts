import type { AzureAccessSource } from "../../../operations/azure";
import type { CosmosAccount } from "../../../operations/cosmosdb";
import { hasContainer } from "../../../operations/cosmosdb-containers";
import { COORDINATOR_NAMESPACE, COORDINATOR_TABLE, type CoordinatorFinding } from "../coordinator";
import type { CosmosdbArgs } from "./args";

/** Where ScalarDB's coordinator is in an account, if it is there: its adapter makes namespaces databases, and tables containers. */
export function coordinatorPlace({ existing }: CosmosdbArgs): { database: string; container: string } {
  return { database: existing?.coordinatorNamespace ?? COORDINATOR_NAMESPACE, container: COORDINATOR_TABLE };
}

/** Whether an account has ScalarDB's coordinator. */
export async function findCoordinator(
  args: CosmosdbArgs,
  account: CosmosAccount,
  access: AzureAccessSource,
): Promise<CoordinatorFinding> {
  const place = coordinatorPlace(args);
  return {
    found: await hasContainer(account, place, access),
    missing: `no container ${place.container} of database ${place.database} in account ${account.name}`,
  };
}
