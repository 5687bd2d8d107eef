import test from "ava";
import { poll } from "../../../operations/poll";
import { virtualClock } from "./virtual-clock";

test.serial("looks once where the first look returns true, and waits for nothing", async (t) => {
  const clock = virtualClock(t);
  await poll({ everyMillis: 1000, limitMillis: 0, late: () => "late" }, async () => true);
  t.is(clock.waitedMillis(), 0);
});

test.serial("waits as long as the number of looks says", async (t) => {
  const clock = virtualClock(t);
  const times: number[] = [];
  const pace = { everyMillis: (looks: number) => looks * 1000, limitMillis: 60_000, late: () => "late" };
  await poll(pace, async () => times.push(clock.waitedMillis()) === 4);
  t.deepEqual(times, [0, 1000, 3000, 6000]);
});

test.serial("looks once more when the limit has just been reached, and fails after it", async (t) => {
  virtualClock(t);
  let looks = 0;
  const pace = { everyMillis: 1000, limitMillis: 3000, late: (elapsed: number) => `not done after ${elapsed} ms` };
  const look = async () => {
    looks += 1;
    return false;
  };
  await t.throwsAsync(poll(pace, look), { message: "not done after 4000 ms" });
  t.is(looks, 5);
});
