import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { SimulatedCloud } from "../simulator/cloud/cloud";
import { ProviderServer } from "../simulator/engine/provider-server";
import { onExit } from "../simulator/on-exit";
import { PROGRAM, providersOf } from "./engines";
import { Workload } from "./scalardb/workload";
import { sets } from "./sets";

const USAGE = `npm run cloud: the simulated cloud alone, to try the program on it with the Pulumi CLI; it takes no options

`;
const HELP = `Commands:
  pause          run the pause schedule's CronJob now
  advance N      advance the cloud's clock by N minutes; then export the variables again
  env            print the variables again
  help, quit`;

/**
 * `npm run cloud`: only the simulated cloud, to try the program with the Pulumi CLI. It contains the databases and the
 * release of `examples/Pulumi.dynamodb-aurora.yaml`, with running transfers.
 */
async function main(): Promise<void> {
  const [argument] = process.argv.slice(2);
  if (argument !== undefined) {
    if (argument === "--help") return console.log(USAGE + HELP);
    throw new Error(`npm run cloud takes no ${argument}; npm run cloud -- --help says what it does`);
  }
  const set = sets[0];
  if (set === undefined) throw new Error("there is no set");
  const cloud = await SimulatedCloud.start();
  const servers: { name: string; server: ProviderServer; port: number }[] = [];
  for (const provider of providersOf(cloud)) {
    const server = new ProviderServer(provider);
    servers.push({ name: provider.name, server, port: await server.start() });
  }
  const { bank } = set.build(cloud);
  await cloud.kubernetes.installRelease({
    namespace: "scalar",
    name: "scalardb-cluster",
    product: "scalardb-cluster",
    replicas: 3,
    application: bank.application,
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
  console.log(
    "pulumi stack init rehearsal\ncp examples/Pulumi.dynamodb-aurora.yaml Pulumi.rehearsal.yaml\npulumi up\n",
  );
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
  await cloud.stop();
  removeState();
  removed();
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
