/**
 * How pulumi-kubernetes compares: the live object, cut down to what the program had set before, with what it sets now.
 * So neither defaults of the server nor other people's fields are a difference, but drift in one's own fields is.
 */

import { isObject } from "../../cloud/kubernetes/objects";
import { type PropertyDiffKind, type PropertyMap, type PropertyValue, UNKNOWN } from "../provider";

export type Path = readonly (string | number)[];

export interface Change {
  path: Path;
  kind: "add" | "delete" | "update";
  /** The new value; null when it is deleted. */
  value: PropertyValue;
}

/** Cuts `live` down to the shape of `inputs` (pruneLiveState). */
export function prune(live: PropertyMap, inputs: PropertyMap): PropertyMap {
  const pruned: PropertyMap = {};
  for (const [key, value] of Object.entries(live)) {
    const shape = inputs[key];
    if (shape !== undefined) pruned[key] = pruneValue(value, shape);
  }
  return pruned;
}

function pruneValue(value: PropertyValue, shape: PropertyValue): PropertyValue {
  if (isMap(value) && isMap(shape)) return prune(value, shape);
  if (Array.isArray(value) && Array.isArray(shape)) {
    return value.slice(0, shape.length).map((item, index) => pruneValue(item, shape[index] as PropertyValue));
  }
  return value;
}

/** All changes from `before` to `after`, each at the highest path that changes as a whole. */
export function* changes(before: PropertyMap, after: PropertyMap, path: Path = []): Generator<Change> {
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    yield* change(before[key], after[key], [...path, key]);
  }
}

function* change(before: PropertyValue | undefined, after: PropertyValue | undefined, path: Path): Generator<Change> {
  const had = before !== undefined && before !== null;
  if (after === undefined || after === null) {
    if (had) yield { path, kind: "delete", value: null };
  } else if (!had) {
    yield { path, kind: "add", value: after };
  } else if (after === UNKNOWN) {
    // A map that isn't known yet seems to lose all its entries: so does the real provider see it.
    if (isMap(before))
      for (const key of Object.keys(before)) yield { path: [...path, key], kind: "delete", value: null };
    else yield { path, kind: "update", value: null };
  } else if (isMap(before) && isMap(after)) {
    yield* changes(before, after, path);
  } else if (Array.isArray(before) && Array.isArray(after)) {
    for (let index = 0; index < Math.max(before.length, after.length); index += 1) {
      yield* change(before[index], after[index], [...path, index]);
    }
  } else if (before !== after) {
    yield { path, kind: "update", value: after };
  }
}

/** As Pulumi writes property paths. */
export function formatPath(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    if (/[."[\]]/.test(step)) return `${text}["${step.replaceAll('"', '\\"')}"]`;
    return text === "" ? step : `${text}.${step}`;
  }, "");
}

/** Whether a path of `ignoreChanges` covers a changed path. `*` matches any key or index. */
export function covers(ignored: string, path: Path): boolean {
  const steps = [...ignored.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+|\*)\]|([^.[\]]+)/g)].map(
    ([, quoted, index, name]) => quoted?.replaceAll('\\"', '"') ?? index ?? name,
  );
  return steps.length <= path.length && steps.every((step, index) => step === "*" || step === String(path[index]));
}

export const asReplacement = (kind: Change["kind"]): PropertyDiffKind => `${kind}-replace`;

const isMap = (value: PropertyValue | undefined): value is PropertyMap => isObject(value);
