import { parseInstant } from "./instant";

/** Checks a value at a path of external JSON. @throws {ShapeError} when it has another shape. */
export type Reader<T> = (value: unknown, path: string) => T;

/**
 * A value has the wrong shape; the message has its path: `windows[3].cluster must be a text that is not empty, got 7`.
 */
export class ShapeError extends Error {
  override readonly name = "ShapeError";
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export const objectAt: Reader<Record<string, unknown>> = (value, path) => {
  if (isObject(value)) return value;
  throw unexpected(value, path, "an object");
};

export const textAt: Reader<string> = (value, path) => {
  if (typeof value === "string" && value !== "") return value;
  throw unexpected(value, path, "a text that is not empty");
};

export const numberAt: Reader<number> = (value, path) => {
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw unexpected(value, path, "a number");
};

/** A number within bounds: a number that no program of this project writes must not become an instant that is none. */
export function boundedAt(min: number, max: number): Reader<number> {
  return (value, path) => {
    const number = numberAt(value, path);
    if (number >= min && number <= max) return number;
    throw unexpected(value, path, `a number from ${min} to ${max}`);
  };
}

export const booleanAt: Reader<boolean> = (value, path) => {
  if (typeof value === "boolean") return value;
  throw unexpected(value, path, "true or false");
};

/** An instant, kept as text. */
export const instantAt: Reader<string> = (value, path) => {
  if (typeof value !== "string") throw unexpected(value, path, "an instant in RFC 3339");
  const instant = parseInstant(value);
  if (typeof instant === "number") return value;
  throw new ShapeError(`${path} ${JSON.stringify(value)} ${instant.problem}`);
};

export function listAt<T>(value: unknown, path: string, read: Reader<T>): T[] {
  if (!Array.isArray(value)) throw unexpected(value, path, "a list");
  return value.map((item, index) => read(item, `${path}[${index}]`));
}

/** An object with `key`, or without it when the value is missing. */
export function optionalAt<Key extends string, T>(
  object: Record<string, unknown>,
  key: Key,
  path: string,
  read: Reader<T>,
): { [K in Key]?: T } {
  const found: { [K in Key]?: T } = {};
  if (object[key] !== undefined) found[key] = read(object[key], `${path}.${key}`);
  return found;
}

function unexpected(value: unknown, path: string, what: string): ShapeError {
  const got = value === undefined ? "nothing" : JSON.stringify(value);
  return new ShapeError(`${path} must be ${what}, got ${got.length > 60 ? `${got.slice(0, 60)}...` : got}`);
}
