const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** From where on a unit is used, the unit, and the next smaller one. */
const UNITS: [from: number, unit: [number, string], rest: [number, string]][] = [
  [2 * DAY, [DAY, "days"], [HOUR, "h"]],
  [HOUR, [HOUR, "h"], [MINUTE, "min"]],
  [MINUTE, [MINUTE, "min"], [SECOND, "s"]],
];

/** A time in seconds that is compared with a least one: rounded down, because what is a millisecond too short must not look like enough. */
export function inSeconds(millis: number): string {
  return `${(Math.floor(millis / 100) / 10).toFixed(1)} s`;
}

/** A duration for people, by its two largest units: `45 s`, `3 min 5 s`, `26 h 10 min`, `35 days`, `4 days 3 h`. */
export function durationText(millis: number): string {
  if (millis < 0) return `-${durationText(-millis)}`;
  for (const [from, [size, name], [restSize, restName]] of UNITS) {
    // Rounded first: 59.7 s are 1 min, not 60 s.
    const whole = Math.round(millis / restSize) * restSize;
    if (whole < from) continue;
    const rest = (whole % size) / restSize;
    return `${Math.floor(whole / size)} ${name}${rest === 0 ? "" : ` ${rest} ${restName}`}`;
  }
  return `${Math.round(millis / SECOND)} s`;
}
