/** Pulumi's property paths, such as `rules[0].schedule`, `data["a.b"]` or `tags["*"]`. */
import type { PropertyMap, PropertyValue } from "../providers/provider";
import { isMap, isSecret, makeSecret, unwrapped } from "./values";

export type PropertyPath = (string | number)[];

/** @throws when the path is not one. */
export function parsePath(text: string): PropertyPath {
  const element = /\.?([^.[\]"]+)|\.?\[(?:"((?:\\"|[^"])+)"|(\d+)|(\*))\]/y;
  const path: PropertyPath = [];
  if (text.startsWith(".")) throw new Error(`property path "${text}" starts with a dot`);
  while (element.lastIndex < text.length) {
    const start = element.lastIndex;
    const match = element.exec(text);
    if (!match) throw new Error(`property path "${text}" cannot be read from "${text.slice(start)}" on`);
    const [, name, quoted, index, wildcard] = match;
    path.push(index === undefined ? (name ?? quoted?.replaceAll('\\"', '"') ?? wildcard ?? "") : Number(index));
  }
  return path;
}

export function formatPath(path: PropertyPath): string {
  return path
    .map((key, position) => {
      if (typeof key === "number") return `[${key}]`;
      if (/^[A-Za-z0-9_]+$/.test(key)) return position === 0 ? key : `.${key}`;
      return `["${key.replaceAll('"', '\\"')}"]`;
    })
    .join("");
}

/** Whether `inner` is at or below `outer`, where `*` matches any one element. */
export function contains(outer: PropertyPath, inner: PropertyPath): boolean {
  return inner.length >= outer.length && outer.every((key, position) => key === "*" || key === inner[position]);
}

/**
 * Sets what `path` names in `next` back to what it is in `previous`, in place, as `ignoreChanges` asks.
 * @returns false when that is impossible, such as for an element of a list that has grown.
 */
export function reset(path: PropertyPath, previous: PropertyMap, next: PropertyMap): boolean {
  return resetValue(path, previous, next, false, false);
}

type Container = { [key: string]: PropertyValue } | PropertyValue[];

function resetValue(
  path: PropertyPath,
  previousValue: PropertyValue,
  nextValue: PropertyValue,
  previousIsSecret: boolean,
  nextIsSecret: boolean,
): boolean {
  const [key, ...rest] = path;
  if (key === undefined) return false;
  const wasSecret = previousIsSecret || isSecret(previousValue);
  const isNowSecret = nextIsSecret || isSecret(nextValue);
  const previous = unwrapped(previousValue);
  const next = unwrapped(nextValue);
  const carried = (value: PropertyValue) => (wasSecret && !isNowSecret ? makeSecret(value) : value);
  const descend = (before: PropertyValue, after: PropertyValue) =>
    resetValue(rest, before, after, wasSecret, isNowSecret);

  if (key === "*") {
    return rest.length === 0 ? resetAll(previous, next, carried) : descendAll(previous, next, descend);
  }
  if (typeof key === "number") {
    if (!Array.isArray(previous) || !Array.isArray(next)) return !Array.isArray(previous) && !Array.isArray(next);
    const before = previous[key];
    const after = next[key];
    if (before === undefined || after === undefined) return rest.length === 0 && before === after;
    if (rest.length > 0) return descend(before, after);
    next[key] = carried(before);
    return true;
  }
  const before = isMap(previous) ? previous[key] : undefined;
  if (rest.length === 0) {
    if (before !== undefined) {
      if (!isMap(next)) return false;
      next[key] = carried(before);
    } else if (isMap(next)) {
      delete next[key];
    }
    return true;
  }
  if (!isMap(previous) || !isMap(next)) return !isMap(previous) && !isMap(next);
  const after = next[key];
  if (after === undefined) return before === undefined;
  return descend(before ?? null, after);
}

function resetAll(
  previous: PropertyValue,
  next: PropertyValue,
  carried: (value: PropertyValue) => PropertyValue,
): boolean {
  if (isMap(next)) {
    if (!isMap(previous)) return true;
    for (const [key, value] of Object.entries(previous)) next[key] = carried(value);
    for (const key of Object.keys(next)) if (!(key in previous)) delete next[key];
    return true;
  }
  if (!Array.isArray(next)) return false;
  if (!Array.isArray(previous)) return true;
  for (const [index, value] of previous.slice(0, next.length).entries()) next[index] = carried(value);
  return previous.length === next.length;
}

function descendAll(
  previous: PropertyValue,
  next: PropertyValue,
  descend: (before: PropertyValue, after: PropertyValue) => boolean,
): boolean {
  if (!(isMap(previous) && isMap(next)) && !(Array.isArray(previous) && Array.isArray(next))) return false;
  const entries = Object.entries(previous as Container);
  const after = next as { [key: string]: PropertyValue };
  for (const [key, before] of entries) {
    const value = after[key];
    if (value === undefined) {
      if (Array.isArray(previous)) break;
      return false;
    }
    if (!descend(before, value)) return false;
  }
  return !Array.isArray(previous) || previous.length === (next as PropertyValue[]).length;
}
