import test from "ava";
import {
  booleanAt,
  boundedAt,
  instantAt,
  listAt,
  numberAt,
  objectAt,
  optionalAt,
  ShapeError,
  textAt,
} from "../../../restore-points/shape";

const refused = (read: (value: unknown, path: string) => unknown, value: unknown) => {
  try {
    read(value, "a.b");
    return undefined;
  } catch (error) {
    return error instanceof ShapeError ? error.message : error;
  }
};

test("a number in JSON may be greater than any number of JavaScript: it is none", (t) => {
  t.is(numberAt(JSON.parse("1e308"), "a"), 1e308);
  t.is(refused(numberAt, JSON.parse("1e999")), "a.b must be a number, got null");
  t.is(refused(numberAt, "7"), 'a.b must be a number, got "7"');
});

test("bounds are inclusive", (t) => {
  const read = boundedAt(1, 3);
  for (const number of [1, 2, 3]) t.is(read(number, "a"), number);
  for (const number of [0.9, 3.1]) t.is(refused(read, number), `a.b must be a number from 1 to 3, got ${number}`);
});

test("only true and false are true or false", (t) => {
  for (const value of [true, false]) t.is(booleanAt(value, "a"), value);
  for (const value of [0, 1, "true", null])
    t.is(refused(booleanAt, value), `a.b must be true or false, got ${JSON.stringify(value)}`);
});

test("of a long value, a message shows the first 60 characters", (t) => {
  const list = (length: number) => ["x".repeat(length - 4)];
  t.is(refused(textAt, list(60)), `a.b must be a text that is not empty, got ["${"x".repeat(56)}"]`);
  t.is(refused(textAt, list(61)), `a.b must be a text that is not empty, got ["${"x".repeat(57)}"...`);
});

test("an object is neither null nor a list; a text is not empty; a list is one", (t) => {
  t.deepEqual(objectAt({ a: 1 }, "a"), { a: 1 });
  for (const value of [null, [1], "x", 7, undefined])
    t.regex(String(refused(objectAt, value)), /must be an object, got /);
  t.is(textAt("x", "a"), "x");
  for (const value of ["", 7, null]) t.regex(String(refused(textAt, value)), /must be a text that is not empty, got /);
  t.deepEqual(listAt([1, 2], "a", numberAt), [1, 2]);
  t.is(
    refused((value, path) => listAt(value, path, numberAt), [1, "2"]),
    'a.b[1] must be a number, got "2"',
  );
  t.is(
    refused((value, path) => listAt(value, path, numberAt), { length: 0 }),
    'a.b must be a list, got {"length":0}',
  );
});

test("an instant stays the text that it is", (t) => {
  t.is(instantAt("2026-11-22T12:00:00+09:00", "a"), "2026-11-22T12:00:00+09:00");
  t.regex(String(refused(instantAt, "2026-11-22")), /^a\.b "2026-11-22" has no time and no zone/);
  t.is(refused(instantAt, undefined), "a.b must be an instant in RFC 3339, got nothing");
});

test("a value may be missing, and not be another one", (t) => {
  t.deepEqual(optionalAt({ n: 7 }, "n", "a", numberAt), { n: 7 });
  t.deepEqual(optionalAt({ m: 7 }, "n", "a", numberAt), {});
  t.is(
    refused((value, path) => optionalAt({ n: value }, "n", path, numberAt), null),
    "a.b.n must be a number, got null",
  );
});
