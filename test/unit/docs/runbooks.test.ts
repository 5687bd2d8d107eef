import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { COMMANDS } from "../../../cli/commands";
import { stackConfigProblems } from "../../../config/problems";

/**
 * Follows the commands of the runbooks: those that configure are applied, and at each `pulumi up` and `pulumi preview` the
 * configuration is accepted. It does not run Pulumi: test/programs plays the same configurations.
 */
const ROOT = join(__dirname, "../../..");
const SET = {
  databases: [
    { name: "ledger", dynamodb: { existing: { region: "ap-northeast-1", namespaces: ["ledger"] } } },
    { name: "customers", auroraPostgresql: { existing: { region: "ap-northeast-1", clusterIdentifier: "customers" } } },
  ],
  pause: {
    schedule: "0 3 * * *",
    releases: ["scalardb-cluster", "ledger", "auditor"].map((name) => ({ namespace: "scalar", name })),
  },
};
/** The outputs that index.ts may have. */
const OUTPUTS = [...readFileSync(join(ROOT, "index.ts"), "utf8").matchAll(/^ {2,4}(?:\.\.\.\(.*\{ )?(\w+):/gm)].map(
  ([, name]) => name,
);
const SCRIPTS: Record<string, string> = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).scripts;

/** What a Job of Scalar's own tool prints. */
const PRINTED = JSON.stringify({
  namespace: "scalar",
  helm_release_name: "scalardb-cluster",
  pause_start_timestamp_ms: Date.parse("2026-11-22T03:00:07Z"),
  pause_end_timestamp_ms: Date.parse("2026-11-22T03:00:17Z"),
});

interface Walk {
  config: Record<string, unknown>;
  /** Whether `up` and `preview` judged it. */
  judged: number;
  /** Files that a command has written. */
  written: string[];
}

/** The charts' releases, and what `helm upgrade` is called with. */
const UPGRADE =
  /^helm upgrade (\S+) scalar-labs\/(scalardb-cluster|scalardl|scalardl-audit) --version <installed version> --namespace (\S+) --reuse-values --values (\S+)$/;

function followUpgrade(command: string, walk: Walk): string | undefined {
  const [, release, , namespace, file = ""] = UPGRADE.exec(command) ?? [];
  if (!SET.pause.releases.some(({ name, namespace: own }) => name === release && own === namespace))
    return "not an upgrade of a release of the set";
  return walk.written.includes(file) ? undefined : `${file} has not been written before`;
}

function follow(line: string, walk: Walk): string | undefined {
  if (line.startsWith("helm ")) return followUpgrade(line, walk);
  const [command = "", ...pipe] = line.split(" | ");
  const [, file] = />\s*(\S+)$/.exec(pipe.at(-1) ?? "") ?? [];
  if (file !== undefined) walk.written.push(file);
  if (pipe.some((each) => !each.startsWith("jq "))) return "a program that no runbook uses";
  // Where two stacks are in play, the one of the walk is named.
  const words = [
    ...command
      .replace(/^npx /, "")
      .replace(/ --stack prod(?=\s|$)/, "")
      .matchAll(/"([^"]*)"|(\S+)/g),
  ].map(([, quoted, plain]) => quoted ?? plain ?? "");
  const [program, verb, ...rest] = words;
  if (program === "npm") return SCRIPTS[rest[0] ?? ""] === undefined ? "no such script" : undefined;
  if (program === "kubectl" || program === "minisign" || program === "aws") return undefined;
  if (program === "scalar-backup") return COMMANDS.some(({ name }) => name === verb) ? undefined : "no such command";
  if (program !== "pulumi") return "a program that no runbook uses";
  if (verb === "up" || verb === "preview") {
    walk.judged += 1;
    const problems = stackConfigProblems(walk.config).map(({ path, message }) => `${path}: ${message}`);
    return problems.length > 0 ? problems.join("; ") : undefined;
  }
  if (verb === "stack") return rest[0] === "output" && !OUTPUTS.includes(rest[1] ?? "") ? "no such output" : undefined;
  if (verb === "state") return rest[0] === "unprotect" ? undefined : "not a command of this runbook";
  if (verb !== "config") return "not a command of this runbook";
  const [action, ...given] = rest;
  const [key = "", value] = given.filter((word) => !word.startsWith("--"));
  const path = key.replace(/^scalar-backup:/, "").split(/[.[\]]+/);
  const last = path.pop() ?? "";
  let at = walk.config;
  for (const part of path) {
    at[part] ??= {};
    // Cast: a runbook sets no key within a text.
    at = at[part] as Record<string, unknown>;
  }
  if (action === "rm") delete at[last];
  // What is read from a file are properties.
  else if (value?.startsWith("$(kubectl")) at[last] = PRINTED;
  else at[last] = value === "true" ? true : value === "<" ? "scalar.db.storage=cosmos" : value;
  return undefined;
}

for (const file of ["docs/drill.md", "docs/recovery.md"])
  test(`the commands of ${file} lead from one accepted configuration to the next`, (t) => {
    const walk: Walk = { config: structuredClone(SET), judged: 0, written: [] };
    const text = readFileSync(join(ROOT, file), "utf8");
    const commands = [...text.matchAll(/^ *```sh\n([\s\S]*?)^ *```/gm)].flatMap(([, block = ""]) =>
      block
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line !== "" && !line.startsWith("#")),
    );
    t.true(commands.length > 5);
    for (const command of commands) t.is(follow(command, walk), undefined, command);
    t.true(walk.judged > 2);
    // Windows of Scalar's own tool may stay: they restore nothing.
    t.deepEqual(
      Object.keys(walk.config.restore ?? {}).filter((key) => key !== "windows"),
      [],
      "a restore is left in the end",
    );
  });
