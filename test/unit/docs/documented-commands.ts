import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const ROOT = join(__dirname, "../../..");
/** The folders whose Markdown files are documents. */
const FOLDERS = [".", "docs", "docs/decisions", "pauser", "policies"];
/** What has a shim: any other program is "command not found". */
const PROGRAMS = [
  "npm",
  "npx",
  "node",
  "pulumi",
  "scalar-backup",
  "kubectl",
  "helm",
  "aws",
  "az",
  "jq",
  "curl",
  "minisign",
];

/** One command of a document, as a shell calls it. */
export interface DocumentedCommand {
  document: string;
  /** The program and its arguments; what a person fills in (`<organization>`) is PLACEHOLDER. */
  words: string[];
}

/** The paths of all documents, from the project's folder. */
export function documents(): string[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((file) => file.endsWith(".md"))
      .map((file) => join(folder, file)),
  );
}

/** The fenced blocks of a document: what follows the fence (`sh`), and the text without its indentation. */
export function fencedBlocks(document: string): { language: string; text: string }[] {
  const markdown = readFileSync(join(ROOT, document), "utf8");
  return [...markdown.matchAll(/^( *)```(\S*)\n([\s\S]*?)^\1```$/gm)].map(
    ([, indent = "", language = "", text = ""]) => ({
      language,
      text: text.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
    }),
  );
}

/** The lines of a document that a shell runs, one command each, without comments. */
export function commandLines(document: string): string[] {
  return fencedBlocks(document)
    .filter(({ language }) => language === "sh")
    .flatMap(({ text }) => text.replaceAll(/\\\n\s*/g, "").split("\n"))
    .map((line) => line.replace(/(^|\s+)#.*$/, "").trim())
    .filter((line) => line !== "");
}

/**
 * The commands in a document's blocks, read by bash itself: it runs each line where every program is a shim that only notes its arguments.
 * @throws {Error} for what bash cannot parse, and for a program that has no shim
 */
export function documentedCommands(document: string): DocumentedCommand[] {
  const known = read.get(document) ?? readCommands(document);
  read.set(document, known);
  return known;
}

const read = new Map<string, DocumentedCommand[]>();

function readCommands(document: string): DocumentedCommand[] {
  const lines = commandLines(document).map((line) => line.replaceAll(/<[a-zA-Z][a-zA-Z ,-]*>/g, "PLACEHOLDER"));
  if (lines.length === 0) return [];
  const folder = mkdtempSync(join(tmpdir(), "documented-"));
  try {
    return readByBash(folder, lines).map((words) => ({ document, words }));
  } catch (error) {
    throw new Error(`${document}: ${(error as Error).message}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readByBash(folder: string, lines: string[]): string[][] {
  const [programs, work, notes] = ["programs", "work", "notes"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(programs);
  mkdirSync(join(work, "examples"), { recursive: true });
  // Noted as one write, so that two ends of a pipe do not mix. A command prints something, since others take it as an argument.
  const shim = `#!/bin/bash
printf -v note '%s\\x1f' "\${0##*/}" "$@"
printf '%s\\x1e' "$note" >> "${notes}"
trap '' PIPE
echo "${OUTPUT}" 2> /dev/null || true
`;
  for (const program of PROGRAMS) writeFileSync(join(programs, program), shim, { mode: 0o755 });
  // `cp` and input files of a user: nothing of theirs exists here.
  writeFileSync(join(programs, "cp"), "#!/bin/bash\n", { mode: 0o755 });
  // One process for all lines: each is a file of its own, which a subshell reads, so that none sees another's variables or quotes.
  for (const [index, line] of lines.entries()) {
    for (const [, input = ""] of line.matchAll(/(?<!<)< ([\w./-]+)/g)) writeFileSync(join(work, input), "");
    writeFileSync(join(folder, `${index}.sh`), `set -euo pipefail\n${line}\nwait\n`);
  }
  const each = `for index do (. "${folder}/$index.sh"); [ $? = 0 ] || { echo "$index"; exit 1; }; done`;
  const numbers = [...lines.keys()].map(String);
  const { status, stdout, stderr } = spawnSync("/bin/bash", ["--norc", "-c", each, "bash", ...numbers], {
    cwd: work,
    env: { PATH: programs },
    stdio: ["ignore", "pipe", "pipe"],
    encoding: "utf8",
  });
  if (status !== 0) {
    const failed = lines[Number(stdout.trim().split("\n").at(-1))];
    throw new Error(`bash cannot run "${failed}": ${stderr.trim()}`);
  }
  return readFileSync(notes, "utf8")
    .split("\x1e")
    .slice(0, -1)
    .map((note) => note.split("\x1f").slice(0, -1));
}

/** What a shim prints: a command that takes it as an argument finds an instant. */
const OUTPUT = "2026-11-22T03:00:00Z";

/** Words as a line that a shell reads as the same words. */
export function asLine(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(" ");
}
