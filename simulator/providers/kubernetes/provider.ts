import type { KubernetesCluster } from "../../cloud/kubernetes/cluster";
import type { Kind } from "../../cloud/kubernetes/kinds";
import type { ObjectManifest } from "../../cloud/kubernetes/objects";
import { findProblems } from "../../cloud/kubernetes/schema";
import { StatusError } from "../../cloud/kubernetes/status";
import {
  type ChangeResponse,
  type CheckRequest,
  type CheckResponse,
  type CreateRequest,
  type CreateResponse,
  type DeleteRequest,
  type DiffRequest,
  type DiffResponse,
  type PropertyMap,
  type PropertyValue,
  type ReadRequest,
  type ReadResponse,
  type SimulatedProvider,
  UNKNOWN,
  type UpdateRequest,
} from "../provider";
import { sdkVersion } from "../sdk-version";
import { TypeCatalog } from "../type-catalog";
import { asReplacement, changes, covers, formatPath, prune } from "./diff";
import {
  annotationsOf,
  canonicalNamespace,
  fieldManagerOf,
  inputsOf,
  isAutonamed,
  isMap,
  nameObject,
  stateOf,
  withoutNulls,
} from "./inputs";
import { hasUnknown, normalize } from "./normalize";
import { replacingPaths, touches } from "./replacement";
import { TYPES } from "./resource-types";

/** The provider's own settings that the simulation honours, or that make no difference to it. */
const HONOURED = ["namespace", "enableConfigMapMutable", "enablePatchForce", "upsertExistingObjects"];
const WITHOUT_EFFECT = [
  "cluster",
  "context",
  "kubeClientSettings",
  "kubeconfig",
  "suppressDeprecationWarnings",
  "suppressHelmHookWarnings",
  "version",
];

const PATCH_FORCE = "pulumi.com/patchForce";
/** Under which name it creates: creating is no server-side apply. */
const CREATOR = "pulumi-kubernetes";

/**
 * Whose fields an update takes over before it applies, so that they are no conflict, and go if they are not declared: what kubectl has
 * set (under any name that begins so, such as kubectl-patch), and what has been created. A preview does not take them over, and may
 * refuse what the update then does. [pulumi-kubernetes: provider/pkg/await/await.go, fixCSAFieldManagers; github.com/fluxcd/pkg/ssa,
 * matchFieldManager]
 */
function isTakenOver(manager: string, operation: "Apply" | "Update"): boolean {
  const updated = ["before-first-apply", "pulumi-kubernetes", "pulumi-resource-kubernetes"];
  return manager.startsWith("kubectl") || (operation === "Update" && updated.some((name) => manager.startsWith(name)));
}

/** Inferred, as all times are: only that an object takes less than a database. */
const CREATE_MILLIS = 1_000;
/** Inferred, as above. */
const CHANGE_MILLIS = 500;

const ALREADY_EXISTS = `

The resource already exists in the cluster. This can happen when:

  - Renaming a Pulumi resource: use an alias to preserve the identity,
    or use deleteBeforeReplace if the resource needs replacement.
  - Managing an existing resource: use a Patch resource (e.g. NamespacePatch)
    to manage specific fields without owning the resource lifecycle.
  - Adopting a resource into Pulumi: use \`pulumi import\`. Note that
    protected resources (e.g. kube-system) cannot be deleted on destroy.
  - Intentional upsert: set upsertExistingObjects on the provider to allow
    server-side apply to update existing objects on create.`;

/**
 * The simulated `kubernetes` package: what pulumi-kubernetes 4.34 in its default mode (server-side apply) does with inputs
 * and state, on the simulated cluster.
 */
export class KubernetesProvider implements SimulatedProvider {
  readonly name = "kubernetes";
  readonly version = sdkVersion(this.name);
  readonly #cluster: KubernetesCluster;
  #defaultNamespace: string | undefined;
  #options = { enableConfigMapMutable: false, enablePatchForce: false, upsertExistingObjects: false };
  readonly #types = new TypeCatalog(this.name, TYPES);

  constructor(cluster: KubernetesCluster) {
    this.#cluster = cluster;
  }

