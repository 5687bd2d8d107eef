import test from "ava";
import fc from "fast-check";
import { instantMillis } from "../../../restore-points/instant";
import { prune } from "../../../restore-points/prune";
import {
  inOrder,
  readWindowRecord,
  recordOfWindows,
  WindowRecordError,
  writeWindowRecord,
} from "../../../restore-points/record";
import { backedUp, HOUR_START, pauseWindow, pauseWindows, RELEASES, windowOf } from "./arbitraries";

const window = windowOf(HOUR_START, HOUR_START + 10_000);
const recordOf = (...windows: unknown[]) => JSON.stringify({ schemaVersion: 1, windows });

test("a serialized record is read as the same record, oldest first", (t) => {
  fc.assert(
    fc.property(pauseWindows, (windows) => {
      const read = readWindowRecord(writeWindowRecord(windows));
      t.deepEqual(read, { windows: inOrder(windows), malformed: [] });
      const completed = read.windows.map(({ pauseCompleted }) => instantMillis(pauseCompleted));
      t.deepEqual(
        completed,
        completed.toSorted((a, b) => a - b),
      );
    }),
  );
});

test("no run has written a record yet", (t) => {
  t.deepEqual(readWindowRecord(undefined), { windows: [], malformed: [] });
});

test("a window that was recorded twice is read once", (t) => {
  const again = { ...window, pauseCompleted: "2026-11-22T12:00:00+09:00" };
  t.is(readWindowRecord(recordOf(window, window, again)).windows.length, 1);
  const two = windowOf(HOUR_START, HOUR_START + 10_000, [RELEASES[0], RELEASES[1]]);
  const inOtherOrder = { ...two, releases: two.releases.toReversed() };
  t.is(readWindowRecord(recordOf(two, inOtherOrder)).windows.length, 1, "whatever the order of its releases");
  const elsewhere = { ...window, cluster: "tokyo" };
  const others = { ...window, releases: [] };
  t.is(readWindowRecord(recordOf(window, elsewhere, others)).windows.length, 3);
});

const { backups: BACKUPS } = backedUp(window, HOUR_START, HOUR_START);
const LEDGER = { name: "ledger", region: "ap-northeast-1", tables: 4, deleteAfter: 400 };

const MALFORMED: [entry: unknown, problem: string][] = [
  ["yesterday", 'windows[1] must be an object, got "yesterday"'],
  [{ ...window, cluster: 7 }, "windows[1].cluster must be a text that is not empty, got 7"],
  [{ ...window, pauseCompleted: undefined }, "windows[1].pauseCompleted must be an instant in RFC 3339, got nothing"],
  [
    { ...window, pauseCompleted: "2026-11-22T03:00:00" },
    'windows[1].pauseCompleted "2026-11-22T03:00:00" has no time zone; append Z for UTC, or an offset such as +09:00',
  ],
  [
    { ...window, unpauseStarted: "2026-11-22T02:59:59Z" },
    "windows[1].unpauseStarted must not be before pauseCompleted (2026-11-22T03:00:00.000Z), got 2026-11-22T02:59:59Z",
  ],
  [{ ...window, clockOffsetMillis: null }, "windows[1].clockOffsetMillis must be a number, got null"],
  // It would hide every other window of its releases.
  [
    { ...window, clockOffsetMillis: 1e300 },
    "windows[1].clockOffsetMillis must be a number from -3600000 to 3600000, got 1e+300",
  ],
  // Its backups would be kept until no instant at all, and no restore point could be listed.
  [
    { ...window, backups: { ...BACKUPS, databases: [{ ...LEDGER, deleteAfter: 1e12 }] } },
    "windows[1].backups.databases[0].deleteAfter must be a number from 1 to 36500, got 1000000000000",
  ],
  [{ ...window, backups: { name: "b" } }, "windows[1].backups.requested must be an instant in RFC 3339, got nothing"],
  [
    { ...window, backups: { ...backedUp(window, HOUR_START, HOUR_START).backups, databases: [{ name: "ledger" }] } },
    "windows[1].backups.databases[0].region must be a text that is not empty, got nothing",
  ],
  [{ ...window, releases: {} }, "windows[1].releases must be a list, got {}"],
  [
    { ...window, releases: [{ namespace: "scalar", name: "", product: "ledger", pods: [] }] },
    'windows[1].releases[0].name must be a text that is not empty, got ""',
  ],
  [
    { ...window, releases: [{ namespace: "scalar", name: "ledger", product: "ledger", pods: ["a", 1] }] },
    "windows[1].releases[0].pods[1] must be a text that is not empty, got 1",
  ],
];

for (const [entry, problem] of MALFORMED) {
  test(`a malformed entry is skipped and reported: ${problem}`, (t) => {
    const later = windowOf(HOUR_START + 60_000, HOUR_START + 70_000);
    t.deepEqual(readWindowRecord(recordOf(window, entry, later)), { windows: [window, later], malformed: [problem] });
  });
}

const UNREADABLE: [json: string, message: string | RegExp][] = [
  [
    '{"schemaVersion":2,"windows":[]}',
    "the record of pause windows has schemaVersion 2, and this scalar-backup reads 1; use the version of scalar-backup whose pauser wrote it",
  ],
  [
    '{"windows":[]}',
    "the record of pause windows has no schemaVersion; restore it from a backup, or delete its key from the ConfigMap: the next pause run starts a new one",
  ],
  [
    '{"schemaVersion":1}',
    'the record of pause windows has no list "windows"; restore it from a backup, or delete its key from the ConfigMap: the next pause run starts a new one',
  ],
  [
    "[]",
    "the record of pause windows is not a JSON object; restore it from a backup, or delete its key from the ConfigMap: the next pause run starts a new one",
  ],
  ["{", /^the record of pause windows is not JSON \(.+\); restore it from a backup, or delete its key/],
];

