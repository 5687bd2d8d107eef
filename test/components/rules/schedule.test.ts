import test from "ava";
import { longestAwsIntervalMillis, longestIntervalMillis } from "../../../components/rules/schedule";

const HOUR = 3_600_000;

const SCHEDULES: [string, number | undefined][] = [
  ["0 3 * * *", 24],
  ["*/15 * * * *", 0.25],
  ["7 * * * *", 1],
  ["5/20 2,14 * * *", 11 + 20 / 60],
  ["0 0 * * MON-FRI", 72],
  ["0 0 * * 0,3", 96],
  ["0 0 * * 7", 168],
  ["0 0 1 * *", 31 * 24],
  ["0 0 1 */3 *", 92 * 24],
  // Either of two restricted day fields is enough: every Monday, and the first.
  ["0 0 1 * 1", 168],
  // With "*" in one of them, both have to hold.
  ["0 0 * * 1", 168],
  ["@daily", 24],
  ["@weekly", 168],
  ["@yearly", 366 * 24],
  ["@every 1h30m", 1.5],
  ["0 0 29 2 *", undefined],
  ["0 0 31 2 *", undefined],
  ["0 24 * * *", undefined],
  ["60 * * * *", undefined],
  ["0 5-3 * * *", undefined],
  ["*/0 * * * *", undefined],
  ["0 3 * *", undefined],
  ["0 3 * * * *", undefined],
  ["@often", undefined],
  ["@every 0s", undefined],
  ["", undefined],
];
for (const [schedule, hours] of SCHEDULES)
  test(`the longest time between two runs of "${schedule}"`, (t) => {
    t.is(longestIntervalMillis(schedule), hours === undefined ? undefined : hours * HOUR);
  });

const AWS_SCHEDULES: [string, number | undefined][] = [
  ["cron(0 5 ? * * *)", 24],
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
