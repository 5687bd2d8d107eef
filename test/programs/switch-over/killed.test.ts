import test from "ava";
import { killedCalls } from "../../kills";
import { TABLES } from "../../unit/operations/switch-over/dynamodb-world";
import { KINDS, setWorld } from "../../unit/operations/switch-over/set-world";

test.serial("a run that is killed at any of its calls is continued by the next, to the same end", async (t) => {
  t.timeout(30 * 60_000);
  const whole = await setWorld(t);
  const undisturbed = await whole.run();
  t.is(undisturbed.error, undefined);
  t.deepEqual(whole.violations(), []);
  let kills = 0;
  const chosen = killedCalls(undisturbed.calls, 20);
  for (const at of chosen) {
    for (const when of ["before", "after"] as const) {
      const { run, violations, table, database, pods } = await setWorld(t);
      const life = await run({ at, when });
      const where = `killed ${when} call ${at}, ${life.asked.at(-1)}`;
      if (!life.killed) continue;
      kills += 1;
      t.deepEqual(violations(), [], where);
      const next = await run();
      t.is(next.error?.message, undefined, where);
      t.deepEqual(violations(), [], where);
      t.deepEqual([...TABLES.map(table), ...Object.keys(KINDS).map(database)], Array(TABLES.length + 3).fill(5), where);
      t.is(pods.running, 3, where);
    }
  }
  t.log(`${undisturbed.calls} calls, ${kills} kills, 0 violations`);
  t.true(kills > chosen.length);
});
