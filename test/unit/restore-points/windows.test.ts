import test from "ava";
import fc from "fast-check";
import { instantMillis } from "../../../restore-points/instant";
import { bracketAround } from "../../../restore-points/verification/bracket";
import { IMPORTED, type PauseWindow, type ReleaseName } from "../../../restore-points/window";
import { backupName, instantOfBackup, withDeleteAfter } from "../../../restore-points/window-backups";
import {
  commonWindows,
  isInside,
  MINIMUM_WINDOW_MILLIS,
  usableMillis,
  whyNoWindow,
} from "../../../restore-points/windows";
import { backedUp, HOUR_START, pauseWindows, RELEASES, releases, windowOf } from "./arbitraries";

const [CLUSTER, LEDGER, TOKYO] = RELEASES;
const at = (seconds: number) => HOUR_START + seconds * 1000;
const spans = (windows: PauseWindow[], of: ReleaseName[]) =>
  commonWindows(windows, of).map(({ start, instant, end }) =>
    [start, instant, end].map((time) => (time - at(0)) / 1000),
  );
const runsOf = (release: ReleaseName, windows: readonly PauseWindow[]) =>
  windows.filter(
    (window) =>
      window.cluster === release.cluster &&
      window.releases.some(({ namespace, name }) => namespace === release.namespace && name === release.name),
  );

test("throughout a common window, every release is in one of its recorded windows", (t) => {
  let found = 0;
  fc.assert(
    fc.property(pauseWindows, releases, (windows, of) => {
      for (const { start, end } of commonWindows(windows, of)) {
        found++;
        for (const release of of) {
          const runs = runsOf(release, windows);
          for (let time = start; time <= end; time += 250)
            t.true(
              runs.some(
                (run) => instantMillis(run.pauseCompleted) <= time && time <= instantMillis(run.unpauseStarted),
              ),
            );
        }
      }
    }),
  );
  t.true(found > 0);
});

test("no run unpauses a release inside a common window, even if its clock is off", (t) => {
  fc.assert(
    fc.property(pauseWindows, releases, (windows, of) => {
      for (const { start, end } of commonWindows(windows, of))
        for (const run of of.flatMap((release) => runsOf(release, windows))) {
          const unpause = instantMillis(run.unpauseStarted);
          const doubt = Math.abs(run.clockOffsetMillis);
          t.true(unpause + doubt <= start || end <= unpause - doubt);
        }
    }),
  );
});

test("the middle is a whole second, inside with margin, and windows are newest first", (t) => {
  fc.assert(
    fc.property(pauseWindows, releases, (windows, of) => {
      const common = commonWindows(windows, of);
      for (const window of common) {
        t.is(window.instant % (window.wholeMinute ? 60_000 : 1000), 0);
        t.true(isInside(window.instant, window));
        const fromMiddle = Math.abs(window.instant - (window.start + window.end) / 2);
        t.true(fromMiddle <= (window.wholeMinute ? (window.end - window.start) / 4 : 500));
        t.true(window.end - window.start >= MINIMUM_WINDOW_MILLIS);
        // The docs: a hold of ten seconds leaves room to prove the pause, however long pods drained.
        if (window.end - window.start >= 9000) t.false("because" in bracketAround(window.instant, window));
      }
      t.true(common.every(({ start }, index) => index === 0 || start < (common[index - 1]?.start ?? 0)));
    }),
  );
});

test("neither the order of the runs nor that of the releases matters", (t) => {
  fc.assert(
    fc.property(pauseWindows, releases, (windows, of) => {
      const edges = (list: PauseWindow[], names: ReleaseName[]) =>
        commonWindows(list, names).map(({ start, end, clockOffsetMillis }) => ({ start, end, clockOffsetMillis }));
      t.deepEqual(edges(windows.toReversed(), of.toReversed()), edges(windows, of));
      t.deepEqual(edges([...windows, ...windows], of), edges(windows, of));
    }),
  );
});

test("more releases only narrow the windows", (t) => {
  fc.assert(
    fc.property(pauseWindows, releases, (windows, of) => {
      const fewer = commonWindows(windows, of.slice(1));
      for (const { start, end } of of.length > 1 ? commonWindows(windows, of) : [])
        t.true(fewer.some((window) => window.start <= start && end <= window.end));
    }),
  );
});

test("runs of one release that do not overlap are its windows, unless they are too short", (t) => {
  const lengths = fc.array(fc.integer({ min: 1, max: 20_000 }), { maxLength: 10 });
  fc.assert(
    fc.property(lengths, (all) => {
      const windows = all.map((length, index) => windowOf(at(60 * index), at(60 * index) + length));
      t.deepEqual(
        commonWindows(windows, [CLUSTER]).map(({ start, end }) => end - start),
        all.filter((length) => length >= MINIMUM_WINDOW_MILLIS).reverse(),
      );
    }),
  );
});

