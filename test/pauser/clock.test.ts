import test from "ava";
import fc from "fast-check";
import { ClockOffset } from "../../pauser/clock";

const header = (millis: number) => new Date(Math.floor(millis / 1000) * 1000).toUTCString();

test("many answers bound the offset, whatever it is", (t) => {
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
      // Never accused of more than is true, and never further from the truth than one answer leaves open.
      t.true(clock.provenMillis <= Math.abs(offset));
      t.true(Math.abs(clock.millis - offset) <= 540);
    }),
    { numRuns: 200 },
  );
});

test("without an answer the offset is unknown, and nobody is accused", (t) => {
  const clock = new ClockOffset();
  clock.observe(undefined, 0, 1);
  clock.observe("not a date", 0, 1);
  t.false(clock.known);
  t.is(clock.millis, 0);
  t.is(clock.provenMillis, 0);
});

test("one answer that contradicts the others is enough", (t) => {
  const clock = new ClockOffset();
  const now = Date.UTC(2026, 10, 22);
  clock.observe(header(now), now, now + 10);
  clock.observe(header(now + 8000), now + 20, now + 30);
  t.true(clock.provenMillis >= 7900);
});
