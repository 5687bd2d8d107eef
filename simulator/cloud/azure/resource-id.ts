import { ArmError } from "./error";

/** The path of a request to the Azure Resource Manager, taken apart. */
export interface ResourcePath {
  subscription: string;
  resourceGroup?: string;
  /** The part before the last provider: the resource that it extends, or its resource group. */
  scope: string;
  /** Namespace and types, such as `Microsoft.DBforPostgreSQL/flexibleServers/configurations`; empty for a group itself. */
  type: string;
  /** One for each type; one fewer for a list, or an action. */
  names: string[];
}

/** Inferred how Azure names it: a request without a subscription would decide it. @throws {ArmError} for a path that is none. */
export function parseResourcePath(path: string): ResourcePath {
  const whole = path
    .split("/")
    .filter((segment) => segment !== "")
    .map(decodeURIComponent);
  // A resource that extends another one comes after a provider of its own.
  const last = whole.map((segment) => segment.toLowerCase()).lastIndexOf("providers");
  const scope = `/${(last < 0 ? whole : whole.slice(0, last)).join("/")}`;
  const extended = whole.findIndex((segment) => segment.toLowerCase() === "providers");
  const segments = last > extended ? [...whole.slice(0, extended), ...whole.slice(last)] : whole;
  const is = (index: number, word: string) => segments[index]?.toLowerCase() === word.toLowerCase();
  const problem = () =>
    new ArmError("InvalidResourceId", `The resource identifier '${path}' is not valid or not simulated.`);
  if (!is(0, "subscriptions") || segments[1] === undefined) throw problem();
  const subscription = segments[1];
  let next = 2;
  let resourceGroup: string | undefined;
  if (is(next, "resourceGroups")) {
    resourceGroup = segments[next + 1];
    next += 2;
  }
  if (next >= segments.length) return { subscription, resourceGroup, scope, type: "", names: [] };
  if (!is(next, "providers") || segments.length < next + 3) throw problem();
  const rest = segments.slice(next + 2);
  const types = rest.filter((_, index) => index % 2 === 0);
  const names = rest.filter((_, index) => index % 2 === 1);
  return { subscription, resourceGroup, scope, type: [segments[next + 1], ...types].join("/"), names };
}

/** `/subscriptions/.../providers/<namespace>/<type>/<name>/...`. */
export function resourceId(
  subscription: string,
  resourceGroup: string,
  type: string,
  names: readonly string[],
): string {
  const [namespace, ...types] = type.split("/");
  const pairs = types.map((kind, index) => `${kind}/${names[index]}`);
  return `/subscriptions/${subscription}/resourceGroups/${resourceGroup}/providers/${namespace}/${pairs.join("/")}`;
}

/** Whether an id is one of a resource group; names in ids are not case-sensitive. */
export function inGroup(id: string, resourceGroup: string): boolean {
  return id.split("/")[4]?.toLowerCase() === resourceGroup.toLowerCase();
}
