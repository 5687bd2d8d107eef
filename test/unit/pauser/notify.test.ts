import test, { type ExecutionContext } from "ava";
import { endOfRun, endOfUnpauser, notify } from "../../../pauser/notify/notifier";
import { HURRIED_NOTIFY_SECONDS, NOTIFY_TOTAL_SECONDS } from "../../../pauser/notify/settings";
import type { Outcome } from "../../../pauser/outcome";
import type { WebAnswer, WebRequest } from "../../../pauser/ports";
import { readNotifications } from "../../../restore-points/notifications";
import type { VirtualCluster } from "./virtual/cluster";
import { assertSafe, elapse, key, sceneOf } from "./virtual/scene";

const SECRETS = {
  PAUSER_WEBHOOK_URL: "https://hooks.slack.com/services/T00000000/B00000000/sEcReTsEcReTsEcReT",
  PAUSER_HEARTBEAT_URL: "https://hc-ping.com/5f3b8a52-0000-4000-8000-123456789abc\n",
  PAUSER_PUSHGATEWAY_URL: "http://pusher:p4ssw0rd@pushgateway.monitoring:9091",
  PAUSER_OTLP_ENDPOINT: "http://otel-collector.monitoring:4318/",
  PAUSER_OTLP_HEADERS: "api-key=0123456789abcdef,x-tenant=a%20b,authorization=Bearer%20t0k3n-of-otlp",
};
const HOSTS = {
  webhook: "hooks.slack.com",
  heartbeat: "hc-ping.com",
  pushgateway: "pushgateway.monitoring:9091",
  otlp: "otel-collector.monitoring:4318",
};
type Name = keyof typeof HOSTS;

const settingsFor = (when: string, channels: readonly Name[] = ["webhook", "heartbeat", "pushgateway", "otlp"]) => ({
  notify: {
    stack: "prod",
    schedule: "scalar-pause",
    channels: Object.fromEntries(channels.map((channel) => [channel, `pause.notify.${channel}.url`])),
    when,
  },
});
const SETTINGS = settingsFor("failure");
const JOB = { PAUSER_JOB_NAME: "scalar-pause-29400000", PAUSER_POD_NAME: "try", PAUSER_POD_NAMESPACE: "scalar" };
const ACCEPTED: WebAnswer = { status: 200, text: "ok" };
const HANGS = { millis: 3_600_000, answer: ACCEPTED };

interface Asked extends WebRequest {
  /** When it was sent, and which pods were paused then. */
  at: number;
  paused: string[];
}

type Answers = (request: WebRequest) => { millis: number; answer: WebAnswer | Error };

/** A cluster, and servers outside that note what they are sent. */
function outside(t: ExecutionContext) {
  const { cluster, pods } = sceneOf();
  const asked: Asked[] = [];
  let answers: Answers = () => ({ millis: 20, answer: ACCEPTED });
  const process = () => {
    const made = cluster.newProcess();
    made.answers = (request) => {
      asked.push({ ...request, at: cluster.time.now, paused: cluster.pausedPods });
      return answers(request);
    };
    return made;
  };
  const report = async (outcome: Parameters<typeof notify>[1], settings: object, made = process()) => {
    const environment = cluster.environment(settings, JOB);
    const begun = cluster.time.now;
    const reporting = notify(environment, outcome, { ports: made.ports, report: cluster.report, env: SECRETS });
    await cluster.time.until(Promise.race([reporting, made.killed]));
    return cluster.time.now - begun;
  };
  return {
    cluster,
    pods,
    asked,
    process,
    answer(as: Answers) {
      answers = as;
    },
    /** A run and its reports, as one process. @returns how long the reports took */
    async run(settings: object = SETTINGS, env: Record<string, string> = {}) {
      const made = process();
      const outcome = await cluster.time.until(cluster.run(settings, { process: made, env: { ...JOB, ...env } }));
      const took = await report(endOfRun(outcome), settings, made);
      assertSafe(t, cluster);
      return { outcome, took };
    },
    async unpauser(settings: object = SETTINGS) {
      const made = process();
      const outcome = await cluster.time.until(cluster.unpauser(settings, made));
      return { outcome, took: await report(endOfUnpauser(outcome), settings, made) };
    },
    report,
    to: (name: Name) => asked.filter(({ url }) => url.host === HOSTS[name]),
    texts: () =>
      asked.filter(({ url }) => url.host === HOSTS.webhook).map(({ body }) => JSON.parse(body ?? "").text as string),
    noted: () => readNotifications(cluster.recorded("notifications.json")).notifications,
  };
}

