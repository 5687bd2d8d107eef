import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { ENGINES } from "./engines";
import { rehearse } from "./rehearsal";
import { sets } from "./sets";
import { Terminal } from "./terminal";
import { vaultConfig } from "./vaults/config";

const HELP = `Plays a whole drill on a simulated cloud: protect, pause, disaster, restore, proof, clean-up.
It needs no cloud account, no Kubernetes and no Pulumi CLI; its servers listen on loopback only, and end with it.

Usage: npm start -- [options]

  --set NAME       what to rehearse, by default ${sets[0]?.name}:
${sets.map(({ name, title }) => `                     ${name.padEnd(28)} ${title}`).join("\n")}
  --engine NAME    embedded (the default; needs npm alone) or pulumi (the real engine, where a Pulumi CLI is on
                   the PATH; its state is kept in a temporary folder, and nothing of your account is touched)
  --vaults         with a vault on each cloud, and backups of DynamoDB in the pause window: copies of what is restored are
                   kept, the set is restored from backups alone, an attacker meets what protects them, a destroy leaves them
  --seed N         who transfers how much to whom, and the cloud's identifiers; by default 1
  --report FILE    write what was seen as JSON
  --help           show this

Exits 0 only if every check held; 1 if one failed; 2 when the options cannot be used.`;

async function main(): Promise<void> {
  const options = readOptions();
  if (options.help) {
    console.log(HELP);
    return;
  }
  const set = sets.find(({ name }) => name === options.set);
  if (set === undefined)
    throw new UsageError(`--set ${options.set} is unknown; there are ${sets.map(({ name }) => name).join(", ")}`);
  const terminal = new Terminal(process.stdout);
  const { seed, engine, vaults } = options;
  if (vaults && vaultConfig(set.config) === undefined)
    throw new UsageError(`--vaults needs a database that a vault takes, and --set ${set.name} has none`);
  const report = await rehearse({ set, seed, terminal, engine, vaults });
  if (options.report) writeFileSync(options.report, `${JSON.stringify(report, undefined, 2)}\n`);
  process.exitCode = report.passed ? 0 : 1;
}

class UsageError extends Error {}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        set: { type: "string", default: sets[0]?.name },
        engine: { type: "string", default: "embedded" },
        seed: { type: "string", default: "1" },
        report: { type: "string" },
        vaults: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (!/^\d+$/.test(values.seed)) throw new Error(`--seed ${values.seed} is not a whole number`);
    const engine = ENGINES.find((name) => name === values.engine);
    if (engine === undefined) throw new Error(`--engine ${values.engine} is unknown; there are ${ENGINES.join(", ")}`);
    return { ...values, engine, seed: Number(values.seed) };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

main().catch((error: Error) => {
  console.error(error instanceof UsageError ? `rehearsal: ${error.message}; --help shows the options` : error.message);
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
