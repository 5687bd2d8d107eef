import { isDeepStrictEqual } from "node:util";
import type { PropertyDiffKind, PropertyMap, PropertyValue } from "../provider";
import { isAbsent, isObject, type Properties } from "../schema";

/**
 * Compares as azure-native does: the inputs as last deployed with the inputs wanted now; what Azure returns does not count. Only
 * inputs of the first level replace; a change inside of one that does replaces too, what comes into it or goes from it
 * doesn't.
 */
export function diffInputs(
  properties: Properties,
  old: PropertyMap,
  next: PropertyMap,
): Record<string, PropertyDiffKind> {
  const changes: Record<string, PropertyDiffKind> = {};
  for (const name of new Set([...Object.keys(old), ...Object.keys(next)])) {
    const replaces = properties[name]?.replaces ?? false;
    const from = old[name];
    const to = next[name];
    // Capitals and spaces make no other location.
    if (name === "location" && typeof from === "string" && typeof to === "string" && plain(from) === plain(to))
      continue;
    if (isAbsent(from) && isAbsent(to)) continue;
    if (isAbsent(from)) changes[name] = replaces ? "add-replace" : "add";
    else if (isAbsent(to)) changes[name] = replaces ? "delete-replace" : "delete";
    else diffValue(from, to, name, replaces, changes);
  }
  return changes;
}

function diffValue(
  old: PropertyValue,
  next: PropertyValue,
  path: string,
  replaces: boolean,
  changes: Record<string, PropertyDiffKind>,
): void {
  if (isDeepStrictEqual(old, next)) return;
  if (isObject(old) && isObject(next)) {
    for (const name of new Set([...Object.keys(old), ...Object.keys(next)])) {
      const from = old[name];
      const to = next[name];
      const inner = /^\w+$/.test(name) ? `${path}.${name}` : `${path}[${JSON.stringify(name)}]`;
      if (isAbsent(from) && !isAbsent(to)) changes[inner] = "add";
      else if (!isAbsent(from) && isAbsent(to)) changes[inner] = "delete";
      else if (!isAbsent(from) && !isAbsent(to)) diffValue(from, to, inner, replaces, changes);
    }
    return;
  }
  if (Array.isArray(old) && Array.isArray(next)) {
    for (let index = 0; index < Math.max(old.length, next.length); index += 1) {
      const inner = `${path}[${index}]`;
      if (index >= old.length) changes[inner] = "add";
      else if (index >= next.length) changes[inner] = "delete";
      else diffValue(old[index] as PropertyValue, next[index] as PropertyValue, inner, replaces, changes);
    }
    return;
  }
  changes[path] = replaces ? "update-replace" : "update";
}

/**
 * The inputs with what has changed in Azure since: a difference between the outputs then and now. What was never an
 * input stays none, and what Azure never returns remains.
 */
export function refreshedInputs(inputs: PropertyMap, before: PropertyMap, now: PropertyMap): PropertyMap {
  const result: PropertyMap = {};
  for (const [name, value] of Object.entries(inputs)) {
    if (isDeepStrictEqual(before[name], now[name])) result[name] = value;
    else if (now[name] !== undefined) result[name] = refreshed(value, before[name], now[name]);
  }
  return result;
}

function refreshed(value: PropertyValue, before: PropertyValue | undefined, now: PropertyValue): PropertyValue {
  return isObject(value) && isObject(before) && isObject(now) ? refreshedInputs(value, before, now) : now;
}

function plain(location: string): string {
  return location.replaceAll(" ", "").toLowerCase();
}
