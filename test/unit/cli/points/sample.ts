import type { PointsView } from "../../../../cli/points/view";
import { formatInstant } from "../../../../restore-points/instant";
import { restorePoints } from "../../../../restore-points/points";
import { IMPORTED, type PauseWindow } from "../../../../restore-points/window";

const DAY = 86_400_000;
export const NOW = Date.parse("2026-11-27T09:00:00Z");

/** A window of a run at 03:00, so many days ago. */
function windowOf(days: number): PauseWindow {
  const at = Date.parse("2026-11-27T03:00:00Z") - days * DAY;
  return {
    cluster: "default",
    pauseCompleted: formatInstant(at - 5000, { millis: true }),
    unpauseStarted: formatInstant(at + 5400, { millis: true }),
    clockOffsetMillis: 4,
    releases: [{ namespace: "scalar", name: "scalardb-cluster", product: "scalardb-cluster", pods: ["a", "b", "c"] }],
    ...(days > 37 && { origin: IMPORTED }),
  };
}

/** Forty days of a daily schedule with two failed runs, imported windows, and a database that could not be read. */
export function sample(changes: Partial<PointsView> = {}): PointsView {
  const days = Array.from({ length: 40 }, (_, index) => index).filter((day) => ![12, 13, 0].includes(day));
  return {
    source: "Pulumi.prod.yaml, read from clouds and clusters",
    output: restorePoints({
      now: NOW,
      pauseRequired: true,
      releases: [{ namespace: "scalar", name: "scalardb-cluster" }],
      windows: days.map(windowOf),
      databases: [
        { name: "ledger", earliest: "2026-10-23T09:00:00Z", latest: "2026-11-27T08:54:31Z" },
        { name: "customers", earliest: "2026-10-19T02:11:00Z", latest: "2026-11-27T08:55:12Z" },
        { name: "orders", earliest: "2026-10-28T00:00:00Z", latest: "2026-11-27T08:59:40Z" },
      ],
      pauseProblems: [
        "the last run of the pause schedule, Job scalar/scalar-pause-29390000 of 2026-11-27T03:00:00Z, failed: BackoffLimitExceeded: Job has reached the specified backoff limit; its log: kubectl -n scalar logs job/scalar-pause-29390000",
      ],
    }),
    longestIntervalMillis: DAY,
    recoveryDays: { ledger: 35, customers: 35, orders: 30 },
    runs: {
      suspended: false,
      jobs: [
        {
          name: "scalar/scalar-pause-29390000",
          started: "2026-11-27T03:00:00Z",
          outcome: "failed",
          failure: "BackoffLimitExceeded: Job has reached the specified backoff limit",
        },
        { name: "scalar/scalar-pause-29388560", started: "2026-11-26T03:00:00Z", outcome: "succeeded" },
        { name: "scalar/scalar-pause-29387120", started: "2026-11-25T03:00:00Z", outcome: "succeeded" },
      ],
    },
    lastRun: {
      schemaVersion: 1,
      job: "scalar-pause-29390000",
      startedAt: "2026-11-27T03:04:00Z",
      endedAt: "2026-11-27T03:04:41Z",
      end: "void",
      reasons: ["pod scalardb-cluster-node-1 <restarted> while it was paused"],
    },
    chosen: "2026-11-20T03:00:00Z",
    unread: [],
    ...changes,
  };
}
