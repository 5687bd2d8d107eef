import { parseArgs } from "node:util";
import { messageOf } from "./error-message";
import { listing } from "./listing";
import { restorePointsOf } from "./outputs";
import type { Paint } from "./paint";

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

/** The source of the outputs: a file, standard input (`-`), or a stack, by default the selected one. */
export interface Source {
  outputs?: string;
  stack?: string;
}

/** The command's interfaces to the outside. */
export interface Surroundings {
  /** The stack's outputs as JSON. */
  read(source: Source): string;
  /** The number of columns to use. */
  width: number;
  paint: Paint;
}

/** The command's output, without the last newline. */
export interface Answer {
  exitCode: 0 | 1 | 2;
  stdout?: string;
  stderr?: string;
}

/** Runs the command. @param args without the program's name */
export function answer(args: string[], surroundings: Surroundings): Answer {
  try {
    return answerOrThrow(args, surroundings);
  } catch (error) {
    return { exitCode: 2, stderr: `restore-points: ${messageOf(error)}` };
  }
}

function answerOrThrow(args: string[], { read, width, paint }: Surroundings): Answer {
  const { latest, json, help, ...source } = readOptions(args);
  if (help) return { exitCode: 0, stdout: HELP };
  const output = restorePointsOf(parseOutputs(read(source)));
  if (json) return { exitCode: 0, stdout: JSON.stringify(output, undefined, 2) };
  if (!latest) return { exitCode: 0, stdout: listing(output, width, paint).join("\n") };
  if (output.latest !== undefined) return { exitCode: 0, stdout: output.latest };
  return { exitCode: 1, stderr: `restore-points: ${output.noneBecause ?? "no instant can be restored"}` };
}

function readOptions(args: string[]): Source & { latest?: boolean; json?: boolean; help?: boolean } {
  const options = parseOptions(args);
  if (options.latest && options.json) throw new Error("--latest and --json exclude each other; give one of them");
  if (options.stack !== undefined && options.outputs !== undefined)
    throw new Error("--stack and --outputs exclude each other; give one of them");
  return options;
}

function parseOptions(args: string[]) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        latest: { type: "boolean" },
        json: { type: "boolean" },
        stack: { type: "string" },
        outputs: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
    return values;
  } catch (error) {
    throw new Error(`${messageOf(error)}; --help shows the options`);
  }
}

function parseOutputs(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`the outputs are not JSON (${messageOf(error)}); give what "pulumi stack output --json" prints`);
  }
}
