/** Inputs and state of a Kubernetes resource, as the provider keeps them. */

import { randomBytes } from "node:crypto";
import { isObject, type JsonObject, type KubernetesObject } from "../../cloud/kubernetes/objects";
import { FIELDS } from "../../cloud/kubernetes/schema";
import { type PropertyMap, type PropertyValue, UNKNOWN } from "../provider";
import type { ResourceType } from "./resource-types";

const AUTONAMED = "pulumi.com/autonamed";
/** Chooses the name under which the provider applies. */
const PATCH_FIELD_MANAGER = "pulumi.com/patchFieldManager";
/** Under which name the provider applies, kept in the state. */
const FIELD_MANAGER = "__fieldManager";

/** Keeps the automatic name that an object has, or gives a new object one. */
export function nameObject(inputs: PropertyMap, oldInputs: PropertyMap | undefined, urn: string): void {
  inputs.metadata ??= {};
  const { metadata } = inputs;
  // Unknown as a whole: there is nothing to add a name to, nor to find one in.
  if (!isMap(metadata) || metadata.name !== undefined) return;
  if (oldInputs && Object.keys(oldInputs).length > 0) {
    if (!isAutonamed(oldInputs)) return;
    metadata.name = (oldInputs.metadata as PropertyMap).name as PropertyValue;
  } else {
    metadata.name = `${urn.slice(urn.lastIndexOf("::") + 2)}-${randomBytes(4).toString("hex")}`;
  }
  if (metadata.annotations === UNKNOWN) return;
  metadata.annotations = { ...annotationsOf(inputs), [AUTONAMED]: "true" };
}

export const isAutonamed = (inputs: PropertyMap) => annotationsOf(inputs)[AUTONAMED] === "true";

export function annotationsOf(inputs: PropertyMap): PropertyMap {
  const { metadata } = inputs;
  return isMap(metadata) && isMap(metadata.annotations) ? metadata.annotations : {};
}

export function stateOf(live: KubernetesObject, fieldManager: string, preview: boolean): PropertyMap {
  const { status, ...rest } = live as unknown as JsonObject;
  // A program that reads a status in a preview must wait for it, not take an empty one for true.
  const state = preview || status === undefined ? rest : { ...rest, status };
  return { ...(state as PropertyMap), [FIELD_MANAGER]: fieldManager };
}

/** The inputs of an object that the program reads and has never declared: all fields that the server does not set. */
export function inputsOf(kind: ResourceType["kind"], outputs: PropertyMap): PropertyMap {
  const inputs: PropertyMap = { apiVersion: kind.apiVersion, kind: kind.kind };
  for (const field of Object.keys(FIELDS[kind.fields])) {
    if (outputs[field] !== undefined) inputs[field] = outputs[field];
  }
  const {
    creationTimestamp: _1,
    generation: _2,
    managedFields: _3,
    resourceVersion: _4,
    uid: _5,
    ...metadata
  } = outputs.metadata as PropertyMap;
  return { ...inputs, metadata };
}

/** An unset input may travel as null. */
export function withoutNulls(inputs: PropertyMap): PropertyMap {
  return Object.fromEntries(
    Object.entries(inputs)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => [key, withoutNullsInside(value)]),
  );
}

function withoutNullsInside(value: PropertyValue): PropertyValue {
  if (Array.isArray(value)) return value.map(withoutNullsInside);
  return isMap(value) ? withoutNulls(value) : value;
}

export const isMap = (value: unknown): value is PropertyMap => isObject(value);

/** The real provider takes an unknown namespace for the default one. */
export const canonicalNamespace = (namespace: PropertyValue | undefined) =>
  namespace === UNKNOWN ? "default" : namespace || "default";

/** The field manager: as the program says, or else as before, or else a random name. */
export function fieldManagerOf(inputs: PropertyMap, outputs?: PropertyMap): string {
  const [said, before] = [annotationsOf(inputs)[PATCH_FIELD_MANAGER], outputs?.[FIELD_MANAGER]];
  if (typeof said === "string" && said !== "") return said;
  return typeof before === "string" ? before : `pulumi-kubernetes-${randomBytes(4).toString("hex")}`;
}
