import { isDeepStrictEqual } from "node:util";
import test from "ava";
import fc from "fast-check";
import { formatInstant } from "../../../../restore-points/instant";
import { compareCopies } from "../../../../restore-points/verification/compare";
import type { CoordinatorRow } from "../../../../restore-points/verification/coordinator-row";
import type { BracketFacts, ScanFacts } from "../../../../restore-points/verification/facts";
import { isProven, Verdict, type VerificationFacts, verdictOf } from "../../../../restore-points/verification/verdict";
import { expected, recovered, rowsAt, type Transaction } from "./history";

// What these tests do not prove: that ScalarDB's protocol is the one of history.ts. test/scalardb asks ScalarDB itself.

const T = Date.UTC(2026, 10, 22, 3);
const AT = "2026-11-22T03:00:00Z";

const ROWS: CoordinatorRow[] = [
  { id: "t1", state: 3, createdAt: T - 60_000 },
  { id: "t2", state: 4, createdAt: T - 50_000 },
  { id: "t3", state: 3, createdAt: T - 40_000, childIds: "a,b" },
];

async function* pages(rows: readonly CoordinatorRow[]): AsyncGenerator<readonly CoordinatorRow[]> {
  for (let index = 0; index < rows.length; index += 2) yield rows.slice(index, index + 2);
}

async function bracket(early: CoordinatorRow[], late: CoordinatorRow[], over: Partial<BracketFacts> = {}) {
  return {
    database: "ledger",
    table: "coordinator.state",
    early: { name: "early", instant: formatInstant(T - 3000) },
    late: { name: "late", instant: formatInstant(T + 3000) },
    data: [{ name: "ledger.accounts", instant: AT }],
    differences: await compareCopies(pages(early), pages(late), T - 3000),
    ...over,
  } satisfies BracketFacts;
}

function judge(facts: Partial<VerificationFacts>) {
  return verdictOf({ instant: AT, brackets: [], unproven: [], ...facts });
}

test("a release without transactions is what no verdict covers", async (t) => {
  const brackets = [await bracket(ROWS, ROWS)];
  const { verdict, notCovered } = judge({ brackets, withoutTransactions: ["scalar/auditor"] });
  t.is(verdict, Verdict.PauseProven);
  t.is(
    notCovered[0],
    "scalar/auditor runs no ScalarDB transactions (pause.releases[].transactions is false): nothing in its copies shows that it wrote nothing around the instant, only the pause does; a scan does not read its records, restore.verify.check can",
  );
  t.is(judge({ withoutTransactions: ["scalar/auditor"] }).verdict, Verdict.Unproven);
});

const CLEAN_SCAN: ScanFacts = {
  tables: 2,
  records: 10,
  committedWithoutRow: { count: 0, examples: [] },
  beforeImageWithoutRow: { count: 0, examples: [] },
  olderThanCoordinator: 0,
  unfinished: 1,
  notCovered: [],
};

const SCANNED =
  "10 records of 2 tables were scanned: none is of a transaction that the coordinator lacks; ScalarDB has to finish 1 record of unfinished transactions";

test("equal copies around the data prove the pause, and with a clean scan the copies are consistent", async (t) => {
  const brackets = [await bracket(ROWS, [...ROWS].reverse())];
  t.deepEqual(judge({ brackets }), {
    verdict: "pause proven, records not scanned",
    instant: AT,
    because: ["the records were not scanned: to have them read, set restore.verify.scan"],
    restsOn: [
      "ledger: coordinator.state as of 2026-11-22T02:59:57Z (3 rows) and as of 2026-11-22T03:00:03Z (3 rows) has the same commits",
      'assumed, not read: scalar.db.consensus_commit.one_phase_commit.enabled is false, as by default; transactions that commit in one phase leave no row in the coordinator. To have it checked, set "properties" to the ScalarDB properties of the releases',
    ],
    notCovered: ["tables without ScalarDB's transaction metadata, and other deployments' coordinators"],
    witnesses: [],
  });
  t.deepEqual(judge({ brackets, scan: CLEAN_SCAN }), {
    verdict: "consistent",
    instant: AT,
    because: [],
    restsOn: [
      "ledger: coordinator.state as of 2026-11-22T02:59:57Z (3 rows) and as of 2026-11-22T03:00:03Z (3 rows) has the same commits",
      SCANNED,
    ],
    notCovered: [],
    witnesses: [],
  });
});

