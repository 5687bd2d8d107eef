import test from "ava";
import fc from "fast-check";
import {
  LAST_RUN_ENDS,
  LAST_RUN_KEY,
  LAST_RUN_MAX_BYTES,
  type LastRun,
  type PauseTimes,
  readLastRun,
  writeLastRun,
} from "../../../restore-points/last-run";

const run: LastRun = {
  schemaVersion: 1,
  job: "payments-pause-29400000",
  startedAt: "2026-11-22T03:00:02.120Z",
  endedAt: "2026-11-22T03:00:02.410Z",
  end: "void",
  reasons: ["release scalar/ledgr has no pods of a Scalar product"],
};

test("a serialized outcome is read as the same outcome, for every end", (t) => {
  for (const end of LAST_RUN_ENDS)
    t.deepEqual(readLastRun(writeLastRun({ ...run, end })), { lastRun: { ...run, end } });
  t.deepEqual(readLastRun(writeLastRun({ ...run, reasons: [] })).lastRun?.reasons, []);
});

test("an outcome is absent until a run has ended", (t) => {
  t.deepEqual(readLastRun(undefined), {});
});

const MALFORMED: [json: string, malformed: RegExp][] = [
  ["{", /^the outcome of the last run \(last-run\.json\) is not JSON \(.+\)$/],
  ["", /is not JSON/],
  ["[]", /is not a JSON object$/],
  ["{}", /has schemaVersion undefined, and this scalar-backup reads 1$/],
  [JSON.stringify({ ...run, schemaVersion: 2 }), /has schemaVersion 2, and this scalar-backup reads 1$/],
  [JSON.stringify({ ...run, job: "" }), /is not an outcome: job must be a text that is not empty, got ""$/],
  [JSON.stringify({ ...run, startedAt: "today" }), /is not an outcome: startedAt "today" is not an instant/],
  [JSON.stringify({ ...run, endedAt: undefined }), /endedAt must be an instant in RFC 3339, got nothing$/],
  [JSON.stringify({ ...run, end: "succeeded" }), /end must be one of recorded, void, .+, got "succeeded"$/],
  [JSON.stringify({ ...run, end: undefined }), /end must be one of .+, got nothing$/],
  [JSON.stringify({ ...run, reasons: "none" }), /reasons must be a list, got "none"$/],
  [JSON.stringify({ ...run, reasons: [7] }), /reasons\[0\] must be a text that is not empty, got 7$/],
  [JSON.stringify({ ...run, times: 7 }), /is not an outcome: times must be an object, got 7$/],
  [
    JSON.stringify({ ...run, times: { drains: [] } }),
    /is not an outcome: times\.pausedMillis must be a number, got nothing$/,
  ],
  [
    JSON.stringify({ ...run, times: { pausedMillis: 1, drains: [{ release: "a" }] } }),
    /is not an outcome: times\.drains\[0\]\.millis must be a number, got nothing$/,
  ],
  [JSON.stringify({ ...run, reasons: ["x".repeat(20_000)] }), /takes \d+ bytes, more than the 16384 that are read$/],
];

for (const [json, malformed] of MALFORMED) {
  test(`reports an outcome that it cannot use: ${malformed.source}`, (t) => {
    const read = readLastRun(json);
    t.is(read.lastRun, undefined);
    t.regex(read.malformed ?? "", malformed);
  });
}

test("no text makes the reader throw", (t) => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.record({ ...record() }).map((each) => JSON.stringify(each)),
      ),
      (text) => {
        t.notThrows(() => readLastRun(text));
      },
    ),
  );
});

test("an outcome is read although the clock was set back during the run", (t) => {
  const endedAt = "2026-11-22T02:59:59Z";
  t.is(readLastRun(JSON.stringify({ ...run, endedAt })).lastRun?.endedAt, endedAt);
});

test("keys of a later version are ignored, so that an older stack program still reads the rest", (t) => {
  t.deepEqual(readLastRun(JSON.stringify({ ...run, attempt: 3 })), { lastRun: run });
});

test("control characters do not reach a terminal", (t) => {
  const read = readLastRun(JSON.stringify({ ...run, reasons: ["one\u001b[2Ktwo\nthree"] }));
  t.deepEqual(read.lastRun?.reasons, ["one [2Ktwo three"]);
});