for (const [json, message] of UNREADABLE) {
  test(`an invalid record throws: ${json}`, (t) => {
    t.throws(() => readWindowRecord(json), { instanceOf: WindowRecordError, message });
  });
}

test("pruning keeps the newest windows within the limits of time and size, and drops none that is newer than a kept one", (t) => {
  const some = fc.array(pauseWindow, { minLength: 1, maxLength: 8 });
  const retentions = fc.integer({ min: 0, max: 200_000 });
  fc.assert(
    fc.property(some, retentions, fc.integer({ min: 700, max: 4000 }), (windows, retention, maxBytes) => {
      const now = HOUR_START + 200_000;
      const all = inOrder(windows);
      const kept = prune(windows, now, retention, maxBytes);
      t.deepEqual(kept.at(-1), all.at(-1));
      t.true(Buffer.byteLength(writeWindowRecord(kept)) <= maxBytes);
      const fresh = all.filter((each) => each === all.at(-1) || instantMillis(each.unpauseStarted) >= now - retention);
      t.deepEqual(kept, fresh.slice(fresh.length - kept.length));
      const next = fresh.at(-kept.length - 1);
      if (next) t.true(Buffer.byteLength(writeWindowRecord([next, ...kept])) > maxBytes);
    }),
  );
});

test("windows that begin in the same millisecond have one order for every input order, and pruning keeps it", (t) => {
  const shorter = windowOf(HOUR_START, HOUR_START + 8_000);
  const elsewhere = { ...window, cluster: "another" };
  const ordered = [shorter, elsewhere, window];
  for (const windows of [ordered, ordered.toReversed(), [window, shorter, elsewhere]]) {
    t.deepEqual(inOrder(windows), ordered);
    t.deepEqual(prune(windows, HOUR_START + 20_000, HOUR_START, 4000), ordered);
  }
});

test("pruning an empty record leaves it empty, and a single window that is too large is an error", (t) => {
  t.deepEqual(prune([], HOUR_START, 1000, 10), []);
  const size = Buffer.byteLength(writeWindowRecord([window]));
  t.deepEqual(prune([window], HOUR_START, 1000, size), [window]);
  t.throws(() => prune([window], HOUR_START, 1000, size - 1), {
    instanceOf: RangeError,
    message: `the newest pause window alone takes ${size} bytes, and the record may take at most ${size - 1}`,
  });
});

test("a record of exactly the allowed size, and a window that ended exactly the retention ago, are kept", (t) => {
  const windows = [0, 1, 2].map((at) => windowOf(HOUR_START + at * 60_000, HOUR_START + at * 60_000 + 10_000));
  const size = Buffer.byteLength(writeWindowRecord(windows));
  const now = HOUR_START + 200_000;
  t.deepEqual(prune(windows, now, HOUR_START, size), windows);
  t.deepEqual(prune(windows, now, HOUR_START, size - 1), windows.slice(1));
  t.deepEqual(prune(windows, now, 190_000, size), windows);
  t.deepEqual(prune(windows, now, 189_999, size), windows.slice(1));
});

test("a window's run and its pods' UIDs are read as written: every later run writes them again", (t) => {
  const run = { job: "pause-1", jobUid: "b4c0", pod: "pause-1-x", podUid: "b4c1" };
  const releases = window.releases.map((release) => ({ ...release, pods: ["ledger-0"], podUids: ["b4c2"] }));
  const windows = [{ ...window, releases, run }];
  t.deepEqual(readWindowRecord(writeWindowRecord(windows)), { windows, malformed: [] });
});

test("windows from a stack's output are read like a record's", (t) => {
  t.deepEqual(readWindowRecord(recordOfWindows([window])), { windows: [window], malformed: [] });
  t.is(readWindowRecord(recordOfWindows([7])).malformed.length, 1);
});

test("backups of a window are read as written", (t) => {
  const windows = [backedUp(window, HOUR_START + 1000, HOUR_START + 2000)];
  t.deepEqual(readWindowRecord(writeWindowRecord(windows)), { windows, malformed: [] });
});

test("pruning keeps windows as long as their backups are kept, and before all windows without backups", (t) => {
  const day = 86_400_000;
  const at = (days: number) => windowOf(HOUR_START + days * day, HOUR_START + days * day + 130_000);
  const withBackups = (days: number) => backedUp(at(days), HOUR_START + days * day, HOUR_START + days * day);
  const windows = [withBackups(0), at(1), withBackups(2), at(398), at(399), at(400)];
  const now = HOUR_START + 401 * day;
  const all = Number.POSITIVE_INFINITY;
  t.deepEqual(
    prune(windows, now, 35 * day, all),
    [withBackups(2), at(398), at(399), at(400)],
    "the first window's backups have been deleted",
  );
  const bytes = Buffer.byteLength(writeWindowRecord([withBackups(2), at(399), at(400)]));
  t.deepEqual(prune(windows, now, 35 * day, bytes), [withBackups(2), at(399), at(400)], "what has none goes first");
  const three = [at(398), withBackups(399), at(400)];
  const enough = Buffer.byteLength(writeWindowRecord(three));
  t.deepEqual(prune(three, now, 35 * day, enough), three, "a recent window with backups counts once");
});