test("a commit between the copies is refused by its name, and an abort is not", async (t) => {
  const committed = { id: "t9", state: 3, createdAt: T - 100 };
  const refused = judge({ brackets: [await bracket(ROWS, [...ROWS, committed])], scan: CLEAN_SCAN });
  t.is(refused.verdict, "refused");
  t.deepEqual(refused.witnesses, [
    "ledger: coordinator.state: transaction t9 of 2026-11-22T02:59:59.900Z committed between the copies",
  ]);
  const doubted = judge({
    brackets: [await bracket(ROWS, [...ROWS, committed])],
    unproven: ["one-phase commit is on"],
  });
  t.deepEqual(doubted, {
    ...refused,
    because: [...refused.because, "one-phase commit is on"],
  });
  t.deepEqual([refused.instant, refused.restsOn, refused.because.length], [AT, [], 1]);
  const aborted = { id: "t9", state: 4, createdAt: T - 100 };
  t.is(judge({ brackets: [await bracket(ROWS, [...ROWS, aborted])] }).verdict, "pause proven, records not scanned");
});

test("copies that could not be read are unproven, whatever a scan has found", async (t) => {
  const { differences: _, ...unread } = await bracket(ROWS, ROWS);
  const brackets = [{ ...unread, unread: "the firewall lets nothing in" }];
  const { verdict, because, restsOn } = judge({ brackets, scan: CLEAN_SCAN });
  t.is(verdict, "unproven");
  t.deepEqual([because, restsOn], [["ledger: the firewall lets nothing in"], []]);
});

test("what is unproven says why once, and keeps its evidence", async (t) => {
  const expected = { verdict: "unproven", instant: AT, restsOn: [], notCovered: [], witnesses: [] } as const;
  t.deepEqual(judge({}), { ...expected, because: ["no copy of a coordinator was compared"] });
  t.deepEqual(judge({ unproven: ["no room in the window"] }), { ...expected, because: ["no room in the window"] });
  const rows = [...ROWS, { id: "t4", state: 3, createdAt: T - 999 }];
  t.deepEqual(judge({ brackets: [await bracket(rows, rows)] }).witnesses, [
    "ledger: coordinator.state: transaction t4 of 2026-11-22T02:59:59.001Z committed shortly before the data, or later",
  ]);
});

test("one coordinator of two that fails decides the verdict", async (t) => {
  const brackets = [await bracket(ROWS, ROWS), await bracket(ROWS, [...ROWS, { id: "t9", state: 3, createdAt: T }])];
  t.is(judge({ brackets }).verdict, "refused");
});