const addressed = (name: Name, with_: { millis: number; answer: WebAnswer | Error }): Answers => {
  return ({ url }) => (url.host === HOSTS[name] ? with_ : { millis: 20, answer: ACCEPTED });
};

function assertNoSecret(t: ExecutionContext, cluster: VirtualCluster): void {
  const said = [...cluster.logs, ...cluster.results, cluster.recorded("notifications.json") ?? ""].join("\n");
  for (const secret of ["sEcReT", "T00000000", "5f3b8a52", "p4ssw0rd", "0123456789abcdef", "t0k3n-of-otlp"])
    t.false(said.includes(secret), `${secret} is in: ${said}`);
}

test("a success calls the heartbeat and sends metrics, once every pod is unpaused and the window recorded", async (t) => {
  const world = outside(t);
  const { outcome } = await world.run();
  t.is(outcome.end, "recorded");
  t.deepEqual(world.texts(), [], "a success is no news");
  const [heartbeat] = world.to("heartbeat");
  t.is(heartbeat?.method, "GET");
  t.is(world.to("pushgateway").length, 1);
  t.is(world.to("otlp").length, 1);
  for (const { at, paused } of world.asked) {
    t.deepEqual(paused, [], "no request while a pod is paused");
    t.true(at > Date.parse(world.cluster.windows[0]?.unpauseStarted ?? ""));
  }
  t.is(world.cluster.windows.length, 1);
  t.deepEqual(
    Object.values(world.noted()).map(({ failing }) => failing),
    [undefined, undefined, undefined, undefined],
  );
  assertNoSecret(t, world.cluster);
});

test("credentials travel in headers: of the URL as Basic, of OTLP as given", async (t) => {
  const world = outside(t);
  await world.run();
  const [push] = world.to("pushgateway");
  t.is(push?.headers.authorization, `Basic ${Buffer.from("pusher:p4ssw0rd").toString("base64")}`);
  t.is(
    push?.url.href,
    "http://pushgateway.monitoring:9091/metrics/job/scalar-backup/stack/prod/schedule/scalar-pause/cluster/default",
  );
  const [otlp] = world.to("otlp");
  t.is(otlp?.url.href, "http://otel-collector.monitoring:4318/v1/metrics");
  t.like(otlp?.headers, { "api-key": "0123456789abcdef", "x-tenant": "a b", "content-type": "application/json" });
});

test("servers that hang make no pause longer, and hold the process for half a minute at most", async (t) => {
  const calm = outside(t);
  await calm.run();
  const hanging = outside(t);
  hanging.answer(() => HANGS);
  const { outcome, took } = await hanging.run();
  t.is(outcome.end, "recorded");
  t.deepEqual(hanging.cluster.windows, calm.cluster.windows);
  t.is(hanging.cluster.lastRun?.times?.pausedMillis, calm.cluster.lastRun?.times?.pausedMillis);
  t.true(took <= NOTIFY_TOTAL_SECONDS * 1000, `${took} ms`);
  t.true(took >= 10_000, "each is tried more than once");
});

test("an API server that hangs as well holds the process no longer", async (t) => {
  const world = outside(t);
  const made = world.process();
  world.answer(() => HANGS);
  const outcome = await world.cluster.time.until(world.cluster.run(SETTINGS, { process: made, env: JOB }));
  made.unreachable.api = true;
  const took = await world.report(endOfRun(outcome), SETTINGS, made);
  t.true(took <= NOTIFY_TOTAL_SECONDS * 1000, `${took} ms`);
});

