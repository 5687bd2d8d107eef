import test from "ava";
import { errors } from "../rehearsed";
import { copiedSet, killedAt, switchedOver } from "./play";

test("a destroy before, in the middle of and after a switch-over deletes nothing of production, and no copy", async (t) => {
  const { cloud, stack, asProcesses, goingOnFrom, sources, clusters, suffix, confirmed, balances } = await copiedSet(t);
  const names = () => [
    ...sources.tableNames().filter((name) => !name.includes("-late-")),
    ...clusters.clusters().map(({ identifier }) => identifier),
  ];
  /** It works on the cloud; the stack then goes on from its former state, as `pulumi stack import` brings that back. */
  const destroyed = async (state: typeof stack.state) => {
    const ending = goingOnFrom(state);
    await ending.unprotect();
    const present = names().sort();
    const result = await ending.destroy();
    t.true(result.succeeded, errors(result));
    t.deepEqual(names().sort(), present);
  };

  await destroyed(stack.state);

  // In the middle no table answers under its production name: the copies, and their backups, are all there is.
  stack.config["scalar-backup:restore"] = confirmed;
  const first = asProcesses();
  await killedAt(t, cloud, first, /RestoreTableFromBackup/);
  t.false(names().includes("ledger.accounts"), names().join());
  await destroyed(first.state);
  const resumed = asProcesses(first.state);
  await switchedOver(t, cloud, resumed);
  t.deepEqual(balances(), [5, 5]);

  await destroyed(resumed.state);
  t.true(names().includes(`ledger.accounts${suffix}`));
  t.deepEqual(balances(), [5, 5]);
});