test("a serialized outcome stays within its size, keeps the first reason and counts the omitted ones", (t) => {
  const many = Array.from({ length: 500 }, (_, index) => `pod scalar/scalardb-cluster-${index} is not Ready`);
  const text = writeLastRun({ ...run, reasons: many });
  t.true(Buffer.byteLength(text) <= LAST_RUN_MAX_BYTES);
  const kept = readLastRun(text).lastRun?.reasons ?? [];
  t.true(kept.length > 20);
  t.is(kept[0], many[0]);
  t.is(kept.at(-1), `and ${many.length - kept.length + 1} more reasons`);

  for (const [long, shown] of [
    ["x".repeat(10_000), "x"],
    ["\u0000".repeat(10_000), " "],
    ["🙂".repeat(10_000), "🙂"],
  ] as const) {
    const written = writeLastRun({ ...run, reasons: [long, "another"] });
    t.true(Buffer.byteLength(written) <= LAST_RUN_MAX_BYTES);
    const reasons = readLastRun(written).lastRun?.reasons ?? [];
    t.true(reasons[0]?.startsWith(shown));
    t.true(reasons[0]?.endsWith("..."));
    t.is(reasons[1], "and 1 more reason");
  }
});

test("as many reasons are kept as fit", (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ minLength: 1, maxLength: 600, size: "max" }), { minLength: 1, maxLength: 30, size: "max" }),
      (reasons) => {
        const { reasons: kept } = JSON.parse(writeLastRun({ ...run, reasons })) as LastRun;
        if (kept.length === reasons.length && !kept.at(-1)?.startsWith("and ")) return t.deepEqual(kept, reasons);
        const whole = kept.slice(0, -1);
        t.deepEqual(whole, reasons.slice(0, whole.length));
        const omitted = reasons.length - whole.length;
        t.is(kept.at(-1), omitted === 1 ? "and 1 more reason" : `and ${omitted} more reasons`);
        const more = omitted === 1 ? [] : [omitted === 2 ? "and 1 more reason" : `and ${omitted - 1} more reasons`];
        const another = JSON.stringify({ ...run, reasons: [...reasons.slice(0, whole.length + 1), ...more] });
        t.true(Buffer.byteLength(another) > LAST_RUN_MAX_BYTES);
      },
    ),
  );
});

test("an outcome may take exactly its size, and its times exactly half of that", (t) => {
  const longest = (bytes: number, of: (text: string) => string) => of("x".repeat(bytes - Buffer.byteLength(of(""))));
  const whole = longest(LAST_RUN_MAX_BYTES, (text) => JSON.stringify({ ...run, reasons: [text, "b"] }));
  const { reasons } = JSON.parse(whole) as LastRun;
  t.is(writeLastRun({ ...run, reasons }), whole);
  t.deepEqual(readLastRun(writeLastRun({ ...run, reasons: [`${reasons[0]}x`, "b"] })).lastRun?.reasons.length, 2);
  t.regex(writeLastRun({ ...run, reasons: [`${reasons[0]}x`, "b"] }), /x\.\.\.","and 1 more reason"/);
  const half = JSON.parse(
    longest(LAST_RUN_MAX_BYTES / 2, (release) => JSON.stringify({ pausedMillis: 1, drains: [{ release, millis: 2 }] })),
  ) as PauseTimes;
  t.deepEqual(readLastRun(writeLastRun({ ...run, times: half })).lastRun?.times, half);
  t.is(readLastRun(writeLastRun({ ...run, times: { ...half, pausedMillis: 10 } })).lastRun?.times, undefined);
});

test("of a single reason that is too long, as much is kept as certainly fits", (t) => {
  // In JSON, this character takes six bytes.
  const text = writeLastRun({ ...run, reasons: ["\u0000".repeat(10_000)] });
  const size = Buffer.byteLength(text);
  t.true(size > LAST_RUN_MAX_BYTES - 6 && size <= LAST_RUN_MAX_BYTES, `${size} bytes`);
  t.is(readLastRun(text).lastRun?.reasons.length, 1);
});

test("the longest text that is read is 16 KiB", (t) => {
  const of = (bytes: number) => {
    const rest = Buffer.byteLength(JSON.stringify({ ...run, reasons: [""] }));
    return readLastRun(JSON.stringify({ ...run, reasons: ["x".repeat(bytes - rest)] }));
  };
  t.is(of(16_384).malformed, undefined);
  t.regex(of(16_385).malformed ?? "", /takes 16385 bytes/);
});

test("times are read as written, unless there are so many that reasons would have no room", (t) => {
  const drains = (count: number) =>
    Array.from({ length: count }, (_, at) => ({ release: `scalar/ledger-${at}`, millis: at }));
  const read = (count: number) =>
    readLastRun(writeLastRun({ ...run, times: { pausedMillis: 10_200, drains: drains(count) } }));
  t.deepEqual(read(2), { lastRun: { ...run, times: { pausedMillis: 10_200, drains: drains(2) } } });
  t.deepEqual(read(200), { lastRun: run });
});

test("the key is a file name, like the record's other keys", (t) => {
  t.is(LAST_RUN_KEY, "last-run.json");
});

function record() {
  return {
    schemaVersion: fc.constantFrom(1, 2),
    job: fc.anything(),
    startedAt: fc.anything(),
    endedAt: fc.anything(),
    end: fc.anything(),
    reasons: fc.anything(),
  };
}
