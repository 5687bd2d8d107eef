import test from "ava";
import fc from "fast-check";
import { ClockOffset } from "../../../pauser/clock";
import { usableMillis } from "../../../restore-points/windows";
import { assertSafe, assertUntouched, assertVoid, beginHolding, elapse, pause, sceneOf } from "./virtual/scene";

/** In these tests, the monotonic clock equals the wall clock until the wall clock jumps. */
const both = (millis: number) => ({ wall: millis, monotonic: millis });
const header = (millis: number) => new Date(Math.floor(millis / 1000) * 1000).toUTCString();

test("many answers bound any offset", (t) => {
  const request = fc.record({ wait: fc.nat(5000), there: fc.nat(40), back: fc.nat(40) });
  fc.assert(
    fc.property(fc.integer({ min: -90_000, max: 90_000 }), fc.array(request, { minLength: 1 }), (offset, requests) => {
      const clock = new ClockOffset();
      let now = Date.UTC(2026, 10, 22);
      for (const { wait, there, back } of requests) {
        now += wait;
        clock.observe(header(now + there + offset), now, now + there + back);
        now += there + back;
      }
      // The proven difference is never too large, and the possible difference is never too small.
      t.true(clock.provenMillis(both(now)) <= Math.abs(offset));
      t.true(Math.abs(clock.worstMillis(both(now))) >= Math.abs(offset));
      t.true(clock.uncertaintyMillis(now) <= 1080);
    }),
    { numRuns: 200 },
  );
});

test("each answer to a request at the best instant halves the uncertainty, down to the round trip time", (t) => {
  fc.assert(
    fc.property(fc.integer({ min: -90_000, max: 90_000 }), fc.integer({ min: 1, max: 20 }), (offset, halfTrip) => {
      const clock = new ClockOffset();
      let now = Date.UTC(2026, 10, 22) + 123;
      const ask = () => {
        clock.observe(header(now + halfTrip + offset), now, now + 2 * halfTrip);
        now += 2 * halfTrip;
      };
      ask();
      for (let reading = 0; reading < 8; reading++) {
        const before = clock.uncertaintyMillis(now);
        const at = clock.bestRequestAt(now);
        t.true(at >= now && at - now <= 1000);
        now = at;
        ask();
        t.true(clock.uncertaintyMillis(now) <= before / 2 + 2 * halfTrip + 1);
      }
      t.true(clock.uncertaintyMillis(now) <= 4 * halfTrip + 8);
    }),
    { numRuns: 200 },
  );
});

test("without an answer the offset is unknown, and no difference is proven", (t) => {
  const clock = new ClockOffset();
  clock.observe(undefined, 0, 1);
  clock.observe("not a date", 0, 1);
  t.false(clock.known);
  t.is(clock.worstMillis(both(0)), 0);
  t.is(clock.provenMillis(both(0)), 0);
});

test("one answer that contradicts the others is enough", (t) => {
  const clock = new ClockOffset();
  const now = Date.UTC(2026, 10, 22);
  clock.observe(header(now), now, now + 10);
  clock.observe(header(now + 8000), now + 20, now + 30);
  t.true(clock.provenMillis(both(now)) >= 7900);
  t.true(clock.worstMillis(both(now)) >= 7900);
});

test("a wall clock that jumps between two answers counts with its value at the moment in question", (t) => {
  const clock = new ClockOffset();
  const now = Date.UTC(2026, 10, 22);
  clock.observe(header(now), now, now + 2);
  clock.observe(header(now + 999), now + 999, now + 1001);
  t.true(Math.abs(clock.worstMillis(both(now))) <= 3);
  t.true(Math.abs(clock.worstMillis({ wall: now + 219, monotonic: now }) + 219) <= 3);
});

// In a run.

for (const driftPpm of [-400, -133, 133, 400]) {
  test(`a clock that drifts by ${driftPpm} ppm while the run waits for a whole minute makes no window longer than it was`, async (t) => {
    const { cluster } = sceneOf();
    const process = cluster.newProcess();
    process.driftPpm = driftPpm;
    const { end } = await cluster.time.until(cluster.run({ alignToMinute: true }, { process }));
    t.is(end, "recorded");
    assertSafe(t, cluster);
  });
}