test("while a pod may still be paused, reports delay the next try by 5 seconds at most", async (t) => {
  const world = outside(t);
  world.answer(() => HANGS);
  const { read, send, write } = HURRIED_NOTIFY_SECONDS;
  t.true(read + send + write <= 5);
  const made = world.process();
  const run = world.cluster.run({ ...SETTINGS, unpauseDeadlineSeconds: 5 }, { process: made, env: JOB });
  await world.cluster.time.until(
    (async () => {
      while (world.cluster.pausedPods.length < 3) await world.cluster.time.wait(50);
    })(),
  );
  made.unreachable.pods = true;
  const outcome = await world.cluster.time.until(run);
  t.is(outcome.end, "failedToUnpause");
  const took = await world.report(endOfRun(outcome), SETTINGS, made);
  t.true(took <= 5000, `${took} ms`);
  // The servers answer again, and the unpauser can reach the pods.
  world.answer(() => ({ millis: 20, answer: ACCEPTED }));
  await elapse(world.cluster, 300_000);
  t.is((await world.unpauser()).outcome.end, "unpaused");
  const [text] = world.texts().slice(-1);
  t.regex(
    text ?? "",
    /no pause window was recorded\*\nJob scalar\/scalar-pause-29400000 .*\n• the run .* ended without unpausing its pods; the unpauser has unpaused them/,
  );
});

test("a failure is reported once for all tries of its Job, and so is the success after it", async (t) => {
  const world = outside(t);
  const [pod] = world.pods;
  if (pod) pod.faults.refusePause = true;
  t.is((await world.run()).outcome.end, "failedToPause");
  await elapse(world.cluster, 10_000);
  t.is((await world.run()).outcome.end, "failedToPause");
  t.is(world.texts().length, 1);
  t.is(world.to("heartbeat").length, 0);
  t.is(world.to("pushgateway").length, 2, "metrics are of every try");
  if (pod) pod.faults = {};
  await elapse(world.cluster, 20_000);
  t.is((await world.run()).outcome.end, "recorded");
  t.is(world.texts().length, 2);
  t.regex(world.texts()[1] ?? "", /recovered: a pause window was recorded/);
  await elapse(world.cluster, 86_400_000);
  await world.run(SETTINGS, { PAUSER_JOB_NAME: "scalar-pause-29401440" });
  t.is(world.texts().length, 2, "a further success is no news");
});

test("the next day's failure is reported again", async (t) => {
  const world = outside(t);
  const [pod] = world.pods;
  if (pod) pod.faults.refusePause = true;
  await world.run();
  await elapse(world.cluster, 86_400_000);
  await world.run(SETTINGS, { PAUSER_JOB_NAME: "scalar-pause-29401440" });
  t.is(world.texts().length, 2);
  if (pod) pod.faults = {};
});

test("when: always reports every run", async (t) => {
  const world = outside(t);
  await world.run(settingsFor("always"));
  await elapse(world.cluster, 86_400_000);
  await world.run(settingsFor("always"), { PAUSER_JOB_NAME: "scalar-pause-29401440" });
  t.is(world.texts().length, 2);
  t.notRegex(world.texts()[1] ?? "", /recovered/);
});

const REFUSALS: [name: string, answer: WebAnswer | Error, attempts: number, problem: RegExp][] = [
  [
    "refuses the connection",
    new Error("connect ECONNREFUSED 10.0.0.1:443"),
    3,
    /^hooks\.slack\.com cannot be reached: connect ECONNREFUSED/,
  ],
  ["is overloaded", { status: 503, text: "" }, 3, /^hooks\.slack\.com refuses it with HTTP 503$/],
  ["limits its rate", { status: 429, text: "rate_limited" }, 3, /HTTP 429: rate_limited$/],
  ["does not know the address", { status: 404, text: "no_service" }, 1, /HTTP 404: no_service$/],
  [
    "repeats the address",
    { status: 404, text: "Cannot POST /services/T00000000/B00000000/sEcReTsEcReTsEcReT\r\n<b>" },
    1,
    /HTTP 404: Cannot POST \[secret\] <b>$/,
  ],
  [
    "redirects",
    { status: 302, text: "", location: "/services/T00000000/login" },
    1,
    /^hooks\.slack\.com redirects to hooks\.slack\.com \(HTTP 302\), and redirects are not followed: set the final address$/,
  ],
  [
    "says a lot",
    { status: 400, text: `${"x".repeat(3000)}` },
    1,
    /^hooks\.slack\.com refuses it with HTTP 400: x+\.\.\.$/,
  ],
];

