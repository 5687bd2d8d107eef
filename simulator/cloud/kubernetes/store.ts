/** The simulated cluster's objects, with the rules by which an API server changes them. */

import type { SimulatedClock } from "../clock";
import { checkFields, matchesFields } from "./field-selector";
import { type Kind, kindOf } from "./kinds";
import { FieldManagers, type Operation } from "./managers";
import { applyMergePatch } from "./merge-patch";
import {
  copyOf,
  type JsonObject,
  type KubernetesObject,
  matchesLabels,
  type ObjectManifest,
  sameJson,
} from "./objects";
import { StatusError } from "./status";
import { prepared, substance } from "./stored-object";

export interface WriteOptions {
  /** Who writes, such as `kubectl-edit`. */
  fieldManager?: string;
  /** Answers as if the change was made, and changes nothing. */
  dryRun?: boolean;
}

export interface ApplyOptions extends WriteOptions {
  fieldManager: string;
  /** Takes fields over from other managers instead of failing with a conflict. */
  force?: boolean;
}

export interface ListOptions {
  labelSelector?: string;
  fieldSelector?: string;
}

export type ChangeType = "ADDED" | "MODIFIED" | "DELETED";
type ChangeListener = (type: ChangeType, object: KubernetesObject) => void;

interface Stored {
  object: KubernetesObject;
  managers: FieldManagers;
}

const DEFAULT_MANAGER = "unknown";

export class ObjectStore {
  readonly #clock: SimulatedClock;
  readonly #objects = new Map<string, Stored>();
  readonly #listeners: ChangeListener[] = [];
  #version = 0;

  constructor(clock: SimulatedClock) {
    this.#clock = clock;
  }

