import { isObject } from "../../restore-points/shape";
import { type ClusterClient, isForbidden } from "../kubernetes/client";
import { RefusedError } from "../kubernetes/connection";
import { type Fields, numberIn, objectIn, textIn, textsIn } from "../kubernetes/fields";
import type { PodsOptions } from "./stoppable-pods";
import type { Workload } from "./workloads";

const PAUSED = "autoscaling.keda.sh/paused";
const PAUSED_REPLICAS = "autoscaling.keda.sh/paused-replicas";

/** Controllers that would scale Deployments out again while they are stopped, each with how to stop it. */
export async function obstaclesOf(
  client: ClusterClient,
  workloads: readonly Workload[],
  { gitOps }: PodsOptions,
): Promise<string[]> {
  const namespaces = [...new Set(workloads.map(({ namespace }) => namespace))];
  const found = await Promise.all(
    namespaces.map(async (namespace) => {
      const own = workloads.filter((workload) => workload.namespace === namespace);
      const [autoscalers, scaledObjects] = await Promise.all([
        listIfServed(client, `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers`),
        listIfServed(client, `/apis/keda.sh/v1alpha1/namespaces/${namespace}/scaledobjects`),
      ]);
      return [
        ...autoscalers.flatMap((autoscaler) => scalesFromZero(autoscaler, own)),
        ...scaledObjects.flatMap((scaledObject) => isNotPaused(scaledObject, own)),
      ];
    }),
  );
  return [...(gitOps === "suspended" ? [] : workloads.flatMap(reconciledBy)), ...found.flat()];
}

/**
 * A HorizontalPodAutoscaler leaves a target at 0 replicas alone unless its own minimum is 0 (kubernetes/pkg/controller/podautoscaler/horizontal.go,
 * reconcileAutoscaler: "Autoscaling is disabled for this resource").
 */
function scalesFromZero(autoscaler: Fields, workloads: readonly Workload[]): string[] {
  const spec = objectIn(autoscaler, "spec");
  if (numberIn(spec, "minReplicas") !== 0) return [];
  const name = nameOf(autoscaler);
  return targets(objectIn(spec, "scaleTargetRef"), workloads).map(
    (workload) =>
      `HorizontalPodAutoscaler ${workload.namespace}/${name} scales Deployment ${workload.deployment} out from 0 by itself, because its spec.minReplicas is 0: set it to 1 or more: kubectl patch hpa ${name} --namespace ${workload.namespace} --patch '{"spec":{"minReplicas":1}}'`,
  );
}

/** https://keda.sh/docs/latest/concepts/scaling-deployments/#pausing-autoscaling */
function isNotPaused(scaledObject: Fields, workloads: readonly Workload[]): string[] {
  const annotations = textsIn(objectIn(scaledObject, "metadata"), "annotations");
  if (annotations[PAUSED] === "true" || annotations[PAUSED_REPLICAS] === "0") return [];
  const name = nameOf(scaledObject);
  const found =
    annotations[PAUSED_REPLICAS] === undefined
      ? "is not paused"
      : `is paused at ${annotations[PAUSED_REPLICAS]} replicas, not at 0`;
  return targets(objectIn(objectIn(scaledObject, "spec"), "scaleTargetRef"), workloads).map(
    (workload) =>
      `KEDA's ScaledObject ${workload.namespace}/${name} ${found}, and would scale Deployment ${workload.deployment} out again: kubectl annotate scaledobject ${name} --namespace ${workload.namespace} --overwrite ${PAUSED}=true ${PAUSED_REPLICAS}-`,
  );
}

/** Both default to a Deployment. */
function targets(reference: Fields, workloads: readonly Workload[]): Workload[] {
  if ((reference.kind ?? "Deployment") !== "Deployment") return [];
  return workloads.filter(({ deployment }) => deployment === reference.name);
}

const GIT_OPS = [
  {
    product: "Argo CD",
    prefix: "argocd.argoproj.io/",
    how: "switch its Application's automated sync off (argocd app set <application> --sync-policy none)",
  },
  {
    product: "Flux",
    prefix: "helm.toolkit.fluxcd.io/",
    how: "suspend its HelmRelease (flux suspend helmrelease <name>)",
  },
  {
    product: "Flux",
    prefix: "kustomize.toolkit.fluxcd.io/",
    how: "suspend its Kustomization (flux suspend kustomization <name>)",
  },
];

/** `app.kubernetes.io/instance` is no mark of Argo CD: every Helm chart sets it. */
function reconciledBy({ namespace, deployment, marks }: Workload): string[] {
  return GIT_OPS.flatMap(({ product, prefix, how }) => {
    const mark = marks.find((key) => key.startsWith(prefix));
    if (mark === undefined) return [];
    return [
      `Deployment ${namespace}/${deployment} is managed by ${product} ("${mark}"), which may scale it out again: ${how}, then set restore.switchOver.gitOps to suspended`,
    ];
  });
}

/** None where the cluster does not serve the kind, or does not show it: a missing right is a problem of its own. */
async function listIfServed(client: ClusterClient, path: string): Promise<Fields[]> {
  try {
    return await client.list(path);
  } catch (error) {
    if (isForbidden(error) || (error instanceof RefusedError && error.code === 404)) return [];
    throw error;
  }
}

function nameOf({ metadata }: Fields): string {
  return (isObject(metadata) && textIn(metadata, "name")) || "";
}
