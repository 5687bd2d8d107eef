import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { restorePoints } from "../../../restore-points/points";
import { HOUR_START } from "./arbitraries";

const ROOT = join(__dirname, "../../..");
const folder = mkdtempSync(join(tmpdir(), "restore-points-"));
test.after.always(() => rmSync(folder, { recursive: true }));

const outputs = JSON.stringify({
  restorePoints: restorePoints({
    now: HOUR_START + 600_000,
    pauseRequired: false,
    windows: [],
    releases: [],
    databases: [{ name: "ledger", earliest: "2026-11-22T02:00:00Z", latest: "2026-11-22T03:05:00Z" }],
  }),
});

/** Runs the command as npm does, with only `path` on the PATH. */
function run(args: string[], { stdin = "", path = folder } = {}) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["register/index.cjs", "restore-points/cli.ts", ...args],
    {
      cwd: ROOT,
      input: stdin,
      encoding: "utf8",
      env: { PATH: path, HOME: folder },
    },
  );
  return { status, stdout, stderr };
}

/** A folder with a `pulumi` that records its arguments, and answers with a text and an exit code. */
function pulumiThatPrints(text: string, exitCode = 0): string {
  const bin = mkdtempSync(join(folder, "bin-"));
  const answer = join(bin, "answer");
  writeFileSync(answer, text);
  const program = join(bin, "pulumi");
  const script = `#!${process.execPath}
    const { readFileSync, writeFileSync } = require("node:fs");
    writeFileSync(${JSON.stringify(join(bin, "asked"))}, process.argv.slice(2).join(" "));
    const answer = readFileSync(${JSON.stringify(answer)}, "utf8");
    (${exitCode} === 0 ? process.stdout : process.stderr).write(answer);
    process.exitCode = ${exitCode};`;
  writeFileSync(program, script);
  chmodSync(program, 0o755);
  return bin;
}

test("the outputs may come from standard input", (t) => {
  t.deepEqual(run(["--latest", "--outputs", "-"], { stdin: outputs }), {
    status: 0,
    stdout: "2026-11-22T03:05:00Z\n",
    stderr: "",
  });
});

test("the outputs may come from a file", (t) => {
  const file = join(folder, "outputs.json");
  writeFileSync(file, outputs);
  t.is(run(["--latest", "--outputs", file]).stdout, "2026-11-22T03:05:00Z\n");
  const { status, stderr } = run(["--outputs", "gone.json"]);
  t.is(status, 2);
  t.regex(stderr, /^restore-points: cannot read the outputs: ENOENT/);
});

test("by default the outputs come from Pulumi, and everything is shown, without colours outside a terminal", (t) => {
  const bin = pulumiThatPrints(outputs);
  const { status, stdout, stderr } = run(["--stack", "prod"], { path: bin });
  t.deepEqual({ status, stderr }, { status: 0, stderr: "" });
  t.regex(stdout, /^What can be restored, as of 2026-11-22T03:10:00Z/);
  t.false(stdout.includes("\u001b"));
  t.is(readFileSync(join(bin, "asked"), "utf8"), "stack output --json --non-interactive --stack prod");
});

test("a failing or missing Pulumi is reported with the fix", (t) => {
  t.deepEqual(run([], { path: pulumiThatPrints("error: no stack selected\n", 255) }), {
    status: 2,
    stdout: "",
    stderr: 'restore-points: "pulumi stack output --json --non-interactive" failed: error: no stack selected\n',
  });
  t.deepEqual(run([]), {
    status: 2,
    stdout: "",
    stderr:
      'restore-points: there is no "pulumi" on the PATH; run this through npm after "npm ci", or give the outputs with --outputs FILE\n',
  });
});
