import type { Command } from "commander";
import { JSON_OPTION, printJson, type Run } from "../command";
import { EXIT, type ExitCode, UsageError } from "../exit-codes";
import { flowing } from "../help-text";
import type { Terminal } from "../terminal";
import type { PointsView } from "./view";

interface Options {
  stack?: string;
  outputs?: string;
  latest?: true;
  json?: true;
  html?: string;
  quietGaps?: true;
  readUnits?: string;
}

const HELP = `
With a stack file, clouds and clusters are read now, with your credentials and your kubeconfig, and
Pulumi is not needed. Without one, Pulumi is asked for what the last "pulumi up" saw.

Examples:
  scalar-backup points Pulumi.prod.yaml
  scalar-backup points Pulumi.prod.yaml --html points.html
  pulumi config set --path restore.at "$(scalar-backup points --latest)"

Exits with 0, 1 if no instant can be restored, 2 if the options or the file cannot be used, 3 if
something could not be read.`;

/** `scalar-backup points`: what can be restored, as a table, as JSON or as a page. */
export function register(command: Command, run: Run): void {
  command
    .description("Shows the instants to which all databases can be restored.")
    .argument("[stack-file]", "Pulumi.<stack>.yaml: read clouds and clusters as it names them")
    .option("--stack <name>", "the Pulumi stack whose outputs are read; by default the selected one")
    .option("--outputs <file>", 'read outputs from a file, or - for standard input: "pulumi stack output --json"')
    .option("--latest", "print only the newest instant that can be restored")
    .option("--json", JSON_OPTION)
    .option("--html <file>", "write a page with a time line: one file, which loads nothing; - for standard output")
    .option("--quiet-gaps", "also find gaps between commits (reads the coordinator's table, which costs read units)")
    .option("--read-units <number>", "with --quiet-gaps: how many units a second to use")
    .addHelpText("after", flowing(HELP))
    .action(
      run(async (terminal, file: string | undefined, options: Options) => {
        check(file, options);
        const view = await viewOf(file, options, terminal);
        for (const each of view.unread) terminal.note(each);
        if (options.html !== undefined) writePage(options.html, view, terminal);
        if (options.html === undefined || options.json || options.latest) print(view, options, terminal);
        return exitCodeOf(view);
      }),
    );
}

function check(file: string | undefined, { stack, outputs, latest, json, quietGaps, readUnits }: Options): void {
  const sources = [file, stack, outputs].filter((source) => source !== undefined);
  if (sources.length > 1)
    throw new UsageError("a stack file, --stack and --outputs exclude each other; give one of them");
  if (latest && json) throw new UsageError("--latest and --json exclude each other; give one of them");
  if (readUnits !== undefined && !quietGaps) throw new UsageError("--read-units belongs to --quiet-gaps; give both");
  if (readUnits !== undefined && !(Number(readUnits) > 0 && Number.isFinite(Number(readUnits))))
    throw new UsageError(`--read-units ${readUnits} is not a number above 0; give units a second, such as 50`);
  if (quietGaps && file !== undefined)
    throw new UsageError(
      "--quiet-gaps needs the stack's outputs, which say where the coordinator is; leave the stack file out",
    );
}

/** How long it is silent before it shows how far it is. */
const SILENT_MILLIS = 3_000;

async function viewOf(file: string | undefined, options: Options, terminal: Terminal): Promise<PointsView> {
  if (file !== undefined) {
    const { readLive }: typeof import("./live") = require("./live");
    const { neverSilent }: typeof import("../../operations/long-work") = require("../../operations/long-work");
    const read = () => readLive(file, terminal);
    return neverSilent("reads clouds and clusters", terminal.note, read, SILENT_MILLIS);
  }
  const { findQuietGaps, readOutputs }: typeof import("./outputs") = require("./outputs");
  const { view, outputs } = readOutputs(options);
  return options.quietGaps ? { ...view, quietGaps: findQuietGaps(outputs, view, options.readUnits) } : view;
}

function print({ output, quietGaps, unread }: PointsView, { latest, json }: Options, terminal: Terminal): void {
  if (json) {
    printJson(terminal, quietGaps ? { ...output, quietGaps } : output);
    return;
  }
  if (latest) {
    if (output.latest === undefined) terminal.note(output.noneBecause ?? "no instant can be restored");
    else terminal.out(output.latest);
    return;
  }
  const { listing }: typeof import("../../restore-points/listing") = require("../../restore-points/listing");
  for (const line of listing(output, terminal.columns, terminal.paint, unread.length === 0)) terminal.out(line);
  if (quietGaps)
    for (const { instant, seconds } of quietGaps.gaps) terminal.out(`quiet gap of ${seconds} s: ${instant}`);
}

function writePage(file: string, view: PointsView, terminal: Terminal): void {
  const { formatInstant }: typeof import("../../restore-points/instant") = require("../../restore-points/instant");
  const { pointsPage }: typeof import("./page") = require("./page");
  const text = pointsPage(view, formatInstant(terminal.now()));
  if (file === "-") {
    terminal.out(text);
    return;
  }
  const { writeFileSync }: typeof import("node:fs") = require("node:fs");
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new UsageError(`cannot write ${file}: ${error instanceof Error ? error.message : error}`);
  }
  terminal.note(`wrote ${file}`);
}

function exitCodeOf({ output, unread }: PointsView): ExitCode {
  if (unread.length > 0) return EXIT.failed;
  return output.latest === undefined ? EXIT.findings : EXIT.ok;
}
