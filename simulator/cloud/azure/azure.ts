import { Identifiers } from "../aws/identifiers";
import type { SimulatedClock } from "../clock";
import { CosmosDb } from "./cosmosdb";
import { DataProtection } from "./data-protection";
import { ArmError } from "./error";
import { FlexibleServers } from "./flexible-servers";
import type { JsonObject } from "./json";
import { MYSQL } from "./mysql";
import { Network } from "./network";
import { reportArmExchange } from "./observer";
import { type ArmAccess, ArmPermissions, accessesOf, statusAccess } from "./permissions";
import { POSTGRESQL } from "./postgresql";
import { parseResourcePath } from "./resource-id";
import type { ArmAnswer, ArmResourceType, ResourceName } from "./resource-type";
import { RoleAssignments } from "./role-assignments";
import { checkTags } from "./tags";

export interface ArmRequest {
  method: string;
  /** Without the query. */
  path: string;
  apiVersion: string | undefined;
  body?: JsonObject;
}

/** A request whose path is taken apart. */
interface AllowedRequest {
  method: string;
  type: string;
  /** The last word of a POST. */
  action: string | undefined;
  isList: boolean;
  name: ResourceName;
  body: JsonObject;
}

/**
 * The simulated Azure: one subscription, whose Resource Manager knows the databases that are supported and what belongs
 * to them. Providers and operations (over HTTP) ask the same Resource Manager.
 */
export class AzureCloud {
  readonly clock: SimulatedClock;
  readonly identifiers: Identifiers;
  readonly subscription: string;
  readonly postgresql: FlexibleServers;
  readonly mysql: FlexibleServers;
  readonly cosmosdb: CosmosDb;
  readonly roles: RoleAssignments;
  readonly dataProtection: DataProtection;
  /** What programs and providers may do. */
  readonly permissions = new ArmPermissions();
  readonly #types: Map<string, ArmResourceType>;
  readonly #resourceGroups = new Map<string, string>();
  readonly #otherSubscriptions = new Map<string, "same tenant" | "another tenant">();
  readonly #forbiddenGroups = new Set<string>();

