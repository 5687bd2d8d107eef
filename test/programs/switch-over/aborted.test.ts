import test from "ava";
import { changes, errors } from "../rehearsed";
import { MINUTE } from "../verified-set";
import { copiedSet, killedAt, switchedOver } from "./play";

const DAY = 24 * 60 * MINUTE;

test("a switch-over is aborted before a name is closed, also when the instant can be restored no more", async (t) => {
  const { cloud, stack, asProcesses, goingOnFrom, sources, suffix, restore, confirmed, balances, replicas } =
    await copiedSet(t);
  stack.config["scalar-backup:restore"] = confirmed;
  const first = asProcesses();
  // The pods are stopped, and every name is the source's.
  await killedAt(t, cloud, first, /DeleteTable|ModifyDBCluster$/);
  t.is(replicas(), 0);
  cloud.clock.advance(40 * DAY);

  stack.config["scalar-backup:restore"] = { ...restore, switchOver: { abort: true } };
  const planned = await goingOnFrom(first.state).preview();
  t.true(planned.succeeded, errors(planned));
  const aborting = asProcesses(first.state);
  const aborted = await switchedOver(t, cloud, aborting);
  t.deepEqual(
    changes(aborted).filter((change) => /Table|Cluster/.test(change)),
    [],
  );
  t.is(replicas(), 2);
  t.deepEqual(balances(), [7, 7]);
  t.true(sources.tableNames().includes(`ledger.accounts${suffix}`));

  // The copies are what they were: another confirmation replaces production by them.
  stack.config["scalar-backup:restore"] = restore;
  const kept = goingOnFrom(aborting.state);
  const without = await kept.up();
  t.true(without.succeeded, errors(without));
  stack.config["scalar-backup:restore"] = confirmed;
  const again = asProcesses(kept.state);
  await switchedOver(t, cloud, again);
  t.deepEqual(balances(), [5, 5]);
  t.is(replicas(), 2);
});
