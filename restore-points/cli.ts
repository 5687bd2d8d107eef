import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { parseArgs, styleText } from "node:util";
import { listing } from "./listing";
import { restorePointsOf } from "./outputs";
import { PLAIN } from "./paint";

const HELP = `Shows which instants the stack's databases can be restored to.

Usage: npm run --silent restore-points -- [options]

  --latest         print only the newest instant that can be restored, such as 2026-11-22T03:00:12Z
  --json           print the stack's output "restorePoints" as JSON
  --stack NAME     the Pulumi stack; by default the one that is selected
  --outputs FILE   read the stack's outputs from a file, or from standard input if FILE is -,
                   in the form of "pulumi stack output --json"; by default Pulumi is asked
  --help           show this

What is shown is what the last "pulumi up" saw. To restore the newest instant:
  pulumi config set --path restore.at "$(npm run --silent restore-points -- --latest)"

Exits 0; with --latest 1 when no instant can be restored; 2 when the options or outputs cannot be used.`;

try {
  process.exitCode = run(process.argv.slice(2));
} catch (error) {
  console.error(`restore-points: ${(error as Error).message}`);
  process.exitCode = 2;
}

function run(args: string[]): number {
  const options = readOptions(args);
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  const output = restorePointsOf(parseOutputs(readOutputs(options)));
  if (options.latest) {
    if (output.latest === undefined)
      console.error(`restore-points: ${output.noneBecause ?? "no instant is restorable"}`);
    else console.log(output.latest);
    return output.latest === undefined ? 1 : 0;
  }
  if (options.json) console.log(JSON.stringify(output, undefined, 2));
  else {
    const colours = process.stdout.isTTY && !process.env.NO_COLOR;
    console.log(listing(output, Math.min(process.stdout.columns ?? 80, 120), colours ? styleText : PLAIN).join("\n"));
  }
  return 0;
}

interface Options {
  latest?: boolean;
  json?: boolean;
  help?: boolean;
  stack?: string;
  outputs?: string;
}

function readOptions(args: string[]): Options {
  let options: Options;
  try {
    options = parseArgs({
      args,
      options: {
        latest: { type: "boolean" },
        json: { type: "boolean" },
        stack: { type: "string" },
        outputs: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (error) {
    throw new Error(`${(error as Error).message}; --help shows the options`);
  }
  if (options.latest && options.json) throw new Error("--latest and --json exclude each other; give one of them");
  if (options.stack !== undefined && options.outputs !== undefined)
    throw new Error("--stack and --outputs exclude each other; give one of them");
  return options;
}

function readOutputs({ outputs, stack }: Options): string {
  if (outputs === undefined) return askPulumi(stack);
  try {
    return readFileSync(outputs === "-" ? 0 : outputs, "utf8");
  } catch (error) {
    throw new Error(`cannot read the outputs: ${(error as Error).message}`);
  }
}

function askPulumi(stack: string | undefined): string {
  const args = ["stack", "output", "--json", "--non-interactive", ...(stack === undefined ? [] : ["--stack", stack])];
  const { error, status, stdout, stderr } = spawnSync("pulumi", args, { encoding: "utf8", maxBuffer: 2 ** 26 });
  if (error && "code" in error && error.code === "ENOENT")
    throw new Error(
      'there is no "pulumi" on the PATH; run this through npm after "npm ci", or give the outputs with --outputs FILE',
    );
  if (error) throw error;
  if (status !== 0) throw new Error(`"pulumi ${args.join(" ")}" failed: ${stderr.trim() || `exit ${status}`}`);
  return stdout;
}

function parseOutputs(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(
      `the outputs are not JSON (${(error as Error).message}); give what "pulumi stack output --json" prints`,
    );
  }
}