  constructor(clock: SimulatedClock, seed: number) {
    this.clock = clock;
    this.identifiers = new Identifiers(seed);
    this.subscription = this.identifiers.uuid();
    this.postgresql = new FlexibleServers(clock, POSTGRESQL);
    this.mysql = new FlexibleServers(clock, MYSQL);
    this.cosmosdb = new CosmosDb(clock, this.identifiers, this.subscription);
    const network = new Network((id) => {
      const name = id.split("/").at(-1) as string;
      return this.postgresql.find(name) ?? this.mysql.find(name) ?? this.cosmosdb.find(name);
    });
    this.roles = new RoleAssignments(clock, (id) => this.#exists(id));
    const { identifiers, postgresql, roles } = this;
    this.dataProtection = new DataProtection({ clock, identifiers, postgresql, roles });
    const parts = [this.postgresql, this.mysql, this.cosmosdb, network, this.roles, this.dataProtection];
    const types = parts.flatMap((part) => part.resourceTypes());
    this.#types = new Map(types.map((type) => [type.type.toLowerCase(), type]));
  }

  createResourceGroup(name: string, location: string): void {
    this.#resourceGroups.set(name.toLowerCase(), location);
  }

  /** Another subscription, in which callers have no permissions. */
  addOtherSubscription(subscription: string, tenant: "same tenant" | "another tenant"): void {
    this.#otherSubscriptions.set(subscription.toLowerCase(), tenant);
  }

  /** From now on callers have no role in the group. */
  forbidGroup(name: string): void {
    this.#forbiddenGroups.add(name.toLowerCase());
  }

  /** Where a resource group is; undefined when there is none. */
  locationOfGroup(name: string): string | undefined {
    return this.#resourceGroups.get(name.toLowerCase());
  }

  /** Answers a provider's request as the Resource Manager does. @throws {ArmError} as it refuses one. */
  request(request: ArmRequest): ArmAnswer {
    const { method, path, apiVersion, body } = request;
    const asked = { from: "provider" as const, method, url: `${path}?api-version=${apiVersion}`, request: body };
    try {
      const { http, created, ...answer } = this.answer(request);
      const status = http?.status ?? (created ? 201 : answer.body === undefined ? 204 : 200);
      reportArmExchange({ ...asked, status, answer: http?.body ?? answer.body });
      return { http, created, ...answer };
    } catch (error) {
      if (error instanceof ArmError) reportArmExchange({ ...asked, status: error.status });
      throw error;
    }
  }

  /** Answers a request, and reports nothing. @throws {ArmError} */
  answer(request: ArmRequest): ArmAnswer {
    return this.#answer(request, (accesses) => this.permissions.authorize(accesses, request.path));
  }

  #answer(
    { method, path, apiVersion, body = {} }: ArmRequest,
    authorize: (accesses: readonly ArmAccess[]) => void,
  ): ArmAnswer {
    if (apiVersion === undefined)
      throw new ArmError(
        "MissingApiVersionParameter",
        "The api-version query parameter (?api-version=) is required for all requests.",
      );
    const parsed = parseResourcePath(path);
    const elsewhere = this.#otherSubscriptions.get(parsed.subscription.toLowerCase());
    if (elsewhere === "same tenant") throw authorizationFailed(method, parsed, path);
    if (elsewhere === "another tenant")
      // [Microsoft Learn, Troubleshoot authentication and authorization of the Resource Manager]
      throw new ArmError(
        "InvalidAuthenticationTokenTenant",
        `The access token is from the wrong issuer. It must match the tenant associated with the subscription '${parsed.subscription}'.`,
        401,
      );
    if (parsed.subscription.toLowerCase() !== this.subscription)
      throw new ArmError("SubscriptionNotFound", `The subscription '${parsed.subscription}' could not be found.`, 404);
    const { resourceGroup } = parsed;
    if (method === "GET" && /^\/subscriptions\/[^/]+\/resourcegroups$/i.test(path))
      return { body: { value: this.#readableGroups() } };
    const group = this.#forbiddenGroups.has((resourceGroup ?? "").toLowerCase());
    // A role on some groups alone gives nothing on the subscription. [Microsoft Learn, Understand scope for Azure RBAC]
    const whole = resourceGroup === undefined && parsed.names.length === 0 && parsed.type.split("/").length === 2;
    if (group || (whole && this.#forbiddenGroups.size > 0)) throw authorizationFailed(method, parsed, path);
    if (resourceGroup !== undefined && this.locationOfGroup(resourceGroup) === undefined)
      throw new ArmError("ResourceGroupNotFound", `Resource group '${resourceGroup}' could not be found.`, 404);
    if (method === "PUT" || method === "PATCH") checkTags(body);
    const name: ResourceName = { ...parsed, resourceGroup: resourceGroup ?? "" };
    // Before anything that is backed up can change or go.
    this.dataProtection.runWhatIsDue();

    if (method === "GET" && parsed.type === "Microsoft.Authorization/permissions")
      return { body: { value: this.#permissionsAt(resourceGroup) } };

    const types = parsed.type.split("/");
    const action = method === "POST" ? (types.pop() as string) : undefined;
    const type = this.#typeOf(types.join("/"), apiVersion);
    const isList = action === undefined && name.names.length < types.length - 1;
    authorize(accessesOf(method, type.type, action, parsed, body));
    // Azure refuses to say how a change goes on after it has taken it; here, before: nothing has begun that cannot be repeated.
    if (method !== "GET" && method !== "POST") authorize(statusAccess(type.type));
    const answer = this.#run(type, { method, body, action, isList, name, type: parsed.type });
    if (method === "POST" && answer.simulatedMillis !== undefined) authorize(statusAccess(type.type));
    return answer;
  }

  /** "Gets all the resource groups for a subscription", of which a caller sees those that it may read. [Azure REST API, Resource Groups - List] */
  #readableGroups(): JsonObject[] {
    return [...this.#resourceGroups]
      .filter(([name]) => !this.#forbiddenGroups.has(name))
      .map(([name, location]) => ({
        id: `/subscriptions/${this.subscription}/resourceGroups/${name}`,
        name,
        location,
      }));
  }

  /** What the caller's roles give on a scope; those on the subscription are inherited. Everybody may ask. [Azure REST API, Permissions] */
  #permissionsAt(resourceGroup: string | undefined): JsonObject[] {
    const inherited = this.permissions.listed("subscription");
    const all = resourceGroup === undefined ? inherited : [...inherited, ...this.permissions.listed("group")];
    return all.map((each) => ({ ...each, dataActions: [], notDataActions: [] }));
  }

  /** Runs a request that is allowed. Inferred how Azure names what it has not: a POST to an unknown action would decide it. */
  #run(type: ArmResourceType, { method, action, isList, name, body, type: typeName }: AllowedRequest): ArmAnswer {
    if (action !== undefined) {
      const run = Object.entries(type.actions ?? {}).find(
        ([known]) => known.toLowerCase() === action.toLowerCase(),
      )?.[1];
      if (run) return run(name, body);
    } else if (method === "GET" && isList) {
      if (type.list) return { body: { value: type.list(name) } };
    } else if (method === "GET" && type.get) return type.get(name);
    else if (method === "PUT" && type.put) return type.put(name, body);
    else if (method === "PATCH" && type.patch) return type.patch(name, body);
    else if (method === "DELETE" && type.delete) return type.delete(name);
    throw new ArmError(
      "MethodNotAllowed",
      `The request ${method} for the resource type '${typeName}' is not allowed, or not simulated.`,
      405,
    );
  }

  /** Whether there is a subscription, group or resource of that id. */
  #exists(id: string): boolean {
    const { subscription, resourceGroup, type, names } = parseResourcePath(id);
    if (subscription.toLowerCase() !== this.subscription) return false;
    if (resourceGroup !== undefined && this.locationOfGroup(resourceGroup) === undefined) return false;
    if (type === "") return true;
    const [apiVersion] = this.#types.get(type.toLowerCase())?.apiVersions ?? [];
    if (apiVersion === undefined || names.length !== type.split("/").length - 1) return false;
    try {
      // Azure looks for itself.
      this.#answer({ method: "GET", path: id, apiVersion }, () => {});
      return true;
    } catch (error) {
      if (error instanceof ArmError && error.status === 404) return false;
      throw error;
    }
  }

  /** [Microsoft Learn, "Resolve errors for resource provider registration"] */
  #typeOf(name: string, apiVersion: string): ArmResourceType {
    const type = this.#types.get(name.toLowerCase());
    if (!type)
      throw new ArmError(
        "InvalidResourceType",
        `The resource type '${name}' could not be found, or is not simulated.`,
        404,
      );
    if (type.apiVersions.includes(apiVersion)) return type;
    const [, ...kind] = type.type.split("/");
    throw new ArmError(
      "NoRegisteredProviderFound",
      `No registered resource provider found for API version '${apiVersion}' for type '${kind.join("/")}'. The supported api-versions are '${type.apiVersions.join(", ")}'.`,
    );
  }
}

/** [Microsoft Learn, Troubleshoot Azure RBAC] Without a role, a caller does not learn whether a resource exists. */
function authorizationFailed(method: string, { type }: { type: string }, path: string): ArmError {
  const action = `${type}/${method === "GET" ? "read" : method === "DELETE" ? "delete" : "write"}`;
  return new ArmError(
    "AuthorizationFailed",
    `The client does not have authorization to perform action '${action}' over scope '${path}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
    403,
  );
}

export type { RecoveryPoint } from "./backup-instance";
export type { BackupVault } from "./backup-vault";
export type { CosmosAccount, Item } from "./cosmosdb-account";
export { pointsOf } from "./data-protection";
export { ArmError } from "./error";
export type { FlexibleServer } from "./flexible-server";
export type { FlexibleServers } from "./flexible-servers";
export { type JsonObject, merged, object, without } from "./json";
export { type ArmAccess, type ArmGrant, gives } from "./permissions";
export { STORED_PROCEDURE } from "./schema-loader";
export { checkTags } from "./tags";
