import fc from "fast-check";
import { formatInstant } from "../../../restore-points/instant";
import type { Interval } from "../../../restore-points/interval";
import type { DatabaseRange } from "../../../restore-points/ranges";
import type { Situation } from "../../../restore-points/situation";
import type { PauseWindow, ReleaseName } from "../../../restore-points/window";

/** Everything happens within this hour, so that runs overlap often. */
export const HOUR_START = Date.UTC(2026, 10, 22, 3);
export const HOUR_MILLIS = 3_600_000;

export const RELEASES = [
  { cluster: "default", namespace: "scalar", name: "cluster" },
  { cluster: "default", namespace: "scalar", name: "ledger" },
  { cluster: "tokyo", namespace: "scalar", name: "ledger" },
] as const satisfies ReleaseName[];

export const releases: fc.Arbitrary<ReleaseName[]> = fc.subarray([...RELEASES], { minLength: 1 });

/** Starts lie within a few minutes: otherwise three random runs would hardly ever share 5 s. */
export const pauseWindow: fc.Arbitrary<PauseWindow> = fc
  .record({
    start: fc.integer({ min: 0, max: 120_000 }),
    length: fc.integer({ min: 0, max: 60_000 }),
    clockOffsetMillis: fc.oneof(fc.constant(0), fc.integer({ min: -3000, max: 3000 })),
    paused: releases,
  })
  .map(({ start, length, clockOffsetMillis, paused }) => {
    const cluster = paused[0]?.cluster ?? "default";
    return windowOf(
      HOUR_START + start,
      HOUR_START + start + length,
      paused.filter((release) => release.cluster === cluster),
      clockOffsetMillis,
    );
  });

export const pauseWindows = fc.array(pauseWindow, { maxLength: 8 });

export const databaseRange: fc.Arbitrary<DatabaseRange> = fc.oneof(
  { arbitrary: fc.constant({ name: "off", unknownBecause: "point-in-time recovery is off" }), weight: 1 },
  {
    arbitrary: fc
      .tuple(fc.integer({ min: -60_000, max: 120_000 }), fc.integer({ min: -1000, max: 300_000 }))
      .map(([earliest, length]) => ({
        name: "store",
        earliest: formatInstant(HOUR_START + earliest, { millis: true }),
        latest: formatInstant(HOUR_START + earliest + length, { millis: true }),
      })),
    weight: 9,
  },
);

export const situation: fc.Arbitrary<Situation> = fc.record({
  now: fc.integer({ min: HOUR_START + 60_000, max: HOUR_START + HOUR_MILLIS }),
  pauseRequired: fc.boolean(),
  windows: pauseWindows,
  releases,
  databases: fc.array(databaseRange, { minLength: 1, maxLength: 3 }),
});

/** A valid list of intervals: in order and without overlaps. */
export const intervals: fc.Arbitrary<Interval[]> = fc
  .uniqueArray(fc.integer({ min: 0, max: 60 }), { maxLength: 12 })
  .map((edges) => {
    edges.sort((a, b) => a - b);
    return edges.flatMap((start, index) => {
      const end = edges[index + 1];
      return index % 2 === 0 && end !== undefined ? { start, end } : [];
    });
  });

/** One run's window; milliseconds since the epoch. */
export function windowOf(
  start: number,
  end: number,
  paused: readonly ReleaseName[] = [RELEASES[0]],
  clockOffsetMillis = 0,
): PauseWindow {
  return {
    cluster: paused[0]?.cluster ?? "default",
    pauseCompleted: formatInstant(start, { millis: true }),
    unpauseStarted: formatInstant(end, { millis: true }),
    clockOffsetMillis,
    releases: paused.map(({ namespace, name }) => ({
      namespace,
      name,
      product: name === "ledger" ? "ledger" : "scalardb-cluster",
      pods: [`${name}-0`, `${name}-1`],
    })),
  };
}

/** A window with backups of `ledger` that were requested between two instants; kept for 400 days. */
export function backedUp(window: PauseWindow, requested: number, accepted: number): PauseWindow {
  const text = (instant: number) => formatInstant(instant, { millis: true });
  const databases = [{ name: "ledger", region: "ap-northeast-1", tables: 4, deleteAfter: 400 }];
  return { ...window, backups: { name: "backup", requested: text(requested), accepted: text(accepted), databases } };
}