test("runs on several clusters, and runs of one cluster with different releases, intersect", (t) => {
  const windows = [
    windowOf(at(0), at(20), [CLUSTER]),
    windowOf(at(4), at(30), [LEDGER]),
    windowOf(at(7), at(17), [TOKYO]),
    windowOf(at(100), at(110), [CLUSTER, LEDGER]),
  ];
  t.deepEqual(spans(windows, [CLUSTER, LEDGER, TOKYO]), [[7, 12, 17]]);
  t.deepEqual(spans(windows, [CLUSTER, LEDGER]), [
    [100, 105, 110],
    [4, 12, 20],
  ]);
});

test("a release of the same name on another cluster is another release", (t) => {
  t.deepEqual(spans([windowOf(at(0), at(10), [LEDGER])], [TOKYO]), []);
  t.deepEqual(spans([windowOf(at(0), at(10), [LEDGER])], [{ namespace: "scalar", name: "ledger" }]), [[0, 5, 10]]);
});

test("a release of the same name in another namespace is another release", (t) => {
  const other = { ...LEDGER, namespace: "other" };
  const both = windowOf(at(0), at(10), [LEDGER, other]);
  const [ledger, another] = both.releases;
  const windows = [{ ...both, releases: [ledger, { ...another, pods: ["ledger-0"] }] } as PauseWindow];
  t.deepEqual(spans([windowOf(at(0), at(10), [other])], [LEDGER]), []);
  t.deepEqual(
    commonWindows(windows, [LEDGER, other]).map(({ covers }) => covers.map(({ namespace, pods }) => [namespace, pods])),
    [
      [
        ["scalar", 2],
        ["other", 1],
      ],
    ],
  );
});

test("a window covers each release with the pods that were paused", (t) => {
  const windows = [windowOf(at(0), at(10), [CLUSTER, LEDGER]), windowOf(at(1), at(11), [TOKYO], -40)];
  const [window] = commonWindows(windows, [TOKYO, CLUSTER]);
  t.deepEqual(window?.covers, [
    { cluster: "tokyo", namespace: "scalar", name: "ledger", product: "ledger", pods: 2, origin: "recorded" },
    {
      cluster: "default",
      namespace: "scalar",
      name: "cluster",
      product: "scalardb-cluster",
      pods: 2,
      origin: "recorded",
    },
  ]);
  t.is(window?.clockOffsetMillis, 40);
});

test("imported windows cover a release only if recorded ones do not", (t) => {
  const imported = (from: number, to: number, releases: ReleaseName[]) => ({
    ...windowOf(at(from), at(to), releases),
    origin: IMPORTED,
    releases: releases.map(({ namespace, name }) => ({ namespace, name, product: "unknown", pods: [] })),
  });
  const origins = (windows: PauseWindow[]) =>
    commonWindows(windows, [CLUSTER, LEDGER]).map(({ covers }) =>
      covers.map(({ origin, product, pods }) => `${origin} ${product} ${pods}`),
    );
  const [cluster, ledger] = ["scalardb-cluster 2", "ledger 2"];
  t.deepEqual(origins([windowOf(at(0), at(10), [CLUSTER]), imported(1, 11, [LEDGER])]), [
    [`recorded ${cluster}`, "imported unknown 0"],
  ]);
  t.deepEqual(origins([windowOf(at(0), at(10), [CLUSTER, LEDGER]), imported(2, 10, [LEDGER])]), [
    [`recorded ${cluster}`, `recorded ${ledger}`],
  ]);
  // Together they are longer than the recorded one alone.
  t.deepEqual(
    origins([windowOf(at(0), at(20), [CLUSTER]), windowOf(at(4), at(12), [LEDGER]), imported(0, 12, [LEDGER])]),
    [[`recorded ${cluster}`, `imported ${ledger}`]],
  );
});

test("a run is narrowed at either end by the clocks' difference, for both signs", (t) => {
  for (const offset of [2000, -2000])
    t.deepEqual(spans([windowOf(at(0), at(10), [CLUSTER], offset)], [CLUSTER]), [[2, 5, 8]]);
  t.deepEqual(spans([windowOf(at(0), at(10), [CLUSTER], 2500)], [CLUSTER]), [[2.5, 5, 7.5]]);
  t.deepEqual(spans([windowOf(at(0), at(10), [CLUSTER], 2501)], [CLUSTER]), []);
});

