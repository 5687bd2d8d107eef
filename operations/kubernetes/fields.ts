import { isObject } from "../../restore-points/shape";

/** Fields of Kubernetes' objects, read without trust in their shape. */
export type Fields = Record<string, unknown>;

export function objectIn(fields: Fields, key: string): Fields {
  const value = fields[key];
  return isObject(value) ? value : {};
}

export function listIn(fields: Fields, key: string): Fields[] {
  const value = fields[key];
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** A text that is not empty. */
export function textIn(fields: Fields, key: string): string | undefined {
  const value = fields[key];
  return typeof value === "string" && value !== "" ? value : undefined;
}

export function numberIn(fields: Fields, key: string): number | undefined {
  const value = fields[key];
  return typeof value === "number" ? value : undefined;
}

/** The texts of a map, such as labels. */
export function textsIn(fields: Fields, key: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(objectIn(fields, key)).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}
