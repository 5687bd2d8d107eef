import { getActiveResourcesInfo } from "node:process";
import test from "ava";
import { systemClock } from "../../../pauser/adapters/system-clock";

const HOUR = 60 * 60_000;
const timers = () => getActiveResourcesInfo().filter((name) => name === "Timeout").length;

test.serial("a sleep that is stopped ends without an error, and leaves no timer", async (t) => {
  const before = timers();
  const stop = new AbortController();
  const asleep = systemClock.sleep(HOUR, stop.signal);
  t.is(timers(), before + 1);
  stop.abort();
  await t.notThrowsAsync(asleep);
  t.is(timers(), before);
});

test.serial("a sleep that is stopped before it begins ends at once", async (t) => {
  await t.notThrowsAsync(systemClock.sleep(HOUR, AbortSignal.abort()));
});

test.serial("a sleep until an instant in the past ends, without a warning of Node.js", async (t) => {
  const warnings: Error[] = [];
  const keep = (warning: Error) => void warnings.push(warning);
  process.on("warning", keep);
  t.teardown(() => process.off("warning", keep));
  await systemClock.sleep(-5);
  await new Promise(setImmediate);
  t.deepEqual(warnings, []);
});
