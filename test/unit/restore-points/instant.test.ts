import test from "ava";
import fc from "fast-check";
import { formatInstant, instantMillis, parseInstant } from "../../../restore-points/instant";

const instants = fc.integer({ min: 0, max: Date.UTC(9999, 11, 30) });

test("a formatted instant is read as the same instant", (t) => {
  fc.assert(fc.property(instants, (millis) => parseInstant(formatInstant(millis, { millis: true })) === millis));
  fc.assert(
    fc.property(instants, (millis) => parseInstant(formatInstant(millis)) === Math.floor(millis / 1000) * 1000),
  );
  t.is(formatInstant(Date.UTC(2026, 10, 22, 3, 0, 12, 250)), "2026-11-22T03:00:12Z");
  t.is(formatInstant(Date.UTC(2026, 10, 22, 3, 0, 12, 250), { millis: true }), "2026-11-22T03:00:12.250Z");
});

test("an instant is the same in every zone", (t) => {
  const offsets = fc.record({ minutes: fc.integer({ min: 0, max: 23 * 60 + 59 }), sign: fc.constantFrom(1, -1) });
  fc.assert(
    fc.property(fc.integer({ min: Date.UTC(1971), max: Date.UTC(9998, 0) }), offsets, (millis, { minutes, sign }) => {
      const local = formatInstant(millis + sign * minutes * 60_000, { millis: true }).slice(0, -1);
      const two = (value: number) => String(value).padStart(2, "0");
      const offset = `${sign > 0 ? "+" : "-"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
      return parseInstant(local + offset) === millis;
    }),
  );
  t.is(parseInstant("2026-11-22T12:00:12+09:00"), parseInstant("2026-11-22T03:00:12Z"));
  t.is(parseInstant("2026-11-22t03:00:12.25z"), Date.UTC(2026, 10, 22, 3, 0, 12, 250));
  t.is(parseInstant("2026-11-22T03:00:12.2509999Z"), Date.UTC(2026, 10, 22, 3, 0, 12, 250));
});

test("1970 begins in UTC, whatever year it is elsewhere", (t) => {
  t.is(parseInstant("1969-12-31T23:00:00-01:00"), 0);
});

test("exactly the dates of the calendar are accepted", (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1970, max: 9999 }),
      fc.integer({ min: 0, max: 13 }),
      fc.integer({ min: 0, max: 32 }),
      (year, month, day) => {
        const date = `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
        const exists = new Date(Date.UTC(year, month - 1, day)).toISOString().startsWith(`${date}T`);
        return (typeof parseInstant(`${date}T00:00:00Z`) === "number") === exists;
      },
    ),
  );
  t.is(parseInstant("2028-02-29T00:00:00Z"), Date.UTC(2028, 1, 29));
});

const REFUSED: [text: string, problem: string][] = [
  ["2026-11-22T03:00:12", "has no time zone; append Z for UTC, or an offset such as +09:00"],
  ["2026-11-22T03:00:12.250", "has no time zone; append Z for UTC, or an offset such as +09:00"],
  ["2026-11-22", "has no time and no zone; write them both, such as 2026-11-22T03:00:12Z"],
  ["2026-11-22 03:00:12Z", "has a space between date and time; write T there, such as 2026-11-22T03:00:12Z"],
  ["2026-11-22T03:00Z", "has no seconds; write them too, such as 2026-11-22T03:00:12Z"],
  ["2026-11-22T12:00:12+0900", "has an offset without a colon; write it such as +09:00"],
  ["2026-02-30T03:00:12Z", "has no such day: 30; month 2 of 2026 has 1 to 28"],
  ["2026-11-00T03:00:12Z", "has no such day: 0; month 11 of 2026 has 1 to 30"],
  ["2026-13-01T03:00:12Z", "has no such month: 13; a year has 1 to 12"],
  ["2026-11-22T24:00:00Z", "has no such hour: 24; a day has 0 to 23"],
  ["2026-11-22T03:60:00Z", "has no such minute: 60; an hour has 0 to 59"],
  ["2026-11-22T03:00:61Z", "has no such second: 61; a minute has 0 to 59"],
  ["2016-12-31T23:59:60Z", "is a leap second, which the clouds' clocks do not have; use the second before or after"],
  ["2026-11-22T03:00:12+24:00", "has no such offset; it must be -23:59 to +23:59"],
  ["2026-11-22T03:00:12+09:60", "has no such offset; it must be -23:59 to +23:59"],
  ["9999-12-31T23:59:59-00:01", "is out of range; the year must be 1970 to 9999, in UTC"],
  ["0026-11-22T03:00:12Z", "is out of range; the year must be 1970 to 9999, in UTC"],
  // JavaScript takes years below 100 for years of the 20th century.
  ["0085-11-22T03:00:12Z", "is out of range; the year must be 1970 to 9999, in UTC"],
  ["1970-01-01T00:00:00+00:01", "is out of range; the year must be 1970 to 9999, in UTC"],
  ["latest", "is not an instant; write it in RFC 3339 with a zone, such as 2026-11-22T03:00:12Z"],
  ["1795316412", "is not an instant; write it in RFC 3339 with a zone, such as 2026-11-22T03:00:12Z"],
  ["", "is not an instant; write it in RFC 3339 with a zone, such as 2026-11-22T03:00:12Z"],
];

for (const [text, problem] of REFUSED) {
  test(`refuses ${JSON.stringify(text)} with the fix`, (t) => {
    t.deepEqual(parseInstant(text), { problem });
  });
}

test("an invalid text throws with the text", (t) => {
  t.throws(() => instantMillis("2026-11-22T03:00:12"), {
    instanceOf: RangeError,
    message: '"2026-11-22T03:00:12" has no time zone; append Z for UTC, or an offset such as +09:00',
  });
});
