import test from "ava";
import { AwsCloud } from "../../../../../simulator/cloud/aws/aws";
import { SimulatedClock } from "../../../../../simulator/cloud/clock";

const REGION = "ap-northeast-1";
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

function setUp(more: object = {}) {
  const clock = new SimulatedClock();
  const aws = new AwsCloud(clock, 1);
  const rds = aws.rds.region(REGION);
  rds.createDBCluster({
    DBClusterIdentifier: "customers",
    Engine: "aurora-postgresql",
    MasterUsername: "scalar",
    MasterUserPassword: "secret",
    BackupRetentionPeriod: 7,
    ...more,
  });
  return { clock, aws, rds, cluster: rds.cluster("customers") };
}

function addInstance(rds: ReturnType<typeof setUp>["rds"], name: string, more: object = {}) {
  return rds.createDBInstance({
    DBInstanceIdentifier: name,
    DBClusterIdentifier: "customers",
    Engine: "aurora-postgresql",
    DBInstanceClass: "db.r6g.large",
    ...more,
  });
}

test("a range begins with the cluster, reaches back as far as the retention, and ends five minutes ago", (t) => {
  const { clock, cluster } = setUp();
  const created = clock.now();
  clock.advance(DAY);
  t.true(Math.abs(cluster.restorableRange().earliest - created) < 1000);
  t.true(Math.abs(cluster.restorableRange().latest - (clock.now() - 5 * MINUTE)) < 1000);
  clock.advance(30 * DAY);
  t.true(Math.abs(cluster.restorableRange().earliest - (clock.now() - 7 * DAY)) < 1000);
});

test("a longer retention doesn't bring back what was dropped", (t) => {
  const { clock, rds, cluster } = setUp();
  clock.advance(30 * DAY);
  const dropped = clock.now() - 7 * DAY;
  rds.modifyDBCluster({ DBClusterIdentifier: "customers", BackupRetentionPeriod: 35 });
  t.true(Math.abs(cluster.restorableRange().earliest - dropped) < 1000);
});

for (const days of [0, 36])
  test(`a retention of ${days} days is refused`, (t) => {
    const { rds } = setUp();
    t.throws(() => rds.modifyDBCluster({ DBClusterIdentifier: "customers", BackupRetentionPeriod: days }), {
      name: "InvalidParameterValue",
    });
  });

test("a restore is a full copy of the rows as of its instant, without instances", (t) => {
  const { clock, rds, cluster } = setUp();
  addInstance(rds, "customers-1");
  cluster.put("accounts", "a", { balance: 1 });
  clock.advance(60 * MINUTE);
  const instant = new Date(clock.now());
  clock.advance(MINUTE);
  cluster.put("accounts", "a", { balance: 2 });
  cluster.put("orders", "o", {});
  clock.advance(60 * MINUTE);
  const described = rds.restoreDBClusterToPointInTime({
    DBClusterIdentifier: "copy",
    SourceDBClusterIdentifier: "customers",
    RestoreToTime: instant,
    RestoreType: "full-copy",
  });
  t.is(described.Status, "creating");
  const copy = rds.cluster("copy");
  t.deepEqual(Object.fromEntries(copy.rows("accounts")), { a: { balance: 1 } });
  t.is(copy.rows("orders").size, 0);
  t.is(copy.instances.length, 0);
  copy.put("accounts", "a", { balance: 3 });
  t.deepEqual(cluster.rows("accounts").get("a"), { balance: 2 });
});

