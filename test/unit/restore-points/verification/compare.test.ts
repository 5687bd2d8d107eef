import test from "ava";
import { formatInstant } from "../../../../restore-points/instant";
import { compareCopies } from "../../../../restore-points/verification/compare";
import type { CoordinatorRow } from "../../../../restore-points/verification/coordinator-row";

const EARLY = Date.UTC(2026, 10, 22, 3);
const DAY = 24 * 60 * 60_000;
const COMMITTED = 3;
const ABORTED = 4;

const row = (id: string, createdAt = EARLY - 60_000, more: Partial<CoordinatorRow> = {}): CoordinatorRow => ({
  id,
  state: COMMITTED,
  createdAt,
  ...more,
});
const many = (count: number, more: (nth: number) => CoordinatorRow) =>
  Array.from({ length: count }, (_, nth) => more(nth));

async function* onePage(rows: readonly CoordinatorRow[]): AsyncGenerator<readonly CoordinatorRow[]> {
  yield rows;
}

function compared(early: readonly CoordinatorRow[], late: readonly CoordinatorRow[]) {
  return compareCopies(onePage(early), onePage(late), EARLY);
}

test("rows of more than a day before the early copy are compared, each of its own", async (t) => {
  const old = [row("o1", EARLY - DAY - 1), row("o2", EARLY - 9 * DAY, { state: ABORTED }), row("o3", EARLY - 2 * DAY)];
  t.true((await compared(old, [...old].reverse())).oldRowsAgree);
  const [first, second, third] = old as [CoordinatorRow, CoordinatorRow, CoordinatorRow];
  for (const [title, late] of [
    ["one is missing", [first, second]],
    ["one is there in addition", [...old, row("o4", EARLY - 3 * DAY)]],
    ["one has another state", [first, { ...second, state: COMMITTED }, third]],
    ["one has another group", [first, second, { ...third, childIds: "a" }]],
    ["one has another id", [first, second, { ...third, id: "o5" }]],
    ["two have exchanged their ids", [{ ...first, id: "o3" }, second, { ...third, id: "o1" }]],
    ["one is there twice in place of another", [first, second, first]],
  ] as const) {
    t.false((await compared(old, late)).oldRowsAgree, `late: ${title}`);
    t.false((await compared(late, old)).oldRowsAgree, `early: ${title}`);
  }
});

test("an empty list of a group's transactions is none", async (t) => {
  const { changed, oldRowsAgree } = await compared(
    [row("new"), row("old", EARLY - 2 * DAY)],
    [row("new", undefined, { childIds: "" }), row("old", EARLY - 2 * DAY, { childIds: "" })],
  );
  t.deepEqual([changed.count, oldRowsAgree], [0, true]);
});

test("a row of exactly a day before the early copy, and every newer one, is compared by itself", async (t) => {
  const edge = row("edge", EARLY - DAY);
  t.deepEqual((await compared([], [edge])).onlyInLate.examples, [
    { id: "edge", createdAt: formatInstant(EARLY - DAY, { millis: true }) },
  ]);
  t.is((await compared([edge], [])).missingInLate.count, 1);
  const older = row("older", EARLY - DAY - 1);
  t.is((await compared([], [older])).onlyInLate.count, 0, "it is a part of the digest");
});

test("states that ScalarDB does not write, and instants that are none, are unknown in either copy", async (t) => {
  const prepared = row("prepared", EARLY - 1000, { state: 1 });
  const undated = row("undated", Number.NaN);
  for (const [early, late] of [
    [[prepared, undated], []],
    [[], [prepared, undated]],
  ] as const)
    t.deepEqual(
      (await compared(early, late)).unknownStates.examples.map(({ id }) => id),
      ["prepared", "undated"],
    );
  t.is((await compared([row("a"), row("b", EARLY, { state: ABORTED })], [])).unknownStates.count, 0);
});

test("rows with write sets are counted in both copies", async (t) => {
  const written = row("a", EARLY - 1000, { writeSet: true });
  t.is((await compared([written], [written, row("b")])).writeSets, 2);
});

test("the twenty newest commits of the early copy are listed, newest first, whatever their order is", async (t) => {
  const rows = many(30, (nth) => row(`t${nth}`, EARLY - ((nth * 7) % 30) * 1000));
  const aborted = row("aborted", EARLY + 1000, { state: ABORTED });
  const sorted = [...rows].sort((a, b) => b.createdAt - a.createdAt);
  const oldestEarly = [...sorted.slice(0, 19), ...sorted.slice(29), ...sorted.slice(19, 29)];
  for (const early of [rows, [...rows].reverse(), [aborted, ...rows], sorted, oldestEarly]) {
    const { newestCommits } = await compared(early, []);
    t.deepEqual(
      newestCommits.map(({ createdAt }) => createdAt),
      many(20, (nth) => row("", EARLY - nth * 1000)).map(({ createdAt }) => formatInstant(createdAt, { millis: true })),
    );
  }
});

test("of many differences all are counted, and twenty are shown", async (t) => {
  const { onlyInLate } = await compared(
    [],
    many(25, (nth) => row(`t${nth}`)),
  );
  t.is(onlyInLate.count, 25);
  t.is(onlyInLate.examples.length, 20);
});
