import test from "ava";
import fc from "fast-check";
import { checkInstant, describeProblems } from "../../../restore-points/check";
import { formatInstant, instantMillis } from "../../../restore-points/instant";
import { pointsOf, restorableSeconds } from "../../../restore-points/points";
import type { Situation } from "../../../restore-points/situation";
import { HOUR_START, RELEASES, situation, windowOf } from "./arbitraries";

const askedFor = fc
  .integer({ min: -100_000, max: 400_000 })
  .chain((offset) => fc.constantFrom(offset, Math.floor(offset / 1000) * 1000))
  .map((offset) => formatInstant(HOUR_START + offset, { millis: true }));

/** Two windows a quarter of an hour apart, the newer one not restorable yet in `customers`. */
const TWO_WINDOWS: Situation = {
  now: instantMillis("2026-11-22T03:20:00Z"),
  pauseRequired: true,
  windows: [
    windowOf(instantMillis("2026-11-22T03:00:07.120Z"), instantMillis("2026-11-22T03:00:17.130Z")),
    windowOf(instantMillis("2026-11-22T03:15:07.120Z"), instantMillis("2026-11-22T03:15:17.130Z")),
    windowOf(instantMillis("2026-11-22T03:18:07.120Z"), instantMillis("2026-11-22T03:18:17.130Z")),
  ],
  releases: [RELEASES[0]],
  databases: [
    { name: "ledger", earliest: "2026-10-18T03:20:00Z", latest: "2026-11-22T03:19:00Z" },
    { name: "customers", earliest: "2026-11-01T00:00:00.400Z", latest: "2026-11-22T03:16:30.5Z" },
  ],
};
const ONE_DATABASE: Situation = {
  now: instantMillis("2026-11-22T03:20:00Z"),
  pauseRequired: false,
  windows: [],
  releases: [],
  databases: [{ name: "customers", earliest: "2026-11-01T00:00:00.400Z", latest: "2026-11-22T03:16:30.5Z" }],
};

test("a range within one second is not shown with its end before its beginning", (t) => {
  const databases = [{ name: "ledger", earliest: "2026-11-22T09:11:49.300Z", latest: "2026-11-22T09:11:49.900Z" }];
  const known = { ...ONE_DATABASE, now: instantMillis("2026-11-22T09:12:00Z"), databases };
  for (const at of ["2026-11-22T09:11:40Z", "2026-11-22T09:11:50Z"])
    t.deepEqual(checkInstant(at, known).problems, [
      "ledger cannot be restored to a whole second yet: its range begins at 2026-11-22T09:11:49.300Z; try again in a few minutes",
    ]);
});

test("an instant is valid if and only if it is past, well inside a window, and in every range", (t) => {
  let passed = 0;
  fc.assert(
    fc.property(situation, askedFor, (known, at) => {
      const instant = instantMillis(at);
      const inWindow =
        !known.pauseRequired ||
        pointsOf(known).some(
          ({ window }) => instantMillis(window.start) + 2000 <= instant && instant <= instantMillis(window.end) - 2000,
        );
      const inRanges = known.databases.every(
        ({ earliest, latest }) =>
          earliest !== undefined &&
          latest !== undefined &&
          instantMillis(earliest) <= instant &&
          instant <= instantMillis(latest),
      );
      const expected = instant <= known.now && instant % 1000 === 0 && inWindow && inRanges;
      if (expected) passed++;
      t.is(checkInstant(at, known).problems.length === 0, expected);
    }),
    { numRuns: 500 },
  );
  t.true(passed > 0);
});

test("the alternatives are valid, lie before and after, and none is nearer", (t) => {
  let alternatives = 0;
  fc.assert(
    fc.property(situation, askedFor, (known, at) => {
      const { problems, before, after } = checkInstant(at, known);
      if (problems.length === 0) {
        t.is(before, undefined);
        t.is(after, undefined);
        return;
      }
      const instant = instantMillis(at);
      const restorable = pointsOf(known)
        .filter((point) => point.restorable)
        .map((point) => instantMillis(point.instant));
      for (const alternative of [before, after]) {
        if (alternative === undefined) continue;
        alternatives++;
        t.deepEqual(checkInstant(alternative, known), { instant: alternative, problems: [] });
      }
      if (before) t.true(instantMillis(before) <= instant);
      if (after) t.true(instantMillis(after) > instant);
      if (!known.pauseRequired) return;
      const lower = before ? instantMillis(before) : Number.NEGATIVE_INFINITY;
      const upper = after ? instantMillis(after) : Number.POSITIVE_INFINITY;
      t.false(restorable.some((point) => lower < point && point < upper));
    }),
    { numRuns: 500 },
  );
  t.true(alternatives > 0);
});

