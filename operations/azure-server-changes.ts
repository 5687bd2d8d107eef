import { counted } from "../restore-points/counted";
import type { AzureAccessSource } from "./azure";
import { ArmClient } from "./azure-arm";
import {
  existingServer,
  type FirewallRule,
  type FlexibleServer,
  type HighAvailability,
  hasPublicAccess,
  type MaintenanceWindow,
  PRODUCTS,
  readFirewallRules,
  readParameters,
  type ServerAddress,
  serverId,
  serverShortfalls,
} from "./azure-servers";
import { eachCounted, longWork, numberedSteps, type Say } from "./long-work";
import { poll } from "./poll";

/** Between two looks at a server that is still changing, at most, and for how long: most are ready within seconds. */
const LONGEST_LOOK_SECONDS = 15;
const READY_PATIENCE_MILLIS = 60 * 60_000;
/** The states of a server that end by themselves; in any other it takes no change until somebody acts. */
const PASSING_STATES = ["Updating", "Starting", "Restarting", "Provisioning"];

/** What `protectServer` is asked. */
export interface ServerProtection extends ServerAddress {
  backupRetentionDays: number;
}

/** Raises the retention of a server that keeps backups for too short a time, and alters nothing else. Idempotent. */
export async function protectServer(request: ServerProtection, access: AzureAccessSource, say: Say): Promise<void> {
  const client = await ArmClient.connect(access);
  const server = await existingServer(request, access);
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
export async function completeServer(wanted: ServerCompletion, access: AzureAccessSource, say: Say): Promise<void> {
  const client = await ArmClient.connect(access);
  const server = await existingServer(wanted, access);
  const step = numberedSteps(wanted.serverName, 7);
  await step("retention of backups", () => raiseRetention(client, wanted, server, wanted.backupRetentionDays, say));
  await step("public network access", () => setPublicAccess(client, wanted, server, access, say));
  await step("tags", () => setTags(client, wanted, server, say));
  await step("maintenance window", () => setMaintenanceWindow(client, wanted, server, say));
  await step("parameters", () => setParameters(client, wanted, say));
  await step("firewall rules", () => setFirewallRules(client, wanted, server, say));
  // Last: with a standby, every other change takes longer.
  await step("high availability", () => setHighAvailability(client, wanted, server, say));
}

type Setting = (client: ArmClient, wanted: ServerCompletion, server: FlexibleServer, say: Say) => Promise<void>;

const setTags: Setting = async (client, wanted, server, say) => {
  const tags = { ...server.tags, ...wanted.tags };
  if (sameValues(tags, server.tags ?? {})) return;
  await change(client, wanted, "PATCH", "", { tags });
  say(`${wanted.serverName}: ${Object.keys(tags).length} tags`);
};

const setMaintenanceWindow: Setting = async (client, wanted, server, say) => {
  const { maintenanceWindow } = wanted;
  if (!maintenanceWindow || sameValues(maintenanceWindow, server.properties.maintenanceWindow ?? {})) return;
  await change(client, wanted, "PATCH", "", { properties: { maintenanceWindow } });
  say(`${wanted.serverName}: maintenance window`);
};

const setHighAvailability: Setting = async (client, wanted, server, say) => {
  const mode = wanted.highAvailability?.mode ?? "Disabled";
  if (mode === "Disabled" || server.properties.highAvailability?.mode === mode) return;
  await change(client, wanted, "PATCH", "", { properties: { highAvailability: wanted.highAvailability } });
  say(`${wanted.serverName}: high availability ${mode}`);
};

/** Sets the public network access, which a restore may ignore, and checks that it has been set. */
async function setPublicAccess(
  client: ArmClient,
  wanted: ServerCompletion,
  server: FlexibleServer,
  access: AzureAccessSource,
  say: Say,
): Promise<void> {
  const { publicNetworkAccess, serverName } = wanted;
  const differs = ({ properties }: FlexibleServer) => properties.network?.publicNetworkAccess !== publicNetworkAccess;
  if (publicNetworkAccess === undefined || !differs(server)) return;
  await change(client, wanted, "PATCH", "", { properties: { network: { publicNetworkAccess } } });
  const now = await existingServer(wanted, access);
  if (differs(now))
    throw new Error(
      `the public network access of server ${serverName} is still ${now.properties.network?.publicNetworkAccess}, not ${publicNetworkAccess}; run this again`,
    );
  say(`${serverName}: public network access ${publicNetworkAccess}`);
}

async function setParameters(client: ArmClient, wanted: ServerCompletion, say: Say): Promise<void> {
  const present = new Map((await readParameters(client, wanted)).map((parameter) => [parameter.name, parameter]));
  const different = Object.entries(wanted.parameters).filter(([name, value]) => present.get(name)?.value !== value);
  // A server takes one change at a time.
  await eachCounted("sets", "parameters", different, 1, async ([name, value]) => {
    await change(client, wanted, "PATCH", `/configurations/${name}`, {
      properties: { value, source: "user-override" },
    });
    say(`${wanted.serverName}: ${name} = ${value}`);
  });
  // Ask again: an earlier run may have set parameters and stopped before the restart.
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
  say: Say,
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
  say: Say,
): Promise<void> {
  if (serverShortfalls(server, backupRetentionDays).length === 0) {
    say(`${address.serverName}: backups are kept for ${server.properties.backup?.backupRetentionDays} days already`);
    return;
  }
  const { geoRedundantBackup } = server.properties.backup ?? {};
  // MySQL takes the backup's settings as a whole: what is left out is its default. PostgreSQL fixes this one at creation.
  const whole = address.product === "mysql" && geoRedundantBackup ? { geoRedundantBackup } : {};
  await change(client, address, "PATCH", "", { properties: { backup: { backupRetentionDays, ...whole } } });
  say(`${address.serverName}: backups are kept for ${counted(backupRetentionDays, "day")}`);
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
  const id = serverId(client, address);
  let said: string | undefined;
  const pace = {
    everyMillis: (looks: number) => Math.min(2 ** (looks - 1), LONGEST_LOOK_SECONDS) * 1000,
    limitMillis: READY_PATIENCE_MILLIS,
    late: () =>
      `server ${address.serverName} is still in the state ${said} after ${READY_PATIENCE_MILLIS / 60_000} minutes; run this again`,
  };
  await longWork({ what: `waits until ${address.serverName} takes a change`, state: () => said }, () =>
    poll(pace, async () => {
      const { state = "Ready" } = (await client.request<FlexibleServer>("GET", id, apiVersion)).properties;
      if (state === "Ready") return true;
      said = state;
      if (!PASSING_STATES.includes(state))
        throw new Error(
          `server ${address.serverName} is in the state ${state}, in which it takes no changes: start it, then run this again`,
        );
      return false;
    }),
  );
  await client.request(method, `${id}${below}`, apiVersion, body);
}

/** Whether every wanted value is there. */
function sameValues(wanted: object, present: object): boolean {
  return Object.entries(wanted).every(([key, value]) => Reflect.get(present, key) === value);
}
