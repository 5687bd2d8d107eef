import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { readEnvironment } from "../../../pauser/settings";
import { answer } from "../../../restore-points/command";
import { PLAIN } from "../../../restore-points/paint";
import { parsedOptions } from "../cli/parsed-options";
import { asLine, documentedCommands, documents, fencedBlocks, ROOT } from "./documented-commands";

/**
 * Every command that a document shows is run by a named test, or parsed by the program that it calls. Programs that are not here (the
 * Pulumi CLI, kubectl, helm, aws, az, jq, curl, minisign) have parsed it in test/fidelity/documented-commands.test.ts, which keeps a list.
 */
const PARSED: Record<string, { version: string; commands: string[] }> = JSON.parse(
  readFileSync(join(ROOT, "test/fidelity/documented-commands.json"), "utf8"),
);
const SCRIPTS: Record<string, string> = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")).scripts;
/** Commands of npm and node that would change something, and the text of a test or of CI that runs them. */
const RUN_BY: Record<string, [file: string, text: string]> = {
  "npm ci": [".ci/run", "npm ci || finish"],
  "node pauser.cjs": ["test/unit/pauser/process.test.ts", 'spawn(process.execPath, [join(directory, "pauser.cjs")]'],
};

/** Undefined if the command is run or parsed, otherwise what is wrong with it. */
type Judge = (args: string[], line: string) => Promise<string | undefined> | string | undefined;

const parsedElsewhere: Judge = ([program = ""], line) =>
  PARSED[program]?.commands.includes(line)
    ? undefined
    : "has not been parsed by its program: run COMMANDS=record npx ava test/fidelity/documented-commands.test.ts";

const runElsewhere: Judge = (_args, line) => {
  const [file, text] = RUN_BY[line] ?? [];
  if (file === undefined || text === undefined) return "is in no class: name the test that runs it in RUN_BY";
  return readFileSync(join(ROOT, file), "utf8").includes(text) ? undefined : `${file} does not have: ${text}`;
};

const JUDGES: Record<string, Judge> = {
  pulumi: parsedElsewhere,
  kubectl: parsedElsewhere,
  helm: parsedElsewhere,
  aws: parsedElsewhere,
  az: parsedElsewhere,
  jq: parsedElsewhere,
  curl: parsedElsewhere,
  minisign: parsedElsewhere,
  "scalar-backup": ([, ...args]) => refusal(() => parsedOptions(args)),
  node: (words, line) => (words.includes("-e") ? failureOf(words.slice(1)) : runElsewhere(words, line)),
  npx: ([, program = "", ...args]) =>
    program === "ava" ? args.find((file) => !existsSync(join(ROOT, file))) : judged([program, ...args]),
  npm: (words, line) => {
    const [, verb = "", ...rest] = words.filter((word) => word !== "--silent");
    if (verb === "start" || verb === "test") return script(verb, rest);
    if (verb === "run") return script(rest[0] ?? "", rest.slice(1));
    return RUN_BY[line] === undefined ? parsedByNpm([verb, ...rest]) : runElsewhere(words, line);
  },
};

function judged(words: string[]): ReturnType<Judge> {
  const judge = JUDGES[words[0] ?? ""];
  return judge === undefined ? "is a program that no document uses" : judge(words, asLine(words));
}

/** npm prints the help of the command that it has found, and warns of options that it does not know (from version 11 on). */
function parsedByNpm(args: string[]): string | undefined {
  const { status, stderr } = spawnSync("npm", [...args, "--help"], { cwd: ROOT, encoding: "utf8" });
  return status === 0 && !stderr.includes("Unknown cli config") ? undefined : stderr || "is no command of npm";
}

/** A script of package.json, and its options by what parses them. */
function script(name: string, [dashes, ...args]: string[]): ReturnType<Judge> {
  if (SCRIPTS[name] === undefined) return `package.json has no script ${name}`;
  if (dashes === undefined) return undefined;
  if (dashes !== "--") return "npm would take these options itself: write -- before them";
  if (name === "scalar-backup") return refusal(() => parsedOptions(args));
  if (name === "restore-points") {
    const nothing = { read: () => "{}", quietGaps: () => ({}) as never, width: 80, paint: PLAIN };
    return /option|argument/i.exec(answer(args, nothing).stderr ?? "")?.input;
  }
  const { status, stderr } = spawnSync("npm", ["run", "--silent", name, "--", ...args, "--help"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  return status === 0 ? undefined : stderr;
}

/** Runs code of node in a folder that looks like this project, and so writes nothing into it. */
function failureOf(args: string[]): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), "documented-node-"));
  try {
    for (const room of ["register", "pauser", "restore-points", "node_modules"])
      symlinkSync(join(ROOT, room), join(folder, room));
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
    return status === 0 ? undefined : stderr;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function refusal(parse: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await parse();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

test("every block of commands is marked as sh, the one language that these tests read", (t) => {
  for (const document of documents()) {
    const languages = fencedBlocks(document).map(({ language }) => language);
    t.deepEqual(
      languages.filter((each) => ["bash", "console", "shell", "zsh"].includes(each)),
      [],
      document,
    );
  }
});

for (const document of documents()) {
  const commands = documentedCommands(document);
  if (commands.length === 0) continue;
  test(`every command in ${document} is run by a test, or parsed by its program`, async (t) => {
    for (const { words } of commands) t.is(await judged(words), undefined, asLine(words));
  });
}

test("a wrong option, script, command or program is found", async (t) => {
  for (const line of [
    "scalar-backup drill --unknown",
    "scalar-backup drll",
    "npx scalar-backup points --latets",
    "npm run --silent restore-points -- --latets",
    "npm run restore-pionts",
    "npm run restore-points --latest",
    "npm start -- --sett single-rdb",
    "npm publsh",
    "npx ava test/none.test.ts",
    "pulumi config st",
    "terraform apply",
  ])
    t.is(typeof (await judged(line.split(" "))), "string", line);
});

test("the pauser reads the settings that its README shows", (t) => {
  const [, settings] = /PAUSER_SETTINGS='([^']+)'/.exec(readFileSync(join(ROOT, "pauser/README.md"), "utf8")) ?? [];
  t.notThrows(() => readEnvironment({ PAUSER_SETTINGS: settings, PAUSER_API_SERVER: "http://127.0.0.1:8001" }));
});

test("no command is in the list of parsed ones that no document has any more", (t) => {
  const documented = new Set(
    documents().flatMap((document) => documentedCommands(document).map(({ words }) => lineOf(words))),
  );
  for (const { commands } of Object.values(PARSED))
    t.deepEqual(
      commands.filter((line) => !documented.has(line)),
      [],
    );
});

const lineOf = (words: string[]) => asLine(words[0] === "npx" ? words.slice(1) : words);
