import { ADMIN_PORTS, APP_LABEL, INSTANCE_LABEL } from "../restore-points/scalar-products";
import type { KubernetesClient, Pod } from "./kubernetes";
import {
  adminPort,
  isLive,
  listOfRelease,
  ofProduct,
  products,
  type ReleaseObjects,
  readRelease,
  restarts,
  scalarPod,
  versions,
} from "./release-objects";
import type { ScalarPod } from "./scalar-pod";
import type { ReleaseSettings } from "./settings";
import type { Deadline } from "./time";

/** One Scalar product of a release at one instant. A release with two products has two workloads. */
export interface Workload {
  namespace: string;
  release: string;
  product: string;
  /** Sorted by name. */
  pods: ScalarPod[];
  /** `name@resourceVersion` of each Deployment: any change to them, such as a rollout, changes these texts. */
  deployments: string[];
}

/** Why releases cannot be paused now; no pod was paused. */
export class DiscoveryError extends Error {
  constructor(readonly problems: string[]) {
    super(problems.join("\n"));
  }
}

/**
 * The workloads of all releases, once each is stable: every pod ready, none being created or deleted.
 * @throws DiscoveryError with the problems of all releases at once.
 */
export async function discover(
  kubernetes: KubernetesClient,
  releases: ReleaseSettings[],
  deadline: Deadline,
  stop?: AbortSignal,
): Promise<Workload[]> {
  const problems: string[] = [];
  const found = await Promise.all(
    releases.map(async (release) => {
      const objects = await readRelease(kubernetes, release, deadline, stop);
      const workloads = products(objects).map((product) => settledWorkload(release, product, objects, problems));
      if (workloads.length === 0) {
        problems.push(
          `release ${release.namespace}/${release.name} has no pods of a Scalar product: ` +
            `pods are looked for by ${INSTANCE_LABEL}=${release.name} and ${APP_LABEL}=${Object.keys(ADMIN_PORTS).join("|")}`,
        );
      }
      return workloads;
    }),
  );
  if (problems.length > 0) throw new DiscoveryError(problems);
  return found.flat();
}

/** What has changed in the releases since `before`, as text; empty if nothing has. */
export async function changes(
  kubernetes: KubernetesClient,
  releases: ReleaseSettings[],
  before: Workload[],
  deadline: Deadline,
): Promise<string[]> {
  const differences = await Promise.all(
    releases.map(async (release) => {
      const objects = await readRelease(kubernetes, release, deadline);
      const was = before.filter((w) => w.namespace === release.namespace && w.release === release.name);
      const appeared = products(objects).filter((product) => !was.some((w) => w.product === product));
      return [
        ...appeared.map((product) => `pods of ${product} appeared in ${release.namespace}/${release.name}`),
        ...was.flatMap((workload) => workloadChanges(workload, objects)),
      ];
    }),
  );
  return differences.flat();
}

/** The current state of a pod that a note names: `gone`, or its current address. */
export type PodNow = "gone" | ScalarPod;

/**
 * The current state of a note's pods in one release. Only a pod that is gone is certainly not paused: a higher restart
 * count may be a sidecar's, or be from a restart before the pause that Kubernetes reported late.
 * @throws {KubernetesError} when the API server does not answer
 */
export async function podsNow(
  kubernetes: KubernetesClient,
  release: { namespace: string; name: string },
  noted: ScalarPod[],
  deadline: Deadline,
  stop?: AbortSignal,
): Promise<PodNow[]> {
  const pods = await listOfRelease<Pod>(kubernetes, release, "pods", deadline, stop);
  const live = new Map(pods.filter(isLive).map((pod) => [pod.metadata.name, pod]));
  return noted.map((pod) => {
    const now = live.get(pod.name);
    if (now === undefined || (now.metadata.uid ?? "") !== pod.uid) return "gone";
    // A new sandbox of the same pod has another address.
    return { ...pod, address: now.status?.podIP || pod.address };
  });
}

/** Every running pod of the releases that has an address, in any state.
 * @throws {KubernetesError} when a release cannot be read
 */
