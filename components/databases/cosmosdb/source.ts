import * as pulumi from "@pulumi/pulumi";
import type { AzureAccessSource } from "../../../operations/azure";
import { type CosmosAccount, type CosmosAddress, findAccount, otherApi } from "../../../operations/cosmosdb";
import { findDeletedAccount, oldestInstant, type RestorableAccount } from "../../../operations/cosmosdb-restorable";
import type { AzureSettings } from "../../cloud-settings";
import { orEnd } from "../../problem";
import type { CosmosdbArgs } from "./args";

/** The longest name of an account. */
export const ACCOUNT_NAME_LENGTH = 44;

/** What names the account, whether it exists or is created. */
export function addressOf(name: string, args: CosmosdbArgs): pulumi.Output<CosmosAddress> {
  const account: { [Key in keyof CosmosAddress]?: pulumi.Input<string> } | undefined =
    args.existing ?? args.create?.account;
  return pulumi.all([account?.accountName, account?.resourceGroupName]).apply(([accountName, resourceGroupName]) => ({
    accountName: accountName ?? name,
    // Cast: the schema of both needs it.
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
      const account = await findExisting(at, azure.access);
      return { at, account, ...(await more(account)) };
    }),
  );
  // Cast: the compiler cannot see that an unknown `More` stays as it is on its way through an output.
  return found as unknown as pulumi.Output<{ at: CosmosAddress; account: CosmosAccount } & More>;
}

/** What Azure keeps of an account that the configuration says is deleted. The program ends when that isn't so. */
export function lookUpDeleted(
  name: string,
  args: CosmosdbArgs,
  azure: AzureSettings,
): pulumi.Output<{ at: CosmosAddress; deleted: RestorableAccount }> {
  return addressOf(name, args).apply((at) =>
    orEnd(`database ${name}`, async () => ({ at, deleted: await findDeleted(at, azure.access) })),
  );
}

/** An account as it is now. @throws {Error} when it does not exist or is no account for NoSQL, with the fix. */
export async function findExisting(at: CosmosAddress, access: AzureAccessSource): Promise<CosmosAccount> {
  const account = await findAccount(at, access);
  if (account === undefined) throw missing(at, await findDeletedAccount(at.accountName, access));
  refuseUnfitAccount(account);
  return account;
}

/** What Azure keeps of a deleted account. @throws {Error} when it is not deleted, or nothing is kept. */
export async function findDeleted(at: CosmosAddress, access: AzureAccessSource): Promise<RestorableAccount> {
  if ((await findAccount(at, access)) !== undefined)
    throw new Error(`account ${at.accountName} is there; remove "deleted: true" from databases[].cosmosdb.existing`);
  const deleted = await findDeletedAccount(at.accountName, access);
  if (deleted === undefined)
    throw new Error(
      `account ${at.accountName} is gone, and Azure keeps nothing of it that can be restored: its continuous backup has come of age, or it had none`,
    );
  return deleted;
}

/** A deleted account as far as a copy is built like it: Azure keeps neither its settings nor its network. */
export function accountOf({ name, location, properties }: RestorableAccount): CosmosAccount {
  return {
    id: "",
    name: properties.accountName,
    location,
    properties: { instanceId: name, publicNetworkAccess: "Disabled", minimalTlsVersion: "Tls12" },
  };
}

function missing({ accountName, resourceGroupName }: CosmosAddress, deleted: RestorableAccount | undefined): Error {
  const subject = `there is no Cosmos DB account ${accountName} in resource group ${resourceGroupName}`;
  return new Error(
    deleted === undefined
      ? `${subject}; correct databases[].cosmosdb, or the subscription that is asked (azure-native:subscriptionId)`
      : `${subject} any more, but Azure keeps what it held from ${oldestInstant(deleted)} to ${deleted.properties.deletionTime}; to restore from that say databases[].cosmosdb.existing: { accountName: ${accountName}, resourceGroupName: ${resourceGroupName}, deleted: true }`,
  );
}

const USER_ASSIGNED = "UserAssignedIdentity=";

/** Why no copy of an account with a key of the user's own can be read, with the fix; undefined for other accounts. */
export function keyProblem({ name, properties }: CosmosAccount): string | undefined {
  const { keyVaultKeyUri, defaultIdentity = "FirstPartyIdentity" } = properties;
  if (!keyVaultKeyUri || defaultIdentity.startsWith(USER_ASSIGNED)) return undefined;
  return `account ${name} reads its customer-managed key by ${defaultIdentity}, which no copy of it can use; let a user-assigned identity read the key, assign that to the account, and make it the default: az cosmosdb update --default-identity ${USER_ASSIGNED}<id>`;
}

/**
 * How a copy reads the key that its source is encrypted with: by an identity that the configuration names, or by the
 * source's own. What a deleted account was encrypted with is not kept; there is none unless an identity is named.
 */
export function keyOf({ identity, properties }: CosmosAccount, named: string | undefined, deleted: boolean) {
  const { keyVaultKeyUri, defaultIdentity } = properties;
  if (!keyVaultKeyUri && !(deleted && named)) return {};
  const present = Object.keys(identity?.userAssignedIdentities ?? {});
  return {
    ...(keyVaultKeyUri ? { keyVaultKeyUri } : {}),
    defaultIdentity: named ? `${USER_ASSIGNED}${named}` : defaultIdentity,
    identity: {
      type: "UserAssigned" as const,
      userAssignedIdentities: named && !present.includes(named) ? [...present, named] : present,
    },
  };
}

/** @throws {Error} for an account that ScalarDB cannot keep data in, or that is about to go. */
export function refuseUnfitAccount(account: CosmosAccount): void {
  const { name, properties } = account;
  const other = otherApi(account);
  if (other !== undefined)
    throw new Error(`account ${name} speaks ${other}, not NoSQL; ScalarDB keeps data in accounts for NoSQL only`);
  if (properties.provisioningState === "Deleting") throw new Error(`account ${name} is being deleted`);
}