/** Each breaks one rule, and is never accepted, not even with a clean scan. */
const BROKEN: Record<string, () => Promise<Partial<VerificationFacts>>> = {
  "nothing was compared": async () => ({}),
  "a copy without rows": async () => ({ brackets: [await bracket([], [])] }),
  "a row was removed": async () => ({ brackets: [await bracket(ROWS, ROWS.slice(1))] }),
  "an old row was removed": async () => {
    const old = { id: "old", state: 3, createdAt: T - 2 * 86_400_000 };
    return { brackets: [await bracket([old, ...ROWS], ROWS)] };
  },
  "an old row has another state": async () => {
    const old = { id: "old", state: 3, createdAt: T - 2 * 86_400_000 };
    return { brackets: [await bracket([old, ...ROWS], [{ ...old, state: 4 }, ...ROWS])] };
  },
  "a state changed": async () => ({
    brackets: [await bracket(ROWS, [{ id: "t1", state: 4, createdAt: T - 60_000 }, ...ROWS.slice(1)])],
  }),
  "a group has another child": async () => ({
    brackets: [
      await bracket(ROWS, [...ROWS.slice(0, 2), { id: "t3", state: 3, createdAt: T - 40_000, childIds: "a" }]),
    ],
  }),
  "an unknown state": async () => {
    const rows = [...ROWS, { id: "t4", state: 1, createdAt: T - 30_000 }];
    return { brackets: [await bracket(rows, rows)] };
  },
  "a row without a time": async () => {
    const rows = [...ROWS, { id: "t4", state: 3, createdAt: Number.NaN }];
    return { brackets: [await bracket(rows, rows)] };
  },
  "both copies of one instant": async () => ({
    brackets: [await bracket(ROWS, ROWS, { late: { name: "late", instant: formatInstant(T - 3000) } })],
  }),
  "the early copy less than two seconds before the data": async () => ({
    brackets: [await bracket(ROWS, ROWS, { early: { name: "early", instant: formatInstant(T - 1000) } })],
  }),
  "a late copy before some of the data": async () => ({
    brackets: [
      await bracket(ROWS, ROWS, {
        data: [
          { name: "a", instant: AT },
          { name: "b", instant: formatInstant(T + 5000) },
        ],
      }),
    ],
  }),
  "an instant without the cloud's record": async () => ({
    brackets: [await bracket(ROWS, ROWS, { early: { name: "early" } })],
  }),
  "a data instant without the cloud's record": async () => ({
    brackets: [await bracket(ROWS, ROWS, { data: [{ name: "ledger.accounts" }] })],
  }),
  "an instant of the coordinator that was only asked for": async () => ({
    brackets: [
      await bracket(ROWS, ROWS, { late: { name: "late", instant: formatInstant(T + 3000), requested: true } }),
    ],
  }),
  "no data": async () => ({ brackets: [await bracket(ROWS, ROWS, { data: [] })] }),
  "a commit right before the data": async () => {
    const rows = [...ROWS, { id: "t4", state: 3, createdAt: T - 999 }];
    return { brackets: [await bracket(rows, rows)] };
  },
  "a reason from outside": async () => ({
    brackets: [await bracket(ROWS, ROWS)],
    unproven: ["one-phase commit is enabled"],
  }),
};
for (const [title, broken] of Object.entries(BROKEN))
  test(`never accepted: ${title}`, async (t) => {
    const facts = await broken();
    for (const scan of [undefined, CLEAN_SCAN]) {
      const { verdict, because } = judge({ ...facts, scan });
      t.true(["refused", "unproven"].includes(verdict), verdict);
      t.not(because.length, 0);
    }
  });

test("the verdict says which data has only the instant that was asked for", async (t) => {
  const data = [{ name: "customers", instant: AT, requested: true }];
  const brackets = [await bracket(ROWS, ROWS, { data })];
  const { verdict, restsOn, notCovered } = judge({ brackets });
  t.is(verdict, "pause proven, records not scanned");
  t.notRegex(restsOn.join(), /customers/, "no verdict rests on what was not read");
  t.is(
    notCovered[0],
    "customers: nothing in its copy was read; its instant, 2026-11-22T03:00:00Z, is the one that was asked for",
  );
  t.deepEqual(judge({ brackets, scan: CLEAN_SCAN }).notCovered, [
    "customers: its instant, 2026-11-22T03:00:00Z, is the one that was asked for; no record of its cloud was read",
  ]);
});

test("a setting that was not read is an assumption, with what checks it", async (t) => {
  const brackets = [await bracket(ROWS, ROWS)];
  const oneMore = (settingsRead?: boolean) =>
    judge({ brackets, ...(settingsRead !== undefined && { settingsRead }) }).restsOn.at(-1) ?? "";
  t.regex(oneMore(), /^assumed, not read: .*one_phase_commit\.enabled is false, as by default; .* set "properties"/);
  t.is(oneMore(false), oneMore());
  t.regex(oneMore(true), /^scalar\.db.*one_phase_commit\.enabled is not true in the properties: /);
});

test("rows with write sets need a scan, because finishTransaction can remove them", async (t) => {
  const rows = ROWS.map((row) => ({ ...row, writeSet: true }));
  const brackets = [await bracket(rows, rows)];
  t.is(judge({ brackets }).verdict, "unproven");
  t.is(judge({ brackets, scan: CLEAN_SCAN }).verdict, "consistent");
});

