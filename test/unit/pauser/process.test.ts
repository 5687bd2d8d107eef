import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { systemClock } from "../../../pauser/adapters/system-clock";
import { bundleCache, bundlePauser } from "../../../pauser/bundle";
import { EXIT_CODES } from "../../../pauser/outcome";
import { Cluster } from "./doubles/cluster";

const { sleep } = systemClock;

// The production bundle of the pauser, in its own process, in a folder without other files.
const directory = mkdtempSync(join(tmpdir(), "pauser-"));
writeFileSync(join(directory, "pauser.cjs"), bundlePauser());
writeFileSync(join(directory, "token"), "a-token\n");
test.after.always(() => rmSync(directory, { recursive: true }));

interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

function start(t: ExecutionContext, env: Record<string, string>): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [join(directory, "pauser.cjs")], { cwd: directory, env });
  t.teardown(() => child.kill("SIGKILL"));
  const ended = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => {
    ended.stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    ended.stderr += chunk;
  });
  return {
    child,
    ended: new Promise((resolve) => child.on("close", (code, signal) => resolve({ ...ended, code, signal }))),
  };
}

async function clusterOf(t: ExecutionContext): Promise<Cluster> {
  const cluster = await Cluster.start();
  t.teardown(() => cluster.stop());
  await cluster.install({ pods: 2 });
  await cluster.install({ namespace: "ledgers", name: "ledger", product: "ledger", pods: 1 });
  return cluster;
}

const ACCOUNT = { PAUSER_SERVICE_ACCOUNT_DIRECTORY: directory };
const FIRST = { ...ACCOUNT, PAUSER_POD_NAME: "first", PAUSER_POD_NAMESPACE: "scalar" };
const SECOND = { ...ACCOUNT, PAUSER_POD_NAME: "second", PAUSER_POD_NAMESPACE: "scalar" };

async function allPaused(cluster: Cluster): Promise<void> {
  while (cluster.pausedPods.length < cluster.pods.size) await sleep(5);
}

test("a run with a window prints one JSON line per release, exits with 0 and sends the token to the API server", async (t) => {
  const cluster = await clusterOf(t);
  const { code, stdout, stderr } = await start(t, cluster.processEnvironment({}, FIRST)).ended;
  t.is(code, 0, stderr);
  const [window] = cluster.windows;
  const lines = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  t.deepEqual(
    lines.map(({ helm_release_name }) => helm_release_name),
    ["scalardb", "ledger"],
  );
  t.is(lines[0].pause_start_timestamp_ms, Date.parse(window?.pauseCompleted ?? ""));
  t.regex(stderr, /^\d{4}-\d\d-\d\dT[\d:.]+Z pausing 3 pods of 2 workloads$/m);
  for (const line of stderr.trim().split("\n")) t.regex(line, /^\d{4}-\d\d-\d\dT[\d:.]+Z /, "a line of ours");
  t.deepEqual([...cluster.api.authorizations], ["Bearer a-token"]);
  t.deepEqual(cluster.falseWindows, []);
});

for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
  test(`${signal} during the hold: every pod is unpaused, no window is recorded, and the log says so`, async (t) => {
    const cluster = await clusterOf(t);
    const { child, ended } = start(t, cluster.processEnvironment({ holdSeconds: 60 }, FIRST));
    await allPaused(cluster);
    child.kill(signal);
    const { code, stdout, stderr } = await ended;
    t.is(code, EXIT_CODES.void);
    t.is(stdout, "");
    t.regex(stderr, new RegExp(`stopped by ${signal}`));
    t.deepEqual(cluster.pausedPods, []);
    t.deepEqual(cluster.windows, []);
    t.is(cluster.unfinished, undefined);
  });
}

test("after an uncaught error every pod is unpaused, no window is recorded, and the exit code is 1", async (t) => {
  const cluster = await clusterOf(t);
  const fault = join(directory, "fault.cjs");
  writeFileSync(fault, 'process.on("SIGUSR2", () => setTimeout(() => { throw new Error("a bug"); }));');
  const env = { ...cluster.processEnvironment({ holdSeconds: 60 }, FIRST), NODE_OPTIONS: `--require=${fault}` };
  const { child, ended } = start(t, env);
  await allPaused(cluster);
  child.kill("SIGUSR2");
  const { code, stdout, stderr } = await ended;
  t.is(code, 1);
  t.is(EXIT_CODES.broken, 1);
  t.is(stdout, "");
  t.regex(stderr, /an error \(a bug\): unpausing[\s\S]*Error: a bug\n {4}at [\s\S]*broken: no window/);
  t.deepEqual(cluster.pausedPods, []);
  t.deepEqual(cluster.windows, []);
  t.is(cluster.unfinished, undefined);
});

