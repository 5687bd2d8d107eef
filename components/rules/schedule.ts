/**
 * Schedules as Kubernetes and AWS Backup write them: when they run, and how long nothing happens between two runs. Intervals
 * leave out time zones and daylight saving, which move a run by an hour at most.
 */

const NICKNAMES: Record<string, string> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const MINUTE_MILLIS = 60_000;
const DAY_MINUTES = 24 * 60;
const DAY_MILLIS = DAY_MINUTES * MINUTE_MILLIS;
/** Three years and a leap day hold every distance between two runs of a schedule that runs at least once a year. */
const LOOKED_AT = { from: Date.UTC(2027, 0, 1), days: 3 * 365 + 1 };

interface Field {
  values: Set<number>;
  /** Whether the field restricts nothing: then the other of the two day fields decides alone. */
  any: boolean;
}

/**
 * The longest time between two runs of a CronJob's schedule, in milliseconds.
 * Undefined for a schedule that cannot be read, or that runs less than once a year.
 */
export function longestIntervalMillis(schedule: string): number | undefined {
  const every = /^@every (?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(schedule.trim());
  if (every) {
    const [hours, minutes, seconds] = every.slice(1).map((part) => Number(part ?? 0)) as [number, number, number];
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 || undefined;
  }
  const words = (NICKNAMES[schedule.trim()] ?? schedule).trim().split(/\s+/);
  return words.length === 5 ? longestGap(words) : undefined;
}

/** The same for a schedule of AWS Backup, such as `cron(0 5 ? * MON *)`. */
export function longestAwsIntervalMillis(schedule: string): number | undefined {
  const words = awsWords(schedule);
  return words?.[5] === "*" ? longestGap(words.slice(0, 5)) : undefined;
}

/** Why AWS Backup would refuse a schedule, with what it takes; undefined when it takes it. */
export function awsScheduleFault(schedule: string): string | undefined {
  const fault = (problem: string) => `${JSON.stringify(schedule)} ${problem}`;
  const words = awsWords(schedule);
  if (words === undefined || !words.every((word) => /^[\w*?,/#-]+$/.test(word)))
    return fault(
      "is not a schedule of AWS Backup; allowed is cron(minute hour day-of-month month day-of-week year), such as cron(0 5 ? * * *)",
    );
  if ((words[2] === "?") === (words[4] === "?"))
    return fault('must have "?" in exactly one of day of month and day of week, such as cron(0 5 ? * * *)');
  if (!/^\d+$/.test(words[0] as string))
    return fault("runs more than once an hour, which AWS Backup does not; give one minute, such as cron(0 * ? * * *)");
  const readable = !/[lw#]/i.test(`${words[2]}${words[4]}`.replace(/[a-z]{3}/gi, "")) && words[5] === "*";
  if (readable && longestAwsIntervalMillis(schedule) === undefined)
    return fault("never runs, or less than once a year; correct its numbers, such as cron(0 5 ? * * *)");
  return undefined;
}

/** The six fields, with days of the week from 0 for Sunday, as Kubernetes has them. */
function awsWords(schedule: string): string[] | undefined {
  const words = /^cron\((.*)\)$/.exec(schedule.trim())?.[1]?.trim().split(/\s+/);
  if (words?.length !== 6) return undefined;
  // AWS counts them from 1; a step stays what it is.
  const weekdays = (words[4] as string).replace(/(\/?)(\d+)/g, (text, slash: string, day: string) =>
    slash ? text : `${Number(day) - 1}`,
  );
  return [...words.slice(0, 4), weekdays, words[5] as string];
}

/**
 * The first run of a schedule of AWS Backup after an instant, in milliseconds since the epoch; undefined for a schedule
 * that cannot be read. An hour that a change of the clocks leaves out or repeats moves such a run by that hour.
 */
export function nextAwsRun(schedule: string, timeZone: string, after: number): number | undefined {
  const words = awsWords(schedule);
  const times = words?.[5] === "*" ? readTimes(words.slice(0, 5)) : undefined;
  if (times === undefined) return undefined;
  const offset = (instant: number) => localMillis(instant, timeZone) - instant;
  const local = localMillis(after, timeZone);
  const today = Math.floor(local / DAY_MILLIS) * DAY_MILLIS;
  for (let day = today; day < today + LOOKED_AT.days * DAY_MILLIS; day += DAY_MILLIS) {
    if (!times.runsOn(new Date(day))) continue;
    for (const minute of times.minutes) {
      const wall = day + minute * MINUTE_MILLIS;
      const run = wall - offset(wall - offset(wall));
      if (run > after) return run;
    }
  }
  return undefined;
}

/** To make one takes twenty times as long as to use it. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** The wall clock of a time zone at an instant, as if it were UTC. */
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

/** When in a day, and on which days. */
interface Times {
  minutes: number[];
  /** Of a date in UTC. */
  runsOn(date: Date): boolean;
}

function readTimes(words: string[]): Times | undefined {
  const [minutes, hours, days, months, weekdays] = [
    readField(words[0] as string, 0, 59),
    readField(words[1] as string, 0, 23),
    readField(words[2] as string, 1, 31),
    readField(words[3] as string, 1, 12, MONTHS, 1),
    readField(words[4] as string, 0, 7, WEEKDAYS, 0),
  ];
  if (!minutes || !hours || !days || !months || !weekdays) return undefined;
  if (weekdays.values.has(7)) weekdays.values.add(0);
  const inDay = [...hours.values].flatMap((hour) => [...minutes.values].map((minute) => hour * 60 + minute));
  return {
    minutes: inDay.sort((a, b) => a - b),
    runsOn(date) {
      if (!months.values.has(date.getUTCMonth() + 1)) return false;
      const monthDay = days.values.has(date.getUTCDate());
      const weekDay = weekdays.values.has(date.getUTCDay());
      // Both day fields restricted: either of them is enough, as cron has it.
      return days.any || weekdays.any ? monthDay && weekDay : monthDay || weekDay;
    },
  };
}

function longestGap(words: string[]): number | undefined {
  const times = readTimes(words);
  if (times === undefined) return undefined;
  let longest = 0;
  let previous: number | undefined;
  for (let day = 0; day < LOOKED_AT.days; day++) {
    if (!times.runsOn(new Date(LOOKED_AT.from + day * DAY_MILLIS))) continue;
    for (const minute of times.minutes) {
      const at = day * DAY_MINUTES + minute;
      if (previous !== undefined) longest = Math.max(longest, at - previous);
      previous = at;
    }
  }
  return longest === 0 ? undefined : longest * MINUTE_MILLIS;
}

function readField(
  text: string,
  lowest: number,
  highest: number,
  names: string[] = [],
  nameBase = 0,
): Field | undefined {
  const field: Field = { values: new Set(), any: false };
  for (const part of text.toLowerCase().split(",")) {
    const match = /^(\*|\?|[a-z0-9]+)(?:-([a-z0-9]+))?(?:\/(\d+))?$/.exec(part);
    if (!match) return undefined;
    const [, first, last, step] = match as unknown as [string, string, string | undefined, string | undefined];
    const every = first === "*" || first === "?";
    const number = (word: string) => (names.includes(word) ? names.indexOf(word) + nameBase : Number(word));
    const from = every ? lowest : number(first);
    // "5/15" runs from 5 to the end.
    const to = last !== undefined ? number(last) : every || step !== undefined ? highest : from;
    const by = Number(step ?? 1);
    if (!(from >= lowest && to <= highest && from <= to && by >= 1)) return undefined;
    for (let value = from; value <= to; value += by) field.values.add(value);
    if (every && by === 1) field.any = true;
  }
  return field;
}
