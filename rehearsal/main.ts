import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { EmbeddedStack } from "./engine/embedded";
import { CommandProvider } from "./providers/command";
import { rehearse, type StackMaker } from "./rehearsal";
import { sets } from "./sets";
import { Terminal } from "./terminal";

const HELP = `Plays a whole drill on a simulated cloud: protect, pause, disaster, restore, proof, clean-up.
It needs no cloud account, no Kubernetes and no Pulumi CLI; servers listen on loopback only, and end with it.

Usage: npm start -- [options]

  --set NAME       what to rehearse, by default ${sets[0]?.name}:
${sets.map(({ name, title }) => `                     ${name.padEnd(28)} ${title}`).join("\n")}
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
  const report = await rehearse({ set, seed: options.seed, terminal, makeStack: embedded });
  if (options.report) writeFileSync(options.report, `${JSON.stringify(report, undefined, 2)}\n`);
  process.exitCode = report.passed ? 0 : 1;
}

/** The program on the embedded engine, so that npm is all that is needed. */
const embedded: StackMaker = (cloud, config) => {
  const environment = () => cloud.environment();
  return new EmbeddedStack({
    program: join(__dirname, ".."),
    providers: [...cloud.providers(), new CommandProvider({ environment })],
    environment,
    config,
  });
};

class UsageError extends Error {}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        set: { type: "string", default: sets[0]?.name },
        seed: { type: "string", default: "1" },
        report: { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (!/^\d+$/.test(values.seed)) throw new Error(`--seed ${values.seed} is not a whole number`);
    return { ...values, seed: Number(values.seed) };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

main().catch((error: Error) => {
  console.error(error instanceof UsageError ? `rehearsal: ${error.message}; --help shows the options` : error.message);
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
