/** Sets of more tables than AWS restores at a time. `TABLES=1000` plays so many, in about a quarter of an hour. */
import test, { type ExecutionContext } from "ava";
import { useWaitingClock, waitingClock } from "../../../operations/clock";
import { runSwitchOver } from "../../../operations/switch-over/protocol";
import type { AwsCloud } from "../../../simulator/cloud/aws/aws";
import { dynamodbWorld } from "../../unit/operations/switch-over/dynamodb-world";
import { INSTANT, obedientPods } from "../../unit/operations/switch-over/world";

const MINUTE = 60_000;
const TABLES = Number(process.env.TABLES ?? 60);
/** AWS's quota, in an account. */
const RESTORES = 50;
/** As long as the restore of a small table takes. */
const RESTORE_MINUTES = 20;
/** Of many tables, each wait of more than some seconds is so many times as long: there are fewer looks. */
const HASTE = TABLES > 100 ? 8 : 1;
const LOOK_MINUTES = HASTE / 4;
/** A look until the next round begins, and one for each of a table's settings; tags at 5 calls a second. */
const SETTINGS_MINUTES = (Math.ceil(TABLES / RESTORES) + 8) * LOOK_MINUTES + TABLES / 5 / 60;

/** Replaces so many tables. @returns how long the restores took, and what the cloud has counted */
async function replaced(
  t: ExecutionContext,
  count: number,
  others: (operations: AwsCloud["dynamodb"]["operations"], now: number) => void = () => {},
) {
  t.timeout(60 * MINUTE);
  const world = await dynamodbWorld(t, "overlapping", count - 3);
  const { clock, member, balance, tables } = world;
  const own = waitingClock();
  useWaitingClock({ ...own, wait: (millis) => own.wait(millis >= 10_000 ? millis * HASTE : millis) });
  const { operations } = world.aws.dynamodb;
  const pods = obedientPods();
  const began = clock.now();
  let closed = 0;
  let opened = 0;
  await runSwitchOver(INSTANT, { pods, members: [member(pods)] }, (line) => {
    if (/^step 6 of/.test(line)) {
      closed = clock.now();
      others(operations, closed);
    }
    if (/^step 7 of/.test(line)) opened = clock.now();
  });
  t.deepEqual([...new Set(tables.map(balance))], [5], "each table is its copy");
  const minutes = (opened - closed) / MINUTE;
  const whole = (clock.now() - began) / MINUTE;
  t.log(`${tables.length} tables: restores ${minutes.toFixed(1)} min of ${whole.toFixed(1)} min (simulated)`);
  return { minutes, mostRestores: operations.mostRestores, refusedRestores: operations.refusedRestores };
}

test.serial("50 tables are restored at a time, and AWS refuses no restore", async (t) => {
  const { minutes, mostRestores, refusedRestores } = await replaced(t, TABLES);
  t.is(mostRestores, Math.min(RESTORES, TABLES));
  t.is(refusedRestores, 0);
  const expected = Math.ceil(TABLES / RESTORES) * RESTORE_MINUTES;
  t.true(minutes >= expected && minutes < expected + SETTINGS_MINUTES, `${minutes} min, expected ${expected}`);
});

test.serial("restores of others in the account are waited for", async (t) => {
  const minutes = 2 * RESTORE_MINUTES;
  const restores = await replaced(t, 6, (operations, now) => {
    for (let each = 0; each < RESTORES - 4; each += 1)
      operations.run(
        now,
        true,
        () => {},
        () => minutes * MINUTE,
      );
  });
  t.true(restores.refusedRestores > 0);
  t.is(restores.mostRestores, RESTORES);
  // Four at once, and the others after them.
  t.true(restores.minutes >= minutes && restores.minutes < minutes + SETTINGS_MINUTES, `${restores.minutes} min`);
});
