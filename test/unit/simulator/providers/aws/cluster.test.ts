import test from "ava";
import type { PropertyMap } from "../../../../../simulator/providers/provider";
import { REGION, Refused, Scene } from "./deployed";

const CLUSTER = "aws:rds/cluster:Cluster";
const INSTANCE = "aws:rds/clusterInstance:ClusterInstance";
const HOUR = 60 * 60 * 1000;

const CUSTOMERS: PropertyMap = {
  clusterIdentifier: "customers",
  engine: "aurora-postgresql",
  engineVersion: "16",
  masterUsername: "scalar",
  masterPassword: "secret",
  databaseName: "customers",
  backupRetentionPeriod: 7,
  storageEncrypted: true,
  deleteAutomatedBackups: false,
  finalSnapshotIdentifier: "customers-last",
  tags: { team: "customers" },
};

async function setUp(more: PropertyMap = {}) {
  const scene = await Scene.start();
  const rds = scene.aws.rds.region(REGION);
  rds.createSecurityGroup("sg-app");
  rds.createClusterParameterGroup("mine");
  return { scene, rds, source: await scene.create(CLUSTER, { ...CUSTOMERS, ...more }) };
}

async function restored(more: PropertyMap = {}) {
  const { scene, rds } = await setUp();
  rds.cluster("customers").put("accounts", "a", { balance: 1 });
  scene.clock.advance(2 * HOUR);
  const inputs: PropertyMap = {
    clusterIdentifier: "copy",
    engine: "aurora-postgresql",
    backupRetentionPeriod: 14,
    preferredBackupWindow: "04:00-04:30",
    deletionProtection: true,
    copyTagsToSnapshot: true,
    skipFinalSnapshot: true,
    vpcSecurityGroupIds: ["sg-app"],
    dbClusterParameterGroupName: "mine",
    tags: { drill: "yes" },
    restoreToPointInTime: {
      sourceClusterIdentifier: "customers",
      restoreToTime: new Date(scene.clock.now() - HOUR).toISOString(),
      restoreType: "full-copy",
    },
    ...more,
  };
  return { scene, rds, inputs, copy: await scene.create(CLUSTER, inputs) };
}

const CHANGES: [what: string, inputs: PropertyMap, changes: object][] = [
  ["nothing", {}, {}],
  ["a tag", { tags: { team: "other" } }, { "tags.team": "update" }],
  ["the retention", { backupRetentionPeriod: 35 }, { backupRetentionPeriod: "update" }],
  ["the retention left out, as it is computed", { backupRetentionPeriod: null }, {}],
  ["deletion protection", { deletionProtection: true }, { deletionProtection: "update" }],
  ["another database name", { databaseName: "other" }, { databaseName: "update-replace" }],
  ["another user", { masterUsername: "other" }, { masterUsername: "update-replace" }],
  ["another password", { masterPassword: "other" }, { masterPassword: "update" }],
  ["no encryption", { storageEncrypted: false }, { storageEncrypted: "update-replace" }],
  ["the whole version", { engineVersion: "16.9" }, { engineVersion: "update" }],
  ["another engine", { engine: "aurora-mysql", engineVersion: null }, { engine: "update-replace" }],
  [
    "automated backups deleted, as is the default",
    { deleteAutomatedBackups: null },
    { deleteAutomatedBackups: "update" },
  ],
  ["a parameter group", { dbClusterParameterGroupName: "mine" }, { dbClusterParameterGroupName: "update" }],
  ["security groups", { vpcSecurityGroupIds: ["sg-app"] }, { "vpcSecurityGroupIds[0]": "update" }],
  ["log exports", { enabledCloudwatchLogsExports: ["postgresql"] }, { "enabledCloudwatchLogsExports[0]": "add" }],
  [
    "fewer zones than Aurora takes",
    { availabilityZones: ["ap-northeast-1a"] },
    { "availabilityZones[1]": "delete-replace", "availabilityZones[2]": "delete-replace" },
  ],
  [
    "a restore",
    { restoreToPointInTime: { sourceClusterIdentifier: "x", useLatestRestorableTime: true } },
    { restoreToPointInTime: "add-replace" },
  ],
];
for (const [what, inputs, changes] of CHANGES)
  test(`a cluster with ${what} changes ${Object.keys(changes).join(", ") || "nothing"}`, async (t) => {
    const { source } = await setUp();
    t.deepEqual(await source.diff({ ...CUSTOMERS, ...inputs }), changes);
  });

