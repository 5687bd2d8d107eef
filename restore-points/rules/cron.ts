import { nearestWord } from "./nearest-word";

/**
 * CronJob schedules, by the rules of the library that Kubernetes uses: robfig/cron v3, ParseStandard. The npm packages
 * for cron accept more (7 for Sunday, L, W, seconds), so Kubernetes would still refuse some CronJobs.
 */

const MINUTE_MILLIS = 60_000;
const DAY_MILLIS = 24 * 60 * MINUTE_MILLIS;
/** Eight years contain every possible interval between two runs: February 29 comes every four years. */
export const LOOKED_AT_DAYS = 8 * 365 + 2;
const LOOKED_AT_FROM = Date.UTC(2027, 0, 1);

/** A schedule's times of day, and its days. */
export interface Times {
  /** Minutes since midnight, in order. */
  minutes: number[];
  /** Whether it runs on a date (UTC). */
  runsOn(date: Date): boolean;
}

export type Cron = Times | { everyMillis: number };

/** One of the five fields, with its name in messages. */
export interface FieldRule {
  label: string;
  lowest: number;
  highest: number;
  names: readonly string[];
  allowed: string;
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
export const FIELDS = [
  { label: "minute", lowest: 0, highest: 59, names: [], allowed: "0-59" },
  { label: "hour", lowest: 0, highest: 23, names: [], allowed: "0-23" },
  { label: "day of month", lowest: 1, highest: 31, names: [], allowed: "1-31" },
  { label: "month", lowest: 1, highest: 12, names: MONTHS, allowed: "1-12 or JAN-DEC" },
  { label: "day of week", lowest: 0, highest: 6, names: WEEKDAYS, allowed: "0-6 or SUN-SAT" },
] as const satisfies readonly FieldRule[];

const NICKNAMES: Record<string, string> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};

/** Reads a CronJob's schedule; if Kubernetes would refuse it, returns what is wrong and what is expected. */
export function parseCron(schedule: string): Cron | { problem: string } {
  if (schedule.trim() === "") return { problem: `it is empty; ${EXPECTED}` };
  if (/^(CRON_)?TZ=/.test(schedule))
    return { problem: "Kubernetes does not accept a time zone in the schedule; write it as timeZone" };
  if (schedule.startsWith("@every ")) return parseEvery(schedule.slice("@every ".length));
  if (schedule.startsWith("@")) {
    const five = NICKNAMES[schedule];
    return five === undefined ? { problem: nicknameProblem(schedule) } : parseCron(five);
  }
  if (/^(cron|rate)\(/.test(schedule)) return { problem: `it is a schedule in AWS's form; ${EXPECTED}` };
  const words = schedule.trim().split(/\s+/);
  if (words.length !== FIELDS.length)
    return {
      problem: `it has ${words.length} ${words.length === 1 ? "field" : "fields"}; ${EXPECTED}${words.length === 6 ? " (Kubernetes has no field for seconds or years)" : ""}`,
    };
  const { fields, problems } = readFields(words);
  return problems.length > 0 ? { problem: problems.join("; ") } : timesOf(fields);
}

const EXPECTED = "expected five fields (minute, hour, day of month, month, day of week), such as 0 3 * * *";

function nicknameProblem(schedule: string): string {
  const known = Object.keys(NICKNAMES);
  const near = nearestWord(schedule, known);
  return `${schedule.trim()} is unknown; ${near ? `did you mean ${near}?` : `expected one of ${known.join(", ")}, or @every with a duration, such as @every 12h`}`;
}

/** Go's units of a duration, in milliseconds. */
const UNITS: Partial<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ns: 1e-6,
};
/** Go holds durations in nanoseconds, in 63 bits. */
const LONGEST_DURATION_MILLIS = 2 ** 63 / 1e6;

function parseEvery(duration: string): Cron | { problem: string } {
  const expected = "expected a duration with units, such as @every 12h or @every 1h30m";
  const negative = duration.startsWith("-");
  const rest = duration.replace(/^[+-]/, "");
  const parts = [...rest.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)];
  const millis = parts.reduce((sum, [, number, unit = ""]) => sum + Number(number) * (UNITS[unit] ?? Number.NaN), 0);
  const read = parts.map(([part]) => part).join("");
  if ((read !== rest || rest === "") && rest !== "0")
    return { problem: `the duration of @every is "${duration}"; ${expected}` };
  if (millis >= LONGEST_DURATION_MILLIS) return { problem: `the duration of @every is too long; ${expected}` };
  // Durations below one second, also negative ones, run each second; fractions of seconds are dropped.
  return { everyMillis: negative ? 1000 : Math.max(1, Math.floor(millis / 1000)) * 1000 };
}

/** The values of a field. */
export interface Field {
  values: Set<number>;
  /** Whether the field restricts nothing: then only the other one of the two day fields counts. */
  any: boolean;
}

/** Reads the five fields, in their order; problems belong to fields that cannot be read. */
export function readFields(words: readonly string[]): { fields: Field[]; problems: string[] } {
  const fields: Field[] = [];
  const problems: string[] = [];
  for (const [index, rule] of FIELDS.entries()) {
    const field = readField(words[index] ?? "", rule);
    if ("problem" in field) problems.push(field.problem);
    else fields.push(field);
  }
  return { fields, problems };
}

