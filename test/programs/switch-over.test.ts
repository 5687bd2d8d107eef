import test from "ava";
import { changes, changesMade, errors } from "./rehearsed";
import { copiedSet, killedAt, switchedOver } from "./switch-over/play";
import { infos, MINUTE, warnings } from "./verified-set";

interface Plan {
  confirm: string;
  steps: string[];
}

test("the copies of a recovery take the production names, and the stack protects them from then on", async (t) => {
  const set = await copiedSet(t);
  const { cloud, stack, asProcesses, goingOnFrom, sources, suffix, restore, restored, balances, replicas } = set;

  // Copies, verified; production is untouched.
  const plan = restored.outputs.switchOver as unknown as Plan;
  t.is(plan.confirm, set.confirm);
  t.is(sources.table(`ledger.accounts${suffix}`).items().get("a")?.balance, 5);
  cloud.clock.advance(20 * MINUTE);
  const preview = await stack.preview();
  t.deepEqual(changes(preview), [], errors(preview));
  t.true(infos(preview).some((line) => line.includes(`restore.switchOver.confirm "${plan.confirm}"`)));

  // Another sentence confirms nothing.
  stack.config["scalar-backup:restore"] = { ...restore, switchOver: { confirm: "yes" } };
  const refused = await stack.preview();
  t.false(refused.succeeded);
  t.regex(errors(refused), new RegExp(`set it to "${plan.confirm}"`));

  // What keeps it from beginning is known before: the table's stream has readers.
  stack.config["scalar-backup:restore"] = { ...restore, switchOver: { confirm: plan.confirm } };
  t.regex(
    errors(await stack.preview()),
    /ledger\.accounts has a stream, .* set restore\.switchOver\.newStreams to true/,
  );

  stack.config["scalar-backup:restore"] = { ...restore, switchOver: { confirm: plan.confirm, newStreams: true } };
  const planned = await stack.preview();
  t.true(planned.succeeded, errors(planned));
  t.log(changes(planned));

  // It ends in the middle: every production name is closed, and no table is opened.
  const first = asProcesses();
  await killedAt(t, cloud, first, /RestoreTableFromBackup/);
  t.deepEqual(
    sources.tableNames().filter((name) => !name.endsWith(suffix)),
    [],
  );
  t.is(replicas(), 0);
  // A preview plans to go on, and nothing else, also when a refresh has seen what is there.
  const middle = goingOnFrom(first.state);
  t.deepEqual(changes(await middle.preview()), changes(planned));
  // Anything else than to go on is refused, or says what is not complete.
  const confirmed = stack.config["scalar-backup:restore"];
  for (const other of [restore, { ...restore, mode: "drill" }]) {
    stack.config["scalar-backup:restore"] = other;
    const refused = await asProcesses(middle.state).preview();
    t.regex(
      errors(refused),
      /a switch-over is not complete: .*Set restore\.at, mode and switchOver\.confirm as they were/,
    );
    t.deepEqual(changesMade(refused), []);
  }
  delete stack.config["scalar-backup:restore"];
  const removed = await middle.preview();
  t.true(warnings(removed).some((message) => /^database ledger: a switch-over is not complete/.test(message)));
  stack.config["scalar-backup:restore"] = confirmed;

  await middle.refresh();
  const refreshed = await middle.preview();
  t.true(refreshed.succeeded, errors(refreshed));
  const known = changes(planned);
  t.deepEqual(
    changes(refreshed).filter((change) => !known.includes(change)),
    [],
    "the copies leave the state, and nothing else happens",
  );

  const processes = asProcesses(middle.state);
  const switched = await switchedOver(t, cloud, processes);
  t.deepEqual(changes(switched), changes(refreshed));
  t.deepEqual(balances(), [5, 5]);
  t.is(set.replacedBalance(), 7);
  t.is(replicas(), 2);

  // Nothing is left to do, and a refresh finds nothing that has changed hands.
  const next = goingOnFrom(processes.state);
  t.deepEqual(changes(await next.preview()), [], "a preview after the switch-over");
  await next.refresh();
  t.deepEqual(changes(await next.preview()), [], "a preview after a refresh");

  // The stack protects what now runs, and plans nothing.
  delete stack.config["scalar-backup:restore"];
  const last = await next.up();
  t.deepEqual(
    changes(last),
    [`delete Command restore-switch-over${suffix}`, "delete ScalarRestore restore"],
    errors(last),
  );
  await next.refresh();
  t.deepEqual(changes(await next.preview()), [], "a preview of the stack that protects what runs");
  t.deepEqual(balances(), [5, 5]);
});
