import test from "ava";
import { AwsCloud } from "../../../../../simulator/cloud/aws/aws";
import type { Instance } from "../../../../../simulator/cloud/aws/rds-instance";
import { SimulatedClock } from "../../../../../simulator/cloud/clock";

const REGION = "ap-northeast-1";
const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;

function setUp(more: object = {}) {
  const clock = new SimulatedClock();
  const rds = new AwsCloud(clock, 1).rds.region(REGION);
  rds.createDBInstance({
    DBInstanceIdentifier: "customers",
    Engine: "mysql",
    DBInstanceClass: "db.m7g.large",
    MasterUsername: "scalar",
    MasterUserPassword: "secret",
    AllocatedStorage: 100,
    BackupRetentionPeriod: 7,
    ...more,
  });
  return { clock, rds, source: rds.instances.instance("customers") };
}

function restore({ clock, rds }: Pick<ReturnType<typeof setUp>, "clock" | "rds">, more: object = {}): Instance {
  rds.instances.restoreToPointInTime({
    SourceDBInstanceIdentifier: "customers",
    TargetDBInstanceIdentifier: "copy",
    RestoreTime: new Date(clock.now() - HOUR),
    ...more,
  });
  return rds.instances.instance("copy");
}

test("a restore is a copy of the rows as of its instant", (t) => {
  const { clock, rds, source } = setUp();
  source.put("accounts", "a", { balance: 1 });
  clock.advance(2 * HOUR);
  source.put("accounts", "a", { balance: 2 });
  t.deepEqual(restore({ clock, rds }).rows("accounts").get("a"), { balance: 1 });
});

test("what a restore isn't asked for gets AWS's defaults, but for what is the source's alone", (t) => {
  const { clock, rds } = setUp({
    MultiAZ: true,
    StorageEncrypted: true,
    DeletionProtection: true,
    PreferredBackupWindow: "02:00-02:30",
    EnablePerformanceInsights: true,
    MonitoringInterval: 30,
    MonitoringRoleArn: "arn:aws:iam::123456789012:role/monitoring",
    Tags: [{ Key: "team", Value: "customers" }],
  });
  clock.advance(2 * HOUR);
  const { settings, tags } = restore({ clock, rds });
  t.like(settings, {
    multiAz: false,
    deletionProtection: false,
    performanceInsights: false,
    monitoringInterval: 0,
    storageEncrypted: true,
    masterUsername: "scalar",
    backupRetentionPeriod: 7,
  });
  t.not(settings.backupWindow, "02:00-02:30");
  t.deepEqual(tags, {});
});

const OUTSIDE: [what: string, millis: number][] = [
  ["before the instance was", 3 * HOUR],
  ["that lags behind", 60_000],
  ["in the future", -HOUR],
];
for (const [what, ago] of OUTSIDE)
  test(`an instant ${what} is refused`, (t) => {
    const { clock, rds } = setUp();
    clock.advance(2 * HOUR);
    t.throws(() => restore({ clock, rds }, { RestoreTime: new Date(clock.now() - ago) }), {
      name: "InvalidRestoreFault",
    });
  });

test("without automated backups nothing is restored; switched on, the range begins then", (t) => {
  const { clock, rds, source } = setUp({ BackupRetentionPeriod: 0 });
  clock.advance(DAY);
  t.is(source.restorableRange(), undefined);
  t.throws(() => restore({ clock, rds }), { name: "PointInTimeRestoreNotEnabled" });
  rds.modifyDBInstance({ DBInstanceIdentifier: "customers", BackupRetentionPeriod: 7, ApplyImmediately: true });
  t.true(Math.abs((source.restorableRange()?.earliest ?? 0) - clock.now()) < 1000);
});

test("the database's name is refused, but for Oracle, and a taken identifier is", (t) => {
  const { clock, rds } = setUp();
  clock.advance(2 * HOUR);
  t.throws(() => restore({ clock, rds }, { DBName: "customers" }), {
    name: "InvalidParameterValue",
    message: "DBName must be null when Restoring for this Engine.",
  });
  t.throws(() => restore({ clock, rds }, { TargetDBInstanceIdentifier: "customers" }), {
    name: "DBInstanceAlreadyExists",
  });
});

test("default option groups are named after the engine and its major version", (t) => {
  const groupOf = (Engine: string, more: object = {}) => setUp({ Engine, ...more }).source.settings.optionGroup;
  t.is(groupOf("mysql"), "default:mysql-8-0");
  t.is(groupOf("postgres"), "default:postgres-17");
  t.is(groupOf("oracle-se2"), "default:oracle-se2-19");
  t.is(groupOf("sqlserver-se"), "default:sqlserver-se-16-00");
  t.is(groupOf("mysql", { OptionGroupName: "default:mysql-8-0" }), "default:mysql-8-0");
  t.throws(() => groupOf("mysql", { OptionGroupName: "default:mysql8-0" }), { name: "OptionGroupNotFoundFault" });
});

