import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import test, { type ExecutionContext } from "ava";
import { evidenceSchema } from "../../cli/report/evidence";

const PROGRAM = join(__dirname, "../..");

/** `npm start` or `npm run cloud` without npm, with temporary files in a folder of the test. */
function start(t: ExecutionContext, main: string, args: string[], environment: NodeJS.ProcessEnv = {}) {
  const folder = mkdtempSync(join(tmpdir(), "rehearsal-"));
  const env = { ...process.env, TMPDIR: folder, NO_COLOR: "1", ...environment };
  const child = spawn(process.execPath, ["register/index.cjs", `rehearsal/${main}.ts`, ...args], { cwd: PROGRAM, env });
  const output = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const)
    child[stream].setEncoding("utf8").on("data", (text: string) => {
      output[stream] += text;
    });
  const code = new Promise<number | NodeJS.Signals | null>((resolve) =>
    child.once("close", (exitCode, signal) => resolve(signal ?? exitCode)),
  );
  t.teardown(async () => {
    child.kill("SIGKILL");
    await code;
    rmSync(folder, { recursive: true, force: true });
  });
  return { child, folder, output, code };
}

/** The remaining folders of pods, and the processes in them (on Linux, which has /proc). */
function left(folder: string): string[] {
  const processes = process.platform === "linux" ? readdirSync("/proc").filter((name) => /^\d+$/.test(name)) : [];
  const inside = processes.filter((pid) => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`).startsWith(folder);
    } catch {
      return false;
    }
  });
  return [...readdirSync(folder).filter((name) => /^(pod|pulumi-stack|scalar-cloud)-/.test(name)), ...inside];
}

test("invalid options are refused at once, with exit code 2", async (t) => {
  t.timeout(180_000);
  for (const [args, refusal] of [
    [["--report", join(tmpdir(), "no", "such", "folder", "x")], /^rehearsal: --report \S+ cannot be written: ENOENT/],
    [["--report", tmpdir()], /^rehearsal: --report \S+ cannot be written: EISDIR/],
    [["--engine", "pulumi"], /^rehearsal: --engine pulumi needs a Pulumi CLI, and there is none/],
    [["--seed", "99999999999999999999"], /^rehearsal: --seed 9{20} is not a whole number from 0 to 4294966/],
    [
      ["--recovery", "--set", "single-rdb"],
      /^rehearsal: --recovery needs a set .*; those are dynamodb-aurora, cosmosdb-azure-postgresql;/,
    ],
    [["--pages", join(__filename, "inside")], /^rehearsal: --pages \S+ cannot be written to: ENOTDIR/],
    [
      ["--recovery", "--pages", join(tmpdir(), "pages")],
      /^rehearsal: --pages are of a drill, and --recovery plays none/,
    ],
    [["--recovery", "--vaults"], /^rehearsal: --recovery and --vaults are two rehearsals/],
    [["--seed", "1.5"], /^rehearsal: --seed 1\.5 is not a whole number/],
  ] as const) {
    const { code, output } = start(t, "main", [...args], { PATH: "", PULUMI_HOME: join(tmpdir(), "no-such-home") });
    t.is(await code, 2, args.join(" "));
    t.regex(output.stderr, refusal);
    t.is(output.stdout, "", "nothing was played");
  }
});

test("a recovery ends with the restored bank under the production names, after an up that was killed", async (t) => {
  t.timeout(590_000);
  const { folder, code, output } = start(t, "main", ["--set", "dynamodb-aurora", "--recovery"]);
  t.is(await code, 0, output.stdout + output.stderr);
  const [, killed = "", goingOn = ""] =
    /; the machine that runs it dies\n(.*)\n.*: it goes on\n(.*)$/s.exec(output.stdout) ?? [];
  t.regex(killed, /\| step \d.*: give the production names to the copies/);
  t.notRegex(killed, /\| done: /);
  t.regex(goingOn, /\| done: /);
  t.regex(goingOn, /ok {5}the bank is balanced in production/);
  t.regex(goingOn, /restored to .* 27 checks, 0 failed/);
  t.deepEqual(left(folder), []);
});

test("a drill's pages are those of its restore points and of its evidence, which proves nothing of real clouds", async (t) => {
  t.timeout(300_000);
  const pages = mkdtempSync(join(tmpdir(), "pages-"));
  t.teardown(() => rmSync(pages, { recursive: true, force: true }));
  const { code, output } = start(t, "main", ["--set", "single-rdb", "--pages", pages]);
  t.is(await code, 0, output.stderr);
  const page = (name: string) => readFileSync(join(pages, name), "utf8");
  t.regex(page("points.html"), /Newest instant that all databases can be restored to/);
  t.regex(page("drill.html"), /The clouds of this drill were simulated: it proves nothing about yours/);
  t.regex(page("badge.svg"), /simulated drill/);
  const evidence = evidenceSchema.parse(JSON.parse(page("drill.json")));
  t.true(evidence.simulated && evidence.passed);
  t.deepEqual(evidence.leftToDo, []);
  // Times are the simulated clouds': a restore takes minutes, whatever this machine takes.
  const { begun, verified, cleanedUp } = evidence;
  const times = [begun, verified, cleanedUp].map((time) => ("at" in time ? Date.parse(time.at) : Number.NaN));
  t.true((times[1] ?? 0) - (times[0] ?? 0) > 600_000, `${times}`);
  t.true((times[2] ?? 0) > (times[1] ?? 0), `${times}`);
});

test("an interruption while pods are paused leaves no process and no folder", async (t) => {
  t.timeout(180_000);
  const { child, folder, code, output } = start(t, "main", []);
  while (!readdirSync(folder).some((name) => name.startsWith("pod-"))) {
    if (child.exitCode !== null) return t.fail(`it has ended: ${output.stdout}${output.stderr}`);
    await delay(50);
  }
  child.kill("SIGINT");
  t.is(await code, 130);
  t.is(output.stderr, "");
  // A killed process disappears a moment later.
  for (let tries = 0; left(folder).length > 0 && tries < 100; tries++) await delay(50);
  t.deepEqual(left(folder), []);
});

test("the rehearsal ends without an error when the reader of its output goes away", async (t) => {
  t.timeout(120_000);
  const { child, code, output } = start(t, "main", []);
  child.stdout.once("data", () => child.stdout.destroy());
  t.is(await code, 141);
  t.is(output.stderr, "");
});

test("npm run cloud has the databases of an example, and says which", async (t) => {
  t.timeout(60_000);
  const azure = start(t, "explore", ["--set", "cosmosdb-azure-postgresql"]);
  while (!azure.output.stdout.includes("Commands:")) await delay(50);
  t.regex(azure.output.stdout, /ScalarDB Cluster on Cosmos DB \(ledger\) and Azure Database for PostgreSQL/);
  t.true(azure.output.stdout.includes("cp examples/Pulumi.cosmosdb-azure-postgresql.yaml Pulumi.rehearsal.yaml"));
  azure.child.stdin.end("quit\n");
  t.is(await azure.code, 0);
  const unknown = start(t, "explore", ["--set", "all-kinds"]);
  t.is(await unknown.code, 1);
  t.regex(unknown.output.stderr, /--set all-kinds is unknown; there are dynamodb-aurora, .*cosmosdb-azure-postgresql/);
});

test("npm run cloud uses a backend only for that shell, and removes it at its end", async (t) => {
  t.timeout(60_000);
  const { child, folder, code, output } = start(t, "explore", []);
  while (!output.stdout.includes("Commands:")) await delay(50);
  t.false(output.stdout.includes("pulumi login"), "this would switch the user's backend");
  const [, state] = /^export PULUMI_BACKEND_URL="file:\/\/(.*)"$/m.exec(output.stdout) ?? [];
  t.true(state?.startsWith(folder));
  child.stdin.end("quit\n");
  t.is(await code, 0);
  t.deepEqual(left(folder), []);
});
