import type { Command } from "commander";
import { JSON_OPTION, printJson, type Run } from "../command";
import { type ExitCode, UsageError } from "../exit-codes";
import { flowing } from "../help-text";
import type { Terminal } from "../terminal";

interface Options {
  stack?: string;
  from?: string;
  cwd: string;
  out: string;
  at?: string;
  yes?: true;
  keep?: true;
  cleanUp?: true;
  withChanges?: true;
  takeOver?: true;
  parallel?: number;
  json?: true;
}

const HELP = `
Chooses the newest restore point, shows the plan, asks, restores copies of all databases next to
the running ones, verifies that they fit together, writes the evidence, and removes the copies. If
it is interrupted, even by a kill, call it again: it goes on from the stack's configuration and
state. It writes to the configuration when you have agreed, and leaves it as it was at the end.

Drills run in the stack that backs the databases up, or in a stack of their own, which changes
nothing in the other one:
  scalar-backup drill --stack prod-drills --from prod --yes
The first call makes prod-drills with the configuration of prod; later ones renew its databases,
pause and vault. The policy drill-recent of prod sees its verdicts by
  pulumi config set --stack prod --path scalar-backup:lastDrill.stack \\
    <organization>/<project>/prod-drills

The evidence is written to the folder of --out: <stack>-<instant>.json and .html, and of the newest
drill <stack>.svg (a badge) and <stack>.prom (metrics for Prometheus).

Exits with 0 if the copies fit together, the objectives are met and the copies are removed; 1 if
not, or if nothing was done; 2 if the options cannot be used; 3 if Pulumi or a cloud failed: call
it again.`;

/** `scalar-backup drill`: a whole drill. */
export function register(command: Command, run: Run): void {
  command
    .description("Restores copies of all databases, proves that they fit together, and removes them.")
    .option("-s, --stack <name>", "the stack in which the drill runs")
    .option("--from <stack>", "the stack that backs the databases up, if it is another one")
    .option("-C, --cwd <folder>", "the folder that has Pulumi.yaml", ".")
    .option("--at <instant>", "the instant to restore; by default the newest restore point")
    .option("-y, --yes", "go on without asking")
    .option("--keep", "keep the copies; --clean-up removes them later")
    .option("--clean-up", "only remove the copies of a drill")
    .option("--with-changes", "deploy other changes of the stack with the drill")
    .option("--take-over", "take away the lock that a killed run has left (pulumi cancel)")
    .option("-p, --parallel <n>", "how many resources Pulumi creates at a time", wholeNumber)
    .option("--out <folder>", "where the evidence is written", "drills")
    .option("--json", JSON_OPTION)
    .addHelpText("after", flowing(HELP))
    .action(run((terminal, options: Options) => drill(terminal, options)));
}

async function drill(terminal: Terminal, options: Options): Promise<ExitCode> {
  const { resolve }: typeof import("node:path") = require("node:path");
  const { openStack }: typeof import("../pulumi/stack") = require("../pulumi/stack");
  const { openDrillStack }: typeof import("./drill-stack") = require("./drill-stack");
  const { Drill }: typeof import("./perform") = require("./perform");
  const { DrillFiles }: typeof import("./files") = require("./files");
  const { confirmer }: typeof import("./confirm") = require("./confirm");
  const { person }: typeof import("./person") = require("./person");
  const { stopper }: typeof import("./stopper") = require("./stopper");
  const { stack: name, from, at } = options;
  if (name === undefined)
    throw new UsageError('--stack is missing: name the stack in which the drill runs; "pulumi stack ls" lists them');
  if (from === name)
    throw new UsageError("--from and --stack name the same stack; leave --from out, or name a stack for drills");
  if (at !== undefined) checkInstantText(at);
  const say = (line: string) => terminal.note(line);
  const workspace = { cwd: resolve(options.cwd), ...(options.parallel && { parallel: options.parallel }) };
  const stack =
    from === undefined ? await openStack(name, workspace) : await openDrillStack(name, from, workspace, say);
  const user = await stack.user();
  const { stop, interrupted, done } = stopper(say);
  try {
    const performed = new Drill(stack, new DrillFiles(resolve(options.out), await stack.wholeName()), {
      ...(at !== undefined && { at }),
      keep: options.keep === true,
      withChanges: options.withChanges === true,
      takeOver: options.takeOver === true,
      by: { ...person(terminal.env), ...(user !== undefined && { pulumi: user }) },
      say,
      confirm: confirmer({ yes: options.yes === true, interactive: terminal.interactive, interrupted }),
      now: terminal.now,
      stop,
      interrupted,
    });
    const { exitCode, evidence } = options.cleanUp ? await performed.cleanUp() : await performed.perform();
    if (options.json && evidence) printJson(terminal, evidence);
    return exitCode;
  } finally {
    done();
  }
}

function checkInstantText(at: string): void {
  const { parseInstant }: typeof import("../../restore-points/instant") = require("../../restore-points/instant");
  const parsed = parseInstant(at);
  if (typeof parsed !== "number") throw new UsageError(`--at ${at} ${parsed.problem}`);
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new UsageError(`--parallel ${text} is not a whole number of 1 or more`);
}
