import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { QuietGaps, QuietGapsSearch } from "./quiet-gaps";

/** Runs in a process of its own, because this room knows no cloud. What it reports goes to standard error while it runs. */
export function readCoordinators(search: QuietGapsSearch): QuietGaps {
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

/** What `pulumi stack output` prints of a stack, by default of the selected one. @throws {Error} with what to do. */
export function askPulumi(stack: string | undefined): string {
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