test("every change in place is made, and then there is none left", async (t) => {
  for (const [what, inputs, changes] of CHANGES) {
    const kinds = Object.values(changes);
    if (kinds.length === 0 || kinds.some((kind) => kind.endsWith("-replace"))) continue;
    const { source } = await setUp();
    const wanted = { ...CUSTOMERS, ...inputs };
    await source.update(wanted);
    t.deepEqual(await source.diff(wanted), {}, what);
    await source.refresh();
    t.deepEqual(await source.diff(wanted), {}, `${what}, refreshed`);
  }
});

test("a restored cluster has its rows and all its settings, and needs nothing more", async (t) => {
  const { rds, copy, inputs } = await restored();
  t.deepEqual(rds.cluster("copy").rows("accounts").get("a"), { balance: 1 });
  t.like(rds.cluster("copy").settings, {
    backupRetentionPeriod: 14,
    preferredBackupWindow: "04:00-04:30",
    deletionProtection: true,
    copyTagsToSnapshot: true,
    securityGroups: ["sg-app"],
    parameterGroup: "mine",
    masterUsername: "scalar",
  });
  t.deepEqual(copy.outputs.tags, { drill: "yes" });
  t.is(copy.simulatedMillis, HOUR / 2);
  t.deepEqual(await copy.diff(inputs), {});
});

test("another instant, or no restore any more, replaces; ignored it is no change", async (t) => {
  const { copy, inputs } = await restored();
  const { restoreToPointInTime, ...rest } = inputs;
  const other = { ...(restoreToPointInTime as PropertyMap), restoreToTime: "2026-01-01T00:00:00Z" };
  t.deepEqual(await copy.diff({ ...inputs, restoreToPointInTime: other }), {
    "restoreToPointInTime.restoreToTime": "update-replace",
  });
  t.deepEqual(await copy.diff(rest), { restoreToPointInTime: "delete-replace" });
  t.deepEqual(await copy.diff(rest, ["restoreToPointInTime"]), {});
  await copy.refresh();
  t.deepEqual(await copy.diff(inputs), {}, "a refresh doesn't forget where it came from");
});

test("a restored cluster with monitoring of its own is refused by AWS", async (t) => {
  await t.throwsAsync(restored({ monitoringInterval: 60 }), { message: /InvalidParameterCombination/ });
});

test("a cluster takes its instances, the first of them writes", async (t) => {
  const { scene, source } = await setUp();
  const inputs: PropertyMap = {
    clusterIdentifier: "customers",
    engine: "aurora-postgresql",
    instanceClass: "db.r6g.large",
    identifier: "customers-1",
    tags: { team: "customers" },
  };
  const writer = await scene.create(INSTANCE, inputs, "writer");
  const reader = await scene.create(INSTANCE, { ...inputs, identifier: null, promotionTier: 2 }, "reader");
  t.deepEqual([writer.outputs.writer, reader.outputs.writer], [true, false]);
  t.regex(reader.id, /^tf-/);
  t.deepEqual(await writer.diff(inputs), {});
  t.deepEqual(await writer.diff({ ...inputs, instanceClass: "db.r6g.xlarge" }), { instanceClass: "update" });
  t.deepEqual(await writer.diff({ ...inputs, clusterIdentifier: "other" }), { clusterIdentifier: "update-replace" });
  await writer.update({ ...inputs, instanceClass: "db.r6g.xlarge", promotionTier: 1 });
  t.is(writer.outputs.instanceClass, "db.r6g.xlarge");
  await source.refresh();
  t.deepEqual(source.outputs.clusterMembers, ["customers-1", reader.id]);
  await t.throwsAsync(source.delete(), { message: /still contains DB instances/ });
  await reader.delete();
  await writer.delete();
  await source.delete();
});

