import test from "ava";
import type { RequestFailure } from "../../../simulator/cloud/request-failures";
import { killedCalls } from "../../kills";
import { addressWorld } from "../../unit/operations/switch-over/address-world";
import { TABLES } from "../../unit/operations/switch-over/dynamodb-world";
import { KINDS, setWorld } from "../../unit/operations/switch-over/set-world";

/** What goes wrong with one request; the next ones are answered. */
const FAULTS: Exclude<RequestFailure, `kill ${string}`>[] = ["lost answer", "no connection", "throttled"];

for (const fault of FAULTS) {
  test.serial(`${fault} at any request to AWS changes nothing of the end`, async (t) => {
    t.timeout(30 * 60_000);
    const whole = await setWorld(t);
    t.is((await whole.run()).error, undefined);
    const calls = whole.failures.requests.length;
    const chosen = killedCalls(calls, 60);
    for (const at of chosen) {
      const { run, violations, table, database, pods, failures } = await setWorld(t);
      failures.arm(at, fault);
      const life = await run();
      const where = `${fault} at request ${at}, ${failures.requests[at - 1]}`;
      t.is(life.error?.message, undefined, where);
      t.deepEqual(violations(), [], where);
      t.deepEqual([...TABLES.map(table), ...Object.keys(KINDS).map(database)], [5, 5, 5, 5, 5, 5], where);
      t.is(pods.running, 3, where);
    }
    t.log(`${calls} requests, ${chosen.length} faults, 0 violations`);
  });

  test.serial(`${fault} at any request to AWS, Azure or Kubernetes changes nothing of the end`, async (t) => {
    t.timeout(30 * 60_000);
    const undisturbed = await (await addressWorld(t)).run();
    t.is(undisturbed.error, undefined);
    const calls = undisturbed.calls.length;
    const chosen = killedCalls(calls, 80);
    for (const at of chosen) {
      const { run, violations, addressesOf, pods, colleague, cloud } = await addressWorld(t);
      const life = await run(colleague, { at, failure: fault });
      const where = `${fault} at request ${at}, ${life.calls[at - 1]}`;
      t.is(life.error?.message, undefined, `${where}\n${life.said.join("\n")}`);
      t.deepEqual(violations(), [], where);
      t.deepEqual(addressesOf(), { ledger: "copy", auditor: "copy", stock: "copy" }, where);
      t.deepEqual([pods("ledger"), pods("auditor")], [3, 2], where);
      await cloud.stop();
    }
    t.log(`${calls} requests, ${chosen.length} faults, 0 violations`);
  });
}
