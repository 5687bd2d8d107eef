import { type Fields, objectIn } from "../../operations/kubernetes/fields";
import type { ClusterReader } from "../../operations/kubernetes/reader";
import { ADMIN_PORTS, APP_LABEL, INSTANCE_LABEL } from "../../restore-points/scalar-products";
import { type Finding, ok, problem } from "./finding";

/**
 * Whether the pods of each release answer: by their readiness, which Scalar's charts probe through gRPC. The admin interface itself is
 * reached from inside the cluster only, where the pauser is.
 */
export async function answering(
  reader: ClusterReader,
  releases: readonly { namespace: string; name: string }[],
): Promise<Omit<Finding, "check">[]> {
  const found = await Promise.all(
    releases.map(async ({ namespace, name }) => {
      const selector = `${INSTANCE_LABEL}=${name},${APP_LABEL} in (${Object.keys(ADMIN_PORTS).join(",")})`;
      const deployments = await reader.list(`/apis/apps/v1/namespaces/${namespace}/deployments`, selector);
      return deployments.map((deployment) => deploymentFinding(namespace, name, deployment));
    }),
  );
  return found.flat();
}

function deploymentFinding(namespace: string, release: string, deployment: Fields): Omit<Finding, "check"> {
  const { name } = objectIn(deployment, "metadata");
  const wanted = Number(objectIn(deployment, "spec").replicas ?? 1);
  const ready = Number(objectIn(deployment, "status").readyReplicas ?? 0);
  const where = `release ${namespace}/${release}: ${ready} of ${wanted} pods of Deployment ${name} are ready`;
  if (wanted === 0)
    return problem(
      `release ${namespace}/${release}: Deployment ${name} is scaled to 0, so that no pod is there to be paused`,
      `kubectl -n ${namespace} scale deployment ${name} --replicas=<number>`,
    );
  if (ready < wanted)
    return problem(
      `${where}; a pause fails while one does not answer`,
      `kubectl -n ${namespace} describe deployment ${name}`,
    );
  return ok(`${where}; the admin port is named`);
}
