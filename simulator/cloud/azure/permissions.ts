import { ArmError } from "./error";
import { type JsonObject, object } from "./json";
import type { ResourcePath } from "./resource-id";

/** One action, and where a role has to be assigned for it: on a resource group (or what is in it), or on the subscription. */
export interface ArmAccess {
  /** As in a role's definition: `Microsoft.DocumentDB/databaseAccounts/read`. */
  action: string;
  scope: "group" | "subscription";
}

/** What a role gives on its scope: an action, in which `*` stands for any characters, without those that the role excepts. */
export interface ArmGrant extends ArmAccess {
  notActions?: readonly string[];
}

const VERBS: Record<string, string> = { GET: "read", PUT: "write", PATCH: "write", DELETE: "delete" };

/** Where a provider answers how a change goes on. [Microsoft Learn, Azure permissions for Databases, Networking, Management and governance] */
const STATUS: Record<string, string> = {
  "microsoft.documentdb": "Microsoft.DocumentDB/locations/operationsStatus/read",
  "microsoft.dbforpostgresql": "Microsoft.DBforPostgreSQL/locations/azureAsyncOperation/read",
  "microsoft.dbformysql": "Microsoft.DBforMySQL/locations/azureAsyncOperation/read",
  "microsoft.network": "Microsoft.Network/locations/operations/read",
  "microsoft.dataprotection": "Microsoft.DataProtection/locations/operationStatus/read",
};

/** What a request's caller may do. They may do everything until roles restrict them. */
export class ArmPermissions {
  #allowed: readonly ArmGrant[] | undefined;
  #watching: ((access: ArmAccess) => void) | undefined;

  /** From now on, only these are allowed; without any, everything again. */
  restrict(allowed: readonly ArmGrant[] | undefined): void {
    this.#allowed = allowed;
  }

  /** Has each access reported before it is decided. */
  watch(by: ((access: ArmAccess) => void) | undefined): void {
    this.#watching = by;
  }

  allows(access: ArmAccess): boolean {
    return this.#allowed === undefined || this.#allowed.some((grant) => gives(grant, access));
  }

  /** What is allowed on a scope, as the Resource Manager lists it. */
  listed(scope: ArmAccess["scope"]): { actions: string[]; notActions: string[] }[] {
    if (this.#allowed === undefined) return [{ actions: ["*"], notActions: [] }];
    return this.#allowed
      .filter((grant) => grant.scope === scope)
      .map(({ action, notActions = [] }) => ({ actions: [action], notActions: [...notActions] }));
  }

  /** @throws {ArmError} as the Resource Manager refuses a caller without the action [Microsoft Learn, Troubleshoot Azure RBAC] */
  authorize(accesses: readonly ArmAccess[], path: string): void {
    for (const access of accesses) {
      this.#watching?.(access);
      if (!this.allows(access))
        throw new ArmError(
          "AuthorizationFailed",
          `The client does not have authorization to perform action '${access.action}' over scope '${path}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
          403,
        );
    }
  }
}

/**
 * Actions that Azure publishes under another name than the one that their path has: the list of a subscription is "List all the
 * restorable database accounts". [Microsoft Learn, Azure permissions for Databases; Manage permissions to restore an Azure Cosmos DB account]
 */
const PUBLISHED_AS: Record<string, string> = {
  "microsoft.documentdb/restorabledatabaseaccounts/read":
    "Microsoft.DocumentDB/locations/restorableDatabaseAccounts/read",
};

/** The action of a request. [Microsoft Learn, Azure role definitions] */
export function accessesOf(
  method: string,
  type: string,
  action: string | undefined,
  path: ResourcePath,
  body: JsonObject,
): ArmAccess[] {
  const scope = path.resourceGroup === undefined ? "subscription" : "group";
  const own = action === undefined ? `${type}/${VERBS[method] ?? method.toLowerCase()}` : `${type}/${action}/action`;
  const linked = method === "PUT" || method === "PATCH" ? linkedActions(type, body) : [];
  return [{ action: PUBLISHED_AS[own.toLowerCase()] ?? own, scope }, ...linked];
}

/** What it takes to follow a change that Azure goes on with. */
export function statusAccess(type: string): ArmAccess[] {
  const action = STATUS[type.split("/")[0]?.toLowerCase() ?? ""];
  return action === undefined ? [] : [{ action, scope: "subscription" }];
}

/** Actions on what a request refers to. */
function linkedActions(type: string, body: JsonObject): ArmAccess[] {
  const properties = object(body.properties);
  const group = (action: string): ArmAccess => ({ action, scope: "group" });
  const linked: ArmAccess[] = [];
  const network = object(properties.network);
  // [Microsoft Learn, Networking overview with private access: permissions of the subnet and the zone]
  if (network.delegatedSubnetResourceId || object(properties.subnet).id)
    linked.push(group("Microsoft.Network/virtualNetworks/subnets/join/action"));
  const zones = list(properties.privateDnsZoneConfigs).some((each) => object(each.properties).privateDnsZoneId);
  if (network.privateDnsZoneArmResourceId || network.privateDnsZoneResourceId || zones)
    linked.push(group("Microsoft.Network/privateDnsZones/join/action"));
  // [Microsoft Learn, Configure access to Azure Cosmos DB from virtual networks]
  if (Array.isArray(properties.virtualNetworkRules) && properties.virtualNetworkRules.length > 0)
    linked.push(group("Microsoft.Network/virtualNetworks/subnets/joinViaServiceEndpoint/action"));
  // [Microsoft Learn, Azure RBAC permissions for Azure Private Link]
  for (const each of list(properties.privateLinkServiceConnections)) {
    const [, provider, kind] =
      /\/providers\/([^/]+)\/([^/]+)\//.exec(String(object(each.properties).privateLinkServiceId)) ?? [];
    if (provider && kind) linked.push(group(`${provider}/${kind}/privateEndpointConnectionsApproval/action`));
  }
  if (Object.keys(object(object(body.identity).userAssignedIdentities)).length > 0)
    linked.push(group("Microsoft.ManagedIdentity/userAssignedIdentities/assign/action"));
  // [Microsoft Learn, Manage permissions to restore an Azure Cosmos DB account]
  if (type === "Microsoft.DocumentDB/databaseAccounts" && properties.createMode === "Restore")
    linked.push({
      action: "Microsoft.DocumentDB/locations/restorableDatabaseAccounts/restore/action",
      scope: "subscription",
    });
  return linked;
}

function list(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value : [];
}

/** Azure compares actions without regard to case, and takes `notActions` out of what `actions` give. [Microsoft Learn, Azure role definitions] */
export function gives({ scope, action, notActions = [] }: ArmGrant, access: ArmAccess): boolean {
  const fits = (pattern: string) => like(pattern.toLowerCase(), access.action.toLowerCase());
  return scope === access.scope && fits(action) && !notActions.some(fits);
}

/** Whether a text fits a pattern in which `*` stands for any characters. */
function like(pattern: string, text: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(text);
}
