import test from "ava";
import fc from "fast-check";
import { formatInstant, instantMillis } from "../../../../restore-points/instant";
import { bracketAround, bracketOutsideWindows } from "../../../../restore-points/verification/bracket";

test("a hold of ten seconds leaves three seconds on either side", (t) => {
  const window = { start: instantMillis("2026-11-22T02:59:55Z"), end: instantMillis("2026-11-22T03:00:05.400Z") };
  const found = bracketAround(instantMillis("2026-11-22T03:00:00Z"), window);
  if ("because" in found) return t.fail(found.because);
  t.is(formatInstant(found.early), "2026-11-22T02:59:57Z");
  t.is(formatInstant(found.late), "2026-11-22T03:00:03Z");
});

test("a bracket lies two seconds inside its window, two seconds or more from the instant, in whole seconds", (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 100 }).map((seconds) => seconds * 1000),
      fc.integer({ min: 0, max: 100_000 }),
      fc.integer({ min: 1, max: 100_000 }),
      (instant, start, length) => {
        const window = { start, end: start + length };
        const found = bracketAround(instant, window);
        const room = Math.min(instant - window.start, window.end - instant);
        if ("because" in found) return room < 4000;
        return (
          found.early % 1000 === 0 &&
          found.late % 1000 === 0 &&
          found.early >= window.start + 2000 &&
          found.late <= window.end - 2000 &&
          instant - found.early >= 2000 &&
          found.late - instant >= 2000
        );
      },
    ),
    { numRuns: 2000 },
  );
  t.pass();
});

test("a window that is too short says by how much longer to hold", (t) => {
  const advice = (instant: number, end: number) => {
    const found = bracketAround(instant, { start: 0, end });
    return "because" in found ? /raise pause\.holdSeconds by (\d+) or more$/.exec(found.because)?.[1] : undefined;
  };
  t.is(advice(3000, 6000), "2");
  // A hold of 10 s around a whole minute, after a drain of 1.3 s.
  t.is(advice(3700, 10_000), "1");
  t.is(advice(2000, 10_000), "4");
});

test("the advised hold is long enough, whatever the drain was", (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 5, max: 30 }),
      fc.integer({ min: 0, max: 10_000 }),
      fc.constantFrom(0, 50),
      (seconds, drain, doubt) => {
        const found = windowAround(seconds, drain, doubt);
        if (found === undefined || !("because" in found)) return true;
        const more = Number(/by (\d+) or more$/.exec(found.because)?.[1]);
        const next = windowAround(seconds + more, drain, doubt);
        return next !== undefined && !("because" in next);
      },
    ),
  );
  t.pass();
});

/** A hold that was planned around the instant 60,000, and begins when pods have drained; with doubt about the clocks. */
function windowAround(holdSeconds: number, drain: number, doubt: number) {
  const start = 60_000 - holdSeconds * 500 + drain;
  const window = { start: start + doubt, end: start + holdSeconds * 1000 - doubt };
  return window.start < 60_000 && 60_000 < window.end ? bracketAround(60_000, window) : undefined;
}

test("four seconds to the nearer edge are enough, and a millisecond less is not", (t) => {
  t.deepEqual(bracketAround(10_000, { start: 6000, end: 99_000 }), { early: 8000, late: 12_000 });
  const found = bracketAround(10_000, { start: 0, end: 13_999 });
  if (!("because" in found)) return t.fail("accepted");
  t.regex(found.because, /the nearer edge is 4\.0 s from the instant, and 4 s are needed/);
});

test("outside of windows, the coordinator's copies are three seconds before and after the data", (t) => {
  t.deepEqual(bracketOutsideWindows(100_000), { early: 97_000, late: 103_000 });
});
