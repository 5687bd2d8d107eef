import {
  DBClusterAlreadyExistsFault,
  DBClusterNotFoundFault,
  DBInstanceAlreadyExistsFault,
  DBInstanceNotFoundFault,
  DescribeDBClustersCommand,
  DescribeDBInstanceAutomatedBackupsCommand,
  DescribeDBInstancesCommand,
  InvalidDBInstanceStateFault,
  ModifyDBClusterCommand,
  ModifyDBInstanceCommand,
  type ModifyDBInstanceMessage,
  RDSClient,
} from "@aws-sdk/client-rds";
import test, { type ExecutionContext } from "ava";
import { AwsCloud } from "../../../../../simulator/cloud/aws/aws";
import { nextWindow } from "../../../../../simulator/cloud/aws/rds-rename";
import { serveAws } from "../../../../../simulator/cloud/aws/wire/server";
import { SimulatedClock } from "../../../../../simulator/cloud/clock";

const REGION = "ap-northeast-1";
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

function setUp() {
  const clock = new SimulatedClock();
  const aws = new AwsCloud(clock, 1);
  const rds = aws.rds.region(REGION);
  const createInstance = (name: string, more: object = {}) =>
    rds.createDBInstance({
      DBInstanceIdentifier: name,
      Engine: "mysql",
      DBInstanceClass: "db.m7g.large",
      MasterUsername: "scalar",
      MasterUserPassword: "secret",
      AllocatedStorage: 100,
      BackupRetentionPeriod: 7,
      Tags: [{ Key: "team", Value: "ledger" }],
      ...more,
    });
  const createCluster = (name: string, more: object = {}) =>
    rds.createDBCluster({
      DBClusterIdentifier: name,
      Engine: "aurora-postgresql",
      MasterUsername: "scalar",
      MasterUserPassword: "secret",
      Tags: [{ Key: "team", Value: "customers" }],
      ...more,
    });
  return { clock, aws, rds, createInstance, createCluster };
}

const MULTI_AZ = {
  Engine: "postgres",
  DBClusterInstanceClass: "db.m5d.large",
  AllocatedStorage: 100,
  Iops: 1000,
};

async function client(t: ExecutionContext, aws: AwsCloud): Promise<RDSClient> {
  const { url, close } = await serveAws(aws);
  t.teardown(close);
  const credentials = { accessKeyId: "a", secretAccessKey: "b" };
  return new RDSClient({ region: REGION, endpoint: url, credentials, maxAttempts: 1 });
}

function renameInstance(rds: ReturnType<typeof setUp>["rds"], from: string, to: string, more: object = {}) {
  const input: ModifyDBInstanceMessage = {
    DBInstanceIdentifier: from,
    NewDBInstanceIdentifier: to,
    ApplyImmediately: true,
    ...more,
  };
  return rds.modifyDBInstance(input);
}

test("an instance keeps its old name and looks available for a while, then answers to the new one only", (t) => {
  const { clock, rds, createInstance } = setUp();
  createInstance("ledger");
  const instance = rds.instances.instance("ledger");
  const { resourceId } = instance;
  const seen: string[] = [];
  const look = (after: number) => {
    clock.advance(after);
    seen.push(`${instance.identifier} ${instance.status}`);
  };
  renameInstance(rds, "ledger", "ledger-replaced");
  t.is(instance.describe().PendingModifiedValues?.DBInstanceIdentifier, "ledger-replaced");
  look(0);
  look(31 * SECOND);
  look(60 * SECOND);
  look(90 * SECOND);
  look(20 * SECOND);
  t.throws(() => rds.instances.instance("ledger"), { name: "DBInstanceNotFound" });
  t.is(rds.instances.instance("ledger-replaced"), instance);
  t.false(instance.reachable);
  look(7 * MINUTE);
  t.deepEqual(seen, [
    "ledger available",
    "ledger modifying",
    "ledger renaming",
    "ledger-replaced available",
    "ledger-replaced rebooting",
    "ledger-replaced available",
  ]);
  t.true(instance.reachable);
  t.like(instance.describe(), {
    DbiResourceId: resourceId,
    DBInstanceArn: `arn:aws:rds:${REGION}:123456789012:db:ledger-replaced`,
    PendingModifiedValues: undefined,
    TagList: [{ Key: "team", Value: "ledger" }],
  });
  t.regex(instance.address, /^ledger-replaced\./);
});