test("a restore point is valid if and only if it is marked restorable", (t) => {
  fc.assert(
    fc.property(situation, (known) => {
      for (const point of known.pauseRequired ? pointsOf(known) : [])
        t.is(checkInstant(point.instant, known).problems.length === 0, point.restorable);
    }),
  );
});

test("without a need for a pause, the range's ends are valid, and the seconds beyond them are not", (t) => {
  fc.assert(
    fc.property(situation, (drawn) => {
      const known = { ...drawn, pauseRequired: false };
      const seconds = restorableSeconds(known);
      if ("because" in seconds) return;
      const problemsAt = (instant: number) => checkInstant(formatInstant(instant), known).problems.length;
      t.is(problemsAt(seconds.from), 0);
      t.is(problemsAt(seconds.to), 0);
      t.not(problemsAt(seconds.from - 1000), 0);
      t.not(problemsAt(seconds.to + 1000), 0);
    }),
  );
});

test("the result's instant is in UTC, for input in any zone", (t) => {
  t.deepEqual(checkInstant("2026-11-22T12:00:12+09:00", TWO_WINDOWS), {
    instant: "2026-11-22T03:00:12Z",
    problems: [],
  });
  t.deepEqual(checkInstant("2026-11-22T03:00:10.000Z", TWO_WINDOWS), { instant: "2026-11-22T03:00:10Z", problems: [] });
});

test("a text that is not an instant is refused with the fix", (t) => {
  const check = checkInstant("2026-11-22T03:00:12", TWO_WINDOWS);
  t.deepEqual(check, {
    problems: ['"2026-11-22T03:00:12" has no time zone; append Z for UTC, or an offset such as +09:00'],
  });
  t.is(
    describeProblems(check),
    '"2026-11-22T03:00:12" has no time zone; append Z for UTC, or an offset such as +09:00',
  );
});

test("an instant between windows is refused with the nearest windows and restore points", (t) => {
  const check = checkInstant("2026-11-22T03:10:00Z", TWO_WINDOWS);
  t.deepEqual(check, {
    instant: "2026-11-22T03:10:00Z",
    problems: [
      "2026-11-22T03:10:00Z is in no pause window of at least 5 s that all releases share, so a transaction may have been running; the nearest are 2026-11-22T03:00:07.120Z to 2026-11-22T03:00:17.130Z and 2026-11-22T03:15:07.120Z to 2026-11-22T03:15:17.130Z",
    ],
    before: "2026-11-22T03:00:12Z",
    after: "2026-11-22T03:15:12Z",
  });
  t.true(
    describeProblems(check).endsWith(
      "; the nearest that can be restored: 2026-11-22T03:00:12Z (before), 2026-11-22T03:15:12Z (after)",
    ),
  );
});

test("an instant near a window's edge is refused", (t) => {
  t.deepEqual(checkInstant("2026-11-22T03:00:16Z", TWO_WINDOWS), {
    instant: "2026-11-22T03:00:16Z",
    problems: [
      "2026-11-22T03:00:16Z is only 1.1 s from the edge of the pause window 2026-11-22T03:00:07.120Z to 2026-11-22T03:00:17.130Z; keep 2 s away from it, because the databases' clocks may differ from the pauser's",
    ],
    before: "2026-11-22T03:00:12Z",
    after: "2026-11-22T03:15:12Z",
  });
});

test("an instant that a database does not reach yet is refused with when to try again", (t) => {
  t.deepEqual(checkInstant("2026-11-22T03:18:12Z", TWO_WINDOWS), {
    instant: "2026-11-22T03:18:12Z",
    problems: [
      // customers lags 3 min 29.5 s behind now.
      "customers can be restored from 2026-11-01T00:00:01Z to 2026-11-22T03:16:30Z now; try again after 2026-11-22T03:21:42Z",
    ],
    before: "2026-11-22T03:15:12Z",
  });
});

