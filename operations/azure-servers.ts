import type { AzureAccessSource } from "./azure";
import { ArmClient, awaitRestore } from "./azure-arm";
import { waitingClock } from "./clock";

/** Which of the two products: Azure Database for MySQL, Azure Database for PostgreSQL; flexible servers both. */
export type ServerProduct = "mysql" | "postgresql";

const PRODUCTS = {
  mysql: { type: "Microsoft.DBforMySQL/flexibleServers", apiVersion: "2023-12-30" },
  postgresql: { type: "Microsoft.DBforPostgreSQL/flexibleServers", apiVersion: "2025-08-01" },
} as const;

/** Between two looks at a server that is still changing, at most, and for how long: most are ready within seconds. */
const LONGEST_LOOK_SECONDS = 15;
const READY_PATIENCE_MILLIS = 60 * 60_000;
/** The states of a server that end by themselves; in any other it takes no change until somebody acts. */
const PASSING_STATES = ["Updating", "Starting", "Restarting", "Provisioning"];

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
  return client.find<FlexibleServer>(idOf(client, address), PRODUCTS[address.product].apiVersion);
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

/** The parameters that somebody has set: those that a copy has to be given when a restore drops them. */
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
  return days < backupRetentionDays ? [`its backup retention is ${days} days, below ${backupRetentionDays}`] : [];
}

/** What `protectServer` is asked. */
export interface ServerProtection extends ServerAddress {
  backupRetentionDays: number;
}

/** Raises the retention of a server that keeps backups for too short a time, and alters nothing else. Idempotent. */
export async function protectServer(
  request: ServerProtection,
  access: AzureAccessSource,
  say: (line: string) => void,
): Promise<void> {
  const client = await ArmClient.connect(access);
  const server = await existing(request, access);
  await raiseRetention(client, request, server, request.backupRetentionDays, say);
}

/** Settings that are made after the restore, because the restore drops them or has no argument for them. */
export interface ServerCompletion extends ServerAddress {
  tags: Record<string, string>;
  backupRetentionDays: number;
  /** Parameters by name; those that have these values already are left alone. */
  parameters: Record<string, string>;
  firewallRules: FirewallRule[];
  highAvailability?: HighAvailability;
  maintenanceWindow?: MaintenanceWindow;
  /** `Enabled` or `Disabled`; absent for a server in a virtual network. */
  publicNetworkAccess?: string;
}

/** Gives a restored server what the restore drops. Idempotent and resumable: it looks before it changes, one change at a time. */
export async function completeServer(
  wanted: ServerCompletion,
  access: AzureAccessSource,
  say: (line: string) => void,
): Promise<void> {
  const client = await ArmClient.connect(access);
  const server = await existing(wanted, access);
  await raiseRetention(client, wanted, server, wanted.backupRetentionDays, say);

  await setPublicAccess(client, wanted, server, access, say);

  const tags = { ...server.tags, ...wanted.tags };
  if (!sameValues(tags, server.tags ?? {})) {
    await change(client, wanted, "PATCH", "", { tags });
    say(`${wanted.serverName}: ${Object.keys(tags).length} tags`);
  }
  const { maintenanceWindow } = wanted;
  if (maintenanceWindow && !sameValues(maintenanceWindow, server.properties.maintenanceWindow ?? {})) {
    await change(client, wanted, "PATCH", "", { properties: { maintenanceWindow } });
    say(`${wanted.serverName}: maintenance window`);
  }
  await setParameters(client, wanted, say);
  await setFirewallRules(client, wanted, server, say);

  // Last: with a standby, every other change takes longer.
  const mode = wanted.highAvailability?.mode ?? "Disabled";
  if (mode !== "Disabled" && server.properties.highAvailability?.mode !== mode) {
    await change(client, wanted, "PATCH", "", { properties: { highAvailability: wanted.highAvailability } });
    say(`${wanted.serverName}: high availability ${mode}`);
  }
}

/** Sets the public network access, which a restore may ignore, and checks that it has been set. */
async function setPublicAccess(
  client: ArmClient,
  wanted: ServerCompletion,
  server: FlexibleServer,
  access: AzureAccessSource,
  say: (line: string) => void,
): Promise<void> {
  const { publicNetworkAccess, serverName } = wanted;
  const differs = ({ properties }: FlexibleServer) => properties.network?.publicNetworkAccess !== publicNetworkAccess;
  if (publicNetworkAccess === undefined || !differs(server)) return;
  await change(client, wanted, "PATCH", "", { properties: { network: { publicNetworkAccess } } });
  const now = await existing(wanted, access);
  if (differs(now))
    throw new Error(
      `the public network access of server ${serverName} is still ${now.properties.network?.publicNetworkAccess}, not ${publicNetworkAccess}; run this again`,
    );
  say(`${serverName}: public network access ${publicNetworkAccess}`);
}

