import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import test from "ava";
import { clockVariables, SimulatedClock } from "../../../../simulator/cloud/clock";

const DAY = 24 * 60 * 60 * 1000;
const PRELOAD = pathToFileURL(join(__dirname, "../../../../simulator/cloud/shifted-clock.mjs")).href;

test("a clock runs with real time, jumps forward and never back", (t) => {
  const clock = new SimulatedClock();
  t.true(Math.abs(clock.now() - Date.now()) < 1000);
  clock.advance(DAY);
  t.is(clock.offsetMillis, DAY);
  t.true(Math.abs(clock.now() - Date.now() - DAY) < 1000);
  t.throws(() => clock.advance(-1), { instanceOf: RangeError });
  t.throws(() => clock.advance(Number.NaN), { instanceOf: RangeError });
});

test("a clock runs faster for a while, and so does a process with its variables; elapsed time remains", async (t) => {
  const clock = new SimulatedClock();
  clock.advance(DAY);
  const began = clock.now();
  const seen = await clock.faster(50, async () => {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const script = `
      const began = [Date.now(), performance.now()];
      setTimeout(() => console.log(JSON.stringify([began[0], Date.now() - began[0], performance.now() - began[1]])), 20_000);`;
    return JSON.parse(
      execFileSync(process.execPath, ["--import", PRELOAD, "-e", script], {
        encoding: "utf8",
        env: { ...process.env, NODE_OPTIONS: "", ...clockVariables(clock.shift) },
      }),
    );
  });
  const [started, wall, monotonic] = seen;
  t.true(started > began + 4000 && started < clock.now());
  t.true(wall >= 19_000, "a long timer is waited for at that pace");
  t.true(Math.abs(wall - monotonic) < 10_000, "and no clock is stepped against the other");
  const after = clock.now();
  t.true(after - began > 20_000);
  t.true(clock.now() - after < 1000, "then it runs as ever");
});

test("a child process lives at the shifted time, in every way of asking for it", (t) => {
  const seen = child(
    "[Date.now(), new Date().getTime(), Date.parse(Date()), Reflect.construct(Date, []).getTime()]",
    String(30 * DAY),
  );
  for (const now of JSON.parse(seen)) t.true(Math.abs(now - Date.now() - 30 * DAY) < 10_000, String(now));
});

test("the shift touches nothing but now", (t) => {
  const seen = child(
    `[new Date(0).getTime(), new Date("2026-11-22T00:00:00Z").getTime(), Date.UTC(2026, 0), new Date() instanceof Date,
      class extends Date {}.name !== undefined && new (class extends Date {})(5).getTime(), new Date().constructor === Date]`,
    String(DAY),
  );
  t.deepEqual(JSON.parse(seen), [0, Date.UTC(2026, 10, 22), Date.UTC(2026, 0), true, 5, true]);
});

test("a thread goes on with another shift: at its time and with real timers, and elapsed time is never set back", (t) => {
  const script = `
    const { setTimeout } = globalThis;
    const load = (variables) => (Object.assign(process.env, variables), import("${PRELOAD}?" + JSON.stringify(variables)));
    (async () => {
      await load({ SIMULATED_CLOCK_PACE: "1000", SIMULATED_CLOCK_SINCE: String(Date.now() - 1000), SIMULATED_CLOCK_OFFSET_MILLIS: "0" });
      const ahead = Date.now();
      await new Promise((resolve) => setTimeout(resolve, 50));
      const elapsed = performance.now();
      await load({ SIMULATED_CLOCK_PACE: "1", SIMULATED_CLOCK_SINCE: "0" });
      console.log(JSON.stringify([ahead, Date.now(), elapsed, performance.now(), globalThis.setTimeout === setTimeout]));
    })();`;
  const env = { ...process.env, NODE_OPTIONS: "" };
  const said = execFileSync(process.execPath, ["-e", script], { encoding: "utf8", env });
  const [ahead, now, elapsed, later, realTimers] = JSON.parse(said);
  t.true(ahead - Date.now() > 900_000, "it ran 1,000 times as fast for a second");
  t.true(Math.abs(now - Date.now()) < 60_000);
  t.true(elapsed >= 49_000 && later >= elapsed && later < elapsed + 60_000, `${elapsed} ms, then ${later} ms`);
  t.true(realTimers);
});

test("a shift that is no number stops the process", (t) => {
  t.throws(() => child("0", "tomorrow"), { message: /must be a number of milliseconds, got tomorrow/ });
});

function child(expression: string, offset: string): string {
  return execFileSync(process.execPath, ["--import", PRELOAD, "-p", `JSON.stringify(${expression})`], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NODE_OPTIONS: "", SIMULATED_CLOCK_OFFSET_MILLIS: offset },
  });
}
