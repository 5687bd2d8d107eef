/** What the real engine does with `--parallel`: what it passes to the program, and how many restores run at a time. */
import { setTimeout as sleep } from "node:timers/promises";
import test, { type ExecutionContext } from "ava";
import { dynamodbDrill, RELEASE } from "../../bench/sets";
import { PROGRAM, providersOf } from "../../rehearsal/engines";
import { SimulatedCloud } from "../../simulator/cloud/cloud";
import { findPulumi, HOW_TO_GET_PULUMI } from "../../simulator/engine/pulumi-cli";
import { PulumiStack } from "../../simulator/engine/real";
import { defaultParallel } from "../../simulator/engine/workers";
import { errors } from "../programs/rehearsed";

const HOUR = 3_600_000;
const TABLE = "aws:dynamodb/table:Table";
const onEngine = findPulumi() === undefined ? test.serial.skip : test.serial;
if (findPulumi() === undefined)
  test.skip(`the real engine's parallelism is not seen, for there is no Pulumi CLI: ${HOW_TO_GET_PULUMI}`, () => {});

/** A drill of tables on the real engine, where each restore takes some real time; `most` went on at once. */
async function drillOf(t: ExecutionContext, tables: number, parallel?: number) {
  const { config, build } = dynamodbDrill(tables);
  const { at } = config["scalar-backup:restore"] as { at: string };
  const cloud = await SimulatedCloud.start();
  t.teardown(() => cloud.stop());
  build(cloud);
  await cloud.kubernetes.installRelease({ ...RELEASE, product: "scalardb-cluster", replicas: 1 });
  cloud.clock.advance(HOUR);
  const restores = { now: 0, most: 0 };
  const providers = providersOf(cloud).map((provider) => {
    if (provider.name !== "aws") return provider;
    const create = provider.create.bind(provider);
    provider.create = async (request) => {
      if (request.preview || request.type !== TABLE) return await create(request);
      restores.now++;
      restores.most = Math.max(restores.most, restores.now);
      await sleep(2000);
      restores.now--;
      return await create(request);
    };
    return provider;
  });
  const stack = new PulumiStack({
    program: PROGRAM,
    providers,
    environment: () => cloud.environment(),
    config: { ...config, "scalar-backup:restore": { at, acceptInconsistentCopiesAt: at } },
    ...(parallel !== undefined && { parallel }),
  });
  t.teardown(() => stack.close());
  return { stack, restores };
}

onEngine("with --parallel 200, no more than 50 of 120 tables are restored at a time", async (t) => {
  t.timeout(600_000);
  const { stack, restores } = await drillOf(t, 120, 200);
  const up = await stack.up();
  t.true(up.succeeded, errors(up));
  // How many are under way at once depends on the machine, but for the limit.
  t.true(restores.most <= 50 && restores.most > 8, `${restores.most} at a time`);
  t.log(`${restores.most} restores at a time`);
});

onEngine("the program warns with the value of the real engine", async (t) => {
  t.timeout(600_000);
  const warningsOf = async (tables: number, parallel?: number) => {
    const preview = await (await drillOf(t, tables, parallel)).stack.preview();
    t.true(preview.succeeded, errors(preview));
    return preview.diagnostics
      .filter(({ message }) => message.includes('"--parallel" is'))
      .map(({ message }) => message);
  };
  const [warning] = await warningsOf(12, 5);
  t.regex(
    warning ?? "",
    /"--parallel" is 5, so the 13 restores run in 3 consecutive rounds.*"pulumi up --parallel 20"/s,
  );
  t.deepEqual(await warningsOf(12, 20), []);
  if (defaultParallel() < 12) t.regex((await warningsOf(12))[0] ?? "", new RegExp(`is ${defaultParallel()}, so`));
});
