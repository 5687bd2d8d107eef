import { spawnSync } from "node:child_process";
import test, { type ExecutionContext } from "ava";
import { killedCalls } from "../kills";
import { SUFFIX } from "../unit/operations/switch-over/world";
import { motoWithTableIds, TABLES, type Tables, THEN, tablesOnMoto } from "./switched-tables";

/**
 * The DynamoDB part of a switch-over on moto, an AWS that this project has not written. Moto (5.2.1) does not know
 * DescribeKinesisStreamingDestination, table ids and table classes, tables that are being created, deleted or changed, and quotas; a
 * deleted table's policy stays with its ARN. Ids and the first call are supplied on the way (`motoWithTableIds`); what depends on the
 * others is played on the simulated AWS.
 */
const noMoto = spawnSync("moto_server", ["--help"]).error;

async function world(t: ExecutionContext): Promise<() => Promise<Tables>> {
  const { moto, url } = await motoWithTableIds(t);
  return () => tablesOnMoto(moto, url);
}

if (noMoto) {
  test("no switch-over is tried on moto", (t) => {
    t.log(`skipped: there is no moto_server (pip install 'moto[server]'): ${noMoto.message}`);
    t.pass();
  });
} else {
  test.serial(
    "on moto, copies replace tables with all their settings, and a further run changes nothing",
    async (t) => {
      const tables = await (await world(t))();
      const before = await tables.end();
      const life = await tables.run();
      t.is(life.error?.message, undefined);
      t.deepEqual(await tables.violations(), []);
      const after = await tables.end();
      t.log(`${life.calls} calls`, after);
      for (const name of TABLES) {
        const backup = { restoredFrom: `${name}${SUFFIX}`, fromBackup: true };
        t.deepEqual(after.tables[name], { ...before.tables[name], ...backup } as never, name);
        t.deepEqual([after.balances[name], after.balances[`${name}${SUFFIX}`]], [THEN, THEN], name);
      }
      t.deepEqual(
        after.backups,
        TABLES.map((name) => `scalar-switch-over${SUFFIX} of ${name}${SUFFIX}`),
      );
      t.is(after.pods, 3);

      const again = await tables.run();
      t.is(again.error?.message, undefined);
      t.deepEqual(await tables.end(), after);
      t.deepEqual(
        again.asked.filter((each) => /^(Create|Delete|Restore|Update|Put)|pods\.(stop|start)/.test(each)),
        [],
      );
    },
  );

  test.serial("on moto, an abort before a name is closed leaves tables and copies as they were", async (t) => {
    const next = await world(t);
    const { asked } = await (await next()).run();
    const tables = await next();
    const before = await tables.end();
    const killed = await tables.run({ at: asked.indexOf("pods.stop") + 1, when: "after" });
    t.true(killed.killed);
    t.is(tables.pods.running, 0);
    t.notDeepEqual((await tables.end()).tables, before.tables);
    t.is((await tables.abort()).error?.message, undefined);
    const { backups, ...after } = await tables.end();
    t.deepEqual({ ...after, backups: [] }, before);
    t.is(backups.length, TABLES.length);
  });

  test.serial(
    "on moto, a run that is killed at any of its calls is continued by the next, to the same end",
    async (t) => {
      t.timeout(60 * 60_000);
      const next = await world(t);
      const whole = await next();
      const { calls, error } = await whole.run();
      t.is(error, undefined);
      const expected = await whole.end();
      let kills = 0;
      const chosen = killedCalls(calls, 13);
      for (const at of chosen)
        for (const when of ["before", "after"] as const) {
          const tables = await next();
          const life = await tables.run({ at, when });
          const where = `killed ${when} call ${at}, ${life.asked.at(-1)}`;
          if (!life.killed) continue;
          kills += 1;
          t.deepEqual(await tables.violations(), [], where);
          const continued = await tables.run();
          t.is(continued.error?.message, undefined, where);
          t.deepEqual(await tables.violations(), [], where);
          t.deepEqual(await tables.end(), expected, where);
        }
      t.log(`${calls} calls, ${kills} kills, 0 violations`);
      t.true(kills >= chosen.length);
    },
  );
}
