import test from "ava";
import {
  awsScheduleProblem,
  longestAwsIntervalMillis,
  longestIntervalMillis,
  nextAwsRun,
  nextRun,
} from "../../../../restore-points/rules/schedule";

const HOUR = 3_600_000;

const SCHEDULES: [string, number | undefined][] = [
  ["0 3 * * *", 24],
  ["*/15 * * * *", 0.25],
  ["7 * * * *", 1],
  ["5/20 2,14 * * *", 11 + 20 / 60],
  ["0 0 * * MON-FRI", 72],
  ["0 0 * * 0,3", 96],
  // Kubernetes refuses 7 for Sunday.
  ["0 0 * * 7", undefined],
  ["0 0 1 * *", 31 * 24],
  ["0 0 1 */3 *", 92 * 24],
  // One of two restricted day fields is enough: every Monday, and the first.
  ["0 0 1 * 1", 168],
  // With "*" in one of them, both have to hold.
  ["0 0 * * 1", 168],
  ["@daily", 24],
  ["@weekly", 168],
  ["@yearly", 366 * 24],
  ["@every 1h30m", 1.5],
  ["0 0 29 2 *", 1461 * 24],
  ["0 0 31 2 *", undefined],
  ["0 24 * * *", undefined],
  ["60 * * * *", undefined],
  ["0 5-3 * * *", undefined],
  ["*/0 * * * *", undefined],
  ["0 3 * *", undefined],
  ["0 3 * * * *", undefined],
  ["@often", undefined],
  // robfig/cron runs it each second.
  ["@every 0s", 1 / 3600],
  ["", undefined],
];
for (const [schedule, hours] of SCHEDULES)
  test(`the longest time between two runs of "${schedule}"`, (t) => {
    t.is(longestIntervalMillis(schedule), hours === undefined ? undefined : hours * HOUR);
  });

const AWS_SCHEDULES: [string, number | undefined][] = [
  ["cron(0 5 ? * * *)", 24],
  [" cron( 0 5 ? * * * ) ", 24],
  ["cron(0 5 ? * * * *)", undefined],
  ["cron(0 5 ? * 1 *)", 168],
  ["cron(0 5 ? * 2-6 *)", 72],
  ["cron(0 5 ? * 1,4 *)", 96],
  ["cron(0 5 ? * MON,THU *)", 96],
  ["cron(0 */12 ? * * *)", 12],
  ["cron(0 5 1 * ? *)", 31 * 24],
  ["cron(0 5 L * ? *)", undefined],
  ["cron(0 5 ? * * 2027)", undefined],
  ["rate(1 day)", undefined],
];
for (const [schedule, hours] of AWS_SCHEDULES)
  test(`the longest time between two runs of ${schedule}`, (t) => {
    t.is(longestAwsIntervalMillis(schedule), hours === undefined ? undefined : hours * HOUR);
  });

const REFUSED: [string, string][] = [
  [
    "cron(0 5 ? * * é)",
    '"cron(0 5 ? * * é)" is not a schedule of AWS Backup; expected cron(minute hour day-of-month month day-of-week year), such as cron(0 5 ? * * *)',
  ],
  ["cron(0 5 ? * * 1969)", '"cron(0 5 ? * * 1969)" is not a schedule of AWS Backup: year must be 1970-2199'],
  ["cron(0 5 ? * * 2200)", '"cron(0 5 ? * * 2200)" is not a schedule of AWS Backup: year must be 1970-2199'],
  ["cron(0 5 ? * * 7)", '"cron(0 5 ? * * 7)" is not a schedule of AWS Backup: year must be 1970-2199'],
  [
    "cron(0 */5/ ? * * *)",
    '"cron(0 */5/ ? * * *)" is not a schedule of AWS Backup: hour "*/5/" is not a number, a range such as 1-5 or a step such as */5',
  ],
  [
    "cron(? 5 ? * * *)",
    '"cron(? 5 ? * * *)" is not a schedule of AWS Backup: minute "?" is not a number, a range such as 1-5, a step such as 1/10 or a list of them',
  ],
  [
    "cron(0 5, ? * * *)",
    '"cron(0 5, ? * * *)" is not a schedule of AWS Backup: hour "5," is not a number, a range such as 1-5, a step such as 1/10 or a list of them',
  ],
  [
    "cron(0 5 ? * 2/2 *)",
    '"cron(0 5 ? * 2/2 *)" is not a schedule of AWS Backup: day of week "2/2" is not a number, a range such as 1-5 or a list of them',
  ],
  [
    "0 5 * * *",
    '"0 5 * * *" is not a schedule of AWS Backup; expected cron(minute hour day-of-month month day-of-week year), such as cron(0 5 ? * * *)',
  ],
  [
    "cron(0 5 * * * *)",
    '"cron(0 5 * * * *)" must have "?" in exactly one of day of month and day of week, such as cron(0 5 ? * * *)',
  ],
  [
    "cron(0/30 * ? * * *)",
    '"cron(0/30 * ? * * *)" runs more than once an hour, which AWS Backup does not allow; use one minute, such as cron(0 * ? * * *)',
  ],
  ["cron(0 25 ? * * *)", '"cron(0 25 ? * * *)" is not a schedule of AWS Backup: hour must be 0-23'],
  [
    "cron(0 5 ? * 8 *)",
    '"cron(0 5 ? * 8 *)" is not a schedule of AWS Backup: day of week must be 1-7 or SUN-SAT (Sunday is 1)',
  ],
  [
    "cron(0 5 31 2 ? *)",
    '"cron(0 5 31 2 ? *)" never runs, or less than once a year; correct its days and months, such as cron(0 5 ? * * *)',
  ],
];
for (const [schedule, problem] of REFUSED)
  test(`AWS Backup does not accept ${schedule}`, (t) => {
    t.is(awsScheduleProblem(schedule), problem);
  });

