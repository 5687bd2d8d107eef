/** How long restores of many tables take in the cloud, in simulated time, against what AWS's quota of concurrent restores allows. */
import { parseArgs } from "node:util";
import { embeddedStack } from "../rehearsal/engines";
import { SimulatedCloud } from "../simulator/cloud/cloud";
import { defaultParallel } from "../simulator/engine/embedded";
import { errorsOf } from "./preview";
import { dynamodbDrill, RELEASE } from "./sets";

const HELP = `Restores DynamoDB tables on the embedded engine and the simulated cloud, and prints how long that takes in simulated time.

Usage: npm run bench:restore -- [options]

  --json               print one JSON object instead of a table
  --tables A,B         how many tables; by default 8,100,1000
  --parallel A,B       how many operations the engine runs at a time; by default Pulumi's default on this machine, and 60
  --help               show this

Operations and look-ups wait for AWS's documented rates in real time: 1,000 tables take minutes.`;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const TABLE = "aws:dynamodb/table:Table";
/** AWS's quota, in an account. */
const CONCURRENT_RESTORES = 50;

export interface Makespan {
  tables: number;
  parallel: number;
  /** From when the first restore begins until the last has ended. */
  minutes: number;
  /** The least that the quota allows, when every restore takes as long as the slowest. */
  leastMinutes: number;
  mostRestores: number;
  /** Attempts that AWS refused because of its quota. */
  refused: number;
  /** What the run took here: look-ups and operations at AWS's rates. */
  wallSeconds: number;
}

async function measureMakespan(tables: number, parallel: number): Promise<Makespan> {
  const { config, build } = dynamodbDrill(tables);
  const { at } = config["scalar-backup:restore"] as { at: string };
  const cloud = await SimulatedCloud.start();
  try {
    build(cloud);
    await cloud.kubernetes.installRelease({ ...RELEASE, product: "scalardb-cluster", replicas: 1 });
    cloud.clock.advance(HOUR);
    // No pod has been paused: how long the restore takes is the same.
    const restore = { at, acceptInconsistentCopiesAt: at };
    const stack = embeddedStack(cloud, { ...config, "scalar-backup:restore": restore }, parallel);
    const began = performance.now();
    const result = await stack.up();
    const wallSeconds = (performance.now() - began) / 1000;
    if (!result.succeeded) throw new Error(`the restore of ${tables} tables failed:\n${errorsOf(result)}`);
    const restores = result.operations.filter(({ type, kind }) => type === TABLE && kind === "create");
    if (restores.length !== tables) throw new Error(`${restores.length} of ${tables} tables were restored`);
    const slowest = Math.max(...restores.map(({ startMillis, endMillis }) => endMillis - startMillis));
    const { mostRestores, refusedRestores } = cloud.aws.dynamodb.operations;
    return {
      tables,
      parallel,
      minutes: Math.max(...restores.map(({ endMillis }) => endMillis)) / MINUTE,
      leastMinutes: (Math.ceil(tables / CONCURRENT_RESTORES) * slowest) / MINUTE,
      mostRestores,
      refused: refusedRestores,
      wallSeconds,
    };
  } finally {
    await cloud.stop();
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      json: { type: "boolean", default: false },
      tables: { type: "string", default: "8,100,1000" },
      parallel: { type: "string", default: `${defaultParallel()},60` },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return console.log(HELP);
  const numbers = (option: "tables" | "parallel") =>
    values[option].split(",").map((text) => {
      if (!/^[1-9]\d*$/.test(text)) throw new Error(`--${option} ${text} is not a whole number from 1 on`);
      return Number(text);
    });
  const measured: Makespan[] = [];
  for (const tables of numbers("tables"))
    for (const parallel of numbers("parallel")) {
      measured.push(await measureMakespan(tables, parallel));
      console.error(`bench: ${tables} tables at --parallel ${parallel}: measured`);
    }
  if (values.json) return console.log(JSON.stringify(measured, undefined, 2));
  console.log("| tables | --parallel | restores, minutes | least by the quota | times the least | most at a time |");
  console.log("| ---: | ---: | ---: | ---: | ---: | ---: |");
  for (const { tables, parallel, minutes, leastMinutes, mostRestores } of measured) {
    const cells = [tables, parallel, minutes.toFixed(1), leastMinutes.toFixed(1), (minutes / leastMinutes).toFixed(2)];
    console.log(`| ${[...cells, mostRestores].join(" | ")} |`);
  }
}

if (require.main === module)
  main().catch((error: Error) => {
    console.error(`bench: ${error.message}; --help shows the options`);
    process.exitCode = 1;
  });
