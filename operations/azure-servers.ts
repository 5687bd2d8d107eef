import { counted } from "../restore-points/counted";
import type { AzureAccessSource } from "./azure";
import { ArmClient } from "./azure-arm";
import { awaitRestore } from "./azure-restores";

/** Which of the two products: Azure Database for MySQL, Azure Database for PostgreSQL; flexible servers both. */
export type ServerProduct = "mysql" | "postgresql";

/** Azure's type of each product, and the version of its API that is asked. */
export const PRODUCTS = {
  mysql: { type: "Microsoft.DBforMySQL/flexibleServers", apiVersion: "2023-12-30" },
  postgresql: { type: "Microsoft.DBforPostgreSQL/flexibleServers", apiVersion: "2025-08-01" },
} as const;

/** What names a flexible server in the account's subscription. */
export interface ServerAddress {
  product: ServerProduct;
  resourceGroupName: string;
  serverName: string;
}

export interface HighAvailability {
  /** `Disabled`, `SameZone` or `ZoneRedundant`. */
  mode?: string;
  standbyAvailabilityZone?: string;
}

export interface MaintenanceWindow {
  customWindow?: string;
  dayOfWeek?: number;
  startHour?: number;
  startMinute?: number;
}

/** The storage of both products; which members a server has depends on its product and its type of disk. */
interface ServerStorage {
  storageSizeGB?: number;
  autoGrow?: string;
  iops?: number;
  autoIoScaling?: string;
  logOnDisk?: string;
  storageRedundancy?: string;
  type?: string;
  tier?: string;
  throughput?: number;
}

/** How a server is reached; the products name their private DNS zone differently. */
interface ServerNetwork {
  delegatedSubnetResourceId?: string;
  privateDnsZoneResourceId?: string;
  privateDnsZoneArmResourceId?: string;
  publicNetworkAccess?: string;
}

/** A flexible server as the Azure Resource Manager describes it, as far as this project reads it. */
export interface FlexibleServer {
  id: string;
  name: string;
  location: string;
  tags?: Record<string, string>;
  sku?: { name: string; tier: string };
  identity?: { type?: string; userAssignedIdentities?: Record<string, unknown> };
  properties: {
    state?: string;
    version?: string;
    fullyQualifiedDomainName?: string;
    availabilityZone?: string;
    replicationRole?: string;
    backup?: {
      backupRetentionDays?: number;
      backupIntervalHours?: number;
      geoRedundantBackup?: string;
      earliestRestoreDate?: string;
    };
    storage?: ServerStorage;
    network?: ServerNetwork;
    highAvailability?: HighAvailability & { state?: string };
    maintenanceWindow?: MaintenanceWindow;
    authConfig?: { activeDirectoryAuth?: string; passwordAuth?: string; tenantId?: string };
    dataEncryption?: Record<string, unknown> & { type?: string };
    privateEndpointConnections?: { properties?: { privateEndpoint?: { id?: string } } }[];
  };
}

/** One server parameter. */
export interface ServerParameter {
  name: string;
  value: string;
  defaultValue: string;
  readOnly: boolean;
  /** Takes effect without a restart. */
  dynamic: boolean;
  pendingRestart: boolean;
}

export interface FirewallRule {
  name: string;
  startIpAddress: string;
  endIpAddress: string;
}

/** A server with its parts that Azure returns separately. */
export interface ServerDescription {
  server: FlexibleServer;
  parameters: ServerParameter[];
  firewallRules: FirewallRule[];
}

/** The server alone; undefined when there is none. */
export async function findServer(
  address: ServerAddress,
  access: AzureAccessSource,
): Promise<FlexibleServer | undefined> {
  const client = await ArmClient.connect(access);
  return client.find<FlexibleServer>(serverId(client, address), PRODUCTS[address.product].apiVersion);
}

/** Waits until a server accepts changes. */
export async function awaitServer(address: ServerAddress, access: AzureAccessSource): Promise<void> {
  await awaitRestore(`server ${address.serverName}`, async () => {
    const state = (await findServer(address, access))?.properties.state;
    return { state, ready: state === "Ready" };
  });
}

/** The server with its parameters and firewall rules; undefined when there is none. */
export async function describeServer(
  address: ServerAddress,
  access: AzureAccessSource,
): Promise<ServerDescription | undefined> {
  const client = await ArmClient.connect(access);
  const server = await findServer(address, access);
  if (server === undefined) return undefined;
  const [parameters, firewallRules] = await Promise.all([
    readParameters(client, address),
    hasPublicAccess(server) ? readFirewallRules(client, address) : [],
  ]);
  return { server, parameters, firewallRules };
}

/** The parameters that are not at their defaults: a copy has to get them if a restore drops them. */
export function parametersSet(parameters: readonly ServerParameter[]): Record<string, string> {
  const set = parameters.filter(({ readOnly, value, defaultValue }) => !readOnly && value !== defaultValue);
  return Object.fromEntries(set.map(({ name, value }) => [name, value]));
}

/** A server in a virtual network has no firewall of its own. */
export function hasPublicAccess({ properties }: FlexibleServer): boolean {
  return (
    properties.network?.delegatedSubnetResourceId == null && properties.network?.publicNetworkAccess !== "Disabled"
  );
}

/** Why a server does not meet the goal, as text; empty when it does. More than required is not a problem. */
export function serverShortfalls({ properties }: FlexibleServer, backupRetentionDays: number): string[] {
  const days = properties.backup?.backupRetentionDays ?? 0;
  return days < backupRetentionDays
    ? [`its backup retention is ${counted(days, "day")}, below ${backupRetentionDays}`]
    : [];
}

/** The server; an error when there is none. */
export async function existingServer(address: ServerAddress, access: AzureAccessSource): Promise<FlexibleServer> {
  const server = await findServer(address, access);
  if (server === undefined)
    throw new Error(
      `there is no server ${address.serverName} in resource group ${address.resourceGroupName}; it may just have been deleted: run the program again`,
    );
  return server;
}

export async function readParameters(client: ArmClient, address: ServerAddress): Promise<ServerParameter[]> {
  // MySQL's API returns flags as the texts True and False, PostgreSQL's as booleans.
  const yes = (flag: unknown) => flag === true || flag === "True";
  const parameters = await client.list<{ name: string; properties: Record<string, unknown> }>(
    `${serverId(client, address)}/configurations`,
    PRODUCTS[address.product].apiVersion,
  );
  return parameters.map(({ name, properties }) => ({
    name,
    value: String(properties.value ?? ""),
    defaultValue: String(properties.defaultValue ?? ""),
    readOnly: yes(properties.isReadOnly),
    dynamic: yes(properties.isDynamicConfig),
    pendingRestart: yes(properties.isConfigPendingRestart),
  }));
}

export async function readFirewallRules(client: ArmClient, address: ServerAddress): Promise<FirewallRule[]> {
  const rules = await client.list<{ name: string; properties: Omit<FirewallRule, "name"> }>(
    `${serverId(client, address)}/firewallRules`,
    PRODUCTS[address.product].apiVersion,
  );
  return rules.map(({ name, properties: { startIpAddress, endIpAddress } }) => ({
    name,
    startIpAddress,
    endIpAddress,
  }));
}

export function serverId(client: ArmClient, { product, resourceGroupName, serverName }: ServerAddress): string {
  return `${client.resourceGroup(resourceGroupName)}/providers/${PRODUCTS[product].type}/${serverName}`;
}
