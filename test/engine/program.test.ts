import test from "ava";
import { buildAurora } from "../../rehearsal/sets/aurora";
import { buildDynamodb, TABLES } from "../../rehearsal/sets/dynamodb";
import type { SimulatedCloud } from "../../simulator/cloud/cloud";
import { kindOf } from "../../simulator/cloud/kubernetes/kinds";
import { findPulumi, HOW_TO_GET_PULUMI } from "../../simulator/engine/pulumi-cli";
import { secret } from "../../simulator/engine/stack";
import { changes, changesMade, errors, REGION, recordWindow } from "../programs/rehearsed";
import { BothEngines, failNextCreation } from "./both-engines";

/** The whole program on both engines: one stack's life, in tests that follow each other. */
const onEngines = findPulumi() ? test.serial : test.serial.skip;
const ELSEWHERE = "ap-northeast-3";
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const CONFIG_MAPS = kindOf({ apiVersion: "v1", kind: "ConfigMap" });
const ACCESS_KEY = "a-secret-that-must-not-be-read";

const config = {
  "aws:region": REGION,
  "aws:accessKey": "rehearsal",
  "aws:secretKey": secret(ACCESS_KEY),
  "scalar-backup:databases": [
    { name: "ledger", dynamodb: { existing: { namespaces: ["ledger"] }, restoreTo: { region: ELSEWHERE } } },
    { name: "customers", auroraPostgresql: { existing: { clusterIdentifier: "customers-prod" } } },
  ],
  "scalar-backup:pause": { schedule: "0 3 * * *", releases: [{ namespace: "scalar", name: "scalardb-cluster" }] },
  "scalar-backup:tags": { service: "payments" },
};

async function build(cloud: SimulatedCloud): Promise<void> {
  buildDynamodb(cloud, REGION);
  buildAurora(cloud, REGION, "customers-prod");
  cloud.kubernetes.createNamespace("scalar");
}

if (!findPulumi())
  test.skip(`the program is not run on the real engine, for there is no Pulumi CLI: ${HOW_TO_GET_PULUMI}`, () => {});

