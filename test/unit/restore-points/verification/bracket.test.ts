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

test("where there is no room, the middle of the window is named, or by how much longer to hold", (t) => {
  const fix = (instant: number, end: number) => {
    const found = bracketAround(instant, { start: 0, end });
    return "because" in found ? found.because.split("; ")[1] : undefined;
  };
  t.is(fix(3000, 6000), "raise pause.holdSeconds by 3 or more");
  // A hold of 10 s around a whole minute, after a drain of 1.3 s.
  t.is(fix(3700, 10_000), "restore to 1970-01-01T00:00:05Z, the middle of the window, which has them");
  t.is(fix(4000, 10_000), undefined);
  t.is(fix(3000, 8000), "restore to 1970-01-01T00:00:04Z, the middle of the window, which has them");
  // The middle of a window may be half a second away from a whole one.
  t.is(fix(3000, 7999), "raise pause.holdSeconds by 1 or more");
  t.is(fix(3000, 7750), "raise pause.holdSeconds by 1 or more");
  t.is(fix(3000, 7249), "raise pause.holdSeconds by 3 or more");
  const november = Date.UTC(2026, 10, 22, 3);
  const found = bracketAround(november + 3000, { start: november, end: november + 9000 });
  t.is(
    "because" in found ? found.because : "",
    "there is no room in the pause window to restore the coordinator before and after the data: its nearer edge is 3.0 s from 2026-11-22T03:00:03Z, and 4 s are needed; restore to 2026-11-22T03:00:05Z, the middle of the window, which has them",
  );
});

test("the advice is right, whatever the drain was", (t) => {
  const fixes = { instant: 0, hold: 0 };
  fc.assert(
    fc.property(
      fc.integer({ min: 5, max: 30 }),
      fc.integer({ min: 0, max: 10_000 }),
      fc.constantFrom(0, 50),
      (seconds, drain, doubt) => {
        const window = windowAround(seconds, drain, doubt);
        if (window.start >= 60_000 || window.end <= 60_000) return true;
        const found = bracketAround(60_000, window);
        if (!("because" in found)) return true;
        const instant = /restore to (\S+),/.exec(found.because)?.[1];
        if (instant !== undefined) {
          fixes.instant++;
          return !("because" in bracketAround(instantMillis(instant), window));
        }
        fixes.hold++;
        const longer = windowAround(seconds + Number(/by (\d+) or more$/.exec(found.because)?.[1]), drain, doubt);
        return !("because" in bracketAround(Math.round((longer.start + longer.end) / 2000) * 1000, longer));
      },
    ),
    { numRuns: 2000 },
  );
  t.true(fixes.instant > 0 && fixes.hold > 0);
});

/** A hold that was planned around the instant 60,000, and begins when pods have drained; with doubt about the clocks. */
function windowAround(holdSeconds: number, drain: number, doubt: number) {
  const start = 60_000 - holdSeconds * 500 + drain;
  return { start: start + doubt, end: start + holdSeconds * 1000 - doubt };
}

test("four seconds to the nearer edge are enough, and a millisecond less is not", (t) => {
  t.deepEqual(bracketAround(10_000, { start: 6000, end: 99_000 }), { early: 8000, late: 12_000 });
  const found = bracketAround(10_000, { start: 0, end: 13_999 });
  if (!("because" in found)) return t.fail("accepted");
  t.regex(found.because, /its nearer edge is 3\.9 s from 1970-01-01T00:00:10Z, and 4 s are needed/);
});

test("outside of windows, the coordinator's copies are three seconds before and after the data", (t) => {
  t.deepEqual(bracketOutsideWindows(100_000), { early: 97_000, late: 103_000 });
});
