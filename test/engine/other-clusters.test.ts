import test from "ava";
import { PROGRAM, providersOf } from "../../rehearsal/engines";
import { buildDynamodb } from "../../rehearsal/sets/dynamodb";
import { formatInstant } from "../../restore-points/instant";
import type { RestorePoints } from "../../restore-points/points";
import { writeWindowRecord } from "../../restore-points/record";
import { WINDOWS_KEY } from "../../restore-points/window";
import { SimulatedCloud } from "../../simulator/cloud/cloud";
import { CONTEXT } from "../../simulator/cloud/kubernetes/cluster";
import { kindOf } from "../../simulator/cloud/kubernetes/kinds";
import { findPulumi, HOW_TO_GET_PULUMI } from "../../simulator/engine/pulumi-cli";
import { PulumiStack } from "../../simulator/engine/real";
import { errors, REGION } from "../programs/rehearsed";

const MINUTE = 60_000;
const CONFIG_MAPS = kindOf({ apiVersion: "v1", kind: "ConfigMap" });
const RELEASE = { namespace: "scalar", name: "scalardb-cluster" };

/**
 * Stack references are the real engine's: the embedded one has none. The stack refers to itself, as it was under another
 * cluster's name, because each stack of the rehearsal has a backend of its own.
 */
if (!findPulumi()) {
  test.skip(`stack references are not tested, for there is no Pulumi CLI: ${HOW_TO_GET_PULUMI}`, () => {});
} else {
  test("the windows of another cluster are read from the output of its stack", async (t) => {
    t.timeout(600_000);
    const cloud = await SimulatedCloud.start({ seed: 1 });
    t.teardown(() => cloud.stop());
    buildDynamodb(cloud, REGION);
    await cloud.kubernetes.installRelease({ ...RELEASE, product: "scalardb-cluster", replicas: 1 });
    cloud.clock.advance(2 * MINUTE);
    const pause = { schedule: "0 3 * * *", releases: [RELEASE] };
    const stack = new PulumiStack({
      program: PROGRAM,
      providers: providersOf(cloud),
      environment: () => cloud.environment(),
      config: {
        "aws:region": REGION,
        "kubernetes:context": CONTEXT,
        "scalar-backup:databases": [{ name: "ledger", dynamodb: { existing: { namespaces: ["ledger"] } } }],
        "scalar-backup:pause": { ...pause, cluster: "osaka" },
      },
    });
    t.teardown(() => stack.close());
    const first = await stack.up();
    t.true(first.succeeded, errors(first));
    t.deepEqual(first.outputs.windows, []);

    cloud.clock.advance(10 * MINUTE);
    const end = cloud.clock.now();
    const record = (cluster: string) => {
      const found = cloud.kubernetes.store
        .list(CONFIG_MAPS, RELEASE.namespace)
        .find(({ metadata }) => metadata.name === "scalar-pause-windows");
      if (found === undefined) throw new Error("there is no record");
      const window = {
        cluster,
        pauseCompleted: formatInstant(end - 10_000, { millis: true }),
        unpauseStarted: formatInstant(end, { millis: true }),
        clockOffsetMillis: 0,
        releases: [{ ...RELEASE, product: "scalardb-cluster", pods: ["pod-0"] }],
      };
      cloud.kubernetes.store.update({ ...found, data: { [WINDOWS_KEY]: writeWindowRecord([window]) } });
    };
    record("osaka");
    cloud.clock.advance(10 * MINUTE);
    const osaka = await stack.up();
    t.is((osaka.outputs.windows as unknown[]).length, 1, errors(osaka));

    record("tokyo");
    stack.config["scalar-backup:pause"] = {
      ...pause,
      cluster: "tokyo",
      rendezvousSeconds: 60,
      otherClusters: [{ cluster: "osaka", releases: [RELEASE], stack: "organization/scalar-backup/rehearsal" }],
    };
    const tokyo = await stack.up();
    t.true(tokyo.succeeded, errors(tokyo));
    const { points, pauseProblems } = tokyo.outputs.restorePoints as unknown as RestorePoints;
    t.is(pauseProblems, undefined);
    t.deepEqual(
      points.map(({ restorable, covers }) => [restorable, covers.map(({ cluster }) => cluster)]),
      [[true, ["tokyo", "osaka"]]],
    );
    const again = await stack.preview();
    t.deepEqual(
      again.operations.filter(({ kind }) => kind !== "same" && kind !== "read").map(({ name }) => name),
      [],
      "a preview right after changes nothing",
    );
  });
}
