import type { Job } from "@pulumi/kubernetes/batch/v1/job";
import type * as pulumi from "@pulumi/pulumi";
import type { JobEnd } from "../operations/kubernetes/job-result";
import type { ClusterChoice } from "../operations/kubernetes/kubeconfig";
import { declareFinding } from "./operation";
import { providerCluster } from "./pause/cluster";

/**
 * Waits for a Job's end, as `name-end`, and hands over what its pod has written to its termination message file; known once the Job has
 * succeeded. The provider's own wait does not show the pod's message, ends after 10 minutes, and waits for ever without an error if the
 * account may not list or watch Jobs and pods. [pulumi-kubernetes: provider/pkg/await/job.go, provider/pkg/await/informers/factory.go]
 */
export function declareJobEnd(
  name: string,
  job: Job,
  end: Pick<JobEnd, "task" | "deadlineSeconds" | "withoutMessage">,
  parent: pulumi.ComponentResource,
): pulumi.Output<string> {
  const request = job.metadata.apply(({ namespace, name, uid }) => ({ namespace, name, uid, ...end }));
  return declareFinding(
    `${name}-end`,
    "await-verification-job",
    { request, access: clusterChoice(parent) },
    { parent, dependsOn: job },
  );
}

/** The cluster of the provider that declares the Jobs. */
function clusterChoice(parent: pulumi.ComponentResource): pulumi.Output<ClusterChoice> {
  return providerCluster(parent).apply(({ kubeconfig, context, cluster }) => ({
    ...(kubeconfig !== undefined && { kubeconfig }),
    ...(context !== undefined && { context }),
    ...(cluster !== undefined && { cluster }),
  }));
}
