import {
  FIELDS,
  type FieldRule,
  intervalsOf,
  LOOKED_AT_DAYS,
  parseCron,
  readField,
  readFields,
  type Times,
  timesOf,
} from "./cron";

/**
 * Schedules in Kubernetes' and AWS Backup's form: when they run, and the intervals between runs. Intervals ignore time
 * zones and daylight saving, which move a run by an hour at most.
 */

const MINUTE_MILLIS = 60_000;
const DAY_MILLIS = 24 * 60 * MINUTE_MILLIS;
const YEAR_MILLIS = 366 * DAY_MILLIS;

/** The longest time between two runs of a CronJob's schedule, in milliseconds. Undefined for one that Kubernetes refuses, or that never runs. */
export function longestIntervalMillis(schedule: string): number | undefined {
  const cron = parseCron(schedule);
  return "problem" in cron ? undefined : intervalsOf(cron)?.longest;
}

/** The same for a schedule of AWS Backup, such as `cron(0 5 ? * MON *)`. */
export function longestAwsIntervalMillis(schedule: string): number | undefined {
  const times = readTimes(schedule);
  return times && intervalsOf(times)?.longest;
}

/** Why AWS Backup would refuse a schedule, with what it accepts; undefined when it accepts it. */
export function awsScheduleProblem(schedule: string): string | undefined {
  const problem = (problem: string) => `${JSON.stringify(schedule)} ${problem}`;
  const words = cronFields(schedule);
  if (words === undefined || !words.every((word) => /^[\w*?,/#-]+$/.test(word)))
    return problem(
      "is not a schedule of AWS Backup; expected cron(minute hour day-of-month month day-of-week year), such as cron(0 5 ? * * *)",
    );
  if ((words[2] === "?") === (words[4] === "?"))
    return problem('must have "?" in exactly one of day of month and day of week, such as cron(0 5 ? * * *)');
  const written = writtenFields(schedule) ?? [];
  const problems = words.flatMap((word, index) => awsFieldProblem(word, index, written[index] ?? word) ?? []);
  if (problems.length > 0) return problem(`is not a schedule of AWS Backup: ${problems.join("; ")}`);
  const minutes = readField(words[0] ?? "", FIELDS[0]);
  if (!("problem" in minutes) && minutes.values.size > 1)
    return problem(
      "runs more than once an hour, which AWS Backup does not allow; use one minute, such as cron(0 * ? * * *)",
    );
  if (isAwsOnly(words)) return undefined;
  // AWS documents no longest interval; but a plan that backs up less than once a year is a mistake.
  if ((longestAwsIntervalMillis(schedule) ?? Number.POSITIVE_INFINITY) > YEAR_MILLIS)
    return problem("never runs, or less than once a year; correct its days and months, such as cron(0 5 ? * * *)");
  return undefined;
}

const AWS_WEEKDAYS = "day of week must be 1-7 or SUN-SAT (Sunday is 1)";
const AWS_YEARS: FieldRule = { label: "year", lowest: 1970, highest: 2199, names: [], allowed: "1970-2199" };
/** The days that Kubernetes cannot express: the last one, the weekday nearest to a date, the last Friday, the second Tuesday. */
const AWS_DAYS: Partial<Record<number, RegExp>> = {
  2: /^(L|([1-9]|[12]\d|3[01])W)$/,
  4: /^(L|([0-6]|sun|mon|tue|wed|thu|fri|sat)(L|#[1-5]))$/i,
};

/** What is wrong with one of the six fields; days of the week are counted from 0, but for those in the schedule as written. */
function awsFieldProblem(word: string, index: number, written: string): string | undefined {
  if (((index === 2 || index === 4) && word === "?") || AWS_DAYS[index]?.test(word)) return undefined;
  const rule = FIELDS[index] ?? AWS_YEARS;
  const field = readField(word, rule);
  if ("problem" in field) return index === 4 ? AWS_WEEKDAYS : field.problem;
  // Kubernetes accepts more than AWS: empty parts of a list, "?" for "*", a range or a step that begins with "*", and steps of weekdays.
  const steps = index === 4 ? "" : "(/\\d+)?";
  const part = new RegExp(`^(\\*|\\w+(-\\w+)?)${steps}$`);
  if (word.split(",").every((each) => part.test(each))) return undefined;
  const expected = ["a number", "a range such as 1-5", ...(steps ? ["a step such as 1/10"] : [])].join(", ");
  return `${rule.label} "${written}" is not ${expected} or a list of them`;
}

/** Whether it has a day or a year that schedules of Kubernetes do not have. */
function isAwsOnly(words: string[]): boolean {
  return words[5] !== "*" || [2, 4].some((index) => AWS_DAYS[index]?.test(words[index] ?? ""));
}

/** The six fields as they are written. */
function writtenFields(schedule: string): string[] | undefined {
  const words = /^cron\((.*)\)$/.exec(schedule.trim())?.[1]?.trim().split(/\s+/);
  return words?.length === 6 ? words : undefined;
}

/** The six fields, with days of the week from 0 for Sunday, as in Kubernetes. */
function cronFields(schedule: string): string[] | undefined {
  // AWS counts days of the week from 1; a step stays unchanged.
  const fromZero = (weekdays: string) =>
    weekdays.replace(/([/#]?)(\d+)/g, (text, sign: string, day: string) => (sign ? text : `${Number(day) - 1}`));
  return writtenFields(schedule)?.map((word, index) => (index === 4 ? fromZero(word) : word));
}

/**
 * The first run of a schedule of AWS Backup after an instant, in milliseconds since the epoch; undefined for a schedule
 * that cannot be read. An hour that a change of the clocks leaves out or repeats moves such a run by that hour.
 */
export function nextAwsRun(schedule: string, timeZone: string, after: number): number | undefined {
  const times = readTimes(schedule);
  return times && nextTime(times, timeZone, after);
}

/** The same for a CronJob's schedule, such as `0 3 * * *`. */
export function nextRun(schedule: string, timeZone: string, after: number): number | undefined {
  const cron = parseCron(schedule);
  if ("problem" in cron) return undefined;
  // Kubernetes counts such an interval from the CronJob's last run, which the schedule does not say.
  return "everyMillis" in cron ? after + cron.everyMillis : nextTime(cron, timeZone, after);
}

function nextTime(times: Times, timeZone: string, after: number): number | undefined {
  const offset = (instant: number) => localMillis(instant, timeZone) - instant;
  const local = localMillis(after, timeZone);
  const today = Math.floor(local / DAY_MILLIS) * DAY_MILLIS;
  for (let day = today; day < today + LOOKED_AT_DAYS * DAY_MILLIS; day += DAY_MILLIS) {
    if (!times.runsOn(new Date(day))) continue;
    for (const minute of times.minutes) {
      const wall = day + minute * MINUTE_MILLIS;
      const run = wall - offset(wall - offset(wall));
      if (run > after) return run;
    }
  }
  return undefined;
}

/** Cached: constructing one costs 20 times as much as using it. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** The local time in a time zone at an instant, as if it were UTC. */
function localMillis(instant: number, timeZone: string): number {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("en-GB", { timeZone, dateStyle: "short", timeStyle: "medium" });
    formats.set(timeZone, format);
  }
  const parts = format.formatToParts(instant);
  const part = (type: string) => Number(parts.find((each) => each.type === type)?.value);
  return Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
}

/** When a schedule of AWS Backup runs, by the five fields that it shares with Kubernetes; undefined for one of certain years. */
function readTimes(schedule: string): Times | undefined {
  const words = cronFields(schedule);
  if (words?.[5] !== "*") return undefined;
  const { fields, problems } = readFields(words);
  return problems.length > 0 ? undefined : timesOf(fields);
}
