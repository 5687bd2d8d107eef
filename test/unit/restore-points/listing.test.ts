import test from "ava";
import fc from "fast-check";
import { listing } from "../../../restore-points/listing";
import { restorePointsOf } from "../../../restore-points/outputs";
import { restorePoints } from "../../../restore-points/points";
import type { Situation } from "../../../restore-points/situation";
import { timeline } from "../../../restore-points/timeline";
import { IMPORTED, type PauseWindow } from "../../../restore-points/window";
import { backedUp, HOUR_START, RELEASES, situation, windowOf } from "./arbitraries";

const at = (seconds: number) => HOUR_START + seconds * 1000;
const known: Situation = {
  now: at(600),
  pauseRequired: true,
  windows: [0, 120, 595].map((start) => windowOf(at(start - 5), at(start + 5), [RELEASES[0], RELEASES[1]])),
  releases: [RELEASES[0], RELEASES[1]],
  databases: [
    { name: "ledger", earliest: "2026-11-22T03:01:00Z", latest: "2026-11-22T03:09:00Z" },
    { name: "customers", earliest: "2026-11-22T03:00:00Z", latest: "2026-11-22T03:10:00Z" },
  ],
};

test("the listing has a picture, the ranges and the points with their reasons", (t) => {
  t.deepEqual(listing(restorePoints(known), 72), [
    'What can be restored, as of 2026-11-22T03:10:00Z ("pulumi up" looks again)',
    "",
    "           2026-11-22T03:00:00Z                     2026-11-22T03:10:00Z",
    "ledger           =================================================",
    "customers  =============================================================",
    "windows    x           *                                               x",
    "",
    "= restorable   * pause window, all restorable   x pause window, not all",
    "",
    "DATABASE   FROM                  TO",
    "ledger     2026-11-22T03:01:00Z  2026-11-22T03:09:00Z",
    "customers  2026-11-22T03:00:00Z  2026-11-22T03:10:00Z",
    "",
    "INSTANT               RESTORABLE  PAUSED    RELEASES",
    "2026-11-22T03:09:55Z  no          10.0 s *  scalar/cluster (2 pods), scalar/ledger (2 pods)",
    "  ledger can be restored from 2026-11-22T03:01:00Z to 2026-11-22T03:09:00Z now; try again after 2026-11-22T03:10:55Z",
    "2026-11-22T03:02:00Z  yes         10.0 s    scalar/cluster (2 pods), scalar/ledger (2 pods)",
    "2026-11-22T03:00:00Z  no          10.0 s    scalar/cluster (2 pods), scalar/ledger (2 pods)",
    "  ledger can be restored from 2026-11-22T03:01:00Z to 2026-11-22T03:09:00Z; choose a later instant, and keep its backups for longer if you need older instants",
    "* the window has no whole minute near its middle: check that your databases restore to the second",
  ]);
});

test("a window's backups are shown, with the way to restore them if point-in-time recovery cannot", (t) => {
  const [cluster, ledger] = [RELEASES[0], RELEASES[1]];
  const window = backedUp(windowOf(at(0), at(130), [cluster, ledger]), at(61), at(64));
  const lines = (now: number) => listing(restorePoints({ ...known, now, windows: [window] }), 72).slice(-5);
  t.deepEqual(lines(at(600)).slice(-2), [
    "2026-11-22T03:01:00Z  yes         130.0 s  scalar/cluster (2 pods), scalar/ledger (2 pods)",
    "  ledger has backups of this window, kept until 2027-12-27T03:00:00Z",
  ]);
  const beyond = {
    ...known,
    databases: [{ name: "ledger", earliest: "2026-11-22T03:02:00Z", latest: "2026-11-22T03:09:00Z" }],
  };
  t.deepEqual(listing(restorePoints({ ...beyond, windows: [window] }), 72).slice(-4, -1), [
    "2026-11-22T03:01:00Z  backups     130.0 s  scalar/cluster (2 pods), scalar/ledger (2 pods)",
    "  ledger can be restored from 2026-11-22T03:02:00Z to 2026-11-22T03:09:00Z; choose a later instant, and keep its backups for longer if you need older instants",
    "  ledger has backups of this window, kept until 2027-12-27T03:00:00Z: restore.from.ledger.windowBackups restores them",
  ]);
});