test("all reasons are reported at once: no window, and two databases that do not reach back", (t) => {
  t.deepEqual(checkInstant("2026-10-01T00:00:00Z", TWO_WINDOWS), {
    instant: "2026-10-01T00:00:00Z",
    problems: [
      "2026-10-01T00:00:00Z is in no pause window of at least 5 s that all releases share, so a transaction may have been running; the nearest is 2026-11-22T03:00:07.120Z to 2026-11-22T03:00:17.130Z",
      "ledger can be restored from 2026-10-18T03:20:00Z to 2026-11-22T03:19:00Z; choose a later instant, and keep its backups for longer if you need older instants",
      "customers can be restored from 2026-11-01T00:00:01Z to 2026-11-22T03:16:30Z; choose a later instant, and keep its backups for longer if you need older instants",
    ],
    after: "2026-11-22T03:00:12Z",
  });
});

test("an instant in the future is refused with the current time", (t) => {
  t.deepEqual(checkInstant("2026-11-22T12:20:01+09:00", TWO_WINDOWS), {
    instant: "2026-11-22T03:20:01Z",
    problems: ["2026-11-22T03:20:01Z is in the future: it is 2026-11-22T03:20:00Z; choose an instant that has passed"],
    before: "2026-11-22T03:15:12Z",
  });
});

test("a fraction of a second is refused", (t) => {
  t.deepEqual(checkInstant("2026-11-22T03:00:12.5Z", ONE_DATABASE), {
    instant: "2026-11-22T03:00:12.500Z",
    problems: [
      "2026-11-22T03:00:12.500Z has a fraction of a second, which not every database can be restored to; use whole seconds, such as 2026-11-22T03:00:12Z",
    ],
    before: "2026-11-22T03:00:12Z",
    after: "2026-11-22T03:00:13Z",
  });
});

test("one database accepts any whole second of its range, and no other", (t) => {
  t.deepEqual(checkInstant("2026-11-01T00:00:01Z", ONE_DATABASE).problems, []);
  t.deepEqual(checkInstant("2026-11-01T00:00:00Z", ONE_DATABASE), {
    instant: "2026-11-01T00:00:00Z",
    problems: [
      "customers can be restored from 2026-11-01T00:00:01Z to 2026-11-22T03:16:30Z; choose a later instant, and keep its backups for longer if you need older instants",
    ],
    after: "2026-11-01T00:00:01Z",
  });
});

test("with nothing to restore there is no alternative, and the message says why", (t) => {
  const check = checkInstant("2026-11-22T03:00:12Z", {
    ...TWO_WINDOWS,
    windows: [],
    databases: [{ name: "ledger", unknownBecause: "point-in-time recovery is off" }, { name: "customers" }],
  });
  t.is(
    describeProblems(check),
    "2026-11-22T03:00:12Z is in no pause window: no pause window has been recorded yet; the next run of the pause schedule records one; " +
      "the restorable range of ledger is not known: point-in-time recovery is off; " +
      "customers has no restorable range; check that its point-in-time recovery is on, and try again in a few minutes; " +
      "no instant can be restored",
  );
  t.deepEqual(checkInstant("2026-11-22T03:00:12Z", { ...TWO_WINDOWS, databases: [] }).problems, [
    "no database is named, so there is nothing to restore",
  ]);
});

/** A database that can be restored to whole seconds from :10 to :20. */
const TEN_SECONDS: Situation = {
  ...ONE_DATABASE,
  databases: [{ name: "customers", earliest: "2026-11-22T03:00:09.500Z", latest: "2026-11-22T03:00:20Z" }],
};

test("a range's first and last whole second are restorable, and the nearest ones outside of it", (t) => {
  const at = (second: string) => checkInstant(`2026-11-22T03:00:${second}Z`, TEN_SECONDS);
  for (const second of ["10", "20"]) t.deepEqual(at(second).problems, []);
  t.deepEqual([at("09").after, at("09").before], ["2026-11-22T03:00:10Z", undefined]);
  t.deepEqual([at("21").after, at("21").before], [undefined, "2026-11-22T03:00:20Z"]);
  t.deepEqual([at("19.5").before, at("19.5").after], ["2026-11-22T03:00:19Z", "2026-11-22T03:00:20Z"]);
  t.deepEqual([at("10.5").before, at("10.5").after], ["2026-11-22T03:00:10Z", "2026-11-22T03:00:11Z"]);
  const databases = [{ name: "customers", earliest: "2026-11-22T03:00:09.500Z", latest: "2026-11-22T03:00:20.900Z" }];
  const last = checkInstant("2026-11-22T03:00:20.5Z", { ...TEN_SECONDS, databases });
  t.deepEqual([last.before, last.after], ["2026-11-22T03:00:20Z", undefined], "the next second is not in the range");
});

