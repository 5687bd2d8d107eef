import { counted } from "../restore-points/counted";
import { COSMOSDB_TIERS } from "../restore-points/rules/recovery-period";
import type { AzureAccessSource } from "./azure";
import { ArmClient, locationName } from "./azure-arm";
import { awaitRestore } from "./azure-restores";

export const API_VERSION = "2025-10-15";

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
    /** The restore request as Azure has recorded it; only restored accounts have one. */
    restoreParameters?: { restoreSource?: string; restoreTimestampInUtc?: string };
    privateEndpointConnections?: { properties?: { privateEndpoint?: { id?: string } } }[];
  };
}

/** The API that an account is for if it is not NoSQL: its kind is another one (MongoDB), or it has the other API's capability. */
export function otherApi({ kind, properties }: Pick<CosmosAccount, "kind" | "properties">): string | undefined {
  const other = (properties.capabilities ?? []).find(({ name }) =>
    /^Enable(Mongo|Cassandra|Gremlin|Table)$/.test(name),
  );
  if (other !== undefined) return other.name.replace("Enable", "");
  return kind === undefined || kind === "GlobalDocumentDB" ? undefined : kind;
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
  return Object.entries(COSMOSDB_TIERS).find(([name]) => name === tier)?.[1] ?? 0;
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
export function isMigrating(account: CosmosAccount): boolean {
  return migrationStatus(account) === "InProgress";
}

/** Why the account's switch to continuous backup has ended without it; undefined where it has not. */
export function failedMigration(account: CosmosAccount): string | undefined {
  const status = migrationStatus(account);
  return status === "Failed" || status === "Invalid"
    ? `its switch to continuous backup has failed (migrationState.status is ${status})`
    : undefined;
}

/** What an account should be set to by `protectAccount`. */
export interface CosmosGoal {
  days: number;
  /** True for an account that this program creates. Of an existing one, its users have chosen the consistency. */
  strongConsistency: boolean;
}

/** Why an account does not meet the goal, as text; empty when it does. More than required is not a problem. */
export function accountShortfalls(account: CosmosAccount, goal: CosmosGoal): string[] {
  return [...backupShortfalls(account, goal.days), ...(goal.strongConsistency ? consistencyShortfalls(account) : [])];
}

export function backupShortfalls(account: CosmosAccount, days: number): string[] {
  if (isMigrating(account)) return [];
  const present = continuousDays(account);
  if (present === 0)
    return [failedMigration(account) ?? "its backup is periodic, which no instant can be restored from"];
  return present < days ? [`its continuous backup reaches back ${counted(present, "day")}, below ${days}`] : [];
}

export function consistencyShortfalls({ properties }: CosmosAccount): string[] {
  const level = properties.consistencyPolicy?.defaultConsistencyLevel;
  return level === "Strong" ? [] : [`its default consistency is ${level}, not Strong`];
}

/** Where the account is written, as ids have it. */
export function writeRegion(account: CosmosAccount): string {
  const { writeLocations, locations } = account.properties;
  const name = writeLocations?.[0]?.locationName ?? locations?.[0]?.locationName ?? account.location;
  return locationName(name);
}

/** An account's keys, of which each allows to read everything. */
interface AccountKeys {
  primaryMasterKey: string;
  secondaryMasterKey?: string;
  primaryReadonlyMasterKey: string;
}

/** The account's primary key, which allows to read and write everything. */
export async function primaryKey(address: CosmosAddress, access: AzureAccessSource): Promise<string> {
  return (await accountKeysOf(address, access)).primaryMasterKey;
}

/** The account's primary key for reading. */
export async function readingKey(address: CosmosAddress, access: AzureAccessSource): Promise<string> {
  return (await accountKeysOf(address, access)).primaryReadonlyMasterKey;
}

/** The account's keys. */
export async function accountKeysOf(address: CosmosAddress, access: AzureAccessSource): Promise<AccountKeys> {
  const client = await ArmClient.connect(access);
  return client.request<AccountKeys>("POST", `${idOf(client, address)}/listKeys`, API_VERSION);
}

export function idOf(client: ArmClient, { resourceGroupName, accountName }: CosmosAddress): string {
  return `${client.resourceGroup(resourceGroupName)}/providers/Microsoft.DocumentDB/databaseAccounts/${accountName}`;
}
