import test from "ava";
import type { LastRun } from "../../../restore-points/last-run";
import { type PauseJob, type PauseRuns, runProblems, suspendedByOthers } from "../../../restore-points/pause-runs";

const NOW = Date.UTC(2026, 10, 22, 9);
const DAILY = { now: NOW, longestIntervalMillis: 86_400_000 };

const job = (night: number, outcome: PauseJob["outcome"], failure?: string): PauseJob => ({
  name: `scalar/pause-${night}`,
  started: `2026-11-${night}T03:00:00Z`,
  outcome,
  ...(failure !== undefined && { failure }),
});

const runs = (jobs: PauseJob[], more: Partial<PauseRuns> = {}): PauseRuns => ({
  suspended: false,
  created: "2026-11-01T00:00:00Z",
  lastScheduled: "2026-11-22T03:00:00Z",
  lastSucceeded: "2026-11-22T03:00:30Z",
  jobs,
  ...more,
});

const lastRun = (night: number, end: LastRun["end"], reasons: string[] = ["pod scalar/a is not Ready"]): LastRun => ({
  schemaVersion: 1,
  job: `pause-${night}`,
  startedAt: `2026-11-${night}T03:00:01Z`,
  endedAt: `2026-11-${night}T03:00:20Z`,
  end,
  reasons,
});

const BACKOFF = "BackoffLimitExceeded: Job has reached the specified backoff limit";
const LOG = "its log: kubectl -n scalar logs job/pause-22";

const CASES: [title: string, runs: PauseRuns | undefined, last: LastRun | undefined, problems: string[]][] = [
  ["no CronJob yet", undefined, undefined, []],
  [
    "no run yet",
    runs([], { created: "2026-11-22T08:00:00Z", lastScheduled: undefined, lastSucceeded: undefined }),
    undefined,
    [],
  ],
  ["a run that succeeded", runs([job(22, "succeeded")]), lastRun(22, "recorded", []), []],
  [
    "a Job that failed",
    runs([job(21, "succeeded"), job(22, "failed", BACKOFF)]),
    undefined,
    [`the last run of the pause schedule, Job scalar/pause-22 of 2026-11-22T03:00:00Z, failed: ${BACKOFF}; ${LOG}`],
  ],
  [
    "a Job that failed, with the pauser's reasons",
    runs([job(22, "failed", "DeadlineExceeded")]),
    lastRun(22, "failedToUnpause", ["a", "b", "c", "d", "e", "f", "g"]),
    [
      `the last run of the pause schedule, Job scalar/pause-22 of 2026-11-22T03:00:00Z, failed: DeadlineExceeded; the pauser ended with "failedToUnpause": a; b; c; d; e; and 2 more; ${LOG}`,
    ],
  ],
  [
    "a Job that failed before its pauser started: the outcome belongs to an earlier Job",
    runs([job(21, "failed"), job(22, "failed", BACKOFF)]),
    lastRun(21, "void"),
    [`the last run of the pause schedule, Job scalar/pause-22 of 2026-11-22T03:00:00Z, failed: ${BACKOFF}; ${LOG}`],
  ],
  [
    "a Job that failed before one that succeeded",
    runs([job(21, "failed"), job(22, "succeeded")]),
    lastRun(22, "recorded", []),
    [],
  ],
  [
    "a Job that failed after its pauser had recorded a window",
    runs([job(22, "failed", "DeadlineExceeded")]),
    lastRun(22, "recorded", []),
    [
      `the last run of the pause schedule, Job scalar/pause-22 of 2026-11-22T03:00:00Z, failed: DeadlineExceeded; ${LOG}`,
    ],
  ],
  ["a failed try before a later Job that succeeded", runs([job(22, "succeeded")]), lastRun(21, "void"), []],
  [
    "a failed try of a Job after the one that succeeded",
    runs([job(21, "succeeded")]),
    lastRun(22, "void"),
    [
      'the last run of the pause schedule, of Job pause-22, recorded no complete result at 2026-11-22T03:00:20Z; the pauser ended with "void": pod scalar/a is not Ready',
    ],
  ],
  [
    "a failed try of a Job that is still running",
    runs([job(21, "succeeded"), job(22, "running")]),
    lastRun(22, "void"),
    [
      'the last run of the pause schedule, of Job pause-22, recorded no complete result at 2026-11-22T03:00:20Z; the pauser ended with "void": pod scalar/a is not Ready',
    ],
  ],
  ["a try that failed before its Job succeeded", runs([job(22, "succeeded")]), lastRun(22, "void"), []],
  [
    "an outcome whose Job no longer exists",
    runs([]),
    lastRun(22, "backupsFailed", []),
    [
      'the last run of the pause schedule, of Job pause-22, recorded no complete result at 2026-11-22T03:00:20Z; the pauser ended with "backupsFailed"',
    ],
  ],
  ["a failed Job before a Job that no longer exists", runs([job(21, "failed")]), lastRun(22, "recorded", []), []],
  [
    "no success for longer than the schedule's interval and an hour",
    runs([], { lastSucceeded: "2026-11-21T07:59:59Z", lastScheduled: "2026-11-21T03:00:00Z" }),
    undefined,
    [
      "no run of the pause schedule has succeeded since 2026-11-21T07:59:59Z: the last one started at 2026-11-21T03:00:00Z; check the events of the CronJob",
    ],
  ],
  [
    "no success for a millisecond longer than that",
    runs([], { lastSucceeded: "2026-11-21T07:59:59.999Z" }),
    undefined,
    [
      "no run of the pause schedule has succeeded since 2026-11-21T07:59:59Z: the last one started at 2026-11-22T03:00:00Z; check the events of the CronJob",
    ],
  ],
  [
    "a failed Job before one that still runs, with no reason",
    runs([job(21, "failed"), job(22, "running")]),
    undefined,
    [
      "the last run of the pause schedule, Job scalar/pause-21 of 2026-11-21T03:00:00Z, failed; its log: kubectl -n scalar logs job/pause-21",
    ],
  ],
  ["a CronJob without instants", runs([], { created: undefined, lastSucceeded: undefined }), undefined, []],
  [
    "a Job whose start cannot be read: it counts as the oldest",
    runs([{ ...job(22, "failed"), started: "?" }, job(21, "succeeded")]),
    undefined,
    [],
  ],
  ["no success for exactly that long", runs([], { lastSucceeded: "2026-11-21T08:00:00Z" }), undefined, []],
  [
    "a schedule that never ran",
    runs([], { lastSucceeded: undefined, lastScheduled: undefined }),
    undefined,
    [
      "no run of the pause schedule has succeeded since 2026-11-01T00:00:00Z, when it was created: none has ever started; check the events of the CronJob",
    ],
  ],
  ["a suspended schedule", runs([], { suspended: true, lastSucceeded: undefined }), undefined, []],
];

