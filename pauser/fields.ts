/** Reads fields of settings that are JSON. What is wrong is added to `faults`, each with its path. */

export type Json = Record<string, unknown>;

export function objectAt(value: unknown, path: string, known: string[], faults: string[]): Json | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    faults.push(`${path}: an object is expected, got ${JSON.stringify(value)}`);
    return undefined;
  }
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) faults.push(`${path}: unknown key ${JSON.stringify(key)}; known are ${known.join(", ")}`);
  }
  return value as Json;
}

export function textAt(value: unknown, path: string, faults: string[]): string {
  if (typeof value === "string" && value !== "") return value;
  faults.push(`${path}: a text is expected, got ${JSON.stringify(value)}`);
  return "";
}

export function textsAt(value: unknown, path: string, faults: string[]): string[] {
  if (Array.isArray(value)) return value.map((item, index) => textAt(item, `${path}[${index}]`, faults));
  faults.push(`${path}: a list of texts is expected, got ${JSON.stringify(value)}`);
  return [];
}

/** A number within bounds, inclusive; the default when absent. */
export function boundedAt(
  value: unknown,
  path: string,
  bounds: { default: number; min: number; max: number },
  faults: string[],
): number {
  if (value === undefined) return bounds.default;
  if (typeof value === "number" && value >= bounds.min && value <= bounds.max) return value;
  faults.push(`${path}: a number from ${bounds.min} to ${bounds.max} is expected, got ${JSON.stringify(value)}`);
  return bounds.default;
}