test("what was imported says so", (t) => {
  const [window] = known.windows;
  const releases = window?.releases.map((release) => ({ ...release, product: "unknown", pods: [] })) ?? [];
  const output = restorePoints({ ...known, windows: [{ ...(window as PauseWindow), releases, origin: IMPORTED }] });
  t.deepEqual(
    listing(output, 72).filter((line) => line.includes(" s ")),
    ["2026-11-22T03:00:00Z  no          10.0 s  scalar/cluster (imported), scalar/ledger (imported)"],
  );
});

test("one database that needs no pause is shown by its range", (t) => {
  const output = restorePoints({ ...known, pauseRequired: false, databases: known.databases.slice(0, 1) });
  t.deepEqual(listing(output, 60), [
    'What can be restored, as of 2026-11-22T03:10:00Z ("pulumi up" looks again)',
    "",
    "        2026-11-22T03:01:00Z            2026-11-22T03:10:00Z",
    "ledger  ==============================================",
    "",
    "= restorable",
    "",
    "DATABASE  FROM                  TO",
    "ledger    2026-11-22T03:01:00Z  2026-11-22T03:09:00Z",
    "",
    "Any instant from 2026-11-22T03:01:00Z to 2026-11-22T03:09:00Z can be restored; no pause is needed.",
  ]);
});

test("without known ranges there is no picture, and the reason is shown", (t) => {
  const output = restorePoints({
    ...known,
    windows: [],
    databases: [{ name: "ledger", unknownBecause: "it is not created yet" }],
  });
  t.deepEqual(listing(output, 60), [
    'What can be restored, as of 2026-11-22T03:10:00Z ("pulumi up" looks again)',
    "",
    "DATABASE  FROM  TO",
    "ledger    not known: it is not created yet",
    "",
    "Nothing can be restored now: no pause window has been recorded yet; the next run of the pause schedule records one",
  ]);
});

test("a range that has no instants is not known", (t) => {
  const lines = listing(restorePoints({ ...known, windows: [], databases: [{ name: "ledger" }] }), 60);
  t.true(lines.includes("ledger    not known  not known"), lines.join("\n"));
});

test("where something could not be read, it is not known what can be restored", (t) => {
  const output = restorePoints({ ...known, windows: [] });
  t.is(
    listing(output, 80, undefined, false).at(-1),
    "It is not known what can be restored: not everything could be read",
  );
});

test("a problem of the pause schedule is a warning below the points, or the reason if there are none", (t) => {
  const pauseProblems = ["the last run of the pause schedule failed"];
  const output = restorePoints({ ...known, pauseProblems });
  t.is(listing(output, 80).at(-1), "Warning: the last run of the pause schedule failed");
  t.deepEqual(restorePointsOf(JSON.parse(JSON.stringify({ restorePoints: output }))).pauseProblems, pauseProblems);
  t.is(
    listing(restorePoints({ ...known, windows: [], pauseProblems }), 80).at(-1),
    "Nothing can be restored now: no pause window has been recorded yet: the last run of the pause schedule failed",
  );
});

test("unlisted points are counted", (t) => {
  for (const unlisted of [1, 3]) {
    const lines = listing({ ...restorePoints(known), unlisted }, 80);
    t.is(lines.at(-1), `and ${unlisted} older ones, which restore.at takes too while they can be restored`);
  }
});