/** Reads one of the five fields. */
export function readField(text: string, rule: FieldRule): Field | { problem: string } {
  const field: Field = { values: new Set(), any: false };
  // Empty parts are skipped; a field with only empty parts never matches.
  for (const part of text.split(",").filter((each) => each !== "")) {
    const read = readPart(part, rule);
    if ("problem" in read) return read;
    for (let value = read.from; value <= read.to; value += read.by) field.values.add(value);
    if (read.any) field.any = true;
  }
  return field;
}

function readPart(
  part: string,
  rule: FieldRule,
): { from: number; to: number; by: number; any: boolean } | { problem: string } {
  const { label, lowest, highest, allowed } = rule;
  const [range = "", step, ...moreSteps] = part.split("/");
  const [first = "", last, ...moreRanges] = range.split("-");
  const every = first === "*" || first === "?";
  if (moreSteps.length > 0 || (!every && moreRanges.length > 0))
    return { problem: `${label} "${part}" is not a number, a range such as 1-5 or a step such as */5` };
  const from = every ? lowest : numberOf(first, rule);
  const end = every ? highest : last === undefined ? from : numberOf(last, rule);
  const outside = (word: string) => ({ problem: `${label} must be ${allowed}${hint(word, rule)}` });
  if (!isWithin(from, rule)) return outside(first);
  if (!isWithin(end, rule)) return outside(last ?? first);
  if (from > end)
    return {
      problem: `${label} ${range} ends before it begins; write ${last}-${first}, or ${first}-${highest},${lowest}-${last} for one that goes round`,
    };
  const by = step === undefined ? 1 : integer(step);
  if (by === undefined || by < 1) return { problem: `${label} step must be 1 or more, such as */5` };
  // "5/15" runs from 5 to the end.
  const to = step !== undefined && last === undefined ? highest : end;
  return { from, to, by, any: every && by === 1 };
}

function isWithin(number: number | undefined, { lowest, highest }: FieldRule): number is number {
  return number !== undefined && number >= lowest && number <= highest;
}

function numberOf(word: string, { lowest, names }: FieldRule): number | undefined {
  const name = names.indexOf(word.toLowerCase());
  return name >= 0 ? name + lowest : integer(word);
}

/** Whole numbers that fit into 63 bits, as in Go. */
function integer(word: string): number | undefined {
  return /^\+?\d+$/.test(word) && BigInt(word.replace("+", "")) < 2n ** 63n ? Number(word) : undefined;
}

/** A hint for a word that is not a number. */
function hint(word: string, { label, names }: FieldRule): string {
  if (label === "day of week" && word === "7") return " (Sunday is 0)";
  const name = names.find((each) => word.toLowerCase().startsWith(each));
  if (name !== undefined) return `; write ${name.toUpperCase()}`;
  if (/^\d*[lw#]|^[lw]/i.test(word)) return " (Kubernetes does not know L, W and #)";
  return "";
}

/** When a schedule of these five fields runs. */
export function timesOf([minutes, hours, days, months, weekdays]: Field[]): Times {
  if (!minutes || !hours || !days || !months || !weekdays) throw new Error("a schedule has five fields");
  const inDay = [...hours.values].flatMap((hour) => [...minutes.values].map((minute) => hour * 60 + minute));
  return {
    minutes: inDay.sort((a, b) => a - b),
    runsOn(date) {
      if (!months.values.has(date.getUTCMonth() + 1)) return false;
      const monthDay = days.values.has(date.getUTCDate());
      const weekDay = weekdays.values.has(date.getUTCDay());
      // Both day fields restrict: cron runs if either of them matches.
      return days.any || weekdays.any ? monthDay && weekDay : monthDay || weekDay;
    },
  };
}

/** The shortest and the longest time between two runs, in milliseconds. */
export interface Intervals {
  shortest: number;
  longest: number;
}

/** The intervals between runs, ignoring time zones and daylight saving; undefined for a schedule that never runs. */
export function intervalsOf(cron: Cron): Intervals | undefined {
  if ("everyMillis" in cron) return { shortest: cron.everyMillis, longest: cron.everyMillis };
  const { minutes, runsOn } = cron;
  const [first, last] = [minutes[0], minutes.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const gaps = minutes.map((minute, index) => (minute - (minutes[index - 1] ?? minute)) * MINUTE_MILLIS).slice(1);
  let [shortest, longest] = [Math.min(...gaps), Math.max(0, ...gaps)];
  let previous: number | undefined;
  for (let day = 0; day < LOOKED_AT_DAYS; day++) {
    if (!runsOn(new Date(LOOKED_AT_FROM + day * DAY_MILLIS))) continue;
    if (previous !== undefined) {
      const gap = (day - previous) * DAY_MILLIS - (last - first) * MINUTE_MILLIS;
      shortest = Math.min(shortest, gap);
      longest = Math.max(longest, gap);
    }
    previous = day;
  }
  return previous === undefined ? undefined : { shortest, longest };
}
