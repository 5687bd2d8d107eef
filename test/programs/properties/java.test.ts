import test, { type ExecutionContext } from "ava";
import fc from "fast-check";
import { parse } from "yaml";
import { helmValues } from "../../../components/helm-values";
import { changeProperties } from "../../../components/properties";
import { javaProperties } from "./java";

const CONTACT_POINTS = "scalar.db.contact_points";
const COPY = { key: CONTACT_POINTS, value: "jdbc:mysql://copy.example.com:3306/" };

/** Pieces of which properties are made, those that the format treats in its own way among them. */
const piece = fc.constantFrom(
  ...[
    CONTACT_POINTS,
    "scalar.db.password",
    "a",
    "b",
    "é",
    "=",
    ":",
    " ",
    "\t",
    "\f",
    "\n",
    "\r\n",
    "\r",
    "\\",
    "\\\n",
    "\\\r\n  ",
  ],
  ...["#", "!", "\\u0041", "\\:", "\\=", "\\ ", "jdbc:mysql://db:3306/ledger?x=y", "\n    ", "\n\n", "= ", "\\\\"],
);
const entry = fc
  .constantFrom("\n", "\r\n", "\n\n  ")
  .chain((before) =>
    fc.constantFrom("=", " ", ":", " = ", "\\\n  = ").map((separator) => `${before}${CONTACT_POINTS}${separator}`),
  );
const text = fc
  .array(fc.oneof({ weight: 6, arbitrary: piece }, { weight: 1, arbitrary: entry }), { maxLength: 14 })
  .map((pieces) => pieces.join(""));

/** Helm values, by chart and key. */
const loadValues = (values: string) => parse(values) as Record<string, Record<string, string>>;

function skip(t: ExecutionContext): void {
  t.log("skipped: there is no `java` that runs a source file (Java 11 or later)");
  t.pass();
}

test("Java reads the changed value, and of all other keys what it read before", (t) => {
  const java = javaProperties();
  if (java === undefined) return skip(t);
  const texts = fc.sample(text, { numRuns: 5_000, seed: 13 });
  const before = java(texts);
  const value = "value with = and : and \\ and #";
  const after = java(texts.map((each) => changeProperties(each, [{ key: CONTACT_POINTS, value }]).text));
  for (const [index, own] of before.entries()) {
    // Java refuses a malformed \uXXXX; ScalarDB would not start with it, and there is nothing to keep.
    if (own === undefined) continue;
    // A lone backslash at the end is an empty key for Java, and means nothing.
    for (const each of [own, after[index]]) each?.delete("");
    const expected = Object.fromEntries([...own, [CONTACT_POINTS, value]]);
    t.deepEqual(Object.fromEntries(after[index] ?? []), expected, JSON.stringify(texts[index]));
  }
  t.true(before.filter((each) => each?.has(CONTACT_POINTS)).length > 200, "the key is among the texts");
});

test("Java reads in Helm values what it reads in the properties", (t) => {
  const java = javaProperties();
  if (java === undefined) return skip(t);
  const texts = fc.sample(text, { numRuns: 500, seed: 17 });
  const changed = java(texts.map((each) => changeProperties(each, [COPY]).text));
  const values = java(
    texts.map((each) => loadValues(helmValues("ledger", [COPY], each)).ledger?.ledgerProperties ?? ""),
  );
  t.deepEqual(values, changed);
});
