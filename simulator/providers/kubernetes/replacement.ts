/**
 * Which changes pulumi-kubernetes makes by replacing the object: its table `forceNew` (provider/pkg/provider/diff.go, 4.34),
 * for the kinds that are simulated. Everything else is changed in place.
 */

import { isObject } from "../../cloud/kubernetes/objects";
import type { PropertyMap } from "../provider";

export interface ProviderOptions {
  enableConfigMapMutable: boolean;
  /** Whether the resource is a patch: everything except its identity is changed in place. */
  patch?: boolean;
}

type Path = readonly string[];

/** An object is identified by these. */
const IDENTITY: Path[] = [
  ["metadata", "name"],
  ["metadata", "namespace"],
];

const BY_KIND: Record<string, Path[]> = {
  Job: [
    ["spec", "selector"],
    ["spec", "template"],
  ],
  Secret: [["data"], ["stringData"], ["type"]],
  RoleBinding: [["roleRef"]],
};

/** A ConfigMap's content, unless the provider's settings allow ConfigMaps to change: pods do not notice when they do. */
const CONFIG_MAP_CONTENT: Path[] = [["binaryData"], ["data"]];

export function replacingPaths(inputs: PropertyMap, options: ProviderOptions): Path[] {
  if (options.patch) return IDENTITY;
  if (inputs.kind === "ConfigMap") {
    const frozen = !options.enableConfigMapMutable || inputs.immutable === true;
    return frozen ? [...IDENTITY, ...CONFIG_MAP_CONTENT] : IDENTITY;
  }
  return [...IDENTITY, ...(BY_KIND[String(inputs.kind)] ?? [])];
}

/**
 * Whether a change of `path` to `value` touches one of `paths`: it is one of them, lies inside one, or is an object that
 * brings one along.
 */
export function touches(paths: Path[], path: readonly (string | number)[], value: unknown): boolean {
  return paths.some((wanted) => {
    const common = Math.min(wanted.length, path.length);
    for (let index = 0; index < common; index += 1) if (wanted[index] !== path[index]) return false;
    return (
      wanted
        .slice(common)
        .reduce<unknown>((inner, key) => (isObject(inner) ? inner[key] : undefined), value ?? null) !== undefined
    );
  });
}
