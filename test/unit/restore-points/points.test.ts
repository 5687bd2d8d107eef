import test from "ava";
import fc from "fast-check";
import { LISTED_POINTS, restorePoints } from "../../../restore-points/points";
import type { Situation } from "../../../restore-points/situation";
import { backedUp, HOUR_START, RELEASES, situation, windowOf } from "./arbitraries";

const LEDGER = { name: "ledger", earliest: "2026-11-22T03:01:00Z", latest: "2026-11-22T03:10:00Z" };
const CUSTOMERS = { name: "customers", earliest: "2026-11-22T02:00:00Z", latest: "2026-11-22T03:05:00.700Z" };
const at = (seconds: number) => HOUR_START + seconds * 1000;
const known: Situation = {
  now: at(600),
  pauseRequired: true,
  windows: [0, 120, 400].map((start) => windowOf(at(start) + 120, at(start + 10) + 130, [RELEASES[0]], 4)),
  releases: [RELEASES[0]],
  databases: [LEDGER, CUSTOMERS],
};

test("a set that needs a pause has a point for each window, newest first, with the reason if it cannot be restored", (t) => {
  const covers = [
    {
      cluster: "default",
      namespace: "scalar",
      name: "cluster",
      product: "scalardb-cluster",
      pods: 2,
      origin: "recorded",
    },
  ];
  t.deepEqual(restorePoints(known), {
    asOf: "2026-11-22T03:10:00Z",
    pauseRequired: true,
    databases: [LEDGER, CUSTOMERS],
    points: [
      {
        instant: "2026-11-22T03:06:45Z",
        noWholeMinute: true,
        window: { start: "2026-11-22T03:06:40.124Z", end: "2026-11-22T03:06:50.126Z", clockOffsetMillis: 4 },
        covers,
        databases: [
          { name: "ledger", restorable: true },
          {
            name: "customers",
            restorable: false,
            reason:
              "customers can be restored from 2026-11-22T02:00:00Z to 2026-11-22T03:05:00Z now; try again after 2026-11-22T03:11:45Z",
          },
        ],
        restorable: false,
      },
      {
        instant: "2026-11-22T03:02:05Z",
        noWholeMinute: true,
        window: { start: "2026-11-22T03:02:00.124Z", end: "2026-11-22T03:02:10.126Z", clockOffsetMillis: 4 },
        covers,
        databases: [
          { name: "ledger", restorable: true },
          { name: "customers", restorable: true },
        ],
        restorable: true,
      },
      {
        instant: "2026-11-22T03:00:05Z",
        noWholeMinute: true,
        window: { start: "2026-11-22T03:00:00.124Z", end: "2026-11-22T03:00:10.126Z", clockOffsetMillis: 4 },
        covers,
        databases: [
          {
            name: "ledger",
            restorable: false,
            reason:
              "ledger can be restored from 2026-11-22T03:01:00Z to 2026-11-22T03:10:00Z; choose a later instant, and keep its backups for longer if you need older instants",
          },
          { name: "customers", restorable: true },
        ],
        restorable: false,
      },
    ],
    unlisted: 0,
    latest: "2026-11-22T03:02:05Z",
  });
});

test("one database that needs no pause has a range of whole seconds", (t) => {
  t.deepEqual(restorePoints({ ...known, pauseRequired: false, databases: [CUSTOMERS] }), {
    asOf: "2026-11-22T03:10:00Z",
    pauseRequired: false,
    databases: [CUSTOMERS],
    points: [],
    unlisted: 0,
    anyInstant: { from: "2026-11-22T02:00:00Z", to: "2026-11-22T03:05:00Z" },
    latest: "2026-11-22T03:05:00Z",
  });
});

test("one whole second is a range; what has nothing to restore lists and hides no points", (t) => {
  const second = { name: "customers", earliest: "2026-11-22T03:05:00Z", latest: "2026-11-22T03:05:00.700Z" };
  const of = (databases: Situation["databases"]) => restorePoints({ ...known, pauseRequired: false, databases });
  t.deepEqual(of([second]).anyInstant, { from: "2026-11-22T03:05:00Z", to: "2026-11-22T03:05:00Z" });
  t.deepEqual(of([]), {
    asOf: "2026-11-22T03:10:00Z",
    pauseRequired: false,
    databases: [],
    points: [],
    unlisted: 0,
    noneBecause: "no database is named",
  });
});

test("a database whose clock is ahead has no restorable instant in the future", (t) => {
  const ahead = { ...CUSTOMERS, latest: "2026-11-22T03:10:30Z" };
  t.is(restorePoints({ ...known, pauseRequired: false, databases: [ahead] }).latest, "2026-11-22T03:10:00Z");
});

test("if nothing can be restored, noneBecause says why", (t) => {
  const whyNone = (change: Partial<Situation>) => restorePoints({ ...known, ...change }).noneBecause;
  t.is(
    whyNone({ windows: [] }),
    "no pause window has been recorded yet; the next run of the pause schedule records one",
  );
  t.is(
    whyNone({ databases: [{ name: "ledger", unknownBecause: "it is not created yet" }] }),
    "no restore point can be restored now; of the newest, 2026-11-22T03:06:45Z: the restorable range of ledger is not known: it is not created yet",
  );
  t.is(
    whyNone({
      databases: [
        { ...CUSTOMERS, latest: "2026-11-22T03:10:00Z" },
        { name: "ledger", unknownBecause: "it is not created yet" },
      ],
    }),
    "no restore point can be restored now; of the newest, 2026-11-22T03:06:45Z: the restorable range of ledger is not known: it is not created yet",
    "databases that can be restored have no reason",
  );
  t.is(whyNone({ databases: [] }), "no database is named, so there is nothing to restore");
  t.is(whyNone({ pauseRequired: false, databases: [] }), "no database is named");
  t.is(
    whyNone({ pauseRequired: false, databases: [{ name: "ledger", unknownBecause: "it is not created yet" }] }),
    "the restorable range of ledger is not known: it is not created yet",
  );
  t.is(
    whyNone({
      pauseRequired: false,
      databases: [{ ...CUSTOMERS, earliest: "2026-11-22T03:05:00.1Z", latest: "2026-11-22T03:05:00.9Z" }],
    }),
    "the databases have not been protected for a second yet; try again in a few minutes",
  );
});

