/**
 * Schedules as Kubernetes and AWS Backup write them, as far as a rule has to know how long nothing happens between two runs.
 * Time zones and daylight saving are left out: they move a run by an hour at most.
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
  const words = /^cron\((.*)\)$/.exec(schedule.trim())?.[1]?.trim().split(/\s+/);
  if (words?.length !== 6 || words[5] !== "*") return undefined;
  // AWS counts the days of the week from 1 for Sunday, Kubernetes from 0; a step stays what it is.
  const weekdays = (words[4] as string).replace(/(\/?)(\d+)/g, (text, slash: string, day: string) =>
    slash ? text : `${Number(day) - 1}`,
  );
  return longestGap([...words.slice(0, 4), weekdays]);
}

function longestGap(words: string[]): number | undefined {
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
  inDay.sort((a, b) => a - b);
  let longest = 0;
  let previous: number | undefined;
  for (let day = 0; day < LOOKED_AT.days; day++) {
    const date = new Date(LOOKED_AT.from + day * DAY_MINUTES * MINUTE_MILLIS);
    if (!months.values.has(date.getUTCMonth() + 1)) continue;
    const monthDay = days.values.has(date.getUTCDate());
    const weekDay = weekdays.values.has(date.getUTCDay());
    // Both day fields restricted: either of them is enough, as cron has it.
    if (days.any || weekdays.any ? !(monthDay && weekDay) : !(monthDay || weekDay)) continue;
    for (const minute of inDay) {
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
