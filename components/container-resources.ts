import { z } from "zod";

/** A number with the suffix of a power of ten or two. [Kubernetes API: Quantity] */
const QUANTITY = /^([+-]?(?:\d+\.?\d*|\.\d+))([eE][+-]?\d+|[numkMGTPE]|[KMGTPE]i)?$/;

const SUFFIXES: Record<string, number> = {
  ...{ n: 1e-9, u: 1e-6, m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 },
};

// YAML reads `cpu: 1` as a number, which Kubernetes accepts as well.
const quantity = z
  .custom<string>((value) => (amountOf(value) ?? -1) >= 0, {
    error: "a quantity of Kubernetes: a number with a unit, such as 128Mi or 100m",
  })
  .meta({ type: ["string", "number"], examples: ["128Mi"] });

/** Quantities by the resources' names, such as `{ cpu: "100m", memory: "96Mi" }`. */
export const quantities = z.record(z.string(), quantity);

/** What a container asks for, and what it may use at most. */
export interface ContainerResources {
  requests?: Record<string, string>;
  limits?: Record<string, string>;
}

/** Why Kubernetes refuses a container's resources: it asks for more than it may use. `defaults` hold where a part is not given. */
export function resourcesProblem(
  given: ContainerResources,
  defaults: Required<ContainerResources>,
): string | undefined {
  const { requests, limits } = { ...defaults, ...given };
  for (const [name, request] of Object.entries(requests)) {
    const limit = Object.hasOwn(limits, name) ? limits[name] : undefined;
    if (limit === undefined || (amountOf(request) ?? 0) <= (amountOf(limit) ?? 0)) continue;
    const byDefault = (part: keyof ContainerResources) => (given[part] === undefined ? ", the default" : "");
    return `requests.${name} (${request}${byDefault("requests")}) is above limits.${name} (${limit}${byDefault("limits")}), which Kubernetes does not accept; raise limits.${name}, or lower requests.${name}`;
  }
  return undefined;
}

/** A quantity as a number; undefined for a value that is none. */
function amountOf(value: unknown): number | undefined {
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  const [, number, suffix = ""] = QUANTITY.exec(String(value)) ?? [];
  if (number === undefined) return undefined;
  return /^[eE]./.test(suffix) ? Number(number + suffix) : Number(number) * (SUFFIXES[suffix] ?? 1);
}
