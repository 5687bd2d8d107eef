import test from "ava";
import { killedCalls } from "../../kills";
import { addressWorld } from "../../unit/operations/switch-over/address-world";

test.serial(
  "a run on copies with other addresses that is killed at any of its calls is continued by the next",
  async (t) => {
    t.timeout(60 * 60_000);
    const undisturbed = await (await addressWorld(t)).run();
    t.is(undisturbed.error, undefined);
    const calls = undisturbed.calls.length;
    let kills = 0;
    const chosen = killedCalls(calls, 61);
    for (const at of chosen) {
      for (const failure of ["kill before", "kill after"] as const) {
        const { run, violations, addressesOf, pods, colleague, cloud } = await addressWorld(t);
        const life = await run(colleague, { at, failure });
        const where = `${failure} call ${at}, ${life.calls[at - 1]}`;
        if (!life.killed) continue;
        kills += 1;
        t.deepEqual(violations(), [], where);
        const next = await run();
        t.is(next.error?.message, undefined, `${where}\n${next.said.join("\n")}`);
        t.deepEqual(violations(), [], where);
        t.deepEqual(addressesOf(), { ledger: "copy", auditor: "copy", stock: "copy" }, where);
        t.deepEqual([pods("ledger"), pods("auditor")], [3, 2], where);
        await cloud.stop();
      }
    }
    t.log(`${calls} calls, ${kills} kills, 0 violations`);
    t.true(kills > chosen.length);
  },
);