test("a run that unpauses a release ends all of the release's runs", (t) => {
  t.deepEqual(spans([windowOf(at(0), at(30)), windowOf(at(10), at(40))], [CLUSTER]), [[0, 15, 30]]);
  t.deepEqual(spans([windowOf(at(0), at(30)), windowOf(at(5), at(12))], [CLUSTER]), [[0, 6, 12]]);
  // The first run's unpause may have begun after the second run's pause, in the same millisecond.
  t.deepEqual(spans([windowOf(at(0), at(10)), windowOf(at(10), at(20))], [CLUSTER]), [[0, 5, 10]]);
  t.deepEqual(spans([windowOf(at(0), at(10)), windowOf(at(10.001), at(20.001))], [CLUSTER]).length, 2);
  // The first run's unpause may have come as late as second 13, inside the second run.
  t.deepEqual(spans([windowOf(at(0), at(10), [CLUSTER], 3000), windowOf(at(12), at(30))], [CLUSTER]), []);
});

test("a run that begins when the common window ends is no part of it", (t) => {
  const later = windowOf(at(10), at(20), [CLUSTER]);
  const pods = ["cluster-2", "cluster-3"];
  const windows = [
    windowOf(at(0), at(20), [CLUSTER]),
    { ...later, releases: later.releases.map((release) => ({ ...release, pods })) },
    windowOf(at(0), at(10), [LEDGER]),
  ];
  const [window] = commonWindows(windows, [CLUSTER, LEDGER]);
  t.is(window?.end, at(10));
  t.deepEqual(
    window?.covers.map((release) => release.pods),
    [2, 2],
  );
});

test("a run that ended before the common window is no part of it", (t) => {
  const earlier = windowOf(at(-100), at(-50), [CLUSTER], 40);
  const replaced = earlier.releases.map((release) => ({ ...release, product: "ledger", pods: ["cluster-9"] }));
  const [window] = commonWindows([{ ...earlier, releases: replaced }, windowOf(at(0), at(20), [CLUSTER])], [CLUSTER]);
  t.is(window?.clockOffsetMillis, 0);
  t.like(window?.covers[0], { product: "scalardb-cluster", pods: 2 });
});

test("a window's usable length is shorter by the clocks' difference at either end", (t) => {
  for (const offset of [300, -300]) t.is(usableMillis(windowOf(at(0), at(10), [CLUSTER], offset)), 9400);
  t.is(usableMillis(windowOf(at(0), at(10))), 10_000);
});

test("an instant is inside a window from two seconds after its start to two seconds before its end", (t) => {
  const window = { start: at(0), end: at(10) };
  t.deepEqual(
    [1.999, 2, 8, 8.001].map((seconds) => isInside(at(seconds), window)),
    [false, true, true, false],
  );
});

test("without a common window, the reason says what is missing", (t) => {
  t.is(
    whyNoWindow({ windows: [], releases: [CLUSTER] }),
    "no pause window has been recorded yet; the next run of the pause schedule records one",
  );
  t.is(
    whyNoWindow({ windows: [windowOf(at(0), at(10))], releases: [] }),
    "no release is named, so no window covers them all; list them in the pause schedule",
  );
  t.is(
    whyNoWindow({ windows: [windowOf(at(0), at(10))], releases: [CLUSTER, LEDGER, TOKYO] }),
    "no recorded pause window covers scalar/ledger, tokyo: scalar/ledger; check that the pause schedule lists it, and the log of its last Job",
  );
  t.is(
    whyNoWindow({
      windows: [windowOf(at(0), at(10)), windowOf(at(60), at(70), [LEDGER])],
      releases: [CLUSTER, LEDGER],
    }),
    "the recorded pause windows leave no 5 s in which scalar/cluster, scalar/ledger were all paused; pause them at the same time, hold longer, or set the clocks right",
  );
});

test("problems of the pause schedule replace the general advice", (t) => {
  t.is(
    whyNoWindow({ windows: [], releases: [CLUSTER], pauseProblems: ["it is suspended"] }),
    "no pause window has been recorded yet: it is suspended",
  );
  t.is(
    whyNoWindow({ windows: [windowOf(at(0), at(10))], releases: [LEDGER], pauseProblems: ["it is suspended"] }),
    "no recorded pause window covers scalar/ledger: it is suspended",
  );
  const pauseProblems = ["its last Job failed", "a release is missing"];
  t.is(
    whyNoWindow({ windows: [], releases: [CLUSTER], pauseProblems }),
    "no pause window has been recorded yet: its last Job failed; a release is missing",
  );
  t.is(
    whyNoWindow({ windows: [windowOf(at(0), at(10))], releases: [CLUSTER, LEDGER], pauseProblems }),
    "no recorded pause window covers scalar/ledger: its last Job failed; a release is missing",
  );
});

