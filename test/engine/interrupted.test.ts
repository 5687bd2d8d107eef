import { setTimeout as sleep } from "node:timers/promises";
import test from "ava";
import { PROGRAM, providersOf } from "../../rehearsal/engines";
import { Random } from "../../rehearsal/scalardb/random";
import { SimulatedCloud } from "../../simulator/cloud/cloud";
import { findPulumi, HOW_TO_GET_PULUMI } from "../../simulator/engine/pulumi-cli";
import { PulumiStack } from "../../simulator/engine/real";
import type { SimulatedProvider } from "../../simulator/providers/provider";
import { buildExisting } from "../programs/existing";
import { changes, errors, REGION, recordWindow } from "../programs/rehearsed";

/** How often the engine is killed in all, and from which number the moments follow. */
const KILLS = Number(process.env.KILLS ?? 4);
const SEED = Number(process.env.KILL_SEED ?? 1);
/** In one restore, before an `up` is let go on to its end. */
const KILLS_EACH = 4;
/** The longest that a provider takes to answer when the cloud has done what it was asked for. */
const LATENCY_MILLIS = 400;
const HOUR = 60 * 60_000;
const RELEASE = { namespace: "scalar", name: "scalardb-cluster" };
const databases = [
  { name: "tables", dynamodb: { existing: { namespaces: ["ledger"] } } },
  { name: "aurora", auroraPostgresql: { existing: { clusterIdentifier: "aurora-prod" } } },
  { name: "orders", rdsMysql: { existing: { instanceIdentifier: "orders-prod" } } },
];

if (!findPulumi()) test.skip(`no engine is killed, for there is no Pulumi CLI: ${HOW_TO_GET_PULUMI}`, () => {});

(findPulumi() ? test.serial : test.serial.skip)(
  `the engine is killed ${KILLS} times at random moments of restores: plain ups end them, and nothing is left behind`,
  async (t) => {
    t.timeout(60 * 60_000);
    const random = new Random(SEED);
    const below = (limit: number) => random.integer(0, limit - 1);
    const cloud = await SimulatedCloud.start({ seed: SEED });
    t.teardown(() => cloud.stop());
    buildExisting(cloud, databases);
    await cloud.kubernetes.installRelease({ ...RELEASE, product: "scalardb-cluster", replicas: 1 });
    const providers = providersOf(cloud);
    const creations = watchCreations(providers, () => below(LATENCY_MILLIS));
    const stack = new PulumiStack({
      program: PROGRAM,
      providers,
      environment: () => cloud.environment(),
      config: {
        "aws:region": REGION,
        "scalar-backup:databases": databases,
        "scalar-backup:pause": { schedule: "0 3 * * *", releases: [RELEASE] },
      },
    });
    t.teardown(() => stack.close());
    const ended = async (what: string) => {
      const result = await stack.up();
      t.true(result.succeeded, `${what}: ${errors(result)}`);
      cloud.clock.advance(result.simulatedMillis);
      return result;
    };

    await ended("the first up");
    const sources = namesIn(cloud);
    let kills = 0;
    while (kills < KILLS) {
      cloud.clock.advance(25 * HOUR);
      const at = recordWindow(cloud, RELEASE.namespace, [RELEASE.name]);
      cloud.clock.advance(HOUR);
      stack.config["scalar-backup:restore"] = { at };
      for (let each = 0; each < KILLS_EACH && kills < KILLS; each++) {
        const begun = creations.begun + 1 + below(8);
        const later = below(LATENCY_MILLIS);
        const running = stack.up();
        const over = running.then(() => true);
        let done = false;
        while (!done && creations.begun < begun) done = await Promise.race([over, sleep(5).then(() => false)]);
        await sleep(later);
        const killed = !done && (await stack.kill());
        const result = await running;
        // What remained was less than was drawn: it has ended on its own.
        if (!killed || result.succeeded) break;
        kills += 1;
        const lost = await outsideOf(
          stack,
          namesIn(cloud).filter((name) => !sources.includes(name)),
        );
        t.log(`kill ${kills}: ${later} ms after creation ${begun}; not in the state: ${lost.join(", ") || "nothing"}`);
        await stack.cancel();
      }
      const last = await ended(`the up after kill ${kills}`);
      t.log(`imported: ${changes(last).filter((change) => change.startsWith("import")).length}`);
      t.deepEqual(changes(await stack.preview()), [], "a preview right after it");
      delete stack.config["scalar-backup:restore"];
      await ended("the up without the restore");
      t.deepEqual(namesIn(cloud), sources, "copies are left behind");
    }
    t.is(kills, KILLS);
  },
);

/** Counts creations as they begin, and lets providers answer later than the cloud. */
function watchCreations(providers: readonly SimulatedProvider[], latencyMillis: () => number): { begun: number } {
  const creations = { begun: 0 };
  for (const provider of providers) {
    const create = provider.create.bind(provider);
    provider.create = async (request) => {
      if (request.preview) return await create(request);
      creations.begun += 1;
      const created = await create(request);
      await sleep(latencyMillis());
      return created;
    };
  }
  return creations;
}

/** Those of the names that no resource of the state has. */
async function outsideOf(stack: PulumiStack, names: string[]): Promise<string[]> {
  const state = JSON.stringify((await stack.exportState()).deployment.resources ?? []);
  return names.filter((name) => !state.includes(`"${name.split(" ")[0]}"`));
}

/** Everything that a restore may leave in the simulated cloud. */
function namesIn(cloud: SimulatedCloud): string[] {
  const rds = cloud.aws.rds.region(REGION);
  return [
    ...cloud.aws.dynamodb.region(REGION).tableNames(),
    ...rds.clusters().map(({ identifier }) => identifier),
    ...rds.clusters().flatMap(({ instances }) => instances.map(({ identifier }) => identifier)),
    ...rds.instances.all().map(({ identifier }) => identifier),
    ...cloud.aws.autoscaling
      .region(REGION)
      .targets()
      .map(({ ResourceId, ScalableDimension }) => `${ResourceId} ${ScalableDimension}`),
  ].sort();
}