test("an instant that is now is not in the future", (t) => {
  const at = "2026-11-22T03:00:15Z";
  const known = (now: number) => ({ ...TEN_SECONDS, now });
  t.notRegex(checkInstant(at, known(instantMillis(at))).problems.join(), /in the future/);
  t.regex(checkInstant(at, known(instantMillis(at) - 1)).problems.join(), /in the future/);
});

test("a point of time near a window's edge is refused with its distance to the nearer one", (t) => {
  for (const [at, distance] of [
    ["2026-11-22T03:00:08Z", "0.8"],
    ["2026-11-22T03:00:16Z", "1.1"],
  ] as const)
    t.regex(
      checkInstant(at, TWO_WINDOWS).problems.join(),
      new RegExp(`is only ${distance.replace(".", "\\.")} s from the edge`),
    );
});

test("of windows on one side only, the one alternative is named", (t) => {
  const text = describeProblems(checkInstant("2026-11-22T02:00:00Z", TWO_WINDOWS));
  t.true(text.endsWith("; the nearest that can be restored: 2026-11-22T03:00:12Z (after)"), text);
});

test("an instant on a window's edge is in that window, 0 s from its edge", (t) => {
  for (const at of ["2026-11-22T03:00:07.120Z", "2026-11-22T03:00:17.130Z"]) {
    const { problems } = checkInstant(at, TWO_WINDOWS);
    t.regex(problems.at(-1) ?? "", /is only 0\.0 s from the edge of the pause window 2026-11-22T03:00:07\.120Z/);
  }
  t.regex(checkInstant("2026-11-22T03:00:09.071Z", TWO_WINDOWS).problems.at(-1) ?? "", /is only 1\.9 s from the edge/);
});

test("where a database does not reach back to a window any more, its backups of that window are named", (t) => {
  const window = windowOf(instantMillis("2026-11-22T03:00:00Z"), instantMillis("2026-11-22T03:03:00Z"));
  const backups = {
    name: "pause-20261122t030130z",
    requested: "2026-11-22T03:01:20Z",
    accepted: "2026-11-22T03:01:40Z",
    databases: [{ name: "ledger", region: "ap-northeast-1", tables: 1, deleteAfter: 60 }],
  };
  const known: Situation = {
    ...TWO_WINDOWS,
    now: instantMillis("2026-12-31T00:00:00Z"),
    windows: [{ ...window, backups }],
    databases: [{ name: "ledger", earliest: "2026-12-01T00:00:00Z", latest: "2026-12-30T23:59:00Z" }],
  };
  const [problem = "", ...others] = checkInstant("2026-11-22T03:01:30Z", known).problems;
  t.deepEqual(others, []);
  const fix = "; its backups of that window are kept: set restore.from.ledger.windowBackups to true";
  t.true(problem.endsWith(fix), problem);
  const [without = ""] = checkInstant("2026-11-22T03:01:30Z", { ...known, windows: [window] }).problems;
  t.is(`${without}${fix}`, problem);
  const unpaused = checkInstant("2026-11-22T03:01:30Z", { ...known, pauseRequired: false }).problems;
  t.deepEqual(unpaused, [without], "a set that needs no pause has no backups of a window");
});

test("an instant in a gap between commits need not be in a window, but in every range", (t) => {
  const at = "2026-11-22T03:10:00Z";
  t.regex(checkInstant(at, TWO_WINDOWS).problems.join(), /is in no pause window/);
  t.deepEqual(checkInstant(at, { ...TWO_WINDOWS, quietGap: true }).problems, []);
  const [problem = ""] = checkInstant("2026-11-22T03:18:12Z", { ...TWO_WINDOWS, quietGap: true }).problems;
  t.regex(problem, /^customers can be restored from .* now; try again after/);
});

test("the second after a fraction of one is an alternative unless the range has ended by then", (t) => {
  const alternatives = (at: string) => {
    const { before, after } = checkInstant(at, ONE_DATABASE);
    return [before, after];
  };
  t.deepEqual(alternatives("2026-11-22T03:16:29.250Z"), ["2026-11-22T03:16:29Z", "2026-11-22T03:16:30Z"]);
  t.deepEqual(alternatives("2026-11-22T03:16:30.250Z"), ["2026-11-22T03:16:30Z", undefined]);
});
