import test from "ava";
import { kindOf } from "../../../simulator/cloud/kubernetes/cluster";
import { changes, errors, REGION } from "../rehearsed";
import { MINUTE, protectedSet, RELEASE, suffixed } from "../verified-set";

/** How many times as fast as real time the switch-over runs. */
const PACE = 400;
const DAY = 24 * 60 * MINUTE;
const DEPLOYMENTS = kindOf({ apiVersion: "apps/v1", kind: "Deployment" });

test("a switch-over is aborted before a name is closed, also when the instant can be restored no more", async (t) => {
  const { cloud, stack, asProcesses, goingOnFrom, sources, window, up } = await protectedSet(t);
  await cloud.kubernetes.installRelease({ ...RELEASE, product: "scalardb-cluster", replicas: 2 });
  const clusters = cloud.aws.rds.region(REGION);
  const write = (balance: number) => {
    sources.table("ledger.accounts").putItem("a", { balance });
    clusters.cluster("customers-prod").put("accounts", "b", { balance });
  };
  const balances = () => [
    sources.table("ledger.accounts").items().get("a")?.balance,
    clusters.cluster("customers-prod").rows("accounts").get("b")?.balance,
  ];
  const replicas = () =>
    cloud.kubernetes.store.get(DEPLOYMENTS, RELEASE.namespace, "scalardb-cluster-node").spec?.replicas;
  write(5);
  const at = window(20);
  cloud.clock.advance(20 * MINUTE);
  write(7);
  stack.config["scalar-backup:restore"] = { at, mode: "recovery" };
  await up();
  const confirm = `replace ledger, customers as of ${at}`;
  const confirmed = { at, mode: "recovery", switchOver: { confirm, newStreams: true } };
  stack.config["scalar-backup:restore"] = confirmed;
  const first = asProcesses();
  // The pods are stopped, and every name is the source's.
  cloud.failures.arm(1, "kill before", (request) => /DeleteTable|ModifyDBCluster$/.test(request));
  t.false((await cloud.clock.faster(PACE, () => first.up(), 1000)).succeeded);
  cloud.failures.reset();
  t.is(replicas(), 0);
  cloud.clock.advance(40 * DAY);

  stack.config["scalar-backup:restore"] = { at, mode: "recovery", switchOver: { abort: true } };
  const planned = await goingOnFrom(first.state).preview();
  t.true(planned.succeeded, errors(planned));
  const aborting = asProcesses(first.state);
  const aborted = await cloud.clock.faster(PACE, () => aborting.up(), 1000);
  t.true(aborted.succeeded, errors(aborted));
  t.deepEqual(
    changes(aborted).filter((change) => /Table|Cluster/.test(change)),
    [],
  );
  t.is(replicas(), 2);
  t.deepEqual(balances(), [7, 7]);
  t.true(sources.tableNames().includes(`ledger.accounts-${suffixed(at)}`));

  // The copies are what they were: another confirmation replaces production by them.
  stack.config["scalar-backup:restore"] = { at, mode: "recovery" };
  const kept = goingOnFrom(aborting.state);
  const without = await kept.up();
  t.true(without.succeeded, errors(without));
  stack.config["scalar-backup:restore"] = confirmed;
  const again = asProcesses(kept.state);
  const switched = await cloud.clock.faster(PACE, () => again.up(), 1000);
  t.true(switched.succeeded, errors(switched));
  t.deepEqual(balances(), [5, 5]);
  t.is(replicas(), 2);
});
