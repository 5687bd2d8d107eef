import test from "ava";
import fc from "fast-check";
import { prune } from "../../pauser/record";
import { resultLines } from "../../pauser/report";
import type { PauseWindow } from "../../restore-points/window";

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 22, 3);

function windowAt(millis: number, pods = 3): PauseWindow {
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
        pods: Array.from({ length: pods }, (_, index) => `pod-${index}`),
      },
    ],
  };
}

test("windows older than the retention go", (t) => {
  const windows = [windowAt(NOW - 36 * DAY), windowAt(NOW - 34 * DAY), windowAt(NOW)];
  t.deepEqual(prune(windows, 35), windows.slice(1));
});

test("what is left fits, is the newest without a gap, and always has the newest window", (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(20), { minLength: 1, maxLength: 30 }),
      fc.integer({ min: 10, max: 9000 }),
      (pods, bytes) => {
        const windows = pods.map((count, index) => windowAt(NOW + index * 1000, count));
        const kept = prune(windows, 35, bytes);
        t.deepEqual(kept, windows.slice(windows.length - kept.length));
        t.true(kept.length >= 1);
        if (kept.length > 1) t.true(Buffer.byteLength(JSON.stringify(kept)) <= bytes + 1);
        const next = windows[windows.length - kept.length - 1];
        if (next) t.true(Buffer.byteLength(JSON.stringify([next, ...kept])) > bytes, "no more than needed is dropped");
      },
    ),
  );
});

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
