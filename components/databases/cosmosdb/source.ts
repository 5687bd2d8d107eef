import * as pulumi from "@pulumi/pulumi";
import { type CosmosAccount, type CosmosAddress, findAccount } from "../../../operations/cosmosdb";
import { orEnd } from "../../faults";
import type { AzureSettings } from "../kind";
import type { CosmosdbArgs } from "./args";

/** The longest name of an account. */
export const ACCOUNT_NAME_LENGTH = 44;

/** What names the account, whether it exists or is created. */
export function addressOf(name: string, args: CosmosdbArgs): pulumi.Output<CosmosAddress> {
  const account = args.existing ?? args.create?.account;
  return pulumi.all([account?.accountName, account?.resourceGroupName]).apply(([accountName, resourceGroupName]) => ({
    accountName: accountName ?? name,
    resourceGroupName: resourceGroupName as string,
  }));
}

/** The source as it is now, with what `more` finds of it. The program ends when it does not exist or is no account for NoSQL. */
export function lookUpSource<More>(
  name: string,
  args: CosmosdbArgs,
  azure: AzureSettings,
  more: (account: CosmosAccount) => Promise<More>,
): pulumi.Output<{ at: CosmosAddress; account: CosmosAccount } & More> {
  const found = addressOf(name, args).apply((at) =>
    orEnd(`database ${name}`, async () => {
      const account = await findAccount(at, azure.access);
      if (account === undefined)
        throw new Error(
          `there is no Cosmos DB account ${at.accountName} in resource group ${at.resourceGroupName}; correct databases[].cosmosdb`,
        );
      refuseUnfitAccount(account);
      return { at, account, ...(await more(account)) };
    }),
  );
  // The compiler cannot see that an unknown `More` stays as it is on its way through an output.
  return found as unknown as pulumi.Output<{ at: CosmosAddress; account: CosmosAccount } & More>;
}

/** @throws {Error} for an account that ScalarDB cannot keep data in, or that is about to go. */
export function refuseUnfitAccount({ name, kind, properties }: CosmosAccount): void {
  const other = (properties.capabilities ?? []).find((capability) =>
    /^Enable(Mongo|Cassandra|Gremlin|Table)$/.test(capability.name),
  );
  if (other || (kind !== undefined && kind !== "GlobalDocumentDB"))
    throw new Error(
      `account ${name} speaks ${other ? other.name.replace("Enable", "") : kind}, not NoSQL; ScalarDB keeps data in accounts for NoSQL only`,
    );
  if (properties.provisioningState === "Deleting") throw new Error(`account ${name} is being deleted`);
}
