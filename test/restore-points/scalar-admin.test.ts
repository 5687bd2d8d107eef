import test from "ava";
import { readScalarAdminLines } from "../../restore-points/scalar-admin";
import { commonWindows } from "../../restore-points/windows";

const line = (name: string, start: number, end: number) =>
  JSON.stringify({
    namespace: "scalar",
    helm_release_name: name,
    pause_start_timestamp_ms: start,
    pause_end_timestamp_ms: end,
    pause_start_date_time: "2026-11-22T12:00:07.120",
    pause_end_date_time: "2026-11-22T12:00:17.130",
    timezone: "Asia/Tokyo",
  });
const START = Date.UTC(2026, 10, 22, 3, 0, 7, 120);

test("the tool's lines are windows, and its log around them is passed over", (t) => {
  const log = [
    "03:00:05.123 [main] INFO com.scalar.admin.kubernetes.Cli - Starting",
    '{"level":"info","message":"something in JSON"}',
    line("ledger", START, START + 10_010),
    "",
  ].join("\r\n");
  t.deepEqual(readScalarAdminLines(log, "tokyo"), {
    windows: [
      {
        cluster: "tokyo",
        pauseCompleted: "2026-11-22T03:00:07.120Z",
        unpauseStarted: "2026-11-22T03:00:17.130Z",
        clockOffsetMillis: 0,
        releases: [{ namespace: "scalar", name: "ledger", product: "unknown", pods: [] }],
      },
    ],
    malformed: [],
  });
});

test("the windows of two releases that were paused apart intersect", (t) => {
  const { windows } = readScalarAdminLines(
    [line("ledger", START, START + 10_000), line("auditor", START + 2000, START + 12_000)].join("\n"),
  );
  const [window] = commonWindows(windows, [
    { namespace: "scalar", name: "ledger" },
    { namespace: "scalar", name: "auditor" },
  ]);
  t.deepEqual([window?.start, window?.end], [START + 2000, START + 10_000]);
});

test("a line that is broken is named", (t) => {
  const lines = [
    `pauser-1 ${line("ledger", START, START + 10_000)}`,
    line("ledger", START, START - 1),
    '{"helm_release_name":"ledger","pause_start_timestamp_ms":1,"pause_end_timestamp_ms":2}',
  ];
  t.deepEqual(readScalarAdminLines(lines.join("\n")), {
    windows: [],
    malformed: [
      "line 1 is not JSON; give the line as the tool printed it, without what a log collector put around it",
      "line 2 lacks pause_start_timestamp_ms or pause_end_timestamp_ms, or has them in the wrong order",
      "line 3 lacks namespace or helm_release_name",
    ],
  });
});
