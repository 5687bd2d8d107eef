/**
 * Who set which field of an object: the book-keeping of server-side apply.
 *
 * A simplification: lists belong to one manager as a whole, where Kubernetes can merge some lists (containers, env) by key.
 */

import { copyOf, isObject, type JsonObject, type ManagedFields, sameJson } from "./objects";
import type { FieldConflict } from "./status";

export type Operation = "Apply" | "Update";

/** One field as the path to it. */
type Path = readonly string[];

interface Leaf {
  path: Path;
  value: unknown;
}

/** The identity of an object and what the server sets have no manager. */
const UNMANAGED = new Set(["apiVersion", "kind", "status"]);
const MANAGED_METADATA = new Set(["labels", "annotations", "finalizers", "ownerReferences"]);

interface Manager {
  manager: string;
  operation: Operation;
  time: string;
  /** By the path's JSON. */
  fields: Map<string, Path>;
}

export class FieldManagers {
  #managers: Manager[] = [];

  clone(): FieldManagers {
    const copy = new FieldManagers();
    copy.#managers = this.#managers.map((manager) => ({ ...manager, fields: new Map(manager.fields) }));
    return copy;
  }

  /** A create or update: it owns what it changed, regardless of the previous manager. */
  update(manager: string, time: string, before: unknown, after: unknown): void {
    const old = leaves(before);
    const now = leaves(after);
    for (const [key, { path, value }] of now) {
      if (old.has(key) && sameJson(old.get(key)?.value, value)) continue;
      for (const other of this.#managers) other.fields.delete(key);
      this.#of(manager, "Update", time).fields.set(key, path);
    }
    for (const key of old.keys()) {
      if (!now.has(key)) for (const other of this.#managers) other.fields.delete(key);
    }
    this.#dropEmpty();
  }

  /** The fields of `config` that others have set to something else. */
  conflicts(manager: string, live: unknown, config: { apiVersion: string }): FieldConflict[] {
    const liveLeaves = leaves(live);
    const found: FieldConflict[] = [];
    for (const [key, { path, value }] of leaves(config)) {
      const current = liveLeaves.get(key);
      if (current && sameJson(current.value, value)) continue;
      for (const other of this.#managers) {
        const same = other.manager === manager && other.operation === "Apply";
        if (same || !other.fields.has(key)) continue;
        const updated = other.operation === "Update" && { updatedBy: config.apiVersion };
        found.push({ manager: other.manager, ...updated, field: `.${path.join(".")}` });
      }
    }
    return found;
  }

  /** Merges `config` into `live`, removes what this manager alone had set before and no longer does. */
  apply(manager: string, time: string, live: JsonObject, config: unknown): JsonObject {
    const merged = copyOf(live);
    const wanted = leaves(config);
    const own = this.#of(manager, "Apply", time);
    for (const [key, path] of own.fields) {
      if (wanted.has(key)) continue;
      own.fields.delete(key);
      const shared = this.#managers.some((other) => other.fields.has(key));
      if (!shared) remove(merged, path);
    }
    const liveLeaves = leaves(live);
    for (const [key, { path, value }] of wanted) {
      const current = liveLeaves.get(key);
      if (!current || !sameJson(current.value, value)) {
        for (const other of this.#managers) other.fields.delete(key);
        set(merged, path, value);
      }
      own.fields.set(key, path);
    }
    this.#dropEmpty();
    return merged;
  }

  /** Hands the fields of these managers over to `to`, which applies them from then on. */
  adopt(from: (manager: string, operation: Operation) => boolean, to: string): void {
    for (const source of this.#managers) {
      if (!from(source.manager, source.operation) || (source.manager === to && source.operation === "Apply")) continue;
      const target = this.#of(to, "Apply", source.time);
      for (const [key, path] of source.fields) target.fields.set(key, path);
      source.fields.clear();
    }
    this.#dropEmpty();
  }

  /** As `metadata.managedFields`. */
  toManagedFields(apiVersion: string): ManagedFields[] {
    return this.#managers.map(({ manager, operation, time, fields }) => ({
      manager,
      operation,
      apiVersion,
      time,
      fieldsType: "FieldsV1",
      fieldsV1: tree(fields.values()),
    }));
  }

  #of(manager: string, operation: Operation, time: string): Manager {
    let found = this.#managers.find((known) => known.manager === manager && known.operation === operation);
    if (!found) {
      found = { manager, operation, time, fields: new Map() };
      this.#managers.push(found);
    }
    found.time = time;
    return found;
  }

  #dropEmpty(): void {
    this.#managers = this.#managers.filter(({ fields }) => fields.size > 0);
  }
}

function leaves(object: unknown): Map<string, Leaf> {
  const found = new Map<string, Leaf>();
  const walk = (value: unknown, path: Path) => {
    if (path.length === 1 && UNMANAGED.has(path[0] as string)) return;
    if (path.length === 2 && path[0] === "metadata" && !MANAGED_METADATA.has(path[1] as string)) return;
    if (isObject(value) && (Object.keys(value).length > 0 || path.length < 2)) {
      for (const [key, item] of Object.entries(value)) if (item !== undefined) walk(item, [...path, key]);
    } else if (path.length > 0) {
      found.set(JSON.stringify(path), { path, value });
    }
  };
  walk(object, []);
  return found;
}

function set(object: JsonObject, path: Path, value: unknown): void {
  let parent: Record<string, unknown> = object;
  for (const key of path.slice(0, -1)) {
    if (!isObject(parent[key])) parent[key] = {};
    parent = parent[key] as Record<string, unknown>;
  }
  parent[path.at(-1) as string] = copyOf(value);
}

/** Removes a field, and the objects that become empty by it. */
function remove(object: Record<string, unknown>, path: Path): void {
  const [key, ...rest] = path as [string, ...string[]];
  if (rest.length === 0) {
    delete object[key];
    return;
  }
  const child = object[key];
  if (!isObject(child)) return;
  remove(child, rest);
  if (Object.keys(child).length === 0) delete object[key];
}

function tree(paths: Iterable<Path>): JsonObject {
  const root: JsonObject = {};
  for (const path of paths) {
    let node = root;
    for (const key of path) {
      node[`f:${key}`] ??= {};
      node = node[`f:${key}`] as JsonObject;
    }
  }
  return root;
}
