/** The Kubernetes objects of a release, and what they say about its Scalar pods. */

import { ADMIN_PORTS, APP_LABEL, HEADLESS_SUFFIX, INSTANCE_LABEL } from "../restore-points/scalar-products";
import type { Deployment, KubernetesClient, Pod, Service } from "./kubernetes";
import type { ScalarPod } from "./scalar-pod";
import type { ReleaseSettings } from "./settings";
import type { Deadline } from "./time";

export interface ReleaseObjects {
  pods: Pod[];
  services: Service[];
  deployments: Deployment[];
}

export async function readRelease(
  kubernetes: KubernetesClient,
  release: ReleaseSettings,
  deadline: Deadline,
  stop?: AbortSignal,
): Promise<ReleaseObjects> {
  const [pods, services, deployments] = await Promise.all([
    listOfRelease<Pod>(kubernetes, release, "pods", deadline, stop),
    listOfRelease<Service>(kubernetes, release, "services", deadline, stop),
    listOfRelease<Deployment>(kubernetes, release, "deployments", deadline, stop),
  ]);
  return { pods: pods.filter(isLive), services, deployments };
}

export async function listOfRelease<T>(
  kubernetes: KubernetesClient,
  release: ReleaseSettings,
  kind: "pods" | "services" | "deployments",
  deadline: Deadline,
  stop?: AbortSignal,
): Promise<T[]> {
  const group = kind === "deployments" ? "apis/apps/v1" : "api/v1";
  const selector = encodeURIComponent(`${INSTANCE_LABEL}=${release.name}`);
  const path = `/${group}/namespaces/${release.namespace}/${kind}?labelSelector=${selector}`;
  return kubernetes.list<T>(`/${group}/${kind}`, path, deadline, stop);
}

/** Kubernetes still lists a pod that has ended, such as an evicted one, but it serves no requests. */
export function isLive(pod: Pod): boolean {
  return pod.status?.phase !== "Succeeded" && pod.status?.phase !== "Failed";
}

export function products(objects: ReleaseObjects): string[] {
  const apps = [...objects.pods, ...objects.deployments].map((object) => object.metadata.labels?.[APP_LABEL] ?? "");
  return [...new Set(apps)].filter((app) => Object.hasOwn(ADMIN_PORTS, app)).sort();
}

export const ofProduct = (product: string) => (object: { metadata: Pod["metadata"] }) =>
  object.metadata.labels?.[APP_LABEL] === product;

/**
 * The release's own `adminPort`, or the headless Service's target port under the admin port's name; a string is a
 * port's name, looked up in each pod.
 */
export function adminPort(
  release: ReleaseSettings,
  product: string,
  services: Service[],
  problems: string[],
): number | string | undefined {
  if (release.adminPort !== undefined) return release.adminPort;
  const where = `${product} of release ${release.namespace}/${release.name}`;
  const name = ADMIN_PORTS[product];
  const ports = services
    .filter((service) => service.metadata.name.endsWith(HEADLESS_SUFFIX))
    .flatMap((service) => service.spec.ports?.filter((port) => port.name === name) ?? []);
  const [port, ...others] = ports;
  if (port === undefined) {
    problems.push(
      `${where} has no Service ending in -headless with a port named ${name}; set the release's adminPort if it has another`,
    );
  } else if (others.length > 0) {
    problems.push(
      `${where} has ${ports.length} Services ending in -headless with a port named ${name}: one is expected`,
    );
  }
  return port && (port.targetPort ?? port.port);
}

export function scalarPod(
  release: ReleaseSettings,
  pod: Pod,
  targetPort: number | string | undefined,
  problems: string[],
): ScalarPod {
  const port =
    typeof targetPort === "string"
      ? pod.spec.containers.flatMap((c) => c.ports ?? []).find(({ name }) => name === targetPort)?.containerPort
      : targetPort;
  if (port === undefined && targetPort !== undefined) {
    problems.push(`pod ${pod.metadata.namespace}/${pod.metadata.name} has no port named ${targetPort}`);
  }
  return {
    namespace: release.namespace,
    release: release.name,
    name: pod.metadata.name,
    uid: pod.metadata.uid ?? "",
    address: pod.status?.podIP ?? "",
    port: port ?? 0,
    restarts: restarts(pod, port),
    ...(release.tls && { tls: release.tls }),
  };
}

/** Restarts of the container that declares the admin port; of all containers, if none declares it. */
export function restarts(pod: Pod, port: number | undefined): number {
  const statuses = pod.status?.containerStatuses ?? [];
  const server = pod.spec.containers.find(({ ports }) => ports?.some(({ containerPort }) => containerPort === port));
  const own = server && statuses.filter(({ name }) => name === server.name);
  return (own?.length ? own : statuses).reduce((sum, { restartCount }) => sum + restartCount, 0);
}

export function versions(deployments: Deployment[]): string[] {
  return deployments.map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`).sort();
}