test("after SIGKILL during the hold, the next run unpauses first, then records its own window", async (t) => {
  const cluster = await clusterOf(t);
  const { child, ended } = start(t, cluster.processEnvironment({ holdSeconds: 60 }, FIRST));
  await allPaused(cluster);
  child.kill("SIGKILL");
  t.is((await ended).signal, "SIGKILL");
  t.is(cluster.pausedPods.length, 3, "the note exists for this case");
  cluster.ageNote();

  const { code, stderr } = await start(t, cluster.processEnvironment({}, SECOND)).ended;
  t.is(code, 0, stderr);
  t.regex(stderr, /in pod scalar\/first did not end: unpausing its 3 pods first/);
  t.deepEqual(cluster.pausedPods, []);
  t.deepEqual(cluster.falseWindows, []);
  t.is(cluster.windows.length, 1);
});

test("pods are unpaused although the log's reader has gone away", async (t) => {
  const cluster = await clusterOf(t);
  const { child, ended } = start(t, cluster.processEnvironment({ holdSeconds: 0.2 }, FIRST));
  child.stdout?.destroy();
  child.stderr?.destroy();
  t.is((await ended).code, 0);
  t.deepEqual(cluster.pausedPods, []);
  t.is(cluster.windows.length, 1);
});

test("a run keeps its exit code when its report cannot even be begun", async (t) => {
  const account = mkdtempSync(join(tmpdir(), "account-"));
  t.teardown(() => rmSync(account, { recursive: true, force: true }));
  writeFileSync(join(account, "ca.crt"), "");
  // The pauser has read the CA once it connects, and reads it again for its report.
  const server = createServer((socket) => {
    rmSync(join(account, "ca.crt"), { force: true });
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.teardown(() => server.close());
  const settings = {
    record: { namespace: "scalar", name: "windows" },
    releases: [{ namespace: "scalar", name: "scalardb" }],
    apiDeadlineSeconds: 1,
    notify: { stack: "prod", schedule: "pause", channels: { webhook: "pause.notify.webhook.url" }, when: "failure" },
  };
  const { code, stderr } = await start(t, {
    PAUSER_SERVICE_ACCOUNT_DIRECTORY: account,
    // Cast: it listens on TCP.
    PAUSER_API_SERVER: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    PAUSER_SETTINGS: JSON.stringify(settings),
  }).ended;
  t.is(code, EXIT_CODES.notRecorded, stderr);
  t.regex(stderr, /reports could not be sent: .*ca\.crt/);
});

test("wrong settings are all listed, with their own exit code", async (t) => {
  const { code, stderr } = await start(t, { PAUSER_SETTINGS: '{"releases":[]}' }).ended;
  t.is(code, EXIT_CODES.badSettings);
  t.regex(stderr, /PAUSER_API_SERVER: needed/);
  t.regex(stderr, /releases: a list/);
});

test("each end has its own exit code", (t) => {
  t.is(new Set(Object.values(EXIT_CODES)).size, Object.keys(EXIT_CODES).length);
});

test("the same sources produce the same bundle, small enough for a ConfigMap; a bundle of other sources is not used", (t) => {
  const bundle = bundlePauser();
  // As cached before a source was changed.
  writeFileSync(bundleCache(), JSON.stringify({ text: "stale", sources: { "main.ts": "another" } }));
  const made = spawnSync(
    process.execPath,
    ["-e", 'require("./register/index.cjs"); process.stdout.write(require("./pauser/bundle").bundlePauser())'],
    { cwd: join(__dirname, "../../.."), encoding: "utf8" },
  );
  t.is(made.stdout, bundle, made.stderr);
  t.is(JSON.parse(readFileSync(bundleCache(), "utf8")).text, bundle, "and it is cached");
  t.true(Buffer.byteLength(bundle) < 128 * 1024);
  t.true(
    Buffer.byteLength(bundlePauser("pauser-with-window-backups")) < 160 * 1024,
    "only the signer of the AWS client",
  );
  t.false(bundle.includes(process.cwd()), "it must not depend on where it was built");
});
