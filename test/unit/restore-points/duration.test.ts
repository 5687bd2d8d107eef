import test from "ava";
import { durationText, inSeconds } from "../../../restore-points/duration";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

test("a duration has its two largest units", (t) => {
  const cases: [millis: number, text: string][] = [
    [0, "0 s"],
    [499, "0 s"],
    [45 * SECOND, "45 s"],
    [3 * MINUTE, "3 min"],
    [3 * MINUTE + 5 * SECOND, "3 min 5 s"],
    [2 * HOUR + 10 * MINUTE + 20 * SECOND, "2 h 10 min"],
    [26 * HOUR, "26 h"],
    [2 * DAY, "2 days"],
    [4 * DAY + 3 * HOUR, "4 days 3 h"],
    [35 * DAY, "35 days"],
    [-90 * SECOND, "-1 min 30 s"],
  ];
  for (const [millis, text] of cases) t.is(durationText(millis), text);
});

test("what is rounded up to a larger unit is written in it", (t) => {
  t.is(durationText(MINUTE - 300), "1 min");
  t.is(durationText(HOUR - 300), "1 h");
  t.is(durationText(2 * DAY - 20 * SECOND), "2 days");
});

test("seconds that do not suffice by a millisecond are written as less than the least", (t) => {
  t.is(inSeconds(4000), "4.0 s");
  t.is(inSeconds(3999), "3.9 s");
  t.is(inSeconds(0), "0.0 s");
});
