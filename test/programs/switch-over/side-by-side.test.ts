import test from "ava";
import { changes, errors } from "../rehearsed";
import { copiedSet } from "./play";

/** How many times as fast as real time the switch-over runs. */
const PACE = 30;

test("an up next to a switch-over that outlived its engine changes nothing, and the next one finds it done", async (t) => {
  const { cloud, stack, asProcesses, goingOnFrom, sources, suffix, confirmed, balances, replacedBalance, replicas } =
    await copiedSet(t);
  stack.config["scalar-backup:restore"] = confirmed;

  // The state is the one from before: the first engine was killed, and has written nothing of what its operation does.
  const before = stack.state;
  const tables = sources.tableNames().filter((name) => !name.endsWith(suffix));
  // The age of a Lease is by the API server's clock, which is stopped: no process loses its Lease because the machine lets it wait.
  const began = cloud.clock.now();
  cloud.kubernetes.apiServer.now = () => began;
  // No request has this number: they are recorded only.
  cloud.failures.arm(0, "no connection");
  await cloud.clock.faster(
    PACE,
    async () => {
      const outlived = asProcesses(before).up();
      while (!sources.tableNames().every((name) => name.endsWith(suffix) || /-late-/.test(name)))
        await new Promise((resolve) => setTimeout(resolve, 20));
      const second = await goingOnFrom(before).up();
      // It has waited for the Lease only where the first one ended in time. A first one that the machine lets wait renews nothing.
      if (!second.succeeded)
        t.regex(
          errors(second),
          /is held by scalar-switch-over\/.*(: another switch-over is running\. Wait for its end|, and was not released within 15 min)/,
        );
      t.log(second.succeeded ? "the second one has waited" : "the second one was refused");
      const first = await outlived;
      t.true(first.succeeded, errors(first));
      const third = asProcesses(before);
      const last = await third.up();
      t.true(last.succeeded, errors(last));
      const next = goingOnFrom(third.state);
      t.deepEqual(changes(await next.preview()), []);
    },
    1000,
  );
  for (const call of ["CreateBackup", "DeleteTable", "RestoreTableFromBackup"]) {
    const sent = cloud.failures.requests.filter((request) => request === `dynamodb ${call}`).length;
    t.is(sent, tables.length, call);
  }
  t.deepEqual(balances(), [5, 5]);
  t.is(replacedBalance(), 7);
  t.is(replicas(), 2);
});
