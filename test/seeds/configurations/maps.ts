export type Values = Record<string, unknown>;

export function isMap(value: unknown): value is Values {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

export function listOf(value: unknown): Values[] {
  return Array.isArray(value) ? value.filter(isMap) : [];
}

export function without(map: Values, keys: readonly string[]): Values {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !keys.includes(key)));
}
