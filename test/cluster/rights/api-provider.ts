import type { KubernetesCluster } from "../../../simulator/cloud/kubernetes/cluster";
import { KubernetesProvider } from "../../../simulator/providers/kubernetes/provider";
import {
  type ChangeResponse,
  type CreateRequest,
  type CreateResponse,
  type DeleteRequest,
  type PropertyMap,
  type ReadRequest,
  type ReadResponse,
  UNKNOWN,
  type UpdateRequest,
} from "../../../simulator/providers/provider";
import { type Api, collection, type KubernetesObject, Refusal } from "../api";

/** Under which name it creates: creating is no server-side apply. */
const CREATOR = "pulumi-kubernetes";
const FIELD_MANAGER = "pulumi-kubernetes-0a1b2c3d";
const FORBIDDEN = 403;
const NOT_FOUND = 404;

/**
 * Takes the place of the Kubernetes provider's plugin: it decides as the simulated provider does, and sends a real API server the requests
 * that the plugin sends [pulumi-kubernetes: provider/pkg/await/await.go].
 */
export class ApiProvider extends KubernetesProvider {
  constructor(
    cluster: KubernetesCluster,
    /** The API server, as the user whose rights are tested. */
    private readonly api: Api,
  ) {
    super(cluster);
  }

  /** A preview is a dry run, and goes on without it where that is forbidden. [pulumi-kubernetes: provider/pkg/provider/provider.go] */
  override async create({ urn, type, inputs: given, preview }: CreateRequest): Promise<CreateResponse> {
    const inputs = known(given);
    const unseen: CreateResponse = { id: "", outputs: inputs, simulatedMillis: 0 };
    if (preview && (isPatch(type) || JSON.stringify(inputs).includes(UNKNOWN))) return unseen;
    try {
      const live = isPatch(type)
        ? await this.api.apply(objectOf(inputs), managerOf(inputs))
        : await this.api.create(objectOf(inputs), { dryRun: preview, fieldManager: CREATOR });
      return { id: preview ? "" : idOf(live), outputs: stateOf(live, inputs), simulatedMillis: 0 };
    } catch (error) {
      if (preview && isRefusal(error, FORBIDDEN)) return unseen;
      throw failed(`resource "${urn}" was not successfully created by the Kubernetes API server`, error);
    }
  }

  override async read({ type, id, inputs, outputs }: ReadRequest): Promise<ReadResponse | undefined> {
    const [namespace = "", name = ""] = id.split("/");
    const { apiVersion, kind } = objectOf({ ...outputs, ...kindOf(type) });
    try {
      const live = await this.api.get(apiVersion, kind, namespace, name);
      return { id, inputs: inputs ?? {}, outputs: stateOf(live, inputs ?? {}) };
    } catch (error) {
      if (isRefusal(error, NOT_FOUND)) return undefined;
      throw error;
    }
  }

  override async update({ urn, type, id, newInputs, preview }: UpdateRequest): Promise<ChangeResponse> {
    const inputs = known(newInputs);
    if (preview && JSON.stringify(inputs).includes(UNKNOWN)) return { outputs: inputs, simulatedMillis: 0 };
    const [namespace = "", name = ""] = id.split("/");
    const object = objectOf({ ...kindOf(type), ...inputs });
    const whole = { ...object, metadata: { ...object.metadata, namespace, name } };
    try {
      await this.api.get(object.apiVersion, object.kind, namespace, name);
      const live = await this.api.apply(whole, managerOf(inputs), { dryRun: preview });
      return { outputs: stateOf(live, inputs), simulatedMillis: 0 };
    } catch (error) {
      if (preview && isRefusal(error, FORBIDDEN)) return { outputs: inputs, simulatedMillis: 0 };
      throw failed(`update of resource "${urn}" failed`, error);
    }
  }

  /**
   * Waits until the object is gone, with the list and the watch of an informer; but for a Job that asks not to be waited for.
   * [pulumi-kubernetes: provider/pkg/metadata/overrides.go, DeletedCondition]
   */
  override async delete({ type, id, inputs }: DeleteRequest): Promise<{ simulatedMillis: number }> {
    const [namespace = "", name = ""] = id.split("/");
    const object = objectOf({ ...inputs, ...kindOf(type), metadata: { namespace, name } });
    const whatIsLeft = { ...kindOf(type), metadata: { namespace, name } };
    try {
      if (isPatch(type)) await this.api.apply(objectOf(whatIsLeft), managerOf(inputs));
      else {
        await this.api.delete(object);
        if (object.kind === "Job" && annotationsOf(inputs)["pulumi.com/skipAwait"] === "true")
          return { simulatedMillis: 0 };
        const path = `${collection(object)}?fieldSelector=metadata.name%3D${name}`;
        const { metadata } = await this.api.request("GET", path);
        await this.api.request(
          "GET",
          `${path}&watch=true&timeoutSeconds=1&resourceVersion=${metadata.resourceVersion}`,
        );
      }
    } catch (error) {
      if (!isRefusal(error, NOT_FOUND)) throw error;
    }
    return { simulatedMillis: 0 };
  }
}

const isPatch = (type: string) => type.endsWith("Patch");
const isRefusal = (error: unknown, code: number) => error instanceof Refusal && error.code === code;

/** `kubernetes:core/v1:ConfigMapPatch` is of kind ConfigMap in v1. */
function kindOf(type: string): { apiVersion: string; kind: string } {
  const [, version = "", kind = ""] = type.split(":");
  return { apiVersion: version.replace(/^core\//, ""), kind: kind.replace(/Patch$/, "") };
}

// Cast: what the program declares are objects of Kubernetes.
const objectOf = (properties: object) => properties as unknown as KubernetesObject;

const known = (inputs: PropertyMap): PropertyMap =>
  Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== null));

function annotationsOf(inputs: PropertyMap): Record<string, string | undefined> {
  return (objectOf(inputs).metadata?.annotations as Record<string, string> | undefined) ?? {};
}

function managerOf(inputs: PropertyMap): string {
  return annotationsOf(inputs)["pulumi.com/patchFieldManager"] ?? FIELD_MANAGER;
}

function stateOf(live: KubernetesObject, inputs: PropertyMap): PropertyMap {
  // Cast: JSON from the API server.
  return { ...(live as unknown as PropertyMap), __fieldManager: managerOf(inputs) };
}

const idOf = ({ metadata }: KubernetesObject) => `${metadata.namespace}/${metadata.name}`;

function failed(what: string, error: unknown): Error {
  const reason = error instanceof Refusal ? error.status.message : undefined;
  return new Error(`${what}: ${reason ?? error}`, { cause: error });
}