export async function reachablePods(
  kubernetes: KubernetesClient,
  releases: ReleaseSettings[],
  deadline: Deadline,
): Promise<ScalarPod[]> {
  const found = await Promise.all(
    releases.map(async (release) => {
      const objects = await readRelease(kubernetes, release, deadline);
      return products(objects).flatMap((product) => {
        const targetPort = adminPort(release, product, objects.services, []);
        return objects.pods
          .filter(ofProduct(product))
          .map((pod) => scalarPod(release, pod, targetPort, []))
          .filter(({ address, port }) => address !== "" && port !== 0);
      });
    }),
  );
  return found.flat();
}

function settledWorkload(
  release: ReleaseSettings,
  product: string,
  objects: ReleaseObjects,
  problems: string[],
): Workload {
  const where = `${product} of release ${release.namespace}/${release.name}`;
  const pods = objects.pods.filter(ofProduct(product));
  const deployments = objects.deployments.filter(ofProduct(product));

  if (deployments.length === 0)
    problems.push(`${where} has pods but no Deployment: was it installed by Scalar's chart?`);
  for (const { metadata, spec, status } of deployments) {
    const wanted = spec.replicas ?? 1;
    const settled =
      (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0) &&
      (status?.updatedReplicas ?? 0) === wanted &&
      (status?.replicas ?? 0) === wanted;
    if (!settled) problems.push(`a rollout of Deployment ${metadata.namespace}/${metadata.name} is under way`);
  }
  const wanted = deployments.reduce((sum, deployment) => sum + (deployment.spec.replicas ?? 1), 0);
  if (pods.length === 0) problems.push(`${where} has no pods (its Deployment wants ${wanted})`);
  else if (deployments.length > 0 && pods.length !== wanted) {
    problems.push(`${where} has ${pods.length} pods where its Deployment wants ${wanted}`);
  }
  for (const pod of pods) {
    const trouble = podProblem(pod);
    if (trouble) problems.push(`pod ${pod.metadata.namespace}/${pod.metadata.name} ${trouble}`);
  }

  const targetPort = adminPort(release, product, objects.services, problems);
  return {
    namespace: release.namespace,
    release: release.name,
    product,
    pods: pods.map((pod) => scalarPod(release, pod, targetPort, problems)).sort((a, b) => (a.name < b.name ? -1 : 1)),
    deployments: versions(deployments),
  };
}

function podProblem(pod: Pod): string | undefined {
  if (pod.metadata.deletionTimestamp) return "is being deleted";
  if (pod.status?.phase !== "Running") return `is ${pod.status?.phase ?? "in no phase"}, not Running`;
  if (!pod.status.conditions?.some(({ type, status }) => type === "Ready" && status === "True")) return "is not Ready";
  if (!pod.status.podIP) return "has no address yet";
  return undefined;
}

function workloadChanges(before: Workload, objects: ReleaseObjects): string[] {
  const pods = objects.pods.filter(ofProduct(before.product));
  const now = new Map(pods.map((pod) => [pod.metadata.name, pod]));
  const name = (podName: string) => `pod ${before.namespace}/${podName}`;
  const differences = pods
    .filter((pod) => !before.pods.some((was) => was.name === pod.metadata.name))
    .map((pod) => `${name(pod.metadata.name)} appeared`);
  for (const was of before.pods) {
    const is = now.get(was.name);
    if (is === undefined) differences.push(`${name(was.name)} vanished`);
    else if ((is.metadata.uid ?? "") !== was.uid) differences.push(`${name(was.name)} was replaced`);
    else if (restarts(is, was.port) !== was.restarts) {
      differences.push(
        `${name(was.name)} restarted (${was.restarts} restarts before, ${restarts(is, was.port)} after)`,
      );
    } else if (is.metadata.deletionTimestamp) differences.push(`${name(was.name)} is being deleted`);
    else if (is.status?.phase !== "Running") differences.push(`${name(was.name)} is ${is.status?.phase}`);
    else if (is.status.podIP !== was.address) differences.push(`${name(was.name)} has another address`);
  }
  const deployments = versions(objects.deployments.filter(ofProduct(before.product)));
  if (deployments.join() !== before.deployments.join()) {
    differences.push(
      `Deployments of ${before.product} in ${before.namespace} changed: ` +
        `${before.deployments.join(", ")} before, ${deployments.join(", ")} after`,
    );
  }
  return differences;
}
