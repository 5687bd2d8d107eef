import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { findPulumi } from "../../simulator/engine/pulumi-cli";
import { asLine, documentedCommands, documents, ROOT } from "../unit/docs/documented-commands";

/**
 * The programs that documents call parse what the documents say: the real CLIs, without doing anything. `COMMANDS=record` writes what they
 * have accepted into documented-commands.json; test/unit/docs/commands.test.ts accepts no other command.
 */
const FILE = join(__dirname, "documented-commands.json");
const RECORDS = process.env.COMMANDS === "record";
const RECORDED: Record<string, { version: string; commands: string[] }> = existsSync(FILE)
  ? JSON.parse(readFileSync(FILE, "utf8"))
  : {};

interface Tool {
  version: string[];
  executable?: () => string | undefined;
  /** What is wrong with a command, as the tool says it. */
  refusal(run: Run, args: string[]): string | undefined;
}

type Run = (args: string[], input?: string) => { status: number | null; stdout: string; stderr: string };

/** Programs made with cobra refuse unknown options before they print the help of the command that they have found. */
function helpOf(run: Run, args: string[]): string | undefined {
  const { status, stdout, stderr } = run([...args, "--help"]);
  if (status !== 0) return stderr || stdout;
  const usages = [...stdout.matchAll(/^ {2}(\S.*)$|^Usage: (.*)$/gm)].map(([, one, other]) => one ?? other ?? "");
  const group = usages.find((usage) => / \[command\]$/.test(usage));
  const unknown = group === undefined ? undefined : args[group.split(" ").length - 2];
  return unknown === undefined || unknown.startsWith("-") ? undefined : `${unknown} is no command of ${group}`;
}

const TOOLS: Record<string, Tool> = {
  pulumi: { version: ["version"], executable: findPulumi, refusal: helpOf },
  kubectl: { version: ["version", "--client"], refusal: helpOf },
  helm: { version: ["version", "--short"], refusal: helpOf },
  aws: {
    version: ["--version"],
    // It checks the parameters by the service's model, and then finds no service at this address.
    refusal(run, args) {
      const { stdout, stderr } = run([...args, "--endpoint-url", "http://127.0.0.1:9", "--no-sign-request"]);
      return /Could not connect to the endpoint URL/.test(stderr) ? undefined : stderr || stdout;
    },
  },
  az: {
    version: ["version", "--query", '"azure-cli"', "--output", "tsv"],
    // Without a login it parses, and goes no further.
    refusal(run, args) {
      const { stdout, stderr } = run(args);
      return /az login/.test(stderr) ? undefined : stderr || stdout;
    },
  },
  curl: {
    version: ["--version"],
    // Its exit code says that it has found no proxy at this address: nothing is sent.
    refusal(run, args) {
      const { status, stderr } = run([...args, "--proxy", "http://127.0.0.1:9"]);
      return status === 7 ? undefined : stderr;
    },
  },
  minisign: {
    version: ["-v"],
    // It makes keys, signs and verifies, in the order of the document.
    refusal(run, args) {
      const { status, stdout, stderr } = run(args);
      return status === 0 ? undefined : stderr || stdout || `exits with ${status}`;
    },
  },
  jq: {
    version: ["--version"],
    refusal(run, args) {
      const { status, stderr } = run(args, "{}");
      return status === 0 ? undefined : stderr;
    },
  },
};

/** Runs a tool in a folder with the files that documents name, without an account, a cluster or a login. */
function runner(executable: string, folder: string): Run {
  for (const role of ["preview", "up", "restore"])
    copyFileSync(join(ROOT, `permissions/azure/${role}.json`), join(folder, `${role}.json`));
  mkdirSync(join(folder, "drills"));
  writeFileSync(join(folder, "drills/scalar-backup-prod-20261122t030000z.json"), "{}");
  for (const file of ["group.json", "subscription.json", "drill.prom"]) writeFileSync(join(folder, file), "{}");
  return (args, input = "") =>
    spawnSync(executable, args, {
      cwd: folder,
      input,
      encoding: "utf8",
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        KUBECONFIG: join(folder, "none"),
        AWS_DEFAULT_REGION: "ap-northeast-1",
        AWS_MAX_ATTEMPTS: "1",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        AZURE_CORE_COLLECT_TELEMETRY: "false",
      },
    });
}

const documented = documents().flatMap((document) =>
  documentedCommands(document).map(({ words }) => (words[0] === "npx" ? words.slice(1) : words)),
);

for (const [program, tool] of Object.entries(TOOLS)) {
  const unique = new Map(
    documented.filter((words) => words[0] === program).map((words) => [asLine(words), words.slice(1)]),
  );
  test.serial(`${program} parses every command of it that a document shows`, (t) => {
    t.timeout(10 * 60_000);
    const folder = mkdtempSync(join(tmpdir(), "documented-commands-"));
    t.teardown(() => rmSync(folder, { recursive: true, force: true }));
    const run = runner(tool.executable?.() ?? program, folder);
    const [version = ""] = /\d+\.\d+[\w.]*/.exec(run(tool.version).stdout ?? "") ?? [];
    if (version === "") {
      t.log(`skipped: there is no ${program}`);
      return t.pass();
    }
    t.true(unique.size > 0, `no document calls ${program} any more: remove it here`);
    for (const [line, args] of unique) {
      t.is(tool.refusal(run, args), undefined, line);
      t.is(
        typeof tool.refusal(run, [...args, "--no-such-option"]),
        "string",
        `${line} --no-such-option is accepted, too`,
      );
    }
    if (RECORDS) RECORDED[program] = { version, commands: [...unique.keys()].sort() };
    else t.deepEqual(RECORDED[program]?.commands, [...unique.keys()].sort(), "COMMANDS=record records them");
  });
}

test.after(() => {
  const sorted = Object.fromEntries(Object.entries(RECORDED).sort(([one], [other]) => (one < other ? -1 : 1)));
  if (RECORDS) writeFileSync(FILE, `${JSON.stringify(sorted, undefined, 2)}\n`);
});
