import { KINDS, type Kind } from "../../cloud/kubernetes/kinds";
import type { TypeName } from "../../cloud/kubernetes/schema";

/** A type of resources: a kind, or some fields of an object of that kind that others own (`ConfigMapPatch`). */
export interface ResourceType {
  kind: Kind & { fields: TypeName };
  patch: boolean;
}

/** The kinds of which programs declare patches. */
const PATCHED = ["ConfigMap", "Lease"];

/** By type token, such as `kubernetes:core/v1:ConfigMap`: the kinds that programs declare. */
export const TYPES = new Map<string, ResourceType>(
  KINDS.filter((kind) => kind.fields).flatMap((known) => {
    const kind = known as ResourceType["kind"];
    const token = `kubernetes:${kind.group === "" ? `core/${kind.apiVersion}` : kind.apiVersion}:${kind.kind}`;
    const whole: [string, ResourceType] = [token, { kind, patch: false }];
    return PATCHED.includes(kind.kind) ? [whole, [`${token}Patch`, { kind, patch: true }] as const] : [whole];
  }),
);
