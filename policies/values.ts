/** Represents a value that is not known in a preview. */
export const UNKNOWN = Symbol("unknown");
export type Unknown = typeof UNKNOWN;

/** A property as a policy reads it: plain data, with `UNKNOWN` in it where a preview cannot know. */
export type Value = undefined | null | boolean | number | string | Unknown | Value[] | { [key: string]: Value };

/** What was read: the value, nothing when it is not set or of another type, or `UNKNOWN`. */
export type Reading<T> = T | undefined | Unknown;

/**
 * Copies what the SDK gives a policy into plain data. The SDK throws where a value that is not known is read, and would then
 * report that the whole policy could not run; a policy shall rather judge what is known.
 */
export function plainValue(value: unknown): Value {
  if (Array.isArray(value)) return Array.from({ length: value.length }, (_, index) => plainAt(value, index));
  if (value !== null && typeof value === "object")
    return Object.fromEntries(Object.keys(value).map((key) => [key, plainAt(value, key)]));
  // Others, such as functions, are no data.
  return isScalar(value) ? value : undefined;
}

function isScalar(value: unknown): value is undefined | null | boolean | number | string | Unknown {
  return value === undefined || value === null || value === UNKNOWN || SCALARS.includes(typeof value);
}

const SCALARS = ["boolean", "number", "string"];

function plainAt(holder: object, key: string | number): Value {
  let value: unknown;
  try {
    value = Reflect.get(holder, key);
  } catch {
    return UNKNOWN;
  }
  return plainValue(value);
}

/** Reads along a path such as `spec.jobTemplate.spec`. Below what is not known, nothing is known. */
export function valueAt(value: Value, path: string): Value {
  let found: Value = value;
  for (const key of path.split(".")) {
    if (found === UNKNOWN) return UNKNOWN;
    if (found === null || typeof found !== "object") return undefined;
    found = Array.isArray(found) ? found[Number(key)] : found[key];
  }
  return found ?? undefined;
}

export function booleanAt(value: Value, path: string): Reading<boolean> {
  const found = valueAt(value, path);
  return typeof found === "boolean" || found === UNKNOWN ? found : undefined;
}

export function numberAt(value: Value, path: string): Reading<number> {
  const found = valueAt(value, path);
  return typeof found === "number" || found === UNKNOWN ? found : undefined;
}

export function stringAt(value: Value, path: string): Reading<string> {
  const found = valueAt(value, path);
  return typeof found === "string" || found === UNKNOWN ? found : undefined;
}

/** The elements of a list; none when it is not set or not known. */
export function listAt(value: Value, path: string): Value[] {
  const found = valueAt(value, path);
  return Array.isArray(found) ? found : [];
}

/** Whether something is set, be its value known or not. Providers report an empty text where nothing is set. */
export function isSet(value: Value, path: string): boolean {
  const found = valueAt(value, path);
  return found !== undefined && found !== "";
}

/** The value if it is known. */
export function known<T>(reading: T | Unknown): T | undefined {
  return reading === UNKNOWN ? undefined : reading;
}

/** Whether anything in the value, at any depth, is not known. */
export function holdsUnknown(value: Value): boolean {
  if (value === null || typeof value !== "object") return value === UNKNOWN;
  return Object.values(value).some(holdsUnknown);
}
