import { ADMIN_PORTS, APP_LABEL, INSTANCE_LABEL } from "../../restore-points/scalar-products";
import type { ClusterClient } from "../kubernetes/client";
import { type Fields, listIn, numberIn, objectIn, textIn, textsIn } from "../kubernetes/fields";
import type { ReleaseAddress } from "../kubernetes/releases";

/** A Deployment of a Scalar product. Envoy's carries the same instance label, but another `app`: it is none. */
export interface Workload {
  namespace: string;
  /** The Deployment's own name. */
  deployment: string;
  release: string;
  resourceVersion: string;
  /** The number of pods that it is asked for. */
  replicas: number;
  available: number;
  /** Whether its controller has seen the number of pods that it is asked for. */
  observed: boolean;
  /** Who set that number last, such as `helm`; undefined if that is not recorded. */
  scaledBy?: string;
  /** Keys of its labels and annotations. */
  marks: string[];
  /** The ConfigMaps that its pods mount. */
  configMaps: string[];
  /** Its containers' environment variables that have a value of their own. */
  variables: Record<string, string>;
}

/** A pod of a Scalar product. */
export interface PresentPod {
  namespace: string;
  name: string;
  release: string;
  /** `Running`, or `Terminating since ...`. */
  phase: string;
}

const SELECTOR = `${APP_LABEL} in (${Object.keys(ADMIN_PORTS).join(",")})`;

/** A Deployment's managed fields show by this name who has scaled it. */
const MANAGER = "scalar-switch-over";

/** `namespace/name` of the Deployment: its key in the journal. */
export const keyOf = ({ namespace, deployment }: Pick<Workload, "namespace" | "deployment">): string =>
  `${namespace}/${deployment}`;

/** The releases' Deployments of Scalar's products, sorted by namespace and name. */
export async function readWorkloads(client: ClusterClient, releases: readonly ReleaseAddress[]): Promise<Workload[]> {
  const found = await listAll(client, releases, (namespace) => `/apis/apps/v1/namespaces/${namespace}/deployments`);
  return found.map(workloadOf).sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

/** The releases' pods that may still write: all that exist, but those whose containers have all ended for good. */
export async function readPods(client: ClusterClient, releases: readonly ReleaseAddress[]): Promise<PresentPod[]> {
  const found = await listAll(client, releases, (namespace) => `/api/v1/namespaces/${namespace}/pods`);
  return found.filter((pod) => !hasEnded(pod)).map(podOf);
}

/** Asks the Deployment for so many pods. @throws {RefusedError} 409, if anybody has changed it since it was read */
export async function scale(client: ClusterClient, workload: Workload, replicas: number): Promise<void> {
  const { namespace, deployment, resourceVersion } = workload;
  await client.patch(`/apis/apps/v1/namespaces/${namespace}/deployments/${deployment}/scale?fieldManager=${MANAGER}`, {
    metadata: { resourceVersion },
    spec: { replicas },
  });
}

/** The objects of Scalar's products that belong to the releases. */
async function listAll(
  client: ClusterClient,
  releases: readonly ReleaseAddress[],
  pathIn: (namespace: string) => string,
): Promise<Fields[]> {
  const namespaces = [...new Set(releases.map(({ namespace }) => namespace))];
  const lists = await Promise.all(
    namespaces.map(async (namespace) => {
      const names = releases.filter((release) => release.namespace === namespace).map(({ name }) => name);
      return client.list(pathIn(namespace), `${SELECTOR},${INSTANCE_LABEL} in (${names.join(",")})`);
    }),
  );
  return lists.flat();
}

function workloadOf(deployment: Fields): Workload {
  const [metadata, spec] = [objectIn(deployment, "metadata"), objectIn(deployment, "spec")];
  const status = objectIn(deployment, "status");
  const labels = textsIn(metadata, "labels");
  const scaledBy = scalerOf(metadata);
  return {
    namespace: textIn(metadata, "namespace") ?? "",
    release: labels[INSTANCE_LABEL] ?? "",
    deployment: textIn(metadata, "name") ?? "",
    resourceVersion: textIn(metadata, "resourceVersion") ?? "",
    replicas: numberIn(spec, "replicas") ?? 1,
    available: numberIn(status, "availableReplicas") ?? 0,
    observed: (numberIn(status, "observedGeneration") ?? 0) >= (numberIn(metadata, "generation") ?? 0),
    ...(scaledBy !== undefined && { scaledBy }),
    marks: [...Object.keys(labels), ...Object.keys(textsIn(metadata, "annotations"))],
    ...configurationOf(objectIn(objectIn(spec, "template"), "spec")),
  };
}

function configurationOf(pod: Fields): Pick<Workload, "configMaps" | "variables"> {
  const configMaps = listIn(pod, "volumes").map((volume) => textIn(objectIn(volume, "configMap"), "name"));
  const variables = listIn(pod, "containers")
    .flatMap((container) => listIn(container, "env"))
    .map((variable) => [textIn(variable, "name"), textIn(variable, "value")] as const);
  return {
    configMaps: configMaps.filter((name) => name !== undefined),
    variables: Object.fromEntries(variables.filter((pair): pair is [string, string] => pair.every(Boolean))),
  };
}

/** The manager of `spec.replicas` (https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management). */
function scalerOf(metadata: Fields): string | undefined {
  const managers = listIn(metadata, "managedFields").filter((entry) =>
    Object.hasOwn(objectIn(objectIn(entry, "fieldsV1"), "f:spec"), "f:replicas"),
  );
  return managers.map((entry) => textIn(entry, "manager")).find((manager) => manager !== undefined);
}

/**
 * A pod in a terminal phase stays as an object until it is collected, after an eviction for example. The phase alone is not
 * enough: a control plane may write it for a node that it cannot reach.
 */
function hasEnded(pod: Fields): boolean {
  const status = objectIn(pod, "status");
  const containers = listIn(status, "containerStatuses");
  const terminated = containers.every((container) => Object.hasOwn(objectIn(container, "state"), "terminated"));
  return (status.phase === "Succeeded" || status.phase === "Failed") && containers.length > 0 && terminated;
}

function podOf(pod: Fields): PresentPod {
  const metadata = objectIn(pod, "metadata");
  const deleted = textIn(metadata, "deletionTimestamp");
  return {
    namespace: textIn(metadata, "namespace") ?? "",
    name: textIn(metadata, "name") ?? "",
    release: textsIn(metadata, "labels")[INSTANCE_LABEL] ?? "",
    phase: deleted === undefined ? (textIn(objectIn(pod, "status"), "phase") ?? "Unknown") : "Terminating",
  };
}