onEngines("a stack's life: protected, drifted, drilled, interrupted, recovered, destroyed", async (t) => {
  t.timeout(10 * MINUTE);
  const both = await BothEngines.start(t, config, build);
  const unchanged = async (when: string) => t.deepEqual(changes(await both.run(t, "preview")), [], when);
  const copiesOf = (cloud: SimulatedCloud) => [
    ...cloud.aws.dynamodb.region(ELSEWHERE).tableNames(),
    ...cloud.aws.rds
      .region(REGION)
      .clusters()
      .map(({ identifier }) => identifier)
      .filter((identifier) => identifier !== "customers-prod"),
  ];

  await both.run(t, "up");
  await unchanged("a preview right after the first up");
  t.false((await both.real.stack.stateFile()).includes(ACCESS_KEY), "the state holds a secret in plain text");

  // Drift that a refresh finds, and drift that a look-up finds.
  for (const cloud of both.clouds) {
    const backup = cloud.aws.backup.region(REGION);
    const plan = backup.findPlan(backup.selections()[0]?.planId as string);
    if (plan === undefined) throw new Error("there is no backup plan");
    backup.updateBackupPlan(
      plan.id,
      plan.rules.map((rule) => ({ ...rule, startWindowMinutes: 120 })),
    );
    cloud.aws.dynamodb.region(REGION).updateContinuousBackups({
      TableName: "ledger.accounts",
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false },
    });
  }
  const found = await both.run(t, "refresh");
  t.deepEqual(
    found.operations.filter(({ changed }) => changed.length > 0).map(({ name, changed }) => [name, changed]),
    [["customers-plan", ["rules[0]"]]],
  );
  t.deepEqual(changes(await both.run(t, "up")), ["update Command ledger-protection", "update Plan customers-plan"]);
  for (const cloud of both.clouds) {
    t.is(cloud.aws.dynamodb.region(REGION).table("ledger.accounts").recoveryPeriodInDays, 35);
  }
  await unchanged("a preview after drift was repaired");

  // A drill whose cloud fails in the middle, and the up that goes on from there.
  both.advance(DAY);
  const older = windowIn(both);
  both.advance(60 * MINUTE);
  const newer = windowIn(both);
  both.advance(20 * MINUTE);
  both.configure({ "scalar-backup:restore": { at: newer } });
  for (const { providers } of [both.real, both.embedded])
    failNextCreation(providers, "aws:rds/cluster:Cluster", "InsufficientDBClusterCapacityFault: try again");
  const interrupted = await both.runBoth("up");
  const continued = await both.runBoth("up");
  const [real, embedded] = (["real", "embedded"] as const).map((engine) => {
    t.false(interrupted[engine].succeeded);
    t.regex(errors(interrupted[engine]), /InsufficientDBClusterCapacityFault/);
    t.true(continued[engine].succeeded, errors(continued[engine]));
    return [...changesMade(interrupted[engine]), ...changes(continued[engine])].sort();
  });
  t.deepEqual(embedded, real, "the engines have not come to the same by two runs");
  t.deepEqual([...new Set(real)], real, "something was made twice");
  t.true(
    real?.every((change) => change.startsWith("create ")),
    real?.join("\n"),
  );
  t.true(real?.some((change) => change.startsWith("create Cluster customers-copy")));
  await unchanged("a preview right after a drill");

  // An up that finds copies without tags waits for the windows, and records that: how far the interrupted up came depends on the
  // engine. The next one records the same in both.
  const again = changes(await both.run(t, "up"));
  t.deepEqual(again, [], "an up right after a drill changes something");

  // Another instant; then none.
  both.configure({ "scalar-backup:restore": { at: older } });
  const moved = changes(await both.run(t, "up"));
  t.true(moved.includes("replace Table ledger-copy-ledger.accounts"), moved.join("\n"));
  await unchanged("a preview right after another instant");
  both.configure({ "scalar-backup:restore": undefined });
  const cleaned = changes(await both.run(t, "up"));
  t.deepEqual(
    cleaned.filter((change) => !change.startsWith("delete ")),
    [],
  );
  for (const cloud of both.clouds) t.deepEqual(copiesOf(cloud), []);

  // A recovery's copies stay when the restore leaves the configuration.
  both.configure({ "scalar-backup:restore": { at: newer, mode: "recovery" } });
  await both.run(t, "up");
  await unchanged("a preview right after a recovery");
  const recovered = both.clouds.map(copiesOf);
  t.deepEqual(recovered[0], recovered[1]);
  t.true((recovered[0] as string[]).includes("ledger.accounts"));
  both.configure({ "scalar-backup:restore": undefined });
  await both.run(t, "up");
  t.deepEqual(both.clouds.map(copiesOf), recovered);
  t.false((await both.real.stack.stateFile()).includes(ACCESS_KEY), "the state holds a secret in plain text");
});

onEngines("a stack with a drill is destroyed: copies go, databases and recorded windows stay", async (t) => {
  t.timeout(5 * MINUTE);
  const databases = [{ name: "ledger", dynamodb: { existing: { namespaces: ["ledger"] } } }];
  const both = await BothEngines.start(t, { ...config, "scalar-backup:databases": databases }, build);
  await both.run(t, "up");
  both.advance(60 * MINUTE);
  both.configure({ "scalar-backup:restore": { at: windowIn(both) } });
  both.advance(20 * MINUTE);
  await both.run(t, "up");
  const tablesOf = (cloud: SimulatedCloud) => cloud.aws.dynamodb.region(REGION).tableNames();
  t.deepEqual(
    both.clouds.map(tablesOf).map(({ length }) => length),
    // A copy of each table, and the coordinator's late copy.
    [9, 9],
  );
  await both.run(t, "destroy");
  for (const cloud of both.clouds) {
    t.deepEqual(tablesOf(cloud), [...TABLES].sort());
    t.deepEqual(
      cloud.kubernetes.store.list(CONFIG_MAPS, "scalar").map(({ metadata }) => metadata.name),
      ["scalar-pause-windows"],
    );
  }
});

/** The same window in both records, long enough ago for both; answers its middle. */
function windowIn({ clouds }: BothEngines): string {
  const end = Math.floor(Math.min(...clouds.map(({ clock }) => clock.now())) / 1000) * 1000;
  const [at] = clouds.map((cloud) => recordWindow(cloud, "scalar", ["scalardb-cluster"], 20, end));
  return at as string;
}
