import { randomUUID } from "node:crypto";
import { setDefaults } from "./defaults";
import type { Kind } from "./kinds";
import { copyOf, type KubernetesObject, type ObjectManifest, sameJson } from "./objects";
import { StatusError } from "./status";
import { invalidFields } from "./validation";

/**
 * The manifest as it would be kept: checked, with defaults and with what the server itself sets.
 * [k8s.io/apiserver/pkg/registry/rest/create.go, BeforeCreate; update.go, BeforeUpdate: 422 Invalid with all problems]
 */
export function prepared(
  kind: Kind,
  name: string,
  namespace: string,
  now: string,
  manifest: ObjectManifest,
  current?: KubernetesObject,
): KubernetesObject {
  const problems = [...invalidFields(kind, manifest), ...immutableFields(manifest, current)];
  if (problems.length > 0) throw StatusError.invalid(kind, kind.kind, name, problems);
  setDefaults(manifest);
  const { labels, annotations, ownerReferences } = manifest.metadata as Partial<KubernetesObject["metadata"]>;
  const object: KubernetesObject = {
    ...manifest,
    metadata: {
      name,
      namespace,
      uid: current?.metadata.uid ?? randomUUID(),
      resourceVersion: current?.metadata.resourceVersion ?? "",
      creationTimestamp: current?.metadata.creationTimestamp ?? now,
      ...(current?.metadata.deletionTimestamp && { deletionTimestamp: current.metadata.deletionTimestamp }),
      ...(labels && { labels }),
      ...(annotations && { annotations }),
      ...(ownerReferences && { ownerReferences }),
    },
  };
  // Only the cluster's own controllers set a status.
  if (current?.status) object.status = copyOf(current.status);
  if (object.spec) {
    const changed = !current || !sameJson(current.spec, object.spec);
    object.metadata.generation = (current?.metadata.generation ?? 0) + (changed ? 1 : 0);
  }
  return object;
}

export function substance(object: KubernetesObject): unknown {
  const { resourceVersion: _version, managedFields: _managers, ...metadata } = object.metadata;
  return { ...object, metadata };
}

function immutableFields(manifest: ObjectManifest, current?: KubernetesObject): { field: string; message: string }[] {
  if (!current) return [];
  if (manifest.kind === "RoleBinding" && !sameJson(roleRefOf(manifest), roleRefOf(current))) {
    return [{ field: "roleRef", message: `Invalid value: ${JSON.stringify(manifest.roleRef)}: cannot change roleRef` }];
  }
  if (manifest.kind === "ConfigMap" && current.immutable === true) {
    const message = "Forbidden: field is immutable when `immutable` is set";
    return ["data", "binaryData", "immutable"]
      .filter((field) => !sameJson(manifest[field] ?? {}, current[field] ?? {}))
      .map((field) => ({ field, message }));
  }
  return [];
}

const roleRefOf = (object: { [field: string]: unknown }) => ({
  apiGroup: "rbac.authorization.k8s.io",
  ...(object.roleRef as Record<string, unknown>),
});