test("an option group can't be left by what its permanent options are in", (t) => {
  const clock = new SimulatedClock();
  const rds = new AwsCloud(clock, 1).rds.region(REGION);
  rds.createOptionGroup("encrypted", "oracle-ee", ["TDE"]);
  rds.createDBInstance({
    DBInstanceIdentifier: "customers",
    Engine: "oracle-ee",
    DBInstanceClass: "db.m7g.large",
    MasterUsername: "scalar",
    MasterUserPassword: "secret",
    AllocatedStorage: 100,
    OptionGroupName: "encrypted",
  });
  clock.advance(2 * HOUR);
  t.throws(() => restore({ clock, rds }), { message: /permanent option TDE/ });
  t.is(restore({ clock, rds }, { OptionGroupName: "encrypted", DBName: "COPY" }).settings.databaseName, "COPY");
});

test("licence models are the engine's, and SQL Server has no first database", (t) => {
  t.throws(() => setUp({ LicenseModel: "license-included" }), { name: "InvalidParameterCombination" });
  t.throws(() => setUp({ Engine: "sqlserver-se", DBName: "customers" }), { message: /DBName must be null/ });
});

test("automated backups outlive the instance if they are to, and can be restored", (t) => {
  const { clock, rds, source } = setUp();
  source.put("accounts", "a", { balance: 1 });
  clock.advance(2 * HOUR);
  const instant = new Date(clock.now() - HOUR);
  rds.deleteDBInstance({
    DBInstanceIdentifier: "customers",
    SkipFinalSnapshot: true,
    DeleteAutomatedBackups: false,
  });
  t.deepEqual(
    rds.instances.automatedBackups().map(({ status, instance }) => [status, instance.identifier]),
    [["retained", "customers"]],
  );
  rds.instances.restoreToPointInTime({
    SourceDbiResourceId: source.resourceId,
    TargetDBInstanceIdentifier: "copy",
    RestoreTime: instant,
  });
  t.deepEqual(rds.instances.instance("copy").rows("accounts").get("a"), { balance: 1 });
});

test("deletion protection and a missing final snapshot refuse a delete", (t) => {
  const { rds } = setUp({ DeletionProtection: true });
  const remove = (more: object) => () => rds.deleteDBInstance({ DBInstanceIdentifier: "customers", ...more });
  t.throws(remove({ SkipFinalSnapshot: true }), { message: /Cannot delete protected DB Instance/ });
  rds.modifyDBInstance({ DBInstanceIdentifier: "customers", DeletionProtection: false });
  t.throws(remove({}), { message: /FinalDBSnapshotIdentifier is required/ });
  remove({ FinalDBSnapshotIdentifier: "last" })();
  t.deepEqual(
    rds.snapshots.all().map(({ identifier }) => identifier),
    ["last"],
  );
  t.is(rds.instances.find("customers"), undefined);
});

test("some changes wait for the maintenance window, unless they are to be immediate", (t) => {
  const { rds, source } = setUp();
  rds.modifyDBInstance({ DBInstanceIdentifier: "customers", DBInstanceClass: "db.m7g.2xlarge" });
  t.is(source.settings.class, "db.m7g.large");
  t.is(source.pending.class, "db.m7g.2xlarge");
  rds.modifyDBInstance({
    DBInstanceIdentifier: "customers",
    DBInstanceClass: "db.m7g.2xlarge",
    ApplyImmediately: true,
  });
  t.is(source.settings.class, "db.m7g.2xlarge");
});

test("a Multi-AZ DB cluster has three instances that come and go with it", (t) => {
  const clock = new SimulatedClock();
  const rds = new AwsCloud(clock, 1).rds.region(REGION);
  const cluster = {
    DBClusterIdentifier: "orders",
    Engine: "postgres",
    MasterUsername: "scalar",
    MasterUserPassword: "secret",
    DBClusterInstanceClass: "db.m6gd.large",
    AllocatedStorage: 100,
    Iops: 1000,
  };
  t.throws(() => rds.createDBCluster({ ...cluster, Iops: undefined }), { message: /Iops/ });
  rds.createDBCluster(cluster);
  t.is(rds.cluster("orders").instances.length, 3);
  t.throws(
    () =>
      rds.createDBInstance({
        DBInstanceIdentifier: "more",
        DBClusterIdentifier: "orders",
        Engine: "postgres",
        DBInstanceClass: "db.m6gd.large",
      }),
    { message: /Multi-AZ DB cluster/ },
  );
  clock.advance(2 * HOUR);
  const copy = {
    SourceDBClusterIdentifier: "orders",
    DBClusterIdentifier: "copy",
    RestoreToTime: new Date(clock.now() - HOUR),
  };
  t.throws(() => rds.restoreDBClusterToPointInTime(copy), { message: /DBClusterInstanceClass is required/ });
  const built = { ...copy, DBClusterInstanceClass: "db.m6gd.large" };
  t.throws(() => rds.restoreDBClusterToPointInTime({ ...built, StorageType: "io1" }), { message: /Iops/ });
  t.throws(() => rds.restoreDBClusterToPointInTime({ ...built, NetworkType: "IPV4" }), { message: /NetworkType/ });
  rds.restoreDBClusterToPointInTime(built);
  t.throws(() => rds.modifyDBCluster({ DBClusterIdentifier: "copy", Port: 5433 }), { message: /port/ });
  t.is(rds.cluster("copy").describe().DBClusterInstanceClass, "db.m6gd.large");
  rds.deleteDBCluster({ DBClusterIdentifier: "copy", SkipFinalSnapshot: true });
  t.deepEqual(
    rds.clusters().map(({ identifier }) => identifier),
    ["orders"],
  );
});