async function setParameters(client: ArmClient, wanted: ServerCompletion, say: (line: string) => void): Promise<void> {
  const present = new Map((await readParameters(client, wanted)).map((parameter) => [parameter.name, parameter]));
  for (const [name, value] of Object.entries(wanted.parameters)) {
    if (present.get(name)?.value === value) continue;
    await change(client, wanted, "PATCH", `/configurations/${name}`, {
      properties: { value, source: "user-override" },
    });
    say(`${wanted.serverName}: ${name} = ${value}`);
  }
  // Asked anew: an earlier run may have set parameters, and been stopped before the restart.
  const waiting = (await readParameters(client, wanted)).filter(({ pendingRestart }) => pendingRestart);
  if (waiting.length === 0) return;
  const how = wanted.product === "mysql" ? { restartWithFailover: "Disabled" } : undefined;
  await change(client, wanted, "POST", "/restart", how);
  say(`${wanted.serverName}: restarted for ${waiting.map(({ name }) => name).join(", ")}`);
}

async function setFirewallRules(
  client: ArmClient,
  wanted: ServerCompletion,
  server: FlexibleServer,
  say: (line: string) => void,
): Promise<void> {
  if (wanted.firewallRules.length === 0 || !hasPublicAccess(server)) return;
  const present = new Map((await readFirewallRules(client, wanted)).map((rule) => [rule.name, rule]));
  for (const rule of wanted.firewallRules) {
    if (sameValues(rule, present.get(rule.name) ?? {})) continue;
    const { name, ...properties } = rule;
    await change(client, wanted, "PUT", `/firewallRules/${name}`, { properties });
    say(`${wanted.serverName}: firewall rule ${name}`);
  }
}

async function raiseRetention(
  client: ArmClient,
  address: ServerAddress,
  server: FlexibleServer,
  backupRetentionDays: number,
  say: (line: string) => void,
): Promise<void> {
  if (serverShortfalls(server, backupRetentionDays).length === 0) {
    say(`${address.serverName}: backups are kept for ${server.properties.backup?.backupRetentionDays} days already`);
    return;
  }
  const { geoRedundantBackup } = server.properties.backup ?? {};
  // MySQL takes the backup's settings as a whole: what is left out is its default. PostgreSQL fixes this one at creation.
  const whole = address.product === "mysql" && geoRedundantBackup ? { geoRedundantBackup } : {};
  await change(client, address, "PATCH", "", { properties: { backup: { backupRetentionDays, ...whole } } });
  say(`${address.serverName}: backups are kept for ${backupRetentionDays} days`);
}

/**
 * Makes one change of a server, once it is ready for it: a server goes on updating itself for a while after Azure has
 * called a change done, and refuses the next one (ServerIsNotReady).
 */
async function change(
  client: ArmClient,
  address: ServerAddress,
  method: "PATCH" | "POST" | "PUT",
  below: string,
  body?: object,
): Promise<void> {
  const { apiVersion } = PRODUCTS[address.product];
  const id = idOf(client, address);
  const clock = waitingClock();
  const deadline = clock.now() + READY_PATIENCE_MILLIS;
  for (let seconds = 1; ; seconds = Math.min(seconds * 2, LONGEST_LOOK_SECONDS)) {
    const { state = "Ready" } = (await client.request<FlexibleServer>("GET", id, apiVersion)).properties;
    if (state === "Ready") break;
    if (!PASSING_STATES.includes(state))
      throw new Error(
        `server ${address.serverName} is in the state ${state}, in which it takes no changes: start it, then run this again`,
      );
    if (clock.now() > deadline)
      throw new Error(
        `server ${address.serverName} is still in the state ${state} after ${READY_PATIENCE_MILLIS / 60_000} minutes; run this again`,
      );
    await clock.wait(seconds * 1000);
  }
  await client.request(method, `${id}${below}`, apiVersion, body);
}

async function existing(address: ServerAddress, access: AzureAccessSource): Promise<FlexibleServer> {
  const server = await findServer(address, access);
  if (server === undefined)
    throw new Error(
      `there is no server ${address.serverName} in resource group ${address.resourceGroupName}; it may just have been deleted: run the program again`,
    );
  return server;
}

async function readParameters(client: ArmClient, address: ServerAddress): Promise<ServerParameter[]> {
  // MySQL's API returns flags as the texts True and False, PostgreSQL's as booleans.
  const yes = (flag: unknown) => flag === true || flag === "True";
  const parameters = await client.list<{ name: string; properties: Record<string, unknown> }>(
    `${idOf(client, address)}/configurations`,
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

async function readFirewallRules(client: ArmClient, address: ServerAddress): Promise<FirewallRule[]> {
  const rules = await client.list<{ name: string; properties: Omit<FirewallRule, "name"> }>(
    `${idOf(client, address)}/firewallRules`,
    PRODUCTS[address.product].apiVersion,
  );
  return rules.map(({ name, properties: { startIpAddress, endIpAddress } }) => ({
    name,
    startIpAddress,
    endIpAddress,
  }));
}

function idOf(client: ArmClient, { product, resourceGroupName, serverName }: ServerAddress): string {
  return `${client.resourceGroup(resourceGroupName)}/providers/${PRODUCTS[product].type}/${serverName}`;
}

/** Whether every wanted value is there. */
function sameValues(wanted: object, present: object): boolean {
  return Object.entries(wanted).every(([key, value]) => Reflect.get(present, key) === value);
}