test("a cluster that is deleted leaves what its inputs say", async (t) => {
  const { scene, rds, source } = await setUp();
  await source.delete();
  t.deepEqual(
    rds.snapshots.all().map(({ identifier }) => identifier),
    ["customers-last"],
  );
  t.is(rds.retainedBackups().length, 1);

  const bare = await scene.create(CLUSTER, {
    ...CUSTOMERS,
    finalSnapshotIdentifier: null,
    deleteAutomatedBackups: null,
  });
  await t.throwsAsync(bare.delete(), { message: /final_snapshot_identifier is required/ });
  await bare.update({ ...CUSTOMERS, skipFinalSnapshot: true, deleteAutomatedBackups: null });
  await bare.delete();
  t.is(rds.retainedBackups().length, 1, "by default automated backups go with the cluster");
});

test("drift of the retention is seen on refresh", async (t) => {
  const { rds, source } = await setUp();
  rds.modifyDBCluster({ DBClusterIdentifier: "customers", BackupRetentionPeriod: 1 });
  await source.refresh();
  t.deepEqual(await source.diff(CUSTOMERS), { backupRetentionPeriod: "update" });
  t.is(source.outputs.masterPassword, "secret", "what AWS never returns remains");
});

const REFUSED: [what: string, inputs: PropertyMap, property: string][] = [
  ["no engine", { engine: null }, "engine"],
  ["an engine that isn't simulated", { engine: "neptune" }, "engine"],
  ["36 days", { backupRetentionPeriod: 36 }, "backupRetentionPeriod"],
  ["a misspelt input", { backupRetention: 7 }, "backupRetention"],
  [
    "a restore of two sources",
    {
      restoreToPointInTime: {
        sourceClusterIdentifier: "a",
        sourceClusterResourceId: "b",
        useLatestRestorableTime: true,
      },
    },
    "restoreToPointInTime",
  ],
  ["a restore to no instant", { restoreToPointInTime: { sourceClusterIdentifier: "a" } }, "restoreToPointInTime"],
  [
    "a restore to an instant without zone",
    { restoreToPointInTime: { sourceClusterIdentifier: "a", restoreToTime: "2026-11-22 03:00" } },
    "restoreToPointInTime.restoreToTime",
  ],
  ["capital letters", { clusterIdentifier: "Customers" }, "clusterIdentifier"],
  ["two kinds of password", { manageMasterUserPassword: true }, "masterPassword"],
];
for (const [what, inputs, property] of REFUSED)
  test(`${what} is refused, by its property`, async (t) => {
    const { scene } = await setUp();
    const refused = await t.throwsAsync<Refused>(scene.create(CLUSTER, { ...CUSTOMERS, ...inputs }), {
      instanceOf: Refused,
    });
    t.true(refused?.properties.includes(property), refused?.message);
  });

test("a Multi-AZ DB cluster can't be restored by the provider, which sends no class", async (t) => {
  const { scene, rds } = await setUp();
  const trio: PropertyMap = {
    clusterIdentifier: "trio",
    engine: "mysql",
    dbClusterInstanceClass: "db.m6gd.large",
    allocatedStorage: 100,
    storageType: "io1",
    iops: 1000,
    masterUsername: "scalar",
    masterPassword: "secret",
    skipFinalSnapshot: true,
  };
  await scene.create(CLUSTER, trio, "trio");
  const { arn } = rds.snapshots.take(rds.cluster("trio"), {
    identifier: "kept",
    type: "manual",
    at: scene.clock.now(),
    tags: {},
  });
  scene.clock.advance(2 * HOUR);
  const { masterUsername: _, masterPassword: __, storageType: ___, ...copy } = trio;
  const at = new Date(scene.clock.now() - HOUR).toISOString();
  await t.throwsAsync(
    scene.create(CLUSTER, {
      ...copy,
      clusterIdentifier: "restored",
      restoreToPointInTime: { sourceClusterIdentifier: "trio", restoreToTime: at, restoreType: "full-copy" },
    }),
    { message: /DBClusterInstanceClass is required to restore a Multi-AZ DB cluster/ },
  );
  await t.throwsAsync(scene.create(CLUSTER, { ...copy, clusterIdentifier: "restored", snapshotIdentifier: arn }), {
    message: /EngineMode is not valid for a Multi-AZ DB cluster: provisioned/,
  });
});
