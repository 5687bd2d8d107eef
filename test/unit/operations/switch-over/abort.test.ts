import test from "ava";
import { TABLES } from "./dynamodb-world";
import { setWorld } from "./set-world";
import { SUFFIX } from "./world";

const MARK = "scalar-backup:production-name";

test.serial("before a name is closed, an abort starts the pods and leaves production as it was", async (t) => {
  const { run, abort, pods, table, tags, violations } = await setWorld(t);
  const whole = await (await setWorld(t)).run();
  const stopped = whole.asked.indexOf("pods.stop") + 1;
  const killed = await run({ at: stopped, when: "after" });
  t.true(killed.killed);
  t.is(pods.running, 0);
  t.truthy(tags(`ledger.accounts${SUFFIX}`)[MARK]);

  const aborted = await abort();
  t.is(aborted.error?.message, undefined);
  t.is(pods.running, 3);
  t.deepEqual(TABLES.map(table), [7, 7, 7]);
  t.is(
    tags(`ledger.accounts${SUFFIX}`)[MARK],
    undefined,
    "a copy that replaces nothing is not shown in place of a table",
  );
  t.deepEqual(violations(), []);

  const again = await run();
  t.is(again.error?.message, undefined);
  t.deepEqual(TABLES.map(table), [5, 5, 5]);
});

test.serial("once a name is closed, an abort is refused and says how to go on", async (t) => {
  const { run, abort, pods, table, violations } = await setWorld(t);
  const whole = await (await setWorld(t)).run();
  const deleted = whole.asked.indexOf("DeleteTable") + 1;
  await run({ at: deleted, when: "after" });
  const aborted = await abort();
  t.regex(
    aborted.error?.message ?? "",
    /production names are closed .* Set restore\.switchOver\.confirm in place of abort/,
  );
  t.is(pods.running, 0);
  t.deepEqual(violations(), []);
  t.is((await run()).error?.message, undefined);
  t.deepEqual(TABLES.map(table), [5, 5, 5]);
});

test.serial("a switch-over that has ended is not aborted, and its names are not called closed", async (t) => {
  const { run, abort, pods, table, violations } = await setWorld(t);
  t.is((await run()).error?.message, undefined);
  const before = pods.running;
  t.regex(
    (await abort()).error?.message ?? "",
    /^all production names belong to the copies already \(.*: the switch-over can/,
  );
  t.is(pods.running, before);
  t.deepEqual(violations(), []);
  t.deepEqual(TABLES.map(table), [5, 5, 5]);
});

test.serial("a new name that was asked for, and does not show for a moment, is waited for", async (t) => {
  const { run, abort, aws, clock, pods, violations } = await setWorld(t);
  const whole = await (await setWorld(t)).run();
  const SECOND = 1000;
  const steps = [
    { millis: 30 * SECOND, status: "available", answersTo: "old" },
    { millis: 60 * SECOND, status: "modifying", answersTo: "old" },
    // As if nothing had been asked for.
    { millis: 40 * SECOND, status: "available", answersTo: "old" },
    { millis: 400 * SECOND, status: "renaming", answersTo: "new" },
  ];
  Object.assign(aws.rds.renames, { instance: steps, aurora: steps, multiAzCluster: steps });
  await run({ at: whole.asked.indexOf("ModifyDBInstance") + 1, when: "after" });
  clock.pass(100 * SECOND);
  const aborted = await abort();
  t.regex(aborted.error?.message ?? "", /production names are closed or about to be \(/);
  t.is(pods.running, 0);
  t.deepEqual(violations(), []);
  t.is((await run()).error?.message, undefined);
  t.deepEqual(violations(), []);
});
