import { execFileSync, spawnSync } from "node:child_process";
import test from "ava";
import type { EndedRun, Facts } from "../../../pauser/notify/facts";
import { messageText, webhookBody } from "../../../pauser/notify/message";
import { pauseGauges } from "../../../pauser/notify/metrics";
import { otlpBody, partialFailure } from "../../../pauser/notify/otlp";
import { EXIT_CODES } from "../../../pauser/outcome";
import { LAST_RUN_ENDS } from "../../../restore-points/last-run";
import { metricsText } from "../../../restore-points/metrics";

const NOW = Date.parse("2026-11-23T03:01:00Z");
const WINDOW = {
  cluster: "tokyo",
  pauseCompleted: "2026-11-22T02:59:55.000Z",
  unpauseStarted: "2026-11-22T03:00:05.000Z",
  clockOffsetMillis: 3,
  releases: [{ namespace: "scalar", name: "scalardb", product: "scalardb-cluster", pods: ["a"] }],
};
const RUN: EndedRun = {
  job: "scalar-pause-29400000",
  startedAt: "2026-11-23T02:59:40.000Z",
  endedAt: "2026-11-23T03:00:21.123Z",
  end: "void",
  reasons: ["release scalar/ledgr has no pods of a Scalar product"],
};
const FACTS: Facts = {
  source: { stack: "prod", schedule: "scalar-pause", cluster: "tokyo", namespace: "scalar" },
  now: NOW,
  run: RUN,
  windows: [WINDOW],
  notifications: {},
};

const text = (run: Partial<EndedRun>, facts: Partial<Facts> = {}) =>
  messageText({ ...FACTS, ...facts }, { ...RUN, ...run });

test("a failure says what failed, where, why, since when there is no restore point, what to do, and where to look", (t) => {
  t.deepEqual(text({}).split("\n"), [
    ":warning: *scalar-pause (stack prod, cluster tokyo): no pause window was recorded*",
    'Job scalar/scalar-pause-29400000 ended at 2026-11-23T03:00:21Z with "void" (exit code 21).',
    "• release scalar/ledgr has no pods of a Scalar product",
    "Newest pause window: 2026-11-22T03:00:00Z, 24 h ago, 10 s long.",
    "All pods are unpaused. Kubernetes tries a failed run again, up to three times; a success after this failure is reported, too. If no success follows, correct what the reasons name, and start a run by hand.",
    "Log: `kubectl --namespace scalar logs job/scalar-pause-29400000`",
    "Everything at once: `npx scalar-backup doctor Pulumi.prod.yaml`",
  ]);
});

const TITLES: Record<EndedRun["end"], RegExp> = {
  recorded: /^:white_check_mark: .*: a pause window was recorded\*$/m,
  void: /: no pause window was recorded\*$/m,
  failedToPause: /: pods could not be paused, and no pause window was recorded\*$/m,
  failedToUnpause: /^:rotating_light: .*: PODS MAY STILL BE PAUSED\*$/m,
  notRecorded: /: the record of pause windows cannot be read or written\*$/m,
  busy: /: another run was working on the releases, so no pause window was recorded\*$/m,
  backupsFailed: /: a pause window was recorded, but without the backups that were due\*$/m,
  broken: /: the pauser failed by an internal error, and no pause window was recorded\*$/m,
};

