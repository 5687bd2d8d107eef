import { parseInstant } from "./instant";

/** Whether a value is an object with keys of its own. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Takes a value as a kind that it may not be: then a fault is added, and the harmless `instead` goes on. */
function expected<T>(fits: boolean, value: unknown, instead: T, path: string, what: string, faults: string[]): T {
  if (fits) return value as T;
  faults.push(`${path} must be ${what}, got ${JSON.stringify(value) ?? "nothing"}`);
  return instead;
}

// Each takes the value at a path of JSON that somebody else may have written.

export const objectAt = (value: unknown, path: string, faults: string[]) =>
  expected<Record<string, unknown>>(isObject(value), value, {}, path, "an object", faults);
export const textAt = (value: unknown, path: string, faults: string[]) =>
  expected(typeof value === "string" && value !== "", value, "", path, "a text that is not empty", faults);
export const numberAt = (value: unknown, path: string, faults: string[]) =>
  expected(Number.isFinite(value), value, 0, path, "a number", faults);
export const booleanAt = (value: unknown, path: string, faults: string[]) =>
  expected(typeof value === "boolean", value, false, path, "true or false", faults);
export const listAt = (value: unknown, path: string, faults: string[], least: 0 | 1 = 1) =>
  expected<unknown[]>(
    Array.isArray(value) && value.length >= least,
    value,
    [],
    path,
    least === 0 ? "a list" : "a list that is not empty",
    faults,
  );

export function instantAt(value: unknown, path: string, faults: string[]): string {
  if (typeof value !== "string") return expected(false, value, "", path, "an instant in RFC 3339", faults);
  const instant = parseInstant(value);
  if (typeof instant !== "number") faults.push(`${path} ${JSON.stringify(value)} ${instant.fault}`);
  return value;
}

/** What may be missing. */
export function optionalAt<T>(value: unknown, read: (value: unknown) => T): T | undefined {
  return value === undefined ? undefined : read(value);
}
