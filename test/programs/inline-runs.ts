/**
 * Runs the unchanged program twice in this process, as an inline program of the Automation API: Pulumi's own language server
 * runs it. The configuration names a cluster that does not exist. Prints what each run reported, as JSON.
 */
import * as langproto from "@pulumi/pulumi/proto/language_pb";
import { PROGRAM } from "../../rehearsal/engines";
import { SimulatedCloud } from "../../simulator/cloud/cloud";
import { EmbeddedStack, served } from "../../simulator/engine/embedded";

/** Loaded anew for each run, as a test with the Automation API would have it; what it imports stays. */
async function program(): Promise<unknown> {
  const main = require.resolve("../../index");
  delete require.cache[main];
  return require(main);
}

/** Pulumi's declarations leave it out: the Automation API alone makes one. */
const { LanguageServer } = require("@pulumi/pulumi/automation/server") as {
  LanguageServer: new (
    program: () => Promise<unknown>,
  ) => {
    run(call: { request: langproto.RunRequest }, answer: (error: Error | null | undefined) => void): Promise<void>;
  };
};

const source = served(({ project, organization, stack, config, address, preview, parallel }) => {
  const request = new langproto.RunRequest();
  request.setProject(project.name);
  request.setOrganization(organization);
  request.setStack(stack);
  request.setMonitorAddress(address);
  request.setArgsList([address]);
  request.setParallel(parallel);
  request.setDryrun(preview);
  for (const [key, value] of Object.entries(config.values)) request.getConfigMap().set(key, value);
  const ended = new Promise<string | undefined>((resolve) => {
    void new LanguageServer(program).run({ request }, (error) => resolve(error?.message));
  });
  return { ended, stop() {} };
});

async function main(): Promise<void> {
  const cloud = await SimulatedCloud.start({ seed: 1 });
  Object.assign(process.env, cloud.environment());
  const stack = new EmbeddedStack({
    program: PROGRAM,
    providers: cloud.providers(),
    environment: () => ({}),
    source,
    config: {
      "aws:region": "ap-northeast-1",
      "scalar-backup:databases": [
        { name: "customers", auroraPostgresql: { existing: { clusterIdentifier: "customers-prod" } } },
      ],
    },
  });
  const runs: string[][] = [];
  for (let run = 0; run < 2; run++) {
    const { diagnostics } = await stack.preview();
    runs.push(diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message));
  }
  console.log(JSON.stringify(runs));
  process.exit(0);
}

void main();
