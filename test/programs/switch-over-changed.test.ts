import test from "ava";
import { changes, errors } from "./rehearsed";
import { MINUTE, protectedSet, RELEASE, suffixed } from "./verified-set";

/** How many times as fast as real time the switch-over runs. */
const PACE = 400;

test("in the middle of a switch-over, no other mode changes the copies, which a drill would remove", async (t) => {
  const { cloud, stack, asProcesses, goingOnFrom, window, up, sources } = await protectedSet(t);
  await cloud.kubernetes.installRelease({ ...RELEASE, product: "scalardb-cluster", replicas: 2 });
  const at = window(20);
  cloud.clock.advance(20 * MINUTE);
  const confirm = `replace ledger, customers as of ${at}`;
  stack.config["scalar-backup:restore"] = { at, mode: "recovery" };
  await up();
  stack.config["scalar-backup:restore"] = { at, mode: "recovery", switchOver: { confirm, newStreams: true } };
  const first = asProcesses();
  // Tables are deleted, and the cluster has its name still.
  cloud.failures.arm(1, "kill before", (request) => /ModifyDBCluster/.test(request));
  const interrupted = await cloud.clock.faster(PACE, () => first.up(), 1000);
  cloud.failures.reset();
  t.false(interrupted.succeeded);

  const next = goingOnFrom(first.state);
  for (const restore of [
    { at, mode: "drill" },
    { at, mode: "recovery" },
  ]) {
    stack.config["scalar-backup:restore"] = restore;
    const refused = await next.up();
    t.false(refused.succeeded);
    // The look-up of the tables and that of the cluster both find it; the program ends with the first.
    t.regex(
      errors(refused),
      new RegExp(
        `(customers: a switch-over to ${at} has begun|a switch-over is not complete: copies are taking the names) .*switchOver.confirm`,
      ),
    );
    t.deepEqual(
      changes(refused).filter((change) => /Cluster|Table/.test(change)),
      [],
    );
  }
  delete stack.config["scalar-backup:restore"];
  const removed = await next.up();
  t.true(removed.succeeded, errors(removed));
  const copy = cloud.aws.rds.region("ap-northeast-1").cluster(`customers-prod-${suffixed(at)}`);
  t.true(copy.describe().DeletionProtection);
  t.true(sources.tableNames().includes(`ledger.accounts-${suffixed(at)}`));
});
