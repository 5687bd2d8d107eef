import { type PropertyDiffKind, type PropertyMap, type PropertyValue, UNKNOWN } from "../provider";
import { isAbsent, isObject, type Properties, type Property } from "../schema";

/** Changed property paths and what they ask for. */
export type Changes = Record<string, PropertyDiffKind>;

/**
 * Compares as the bridged provider does: the state (what was read back from the cloud) with the inputs wanted now. A
 * computed property that is left out is no change, for any value in the cloud; any other one is to be removed.
 */
export function compare(properties: Properties, state: PropertyMap, wanted: PropertyMap, ignored: string[]): Changes {
  const changes: Changes = {};
  compareProperties(properties, state, wanted, "", false, (path, kind, replaces) => {
    if (!ignored.some((each) => covers(each, path))) changes[path] = replaces ? `${kind}-replace` : kind;
  });
  return changes;
}

type Report = (path: string, kind: "add" | "delete" | "update", replaces: boolean) => void;

function compareProperties(
  properties: Properties,
  state: PropertyMap,
  wanted: PropertyMap,
  prefix: string,
  replaces: boolean,
  report: Report,
): void {
  for (const [name, property] of Object.entries(properties))
    compareValue(property, state[name], wanted[name], prefix + name, replaces, report);
}

function compareValue(
  property: Property,
  old: PropertyValue | undefined,
  next: PropertyValue | undefined,
  path: string,
  inherited: boolean,
  report: Report,
): void {
  const replaces = inherited || property.replaces === true;
  if (isAbsent(next)) {
    if (property.computed) return;
    if (property.default === undefined) {
      if (!isZero(old)) report(path, "delete", replaces || anyNestedReplaces(property, old));
      return;
    }
    next = property.default;
  }
  if (next === UNKNOWN) {
    report(path, isAbsent(old) ? "add" : "update", replaces);
    return;
  }
  if (isZero(old) && isZero(next)) return;
  if (property.equivalent?.(old ?? null, next)) return;

  switch (property.type) {
    case "object":
      if (isZero(old)) report(path, "add", replaces || anyNestedReplaces(property, next));
      else
        compareProperties(
          property.properties ?? {},
          old as PropertyMap,
          next as PropertyMap,
          `${path}.`,
          replaces,
          report,
        );
      return;
    case "map":
      compareMaps((old ?? {}) as PropertyMap, next as PropertyMap, path, replaces, report);
      return;
    case "list":
    case "set": {
      const compareElements = property.type === "list" ? compareLists : compareSets;
      const [before, after] = [(old ?? []) as PropertyValue[], next as PropertyValue[]];
      compareElements(property.of as Property, before, after, path, replaces, report);
      return;
    }
    case "json":
      if (canonicalJson(old) !== canonicalJson(next)) report(path, isAbsent(old) ? "add" : "update", replaces);
      return;
    default:
      if (String(old) !== String(next)) report(path, isAbsent(old) ? "add" : "update", replaces);
  }
}

function compareMaps(old: PropertyMap, next: PropertyMap, path: string, replaces: boolean, report: Report): void {
  for (const key of new Set([...Object.keys(old), ...Object.keys(next)])) {
    if (!(key in old)) report(`${path}.${key}`, "add", replaces);
    else if (!(key in next)) report(`${path}.${key}`, "delete", replaces);
    else if (old[key] !== next[key]) report(`${path}.${key}`, "update", replaces);
  }
}

function compareLists(
  of: Property,
  old: PropertyValue[],
  next: PropertyValue[],
  path: string,
  replaces: boolean,
  report: Report,
): void {
  for (let index = 0; index < Math.max(old.length, next.length); index += 1) {
    const element = `${path}[${index}]`;
    if (index >= old.length) report(element, "add", replaces);
    else if (index >= next.length) report(element, "delete", replaces);
    else compareValue(of, old[index], next[index], element, replaces, report);
  }
}

/** Elements of a set are the same or they aren't: a changed one goes and another one comes. */
function compareSets(
  of: Property,
  old: PropertyValue[],
  next: PropertyValue[],
  path: string,
  replaces: boolean,
  report: Report,
): void {
  const gone = new Set(old.keys());
  next.forEach((element, index) => {
    const match = [...gone].find((position) => isSame(of, old[position], element));
    if (match === undefined) report(`${path}[${index}]`, "add", replaces || anyNestedReplaces(of, element));
    else gone.delete(match);
  });
  for (const position of gone) {
    const element = `${path}[${position}]`;
    report(element, position < next.length ? "update" : "delete", replaces || anyNestedReplaces(of, old[position]));
  }
}

function isSame(of: Property, old: PropertyValue | undefined, next: PropertyValue): boolean {
  let same = true;
  compareValue(of, old, next, "", false, () => {
    same = false;
  });
  return same;
}

function anyNestedReplaces(property: Property, value: PropertyValue | undefined): boolean {
  if (property.type !== "object" || !isObject(value)) return false;
  return Object.entries(property.properties ?? {}).some(
    ([name, nested]) => !isZero(value[name]) && (nested.replaces || anyNestedReplaces(nested, value[name])),
  );
}

/** The bridge does not distinguish a zero value from none. */
export function isZero(value: PropertyValue | undefined): boolean {
  if (isAbsent(value) || value === "" || value === false || value === 0) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}

/** JSON text, or an object in its place, in one form. */
function canonicalJson(value: PropertyValue | undefined): string {
  let parsed = value;
  if (typeof value === "string") {
    try {
      parsed = JSON.parse(value);
    } catch {
      return value;
    }
  }
  return JSON.stringify(parsed, (_, nested) =>
    isObject(nested) ? Object.fromEntries(Object.entries(nested).sort(([a], [b]) => (a < b ? -1 : 1))) : nested,
  );
}

/** Whether an `ignoreChanges` entry, such as `tags` or `tags["a"]`, covers a path. */
function covers(entry: string, path: string): boolean {
  const plain = entry.replace(/\["([^"]*)"\]/g, ".$1");
  return plain === "*" || path === plain || path.startsWith(`${plain}.`) || path.startsWith(`${plain}[`);
}