test("a name is free for another database once the renamed one no longer answers to it", (t) => {
  const { clock, rds, createInstance } = setUp();
  createInstance("ledger");
  createInstance("ledger-copy");
  const copy = rds.instances.instance("ledger-copy");
  renameInstance(rds, "ledger", "ledger-replaced");
  t.throws(() => renameInstance(rds, "ledger-copy", "ledger"), { name: "DBInstanceAlreadyExists" });
  clock.advance(4 * MINUTE);
  renameInstance(rds, "ledger-copy", "ledger");
  clock.advance(10 * MINUTE);
  t.is(rds.instances.instance("ledger"), copy);
});

test("the name that a rename leads to is taken from the request on", (t) => {
  const { rds, createInstance, createCluster } = setUp();
  createInstance("ledger");
  createCluster("customers");
  renameInstance(rds, "ledger", "ledger-replaced");
  rds.modifyDBCluster({ DBClusterIdentifier: "customers", NewDBClusterIdentifier: "customers-replaced" });
  t.throws(() => createInstance("ledger-replaced"), { name: "DBInstanceAlreadyExists" });
  t.throws(() => createCluster("customers-replaced"), { name: "DBClusterAlreadyExistsFault" });
});

test("while it is renamed, an instance can be neither changed nor deleted", (t) => {
  const { clock, rds, createInstance } = setUp();
  createInstance("ledger");
  renameInstance(rds, "ledger", "ledger-replaced");
  clock.advance(MINUTE);
  t.throws(() => renameInstance(rds, "ledger", "other"), { name: "InvalidDBInstanceState" });
  t.throws(() => rds.deleteDBInstance({ DBInstanceIdentifier: "ledger", SkipFinalSnapshot: true }), {
    name: "InvalidDBInstanceState",
  });
});

test("the same request again, while the first shows no effect, does not delay the rename", (t) => {
  const { clock, rds, createInstance } = setUp();
  createInstance("ledger");
  renameInstance(rds, "ledger", "ledger-replaced");
  clock.advance(20 * SECOND);
  renameInstance(rds, "ledger", "ledger-replaced");
  clock.advance(11 * SECOND);
  t.is(rds.instances.instance("ledger").status, "modifying");
});

for (const immediately of [undefined, false])
  test(`with ApplyImmediately ${immediately}, a rename waits for the maintenance window`, (t) => {
    const { clock, rds, createInstance, createCluster } = setUp();
    createInstance("ledger");
    createCluster("customers");
    const instance = rds.instances.instance("ledger");
    const cluster = rds.cluster("customers");
    renameInstance(rds, "ledger", "ledger-replaced", { ApplyImmediately: immediately });
    rds.modifyDBCluster({
      DBClusterIdentifier: "customers",
      NewDBClusterIdentifier: "customers-replaced",
      ApplyImmediately: immediately,
    });
    const untilInstance = nextWindow("tue:15:40-tue:16:10", clock.now()) - clock.now();
    const untilCluster = nextWindow("sun:18:00-sun:18:30", clock.now()) - clock.now();
    clock.advance(Math.min(untilInstance, untilCluster) - SECOND);
    t.is(instance.describe().PendingModifiedValues?.DBInstanceIdentifier, "ledger-replaced");
    t.is(cluster.describe().PendingModifiedValues?.DBClusterIdentifier, "customers-replaced");
    t.deepEqual([instance.identifier, cluster.identifier], ["ledger", "customers"]);
    t.true(instance.reachable && cluster.reachable);
    clock.advance(Math.abs(untilInstance - untilCluster) + 11 * MINUTE);
    t.deepEqual([instance.identifier, cluster.identifier], ["ledger-replaced", "customers-replaced"]);
  });