test("a single point has its warning, too; a release shows the pods that are known", (t) => {
  const [first] = known.windows;
  const windows = [pods(["ledger-0"]), pods([])].map((releases) => [{ ...first, releases }] as PauseWindow[]);
  const lines = (all: PauseWindow[]) =>
    listing(restorePoints({ ...known, windows: all, pauseProblems: ["it failed"] }), 72);
  t.is(lines(windows[0] ?? []).at(-1), "Warning: it failed");
  t.true(lines(windows[0] ?? []).some((line) => line.endsWith("scalar/cluster, scalar/ledger (1 pod)")));
  t.true(lines(windows[1] ?? []).some((line) => line.endsWith("scalar/cluster, scalar/ledger")));

  function pods(ledger: string[]) {
    return first?.releases.map((release) => ({ ...release, pods: release.name === "ledger" ? ledger : [] }));
  }
});

test("one database without a range says why nothing can be restored", (t) => {
  const databases = [{ name: "ledger", unknownBecause: "it is not created yet" }];
  t.is(
    listing(restorePoints({ ...known, pauseRequired: false, databases }), 60).at(-1),
    "Nothing can be restored now: the restorable range of ledger is not known: it is not created yet",
  );
});

test("a picture has a row for every database, at least 45 columns, and a mark for each window", (t) => {
  const picture = timeline(
    restorePoints({
      ...known,
      now: at(6000),
      // The first window has the second one's column, and cannot be restored.
      windows: [windowOf(at(595), at(605)), windowOf(at(605.001), at(613)), windowOf(at(3000), at(3010))],
      releases: [RELEASES[0]],
      databases: [
        { name: "a", earliest: "2026-11-22T03:10:03Z", latest: "2026-11-22T03:49:00Z" },
        { name: "b", earliest: "2026-11-22T03:00:00Z", latest: "2026-11-22T04:40:00Z" },
      ],
    }),
    20,
  );
  t.deepEqual(picture, [
    "         2026-11-22T03:00:00Z     2026-11-22T04:40:00Z",
    "a            ===================",
    "b        =============================================",
    "windows      *                 x",
  ]);
  const older = timeline(
    restorePoints({
      ...known,
      now: at(6000),
      windows: [windowOf(at(-5), at(5)), windowOf(at(2995), at(3005))],
      releases: [RELEASES[0]],
      databases: [{ name: "a", earliest: "2026-11-22T03:50:00Z", latest: "2026-11-22T04:40:00Z" }],
    }),
    20,
  );
  t.deepEqual(
    older.slice(1),
    ["a                              =======================", "windows  x                     *"],
    "the picture begins with what is oldest, a window or a range",
  );
  const unknown = { name: "b", unknownBecause: "it is not created yet" };
  const [, , row] = timeline(restorePoints({ ...known, databases: [...known.databases, unknown].slice(1) }), 72);
  t.is(row, "b          not known");
});

test("colours do not change the text", (t) => {
  const marked = listing(restorePoints(known), 72, (style, text) => `<${style}>${text}</${style}>`);
  t.true(marked.some((line) => line.startsWith("<green>2026-11-22T03:02:00Z  yes")));
  t.true(marked.some((line) => line.startsWith("<red>2026-11-22T03:00:00Z  no")));
  const fromBackups = restorePoints({
    ...known,
    windows: [backedUp(windowOf(at(0), at(130), [RELEASES[0], RELEASES[1]]), at(61), at(64))],
    databases: [{ name: "ledger", earliest: "2026-11-22T03:02:00Z", latest: "2026-11-22T03:09:00Z" }],
  });
  t.true(
    listing(fromBackups, 72, (style, text) => `<${style}>${text}`).some((line) =>
      line.startsWith("<yellow>2026-11-22T03:01:00Z  backups"),
    ),
  );
  t.deepEqual(
    marked.map((line) => line.replaceAll(/<\/?\w+>/g, "")),
    listing(restorePoints(known), 72),
  );
});

test("the picture is exactly as wide as the width", (t) => {
  fc.assert(
    fc.property(situation, fc.integer({ min: 60, max: 120 }), (drawn, width) => {
      const lines = timeline(restorePoints(drawn), width);
      t.true(lines.every((line) => line.length <= width));
      if (lines.length > 0) t.is(lines[0]?.length, width);
    }),
  );
});
