import test, { type ExecutionContext } from "ava";
import { PROGRAM } from "../../rehearsal/engines";
import type { SimulatedCloud } from "../../simulator/cloud/cloud";
import { findPulumi, HOW_TO_GET_PULUMI } from "../../simulator/engine/pulumi-cli";
import type { PulumiStack } from "../../simulator/engine/real";
import { NoPackages } from "../fidelity/python";
import { changes, errors, recordWindow } from "../programs/rehearsed";
import { findLanguage } from "./language-hosts";
import { builtPlugin, declared, documented, folderOf, onEngine, writePython, writeYaml } from "./plugin-programs";

/** The programs of docs/languages.md on the real engine: they declare the same resources as the TypeScript program. */
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const typescript = {
  "scalar-backup:databases": [
    { name: "ledger", dynamodb: { existing: { namespaces: ["ledger"] }, restoreTo: { region: "ap-northeast-3" } } },
    { name: "customers", auroraPostgresql: { existing: { clusterIdentifier: "customers-prod" } } },
  ],
  "scalar-backup:pause": {
    schedule: "0 3 * * *",
    timeZone: "Asia/Tokyo",
    releases: [{ namespace: "scalar", name: "scalardb-cluster" }],
  },
  "scalar-backup:tags": { service: "payments" },
};

interface Side {
  cloud: SimulatedCloud;
  stack: PulumiStack;
  /** Configures the restore to an instant, or none. */
  restoreTo(at: string | undefined): void;
}

/** One life of a stack in TypeScript and in another language: protected, drilled, and the copies removed. */
async function sameLife(t: ExecutionContext, other: Side): Promise<void> {
  const typescriptSide = await onEngine(t, PROGRAM, typescript);
  const own: Side = {
    ...typescriptSide,
    restoreTo: (at) => {
      typescriptSide.stack.config["scalar-backup:restore"] = at && { at };
    },
  };
  const sides = [own, other];
  const up = async (what: string) => {
    for (const { stack, cloud } of sides) {
      const result = await stack.up();
      t.true(result.succeeded, `${what}: ${errors(result)}`);
      cloud.clock.advance(result.simulatedMillis);
    }
    const [expected, found] = [await declared(own.stack), await declared(other.stack)];
    t.deepEqual(found, expected, what);
    const again = await other.stack.preview();
    t.deepEqual(changes(again), [], `a preview right after: ${what}`);
    return found.map(({ urn }) => urn);
  };

  const previewed = await other.stack.preview();
  t.true(previewed.succeeded, errors(previewed));
  const protectedOnes = await up("protected");
  t.true(protectedOnes.some((urn) => urn.endsWith("scalar-backup:index:Operation::ledger-protection")));

  for (const { cloud } of sides) cloud.clock.advance(DAY);
  const end = Math.floor(Math.min(...sides.map(({ cloud }) => cloud.clock.now())) / 1000) * 1000;
  const [at] = sides.map(({ cloud }) => recordWindow(cloud, "scalar", ["scalardb-cluster"], 20, end));
  for (const side of sides) {
    side.cloud.clock.advance(20 * MINUTE);
    side.restoreTo(at);
  }
  const drilled = await up("drilled");
  t.true(drilled.some((urn) => urn.includes("scalar-backup:index:ScalarRestore$")));
  t.false((await other.stack.stateFile()).includes(PROGRAM), "the state holds a path of this machine");

  for (const side of sides) side.restoreTo(undefined);
  t.deepEqual(await up("the drill's copies removed"), protectedOnes);
}

const pulumi = findPulumi();
if (!pulumi)
  test.skip(`no program of another language runs on the real engine, for there is no Pulumi CLI: ${HOW_TO_GET_PULUMI}`, () => {});

const inYaml = pulumi && findLanguage("yaml") ? test.serial : test.serial.skip;
inYaml("the YAML program of docs/languages.md declares what the TypeScript program declares", async (t) => {
  t.timeout(10 * MINUTE);
  const folder = folderOf(t);
  writeYaml(folder, documented("yaml"));
  const { cloud, stack } = await onEngine(t, folder, {}, { plugins: [await builtPlugin(t)] });
  await sameLife(t, {
    cloud,
    stack,
    restoreTo(at) {
      stack.config["scalar-backup:at"] = at;
      writeYaml(folder, documented("yaml"), ...(at === undefined ? [] : [documented("yaml-drill")]));
    },
  });
});

const inPython = pulumi && findLanguage("python") ? test.serial : test.serial.skip;
inPython("the Python program of docs/languages.md declares what the TypeScript program declares", async (t) => {
  t.timeout(10 * MINUTE);
  const folder = folderOf(t);
  const plugin = await builtPlugin(t);
  let environment: { PYTHONPATH: string };
  try {
    environment = { PYTHONPATH: writePython(folder, plugin, documented("python")) };
  } catch (error) {
    if (!(error instanceof NoPackages)) throw error;
    t.log(`skipped: ${error.message}`);
    return t.pass();
  }
  const { cloud, stack } = await onEngine(t, folder, {}, { plugins: [plugin], environment });
  await sameLife(t, {
    cloud,
    stack,
    restoreTo(at) {
      stack.config["scalar-backup:at"] = at;
    },
  });
});