test("a later change of an instance with ApplyImmediately lets a waiting rename begin", (t) => {
  const { clock, rds, createInstance } = setUp();
  createInstance("ledger");
  const instance = rds.instances.instance("ledger");
  renameInstance(rds, "ledger", "ledger-replaced", { ApplyImmediately: false, DBInstanceClass: "db.m7g.xlarge" });
  t.is(instance.describe().PendingModifiedValues?.DBInstanceClass, "db.m7g.xlarge");
  rds.modifyDBInstance({ DBInstanceIdentifier: "ledger", ApplyImmediately: true, CopyTagsToSnapshot: true });
  t.is(instance.settings.class, "db.m7g.xlarge");
  clock.advance(10 * MINUTE);
  t.is(instance.identifier, "ledger-replaced");
  t.is(instance.describe().PendingModifiedValues, undefined);
});

test("a maintenance window begins at its day and time in UTC, always in the future", (t) => {
  const at = (instant: string) => new Date(nextWindow("sun:18:00-sun:18:30", Date.parse(instant))).toISOString();
  t.is(at("2026-11-25T00:00:00Z"), "2026-11-29T18:00:00.000Z");
  t.is(at("2026-11-29T17:59:59Z"), "2026-11-29T18:00:00.000Z");
  t.is(at("2026-11-29T18:00:00Z"), "2026-12-06T18:00:00.000Z");
});

for (const name of ["1ledger", "ledger-", "led--ger", "l".repeat(64)])
  test(`the new name ${name} is refused`, (t) => {
    const { rds, createInstance, createCluster } = setUp();
    createInstance("ledger");
    createCluster("customers");
    t.throws(() => renameInstance(rds, "ledger", name), { name: "InvalidParameterValue" });
    t.throws(() => rds.modifyDBCluster({ DBClusterIdentifier: "customers", NewDBClusterIdentifier: name }), {
      name: "InvalidParameterValue",
    });
  });

test("a name of 63 characters is taken", (t) => {
  const { clock, rds, createInstance } = setUp();
  createInstance("ledger");
  renameInstance(rds, "ledger", "L".repeat(63));
  clock.advance(10 * MINUTE);
  t.truthy(rds.instances.find("l".repeat(63)));
});

test("read replicas remain with a renamed instance", (t) => {
  const { clock, rds, createInstance } = setUp();
  createInstance("ledger");
  createInstance("reader", { replicaOf: "ledger" });
  renameInstance(rds, "ledger", "ledger-replaced");
  clock.advance(10 * MINUTE);
  createInstance("ledger");
  t.is(rds.instances.instance("reader").describe().ReadReplicaSourceDBInstanceIdentifier, "ledger-replaced");
  t.deepEqual(rds.instances.instance("ledger-replaced").describe().ReadReplicaDBInstanceIdentifiers, ["reader"]);
  t.is(rds.instances.instance("ledger").describe().ReadReplicaDBInstanceIdentifiers, undefined);
});

for (const [kind, settings, minutes] of [
  ["Aurora cluster", {}, 2],
  ["Multi-AZ DB cluster", MULTI_AZ, 2],
] as const)
  test(`a renamed ${kind} keeps its id, its tags and its instances under their names`, (t) => {
    const { clock, rds, createInstance, createCluster } = setUp();
    createCluster("customers", settings);
    if (kind === "Aurora cluster")
      createInstance("writer", { DBClusterIdentifier: "customers", Engine: "aurora-postgresql" });
    const cluster = rds.cluster("customers");
    const { resourceId } = cluster;
    const members = cluster.instances.map(({ identifier }) => identifier);
    t.true(members.length > 0);
    rds.modifyDBCluster({
      DBClusterIdentifier: "customers",
      NewDBClusterIdentifier: "customers-replaced",
      ApplyImmediately: true,
    });
    t.is(cluster.status, "available");
    clock.advance(20 * SECOND);
    t.is(cluster.status, "modifying");
    t.false(cluster.reachable);
    t.throws(() => rds.modifyDBCluster({ DBClusterIdentifier: "customers", DeletionProtection: true }), {
      name: "InvalidDBClusterStateFault",
    });
    clock.advance(MINUTE);
    t.deepEqual([cluster.identifier, cluster.status], ["customers-replaced", "renaming"]);
    clock.advance(minutes * MINUTE - 80 * SECOND);
    t.throws(() => rds.cluster("customers"), { name: "DBClusterNotFoundFault" });
    const described = rds.cluster("customers-replaced").describe();
    t.like(described, {
      Status: "available",
      DbClusterResourceId: resourceId,
      DBClusterArn: `arn:aws:rds:${REGION}:123456789012:cluster:customers-replaced`,
      TagList: [{ Key: "team", Value: "customers" }],
    });
    t.regex(described.Endpoint ?? "", /^customers-replaced\.cluster-/);
    t.regex(described.ReaderEndpoint ?? "", /^customers-replaced\.cluster-ro-/);
    t.deepEqual(
      described.DBClusterMembers?.map(({ DBInstanceIdentifier }) => DBInstanceIdentifier),
      members,
    );
    for (const member of members) {
      const { cluster: owner, instance } = rds.instance(member);
      t.is(owner.describeInstance(instance).DBClusterIdentifier, "customers-replaced");
    }
  });

