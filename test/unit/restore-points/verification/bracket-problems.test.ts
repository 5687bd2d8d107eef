import test from "ava";
import { formatInstant } from "../../../../restore-points/instant";
import { bracketProblems } from "../../../../restore-points/verification/bracket-problems";
import type { CopyDifferences } from "../../../../restore-points/verification/compare";
import type { BracketFacts } from "../../../../restore-points/verification/facts";

const AT = Date.UTC(2026, 10, 22, 3);
const at = (seconds: number) => formatInstant(AT + seconds * 1000);
const row = (seconds: number, id = "t1") => ({ id, createdAt: new Date(AT + seconds * 1000).toISOString() });
const NONE = { count: 0, examples: [] };
const EQUAL: CopyDifferences = {
  rows: { early: 3, late: 3 },
  newestCommits: [row(-5)],
  onlyInLate: NONE,
  missingInLate: NONE,
  changed: NONE,
  unknownStates: NONE,
  oldRowsAgree: true,
  writeSets: 0,
};
const FACTS: BracketFacts = {
  database: "ledger",
  table: "coordinator.state",
  early: { name: "early", instant: at(-2) },
  late: { name: "late", instant: at(2) },
  data: [{ name: "ledger.accounts", instant: at(0) }],
};
const problems = (differences: Partial<CopyDifferences>, facts: Partial<BracketFacts> = {}) =>
  bracketProblems({ ...FACTS, differences: { ...EQUAL, ...differences }, ...facts }, false);

test("copies two seconds from the data on either side, and no closer, enclose it", (t) => {
  t.deepEqual(problems({}), { refused: [], unproven: [], witnesses: [] });
  const said = (early: number, late: number, data = "2026-11-22T03:00:00Z to 2026-11-22T03:00:00Z") =>
    `ledger: the copies of coordinator.state are of ${at(early)} and ${at(late)}, and the data of ${data}: they do not enclose it with 2 s on either side`;
  t.deepEqual(problems({}, { early: { name: "early", instant: at(-1) } }).unproven, [said(-1, 2)]);
  t.deepEqual(problems({}, { late: { name: "late", instant: at(1) } }).unproven, [said(-2, 1)]);
  const data = [1, 0, -1].map((seconds) => ({ name: `${seconds}`, instant: at(seconds) }));
  t.deepEqual(
    problems({}, { early: { name: "early", instant: at(-3) }, late: { name: "late", instant: at(3) }, data }).unproven,
    [],
  );
  for (const [early, late] of [
    [-2, 3],
    [-3, 2],
  ] as const)
    t.deepEqual(
      problems({}, { early: { name: "early", instant: at(early) }, late: { name: "late", instant: at(late) }, data })
        .unproven,
      [said(early, late, "2026-11-22T02:59:59Z to 2026-11-22T03:00:01Z")],
      "the first and the last data count",
    );
});

test("copies without an instant are named", (t) => {
  t.deepEqual(problems({}, { early: { name: "early" } }).unproven, [
    "ledger: the cloud has no record of the instant that early is of",
  ]);
  t.deepEqual(problems({}, { early: { name: "early" }, data: [{ name: "ledger.accounts" }] }).unproven, [
    "ledger: the cloud has no record of the instant that early, ledger.accounts are of",
  ]);
});

test("the newest commit has to be more than a second older than the first of the data", (t) => {
  t.deepEqual(problems({ newestCommits: [row(-1.001), row(-9)] }).unproven, []);
  const { unproven, witnesses } = problems({ newestCommits: [row(-0.5, "t2"), row(-1, "t1"), row(-9, "t0")] });
  t.deepEqual(unproven, [
    "ledger: coordinator.state: by its pod's clock, a transaction was committed at 2026-11-22T02:59:59.500Z, less than 1 s before the data or later: a copy of the data may be from before it",
  ]);
  t.deepEqual(witnesses, [
    "ledger: coordinator.state: transaction t2 of 2026-11-22T02:59:59.500Z committed shortly before the data, or later",
    "ledger: coordinator.state: transaction t1 of 2026-11-22T02:59:59.000Z committed shortly before the data, or later",
  ]);
  const data = [0, 1].map((seconds) => ({ name: `${seconds}`, instant: at(seconds) }));
  const far = { early: { name: "early", instant: at(-9) }, late: { name: "late", instant: at(9) } };
  t.is(problems({ newestCommits: [row(-0.5)] }, { ...far, data }).unproven.length, 1);
});

test("one row is enough for each doubt", (t) => {
  const doubts: [Partial<CopyDifferences>, RegExp][] = [
    [{ unknownStates: { count: 1, examples: [] } }, /1 row has a state or time that is not ScalarDB's/],
    [{ rows: { early: 0, late: 3 } }, /a copy has no rows/],
    [{ rows: { early: 3, late: 0 } }, /a copy has no rows/],
    [{ writeSets: 1 }, /rows have write sets/],
    [{ missingInLate: { count: 1, examples: [] } }, /1 row was removed/],
    [{ oldRowsAgree: false }, /more than a day older/],
  ];
  for (const [differences, said] of doubts) {
    const { unproven, refused } = problems(differences);
    t.is(unproven.length, 1);
    t.regex(unproven[0] ?? "", said);
    t.deepEqual(refused, []);
  }
});

test("write sets are no doubt if the records are scanned", (t) => {
  const facts = { ...FACTS, differences: { ...EQUAL, writeSets: 1 } };
  t.is(bracketProblems(facts, false).unproven.length, 1);
  t.deepEqual(bracketProblems(facts, true).unproven, []);
});

test("one row is enough to refuse copies, with its transaction", (t) => {
  const found = { count: 1, examples: [row(-1, "t9")] };
  t.deepEqual(problems({ onlyInLate: found }), {
    refused: [
      "ledger: coordinator.state: 1 transaction was committed between the coordinator's copies, so not every pod was paused, or a clock is off",
    ],
    unproven: [],
    witnesses: ["ledger: coordinator.state: transaction t9 of 2026-11-22T02:59:59.000Z committed between the copies"],
  });
  t.deepEqual(problems({ changed: found }), {
    refused: [
      "ledger: coordinator.state: 1 row differs between the coordinator's copies, although ScalarDB never changes a row: they are not copies of one coordinator",
    ],
    unproven: [],
    witnesses: ["ledger: coordinator.state: transaction t9 of 2026-11-22T02:59:59.000Z differs between the copies"],
  });
});

test("copies that were not compared prove nothing", (t) => {
  const of = (facts: Partial<BracketFacts>) => bracketProblems({ ...FACTS, ...facts }, true).unproven;
  t.deepEqual(of({}), ["ledger: coordinator.state was not compared"]);
  t.deepEqual(of({ unread: "the firewall lets nothing in" }), ["ledger: the firewall lets nothing in"]);
  t.deepEqual(problems({}, { data: [] }).unproven, ["ledger: coordinator.state has no data in this set"]);
});

test("an instant that was only asked for will do for the data, and not for the coordinator", (t) => {
  const asked = (name: string, seconds: number) => ({ name, instant: at(seconds), requested: true });
  t.deepEqual(problems({}, { data: [asked("customers", 0)] }).unproven, []);
  t.deepEqual(problems({}, { early: asked("early", -2), late: asked("late", 2) }).unproven, [
    "ledger: the cloud has no record of the instant that early, late are of",
  ]);
  t.deepEqual(problems({}, { late: { ...asked("late", 2), requested: false } }).unproven, []);
});
