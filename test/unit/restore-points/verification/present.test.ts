import test from "ava";
import fc from "fast-check";
import { formatInstant } from "../../../../restore-points/instant";
import type { PresentDifferences, ScanFacts } from "../../../../restore-points/verification/facts";
import { DISTANCE_MILLIS, presentProblems } from "../../../../restore-points/verification/present-problems";
import { Verdict, verdictOf } from "../../../../restore-points/verification/verdict";

const AT = Date.parse("2026-11-22T03:00:12Z");
const INSTANT = formatInstant(AT);
const instant = (millis: number) => new Date(AT + millis).toISOString();
const rows = (...created: number[]) => ({
  count: created.length,
  examples: created.map((millis, index) => ({ id: `t${index}`, createdAt: instant(millis) })),
});
/** The copy has a commit 5 s before the instant, the present coordinator one 6 s after it. */
const GOOD: PresentDifferences = {
  table: "coordinator.state",
  rowsInCopy: 7,
  rowsInPresent: 8,
  newestCommits: rows(-5_000, -60_000),
  onlyInPresent: rows(6_000, 7_000),
  missingInPresent: 0,
  changed: 0,
  unknownStates: 0,
  newestInPresent: instant(7_000),
  readAt: instant(600_000),
};
const NONE = { count: 0, examples: [] };
const SCAN: ScanFacts = {
  tables: 2,
  records: 10,
  committedWithoutRow: NONE,
  beforeImageWithoutRow: NONE,
  olderThanCoordinator: 0,
  unfinished: 0,
  notCovered: [],
};
const verdict = (found: Partial<PresentDifferences>, unproven: string[] = []) =>
  verdictOf({ instant: INSTANT, brackets: [], unproven, scan: { ...SCAN, present: [{ ...GOOD, ...found }] } });

test("commits on both sides of the instant, well away from it, prove the pause, and the verdict says what that rests on", (t) => {
  const { verdict: found, restsOn, ...rest } = verdict({});
  t.is(found, "pause proven by commit times");
  t.is(
    restsOn[0],
    "coordinator.state: the newest commit of its copy (7 rows) is 5.0 s older than 2026-11-22T03:00:12Z, and the oldest commit that only the present coordinator has is 6.0 s newer, by the pods' clocks: this proves the pause unless a pod's clock is off by more than 4.0 s",
  );
  const near = verdict({ newestCommits: rows(-4_190), onlyInPresent: rows(9_990) }).restsOn[0] ?? "";
  t.regex(near, /is 4\.1 s older .* is 9\.9 s newer, .* off by more than 3\.1 s$/, "spans are cut, never rounded up");
  t.regex(restsOn[1] ?? "", /^10 records of 2 tables were scanned/);
  t.deepEqual(rest, {
    instant: INSTANT,
    because: ["the coordinator is in a relational database: its commits are known by the pods' clocks"],
    notCovered: ["the copies' instants: 2026-11-22T03:00:12Z was asked for, and no record of their clouds was read"],
    witnesses: [],
  });
});