test("a Multi-AZ DB cluster under a renamed one's former name gets instances of other names", (t) => {
  const { clock, rds, createCluster } = setUp();
  createCluster("customers", MULTI_AZ);
  rds.modifyDBCluster({
    DBClusterIdentifier: "customers",
    NewDBClusterIdentifier: "customers-replaced",
    ApplyImmediately: true,
  });
  clock.advance(2 * MINUTE);
  createCluster("customers", MULTI_AZ);
  t.deepEqual(
    rds.cluster("customers").instances.map(({ identifier }) => identifier),
    ["customers-instance-4", "customers-instance-5", "customers-instance-6"],
  );
});

test("a snapshot and the automated backups stay with the renamed database", (t) => {
  const { clock, rds, createInstance } = setUp();
  createInstance("ledger");
  const instance = rds.instances.instance("ledger");
  instance.put("accounts", "a", { balance: 1 });
  clock.advance(60 * MINUTE);
  const at = new Date(clock.now() - 10 * MINUTE);
  renameInstance(rds, "ledger", "ledger-replaced");
  clock.advance(10 * MINUTE);
  createInstance("ledger");
  t.throws(
    () =>
      rds.instances.restoreToPointInTime({
        SourceDBInstanceIdentifier: "ledger",
        TargetDBInstanceIdentifier: "wrong",
        RestoreTime: at,
      }),
    { name: "InvalidRestoreFault" },
  );
  rds.instances.restoreToPointInTime({
    SourceDbiResourceId: instance.resourceId,
    TargetDBInstanceIdentifier: "copy",
    RestoreTime: at,
  });
  t.deepEqual(rds.instances.instance("copy").rows("accounts").get("a"), { balance: 1 });
});

test("a selection of AWS Backup by ARN follows the name, and its continuous backup stays with the database", (t) => {
  const { clock, aws, rds, createInstance } = setUp();
  createInstance("ledger");
  const broken = rds.instances.instance("ledger");
  const backup = aws.backup.region(REGION);
  backup.createBackupVault("vault");
  const principal = { Service: "backup.amazonaws.com" };
  const role = aws.iam.createRole({
    name: "backup",
    assumeRolePolicy: JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: principal, Action: "sts:AssumeRole" }],
    }),
  });
  aws.iam.attachRolePolicy("backup", "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup");
  const plan = backup.createBackupPlan("plan", [
    {
      name: "continuous",
      targetVault: "vault",
      continuous: true,
      startWindowMinutes: 60,
      completionWindowMinutes: 180,
      lifecycle: { deleteAfterDays: 35 },
    },
  ]);
  backup.createBackupSelection({
    planId: plan.id,
    name: "selection",
    roleArn: role.arn,
    resources: [broken.arn],
    notResources: [],
    tags: [],
  });
  clock.advance(DAY);
  t.is(rds.instances.all().length, 1);
  const pointArn = broken.recoveryPointArn;
  t.regex(pointArn ?? "", /:continuous:db-/);
  renameInstance(rds, "ledger", "ledger-replaced");
  clock.advance(10 * MINUTE);
  createInstance("ledger");
  clock.advance(DAY);
  const replacement = rds.instances.instance("ledger");
  t.is(broken.recoveryPointArn, pointArn);
  t.regex(replacement.recoveryPointArn ?? "", /:continuous:db-/);
  t.not(replacement.recoveryPointArn, pointArn);
});

