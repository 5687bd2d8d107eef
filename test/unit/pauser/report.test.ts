import test from "ava";
import { resultLines } from "../../../pauser/report";
import type { PauseWindow } from "../../../restore-points/window";

const NOW = Date.UTC(2026, 10, 22, 3);

function windowAt(millis: number): PauseWindow {
  return {
    cluster: "default",
    pauseCompleted: new Date(millis).toISOString(),
    unpauseStarted: new Date(millis + 10_000).toISOString(),
    clockOffsetMillis: 0,
    releases: [
      {
        namespace: "scalar",
        name: "scalardb",
        product: "scalardb-cluster",
        pods: ["pod-0", "pod-1"],
      },
    ],
  };
}

test("result lines have the format of Scalar's tool, one for each release", (t) => {
  const window = windowAt(NOW);
  window.releases.push({ namespace: "scalar", name: "scalardb", product: "ledger", pods: [] });
  window.releases.push({ namespace: "ledgers", name: "auditor", product: "auditor", pods: [] });
  t.deepEqual(
    resultLines(window).map((line) => JSON.parse(line)),
    [
      ["scalar", "scalardb"],
      ["ledgers", "auditor"],
    ].map(([namespace, helm_release_name]) => ({
      namespace,
      helm_release_name,
      pause_start_timestamp_ms: NOW,
      pause_end_timestamp_ms: NOW + 10_000,
      pause_start_date_time: "2026-11-22T03:00:00.000",
      pause_end_date_time: "2026-11-22T03:00:10.000",
      timezone: "Etc/UTC",
    })),
  );
});
