import test from "ava";
import fc from "fast-check";
import {
  type Notifications,
  notificationProblems,
  readNotifications,
  writeNotifications,
} from "../../../restore-points/notifications";

const NOTED: Notifications = {
  webhook: {
    run: "scalar-pause-29400000 2026-11-22T03:00:00.000Z void",
    acceptedAt: "2026-11-22T03:00:21.000Z",
    alarm: { job: "scalar-pause-29400000", end: "void", at: "2026-11-22T03:00:21.000Z" },
  },
  heartbeat: {},
  otlp: { failing: { since: "2026-11-20T03:00:00.000Z", problem: "otel:4318 does not answer within 5 s" } },
};

test("what is written is read as the same", (t) => {
  t.deepEqual(readNotifications(writeNotifications(NOTED)), { notifications: NOTED });
  t.deepEqual(readNotifications(undefined), { notifications: {} });
});

test("only channels that are configured are problems", (t) => {
  const text = writeNotifications(NOTED);
  t.deepEqual(notificationProblems(text, ["webhook", "heartbeat", "otlp"]), [
    "pause.notify.otlp has accepted no report of the pauser since 2026-11-20T03:00:00.000Z: otel:4318 does not answer within 5 s",
  ]);
  t.deepEqual(notificationProblems(text, ["webhook"]), []);
  t.deepEqual(notificationProblems("{", []), []);
});

for (const [text, problem] of [
  ["{", /cannot be read: .*JSON/],
  ["[]", /cannot be read: channels must be an object/],
  ["null", /cannot be read: channels must be an object/],
  ['{"schemaVersion":2,"channels":{}}', /cannot be read: channels must be an object/],
  ['{"schemaVersion":1,"channels":{"otlp":{"failing":{"since":"x"}}}}', /otlp\.failing\.since "x" is not an instant/],
  [`"${"x".repeat(20_000)}"`, /is longer than 16384 bytes/],
] as const)
  test(`a damaged note is reported: ${text.slice(0, 70)}`, (t) => {
    t.deepEqual(readNotifications(text).notifications, {});
    const [found] = notificationProblems(text, ["otlp"]);
    t.regex(found ?? "", problem);
    t.regex(found ?? "", /; the next report replaces it$/);
  });

test("the longest text that is read is 16 KiB", (t) => {
  const of = (bytes: number) => {
    const text = (rest: string) => JSON.stringify({ schemaVersion: 1, channels: { webhook: { run: rest } } });
    return readNotifications(text("x".repeat(bytes - text("").length))).malformed;
  };
  t.is(of(16_384), undefined);
  t.regex(of(16_385) ?? "", /is longer than 16384 bytes$/);
});

test("a text for a terminal has no control characters", (t) => {
  const text = JSON.stringify({
    schemaVersion: 1,
    channels: { webhook: { failing: { since: NOTED.otlp?.failing?.since, problem: "a\u001b[2Jb\n" } } },
  });
  t.is(readNotifications(text).notifications.webhook?.failing?.problem, "a [2Jb ");
});

test("no text makes the reader throw", (t) => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.anything().map((value) => JSON.stringify({ schemaVersion: 1, channels: { webhook: value } })),
      ),
      (text) => {
        const { notifications } = readNotifications(text);
        return typeof notifications === "object";
      },
    ),
  );
  t.pass();
});
