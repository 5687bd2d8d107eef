import { accessSync, closeSync, constants, existsSync, mkdirSync, openSync, rmSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { findPulumi, HOW_TO_GET_PULUMI } from "../simulator/engine/pulumi-cli";
import { ENGINES } from "./engines";
import { endOnInterruption } from "./interruptions";
import { rehearse } from "./rehearsal";
import { sets } from "./sets";
import { Terminal } from "./terminal";
import { vaultConfig } from "./vaults/config";

/**
 * Seeds up to this one have different random numbers: the generators use 32 bits, and start at a thousand times the
 * seed.
 */
const GREATEST_SEED = 4_294_966;

const HELP = `Plays a complete drill on a simulated cloud: protect, pause, disaster, restore, check, clean up.
It needs no cloud account, no Kubernetes and no Pulumi CLI; and its servers listen only on loopback.

Usage: npm start -- [options]

  --set NAME       the set of databases, by default ${sets[0]?.name}:
${sets.map(({ name, title }) => `                     ${name}\n                       ${title}`).join("\n")}
  --engine NAME    embedded (the default; needs only npm), or pulumi (the real engine; needs a
                   Pulumi CLI on the PATH; uses a temporary folder for its state, and no account)
  --vaults         also play a vault on each cloud, and DynamoDB backups in the pause window:
                   copies of the restored databases are kept, the set is restored only from
                   backups, an attacker tries to delete them, and pulumi destroy keeps them
  --recovery       play a disaster in place of a drill: verified copies replace production,
                   the update that does it is killed and run again, and the pods serve again
  --seed N         determines the transfers and the cloud's identifiers: 0 to ${GREATEST_SEED},
                   by default 1
  --pages FOLDER   also write points.html (what can be restored), and the drill's evidence:
                   drill.html, drill.json, badge.svg
  --report FILE    write the results as JSON
  --help           show this

Exits with 0 if all checks passed, 1 if one failed, 2 if the options are invalid.`;

async function main(): Promise<void> {
  const options = readOptions();
  if (options.help) {
    console.log(HELP);
    return;
  }
  const set = sets.find(({ name }) => name === options.set);
  if (set === undefined)
    throw new UsageError(`--set ${options.set} is unknown; there are ${sets.map(({ name }) => name).join(", ")}`);
  if (options.report) ensureWritable(options.report);
  endOnInterruption();
  const terminal = new Terminal(process.stdout);
  const { seed, engine, vaults, recovery, pages } = options;
  if (vaults && vaultConfig(set.config) === undefined)
    throw new UsageError(`--vaults needs a database that a vault supports, and --set ${set.name} has none`);
  if (recovery && vaults) throw new UsageError("--recovery and --vaults are two rehearsals; give one of them");
  if (recovery && pages !== undefined)
    throw new UsageError("--pages are of a drill, and --recovery plays none; give one of them");
  if (pages !== undefined) makeFolder(pages);
  const played = recovery ? set.recovery : set;
  if (played === undefined)
    throw new UsageError(
      `--recovery needs a set whose copies can replace production; those are ${sets.flatMap(({ name, recovery }) => (recovery ? [name] : [])).join(", ")}`,
    );
  const report = await rehearse({
    set: played,
    seed,
    terminal,
    engine,
    vaults,
    recovery,
    ...(pages !== undefined && { pages }),
  });
  if (options.report) writeFileSync(options.report, `${JSON.stringify(report, undefined, 2)}\n`);
  process.exitCode = report.passed ? 0 : 1;
}

class UsageError extends Error {}

/** Called before the drill, so that it does not fail at its end. @throws {UsageError} */
function ensureWritable(report: string): void {
  const existed = existsSync(report);
  try {
    closeSync(openSync(report, "a"));
    if (!existed) rmSync(report);
  } catch (error) {
    throw new UsageError(
      `--report ${report} cannot be written: ${(error as Error).message}; name a file in a folder that exists`,
    );
  }
}

/** @throws {UsageError} */
function makeFolder(pages: string): void {
  try {
    mkdirSync(pages, { recursive: true });
    accessSync(pages, constants.W_OK);
  } catch (error) {
    throw new UsageError(`--pages ${pages} cannot be written to: ${(error as Error).message}; name another folder`);
  }
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        set: { type: "string", default: sets[0]?.name },
        engine: { type: "string", default: "embedded" },
        seed: { type: "string", default: "1" },
        report: { type: "string" },
        pages: { type: "string" },
        vaults: { type: "boolean", default: false },
        recovery: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    const seed = Number(values.seed);
    if (!/^\d+$/.test(values.seed) || seed > GREATEST_SEED)
      throw new Error(`--seed ${values.seed} is not a whole number from 0 to ${GREATEST_SEED}`);
    const engine = ENGINES.find((name) => name === values.engine);
    if (engine === undefined) throw new Error(`--engine ${values.engine} is unknown; there are ${ENGINES.join(", ")}`);
    if (engine === "pulumi" && findPulumi() === undefined)
      throw new Error(`--engine pulumi needs a Pulumi CLI, and there is none: ${HOW_TO_GET_PULUMI}`);
    return { ...values, engine, seed };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

main().catch((error: Error) => {
  console.error(error instanceof UsageError ? `rehearsal: ${error.message}; --help shows the options` : error.message);
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
