import test from "ava";
import { PROGRAM } from "../../rehearsal/engines";
import { WINDOWS_KEY } from "../../restore-points/window";
import { kindOf } from "../../simulator/cloud/kubernetes/cluster";
import { EmbeddedStack } from "../../simulator/engine/embedded";
import type { StackResult } from "../../simulator/engine/stack";
import { buildReadmeSet } from "./readme-set";
import { errors, REGION, recordWindow, rehearsed } from "./rehearsed";

/** docs/uninstall.md, as far as it is about stacks: what a `pulumi destroy` leaves, and how a later stack finds it. */
const CONFIG_MAPS = kindOf({ apiVersion: "v1", kind: "ConfigMap" });
const CRON_JOBS = kindOf({ apiVersion: "batch/v1", kind: "CronJob" });
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const config = {
  "scalar-backup:databases": [
    { name: "ledger", dynamodb: { existing: { namespaces: ["ledger"] }, restoreTo: { region: "ap-northeast-3" } } },
    { name: "customers", auroraPostgresql: { existing: { clusterIdentifier: "customers-prod" } } },
  ],
  "scalar-backup:pause": { schedule: "0 3 * * *", releases: [{ namespace: "scalar", name: "scalardb-cluster" }] },
};

test("a destroyed stack leaves databases, their recovery and the recorded windows, and a new stack lists them", async (t) => {
  t.timeout(300_000);
  const { cloud, stack, goingOnFrom, providers } = await rehearsed(t, config);
  await buildReadmeSet(cloud, REGION);
  cloud.clock.advance(2 * MINUTE);
  const deployed = await stack.up();
  t.true(deployed.succeeded, errors(deployed));
  // AWS Backup's first daily run hands its retention to the cluster.
  cloud.clock.advance(25 * HOUR);
  const at = recordWindow(cloud, "scalar", ["scalardb-cluster"]);
  cloud.clock.advance(20 * MINUTE);

  // The schedule is suspended first, so that no run is in the middle of a pause when it is deleted.
  const pause = config["scalar-backup:pause"];
  stack.config["scalar-backup:pause"] = { ...pause, suspend: true };
  const suspended = await stack.up();
  t.true(suspended.succeeded, errors(suspended));
  const cronJobs = () => cloud.kubernetes.store.list(CRON_JOBS, "scalar");
  const suspendOf = () =>
    cronJobs().map(({ metadata, spec }) => [metadata.name, (spec as { suspend: boolean }).suspend]);
  t.deepEqual(suspendOf(), [
    ["scalar-pause", true],
    ["scalar-pause-unpauser", false],
  ]);

  const cluster = () => {
    const { BackupRetentionPeriod, AwsBackupRecoveryPointArn } = cloud.aws.rds
      .region(REGION)
      .cluster("customers-prod")
      .describe();
    return { BackupRetentionPeriod, AwsBackupRecoveryPointArn };
  };
  const table = () => cloud.aws.dynamodb.region(REGION).table("ledger.accounts");
  const record = () =>
    cloud.kubernetes.store.find(CONFIG_MAPS, "scalar", "scalar-pause-windows")?.data as Record<string, string>;
  const before = { cluster: cluster(), windows: record()[WINDOWS_KEY] };

  t.regex(errors(await stack.destroy()), /scalar-vault-ap-northeast-1" cannot be deleted/, "the vault is protected");
  await stack.unprotect();
  const destroyed = await stack.destroy();
  t.true(destroyed.succeeded, errors(destroyed));
  t.deepEqual(stack.state, []);
  t.deepEqual(cronJobs(), []);
  t.deepEqual({ cluster: cluster(), windows: record()[WINDOWS_KEY] }, before);
  t.is(table().recoveryPeriodInDays, 35);

  // The vault has the stack's name, and was left to AWS: the stack cannot be made again under its name.
  const again = goingOnFrom([]);
  again.config["scalar-backup:pause"] = pause;
  const left =
    /^vault scalar-rehearsal in ap-northeast-1 exists already, with \d+ recovery points?, and this stack's state does not have it: another stack declares it, or .* If another stack declares it, use another name for this stack, .*Only if no stack declares it, .*delete them and the vault/;
  t.regex(errors(await again.preview()), left);
  const other = new EmbeddedStack({
    program: PROGRAM,
    providers,
    environment: () => cloud.environment(),
    config: stack.config,
    name: "again",
  });
  other.config["scalar-backup:pause"] = pause;
  const returned = await other.up();
  t.true(returned.succeeded, errors(returned));
  t.deepEqual(instantsOf(returned), [at]);
});

test("a set without RDS is destroyed at once, and the same stack finds its windows again", async (t) => {
  t.timeout(300_000);
  const [ledger] = config["scalar-backup:databases"];
  const { cloud, stack, goingOnFrom } = await rehearsed(t, { ...config, "scalar-backup:databases": [ledger] });
  await buildReadmeSet(cloud, REGION);
  cloud.clock.advance(2 * MINUTE);
  const deployed = await stack.up();
  t.true(deployed.succeeded, errors(deployed));
  cloud.clock.advance(HOUR);
  const at = recordWindow(cloud, "scalar", ["scalardb-cluster"]);
  cloud.clock.advance(20 * MINUTE);
  const destroyed = await stack.destroy();
  t.true(destroyed.succeeded, errors(destroyed));
  // A namespace that is deleted takes the record with it: a copy of it is put back before the next `up`.
  const windows = cloud.kubernetes.store.find(CONFIG_MAPS, "scalar", "scalar-pause-windows");
  t.truthy(windows);
  if (windows === undefined) return;
  cloud.kubernetes.store.delete(CONFIG_MAPS, "scalar", "scalar-pause-windows");
  const { metadata, ...saved } = windows;
  cloud.kubernetes.store.create({ ...saved, metadata: { name: metadata.name, namespace: "scalar" } });
  const returned = await goingOnFrom([]).up();
  t.true(returned.succeeded, errors(returned));
  t.deepEqual(instantsOf(returned), [at]);
});

function instantsOf({ outputs }: StackResult): string[] {
  // Cast: the output's type, which the program declares.
  const { points } = outputs.restorePoints as unknown as { points: { instant: string }[] };
  return points.map(({ instant }) => instant);
}
