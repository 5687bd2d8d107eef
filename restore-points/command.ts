import { parseArgs } from "node:util";
import { messageOf } from "./error-message";
import { formatInstant } from "./instant";
import { listing } from "./listing";
import { coordinatorsOf, type DatabaseCoordinator, restorePointsOf } from "./outputs";
import type { Paint } from "./paint";
import type { RestorePoints } from "./points";
import type { QuietGaps, QuietGapsSearch } from "./quiet-gaps";
import { quietGapsListing } from "./quiet-gaps-listing";
import { commonRange } from "./ranges";

const HELP = `Shows which instants the stack's databases can be restored to.

Usage: npm run --silent restore-points -- [options]

  --latest         print only the newest instant that can be restored, such as 2026-11-22T03:00:12Z
  --json           print the stack's output "restorePoints" as JSON
  --quiet-gaps     list gaps between the commits of ScalarDB's coordinator, in which a restore
                   without a pause may be tried. Reads the live coordinator (in DynamoDB or Cosmos
                   DB) with your AWS or Azure credentials, which costs read or request units: it
                   says how many
  --read-units N   with --quiet-gaps: how many units a second to use; by default a tenth of the
                   table's in DynamoDB, and 40 request units in Cosmos DB
  --stack NAME     the Pulumi stack; by default the one that is selected
  --outputs FILE   read the stack's outputs from a file, or from standard input if FILE is -,
                   in the form of "pulumi stack output --json"; by default Pulumi is asked
  --help           show this

What is shown is what the last "pulumi up" saw. To restore the newest instant:
  pulumi config set --path restore.at "$(npm run --silent restore-points -- --latest)"

Exits 0; with --latest 1 when no instant can be restored, with --quiet-gaps 1 when the coordinator cannot be
read; 2 when the options or outputs cannot be used.`;

/** The source of the outputs: a file, standard input (`-`), or a stack, by default the selected one. */
export interface Source {
  outputs?: string;
  stack?: string;
}

/** The command's interfaces to the outside. */
export interface Surroundings {
  /** The stack's outputs as JSON. */
  read(source: Source): string;
  /** Reads the coordinators' tables. */
  quietGaps(search: QuietGapsSearch): QuietGaps;
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

function answerOrThrow(args: string[], surroundings: Surroundings): Answer {
  const { read, width, paint } = surroundings;
  const { latest, json, help, "quiet-gaps": gaps, "read-units": readUnits, ...source } = readOptions(args);
  if (help) return { exitCode: 0, stdout: HELP };
  const outputs = parseOutputs(read(source));
  const output = restorePointsOf(outputs);
  if (gaps) {
    const coordinators = coordinatorsOf(outputs);
    const search = searchOf(output, coordinators, readUnits);
    if ("because" in search) return { exitCode: 1, stderr: `restore-points: ${search.because}` };
    const found = surroundings.quietGaps(search);
    const lines = json ? [JSON.stringify(found, undefined, 2)] : quietGapsListing(found, coordinators, paint);
    return { exitCode: 0, stdout: lines.join("\n") };
  }
  if (json) return { exitCode: 0, stdout: JSON.stringify(output, undefined, 2) };
  if (!latest) return { exitCode: 0, stdout: listing(output, width, paint).join("\n") };
  if (output.latest !== undefined) return { exitCode: 0, stdout: output.latest };
  return { exitCode: 1, stderr: `restore-points: ${output.noneBecause ?? "no instant can be restored"}` };
}

/** What to read, or why there is nothing that this version can read. */
export function searchOf(
  { pauseRequired, databases, withoutTransactions = [] }: RestorePoints,
  coordinators: readonly DatabaseCoordinator[],
  readUnits: string | undefined,
): QuietGapsSearch | { because: string } {
  if (!pauseRequired) return { because: "any instant can be restored: one relational database needs no gap" };
  if (withoutTransactions.length > 0)
    return {
      because: `${withoutTransactions.join(", ")} runs no ScalarDB transactions (pause.releases[].transactions is false), so that a gap between commits does not show that it wrote nothing: choose an instant in a pause window`,
    };
  const tables = coordinators.flatMap(({ coordinator }) => coordinator ?? []);
  const containers = coordinators.flatMap(({ coordinatorContainer }) => coordinatorContainer ?? []);
  if (tables.length + containers.length === 0)
    return {
      because: `none of ${coordinators.map(({ name, kind }) => `${name} (${kind})`).join(", ")} shows a coordinator that can be read: only coordinators in DynamoDB and Cosmos DB can be. If it is there, run "pulumi up" with this version first, so that the output "databases" names its table or container`,
    };
  const range = commonRange(databases);
  if ("because" in range) return range;
  const { earliest, latest } = range;
  return {
    tables,
    containers,
    from: formatInstant(earliest, { millis: true }),
    to: formatInstant(latest, { millis: true }),
    ...(readUnits !== undefined && { readUnits: Number(readUnits) }),
  };
}

function readOptions(args: string[]) {
  const options = parseOptions(args);
  if (options["quiet-gaps"] && options.latest)
    throw new Error("--quiet-gaps and --latest exclude each other; give one of them");
  const units = options["read-units"];
  if (units !== undefined && !options["quiet-gaps"]) throw new Error("--read-units belongs to --quiet-gaps; give both");
  if (units !== undefined && !(Number(units) > 0 && Number.isFinite(Number(units))))
    throw new Error(
      `--read-units ${JSON.stringify(units)} is not a number above 0; give read units a second, such as 50`,
    );
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
        "quiet-gaps": { type: "boolean" },
        "read-units": { type: "string" },
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

export function parseOutputs(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`the outputs are not JSON (${messageOf(error)}); give what "pulumi stack output --json" prints`);
  }
}