test("thousands of windows are all found", (t) => {
  const windows = Array.from({ length: 3000 }, (_, index) =>
    windowOf(at(600 * index), at(600 * index + 10), [CLUSTER, LEDGER]),
  );
  t.deepEqual(
    commonWindows(windows, [CLUSTER, LEDGER]).map(({ instant }) => instant),
    windows.map((_, index) => at(600 * index + 5)).reverse(),
  );
});

const BACKUPS: [what: string, windows: PauseWindow[], of: ReleaseName[], found: number][] = [
  ["a minute of pause on either side", [backedUp(windowOf(at(0), at(130)), at(60), at(70))], [CLUSTER], 1],
  ["less than a minute before", [backedUp(windowOf(at(0), at(130)), at(59.999), at(70))], [CLUSTER], 0],
  ["less than a minute after", [backedUp(windowOf(at(0), at(130)), at(60), at(70.001))], [CLUSTER], 0],
  ["ten seconds of pause", [backedUp(windowOf(at(0), at(10)), at(4), at(5))], [CLUSTER], 0],
  ["a doubtful clock", [backedUp(windowOf(at(0), at(130), [CLUSTER], 20), at(60), at(70))], [CLUSTER], 0],
  [
    "a release that was paused too late",
    [backedUp(windowOf(at(0), at(130)), at(60), at(70)), windowOf(at(5), at(200), [LEDGER])],
    [CLUSTER, LEDGER],
    0,
  ],
  [
    "all releases paused for long enough, by several runs",
    [backedUp(windowOf(at(0), at(130)), at(62), at(65)), windowOf(at(1), at(200), [TOKYO])],
    [CLUSTER, TOKYO],
    1,
  ],
];
for (const [what, windows, of, found] of BACKUPS)
  test(`backups belong to a common window only if their uncertain time is inside it: ${what}`, (t) => {
    t.is(commonWindows(windows, of)[0]?.backups.length, found);
  });

test("a backup's name identifies its schedule and window", (t) => {
  const name = backupName("prod-pause", "2026-11-22T03:00:07.120Z");
  t.is(name, "prod-pause-20261122t030007120z");
  t.is(instantOfBackup("prod-pause", name), Date.parse("2026-11-22T03:00:07.120Z"));
  for (const other of [
    "prod-pause-by-hand",
    "prod-pause",
    "x-20261122t030007120z",
    `${name}-copy`,
    "prod-pause-20269922t030007120z",
  ])
    t.is(instantOfBackup("prod-pause", other), undefined, other);
});

test("the retention of backups is the currently configured one, if there is one", (t) => {
  const window = backedUp(windowOf(at(0), at(130)), at(61), at(64));
  const days = (configured: Record<string, number>) =>
    withDeleteAfter([windowOf(at(0), at(10)), window], configured)[1]?.backups?.databases[0]?.deleteAfter;
  t.is(days({ ledger: 30 }), 30);
  t.is(days({ other: 30 }), 400);
  const other = windowOf(at(0), at(10));
  t.deepEqual(withDeleteAfter([other, window], { other: 30 }), [other, window], "all else is kept");
});

test("a whole minute near the middle is the instant to restore; a window without one is marked", (t) => {
  const instants = (from: number, to: number) =>
    commonWindows([windowOf(at(from), at(to), [CLUSTER])], [CLUSTER]).map(({ instant, wholeMinute }) => [
      (instant - at(0)) / 1000,
      wholeMinute,
    ]);
  t.deepEqual(instants(55, 65), [[60, true]]);
  t.deepEqual(instants(56, 66), [[60, true]], "after a drain of 1 s");
  t.deepEqual(instants(56.1, 66.1), [[61, false]], "no room to restore a coordinator before it");
  t.deepEqual(instants(53.9, 63.9), [[59, false]], "no room to restore a coordinator after it");
  t.deepEqual(instants(57, 64), [[60, true]], "nowhere is room for that");
  t.deepEqual(instants(58.5, 68.5), [[64, false]], "too close to the edge");
  t.deepEqual(instants(58.1, 65.1), [[62, false]], "too close to the edge of a short window");
  t.deepEqual(instants(40, 65), [[53, false]], "too far from the middle");
  t.deepEqual(instants(30, 70), [[60, true]], "a quarter of the window away from its middle");
  t.deepEqual(instants(29.9, 70), [[50, false]], "more than a quarter");
  t.deepEqual(instants(10, 20), [[15, false]]);
  t.deepEqual(instants(0, 130), [[60, true]]);
});