test("a backup less than once a year is taken for a mistake, and days that only AWS has are not", (t) => {
  t.regex(awsScheduleProblem("cron(0 5 29 2 ? *)") ?? "", /never runs, or less than once a year/);
  for (const schedule of ["cron(0 5 1 1 ? *)", "cron(0 5 29 2 ? 2028)", "cron(0 5 31W 2 ? *)", "cron(0 5 ? 2 6L *)"])
    t.is(awsScheduleProblem(schedule), undefined, schedule);
  for (const year of [1970, 2199]) t.is(awsScheduleProblem(`cron(0 5 ? * * ${year})`), undefined);
});

test("a CronJob's next run, by its time zone; an interval is counted from the instant", (t) => {
  const next = (schedule: string, zone: string, after: string) => {
    const run = nextRun(schedule, zone, Date.parse(after));
    return run === undefined ? undefined : new Date(run).toISOString();
  };
  t.is(next("0 3 * * *", "Asia/Tokyo", "2026-11-24T18:00:00Z"), "2026-11-25T18:00:00.000Z");
  t.is(next("0 3 * * *", "Asia/Tokyo", "2026-11-24T17:59:59Z"), "2026-11-24T18:00:00.000Z");
  t.is(next("@every 90m", "Etc/UTC", "2026-11-24T05:00:00Z"), "2026-11-24T06:30:00.000Z");
  t.is(next("0 3 29 2 *", "Etc/UTC", "2024-02-29T03:00:00Z"), "2028-02-29T03:00:00.000Z");
  t.is(next("0 3 31 2 *", "Etc/UTC", "2025-03-01T00:00:00Z"), undefined);
  t.is(next("0 3 * *", "Etc/UTC", "2025-03-01T00:00:00Z"), undefined);
});

test("schedules that AWS Backup accepts are accepted, including those that cannot be computed here", (t) => {
  for (const schedule of ["cron(0 5 ? * * *)", "cron(0 * ? * * *)", "cron(0 5 L * ? *)", "cron(15 3 ? * 6#3 *)"])
    t.is(awsScheduleProblem(schedule), undefined, schedule);
});

const RUNS: [string, string, string, string | undefined][] = [
  ["cron(0 5 ? * * *)", "Etc/UTC", "2026-11-24T04:59:59Z", "2026-11-24T05:00:00Z"],
  ["cron(0 5 ? * * *)", "Etc/UTC", "2026-11-24T05:00:00Z", "2026-11-25T05:00:00Z"],
  ["cron(0 5 ? * * *)", "Asia/Tokyo", "2026-11-24T05:00:00Z", "2026-11-24T20:00:00Z"],
  ["cron(30 2 1 * ? *)", "America/New_York", "2026-11-24T05:00:00Z", "2026-12-01T07:30:00Z"],
  ["cron(0 5 ? * MON *)", "Europe/Berlin", "2027-03-26T12:00:00Z", "2027-03-29T03:00:00Z"],
  ["cron(0 5 L * ? *)", "Etc/UTC", "2026-11-24T05:00:00Z", undefined],
  // The clocks go forward at 07:00 UTC.
  ["cron(30 3 ? * * *)", "America/New_York", "2027-03-14T06:00:00Z", "2027-03-14T07:30:00Z"],
  ["cron(30 1 ? * * *)", "America/New_York", "2027-03-14T06:00:00Z", "2027-03-14T06:30:00Z"],
];
for (const [schedule, zone, after, next] of RUNS)
  test(`the first run of ${schedule} in ${zone} after ${after}`, (t) => {
    t.is(nextAwsRun(schedule, zone, Date.parse(after)), next === undefined ? undefined : Date.parse(next));
  });
