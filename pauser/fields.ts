import { isObject } from "../restore-points/shape";

/** Reads fields of JSON settings. Adds each problem, with its path, to `problems`. */

export type Json = Record<string, unknown>;

export function objectAt(value: unknown, path: string, known: string[], problems: string[]): Json | undefined {
  if (!isObject(value)) {
    problems.push(`${path}: an object is expected, got ${JSON.stringify(value)}`);
    return undefined;
  }
  for (const key of Object.keys(value)) {
    if (!known.includes(key))
      problems.push(`${path}: unknown key ${JSON.stringify(key)}; known are ${known.join(", ")}`);
  }
  return value;
}

export function textAt(value: unknown, path: string, problems: string[]): string {
  if (typeof value === "string" && value !== "") return value;
  problems.push(`${path}: a text is expected, got ${JSON.stringify(value)}`);
  return "";
}

export function textsAt(value: unknown, path: string, problems: string[]): string[] {
  if (Array.isArray(value)) return value.map((item, index) => textAt(item, `${path}[${index}]`, problems));
  problems.push(`${path}: a list of texts is expected, got ${JSON.stringify(value)}`);
  return [];
}

/** A number within inclusive bounds; the default when absent. */
export function boundedAt(
  value: unknown,
  path: string,
  bounds: { default: number; min: number; max: number },
  problems: string[],
): number {
  if (value === undefined) return bounds.default;
  if (typeof value === "number" && value >= bounds.min && value <= bounds.max) return value;
  problems.push(`${path}: a number from ${bounds.min} to ${bounds.max} is expected, got ${JSON.stringify(value)}`);
  return bounds.default;
}