test("a restore gets AWS's defaults for what isn't asked for, and the source's for the rest", (t) => {
  const { clock, rds } = setUp({
    StorageEncrypted: true,
    DeletionProtection: true,
    CopyTagsToSnapshot: true,
    Tags: [{ Key: "team", Value: "customers" }],
    EnableCloudwatchLogsExports: ["postgresql"],
    Port: 6432,
  });
  rds.createSecurityGroup("sg-app");
  rds.createSubnetGroup("private");
  clock.advance(DAY);
  rds.restoreDBClusterToPointInTime({
    DBClusterIdentifier: "copy",
    SourceDBClusterIdentifier: "customers",
    UseLatestRestorableTime: true,
  });
  const { settings, tags } = rds.cluster("copy");
  const source = rds.cluster("customers").settings;
  t.like(settings, {
    deletionProtection: false,
    copyTagsToSnapshot: false,
    logsExports: [],
    subnetGroup: "default",
    parameterGroup: "default.aurora-postgresql16",
    port: 6432,
    storageEncrypted: true,
    backupRetentionPeriod: 7,
    masterUsername: "scalar",
  });
  t.deepEqual(settings.securityGroups, source.securityGroups);
  t.deepEqual(tags, {});
});

test("a restore outside the range is refused", (t) => {
  const { clock, rds, cluster } = setUp();
  clock.advance(DAY);
  const restore =
    (at: number, type = "full-copy") =>
    () =>
      rds.restoreDBClusterToPointInTime({
        DBClusterIdentifier: `copy-${at}`,
        SourceDBClusterIdentifier: "customers",
        RestoreToTime: new Date(at),
        RestoreType: type,
      });
  const { earliest, latest } = cluster.restorableRange();
  t.throws(restore(earliest - 2000), { name: "InvalidRestoreFault" });
  t.throws(restore(latest + 5000), { name: "InvalidRestoreFault" });
  t.throws(restore(latest - 1000, "copy-on-write"), { name: "InvalidParameterCombination" });
  t.notThrows(restore(earliest));
  t.notThrows(restore(latest - 1000));
});

test("a restore needs one source that exists, and a free identifier", (t) => {
  const { clock, rds, cluster } = setUp();
  clock.advance(DAY);
  const restore = (input: object) => () =>
    rds.restoreDBClusterToPointInTime({ DBClusterIdentifier: "copy", UseLatestRestorableTime: true, ...input });
  t.throws(restore({}), { name: "InvalidParameterCombination" });
  t.throws(restore({ SourceDBClusterIdentifier: "other" }), { name: "DBClusterNotFoundFault" });
  t.throws(restore({ SourceDbClusterResourceId: "cluster-NONE" }), { name: "DBClusterAutomatedBackupNotFoundFault" });
  t.throws(restore({ SourceDBClusterIdentifier: "customers", DBClusterIdentifier: "customers" }), {
    name: "DBClusterAlreadyExistsFault",
  });
  t.throws(restore({ SourceDBClusterIdentifier: "customers", MonitoringInterval: 60 }), {
    name: "InvalidParameterCombination",
    message: /only when restoring from a source Aurora Limitless DB cluster/,
  });
  t.notThrows(restore({ SourceDbClusterResourceId: cluster.resourceId }));
});

test("retained backups restore a cluster that is gone, up to when it went; others are gone with it", (t) => {
  const { clock, rds, cluster } = setUp();
  cluster.put("accounts", "a", { balance: 1 });
  clock.advance(DAY);
  const gone = clock.now();
  rds.deleteDBCluster({
    DBClusterIdentifier: "customers",
    SkipFinalSnapshot: true,
    DeleteAutomatedBackups: false,
  });
  clock.advance(DAY);
  const restore = (at: number) => () =>
    rds.restoreDBClusterToPointInTime({
      DBClusterIdentifier: "copy",
      SourceDbClusterResourceId: cluster.resourceId,
      RestoreToTime: new Date(at),
    });
  t.throws(restore(gone + 60 * MINUTE), { name: "InvalidRestoreFault" });
  restore(gone - 10 * MINUTE)();
  t.is(rds.cluster("copy").rows("accounts").size, 1);

  const other = rds.cluster("copy");
  rds.deleteDBCluster({ DBClusterIdentifier: "copy", SkipFinalSnapshot: true, DeleteAutomatedBackups: true });
  t.deepEqual(
    rds.retainedBackups().map((backups) => backups.resourceId),
    [cluster.resourceId],
  );
  t.not(other.resourceId, cluster.resourceId);
});