for (const [name, answer, attempts, problem] of REFUSALS) {
  test(`a webhook that ${name}: the run's end stays, and the failure is in log and record`, async (t) => {
    const world = outside(t);
    world.answer(addressed("webhook", { millis: 5, answer }));
    const { outcome } = await world.run(settingsFor("always"));
    t.is(outcome.end, "recorded");
    t.is(world.to("webhook").length, attempts);
    const { webhook, heartbeat } = world.noted();
    t.regex(webhook?.failing?.problem ?? "", problem);
    t.true((webhook?.failing?.problem.length ?? 0) <= 400);
    t.is(webhook?.acceptedAt, undefined);
    t.is(heartbeat?.failing, undefined);
    t.true(
      world.cluster.logs.some((line) => line.startsWith("THE REPORT TO pause.notify.webhook FAILED: hooks.slack.com")),
    );
    assertNoSecret(t, world.cluster);
  });
}

test("OTLP's partial success is a failure", async (t) => {
  const world = outside(t);
  const text = JSON.stringify({ partialSuccess: { rejectedDataPoints: "2", errorMessage: "too old" } });
  world.answer(addressed("otlp", { millis: 5, answer: { status: 200, text } }));
  await world.run();
  t.regex(world.noted().otlp?.failing?.problem ?? "", /did not accept everything: it rejected 2 metrics: too old$/);
});

test("a token that a server repeats without what comes before it is in neither log nor record", async (t) => {
  const world = outside(t);
  world.answer(addressed("otlp", { millis: 5, answer: { status: 401, text: "invalid token: t0k3n-of-otlp" } }));
  await world.run();
  t.regex(world.noted().otlp?.failing?.problem ?? "", /refuses it with HTTP 401: invalid token: \[secret\]$/);
  assertNoSecret(t, world.cluster);
});

test("an address that is missing or no URL is a failed report, and pauses nothing less", async (t) => {
  const { cluster } = sceneOf();
  const process = cluster.newProcess();
  const settings = settingsFor("failure", ["webhook", "heartbeat"]);
  const outcome = await cluster.time.until(cluster.run(settings, { process, env: JOB }));
  t.is(outcome.end, "recorded");
  const env = { PAUSER_HEARTBEAT_URL: "hc-ping.com/secret-id" };
  await cluster.time.until(
    notify(cluster.environment(settings, JOB), endOfRun(outcome), {
      ports: process.ports,
      report: cluster.report,
      env,
    }),
  );
  const { webhook, heartbeat } = readNotifications(cluster.recorded("notifications.json")).notifications;
  t.is(webhook?.failing?.problem, "pause.notify.webhook.url is missing or empty");
  t.is(heartbeat?.failing?.problem, "pause.notify.heartbeat.url is not an http or https URL");
});

test("a run that is killed before it reports: the unpauser reports it, but not while the run may still do so", async (t) => {
  const world = outside(t);
  const [pod] = world.pods;
  if (pod) pod.faults.refusePause = true;
  const outcome: Outcome = await world.cluster.time.until(world.cluster.run(SETTINGS, { env: JOB }));
  t.is(outcome.end, "failedToPause");
  await elapse(world.cluster, 30_000);
  await world.unpauser();
  t.deepEqual(world.texts(), []);
  t.is(world.to("pushgateway").length, 1, "metrics need not wait");
  await elapse(world.cluster, 300_000);
  await world.unpauser();
  t.is(world.texts().length, 1);
  t.regex(world.texts()[0] ?? "", /pods could not be paused/);
  await elapse(world.cluster, 300_000);
  await world.unpauser();
  t.is(world.texts().length, 1);
  if (pod) pod.faults = {};
});

