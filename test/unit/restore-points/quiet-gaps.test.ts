import test from "ava";
import fc from "fast-check";
import { formatInstant, instantMillis } from "../../../restore-points/instant";
import { CommitTimes, QUIET_MILLIS } from "../../../restore-points/quiet-gaps";
import { bracketOutsideWindows } from "../../../restore-points/verification/bracket";
import { type CoordinatorRow, TransactionState } from "../../../restore-points/verification/coordinator-row";

const START = instantMillis("2026-11-22T03:00:00Z");
const HOUR = 3_600_000;

const commit = (createdAt: number): CoordinatorRow => ({
  id: `${createdAt}`,
  state: TransactionState.COMMITTED,
  createdAt,
});

function found(times: readonly number[], range = { start: START, end: START + HOUR }, readAt = range.end + HOUR) {
  const commits = new CommitTimes(range);
  for (const at of times) commits.add(commit(at));
  return commits.quietGaps(readAt);
}

test("a gap of a minute is a candidate in its middle, five seconds away from the commits around it", (t) => {
  t.deepEqual(found([START + 60_500, START + 500]), {
    looked: { from: "2026-11-22T03:00:00Z", to: "2026-11-22T04:00:00Z" },
    gaps: [
      // After the last commit, until the end of the range.
      { instant: "2026-11-22T03:30:31Z", from: "2026-11-22T03:01:06Z", to: "2026-11-22T03:59:57Z", seconds: 7139 },
      { instant: "2026-11-22T03:00:30Z", from: "2026-11-22T03:00:06Z", to: "2026-11-22T03:00:55Z", seconds: 60 },
    ],
    rows: 2,
    commits: 2,
    writeSets: 0,
    oldestCommit: "2026-11-22T03:00:00.500Z",
  });
});

test("nothing is known before the oldest commit, and nothing after the reading began", (t) => {
  t.deepEqual(found([START + HOUR / 2], undefined, START + HOUR / 2 + 9_000).gaps, []);
  t.deepEqual(found([]).gaps, []);
  t.is(found([]).oldestCommit, undefined);
  // A commit before the range ends what is unknown.
  t.is(found([START - HOUR, START + 60_000]).gaps.at(-1)?.from, "2026-11-22T03:00:03Z");
});

test("an abort ends no gap; a state that is not ScalarDB's does", (t) => {
  const commits = new CommitTimes({ start: START, end: START + 60_000 });
  commits.add(commit(START));
  commits.add({ ...commit(START + 20_000), state: TransactionState.ABORTED });
  t.is(commits.quietGaps(START + 60_000).gaps.length, 1);
  commits.add({ ...commit(START + 20_000), state: 9, writeSet: true });
  const { gaps, writeSets } = commits.quietGaps(START + 60_000);
  t.is(gaps.length, 2);
  t.is(writeSets, 1);
  const before = commits.quietGaps(START + 60_000);
  commits.add(commit(Number.NaN));
  t.deepEqual(commits.quietGaps(START + 60_000), { ...before, rows: before.rows + 1 }, "a row without a time");
});

test("exactly the whole seconds whose bracket and margin have no commit are candidates, in any order of the commits", (t) => {
  const { late } = bracketOutsideWindows(0);
  let candidates = 0;
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -30_000, max: 150_000 }), { maxLength: 20 }),
      fc.integer({ min: 0, max: 3_000 }),
      fc.integer({ min: 0, max: 120_000 }),
      fc.integer({ min: 0, max: 200_000 }),
      (offsets, from, length, read) => {
        const range = { start: START + from, end: START + from + length };
        const times = offsets.map((offset) => START + offset);
        const { gaps } = found(times, range, START + read);
        const listed = new Set<number>();
        for (const gap of gaps) {
          const [first, last, instant] = [gap.from, gap.to, gap.instant].map(instantMillis) as [number, number, number];
          if (!(first <= instant && instant <= last) || gap.seconds * 1000 < 2 * QUIET_MILLIS - 1000) return false;
          for (let at = first; at <= last; at += 1000) listed.add(at);
        }
        candidates += listed.size;
        const oldest = Math.min(...times);
        for (let at = START; at <= START + 200_000; at += 1000) {
          const isQuiet =
            times.every((time) => Math.abs(time - at) >= QUIET_MILLIS) &&
            oldest < at &&
            at + QUIET_MILLIS <= START + read &&
            at - late >= range.start &&
            at + late <= range.end;
          if (isQuiet !== listed.has(at)) return false;
        }
        const order = gaps.map(({ instant }) => instant);
        return order.join() === [...order].sort().reverse().join();
      },
    ),
    { numRuns: 3000 },
  );
  t.true(candidates > 1000, `${candidates} candidates`);
});

test("memory depends on the range, not on the commits", (t) => {
  const commits = new CommitTimes({ start: START, end: START + 35 * 24 * HOUR });
  for (let at = 0; at < 2_000_000; at++)
    commits.add({ id: "", state: TransactionState.COMMITTED, createdAt: START + at * 1500 });
  const { gaps, commits: counted } = commits.quietGaps(START + 35 * 24 * HOUR);
  t.is(counted, 2_000_000);
  t.is(gaps.length, 1);
  t.is(gaps[0]?.to, formatInstant(START + 35 * 24 * HOUR - QUIET_MILLIS));
});