for (const end of LAST_RUN_ENDS) {
  test(`the message and metrics of a run that ends with ${end}`, (t) => {
    const message = text({ end });
    t.regex(message, TITLES[end]);
    t.true(message.includes(`"${end}" (exit code ${EXIT_CODES[end]})`));
    const failed = end !== "recorded";
    t.is(/^Log: `kubectl/m.test(message), failed);
    const metrics = metricsText(pauseGauges({ ...FACTS, run: { ...RUN, end } }, ["webhook"]));
    t.true(
      metrics.includes(
        `scalar_backup_pause_run_exit_code{stack="prod",schedule="scalar-pause",cluster="tokyo"} ${EXIT_CODES[end]}\n`,
      ),
    );
    t.regex(metrics, new RegExp(`^scalar_backup_pause_run_succeeded\\{.*\\} ${failed ? 0 : 1}$`, "m"));
  });
}

test("a pod that may be paused: the command that fixes it is complete, however long its failure is", (t) => {
  const fix = "; fix it with: kubectl --namespace scalar delete pod scalardb-0";
  const message = text({
    end: "failedToUnpause",
    reasons: [`pod scalar/scalardb-0 MAY STILL BE PAUSED (${"x".repeat(900)})${fix}`],
  });
  t.true(message.includes(fix));
  t.true(message.length < 2000);
});

test("texts of others are no markup, and mention no channel", (t) => {
  const message = text({ reasons: ["<!channel> a & b <https://evil.example|click>"] });
  t.true(message.includes("• &lt;!channel&gt; a &amp; b &lt;https://evil.example|click&gt;"));
  t.notRegex(message, /<[!@#h]/);
});

/** The mentions that Mattermost's server finds in a text (server/channels/app/mention_parser_standard.go), for these names. */
function mattermostMentions(text: string): string[] {
  const words = text.split(/[^:.\-_@\p{L}\p{N}]+/u).map((word) => word.replace(/^[:.\-_]+/, ""));
  const parts = words.flatMap((word) => [word, word.replace(/[.\-:_]+$/, ""), ...word.split(/[.\-:]/)]);
  return parts.filter((part) => ["@channel", "@here", "@all", "@alice"].includes(part.toLowerCase()));
}

test("texts of others mention no person on Slack, Mattermost and Discord", (t) => {
  const evil = "<!here> <!subteam^S1> <@U1> @channel, (@here) x.@all: @alice @everyone <@1> <@&1>";
  t.true(mattermostMentions(evil).length >= 4, "the judge finds what is there");
  const source = { stack: "prod", schedule: evil, cluster: evil, namespace: "scalar" };
  const notifications = { otlp: { failing: { since: RUN.endedAt, problem: evil } } };
  for (const end of LAST_RUN_ENDS) {
    const message = text({ end, job: evil, reasons: [evil, `pod a; fix it with: ${evil}`] }, { source, notifications });
    t.deepEqual(mattermostMentions(message), [], "Mattermost reads a plain @name");
    t.notRegex(message, /@(everyone|here)/, "Discord does, too");
    t.notRegex(message, /<[!@#]/, "Slack reads <!name>, <@id> and <#id>");
  }
});

test("a message has at most 4000 characters, and counts the reasons that it leaves out", (t) => {
  const reasons = Array.from({ length: 40 }, (_, index) => `pod scalar/scalardb-${index}: ${"&".repeat(700)}`);
  const message = text({ reasons });
  t.true(message.length <= 4000, `${message.length}`);
  t.regex(message, /and \d+ more reasons in the log/);
  t.deepEqual(Object.keys(JSON.parse(webhookBody(FACTS, { ...RUN, reasons }))), ["text"]);
  const many = text({ reasons: reasons.map((_, index) => `reason ${index}`) });
  t.regex(many, /• reason 4\n• and 35 more reasons in the log\n/);
});

test("without any window, the message says what that means", (t) => {
  t.regex(
    text({}, { windows: [] }),
    /^No pause window is recorded: there is no instant to which all databases can be restored\.$/m,
  );
  t.regex(text({}, { windows: undefined }), /^The recorded windows could not be read\.$/m);
});

test("what never happened is 0, and what is not known is absent", (t) => {
  const none = metricsText(pauseGauges({ ...FACTS, run: undefined, windows: [] }, ["heartbeat"]));
  t.regex(none, /^scalar_backup_pause_window_timestamp_seconds\{.*\} 0$/m);
  t.regex(none, /^scalar_backup_pause_run_timestamp_seconds\{.*\} 0$/m);
  t.notRegex(none, /pause_run_exit_code|pause_seconds|pause_drain|pause_window_seconds/);
  const unread = metricsText(pauseGauges({ ...FACTS, windows: undefined }, []));
  t.notRegex(unread, /pause_window|pause_report/);
});

const times = { pausedMillis: 10_850, drains: [{ release: "scalar/scalardb", millis: 312 }] };
const ALL: Facts = {
  ...FACTS,
  source: { ...FACTS.source, schedule: 'scalar"pause\\' },
  run: { ...RUN, times },
  notifications: { webhook: { failing: { since: "2026-11-22T03:00:00Z", problem: "it hangs" } } },
};

test("times of the pause are in seconds, by release", (t) => {
  const metrics = metricsText(pauseGauges(ALL, ["webhook"]));
  t.regex(metrics, /^scalar_backup_pause_seconds\{.*\} 10\.85$/m);
  t.regex(metrics, /^scalar_backup_pause_drain_seconds\{.*,release="scalar\/scalardb"\} 0\.312$/m);
  t.regex(metrics, /^scalar_backup_notification_failing\{.*,channel="webhook"\} 1$/m);
  t.true(metrics.includes('schedule="scalar\\"pause\\\\"'));
});

test("promtool accepts the metrics", (t) => {
  if (spawnSync("promtool", ["--version"]).error) return void t.pass("skipped: there is no promtool on the PATH");
  t.is(
    execFileSync("promtool", ["check", "metrics"], {
      input: metricsText(pauseGauges(ALL, ["webhook"])),
      encoding: "utf8",
    }),
    "",
  );
});

test("OTLP has the same gauges, with 64-bit integers as texts", (t) => {
  const gauges = pauseGauges(ALL, ["webhook"]);
  const { resourceMetrics } = JSON.parse(otlpBody(gauges, NOW));
  const { metrics } = resourceMetrics[0].scopeMetrics[0];
  t.deepEqual(
    metrics.map(({ name }: { name: string }) => name),
    gauges.filter(({ samples }) => samples.length > 0).map(({ name }) => name),
  );
  t.deepEqual(
    metrics.find(({ name }: { name: string }) => name === "scalar_backup_pause_drain_seconds").gauge.dataPoints,
    [
      {
        attributes: ["stack", "schedule", "cluster", "release"].map((key) => ({
          key,
          value: {
            stringValue: { stack: "prod", schedule: 'scalar"pause\\', cluster: "tokyo", release: "scalar/scalardb" }[
              key
            ],
          },
        })),
        timeUnixNano: "1795402860000000000",
        asDouble: 0.312,
      },
    ],
  );
});

test("an answer of OTLP is a failure only if it rejects something", (t) => {
  t.is(partialFailure(""), undefined);
  t.is(partialFailure("{}"), undefined);
  t.is(partialFailure('{"partialSuccess":{}}'), undefined);
  t.is(partialFailure('{"partialSuccess":{"errorMessage":"a warning","rejectedDataPoints":"0"}}'), undefined);
  t.is(partialFailure('{"partialSuccess":{"rejectedDataPoints":3}}'), "it rejected 3 metrics: it does not say why");
});
