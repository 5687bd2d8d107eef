import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { type Cron, intervalsOf, parseCron } from "../../../../restore-points/rules/cron";

interface Row {
  spec: string;
  error?: string;
  next?: string[];
}

/** The results of robfig/cron v3.0.1, the library in Kubernetes, for 1,000 schedules; written by kubernetes/main.go. */
const rows = JSON.parse(readFileSync(join(__dirname, "kubernetes/schedules.json"), "utf8")) as Row[];
const FROM = Date.UTC(2027, 0, 1);
const DAY_MILLIS = 86_400_000;

/** The first runs after FROM within five years, the limit of robfig/cron. */
function runsAfter(cron: Cron, count: number): string[] {
  const text = (millis: number) => new Date(millis).toISOString().replace(".000Z", "Z");
  if ("everyMillis" in cron)
    return Array.from({ length: count }, (_, index) => text(FROM + (index + 1) * cron.everyMillis));
  const runs: number[] = [];
  for (let day = FROM; runs.length < count && day < (runs.at(-1) ?? FROM) + 5 * 365.25 * DAY_MILLIS; day += DAY_MILLIS)
    if (cron.runsOn(new Date(day)))
      runs.push(...cron.minutes.map((minute) => day + minute * 60_000).filter((run) => run > FROM));
  return runs.slice(0, count).map(text);
}

test("accepts the schedules that Kubernetes accepts, with the same runs", (t) => {
  t.is(rows.length, 1000);
  for (const { spec, error, next = [] } of rows) {
    const cron = parseCron(spec);
    t.is(
      "problem" in cron,
      error !== undefined,
      `${JSON.stringify(spec)}: ${error ?? "accepted"}, ${JSON.stringify(cron)}`,
    );
    if (!("problem" in cron)) t.deepEqual(runsAfter(cron, next.length || 4), next, JSON.stringify(spec));
  }
});

test("no two runs are further apart, or closer together, than the computed intervals", (t) => {
  for (const { spec, next = [] } of rows) {
    const cron = parseCron(spec);
    if ("problem" in cron) continue;
    const intervals = intervalsOf(cron);
    if (next.length < 2) continue;
    for (const [index, run] of next.slice(1).entries()) {
      const gap = Date.parse(run) - Date.parse(next[index] as string);
      t.true(gap >= (intervals?.shortest ?? 0) && gap <= (intervals?.longest ?? 0), `${spec}: ${gap}`);
    }
  }
});

