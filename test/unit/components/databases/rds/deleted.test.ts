import { setMockOptions } from "@pulumi/pulumi/runtime/settings";
import test, { type ExecutionContext } from "ava";
import { findAuroraCluster, findInstance, findMultiAzCluster } from "../../../../../components/databases/rds/deleted";
import { AwsCloud } from "../../../../../simulator/cloud/aws/aws";
import { serveAws } from "../../../../../simulator/cloud/aws/wire/server";
import { SimulatedClock } from "../../../../../simulator/cloud/clock";

const REGION = "ap-northeast-1";
const ACCESS = { accessKey: "test", secretKey: "test" };
const PATH = "databases[].rdsMysql.existing";
const AURORA_PATH = "databases[].auroraMysql.existing";
const DELETED = { existing: { deleted: true }, restoreTo: { instanceClass: "db.m7g.large" } };

/** A region with an instance, an Aurora cluster and a Multi-AZ DB cluster. */
async function region(t: ExecutionContext) {
  const clock = new SimulatedClock();
  const aws = new AwsCloud(clock, 1);
  const endpoint = await serveAws(aws);
  process.env.AWS_ENDPOINT_URL = endpoint.url;
  // As in a deployment: a copy that takes a name is identified by its stack.
  setMockOptions(undefined, "scalar-backup", "test", false, "organization");
  t.teardown(() => endpoint.close());
  const rds = aws.rds.region(REGION);
  const login = { MasterUsername: "scalar", MasterUserPassword: "not-a-real-password", Engine: "mysql" };
  const storage = { AllocatedStorage: 100, Iops: 1000, StorageType: "io1", BackupRetentionPeriod: 7 };
  rds.createDBInstance({ ...login, ...storage, DBInstanceIdentifier: "one", DBInstanceClass: "db.m7g.large" });
  rds.createDBCluster({ ...login, DBClusterIdentifier: "two", Engine: "aurora-mysql", BackupRetentionPeriod: 7 });
  rds.createDBCluster({ ...login, ...storage, DBClusterIdentifier: "three", DBClusterInstanceClass: "db.m6gd.large" });
  const remove = (DeleteAutomatedBackups: boolean) => {
    rds.deleteDBInstance({ DBInstanceIdentifier: "one", SkipFinalSnapshot: true, DeleteAutomatedBackups });
    for (const DBClusterIdentifier of ["two", "three"])
      rds.deleteDBCluster({ DBClusterIdentifier, SkipFinalSnapshot: true, DeleteAutomatedBackups });
  };
  return { clock, rds, remove };
}

const instance = (args: object) => findInstance(REGION, "one", args, PATH, ACCESS);
const aurora = (args: object) => findAuroraCluster(REGION, "two", args, AURORA_PATH, ACCESS);
const multiAz = (args: object) => findMultiAzCluster(REGION, "three", args, ACCESS);
const message = async (t: ExecutionContext, found: Promise<unknown>) => (await t.throwsAsync(found))?.message ?? "";

test.serial("finds an existing instance as it is, except for what the configuration says of its copy", async (t) => {
  await region(t);
  const to = { securityGroupIds: ["sg-0aa"], subnetGroupName: "isolated", parameterGroupName: "tuned" };
  t.like((await instance({ restoreTo: to }))?.instance, {
    DBInstanceClass: "db.m7g.large",
    VpcSecurityGroups: [{ VpcSecurityGroupId: "sg-0aa" }],
    DBSubnetGroup: { DBSubnetGroupName: "isolated" },
    DBParameterGroups: [{ DBParameterGroupName: "tuned" }],
  });
  for (const found of [await aurora({ restoreTo: to }), await multiAz({ restoreTo: to })])
    t.like(found?.cluster, {
      VpcSecurityGroups: [{ VpcSecurityGroupId: "sg-0aa" }],
      DBSubnetGroup: "isolated",
      DBClusterParameterGroup: "tuned",
    });
});

test.serial("refuses an existing database that is configured as deleted", async (t) => {
  await region(t);
  t.is(
    await message(t, instance(DELETED)),
    `instance one in ${REGION} is there, and available; remove "deleted: true" from ${PATH}`,
  );
  t.is(
    await message(t, aurora(DELETED)),
    `cluster two in ${REGION} is there, and available; remove "deleted: true" from ${AURORA_PATH}`,
  );
});

test.serial(
  "a deleted database with retained backups is reported with its range and the fix, or found from them",
  async (t) => {
    const { remove } = await region(t);
    remove(false);
    t.regex(
      await message(t, instance({})),
      /^there is no RDS instance one in ap-northeast-1 any more, but AWS retains its automated backups, from 2\S+Z to 2\S+Z; to restore from them say databases\[\]\.rdsMysql\.existing: \{ instanceIdentifier: one, deleted: true \}, and restoreTo\.instanceClass$/,
    );
    t.regex(await message(t, aurora({})), /no Aurora cluster two .* \{ clusterIdentifier: two, deleted: true \}/);
    const one = await instance(DELETED);
    t.true(one?.deleted);
    t.like(one?.instance, {
      DBInstanceClass: "db.m7g.large",
      Engine: "mysql",
      StorageType: "io1",
      Iops: 1000,
      BackupRetentionPeriod: 7,
    });
    t.truthy(one?.backups?.RestoreWindow?.LatestTime);
    const two = await aurora(DELETED);
    t.true(two?.deleted);
    t.like(two?.cluster, { Engine: "aurora-mysql", BackupRetentionPeriod: 7 });
    t.truthy(two?.cluster.LatestRestorableTime);
    t.is(await multiAz({}), undefined, "backups of a deleted Multi-AZ DB cluster are of no use");
  },
);

test.serial(
  "a deleted database without backups is reported; one that is not known to be deleted does not exist",
  async (t) => {
    const { remove } = await region(t);
    remove(true);
    t.is(await instance({}), undefined);
    t.is(await aurora({}), undefined);
    t.is(await multiAz({}), undefined);
    t.regex(
      await message(t, instance(DELETED)),
      /RDS instance one .* is gone, and AWS retains no automated backups of it/,
    );
    t.regex(await message(t, aurora(DELETED)), /cluster two .* is gone, and AWS retains no automated backups of it/);
  },
);

test.serial("restores the instance that was deleted last of several with the name", async (t) => {
  const { clock, rds, remove } = await region(t);
  const former = rds.instances.instance("one").resourceId;
  remove(false);
  clock.advance(1000);
  rds.createDBInstance({
    DBInstanceIdentifier: "one",
    Engine: "mysql",
    DBInstanceClass: "db.m7g.large",
    MasterUsername: "scalar",
    MasterUserPassword: "not-a-real-password",
    AllocatedStorage: 100,
    BackupRetentionPeriod: 7,
  });
  const later = rds.instances.instance("one").resourceId;
  rds.deleteDBInstance({ DBInstanceIdentifier: "one", SkipFinalSnapshot: true, DeleteAutomatedBackups: false });
  const found = (await instance(DELETED))?.instance.DbiResourceId;
  t.is(found, later);
  t.not(found, former);
});
