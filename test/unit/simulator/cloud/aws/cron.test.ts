import test from "ava";
import { nextRun, parseCron } from "../../../../../simulator/cloud/aws/cron";

const RUNS: [expression: string, timeZone: string, after: string, next: string | undefined][] = [
  ["cron(0 5 ? * * *)", "Etc/UTC", "2026-11-24T05:00:00Z", "2026-11-25T05:00:00Z"],
  ["cron(0 5 ? * * *)", "Asia/Tokyo", "2026-11-24T00:00:00Z", "2026-11-24T20:00:00Z"],
  ["cron(0 5 L * ? *)", "Etc/UTC", "2026-11-24T00:00:00Z", "2026-11-30T05:00:00Z"],
  // November 1 is a Sunday, and January 31 of 2027, too.
  ["cron(0 5 1W * ? *)", "Etc/UTC", "2026-10-15T00:00:00Z", "2026-11-02T05:00:00Z"],
  ["cron(0 5 31W * ? *)", "Etc/UTC", "2027-01-02T00:00:00Z", "2027-01-29T05:00:00Z"],
  ["cron(0 5 ? * 3#2 *)", "Etc/UTC", "2026-11-01T00:00:00Z", "2026-11-10T05:00:00Z"],
  ["cron(0 5 ? * FRIL *)", "Etc/UTC", "2026-11-01T00:00:00Z", "2026-11-27T05:00:00Z"],
  ["cron(0 5 ? * L *)", "Etc/UTC", "2026-11-24T00:00:00Z", "2026-11-28T05:00:00Z"],
  ["cron(0 5 29 2 ? *)", "Etc/UTC", "2026-11-24T00:00:00Z", "2028-02-29T05:00:00Z"],
  ["cron(0 5 1 1 ? 2030/2)", "Etc/UTC", "2026-11-24T00:00:00Z", "2030-01-01T05:00:00Z"],
  ["cron(0 5 1 1 ? 2020)", "Etc/UTC", "2026-11-24T00:00:00Z", undefined],
  ["cron(0 5 30 2 ? *)", "Etc/UTC", "2026-11-24T00:00:00Z", undefined],
];
for (const [expression, timeZone, after, next] of RUNS)
  test(`after ${after}, ${expression} runs ${next ? `at ${next}` : "never"} (${timeZone})`, (t) => {
    const run = nextRun(parseCron(expression), timeZone, Date.parse(after));
    t.is(run, next === undefined ? undefined : Date.parse(next));
  });

const REFUSED = [
  "0 5 * * ? *",
  "cron(0 5 * * ?)",
  "cron(0 5 * * * *)",
  "cron(0 5 ? * ? *)",
  "cron(60 5 ? * * *)",
  "cron(0 24 ? * * *)",
  "cron(0 5 0 * ? *)",
  "cron(0 5 ? 13 * *)",
  "cron(0 5 ? * 0 *)",
  "cron(0 5 ? * MON/2 *)",
  "cron(0 5 ? * 3#1,6#3 *)",
  "cron(0 5 ? * 3#6 *)",
  "cron(0 5 ? * * 1969)",
  "cron(0 20-4 ? * * *)",
  "cron(0/0 5 ? * * *)",
];
for (const expression of REFUSED)
  test(`refuses ${expression}`, (t) => {
    t.throws(() => parseCron(expression));
  });
