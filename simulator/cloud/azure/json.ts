export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;
export type JsonObject = { [key: string]: JsonValue };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object, or an empty one in place of anything else. */
export function object(value: JsonValue | undefined): JsonObject {
  return isObject(value) ? value : {};
}

export function text(value: JsonValue | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** A copy with the patch's members in place of its own, nested objects merged: a PATCH as Azure's databases take it. */
export function merged(base: JsonObject, patch: JsonObject): JsonObject {
  const result = structuredClone(base);
  for (const [key, value] of Object.entries(patch)) {
    const present = result[key];
    result[key] = isObject(value) && isObject(present) ? merged(present, value) : structuredClone(value);
  }
  return result;
}

/** A copy without some of its members. */
export function without(value: JsonObject, members: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([key]) => !members.includes(key)));
}
