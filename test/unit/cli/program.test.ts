import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { COMMANDS } from "../../../cli/commands";
import { cliReference } from "../../../cli/reference";
import { hasColors } from "../../../cli/terminal";
import { ran } from "./terminal";

const ROOT = join(__dirname, "../../..");

/** Runs the command as npm does, in a process of its own. */
function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["cli/bin.cjs", ...args], {
    cwd: ROOT,
    encoding: "utf8",
    env: { PATH: process.env.PATH },
  });
  return { status, stdout, stderr };
}

test("--help lists every command, and the exit codes, in 80 columns", async (t) => {
  const { exitCode, out, notes } = await ran(["--help"]);
  t.is(exitCode, 0);
  t.deepEqual(notes, []);
  for (const { name } of COMMANDS)
    t.true(
      out.some((line) => line.startsWith(`  ${name} `)),
      name,
    );
  t.true(out.includes("Exit codes:"));
  t.deepEqual(
    out.filter((line) => line.length > 80),
    [],
  );
});

test("a reader that stops reading changes neither what a command does nor its exit code", (t) => {
  const piped = (line: string) =>
    spawnSync("bash", ["--norc", "-c", `${line}; echo "\${PIPESTATUS[0]}" >&2`], {
      cwd: ROOT,
      encoding: "utf8",
      env: { PATH: process.env.PATH },
    });
  const command = `"${process.execPath}" cli/bin.cjs`;
  // More than a pipe holds (64 KiB on Linux), so that a write fails however late the reader stops.
  const wrong = `printf 'config:\\n'; for i in $(seq 2000); do echo "  scalar-backup:key$i: 1"; done`;
  t.is(piped(`${command} check <(${wrong}) | head -1 > /dev/null`).stderr, "1\n");
  t.is(piped(`${command} check <(${wrong}) 2>&1 | true`).stderr, "1\n");
  t.is(piped(`${command} check missing.yaml 2>&1 >/dev/null | true`).stderr, "2\n");
});

test("output that cannot be written is a failure, in one line", (t) => {
  if (!existsSync("/dev/full")) return t.pass("skipped: no /dev/full");
  const { stderr, status } = spawnSync(
    "bash",
    ["--norc", "-c", `"${process.execPath}" cli/bin.cjs --help > /dev/full`],
    {
      cwd: ROOT,
      encoding: "utf8",
    },
  );
  t.is(status, 3);
  t.regex(stderr, /^scalar-backup: cannot write what was asked for: ENOSPC[^\n]*\n$/);
});

test("--help of the program loads neither the Pulumi SDK nor a cloud's", (t) => {
  const code = `
    require("./register/index.cjs");
    require("./cli/main.ts");
    process.on("exit", () => {
      const loaded = Object.keys(require.cache).filter((file) => /node_modules.(@pulumi|@aws-sdk|@azure|zod|yaml)/.test(file));
      console.error(loaded.join("\\n"));
    });`;
  const { stdout, stderr } = spawnSync(process.execPath, ["-e", code, "--", "main.ts", "--help"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  t.regex(stdout, /Usage: scalar-backup/);
  t.is(stderr.trim(), "");
});

for (const { name } of COMMANDS)
  test(`${name} --help describes itself, its options and its exit codes, in 80 columns`, async (t) => {
    const { exitCode, out } = await ran([name, "--help"]);
    t.is(exitCode, 0);
    t.regex(out[0] ?? "", new RegExp(`^Usage: scalar-backup ${name} `));
    t.true(
      out.some((line) => line.includes("--json")),
      "--json",
    );
    t.regex(out.join("\n"), /Exits with 0/);
    // A paragraph that was cut for a wider terminal leaves single words in lines of their own.
    t.deepEqual(
      out.filter((line) => /^[a-z]\S*[^.\s]$/.test(line)),
      [],
    );
    t.deepEqual(
      out.filter((line) => line.length > 80),
      [],
    );
    t.deepEqual((await ran(["help", name])).out, out);
  });

test("docs/cli.md is the commands' own help; npm run docs:cli writes it", (t) => {
  t.is(readFileSync(join(ROOT, "docs/cli.md"), "utf8"), cliReference());
});

test("an unknown command and an unknown option exit with 2, and name what is similar", async (t) => {
  const command = await ran(["chekc"]);
  t.is(command.exitCode, 2);
  t.regex(command.notes.join("\n"), /unknown command 'chekc'[\s\S]*check/);
  t.regex((await ran(["help", "chekc"])).notes.join("\n"), /unknown command 'chekc'[\s\S]*check/);
  const option = await ran(["check", "--jsn"]);
  t.is(option.exitCode, 2);
  t.regex(option.notes.join("\n"), /unknown option '--jsn'[\s\S]*--json/);
  t.is((await ran([])).exitCode, 2);
});

test("--version prints the package's version", async (t) => {
  t.deepEqual((await ran(["--version"])).out, [require("../../../package.json").version]);
});

test("the process exits with the command's code", (t) => {
  const { status, stdout } = run("check", "examples/Pulumi.single-rdb.yaml");
  t.is(status, 0);
  t.is(
    stdout,
    "examples/Pulumi.single-rdb.yaml: customers (Amazon Aurora PostgreSQL, ap-northeast-1); pauses no pods\n1 file checked: no problems\n",
  );
  const missing = run("check", "no-such-file.yaml");
  t.is(missing.status, 2);
  t.regex(missing.stderr, /^scalar-backup check: cannot read no-such-file.yaml: /);
});

test("completion scripts name the shell's function, and requests are answered with options and their descriptions", (t) => {
  for (const shell of ["bash", "zsh", "fish", "powershell"]) {
    const { status, stdout } = run("completion", shell);
    t.is(status, 0, shell);
    t.true(stdout.includes("scalar-backup complete"), shell);
  }
  t.is(run("completion", "tcsh").status, 2);
  const { stdout } = run("complete", "--", "check", "--");
  t.regex(stdout, /^--json\t/m);
  const commands = run("complete", "--", "").stdout;
  for (const { name } of COMMANDS) t.regex(commands, new RegExp(`^${name}\t`, "m"));
});

test("colors follow NO_COLOR, FORCE_COLOR and the stream, in this order", (t) => {
  t.true(hasColors(true, {}));
  t.false(hasColors(false, {}));
  t.false(hasColors(true, { NO_COLOR: "1", FORCE_COLOR: "1" }));
  t.true(hasColors(true, { NO_COLOR: "" }), "an empty NO_COLOR counts as none: https://no-color.org");
  t.true(hasColors(false, { FORCE_COLOR: "1" }));
  t.false(hasColors(true, { FORCE_COLOR: "0" }));
  t.false(hasColors(true, { TERM: "dumb" }));
});
