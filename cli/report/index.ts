import type { Command } from "commander";
import { JSON_OPTION, printJson, type Run } from "../command";
import { EXIT, type ExitCode, UsageError } from "../exit-codes";
import { flowing } from "../help-text";
import type { Terminal } from "../terminal";
import { readText } from "../text-file";
import type { Evidence } from "./evidence";
import type { MetricFacts } from "./metrics";

interface Options {
  stack?: string;
  cwd: string;
  evidence?: string;
  html?: string;
  badge?: string;
  metrics?: string;
  json?: true;
}

const HELP = `
Reads a restore that is configured now (a drill or a recovery) from the stack: its outputs, its
state and its history; or, with --evidence, a file that "scalar-backup drill" has written. Without
a restore in the stack, there is only when copies last proved to fit together: for --badge and
--metrics.

Every time in the report says where it is from. Nothing is estimated: what no record has is "not
recorded", with the reason. The JSON is described by
node_modules/scalar-backup/dist/evidence.schema.json (in a clone: cli/report/evidence.schema.json).

Examples:
  scalar-backup report --stack prod --html report.html
  scalar-backup report --evidence drills/<file>.json --html report.html
  scalar-backup report --stack prod --metrics /var/lib/node_exporter/drill.prom

Exits with 0 if the copies were proven and every check passed, or, without a restore, if copies were
proven before; 1 if not; 2 if options or files cannot be used; 3 if Pulumi failed.`;

/** `scalar-backup report`: evidence of a restore. */
export function register(command: Command, run: Run): void {
  command
    .description("Shows what a restore proved, how long it took, and against which objectives: evidence for an audit.")
    .option("-s, --stack <name>", "the stack that has the restore")
    .option("-C, --cwd <folder>", "the folder that has Pulumi.yaml", ".")
    .option("--evidence <file>", "the JSON file of a drill, in place of a stack")
    .option("--html <file>", "write a page: self-contained, without a script; - for standard output")
    .option("--badge <file>", "write an SVG: last verified restorable; - for standard output")
    .option("--metrics <file>", "write metrics in Prometheus' text format; - for standard output")
    .option("--json", JSON_OPTION)
    .addHelpText("after", flowing(HELP))
    .action(run((terminal, options: Options) => report(terminal, options)));
}

async function factsOf(stack: string | undefined, file: string | undefined, cwd: string, terminal: Terminal) {
  if (stack !== undefined && file === undefined) return await readStack(stack, cwd, terminal);
  if (file !== undefined && stack === undefined) return readFile(file);
  throw new UsageError("give either --stack, for what a stack restores now, or --evidence, for a file of a drill");
}

async function report(terminal: Terminal, options: Options): Promise<ExitCode> {
  const { stack, cwd, evidence: file } = options;
  const toOutput = [options.html, options.badge, options.metrics].filter((path) => path === "-").length;
  if (toOutput + (options.json ? 1 : 0) > 1)
    throw new UsageError(
      "standard output takes one of --json, --html -, --badge - and --metrics -; give files for the others",
    );
  const facts = await factsOf(stack, file, cwd, terminal);
  const { evidence, lastVerified } = facts;
  write(options, facts, terminal);
  if (options.json) printJson(terminal, evidence ?? { stack: facts.stack, lastVerified: lastVerified ?? null });
  else if (toOutput === 0) {
    const { summaryLines }: typeof import("./summary") = require("./summary");
    for (const line of summaryLines(facts, terminal.columns, terminal.paint)) terminal.out(line);
  }
  const proven = evidence ? evidence.checks.every(({ passed }) => passed) : lastVerified !== undefined;
  return proven ? EXIT.ok : EXIT.findings;
}

async function readStack(name: string, cwd: string, { env, now }: Terminal): Promise<MetricFacts> {
  const { resolve }: typeof import("node:path") = require("node:path");
  const { openStack }: typeof import("../pulumi/stack") = require("../pulumi/stack");
  const { stackFacts }: typeof import("./from-stack") = require("./from-stack");
  return await stackFacts(await openStack(name, { cwd: resolve(cwd) }), env, now());
}

function readFile(file: string): MetricFacts {
  const { evidenceSchema }: typeof import("./evidence") = require("./evidence");
  const read = evidenceSchema.safeParse(parsed(readText(file), file));
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new UsageError(`${file} is no evidence that this version reads: ${issue?.path.join(".")}: ${issue?.message}`);
  }
  const evidence = read.data;
  return { stack: evidence.stack, evidence, ...lastVerifiedOf(evidence) };
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError(`${file} is not JSON; give a file that "scalar-backup drill" has written`);
  }
}

function lastVerifiedOf({ passed, verified }: Evidence): { lastVerified?: string } {
  return passed && "at" in verified ? { lastVerified: verified.at } : {};
}

function write({ html, badge: badgeFile, metrics }: Options, facts: MetricFacts, terminal: Terminal): void {
  const { writeFileSync }: typeof import("node:fs") = require("node:fs");
  const { evidence, lastVerified } = facts;
  const into = (file: string, text: string) => {
    if (file === "-") return terminal.out(text.replace(/\n$/, ""));
    try {
      writeFileSync(file, text);
    } catch (error) {
      throw new UsageError(`cannot write ${file}: ${error instanceof Error ? error.message : error}`);
    }
  };
  if (html !== undefined) {
    if (evidence === undefined)
      throw new UsageError(
        `--html: the stack ${facts.stack} restores nothing now; give --evidence with a drill's file`,
      );
    const { page }: typeof import("./page") = require("./page");
    into(html, page(evidence));
  }
  if (badgeFile !== undefined) {
    const { badge }: typeof import("./badge") = require("./badge");
    into(
      badgeFile,
      badge({
        ...(lastVerified && { lastVerified }),
        failedSince: evidence?.passed === false,
        simulated: evidence?.simulated === true,
      }),
    );
  }
  if (metrics !== undefined) {
    const { metricsText }: typeof import("./metrics") = require("./metrics");
    into(metrics, metricsText(facts));
  }
}