test("a cluster goes only unprotected, without instances, and with a word on its final snapshot", (t) => {
  const { rds } = setUp({ DeletionProtection: true });
  addInstance(rds, "customers-1");
  const remove = (input: object) => () => rds.deleteDBCluster({ DBClusterIdentifier: "customers", ...input });
  t.throws(remove({ SkipFinalSnapshot: true }), { message: /disable deletion protection/ });
  rds.modifyDBCluster({ DBClusterIdentifier: "customers", DeletionProtection: false });
  t.throws(remove({ SkipFinalSnapshot: true }), { name: "InvalidDBClusterStateFault" });
  rds.deleteDBInstance({ DBInstanceIdentifier: "customers-1" });
  t.throws(remove({}), { message: /FinalDBSnapshotIdentifier is required/ });
  t.throws(remove({ SkipFinalSnapshot: true, FinalDBSnapshotIdentifier: "last" }), {
    name: "InvalidParameterCombination",
  });
  remove({ FinalDBSnapshotIdentifier: "last" })();
  t.deepEqual(
    rds.snapshots.all().map(({ identifier }) => identifier),
    ["last"],
  );
  t.throws(() => rds.cluster("customers"), { name: "DBClusterNotFoundFault" });
});

test("the first instance writes, and when it goes the lowest promotion tier takes over", (t) => {
  const { rds, cluster } = setUp();
  addInstance(rds, "customers-1", { PromotionTier: 1 });
  addInstance(rds, "customers-2", { PromotionTier: 9 });
  addInstance(rds, "customers-3", { PromotionTier: 2 });
  t.is(cluster.writer?.identifier, "customers-1");
  rds.deleteDBInstance({ DBInstanceIdentifier: "customers-1" });
  t.is(cluster.writer?.identifier, "customers-3");
  t.deepEqual(
    cluster.describe().DBClusterMembers?.map((member) => [member.DBInstanceIdentifier, member.IsClusterWriter]),
    [
      ["customers-3", true],
      ["customers-2", false],
    ],
  );
});

test("an instance fits its cluster", (t) => {
  const { rds } = setUp();
  t.throws(() => addInstance(rds, "x", { Engine: "aurora-mysql" }), { name: "InvalidParameterCombination" });
  t.throws(() => addInstance(rds, "x", { DBClusterIdentifier: "other" }), { name: "DBClusterNotFoundFault" });
  t.throws(() => addInstance(rds, "x", { DBInstanceClass: "large" }), { name: "InvalidParameterValue" });
  addInstance(rds, "x");
  t.throws(() => addInstance(rds, "x"), { name: "DBInstanceAlreadyExists" });
  t.throws(() => rds.modifyDBInstance({ DBInstanceIdentifier: "x", BackupRetentionPeriod: 3 }), {
    message: /is a member of a cluster/,
  });
});

test("groups, versions and credentials that don't exist are refused", (t) => {
  const { rds } = setUp();
  const create = (more: object) => () =>
    rds.createDBCluster({
      DBClusterIdentifier: "other",
      Engine: "aurora-postgresql",
      MasterUsername: "scalar",
      MasterUserPassword: "secret",
      ...more,
    });
  t.throws(create({ DBSubnetGroupName: "private" }), { name: "DBSubnetGroupNotFoundFault" });
  t.throws(create({ VpcSecurityGroupIds: ["sg-none"] }), { name: "InvalidParameterValue" });
  t.throws(create({ DBClusterParameterGroupName: "mine" }), { name: "DBClusterParameterGroupNotFound" });
  t.throws(create({ EngineVersion: "9.6" }), { name: "InvalidParameterCombination" });
  t.throws(create({ Engine: "postgres-aurora" }), { name: "InvalidParameterValue" });
  t.throws(create({ MasterUserPassword: undefined }), { name: "InvalidParameterValue" });
  t.throws(create({ DBClusterIdentifier: "a--b" }), { name: "InvalidParameterValue" });
});

test("no description contains the password", (t) => {
  const { cluster } = setUp();
  t.false(JSON.stringify(cluster.describe()).includes("secret"));
});
