import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { SimulatedCloud } from "../simulator/cloud/cloud";
import { EngineLog } from "../simulator/engine/engine-log";
import { ProviderServer } from "../simulator/engine/provider-server";
import { onExit } from "../simulator/on-exit";
import { commandsOf, PROGRAM, providersOf } from "./engines";
import { Workload } from "./scalardb/workload";
import { sets } from "./sets";

const exampleOf = (set: string) => `examples/Pulumi.${set}.yaml`;
/** The sets that an example configures. */
const explored = sets.filter(({ name }) => existsSync(join(PROGRAM, exampleOf(name))));

const USAGE = `npm run cloud: the simulated cloud alone, to try the program on it with the Pulumi CLI

Usage: npm run cloud -- [--set NAME]

  --set NAME     the databases, by default ${explored[0]?.name}:
${explored.map(({ name, title }) => `                   ${name}\n                     ${title}`).join("\n")}

`;
const HELP = `Commands:
  pause          run the pause schedule's CronJob now
  advance N      advance the cloud's clock by N minutes; then export the variables again
  env            print the variables again
  help, quit`;

/**
 * `npm run cloud`: only the simulated cloud, to try the program with the Pulumi CLI. It contains the databases and the
 * release of an example, with running transfers.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { help: { type: "boolean" }, set: { type: "string" } } });
  if (values.help) return console.log(USAGE + HELP);
  const set = explored.find(({ name }) => name === (values.set ?? explored[0]?.name));
  if (set === undefined)
    throw new Error(`--set ${values.set} is unknown; there are ${explored.map(({ name }) => name).join(", ")}`);
  const cloud = await SimulatedCloud.start();
  const servers: { name: string; server: ProviderServer; port: number }[] = [];
  const log = new EngineLog();
  for (const provider of providersOf(cloud, commandsOf(cloud, log.show.bind(log)))) {
    const server = new ProviderServer(provider, undefined, log);
    servers.push({ name: provider.name, server, port: await server.start() });
  }
  const running = set.build(cloud);
  const { bank } = running;
  const properties = running.properties();
  await cloud.kubernetes.installRelease({
    namespace: "scalar",
    name: "scalardb-cluster",
    product: "scalardb-cluster",
    replicas: 3,
    application: bank.application,
    ...(properties !== undefined && { properties }),
  });
  bank.open();
  const workload = Workload.start({
    bank,
    pods: () => cloud.kubernetes.pods("scalar", "scalardb-cluster"),
    transfersPerSecond: 20,
  });

  const state = mkdtempSync(join(tmpdir(), "scalar-cloud-"));
  const removeState = () => rmSync(state, { recursive: true, force: true });
  const removed = onExit(removeState);

  const printEnvironment = () => {
    const variables = {
      // Only for that shell: `pulumi login` would switch the backend of all the user's stacks.
      PULUMI_BACKEND_URL: `file://${state}`,
      PULUMI_CONFIG_PASSPHRASE: "rehearsal",
      PULUMI_DEBUG_PROVIDERS: servers.map(({ name, port }) => `${name}:${port}`).join(","),
      ...cloud.environment(),
    };
    console.log(
      Object.entries(variables)
        .map(([name, value]) => `export ${name}=${JSON.stringify(value)}`)
        .join("\n"),
    );
  };
  console.log(`# The simulated cloud is up: ${set.title}.\n# In another shell, in ${PROGRAM}:`);
  printEnvironment();
  console.log(`pulumi stack init rehearsal\ncp ${exampleOf(set.name)} Pulumi.rehearsal.yaml\npulumi up\n`);
  console.log(HELP);

  const input = createInterface({ input: process.stdin });
  process.once("SIGINT", () => input.close());
  process.once("SIGTERM", () => input.close());
  for await (const line of input) {
    const [command, argument] = line.trim().split(/\s+/);
    if (command === "quit") break;
    if (command === "env") printEnvironment();
    else if (command === "advance" && Number(argument) > 0) {
      cloud.clock.advance(Number(argument) * 60_000);
      printEnvironment();
    } else if (command === "pause") {
      const job = await cloud.kubernetes.runCronJob("scalar", "scalar-pause").catch((error: Error) => error);
      console.log(
        job instanceof Error ? job.message : job.attempts.map(({ stdout, stderr }) => stdout + stderr).join(""),
      );
    } else console.log(HELP);
  }
  await workload.stop();
  for (const { server } of servers) server.stop();
  log.close();
  await cloud.stop();
  removeState();
  removed();
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
