import { COSMOSDB_TIERS } from "../restore-points/rules/recovery-period";
import type { AzureAccessSource } from "./azure";
import { ArmClient } from "./azure-arm";
import {
  API_VERSION,
  accountShortfalls,
  backupShortfalls,
  type ConsistencyPolicy,
  type CosmosAccount,
  type CosmosAddress,
  type CosmosGoal,
  type CosmosNetwork,
  consistencyShortfalls,
  failedMigration,
  findAccount,
  idOf,
  tierOf,
} from "./cosmosdb";
import { numberedSteps } from "./long-work";

/** What `protectAccount` is asked. */
export interface AccountProtection extends CosmosAddress, CosmosGoal {}

/** Switches an account to continuous backup, or to more days of it, and changes only what is wrong. Idempotent. */
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
  const step = numberedSteps(account.name, 3);
  const set = (what: string, body: object | undefined): Promise<boolean> =>
    step(what, async () => {
      if (body !== undefined) await client.request("PATCH", id, API_VERSION, body);
      return body !== undefined;
    });
  const before = properties.consistencyPolicy?.defaultConsistencyLevel;
  const { consistencyPolicy } = wanted;
  if (await set("default consistency", before === level ? undefined : { properties: { consistencyPolicy } }))
    say(`${account.name}: default consistency ${level}, was ${before}`);
  const network = Object.entries(wanted.network).filter(
    // Cast: `Object.entries` forgets that these are its keys.
    ([key, value]) => !sameSetting(value, properties[key as keyof CosmosNetwork]),
  );
  if (await set("network", network.length > 0 ? { properties: Object.fromEntries(network) } : undefined))
    say(`${account.name}: ${network.map(([key]) => key).join(", ")}`);
  const tags = { ...account.tags, ...wanted.tags };
  if (await set("tags", sameSetting(tags, account.tags) ? undefined : { tags }))
    say(`${account.name}: ${Object.keys(tags).length} tags`);
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