  /** The version of the newest change, as lists report it. */
  get resourceVersion(): string {
    return String(this.#version);
  }

  /** Calls `listener` after each change, before the writer gets its answer. */
  onChange(listener: ChangeListener): void {
    this.#listeners.push(listener);
  }

  /** @throws {StatusError} NotFound */
  get(kind: Kind, namespace: string, name: string): KubernetesObject {
    return copyOf(this.#stored(kind, namespace, name).object);
  }

  find(kind: Kind, namespace: string, name: string): KubernetesObject | undefined {
    const stored = this.#objects.get(keyOf(kind, namespace, name));
    return stored && copyOf(stored.object);
  }

  /** Objects of all kinds, in the order of their creation. */
  all(): KubernetesObject[] {
    return [...this.#objects.values()].map(({ object }) => copyOf(object));
  }

  /** Sorted by namespace and name, as etcd keeps them. */
  list(
    kind: Kind,
    namespace?: string,
    { labelSelector = "", fieldSelector = "" }: ListOptions = {},
  ): KubernetesObject[] {
    checkFields(fieldSelector, kind.kind);
    return [...this.#objects.values()]
      .map(({ object }) => object)
      .filter(
        (object) =>
          object.kind === kind.kind &&
          object.apiVersion === kind.apiVersion &&
          (namespace === undefined || object.metadata.namespace === namespace) &&
          matchesLabels(labelSelector, object.metadata.labels) &&
          matchesFields(fieldSelector, object),
      )
      .sort((left, right) =>
        keyOf(kind, left.metadata.namespace, left.metadata.name) <
        keyOf(kind, right.metadata.namespace, right.metadata.name)
          ? -1
          : 1,
      )
      .map((object) => copyOf(object));
  }

  /**
   * @throws {StatusError} AlreadyExists, Invalid, or NotFound of its namespace
   * [k8s.io/apiserver/pkg/storage/errors/storage.go, InterpretCreateError; pkg/storage/etcd3/store.go, Create: no error of the API's own]
   */
  create(
    manifest: ObjectManifest,
    { fieldManager = DEFAULT_MANAGER, dryRun = false }: WriteOptions = {},
  ): KubernetesObject {
    const kind = kindOf(manifest);
    const { name, namespace } = this.#identify(kind, manifest);
    if (manifest.metadata?.resourceVersion) {
      throw new StatusError("", "resourceVersion should not be set on objects to be created");
    }
    if (this.#objects.has(keyOf(kind, namespace, name))) throw StatusError.alreadyExists(kind, name);
    const managers = new FieldManagers();
    const object = prepared(kind, name, namespace, this.#timestamp(), copyOf(manifest));
    managers.update(fieldManager, this.#timestamp(), {}, manifest);
    return this.#commit(kind, undefined, { object, managers }, dryRun);
  }

  /**
   * Replaces an object. With a `resourceVersion` in the manifest it fails if the object has changed since.
   * @throws {StatusError} NotFound, Conflict, Invalid [k8s.io/apiserver/pkg/registry/generic/registry/store.go, Update]
   */
  update(
    manifest: ObjectManifest,
    { fieldManager = DEFAULT_MANAGER, dryRun = false }: WriteOptions = {},
  ): KubernetesObject {
    const kind = kindOf(manifest);
    const { name, namespace } = this.#identify(kind, manifest);
    const stored = this.#stored(kind, namespace, name);
    const { resourceVersion, uid } = manifest.metadata ?? {};
    const current = stored.object.metadata;
    if ((resourceVersion && resourceVersion !== current.resourceVersion) || (uid && uid !== current.uid)) {
      throw StatusError.modified(kind, name);
    }
    const managers = stored.managers.clone();
    const object = prepared(kind, name, namespace, this.#timestamp(), copyOf(manifest), stored.object);
    managers.update(fieldManager, this.#timestamp(), stored.object, object);
    return this.#commit(kind, stored, { object, managers }, dryRun);
  }

  /** A JSON merge patch (RFC 7386). */
  mergePatch(
    kind: Kind,
    namespace: string,
    name: string,
    patch: JsonObject,
    options: WriteOptions = {},
  ): KubernetesObject {
    const live = this.get(kind, namespace, name);
    const patched = applyMergePatch(live, patch) as ObjectManifest;
    const wanted = (patch.metadata as JsonObject | undefined)?.resourceVersion;
    // The patch says nothing of the version unless its author did.
    patched.metadata = {
      ...patched.metadata,
      name,
      namespace,
      resourceVersion: (wanted as string) ?? live.metadata.resourceVersion,
    };
    return this.update({ ...patched, apiVersion: kind.apiVersion, kind: kind.kind }, options);
  }

  /**
   * Server-side apply: creates the object or sets the manifest's fields in it; fields of other managers remain.
   * @throws {StatusError} Conflict when others have set a field to something else, unless forced
   * [k8s.io/apimachinery/pkg/util/managedfields/internal/conflict.go]
   */
  apply(manifest: ObjectManifest, { fieldManager, force = false, dryRun = false }: ApplyOptions): KubernetesObject {
    const kind = kindOf(manifest);
    const { name, namespace } = this.#identify(kind, manifest);
    const stored = this.#objects.get(keyOf(kind, namespace, name));
    const managers = stored?.managers.clone() ?? new FieldManagers();
    const live = (stored?.object ?? {
      apiVersion: kind.apiVersion,
      kind: kind.kind,
      metadata: {},
    }) as unknown as JsonObject;
    if (!force) {
      const conflicts = managers.conflicts(fieldManager, live, manifest);
      if (conflicts.length > 0) throw StatusError.applyConflict(conflicts);
    }
    const merged = managers.apply(fieldManager, this.#timestamp(), live, manifest) as unknown as ObjectManifest;
    const object = prepared(kind, name, namespace, this.#timestamp(), merged, stored?.object);
    return this.#commit(kind, stored, { object, managers }, dryRun);
  }

  /** Hands what these managers have set over to one who applies. */
  adoptFields(
    kind: Kind,
    namespace: string,
    name: string,
    from: (manager: string, operation: Operation) => boolean,
    to: string,
  ): void {
    const stored = this.#stored(kind, namespace, name);
    stored.managers.adopt(from, to);
    this.#publishManagers(stored);
  }

  /** Sets `status`, and metadata such as labels with it, as the cluster's own controllers do. */
  setStatus(kind: Kind, namespace: string, name: string, status: JsonObject): KubernetesObject {
    const stored = this.#stored(kind, namespace, name);
    const object = { ...copyOf(stored.object), status: copyOf(status) };
    return this.#commit(kind, stored, { object, managers: stored.managers }, false);
  }

  /** Begins an object's deletion, which ends with `delete`: a pod's, until its node reports that its containers have ended. */
  beginDeletion(kind: Kind, namespace: string, name: string): KubernetesObject {
    const stored = this.#stored(kind, namespace, name);
    const object = copyOf(stored.object);
    object.metadata.deletionTimestamp ??= this.#timestamp();
    return this.#commit(kind, stored, { object, managers: stored.managers }, false);
  }

  /** @throws {StatusError} NotFound */
  delete(kind: Kind, namespace: string, name: string): KubernetesObject {
    const { object } = this.#stored(kind, namespace, name);
    this.#objects.delete(keyOf(kind, namespace, name));
    this.#version += 1;
    if (kind.kind === "Namespace") {
      for (const { object: inside } of [...this.#objects.values()]) {
        if (inside.metadata.namespace === name) this.delete(kindOf(inside), name, inside.metadata.name);
      }
    }
    this.#notify("DELETED", object);
    return copyOf(object);
  }

  /** [k8s.io/apiserver/pkg/storage/errors/storage.go, InterpretGetError] */
  #stored(kind: Kind, namespace: string, name: string): Stored {
    const stored = this.#objects.get(keyOf(kind, namespace, name));
    if (!stored) throw StatusError.notFound(kind, name);
    return stored;
  }

  /**
   * [k8s.io/apimachinery/pkg/api/validation/objectmeta.go, ValidateObjectMetaAccessor; k8s.io/apiserver/pkg/admission/plugin/namespace/lifecycle]
   */
  #identify(kind: Kind, manifest: ObjectManifest): { name: string; namespace: string } {
    const name = manifest.metadata?.name;
    if (!name) {
      throw StatusError.invalid(kind, kind.kind, "", [
        { field: "metadata.name", message: "Required value: name or generateName is required" },
      ]);
    }
    if (!kind.namespaced) return { name, namespace: "" };
    const namespace = manifest.metadata?.namespace || "default";
    const namespaces = kindOf({ apiVersion: "v1", kind: "Namespace" });
    if (!this.#objects.has(keyOf(namespaces, "", namespace))) throw StatusError.notFound(namespaces, namespace);
    return { name, namespace };
  }

  #commit(kind: Kind, before: Stored | undefined, after: Stored, dryRun: boolean): KubernetesObject {
    const { name, namespace } = after.object.metadata;
    const unchanged = before && sameJson(substance(before.object), substance(after.object));
    if (!unchanged && !dryRun) {
      this.#version += 1;
      after.object.metadata.resourceVersion = String(this.#version);
    }
    this.#publishManagers(after);
    if (!dryRun) {
      this.#objects.set(keyOf(kind, namespace, name), after);
      if (!unchanged) this.#notify(before ? "MODIFIED" : "ADDED", after.object);
    }
    return copyOf(after.object);
  }

  #publishManagers({ object, managers }: Stored): void {
    object.metadata.managedFields = managers.toManagedFields(object.apiVersion);
  }

  #notify(type: ChangeType, object: KubernetesObject): void {
    for (const listener of this.#listeners) listener(type, copyOf(object));
  }

  #timestamp(): string {
    return `${new Date(this.#clock.now()).toISOString().slice(0, 19)}Z`;
  }
}

const keyOf = (kind: Kind, namespace: string, name: string) => `${kind.group}/${kind.plural}/${namespace}/${name}`;