  async configure(config: PropertyMap): Promise<void> {
    this.#types.configure(config, [...HONOURED, ...WITHOUT_EFFECT]);
    this.#defaultNamespace = typeof config.namespace === "string" ? config.namespace : undefined;
    // An engine hands settings over as texts, a program's own provider as they are.
    const on = (key: string) => config[key] === true || config[key] === "true";
    this.#options = {
      enableConfigMapMutable: on("enableConfigMapMutable"),
      enablePatchForce: on("enablePatchForce"),
      upsertExistingObjects: on("upsertExistingObjects"),
    };
  }

  async check({ urn, type, oldInputs, newInputs }: CheckRequest): Promise<CheckResponse> {
    const { kind, patch } = this.#types.type(type);
    const inputs = withoutNulls(newInputs);
    const failures = findProblems(kind.fields, inputs, (value) => value === UNKNOWN).map(({ path, message }) => ({
      property: path,
      reason: message,
    }));
    for (const field of ["apiVersion", "kind"] as const) {
      inputs[field] ??= kind[field];
      if (inputs[field] !== kind[field])
        failures.push({ property: field, reason: `expected ${kind[field]} for ${type}` });
    }
    if (failures.length > 0) return { inputs, failures };
    if (patch && !(isMap(inputs.metadata as PropertyValue) && (inputs.metadata as PropertyMap).name))
      throw new Error("patch resources require the `.metadata.name` field to be set");
    nameObject(inputs, oldInputs, urn);
    const metadata = inputs.metadata as PropertyValue;
    if (this.#defaultNamespace !== undefined && isMap(metadata)) metadata.namespace ??= this.#defaultNamespace;
    return { inputs, failures };
  }

  async diff({ type, oldInputs, oldOutputs, newInputs, ignoreChanges }: DiffRequest): Promise<DiffResponse> {
    const { kind: objectKind, patch } = this.#types.type(type);
    const { fields } = objectKind;
    const before = prune(oldOutputs, normalize(fields, withoutNulls(oldInputs)));
    const after = normalize(fields, withoutNulls(newInputs));
    const live = oldOutputs.metadata as PropertyMap;
    before.metadata = {
      ...(isMap(before.metadata) ? before.metadata : {}),
      name: live.name ?? null,
      namespace: canonicalNamespace(live.namespace),
    };
    if (isMap(after.metadata)) {
      after.metadata = { ...after.metadata, namespace: canonicalNamespace(after.metadata.namespace) };
    }

    const replacing = replacingPaths(after, { ...this.#options, patch });
    const detailedDiff: DiffResponse["detailedDiff"] = {};
    for (const { path, kind, value } of changes(before, after)) {
      if (ignoreChanges.some((ignored) => covers(ignored, path))) continue;
      const replaces = touches(replacing, path, value) || (kind === "delete" && formatPath(path) === "metadata");
      detailedDiff[formatPath(path)] = replaces ? asReplacement(kind) : kind;
    }
    const metadata = after.metadata;
    // Two objects of one name can't be there at once.
    const deleteBeforeReplace =
      Object.values(detailedDiff).some((kind) => kind.endsWith("-replace")) &&
      isMap(metadata) &&
      !isAutonamed(after) &&
      metadata.name === live.name &&
      metadata.namespace === canonicalNamespace(live.namespace);
    return { detailedDiff, deleteBeforeReplace };
  }

  async create(request: CreateRequest): Promise<CreateResponse> {
    const { patch } = this.#types.type(request.type);
    const { urn, preview } = request;
    const inputs = withoutNulls(request.inputs);
    if (preview && (patch || hasUnknown(inputs))) return { id: "", outputs: inputs, simulatedMillis: CREATE_MILLIS };
    const fieldManager = fieldManagerOf(inputs);
    const { store } = this.#cluster;
    try {
      const manifest = inputs as unknown as ObjectManifest;
      // A patch takes up what is there, and makes it if nothing is.
      const live =
        patch || this.#options.upsertExistingObjects
          ? store.apply(manifest, { fieldManager, force: this.#forces(inputs) || preview, dryRun: preview })
          : store.create(manifest, { fieldManager: CREATOR, dryRun: preview });
      const id = preview ? "" : `${live.metadata.namespace}/${live.metadata.name}`;
      return { id, outputs: stateOf(live, fieldManager, preview), simulatedMillis: CREATE_MILLIS };
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      // A preview cannot know what will exist then: a namespace may be created, an object deleted before.
      const mayPass =
        error.reason === "AlreadyExists" || (error.reason === "NotFound" && error.details.kind === "namespaces");
      if (preview && mayPass) return { id: "", outputs: inputs, simulatedMillis: CREATE_MILLIS };
      const hint = error.reason === "AlreadyExists" ? ALREADY_EXISTS : "";
      throw new Error(
        `resource "${urn}" was not successfully created by the Kubernetes API server: ${this.#explain(error, fieldManager)}${hint}`,
      );
    }
  }

  async read(request: ReadRequest): Promise<ReadResponse | undefined> {
    const { kind } = this.#types.type(request.type);
    const live = this.#cluster.store.find(kind, ...splitId(request.id));
    if (!live) return undefined;
    const known = withoutNulls(request.inputs ?? {});
    const outputs = stateOf(live, fieldManagerOf(known, request.outputs), false);
    const inputs = Object.keys(known).length > 0 ? prune(outputs, known) : inputsOf(kind, outputs);
    return { id: request.id, inputs, outputs };
  }

  async update(request: UpdateRequest): Promise<ChangeResponse> {
    const { kind, patch } = this.#types.type(request.type);
    const { urn, preview, oldOutputs } = request;
    const inputs = withoutNulls(request.newInputs);
    if (preview && hasUnknown(inputs)) return { outputs: inputs, simulatedMillis: CHANGE_MILLIS };
    const fieldManager = fieldManagerOf(inputs, oldOutputs);
    const [namespace, name] = splitId(request.id);
    const { store } = this.#cluster;
    try {
      const current = store.get(kind, namespace, name);
      if (!patch && !preview) store.adoptFields(kind, namespace, name, isTakenOver, fieldManager);
      const created = current.metadata.managedFields?.some(
        ({ manager, operation }) => manager === CREATOR && operation === "Update",
      );
      const manifest = {
        ...inputs,
        metadata: { ...(inputs.metadata as PropertyMap), namespace, name },
      } as unknown as ObjectManifest;
      // A preview does not take over what was created, and overwrites it. [The same, patchForce]
      const force = this.#forces(inputs) || (created === true && preview);
      const live = store.apply(manifest, { fieldManager, force, dryRun: preview });
      return { outputs: stateOf(live, fieldManager, preview), simulatedMillis: CHANGE_MILLIS };
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      // Whatever was refused, the object is there. [pulumi-kubernetes: provider/pkg/provider/provider.go, Update]
      throw new Error(
        store.find(kind, namespace, name)
          ? `the Kubernetes API server reported that "${namespace}/${name}" failed to fully initialize or become live: ${this.#explain(error, fieldManager)}`
          : `update of resource "${urn}" failed: ${this.#explain(error, fieldManager)}`,
      );
    }
  }

  async delete(request: DeleteRequest): Promise<{ simulatedMillis: number }> {
    const { kind, patch } = this.#types.type(request.type);
    const [namespace, name] = splitId(request.id);
    try {
      if (patch) this.#relinquish(kind, namespace, name, fieldManagerOf(request.inputs, request.outputs));
      else this.#cluster.store.delete(kind, namespace, name);
    } catch (error) {
      if (!(error instanceof StatusError && error.reason === "NotFound")) throw error;
    }
    return { simulatedMillis: CHANGE_MILLIS };
  }

  async invoke(token: string): Promise<PropertyMap> {
    throw new Error(`${token} is not simulated: the kubernetes package has no function that is`);
  }

  async cancel(): Promise<void> {
    this.#types.cancel();
  }

  /** What a patch has set goes, unless others have set it too; the object stays, or comes if it was gone. */
  #relinquish({ apiVersion, kind }: Kind, namespace: string, name: string, fieldManager: string): void {
    this.#cluster.store.apply({ apiVersion, kind, metadata: { namespace, name } }, { fieldManager });
  }

  /** Whether it takes fields over that others have set. */
  #forces(inputs: PropertyMap): boolean {
    return this.#options.enablePatchForce || annotationsOf(inputs)[PATCH_FORCE] === "true";
  }

  #explain(error: StatusError, fieldManager: string): string {
    if (error.reason !== "Conflict" || error.details.causes === undefined) return error.message;
    return (
      "server-side apply field conflict detected, see https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/" +
      "managing-resources-with-server-side-apply/#handle-field-conflicts-on-existing-resources for troubleshooting help\n" +
      `The resource managed by field manager "${fieldManager}" had an apply conflict: ${error.message}`
    );
  }
}

/** An id is `namespace/name`. */
function splitId(id: string): [namespace: string, name: string] {
  const [first, second] = id.split("/");
  return second === undefined ? ["default", first as string] : [first as string, second];
}