test("other steps can be set, such as a status that flaps", (t) => {
  const { clock, aws, rds, createInstance } = setUp();
  aws.rds.renames.instance = [
    { millis: MINUTE, status: "modifying", answersTo: "new" },
    { millis: MINUTE, status: "available", answersTo: "old" },
  ];
  createInstance("ledger");
  renameInstance(rds, "ledger", "other");
  t.is(rds.instances.instance("other").status, "modifying");
  t.is(rds.instances.instance("other").describe().PendingModifiedValues, undefined);
  clock.advance(MINUTE);
  t.is(rds.instances.instance("ledger").status, "available");
  clock.advance(MINUTE);
  t.is(rds.instances.find("ledger"), undefined);
});

test("on the wire, databases are renamed, and found by their resource ids", async (t) => {
  const { clock, aws, rds, createInstance, createCluster } = setUp();
  const sdk = await client(t, aws);
  createInstance("ledger");
  createInstance("other");
  createCluster("customers");
  createCluster("others");
  const { resourceId: instanceId } = rds.instances.instance("ledger");
  const { resourceId: clusterId } = rds.cluster("customers");
  const modified = await sdk.send(
    new ModifyDBInstanceCommand({
      DBInstanceIdentifier: "ledger",
      NewDBInstanceIdentifier: "ledger-replaced",
      ApplyImmediately: true,
    }),
  );
  t.like(modified.DBInstance, {
    DBInstanceIdentifier: "ledger",
    PendingModifiedValues: { DBInstanceIdentifier: "ledger-replaced" },
  });
  const cluster = await sdk.send(
    new ModifyDBClusterCommand({
      DBClusterIdentifier: "customers",
      NewDBClusterIdentifier: "customers-replaced",
      ApplyImmediately: true,
    }),
  );
  t.like(cluster.DBCluster, {
    DBClusterIdentifier: "customers",
    PendingModifiedValues: { DBClusterIdentifier: "customers-replaced" },
  });
  await t.throwsAsync(
    sdk.send(new ModifyDBInstanceCommand({ DBInstanceIdentifier: "ledger", NewDBInstanceIdentifier: "other" })),
    { instanceOf: DBInstanceAlreadyExistsFault },
  );
  await t.throwsAsync(
    sdk.send(new ModifyDBClusterCommand({ DBClusterIdentifier: "customers", NewDBClusterIdentifier: "others" })),
    { instanceOf: DBClusterAlreadyExistsFault },
  );
  clock.advance(2 * MINUTE);
  await t.throwsAsync(
    sdk.send(new ModifyDBInstanceCommand({ DBInstanceIdentifier: "ledger", DeletionProtection: true })),
    { instanceOf: InvalidDBInstanceStateFault },
  );
  clock.advance(10 * MINUTE);
  const byId = (name: string, id: string) => ({ Filters: [{ Name: name, Values: [id] }] });
  const instances = await sdk.send(new DescribeDBInstancesCommand(byId("dbi-resource-id", instanceId)));
  t.deepEqual(
    instances.DBInstances?.map(({ DBInstanceIdentifier }) => DBInstanceIdentifier),
    ["ledger-replaced"],
  );
  const clusters = await sdk.send(new DescribeDBClustersCommand(byId("db-cluster-resource-id", clusterId)));
  t.deepEqual(
    clusters.DBClusters?.map(({ DBClusterIdentifier }) => DBClusterIdentifier),
    ["customers-replaced"],
  );
  const byName = await sdk.send(new DescribeDBClustersCommand(byId("db-cluster-id", "customers")));
  t.deepEqual(byName.DBClusters, []);
  await t.throwsAsync(sdk.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: "ledger" })), {
    instanceOf: DBInstanceNotFoundFault,
  });
  await t.throwsAsync(sdk.send(new DescribeDBClustersCommand({ DBClusterIdentifier: "customers" })), {
    instanceOf: DBClusterNotFoundFault,
  });
  const backups = await sdk.send(new DescribeDBInstanceAutomatedBackupsCommand({ DbiResourceId: instanceId }));
  t.deepEqual(
    backups.DBInstanceAutomatedBackups?.map(({ DBInstanceIdentifier }) => DBInstanceIdentifier),
    ["ledger-replaced"],
  );
});
