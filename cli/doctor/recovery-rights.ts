import type { PauseScheduleArgs } from "../../components/pause/args";
import { setClusters } from "../../components/switch-over/set-pods";
import { ClusterClient, connectTo } from "../../operations/kubernetes/client";
import type { ClusterChoice } from "../../operations/kubernetes/kubeconfig";
import { missingRights, rightAsText, rightsFor } from "../../operations/switch-over/rights";
import { readWorkloads } from "../../operations/switch-over/workloads";
import { DEFAULT_CLUSTER } from "../../restore-points/window";
import { azureGroups } from "./azure";
import { type Ask, checked, type Finding, ok, warning } from "./finding";
import { SCHEDULE_NAME, type Situation } from "./situation";

/**
 * Whether this account could stop and start the pods in a recovery, in every cluster of the set. A warning, because another account
 * may do that. It is better found now than in that night.
 */
export async function recoveryRightFindings(
  situation: Situation,
  env: NodeJS.ProcessEnv,
  ask: Ask,
): Promise<Finding[]> {
  const { pause, cluster: own } = situation;
  if (pause === undefined) return [];
  const { clusters, unreachable } = setClusters(pause, SCHEDULE_NAME);
  const each = clusters.map((cluster) =>
    checked("recovery", ask, `what this account may do in a recovery in cluster "${cluster.cluster}"`, async () => {
      const client = new ClusterClient(connectTo(choiceOf(cluster.cluster, pause, own), env), 0);
      const readsProperties = azureGroups(situation).length > 0;
      const workloads = await readWorkloads(client, cluster.releases);
      const rights = rightsFor({ ...cluster, access: {}, readsProperties }, workloads);
      const missing = await missingRights(client, rights);
      const where = `in cluster "${cluster.cluster}"`;
      if (missing.length === 0)
        return [ok(`this account has the ${rights.length} rights by which a recovery stops and starts pods ${where}`)];
      const texts = missing.map((right) => `${rightAsText(right)} in ${right.namespace}`);
      return [
        warning(
          `for a recovery, this account lacks rights ${where}: ${texts.join(", ")}`,
          "bind the Roles of docs/recovery.md (Rights) to the account that would recover",
        ),
      ];
    }),
  );
  const out = unreachable.map((name) => ({
    check: "recovery",
    ...warning(
      `a recovery cannot stop the pods of cluster ${name} from here, so that it would be refused`,
      "name its context: scalar-backup:pause.otherClusters[].kubernetes, in place of stack or record",
    ),
  }));
  return [...(await Promise.all(each)).flat(), ...out];
}

/** How a cluster is reached. Its kubeconfig is plain in a stack's file, or a secret, which the situation lists. */
function choiceOf(
  name: string,
  { cluster = DEFAULT_CLUSTER, otherClusters = [] }: PauseScheduleArgs,
  own: ClusterChoice,
): ClusterChoice {
  if (name === cluster) return own;
  const { context, kubeconfig } = otherClusters.find((other) => other.cluster === name)?.kubernetes ?? {};
  return { ...(context !== undefined && { context }), ...(typeof kubeconfig === "string" && { kubeconfig }) };
}
