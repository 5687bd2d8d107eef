import test from "ava";
import { changesMade, errors } from "./rehearsed";
import { copiedSet, killedAt } from "./switch-over/play";

test("in the middle of a switch-over, no other mode changes the copies, which a drill would remove", async (t) => {
  const { cloud, stack, asProcesses, goingOnFrom, sources, clusters, at, suffix, confirmed } = await copiedSet(t);
  stack.config["scalar-backup:restore"] = confirmed;
  const first = asProcesses();
  // Tables are deleted, and the cluster has its name still.
  await killedAt(t, cloud, first, /ModifyDBCluster/);

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
      changesMade(refused).filter((change) => /Cluster|Table/.test(change)),
      [],
    );
  }
  delete stack.config["scalar-backup:restore"];
  const removed = await next.up();
  t.true(removed.succeeded, errors(removed));
  const copy = clusters.cluster(`customers-prod${suffix}`);
  t.true(copy.describe().DeletionProtection);
  t.true(sources.tableNames().includes(`ledger.accounts${suffix}`));
});