for (const [title, found, last, problems] of CASES) {
  test(`reports of ${title}: ${problems.length === 0 ? "nothing" : "1 problem"}`, (t) => {
    t.deepEqual(runProblems(found, { lastRun: last } as { lastRun: LastRun }, DAILY), problems);
  });
}

test("an unreadable outcome does not hide a failed Job, nor that no run succeeds, and is not hidden", (t) => {
  const problems = (found: PauseRuns) => runProblems(found, { malformed: "it is not JSON" }, DAILY);
  const unreadable = "it is not JSON; the next run of the pause schedule replaces it";
  for (const found of [runs([job(22, "failed")]), runs([], { lastSucceeded: "2026-11-20T03:00:00Z" })]) {
    const [first, second, ...others] = problems(found);
    t.deepEqual([first, others], [unreadable, []]);
    t.regex(second ?? "", /the pause schedule.* (failed|has succeeded)/);
  }
  t.deepEqual(problems(runs([job(22, "succeeded")])), [unreadable]);
});

test("a schedule that Pulumi has not suspended is reported with who did, and how to resume it", (t) => {
  const schedule = { namespace: "scalar", name: "scalar-pause" };
  const resume = `kubectl -n scalar patch cronjob scalar-pause -p '{"spec":{"suspend":false}}'`;
  t.is(
    suspendedByOthers({ suspended: true, suspendedBy: "kubectl-patch" }, schedule),
    `CronJob scalar/scalar-pause is suspended by "kubectl-patch", not by pause.suspend, so that no window is recorded; resume it by ${resume} (the next "pulumi up" that changes this CronJob also resumes it; to keep it suspended, set pause.suspend to true)`,
  );
  t.is(
    suspendedByOthers({ suspended: true, suspendedBy: "scalar-switch-over" }, schedule),
    `CronJob scalar/scalar-pause is suspended by a switch-over that is not complete, so that no window is recorded; set restore to what it was when the switch-over began, and run "pulumi up" (if you have given it up, and pods run again: ${resume})`,
  );
  // Pulumi's provider takes over what kubectl has set, and nothing of other managers.
  t.is(
    suspendedByOthers({ suspended: true, suspendedBy: "node-fetch" }, schedule),
    `CronJob scalar/scalar-pause is suspended by "node-fetch", not by pause.suspend, so that no window is recorded; resume it by ${resume}`,
  );
  t.is(suspendedByOthers({ suspended: true }, schedule), undefined);
  t.is(suspendedByOthers({ suspended: false, suspendedBy: "kubectl-patch" }, schedule), undefined);
});
