/**
 * Cron expressions of Amazon EventBridge, which AWS Backup takes [AWS Backup API Reference, BackupRule, ScheduleExpression].
 * Unless another source is named, a rule is from [Amazon EventBridge User Guide, Cron expressions reference].
 */

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** When an expression runs, by the wall clock of its time zone. */
export interface CronExpression {
  minutes: readonly number[];
  hours: readonly number[];
  months: ReadonlySet<number>;
  years: ReadonlySet<number>;
  /** Whether it runs on a date (UTC) of these months and years. */
  isDay(date: Date): boolean;
}

interface FieldRule {
  name: string;
  lowest: number;
  highest: number;
  /** What the values are called, from the lowest. */
  words?: readonly string[];
  /** Whether increments are allowed. */
  slash: boolean;
}

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

const MINUTES: FieldRule = { name: "Minutes", lowest: 0, highest: 59, slash: true };
const HOURS: FieldRule = { name: "Hours", lowest: 0, highest: 23, slash: true };
const DAY_OF_MONTH: FieldRule = { name: "Day-of-month", lowest: 1, highest: 31, slash: true };
const MONTH: FieldRule = { name: "Month", lowest: 1, highest: 12, words: MONTHS, slash: true };
// The table of wildcards has no slash for this field.
const DAY_OF_WEEK: FieldRule = { name: "Day-of-week", lowest: 1, highest: 7, words: WEEKDAYS, slash: false };
const YEAR: FieldRule = { name: "Year", lowest: 1970, highest: 2199, slash: true };

/** What is wrong with an expression. */
export class CronError extends Error {}

/** @throws {CronError} for an expression that EventBridge refuses. */
export function parseCron(expression: string): CronExpression {
  const fields = /^cron\((.*)\)$/.exec(expression)?.[1]?.trim().split(/\s+/) ?? [];
  const [minutes, hours, dayOfMonth, month, dayOfWeek, year, ...more] = fields;
  if (
    minutes === undefined ||
    hours === undefined ||
    dayOfMonth === undefined ||
    month === undefined ||
    dayOfWeek === undefined ||
    year === undefined ||
    more.length > 0
  )
    throw new CronError(`${expression} is not cron() with six fields`);
  // "If you specify a value or a * (asterisk) in one of the fields, you must use a ? (question mark) in the other."
  if ((dayOfMonth === "?") === (dayOfWeek === "?"))
    throw new CronError("exactly one of Day-of-month and Day-of-week must be ?");
  const isDay = dayOfWeek === "?" ? monthDays(dayOfMonth) : weekDays(dayOfWeek);
  return {
    minutes: ordered(valuesOf(minutes, MINUTES)),
    hours: ordered(valuesOf(hours, HOURS)),
    months: valuesOf(month, MONTH),
    years: valuesOf(year, YEAR),
    isDay,
  };
}

/**
 * @returns the first run after an instant, in epoch milliseconds; undefined when there is none. The documents leave open
 * what a change of the clocks does: here, a run in an hour that is left out comes an hour later.
 */
export function nextRun(cron: CronExpression, timeZone: string, after: number): number | undefined {
  const local = after + offsetAt(after, timeZone);
  for (const day of daysFrom(cron, Math.floor(local / DAY) * DAY)) {
    for (const hour of cron.hours) {
      for (const minute of cron.minutes) {
        const run = instantOf(day + (hour * 60 + minute) * MINUTE, timeZone);
        if (run > after) return run;
      }
    }
  }
  return undefined;
}

/** The days on which it runs, from one on, as midnights in UTC. */
function* daysFrom(cron: CronExpression, start: number): Generator<number> {
  const first = new Date(start);
  for (let year = first.getUTCFullYear(); year <= YEAR.highest; year++) {
    if (!cron.years.has(year)) continue;
    for (let month = 0; month < 12; month++) {
      if (!cron.months.has(month + 1)) continue;
      for (let date = 1; date <= lengthOf(year, month); date++) {
        const day = Date.UTC(year, month, date);
        if (day >= start && cron.isDay(new Date(day))) yield day;
      }
    }
  }
}

function valuesOf(text: string, rule: FieldRule): Set<number> {
  return new Set(text.split(",").flatMap((part) => partOf(part, rule)));
}

