import test from "ava";
import {
  availableRestorePoints,
  forgottenProblem,
  overlapProblem,
  RESTORE_POINTS,
  reachProblem,
  slowRunProblem,
  suspendedProblem,
} from "../../../../restore-points/rules/pausing";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const reach = (intervalMillis: number, days: number, restorePoints = RESTORE_POINTS) =>
  reachProblem({ schedule: "0 3 * * 0", intervalMillis, database: "ledger", days }, restorePoints);

test("a database has to reach back to so many restore points at any time", (t) => {
  t.is(availableRestorePoints({ intervalMillis: 7 * DAY, days: 14 }), 2);
  t.is(availableRestorePoints({ intervalMillis: 7 * DAY + 1, days: 14 }), 1);
  t.is(reach(7 * DAY, 14), undefined);
  t.is(
    reach(7 * DAY, 13),
    'up to 7 days pass between two pauses ("0 3 * * 0"), and ledger reaches back 13 days: only 1 of 2 restore points is always available; pause at least every 6 days, or let ledger reach back further',
  );
  t.regex(reach(7 * DAY, 20, 3) ?? "", /only 2 of 3 restore points are always available; pause at least every 6 days/);
  t.regex(
    reach(7 * DAY, 1) ?? "",
    /reaches back 1 day: no restore point is available at times; pause at least every 12 hours,/,
  );
});

test("windows are kept until the next one is recorded", (t) => {
  t.is(forgottenProblem("0 3 * * 0", 7 * DAY, 7), undefined);
  t.is(
    forgottenProblem("0 3 * * 0", 7 * DAY + 1, 7),
    'windows are removed after 7 days, and up to 7 days pass between two pauses ("0 3 * * 0"), so that no restore point is left at times; set it to 8 or more, or pause more often',
  );
});

test("a run ends before the next one is due", (t) => {
  const run = { schedule: "* * * * *", intervalMillis: MINUTE, pauseSeconds: 59, runSeconds: 60 };
  t.is(overlapProblem(run), undefined);
  t.is(
    overlapProblem({ ...run, pauseSeconds: 60 }),
    '"* * * * *" leaves 1 minute between the starts of two runs, and a run may pause pods for 60 s, so that they would hardly serve requests; run less often, or lower holdSeconds or maxDrainSeconds',
  );
  t.is(overlapProblem({ ...run, intervalMillis: HOUR, pauseSeconds: 3599 }), undefined);
  t.is(slowRunProblem(run), undefined);
  t.regex(slowRunProblem({ ...run, runSeconds: 61 }) ?? "", /leaves 1 minute between .* and a run may take 61 s when/);
});

test("times are in the unit that people use", (t) => {
  const text = (intervalMillis: number) =>
    /leaves (.*) between/.exec(
      slowRunProblem({ schedule: "", intervalMillis, pauseSeconds: 0, runSeconds: 1e9 }) ?? "",
    )?.[1];
  t.deepEqual([999, 1000, MINUTE - 1, MINUTE, HOUR - 1, HOUR, 2 * HOUR, 2 * DAY - 1, 2 * DAY, 3 * DAY - 1].map(text), [
    "0 s",
    "1 s",
    "59 s",
    "1 minute",
    "59 minutes",
    "1 hour",
    "2 hours",
    "47 hours",
    "2 days",
    "2 days",
  ]);
});

test("a suspended schedule says which setting resumes it", (t) => {
  t.regex(suspendedProblem("pause.suspend"), /set pause\.suspend to false, or remove it$/);
});
