/** Why a text is not an instant, with the fix: the end of a sentence whose subject is the text. */
export interface InstantProblem {
  problem: string;
}

const EXAMPLE = "2026-11-22T03:00:12Z";
const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;
/** Texts that are nearly instants, and how to fix them. Tried in this order. */
const NEARLY: [RegExp, string][] = [
  [/^\d{4}-\d\d-\d\d$/, `has no time and no zone; write them both, such as ${EXAMPLE}`],
  [/^\d{4}-\d\d-\d\d .*\d/, `has a space between date and time; write T there, such as ${EXAMPLE}`],
  [/^[^T]+T\d\d:\d\d([Zz]|[+-]\d\d:?\d\d)?$/i, `has no seconds; write them too, such as ${EXAMPLE}`],
  [/^[^T]+T\d\d:\d\d:\d\d(\.\d+)?$/i, "has no time zone; append Z for UTC, or an offset such as +09:00"],
  [/[+-]\d{4}$/, "has an offset without a colon; write it such as +09:00"],
];
const MINUTE_MILLIS = 60_000;
const FIRST_YEAR = 1970;
const LAST_YEAR = 9999;

/**
 * Reads an instant in RFC 3339, such as `2026-11-22T03:00:12Z` or `2026-11-22T12:00:12.250+09:00`, as milliseconds since
 * the epoch. A time without a zone is refused, because it is ambiguous. Digits after the milliseconds are cut off.
 */
export function parseInstant(text: string): number | InstantProblem {
  const match = RFC_3339.exec(text);
  if (match === null) {
    const nearly = NEARLY.find(([pattern]) => pattern.test(text));
    return { problem: nearly?.[1] ?? `is not an instant; write it in RFC 3339 with a zone, such as ${EXAMPLE}` };
  }
  const field = (group: number) => Number(match[group] ?? 0);
  const [year, month, day, hour, minute, second] = [field(1), field(2), field(3), field(4), field(5), field(6)];
  const problem =
    dateProblem(year, month, day) ?? timeProblem(hour, minute, second) ?? offsetProblem(field(9), field(10));
  if (problem) return { problem };
  const millis = Number((match[7] ?? "").slice(0, 3).padEnd(3, "0"));
  const offset = (match[8] === "-" ? -1 : 1) * (field(9) * 60 + field(10)) * MINUTE_MILLIS;
  const instant = Date.UTC(year, month - 1, day, hour, minute, second, millis) - offset;
  const utcYear = new Date(instant).getUTCFullYear();
  if (utcYear < FIRST_YEAR || utcYear > LAST_YEAR)
    return { problem: `is out of range; the year must be ${FIRST_YEAR} to ${LAST_YEAR}, in UTC` };
  return instant;
}

/**
 * Reads an instant that has been checked before, or that this project wrote itself.
 * @throws {RangeError} when it is not an instant.
 */
export function instantMillis(text: string): number {
  const instant = parseInstant(text);
  if (typeof instant !== "number") throw new RangeError(`${JSON.stringify(text)} ${instant.problem}`);
  return instant;
}

/**
 * Writes an instant in RFC 3339 and UTC: `2026-11-22T03:00:12Z`, or with `millis` `2026-11-22T03:00:12.250Z`. Without
 * `millis`, the fraction of the second is cut off.
 */
export function formatInstant(millis: number, options: { millis?: boolean } = {}): string {
  const text = new Date(millis).toISOString();
  return options.millis ? text : text.replace(/\.\d+Z$/, "Z");
}

function dateProblem(year: number, month: number, day: number): string | undefined {
  // Date.UTC takes 85 for 1985. The last hours of the year before may be in the first year in UTC.
  if (year < FIRST_YEAR - 1) return `is out of range; the year must be ${FIRST_YEAR} to ${LAST_YEAR}, in UTC`;
  if (month < 1 || month > 12) return `has no such month: ${month}; a year has 1 to 12`;
  const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
  if (day < 1 || day > days) return `has no such day: ${day}; month ${month} of ${year} has 1 to ${days}`;
  return undefined;
}

function timeProblem(hour: number, minute: number, second: number): string | undefined {
  if (hour > 23) return `has no such hour: ${hour}; a day has 0 to 23`;
  if (minute > 59) return `has no such minute: ${minute}; an hour has 0 to 59`;
  if (second === 60) return "is a leap second, which the clouds' clocks do not have; use the second before or after";
  if (second > 59) return `has no such second: ${second}; a minute has 0 to 59`;
  return undefined;
}

function offsetProblem(hours: number, minutes: number): string | undefined {
  if (hours <= 23 && minutes <= 59) return undefined;
  return "has no such offset; it must be -23:59 to +23:59";
}
