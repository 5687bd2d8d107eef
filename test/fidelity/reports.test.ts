import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import test, { type ExecutionContext } from "ava";
import { systemClock } from "../../pauser/adapters/system-clock";
import { webTransport } from "../../pauser/adapters/web";
import type { Facts } from "../../pauser/notify/facts";
import { pauseGauges } from "../../pauser/notify/metrics";
import { requestTo } from "../../pauser/notify/requests";
import { send } from "../../pauser/notify/send";
import { readTargets, type Target } from "../../pauser/notify/targets";

// What the pauser reports, judged by the servers that it is for: a Prometheus Pushgateway, and an OpenTelemetry collector.

const FACTS: Facts = {
  source: { stack: "acme/prod", schedule: "scalar-pause", cluster: "東京", namespace: "scalar" },
  now: Date.now(),
  run: {
    job: "scalar-pause-29400000",
    startedAt: "2026-11-22T02:59:40.000Z",
    endedAt: "2026-11-22T03:00:07.000Z",
    end: "recorded",
    reasons: [],
    times: { pausedMillis: 10_850, drains: [{ release: "scalar/scalardb", millis: 312 }] },
  },
  windows: [
    {
      cluster: "東京",
      pauseCompleted: "2026-11-22T02:59:55.000Z",
      unpauseStarted: "2026-11-22T03:00:05.000Z",
      clockOffsetMillis: 3,
      releases: [{ namespace: "scalar", name: "scalardb", product: "scalardb-cluster", pods: ["a"] }],
    },
  ],
  notifications: { webhook: { failing: { since: "2026-11-22T03:00:00Z", problem: 'it says "no"' } } },
};
const CHANNELS = ["webhook", "pushgateway", "otlp"];

/** The first of these programs that is on the PATH. */
const found = (...programs: string[]) => programs.find((program) => !spawnSync(program, ["--version"]).error);

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts a server that ends with the test. @returns what it has printed so far */
function started(t: ExecutionContext, program: string, args: string[]): { child: ChildProcess; printed: () => string } {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
  t.teardown(() => child.kill("SIGKILL"));
  return { child, printed: () => text };
}

async function until(holds: () => boolean | Promise<boolean>, tries = 300): Promise<boolean> {
  for (let attempt = 0; attempt < tries; attempt++) {
    if (await holds()) return true;
    await wait(100);
  }
  return false;
}

const answers = (url: string) =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );

function targetOf(channel: "pushgateway" | "otlp", env: Record<string, string>): Target {
  const settings = {
    stack: "prod",
    schedule: "scalar-pause",
    channels: { [channel]: "a test" },
    when: "failure" as const,
  };
  const [target] = readTargets(settings, env);
  if (target === undefined || "problem" in target) throw new Error(target?.problem);
  return target;
}

const report = (target: Target, facts: Facts) =>
  send(target, requestTo(target, facts, undefined, CHANNELS), {
    clock: systemClock,
    web: webTransport,
    millis: 20_000,
  });

test("a Pushgateway accepts the metrics, keeps those that are not sent again, and refuses none of their labels", async (t) => {
  const program = found("pushgateway", "prometheus-pushgateway");
  if (program === undefined) return void t.pass("skipped: there is no Pushgateway on the PATH");
  const port = await freePort();
  started(t, program, [`--web.listen-address=127.0.0.1:${port}`, "--web.enable-lifecycle"]);
  t.true(await until(() => answers(`http://127.0.0.1:${port}/-/ready`)));
  const target = targetOf("pushgateway", { PAUSER_PUSHGATEWAY_URL: `http://127.0.0.1:${port}/` });
  t.is(await report(target, FACTS), undefined);
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const labels = 'cluster="東京",instance="",job="scalar-backup"';
  for (const line of [
    `scalar_backup_pause_window_timestamp_seconds{${labels},schedule="scalar-pause",stack="acme/prod"} 1.7953164e+09`,
    `scalar_backup_pause_window_seconds{${labels},schedule="scalar-pause",stack="acme/prod"} 10`,
    `scalar_backup_pause_drain_seconds{${labels},release="scalar/scalardb",schedule="scalar-pause",stack="acme/prod"} 0.312`,
    `push_failure_time_seconds{${labels},schedule="scalar-pause",stack="acme/prod"} 0`,
  ])
    t.true(text.includes(`${line}\n`), `${line} is not in:\n${text.replace(/^(go|process|promhttp|#).*\n/gm, "")}`);
  for (const { name, samples } of pauseGauges(FACTS, CHANNELS))
    t.is(text.split("\n").filter((line) => line.startsWith(`${name}{`)).length, samples.length, name);

  // A run whose record could not be read.
  const { run: _, ...rest } = FACTS;
  t.is(await report(target, { ...rest, run: undefined, windows: undefined }), undefined);
  const after = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  t.regex(after, /^scalar_backup_pause_window_seconds\{.*\} 10$/m);

  const wrong = targetOf("pushgateway", { PAUSER_PUSHGATEWAY_URL: `http://127.0.0.1:${port}/secret-prefix` });
  t.regex((await report(wrong, FACTS)) ?? "", new RegExp(`^127\\.0\\.0\\.1:${port} refuses it with HTTP 404`));
});

test("an OpenTelemetry collector reads every metric, and refuses a wrong body", async (t) => {
  const program = found("otelcol", "otelcorecol", "otelcol-contrib");
  if (program === undefined) return void t.pass("skipped: there is no OpenTelemetry collector on the PATH");
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), "otelcol-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const config = join(folder, "config.yaml");
  writeFileSync(
    config,
    JSON.stringify({
      receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
      exporters: { debug: { verbosity: "detailed" } },
      service: {
        telemetry: { metrics: { level: "none" } },
        pipelines: { metrics: { receivers: ["otlp"], exporters: ["debug"] } },
      },
    }),
  );
  const { printed } = started(t, program, ["--config", config]);
  t.true(await until(() => /Everything is ready/.test(printed())), printed());
  const target = targetOf("otlp", { PAUSER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` });
  t.is(await report(target, FACTS), undefined);
  const gauges = pauseGauges(FACTS, CHANNELS).filter(({ samples }) => samples.length > 0);
  const last = gauges.at(-1)?.name ?? "";
  t.true(await until(() => printed().includes(last)), printed());
  for (const { name, help } of gauges) {
    t.true(printed().includes(`-> Name: ${name}\n`), name);
    t.true(printed().includes(`-> Description: ${help}\n`), help);
  }
  t.regex(printed(), /-> service\.name: Str\(scalar-backup\)/);
  t.regex(printed(), /-> cluster: Str\(東京\)/);
  t.regex(printed(), /Value: 0\.312000/);
  t.is((printed().match(/-> DataType: Gauge/g) ?? []).length, gauges.length);
  const refused = await webTransport.send(
    { ...requestTo(target, FACTS, undefined, CHANNELS), body: '{"resourceMetrics":{}}' },
    new AbortController().signal,
  );
  t.is(refused.status, 400, "a judge that accepts anything proves nothing");
});
