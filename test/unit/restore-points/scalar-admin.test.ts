import test from "ava";
import { resultLines } from "../../../pauser/report";
import { readScalarAdminLines, withImported } from "../../../restore-points/scalar-admin";
import type { PauseWindow } from "../../../restore-points/window";
import { commonWindows } from "../../../restore-points/windows";

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

test("the tool's output lines are read as windows, and its log lines are ignored", (t) => {
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
        origin: "imported",
      },
    ],
    malformed: [],
  });
});

test("the windows of two releases that were paused separately intersect", (t) => {
  const { windows } = readScalarAdminLines(
    [line("ledger", START, START + 10_000), line("auditor", START + 2000, START + 12_000)].join("\n"),
  );
  const [window] = commonWindows(windows, [
    { namespace: "scalar", name: "ledger" },
    { namespace: "scalar", name: "auditor" },
  ]);
  t.deepEqual([window?.start, window?.end], [START + 2000, START + 10_000]);
});

test("every broken line is reported with the fix", (t) => {
  const lines = [
    `pauser-1 ${line("ledger", START, START + 10_000)}`,
    JSON.stringify({ log: `${line("ledger", START, START + 10_000)}\n` }),
    line("ledger", START, START - 1000),
    '{"helm_release_name":"ledger","pause_start_timestamp_ms":1,"pause_end_timestamp_ms":2}',
    line("ledger", START, START + 10_000).replace("helm_release_name", "deployment_name"),
    line("", START, START + 10_000),
    line("ledger", Math.floor(START / 1000), Math.floor(START / 1000) + 10),
    line("ledger", START, START + 10_000).replace(/"pause_end_timestamp_ms":\d+,/, ""),
  ];
  const names = "lacks namespace or helm_release_name; give the whole line of a run that paused a Helm release";
  const times =
    "lacks pause_start_timestamp_ms or pause_end_timestamp_ms, in milliseconds since 1970; give the line as the tool printed it";
  t.deepEqual(readScalarAdminLines(lines.join("\n")), {
    windows: [],
    malformed: [
      "line 1 is not JSON; give the line as the tool printed it, without what a log collector put around it",
      `line 2 ${names}`,
      "line 3 ends (2026-11-22T03:00:06Z) before it starts (2026-11-22T03:00:07Z): the clock was set back during the pause; remove the line",
      `line 4 ${names}`,
      `line 5 ${names}`,
      `line 6 ${names}`,
      `line 7 ${times}`,
      `line 8 ${times}`,
    ],
  });
});

test("instants are of the years in which the tool exists; a pause of no length is one", (t) => {
  const read = (start: number, end: number) => readScalarAdminLines(line("ledger", start, end)).windows.length;
  const first = Date.UTC(2020, 0);
  const last = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
  t.deepEqual([read(first - 1, first + 9000), read(first, first + 9000)], [0, 1]);
  t.deepEqual([read(first, last), read(first, last + 1)], [1, 0]);
  t.is(read(first, first), 1);
  t.is(read(first + 0.5, first + 9000), 0, "whole milliseconds");
});

test("an imported window of several releases is known only if all of them were recorded", (t) => {
  const both: PauseWindow = {
    cluster: "default",
    pauseCompleted: "2026-11-22T03:00:07.120Z",
    unpauseStarted: "2026-11-22T03:00:17.130Z",
    clockOffsetMillis: 0,
    releases: ["ledger", "auditor"].map((name) => ({ namespace: "scalar", name, product: name, pods: [] })),
  };
  const one = { ...both, releases: both.releases.slice(0, 1) };
  t.is(withImported([one], [both]).length, 2);
  t.is(withImported([both], [one]).length, 1);
});

test("the pauser's own output can be imported, too; for a recorded window the record is used", (t) => {
  const window: PauseWindow = {
    cluster: "default",
    pauseCompleted: "2026-11-22T03:00:07.120Z",
    unpauseStarted: "2026-11-22T03:00:17.130Z",
    clockOffsetMillis: 4,
    releases: [
      { namespace: "scalar", name: "ledger", product: "ledger", pods: ["ledger-0"] },
      { namespace: "scalar", name: "auditor", product: "auditor", pods: ["auditor-0"] },
    ],
  };
  const older = { ...window, pauseCompleted: "2026-11-21T03:00:07.000Z", unpauseStarted: "2026-11-21T03:00:17.000Z" };
  const { windows } = readScalarAdminLines([older, window].flatMap(resultLines).join("\n"));
  t.is(windows.length, 4);
  const together = withImported([window], windows);
  t.deepEqual(
    together.map(({ pauseCompleted, origin }) => [pauseCompleted, origin]),
    [
      [older.pauseCompleted, "imported"],
      [older.pauseCompleted, "imported"],
      [window.pauseCompleted, undefined],
    ],
  );
  t.is(commonWindows(together, window.releases).length, 2);
  t.is(
    withImported([{ ...window, cluster: "tokyo" }], windows).length,
    5,
    "a window of another cluster is a different window",
  );
});
