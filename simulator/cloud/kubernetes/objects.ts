/** What the simulated cluster keeps: Kubernetes objects as plain JSON. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
}

export interface ObjectMeta {
  name: string;
  /** Empty for an object of the cluster's own, such as a Namespace. */
  namespace: string;
  uid: string;
  resourceVersion: string;
  /** Counts the changes to `spec`; only for kinds that have one. */
  generation?: number;
  /** RFC 3339, UTC, whole seconds, as Kubernetes writes it. */
  creationTimestamp: string;
  /** Since when it is being deleted. */
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  managedFields?: ManagedFields[];
}

/** Which manager set which fields, as server-side apply keeps it. */
export interface ManagedFields {
  manager: string;
  operation: "Apply" | "Update";
  apiVersion: string;
  time: string;
  fieldsType: "FieldsV1";
  fieldsV1: JsonObject;
}

export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec?: JsonObject;
  status?: JsonObject;
  [field: string]: unknown;
}

/** An object as a client sends it: what the server fills in is absent. */
export interface ObjectManifest {
  apiVersion: string;
  kind: string;
  metadata?: Partial<ObjectMeta> | { name?: string; namespace?: string; [field: string]: unknown };
  [field: string]: unknown;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A copy that shares nothing with a value of JSON: `structuredClone` takes five times as long, and lets more than JSON through. */
export function copyOf<Value>(value: Value): Value {
  // Casts: a list's copy is a list, an object's an object.
  if (Array.isArray(value)) return value.map((item: unknown) => copyOf(item)) as Value;
  if (!isObject(value)) return value;
  const copy: Record<string, unknown> = {};
  for (const key in value) copy[key] = copyOf(value[key]);
  return copy as Value;
}

/** Whether two JSON values are equal, in any order of their keys. An absent key does not equal null. */
export function sameJson(left: unknown, right: unknown): boolean {
  if (Array.isArray(left)) {
    return (
      Array.isArray(right) && left.length === right.length && left.every((item, index) => sameJson(item, right[index]))
    );
  }
  if (isObject(left)) {
    if (!isObject(right)) return false;
    const keys = Object.keys(left);
    return (
      keys.length === Object.keys(right).length && keys.every((key) => key in right && sameJson(left[key], right[key]))
    );
  }
  return left === right;
}

/** Whether `labels` satisfy a selector such as `app=x,tier!=y,zone in (a,b),ready`. */
export function matchesLabels(selector: string, labels: Record<string, string> = {}): boolean {
  return requirements(selector).every((requirement) => {
    const set = /^(!?)([^\s!=,()]+)(?:\s*(==|!=|=)\s*([^\s,()]*)|\s+(in|notin)\s+\(([^)]*)\))?$/.exec(requirement);
    if (!set) throw new SyntaxError(`unable to parse requirement: ${requirement}`);
    const [, not, key, operator, value, setOperator, list] = set;
    const actual = labels[key as string];
    if (operator) return operator === "!=" ? actual !== value : actual === value;
    if (setOperator) {
      const among =
        actual !== undefined &&
        (list as string)
          .split(",")
          .map((item) => item.trim())
          .includes(actual);
      return setOperator === "in" ? among : !among;
    }
    return not ? actual === undefined : actual !== undefined;
  });
}

function requirements(selector: string): string[] {
  return selector
    .split(/,(?![^(]*\))/)
    .map((requirement) => requirement.trim())
    .filter((requirement) => requirement !== "");
}
