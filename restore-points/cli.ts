import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { styleText } from "node:util";
import { answer } from "./command";
import { messageOf } from "./error-message";
import { PLAIN } from "./paint";
import type { QuietGaps, QuietGapsSearch } from "./quiet-gaps";

const DEFAULT_COLUMNS = 80;
const MOST_COLUMNS = 120;

const { exitCode, stdout, stderr } = answer(process.argv.slice(2), {
  read: ({ outputs, stack }) => (outputs === undefined ? askPulumi(stack) : readOutputs(outputs)),
  quietGaps: readCoordinators,
  width: Math.min(process.stdout.columns ?? DEFAULT_COLUMNS, MOST_COLUMNS),
  paint: process.stdout.isTTY && !process.env.NO_COLOR ? styleText : PLAIN,
});
if (stdout !== undefined) console.log(stdout);
if (stderr !== undefined) console.error(stderr);
process.exitCode = exitCode;

function readOutputs(file: string): string {
  try {
    return readFileSync(file === "-" ? process.stdin.fd : file, "utf8");
  } catch (error) {
    throw new Error(`cannot read the outputs: ${messageOf(error)}`);
  }
}

/** Runs in a process of its own, because this room knows no cloud. What it reports goes to standard error while it runs. */
function readCoordinators(search: QuietGapsSearch): QuietGaps {
  const { error, status, stdout } = spawnSync(
    process.execPath,
    [join(__dirname, "../operations/command.cjs"), "find-quiet-gaps"],
    { input: JSON.stringify(search), encoding: "utf8", maxBuffer: 2 ** 28, stdio: ["pipe", "pipe", "inherit"] },
  );
  if (error) throw error;
  if (status !== 0) throw new Error("the coordinator could not be read");
  // Cast: the operation of the same version printed it.
  return JSON.parse(stdout) as QuietGaps;
}

function askPulumi(stack: string | undefined): string {
  const args = ["stack", "output", "--json", "--non-interactive", ...(stack === undefined ? [] : ["--stack", stack])];
  const asked = spawnSync("pulumi", args, { encoding: "utf8", maxBuffer: 2 ** 26 });
  if (asked.error && "code" in asked.error && asked.error.code === "ENOENT")
    throw new Error(
      'there is no "pulumi" on the PATH; run this through npm after "npm ci", or give the outputs with --outputs FILE',
    );
  if (asked.error) throw asked.error;
  if (asked.status !== 0)
    throw new Error(`"pulumi ${args.join(" ")}" failed: ${asked.stderr.trim() || `exit ${asked.status}`}`);
  return asked.stdout;
}
