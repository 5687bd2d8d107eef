import { ArmError } from "./error";

/** The path of a request to the Azure Resource Manager, taken apart. */
export interface ResourcePath {
  subscription: string;
  resourceGroup?: string;
  /** Namespace and types, such as `Microsoft.DBforPostgreSQL/flexibleServers/configurations`; empty for a group itself. */
  type: string;
  /** One for each type; one fewer for a list, or an action. */
  names: string[];
}

/** @throws {ArmError} for a path that is none. */
export function parseResourcePath(path: string): ResourcePath {
  const segments = path
    .split("/")
    .filter((segment) => segment !== "")
    .map(decodeURIComponent);
  const is = (index: number, word: string) => segments[index]?.toLowerCase() === word.toLowerCase();
  const fault = () =>
    new ArmError("InvalidResourceId", `The resource identifier '${path}' is not valid or not simulated.`);
  if (!is(0, "subscriptions") || segments[1] === undefined) throw fault();
  const subscription = segments[1];
  let next = 2;
  let resourceGroup: string | undefined;
  if (is(next, "resourceGroups")) {
    resourceGroup = segments[next + 1];
    next += 2;
  }
  if (next >= segments.length) return { subscription, resourceGroup, type: "", names: [] };
  if (!is(next, "providers") || segments.length < next + 3) throw fault();
  const rest = segments.slice(next + 2);
  const types = rest.filter((_, index) => index % 2 === 0);
  const names = rest.filter((_, index) => index % 2 === 1);
  return { subscription, resourceGroup, type: [segments[next + 1], ...types].join("/"), names };
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