test("records that a scan finds without their transaction refuse the copies", async (t) => {
  const brackets = [await bracket(ROWS, ROWS)];
  const found = { count: 30, examples: [{ table: "ledger.accounts", key: "id=7", id: "t9" }] };
  for (const key of ["committedWithoutRow", "beforeImageWithoutRow"] as const) {
    const { verdict, witnesses } = judge({ brackets, scan: { ...CLEAN_SCAN, [key]: found } });
    t.is(verdict, "refused");
    t.deepEqual(witnesses, ["ledger.accounts id=7: transaction t9"]);
  }
  t.is(judge({ brackets, scan: { ...CLEAN_SCAN, olderThanCoordinator: 1 } }).verdict, "unproven");
  t.is(judge({ brackets, scan: { ...CLEAN_SCAN, records: 0 } }).verdict, "unproven");
});

test("one relational database rests on its own recovery", (t) => {
  const ownRecovery = "customers: recovered by the database itself";
  const consistent = {
    verdict: "consistent",
    instant: AT,
    because: [],
    restsOn: [ownRecovery],
    notCovered: [],
    witnesses: [],
  } as const;
  t.deepEqual(judge({ ownRecovery }), consistent);
  const scanned = judge({ ownRecovery, scan: { ...CLEAN_SCAN, notCovered: ["customers.imported"] } });
  t.deepEqual(scanned, {
    ...consistent,
    restsOn: [ownRecovery, SCANNED],
    notCovered: ["customers.imported: no transaction metadata"],
  });
});

test("a scan that finds records without their transaction refuses one relational database, too", (t) => {
  const ownRecovery = "customers: recovered by the database itself";
  for (const key of ["committedWithoutRow", "beforeImageWithoutRow"] as const) {
    const { verdict, restsOn } = judge({ ownRecovery, scan: { ...CLEAN_SCAN, [key]: { count: 1, examples: [] } } });
    t.deepEqual([verdict, restsOn], ["refused", []]);
  }
  const purged = { ...CLEAN_SCAN, olderThanCoordinator: 1 };
  t.is(judge({ ownRecovery, scan: purged }).verdict, "consistent", "purged rows are evidence of nothing");
});

/** Transactions on four records in two databases; no two at a time on one record, as ScalarDB's prepare ensures. */
const history: fc.Arbitrary<Transaction[]> = fc
  .array(
    fc.record({
      start: fc.integer({ min: -40_000, max: 20_000 }),
      records: fc.subarray(["a1", "a2", "b1", "b2"], { minLength: 1, maxLength: 3 }),
      steps: fc.array(fc.integer({ min: 1, max: 1500 }), { minLength: 7, maxLength: 7 }),
      commits: fc.boolean().map((aborts) => !aborts),
    }),
    { maxLength: 60 },
  )
  .map((drafts) => {
    const busyUntil = new Map<string, number>();
    return drafts
      .sort((a, b) => a.start - b.start)
      .map(({ start, records, steps, commits }, index) => {
        let now = Math.max(T + start, ...records.map((record) => busyUntil.get(record) ?? 0));
        const step = (position: number) => {
          now += steps[position] ?? 1;
          return now;
        };
        const preparedAt = records.map((_, position) => step(position));
        const decidedAt = step(3);
        const writes = records.map((record, position) => ({
          record,
          preparedAt: preparedAt[position] ?? 0,
          committedAt: step(4 + position),
        }));
        for (const { record, committedAt } of writes) busyUntil.set(record, committedAt);
        return { id: `t${index}`, commits, decidedAt, writes };
      });
  });

const skews = fc.array(fc.integer({ min: -950, max: 950 }), { minLength: 6, maxLength: 6 });