test("there is a latest instant or a reason, never both, and the latest is the newest restorable one", (t) => {
  fc.assert(
    fc.property(situation, (drawn) => {
      const { points, latest, noneBecause, anyInstant } = restorePoints(drawn);
      t.is(latest === undefined, noneBecause !== undefined);
      t.is(latest, anyInstant?.to ?? points.find((point) => point.restorable)?.instant);
    }),
  );
});

test("only the newest points are listed, but an older one can be the latest", (t) => {
  const windows = Array.from({ length: LISTED_POINTS + 5 }, (_, index) =>
    windowOf(at(20 * index), at(20 * index + 10)),
  );
  const { points, unlisted, latest } = restorePoints({
    ...known,
    now: at(4000),
    windows,
    databases: [{ name: "stuck", earliest: "2026-11-22T03:00:00Z", latest: "2026-11-22T03:00:59Z" }],
  });
  t.is(points.length, LISTED_POINTS);
  t.is(unlisted, 5);
  t.is(points[0]?.instant, "2026-11-22T03:34:45Z");
  t.is(latest, "2026-11-22T03:00:45Z");
});

/** A window with backups, and the ranges of point-in-time recovery a hundred days later. */
const DAY = 86_400_000;
const late: Situation = {
  ...known,
  now: at(0) + 100 * DAY,
  windows: [backedUp(windowOf(at(0), at(130)), at(61), at(64))],
  databases: [{ name: "ledger", earliest: "2027-02-01T00:00:00Z", latest: "2027-03-01T00:00:00Z" }],
};

test("a point that is too old for point-in-time recovery can be restored from its window's backups, while they are kept", (t) => {
  const point = (situation: Situation) => restorePoints(situation).points[0];
  t.like(point(late), { instant: "2026-11-22T03:01:00Z", restorable: false, restorableFromBackups: true });
  t.like(point(late)?.databases[0], { restorable: false, backedUpUntil: "2027-12-27T03:00:00Z" });
  t.regex(
    restorePoints(late).noneBecause ?? "",
    /2026-11-22T03:01:00Z can be restored from its window's backups, by restore.from.ledger.windowBackups: true$/,
  );
  const expired = point({ ...late, now: at(0) + 400 * DAY });
  t.is(expired?.databases[0]?.backedUpUntil, undefined);
  t.is(expired?.restorableFromBackups, undefined);
  const withOther = point({ ...late, databases: [...late.databases, { ...late.databases[0], name: "customers" }] });
  t.is(withOther?.restorableFromBackups, undefined, "not if another database has no backups");
  t.is(withOther?.databases[0]?.backedUpUntil, "2027-12-27T03:00:00Z", "but it is said which has");
});

test("without a database, nothing can be restored, not even from backups", (t) => {
  t.like(restorePoints({ ...late, databases: [] }).points[0], { restorable: false, restorableFromBackups: undefined });
});

test("only databases that point-in-time recovery cannot restore are to be restored from backups", (t) => {
  const customers = { name: "customers", earliest: "2026-11-22T03:00:00Z", latest: "2027-03-01T00:00:00Z" };
  const [window] = late.windows;
  const backups = window?.backups && {
    ...window.backups,
    databases: [...window.backups.databases, { ...window.backups.databases[0], name: "customers" }],
  };
  const both = { ...late, windows: [{ ...window, backups }], databases: [...late.databases, customers] } as Situation;
  t.like(restorePoints(both).points[0], { restorable: false, restorableFromBackups: true });
  t.regex(restorePoints(both).noneBecause ?? "", /backups, by restore\.from\.ledger\.windowBackups: true$/);
  const customersWithout = { ...late, databases: [...late.databases, customers] };
  t.like(restorePoints(customersWithout).points[0], { restorable: false, restorableFromBackups: true });
});

test("as many older points with backups are listed as newest ones, none of them twice", (t) => {
  const windows = Array.from({ length: 2 * LISTED_POINTS + 10 }, (_, index) => {
    const start = at(3600) + index * 600_000;
    return backedUp(windowOf(start, start + 130_000), start + 61_000, start + 64_000);
  });
  const databases = [...late.databases, { ...late.databases[0], name: "customers" }];
  const { points, unlisted } = restorePoints({ ...late, windows, databases });
  const instants = points.map(({ instant }) => instant);
  t.is(new Set(instants).size, 2 * LISTED_POINTS);
  t.deepEqual(instants, [...instants].sort().reverse());
  t.is(points.length, 2 * LISTED_POINTS);
  t.is(unlisted, 10);
});

test("points with backups are listed beyond the newest", (t) => {
  const others = Array.from({ length: LISTED_POINTS + 20 }, (_, index) => {
    const start = at(3600) + index * 60_000;
    return windowOf(start, start + 10_000);
  });
  const { points, unlisted } = restorePoints({ ...late, windows: [...late.windows, ...others] });
  t.is(points.length, LISTED_POINTS + 1);
  t.truthy(points.at(-1)?.databases[0]?.backedUpUntil);
  t.is(unlisted, 20);
});