const FOUND: [why: string, found: Partial<PresentDifferences>, verdict: Verdict, because: RegExp][] = [
  [
    "a commit of the pause",
    { onlyInPresent: rows(1_000, 7_000) },
    Verdict.Refused,
    /commits that the copy lacks were made before/,
  ],
  [
    "a commit of before the pause that the copy lacks",
    { onlyInPresent: rows(-9_000) },
    Verdict.Refused,
    /or the copy is of another instant/,
  ],
  ["rows that differ", { changed: 1 }, Verdict.Refused, /1 row differs/],
  ["no commit after the pause", { onlyInPresent: rows() }, Verdict.Unproven, /no commit that the copy lacks/],
  [
    "a commit of the copy in the pause",
    { newestCommits: rows(-1_000) },
    Verdict.Unproven,
    /committed at .*less than 4 s before the data/,
  ],
  ["a commit of the copy after the pause", { newestCommits: rows(9_000) }, Verdict.Unproven, /or later/],
  ["rows that are gone", { missingInPresent: 2 }, Verdict.Unproven, /lacks 2 rows of the copy/],
  ["a copy without commits", { newestCommits: rows() }, Verdict.Unproven, /the copy has no commits/],
  ["a clock that is ahead", { newestInPresent: instant(602_000) }, Verdict.Unproven, /a pod's clock is ahead/],
  ["another state", { unknownStates: 1 }, Verdict.Unproven, /1 row has a state or time/],
  [
    "a time that is none",
    { onlyInPresent: { count: 1, examples: [{ id: "t", createdAt: "9e15" }] } },
    Verdict.Refused,
    /lacks/,
  ],
];
for (const [why, found, expected, because] of FOUND)
  test(`${why}: ${expected}`, (t) => {
    const given = verdict(found);
    t.is(given.verdict, expected);
    t.regex(given.because.join("; "), because);
  });

test("what is known beforehand, and evidence of the scan, count as well", (t) => {
  t.is(verdict({}, ["one_phase_commit.enabled"]).verdict, Verdict.Unproven);
  const scan = { ...SCAN, present: [GOOD], committedWithoutRow: { count: 1, examples: [] } };
  t.is(verdictOf({ instant: INSTANT, brackets: [], unproven: [], scan }).verdict, Verdict.Refused);
});

test("what is found is said with its instants; one row is enough for a doubt", (t) => {
  const of = (found: Partial<PresentDifferences>) => presentProblems({ ...GOOD, ...found }, INSTANT);
  t.deepEqual(of({ onlyInPresent: rows(3_000, 3_500, 9_000) }).refused, [
    "coordinator.state: by their pods' clocks, commits that the copy lacks were made before 2026-11-22T03:00:16Z, less than 4 s after the data or earlier (the oldest at 2026-11-22T03:00:15.000Z), so not every pod was paused, a clock is off, or the copy is of another instant",
  ]);
  t.regex(
    of({ newestCommits: rows(-1_000, -2_000) }).unproven[0] ?? "",
    /committed at 2026-11-22T03:00:11\.000Z, less than 4 s/,
  );
  t.deepEqual(of({ newestCommits: rows(-1_000, -60_000), onlyInPresent: rows(3_000, 9_000) }).witnesses, [
    "coordinator.state: transaction t0 of 2026-11-22T03:00:15.000Z is not in the copy",
    "coordinator.state: transaction t0 of 2026-11-22T03:00:11.000Z was committed shortly before the data, or later",
  ]);
  t.regex(of({ missingInPresent: 1 }).unproven[0] ?? "", /lacks 1 row of the copy/);
  t.is(of({ rowsInCopy: 0 }).unproven.length, 1);
  t.is(of({ rowsInCopy: 1 }).unproven.length, 0);
});

test("a commit exactly at the distance is too near; a pod's clock may be ahead by a second", (t) => {
  const of = (found: Partial<PresentDifferences>) => {
    const { refused, unproven } = presentProblems({ ...GOOD, ...found }, INSTANT);
    return refused.length + unproven.length;
  };
  t.deepEqual([of({ onlyInPresent: rows(DISTANCE_MILLIS) }), of({ onlyInPresent: rows(DISTANCE_MILLIS + 1) })], [1, 0]);
  t.deepEqual(
    [of({ newestCommits: rows(-DISTANCE_MILLIS) }), of({ newestCommits: rows(-DISTANCE_MILLIS - 1) })],
    [1, 0],
  );
  t.deepEqual([of({ newestInPresent: instant(601_000) }), of({ newestInPresent: instant(601_001) })], [0, 1]);
});

test("no commit nearer than the distance is ever accepted, on either side", (t) => {
  const span = fc.integer({ min: -20_000, max: 20_000 });
  fc.assert(
    fc.property(span, span, (before, after) => {
      const { refused, unproven } = presentProblems(
        { ...GOOD, newestCommits: rows(before), onlyInPresent: rows(after) },
        INSTANT,
      );
      const apart = before < -DISTANCE_MILLIS && after > DISTANCE_MILLIS;
      t.is(refused.length + unproven.length === 0, apart, `${before} ${after}`);
    }),
  );
});