test("whatever is accepted, ScalarDB recovers to exactly the committed transactions; true pauses are accepted", async (t) => {
  const seen = { accepted: 0, broken: 0, paused: 0 };
  await fc.assert(
    fc.asyncProperty(history, skews, fc.boolean(), async (drafts, skew, paused) => {
      // In a pause, transactions end before the window and begin after it.
      const all = paused
        ? drafts.filter(({ writes }) => writes.every((w) => w.committedAt < T - 5000 || w.preparedAt > T + 5000))
        : drafts;
      const early = rowsAt(all, T - 3000 + (skew[0] ?? 0));
      const late = rowsAt(all, T + 3000 + (skew[1] ?? 0));
      const instants = new Map(["a1", "a2", "b1", "b2"].map((record, index) => [record, T + (skew[index + 2] ?? 0)]));
      const values = recovered(all, early, (record) => instants.get(record) ?? T);
      const sound = isDeepStrictEqual(values, expected(all, early));
      const { verdict } = judge({ brackets: [await bracket(early, late)] });
      const accepted = verdict === "pause proven, records not scanned";
      if (accepted) seen.accepted++;
      if (!sound) seen.broken++;
      if (accepted && !sound) return false;
      if (paused && early.length > 0) {
        seen.paused++;
        return accepted && sound;
      }
      return true;
    }),
    { numRuns: 3000 },
  );
  // Otherwise the property says nothing.
  t.true(seen.accepted > 100 && seen.broken > 100 && seen.paused > 100, JSON.stringify(seen));
});

test("only what is refused or unproven is not proven", (t) => {
  const unproven = Object.values(Verdict).filter((verdict) => !isProven(verdict));
  t.deepEqual(unproven, ["refused", "unproven"]);
});

test("a gap between commits is proven by the copies alone, and says so", async (t) => {
  const { verdict, restsOn } = judge({ brackets: [await bracket(ROWS, ROWS)], quietGap: true });
  t.is(verdict, "quiet gap proven, records not scanned");
  t.regex(restsOn.join("\n"), /no pause window is asked for \(restore\.quietGap\)/);
  const inWindow = judge({ brackets: [await bracket(ROWS, ROWS)] });
  t.notRegex(inWindow.restsOn.join("\n"), /quietGap/);
});

test("one record is evidence enough, of each kind", async (t) => {
  const brackets = [await bracket(ROWS, ROWS)];
  const one = { count: 1, examples: [] };
  const evidence: [Partial<ScanFacts>, RegExp][] = [
    [{ committedWithoutRow: one }, /^1 committed record is newer than the coordinator/],
    [{ committedWithoutRow: { count: 2, examples: [] } }, /^2 committed records are newer than the coordinator/],
    [{ beforeImageWithoutRow: one }, /^1 record would return to a value/],
  ];
  for (const [scan, said] of evidence) {
    const { verdict, because } = judge({ brackets, scan: { ...CLEAN_SCAN, ...scan } });
    t.is(verdict, "refused");
    t.regex(because.join("\n"), said);
  }
  const purged = judge({ brackets, scan: { ...CLEAN_SCAN, olderThanCoordinator: 1 } });
  t.is(purged.verdict, "unproven");
  t.regex(purged.because.join("\n"), /lacks the transactions of 1 committed record that/);
});

test("tables about which a scan knows nothing are named", async (t) => {
  const brackets = [await bracket(ROWS, ROWS)];
  const { verdict, notCovered } = judge({ brackets, scan: { ...CLEAN_SCAN, notCovered: ["ledger.imported"] } });
  t.is(verdict, "consistent");
  t.deepEqual(notCovered, ["ledger.imported: no transaction metadata"]);
});

test("a scan's text counts its records, and those that ScalarDB has to finish", async (t) => {
  const brackets = [await bracket(ROWS, ROWS)];
  const textOf = (scan: Partial<ScanFacts>) => judge({ brackets, scan: { ...CLEAN_SCAN, ...scan } }).restsOn.at(-1);
  t.is(
    textOf({ records: 1, tables: 1, unfinished: 0 }),
    "1 record of 1 table was scanned: none is of a transaction that the coordinator lacks",
  );
  t.is(
    textOf({ unfinished: 2 }),
    "10 records of 2 tables were scanned: none is of a transaction that the coordinator lacks; ScalarDB has to finish 2 records of unfinished transactions",
  );
});
