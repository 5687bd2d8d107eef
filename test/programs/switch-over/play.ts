import type { ExecutionContext } from "ava";
import type { SimulatedCloud } from "../../../simulator/cloud/cloud";
import { kindOf } from "../../../simulator/cloud/kubernetes/cluster";
import type { Stack, StackResult } from "../../../simulator/engine/stack";
import { changes, errors, REGION } from "../rehearsed";
import { MINUTE, protectedSet, RELEASE, suffixed } from "../verified-set";

/** How many times as fast as real time a switch-over runs. */
const PACE = 400;
const DEPLOYMENTS = kindOf({ apiVersion: "apps/v1", kind: "Deployment" });

/** An update in which the clouds' time passes fast. */
export const fastUp = (cloud: SimulatedCloud, stack: Pick<Stack, "up">, pace = PACE) =>
  cloud.clock.faster(pace, () => stack.up(), 1000);

/** The same, which must succeed. */
export async function switchedOver(t: ExecutionContext, cloud: SimulatedCloud, stack: Stack): Promise<StackResult> {
  const result = await fastUp(cloud, stack);
  t.true(result.succeeded, errors(result));
  return result;
}

/** The same, killed before the first request that matches. */
export async function killedAt(
  t: ExecutionContext,
  cloud: SimulatedCloud,
  stack: Stack,
  matches: RegExp | ((request: string) => boolean),
): Promise<StackResult> {
  cloud.failures.arm(1, "kill before", matches instanceof RegExp ? (request) => matches.test(request) : matches);
  const result = await fastUp(cloud, stack);
  cloud.failures.reset();
  t.false(result.succeeded);
  return result;
}

/** Without the restore, an update succeeds; after it and a refresh, nothing is planned. */
export async function endsQuietly(t: ExecutionContext, stack: Stack): Promise<StackResult> {
  delete stack.config["scalar-backup:restore"];
  const ended = await stack.up();
  t.true(ended.succeeded, errors(ended));
  await stack.refresh();
  t.deepEqual(changes(await stack.preview()), []);
  return ended;
}

/** A set with running pods and the verified copies of a recovery: its balances are 5 in these, and 7 in production. */
export async function copiedSet(t: ExecutionContext) {
  const set = await protectedSet(t);
  const { cloud, stack, sources, window, up } = set;
  await cloud.kubernetes.installRelease({ ...RELEASE, product: "scalardb-cluster", replicas: 2 });
  const clusters = cloud.aws.rds.region(REGION);
  const write = (balance: number) => {
    sources.table("ledger.accounts").putItem("a", { balance });
    clusters.cluster("customers-prod").put("accounts", "b", { balance });
  };
  write(5);
  const at = window(20);
  cloud.clock.advance(20 * MINUTE);
  write(7);
  const restore = { at, mode: "recovery" };
  const confirm = `replace ledger, customers as of ${at}`;
  const confirmed = { ...restore, switchOver: { confirm, newStreams: true } };
  stack.config["scalar-backup:restore"] = restore;
  const restored = await up();
  return {
    ...{ ...set, clusters, at, suffix: `-${suffixed(at)}`, restore, confirm, confirmed, restored },
    balances: () => [
      sources.table("ledger.accounts").items().get("a")?.balance,
      clusters.cluster("customers-prod").rows("accounts").get("b")?.balance,
    ],
    /** Of the cluster that was replaced. */
    replacedBalance: () =>
      clusters
        .cluster(`customers-prod-replaced-${suffixed(at)}`)
        .rows("accounts")
        .get("b")?.balance,
    replicas: () => cloud.kubernetes.store.get(DEPLOYMENTS, RELEASE.namespace, "scalardb-cluster-node").spec?.replicas,
  };
}