test("the clock's offset is measured to a few milliseconds during the hold, and recorded", async (t) => {
  for (const skew of [-700, 0, 30_000]) {
    const { cluster } = sceneOf();
    cluster.api.skewMillis = skew;
    const { end, window } = await pause(cluster, { maxClockOffsetMillis: 60_000, holdSeconds: 120 });
    t.is(end, "recorded");
    // 60 ms: how far clocks may drift apart in two minutes.
    const error = Math.abs((window?.clockOffsetMillis ?? 0) - skew);
    t.true(error <= 30 + 60, `${window?.clockOffsetMillis} instead of ${skew}`);
    assertSafe(t, cluster);
  }
});

test("with a slow API server, the recorded offset is the greatest possible one", async (t) => {
  for (const skew of [-3500, -400, 900, 3500]) {
    const { cluster } = sceneOf();
    cluster.api.tripMillis = 1900;
    cluster.api.skewMillis = skew;
    const { window, end } = await pause(cluster, {
      maxClockOffsetMillis: 60_000,
      holdSeconds: 60,
      apiDeadlineSeconds: 60,
    });
    assertSafe(t, cluster);
    if (end === "recorded") t.true(Math.abs(window?.clockOffsetMillis ?? 0) >= Math.abs(skew));
    else t.is(end, "void");
  }
});

for (const skew of [-3000, 3000]) {
  test(`a clock that is ${skew} ms off is reported before anything is paused`, async (t) => {
    const { cluster } = sceneOf();
    cluster.api.skewMillis = skew;
    const { end, reasons } = await pause(cluster);
    t.is(end, "void");
    t.regex(reasons.join(), /differs from the API server's by at least \d+ ms; 1000 ms are allowed/);
    assertUntouched(t, cluster);
  });
}

test("a clock that goes wrong inside the window voids it", async (t) => {
  const { cluster } = sceneOf();
  const { ended } = await beginHolding(cluster);
  cluster.api.skewMillis = 5000;
  t.is((await ended()).end, "void");
  cluster.api.skewMillis = 0;
  assertVoid(t, cluster);
});

for (const [how, step] of [
  ["forward", 400],
  ["back", -400],
  // No pod is held until a clock has caught up.
  ["back by an hour", -3_600_000],
] as const) {
  test(`the window is void when this machine's clock jumps ${how} while pods are paused`, async (t) => {
    const { cluster } = sceneOf();
    const { process, ended } = await beginHolding(cluster);
    await elapse(cluster, 2000);
    // The API server's clock jumps, too, so the clocks' difference stays the same.
    process.wallOffset += step;
    cluster.api.skewMillis += step;
    const { end, reasons } = await ended();
    t.is(end, "void");
    t.regex(reasons.join(), step < 0 ? /clock jumped by -\d+ ms while/ : /clock jumped by \d+ ms while/);
    cluster.api.skewMillis = 0;
    assertVoid(t, cluster);
  });
}

// A recorded window is a restore point.

test("a window that leaves less than the shortest restore point is void, and the reason says by how much", async (t) => {
  const { cluster } = sceneOf();
  cluster.api.skewMillis = 800;
  const { end, reasons, window } = await pause(cluster, { holdSeconds: 6 });
  t.is(end, "void");
  t.is(window, undefined);
  t.regex(
    reasons.join(),
    /the window is 6\d{3} ms long; after subtracting 8\d\d ms at either end, .*at least 5 s are needed: hold longer/,
  );
  assertVoid(t, cluster);
});

test("the shortest hold that settings allow yields restore points, run after run", async (t) => {
  for (let run = 0; run < 20; run++) {
    const { cluster } = sceneOf();
    await elapse(cluster, run * 137);
    const { end, window } = await pause(cluster, { holdSeconds: 6 });
    t.is(end, "recorded");
    t.true(usableMillis(window as NonNullable<typeof window>) >= 5000);
  }
});

test("without Date headers from the API server, no window is recorded", async (t) => {
  const { cluster } = sceneOf();
  const { serve } = cluster.api;
  cluster.api.serve = function (request) {
    const answer = serve.call(this, request);
    return answer === undefined || answer instanceof Error ? answer : { ...answer, date: undefined };
  };
  const { end, reasons } = await pause(cluster);
  t.is(end, "void");
  t.regex(reasons.join(), /no Date header/);
  assertVoid(t, cluster);
});