/** A value, a range, or increments of one of them: `*`, `5`, `MON-FRI`, `1/10`. */
function partOf(part: string, rule: FieldRule): number[] {
  const refuse = () => new CronError(`${part} is no value of the field ${rule.name}`);
  const match = /^(?:\*|(\w+)(?:-(\w+))?)(?:\/(\d+))?$/.exec(part);
  if (!match) throw refuse();
  const [, first, last, step] = match;
  if (step !== undefined && (!rule.slash || Number(step) === 0)) throw refuse();
  const from = first === undefined ? rule.lowest : numberOf(first, rule);
  const openEnd = first === undefined || step !== undefined;
  const to = last !== undefined ? numberOf(last, rule) : openEnd ? rule.highest : from;
  if (from === undefined || to === undefined || from > to) throw refuse();
  const values = [];
  for (let value = from; value <= to; value += Number(step ?? 1)) values.push(value);
  return values;
}

function numberOf(word: string, { lowest, highest, words = [] }: FieldRule): number | undefined {
  const index = words.indexOf(word.toUpperCase());
  const value = index >= 0 ? lowest + index : /^\d+$/.test(word) ? Number(word) : Number.NaN;
  return value >= lowest && value <= highest ? value : undefined;
}

function monthDays(text: string): CronExpression["isDay"] {
  // "specifies the last day of the month"
  if (text === "L") return (date) => date.getUTCDate() === lastOf(date);
  const nearest = /^(\d+)W$/.exec(text)?.[1];
  if (nearest !== undefined) {
    const target = numberOf(nearest, DAY_OF_MONTH);
    if (target === undefined) throw new CronError(`${text} is no value of the field ${DAY_OF_MONTH.name}`);
    return (date) => date.getUTCDate() === nearestWeekday(date, target);
  }
  const days = valuesOf(text, DAY_OF_MONTH);
  return (date) => days.has(date.getUTCDate());
}

/** The weekday closest to a day of the date's month, in that month; undefined in a month without that day. */
function nearestWeekday(date: Date, target: number): number | undefined {
  const last = lastOf(date);
  if (target > last) return undefined;
  const weekday = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), target)).getUTCDay();
  if (weekday === 6) return target === 1 ? 3 : target - 1;
  if (weekday === 0) return target === last ? target - 2 : target + 1;
  return target;
}

function weekDays(text: string): CronExpression["isDay"] {
  // "specifies the last day of the [...] week"
  if (text === "L") return (date) => weekdayOf(date) === DAY_OF_WEEK.highest;
  const [, day, wildcard, instance] = /^(\w+?)(?:(L)|#(\d+))$/.exec(text) ?? [];
  if (day === undefined) {
    const days = valuesOf(text, DAY_OF_WEEK);
    return (date) => days.has(weekdayOf(date));
  }
  const weekday = numberOf(day, DAY_OF_WEEK);
  const week = wildcard === "L" ? undefined : Number(instance);
  if (weekday === undefined || (week !== undefined && (week < 1 || week > 5)))
    throw new CronError(`${text} is no value of the field ${DAY_OF_WEEK.name}`);
  // "3#2 would be the second Tuesday of the month"; 6L is the last Friday [Quartz, CronExpression].
  return (date) =>
    weekdayOf(date) === weekday &&
    (week === undefined ? date.getUTCDate() + 7 > lastOf(date) : Math.ceil(date.getUTCDate() / 7) === week);
}

/** Sunday is 1. */
function weekdayOf(date: Date): number {
  return date.getUTCDay() + 1;
}

function lastOf(date: Date): number {
  return lengthOf(date.getUTCFullYear(), date.getUTCMonth());
}

function lengthOf(year: number, month: number): number {
  return new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
}

function ordered(values: Set<number>): number[] {
  return [...values].sort((a, b) => a - b);
}

/** The instant at which a time zone's clock shows a time; the time is given as if it were UTC. */
function instantOf(wall: number, timeZone: string): number {
  const near = wall - offsetAt(wall, timeZone);
  return wall - offsetAt(near, timeZone);
}

/** Cached: a format takes far longer to construct than to use. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** How far a time zone's wall clock is ahead of UTC at an instant. */
function offsetAt(instant: number, timeZone: string): number {
  if (timeZone === "Etc/UTC") return 0;
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" });
    formats.set(timeZone, format);
  }
  const name = format.formatToParts(instant).find(({ type }) => type === "timeZoneName")?.value ?? "";
  const [, sign, hours, minutes, seconds] = /^GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(name) ?? [];
  const millis = ((Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60 + Number(seconds ?? 0)) * 1000;
  return sign === "-" ? -millis : millis;
}