const PROBLEMS: [string, string][] = [
  ["60 3 * * *", "minute must be 0-59"],
  ["0 24 * * *", "hour must be 0-23"],
  [
    "60 24 0 13 8",
    "minute must be 0-59; hour must be 0-23; day of month must be 1-31; month must be 1-12 or JAN-DEC; day of week must be 0-6 or SUN-SAT",
  ],
  ["0 3 * * 7", "day of week must be 0-6 or SUN-SAT (Sunday is 0)"],
  ["0 3 * * MONDAY", "day of week must be 0-6 or SUN-SAT; write MON"],
  ["0 3 L * *", "day of month must be 1-31 (Kubernetes does not know L, W and #)"],
  ["0 22-4 * * *", "hour 22-4 ends before it begins; write 4-22, or 22-23,0-4 for one that goes round"],
  ["*/0 * * * *", "minute step must be 1 or more, such as */5"],
  [
    "0 3 * *",
    "it has 4 fields; expected five fields (minute, hour, day of month, month, day of week), such as 0 3 * * *",
  ],
  ["@dayly", "@dayly is unknown; did you mean @daily?"],
  ["@daly", "@daly is unknown; did you mean @daily?"],
  ["@dailly", "@dailly is unknown; did you mean @daily?"],
  ["@dailys", "@dailys is unknown; did you mean @daily?"],
  ["@Daily ", "@Daily is unknown; did you mean @daily?"],
  [
    "@dxlyy",
    "@dxlyy is unknown; expected one of @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly, or @every with a duration, such as @every 12h",
  ],
  ["", "it is empty; expected five fields (minute, hour, day of month, month, day of week), such as 0 3 * * *"],
  ["3", "it has 1 field; expected five fields (minute, hour, day of month, month, day of week), such as 0 3 * * *"],
  [
    "0 0 3 * * *",
    "it has 6 fields; expected five fields (minute, hour, day of month, month, day of week), such as 0 3 * * * (Kubernetes has no field for seconds or years)",
  ],
  [
    "cron(0 5 ? * * *)",
    "it is a schedule in AWS's form; expected five fields (minute, hour, day of month, month, day of week), such as 0 3 * * *",
  ],
  ["0 3 * JUNE *", "month must be 1-12 or JAN-DEC; write JUN"],
  ["0 3 * * 1-7", "day of week must be 0-6 or SUN-SAT (Sunday is 0)"],
  ["*/9223372036854775808 * * * *", "minute step must be 1 or more, such as */5"],
  ["  ", "it is empty; expected five fields (minute, hour, day of month, month, day of week), such as 0 3 * * *"],
  [
    "@every 2562047h47m17s",
    "the duration of @every is too long; expected a duration with units, such as @every 12h or @every 1h30m",
  ],
  [
    "@every 9223372036854775808ns",
    "the duration of @every is too long; expected a duration with units, such as @every 12h or @every 1h30m",
  ],
  ["0 3 * MON *", "month must be 1-12 or JAN-DEC"],
  ["0 3 * * 5L", "day of week must be 0-6 or SUN-SAT (Kubernetes does not know L, W and #)"],
  [
    "@every 3000000h",
    "the duration of @every is too long; expected a duration with units, such as @every 12h or @every 1h30m",
  ],
  ["@every 60", 'the duration of @every is "60"; expected a duration with units, such as @every 12h or @every 1h30m'],
  ["TZ=Asia/Tokyo 0 3 * * *", "Kubernetes does not accept a time zone in the schedule; write it as timeZone"],
];
for (const [schedule, problem] of PROBLEMS)
  test(`says what is wrong with "${schedule}"`, (t) => {
    t.deepEqual(parseCron(schedule), { problem });
  });

test("durations have Go's units, and are cut to seconds", (t) => {
  const seconds: [string, number][] = [
    ["1000h", 3_600_000],
    ["1000m", 60_000],
    ["1000s", 1000],
    ["2000ms", 2],
    ["3000000us", 3],
    ["4000000µs", 4],
    ["5000000μs", 5],
    ["6000000000ns", 6],
    ["1999ms", 1],
    ["1h1m1s", 3661],
    ["2562047h47m16s", 9_223_372_036],
    // The one duration without a unit, which runs each second like all that are shorter.
    ["0", 1],
  ];
  for (const [duration, every] of seconds)
    t.deepEqual(parseCron(`@every ${duration}`), { everyMillis: every * 1000 }, duration);
});

test("what follows a star up to the step is not read, as in Kubernetes", (t) => {
  for (const minutes of ["*-1", "*-1-2", "?-x-y"]) {
    const cron = parseCron(`${minutes} * * * *`);
    t.deepEqual("problem" in cron ? cron : intervalsOf(cron), { shortest: 60_000, longest: 60_000 });
  }
});

const HOUR = 3_600_000;
const INTERVALS: [schedule: string, shortest: number, longest: number][] = [
  ["0 3 * * *", 24, 24],
  ["0 3,4,9 * * *", 1, 18],
  ["0 3,9 * * MON", 6, 162],
  ["0 0 1 * *", 28 * 24, 31 * 24],
  ["0 0 29 2 *", 1461 * 24, 1461 * 24],
  ["0 0 1 1 *", 365 * 24, 366 * 24],
  ["*/9223372036854775807 * * * *", 1, 1],
  ["@every 90m", 1.5, 1.5],
];
for (const [schedule, shortest, longest] of INTERVALS)
  test(`the shortest and longest time between two runs of "${schedule}"`, (t) => {
    const cron = parseCron(schedule);
    t.deepEqual("problem" in cron ? cron : intervalsOf(cron), { shortest: shortest * HOUR, longest: longest * HOUR });
  });

test("a schedule that never runs has no intervals", (t) => {
  for (const schedule of ["0 0 31 2 *", "0 , * * *"]) {
    const cron = parseCron(schedule);
    t.is("problem" in cron ? cron : intervalsOf(cron), undefined, schedule);
  }
});
