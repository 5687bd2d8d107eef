/** Whether a window counts, after its pods are unpaused. What pods may do in the meantime is in `run.test.ts` and `watch.test.ts`. */
import test from "ava";
import type { Moment } from "../../../pauser/clock";
import type { Context } from "../../../pauser/context";
import type { ReleaseLeases } from "../../../pauser/leases";
import { RunEnded } from "../../../pauser/outcome";
import { judge } from "../../../pauser/verdict";
import type { PauseWindow } from "../../../restore-points/window";

interface Measured {
  /** Milliseconds by which the clocks provably differ now. */
  proven?: number;
  /** The greatest possible differences at the ends of the window; none while nothing is known. */
  offsets?: [number, number];
  limit?: number;
  minWindowSeconds?: number;
  windowMillis?: number;
}

const ENDS: [Moment, Moment] = [
  { wall: 0, monotonic: 0 },
  { wall: 10_000, monotonic: 10_000 },
];

/** The verdict on a window of an empty set of releases, whose pods have therefore not changed. */
function verdict({ proven = 0, offsets, limit = 5000, minWindowSeconds = 1, windowMillis = 10_000 }: Measured) {
  const start = Date.UTC(2026, 10, 22, 3);
  const window: PauseWindow = {
    cluster: "default",
    pauseCompleted: new Date(start).toISOString(),
    unpauseStarted: new Date(start + windowMillis).toISOString(),
    clockOffsetMillis: 0,
    releases: [],
  };
  // Casts: all that the verdict reads of the run and of its Leases.
  const context = {
    settings: { releases: [], maxClockOffsetMillis: limit, minWindowSeconds },
    ports: { clock: { now: () => start, monotonic: () => 0 } },
    offset: {
      known: offsets !== undefined,
      provenMillis: () => proven,
      worstMillis: (moment: Moment) => offsets?.[ENDS.indexOf(moment)] ?? 0,
    },
    apiDeadline: () => undefined,
  } as unknown as Context;
  const leases = { release: async () => undefined } as unknown as ReleaseLeases;
  return judge(context, { window, ends: ENDS }, [], leases);
}

test("clocks that are seen to differ only after the pause make the window void, from the limit on", async (t) => {
  const error = await t.throwsAsync(verdict({ proven: 5001, offsets: [0, 0] }), { instanceOf: RunEnded });
  t.regex(error?.message ?? "", /differs from the API server's by at least 5001 ms; 5000 ms are allowed/);
  await t.notThrowsAsync(verdict({ proven: 5000, offsets: [0, 0] }));
});

test("a window is recorded with the greater difference of the clocks at its ends, in either direction", async (t) => {
  for (const offsets of [
    [10, -300],
    [-300, 10],
  ] as [number, number][])
    t.is((await verdict({ offsets })).clockOffsetMillis, -300);
  t.is((await verdict({ offsets: [10, 300] })).clockOffsetMillis, 300);
});

test("what the clocks leave of a window has the least length, to the millisecond", async (t) => {
  await t.notThrowsAsync(verdict({ offsets: [200, 200], windowMillis: 1400 }));
  const error = await t.throwsAsync(verdict({ offsets: [200, 200], windowMillis: 1399 }), { instanceOf: RunEnded });
  t.regex(
    error?.message ?? "",
    /1399 ms long; .* 200 ms at either end, .* 999 ms are left, and at least 1 s are needed/,
  );
});

test("an unknown difference of the clocks makes a window void, unless any length will do", async (t) => {
  const error = await t.throwsAsync(verdict({}), { instanceOf: RunEnded });
  t.regex(error?.message ?? "", /no Date header/);
  await t.notThrowsAsync(verdict({ minWindowSeconds: 0, windowMillis: 1 }));
});
