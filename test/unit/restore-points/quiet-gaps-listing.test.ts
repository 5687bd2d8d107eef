import test from "ava";
import type { QuietGaps } from "../../../restore-points/quiet-gaps";
import { quietGapsListing } from "../../../restore-points/quiet-gaps-listing";

const LEDGER = {
  name: "ledger",
  kind: "dynamodb",
  coordinator: { region: "ap-northeast-1", table: "coordinator.state" },
};
const gap = (seconds: number) => ({
  instant: "2026-11-22T02:30:30Z",
  from: "2026-11-22T02:30:06Z",
  to: "2026-11-22T02:30:55Z",
  seconds,
});
const found = (gaps: number[], more: Partial<QuietGaps> = {}): QuietGaps => ({
  looked: { from: "2026-11-22T02:00:00Z", to: "2026-11-22T03:05:00Z" },
  gaps: gaps.map(gap),
  rows: 25,
  commits: 24,
  writeSets: 0,
  oldestCommit: "2026-11-22T02:10:00.123Z",
  ...more,
});

test("gaps are listed with what they rest on", (t) => {
  t.deepEqual(quietGapsListing(found([60]), [LEDGER]), [
    "Gaps between commits from 2026-11-22T02:00:00Z to 2026-11-22T03:05:00Z: candidates, not restore points",
    "",
    "INSTANT               ANY SECOND FROM       TO                    GAP",
    "2026-11-22T02:30:30Z  2026-11-22T02:30:06Z  2026-11-22T02:30:55Z  60 s",
    "",
    "Read: 25 rows, 24 of them commits. What this rests on:",
    "- commit times are written by the pods' clocks",
    "- before 2026-11-22T02:10:00.123Z, the oldest commit that is left, nothing is known: rows may have been purged",
    "- transactions committed in one phase (one_phase_commit.enabled) write no row",
    "",
    "To restore one, set restore.at to the instant and restore.quietGap to true. The coordinator's copies",
    "around it are compared then, and the restore is accepted only if they prove the gap.",
  ]);
});

test("without gaps or commits, it says so; write sets are a reason for doubt from the first", (t) => {
  const { oldestCommit: _, ...none } = found([], { rows: 1, commits: 0, writeSets: 1 });
  const lines = quietGapsListing(none, []);
  t.is(lines[2], "There is no gap of 10 s or more.");
  t.true(lines.includes("Read: 1 row, 0 of them commits. What this rests on:"));
  t.true(lines.includes("- there is no commit, so that nothing shows that ScalarDB keeps its transactions there"));
  t.true(
    lines.includes(
      "- 1 row has write sets: finishTransaction may have deleted rows of commits, so that gaps may be none",
    ),
  );
});

test("of more than twenty gaps, the newest are listed, and the longest is named", (t) => {
  const rest = (count: number) =>
    quietGapsListing(found(Array.from({ length: count }, (_, index) => 60 + index)), [LEDGER]).filter((line) =>
      line.includes("older ones"),
    );
  t.deepEqual(rest(20), []);
  t.deepEqual(rest(22), ["and 2 older ones, which --json lists; the longest of all is 81 s"]);
});

test("databases whose coordinators would not be seen are named", (t) => {
  const container = {
    subscriptionId: "s",
    resourceGroupName: "g",
    accountName: "a",
    database: "coordinator",
    container: "state",
  };
  const lines = quietGapsListing(found([60]), [
    LEDGER,
    { name: "stock", kind: "cosmosdb", coordinatorContainer: container },
    { name: "customers", kind: "aurora-postgresql" },
  ]).filter((line) => line.includes("would not be seen"));
  t.deepEqual(lines, [
    "- a second coordinator in customers (aurora-postgresql) would not be seen: coordinators in relational databases are not read",
  ]);
});
