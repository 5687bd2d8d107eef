import test from "ava";
import { changes, errors } from "../rehearsed";
import { warnings } from "../verified-set";
import { endsQuietly, killedAt, switchedOver } from "./play";
import { copiedRenamedSet } from "./renamed-set";

test("an instance and a Multi-AZ DB cluster are switched over through a refresh in the gap, and an up without the restore", async (t) => {
  const { cloud, stack, asProcesses, goingOnFrom, stock, orders, suffix, confirmed } = await copiedRenamedSet(t);
  stack.config["scalar-backup:restore"] = confirmed;
  const planned = await stack.preview();
  t.true(planned.succeeded, errors(planned));

  // Both names are closed, and the instance's copy was not asked for its new name.
  const first = asProcesses();
  let renames = 0;
  await killedAt(t, cloud, first, (request) => {
    if (/rds ModifyDB(Instance|Cluster)$/.test(request)) renames += 1;
    return renames > 2;
  });
  t.deepEqual([stock("stock-prod"), orders("orders-prod")], [undefined, undefined]);
  t.deepEqual([stock(`stock-prod-replaced${suffix}`), orders(`orders-prod-replaced${suffix}`)], [7, 7]);

  // Somebody removes the restore, and runs an update: nothing of any database changes, and the way on is named.
  delete stack.config["scalar-backup:restore"];
  const middle = goingOnFrom(first.state);
  const removed = await middle.up();
  t.true(removed.succeeded, errors(removed));
  t.true(
    warnings(removed).some((text) => /a switch-over is not complete/.test(text)),
    warnings(removed).join("\n"),
  );
  t.deepEqual([stock(`stock-prod${suffix}`), orders(`orders-prod${suffix}`)], [5, 5]);
  t.deepEqual([stock("stock-prod"), orders("orders-prod")], [undefined, undefined]);

  stack.config["scalar-backup:restore"] = confirmed;
  // The component of the restore left the state.
  const known = [...changes(planned), "create ScalarRestore restore"];
  const unknown = (all: string[]) => all.filter((change) => !known.includes(change));
  t.deepEqual(unknown(changes(await middle.preview())), []);
  const seen = await middle.refresh();
  t.true(seen.succeeded, errors(seen));
  const refreshed = await middle.preview();
  t.true(refreshed.succeeded, errors(refreshed));
  t.deepEqual(unknown(changes(refreshed)), []);

  const processes = asProcesses(middle.state);
  await switchedOver(t, cloud, processes);
  t.deepEqual([stock("stock-prod"), orders("orders-prod")], [5, 5]);
  await endsQuietly(t, goingOnFrom(processes.state));
  t.deepEqual([stock("stock-prod"), orders("orders-prod")], [5, 5]);
});