test("what a channel did not accept, the unpauser sends when the channel is back", async (t) => {
  const world = outside(t);
  world.answer(addressed("heartbeat", HANGS));
  await world.run();
  const since = world.noted().heartbeat?.failing?.since;
  await elapse(world.cluster, 300_000);
  await world.unpauser();
  t.is(world.noted().heartbeat?.failing?.since, since, "the first failure's instant stays");
  const gauges = world.to("pushgateway").at(-1)?.body ?? "";
  t.regex(gauges, /^scalar_backup_notification_failing\{channel="heartbeat"\} 1$/m);
  t.regex(gauges, /^scalar_backup_notification_accepted_timestamp_seconds\{channel="heartbeat"\} 0$/m);
  const [pod] = world.pods;
  if (pod) pod.faults.refusePause = true;
  await elapse(world.cluster, 86_400_000);
  await world.run(SETTINGS, { PAUSER_JOB_NAME: "scalar-pause-29401440" });
  t.regex(
    world.texts()[0] ?? "",
    /pause\.notify\.heartbeat accepts no reports since 2026-11-22T03:00:22Z: hc-ping\.com does not answer within 4\.\d s$/m,
  );
  if (pod) pod.faults = {};
  world.answer(() => ({ millis: 5, answer: ACCEPTED }));
  await elapse(world.cluster, 60_000);
  await world.run(SETTINGS, { PAUSER_JOB_NAME: "scalar-pause-29401441" });
  t.is(world.noted().heartbeat?.failing, undefined);
  t.true(world.cluster.logs.includes("pause.notify.heartbeat accepts reports again"));
  t.notRegex(world.texts()[1] ?? "", /accepts no reports/, "the message knows that it works again");
});

test("the unpauser's metrics change the record only once in six hours", async (t) => {
  const world = outside(t);
  await world.run();
  await elapse(world.cluster, 300_000);
  await world.unpauser();
  const before = world.cluster.recorded("notifications.json");
  for (let run = 0; run < 12; run++) {
    await elapse(world.cluster, 300_000);
    await world.unpauser();
  }
  t.is(world.cluster.recorded("notifications.json"), before);
  await elapse(world.cluster, 6 * 3_600_000);
  await world.unpauser();
  t.not(world.cluster.recorded("notifications.json"), before);
  t.is(world.to("pushgateway").length, 15);
});

test("the unpauser says nothing of a record that it cannot read: its silence is what alerts", async (t) => {
  const world = outside(t);
  const made = world.process();
  made.unreachable.api = true;
  const outcome = await world.cluster.time.until(world.cluster.unpauser(SETTINGS, made));
  t.is(outcome.end, "notRecorded");
  await world.report(endOfUnpauser(outcome), SETTINGS, made);
  t.deepEqual(world.asked, []);
  t.true(world.cluster.logs.includes("the record could not be read, so nothing is reported"));
});

test("a run whose record cannot be read is reported all the same, and its metrics do not claim to be fresh", async (t) => {
  const world = outside(t);
  const made = world.process();
  made.unreachable.api = true;
  const outcome = await world.cluster.time.until(world.cluster.run(SETTINGS, { process: made, env: JOB }));
  await world.report(endOfRun(outcome), SETTINGS, made);
  t.regex(
    world.texts()[0] ?? "",
    /the record of pause windows cannot be read or written\*.*\nThe recorded windows could not be read\./s,
  );
  const [push] = world.to("pushgateway");
  t.regex(push?.body ?? "", /^scalar_backup_pause_run_exit_code 24$/m);
  t.notRegex(push?.body ?? "", /pause_report_timestamp_seconds|pause_window/);
});

test("a damaged note of reports is replaced", async (t) => {
  const world = outside(t);
  world.cluster.tamper({
    "notifications.json": '{"schemaVersion":1,"channels":{"webhook":{"acceptedAt":"yesterday"}}}',
  });
  await world.run(settingsFor("always"));
  t.is(world.texts().length, 1);
  t.truthy(world.noted().webhook?.acceptedAt);
});

test("nothing is sent and nothing noted where nothing is configured", async (t) => {
  const world = outside(t);
  await world.run({});
  await world.unpauser({});
  t.deepEqual(world.asked, []);
  t.is(world.cluster.recorded("notifications.json"), undefined);
  t.truthy(key(0));
});
