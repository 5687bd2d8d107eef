import test from "ava";
import { AwsCloud } from "../../../../../simulator/cloud/aws/aws";
import type { BackupRule } from "../../../../../simulator/cloud/aws/backup";
import { SimulatedClock } from "../../../../../simulator/cloud/clock";

const REGION = "ap-northeast-1";
const ELSEWHERE = "ap-northeast-3";
const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;
const POLICY = "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup";
const SOMEONE = "arn:aws:iam::123456789012:user/someone";
const TOPIC = `arn:aws:sns:${REGION}:123456789012:alarm`;

const DAILY: BackupRule = {
  name: "daily",
  targetVault: "vault",
  continuous: false,
  startWindowMinutes: 60,
  completionWindowMinutes: 180,
  lifecycle: { deleteAfterDays: 7 },
};

/** A table, a cluster and an instance that a daily rule backs up into one vault. */
function setUp(rule: Partial<BackupRule> = {}) {
  const clock = new SimulatedClock();
  const aws = new AwsCloud(clock, 1);
  const rds = aws.rds.region(REGION);
  const credentials = { MasterUsername: "scalar", MasterUserPassword: "secret" };
  rds.createDBCluster({ DBClusterIdentifier: "customers", Engine: "aurora-postgresql", ...credentials });
  rds.createDBInstance({
    DBInstanceIdentifier: "orders",
    Engine: "mysql",
    DBInstanceClass: "db.m7g.large",
    AllocatedStorage: 100,
    ...credentials,
  });
  const dynamodb = aws.dynamodb.region(REGION);
  dynamodb.createTable({
    TableName: "ledger.accounts",
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    BillingMode: "PAY_PER_REQUEST",
    Tags: [{ Key: "team", Value: "ledger" }],
  });
  const assumeRolePolicy = JSON.stringify({
    Statement: [{ Effect: "Allow", Principal: { Service: "backup.amazonaws.com" }, Action: "sts:AssumeRole" }],
  });
  const role = aws.iam.createRole({ name: "backup", assumeRolePolicy });
  aws.iam.attachRolePolicy("backup", POLICY);
  const backup = aws.backup.region(REGION);
  const vault = backup.createBackupVault("vault");
  const elsewhere = aws.backup.region(ELSEWHERE);
  const far = elsewhere.createBackupVault("far");
  const plan = () => {
    const { id } = backup.createBackupPlan("plan", [{ ...DAILY, ...rule }]);
    backup.createBackupSelection({
      planId: id,
      name: "selection",
      roleArn: role.arn,
      resources: ["*"],
      notResources: [],
      tags: [],
    });
  };
  return { clock, aws, rds, dynamodb, backup, elsewhere, vault, far, plan };
}

const points = ({ vault }: ReturnType<typeof setUp>) => [...vault.recoveryPoints.values()];
const failures = ({ backup }: ReturnType<typeof setUp>) =>
  backup.jobs().flatMap(({ state, message }) => (state === "FAILED" ? [message] : []));

test("a rule makes one snapshot of each resource a day, as it was at that minute, with its tags", (t) => {
  const scene = setUp({ recoveryPointTags: { plan: "daily" } });
  scene.plan();
  scene.rds.cluster("customers").put("accounts", "a", { balance: 1 });
  scene.clock.advance(DAY);
  scene.rds.cluster("customers").put("accounts", "a", { balance: 2 });
  scene.backup.runWhatIsDue();
  t.deepEqual(
    points(scene)
      .map(({ resourceType }) => resourceType)
      .sort(),
    ["Aurora", "DynamoDB", "RDS"],
  );
  const [snapshot] = scene.rds.snapshots.all().filter(({ kind }) => kind === "cluster");
  t.regex(snapshot?.arn ?? "", /:cluster-snapshot:awsbackup:job-/);
  t.is(new Date(snapshot?.createdAt ?? 0).getUTCHours(), 5);
  t.deepEqual(snapshot?.rows, [["accounts", "a", { balance: 1 }]]);
  const table = points(scene).find(({ resourceType }) => resourceType === "DynamoDB");
  t.deepEqual(table?.tags, { team: "ledger", plan: "daily" });
  t.regex(table?.arn ?? "", /^arn:aws:backup:.*:recovery-point:/, "with advanced features it is AWS Backup's own");
});

test("runs follow the schedule and its time zone, and points go when their days are over", (t) => {
  const scene = setUp({ schedule: "cron(0 */6 ? * * *)", timeZone: "Asia/Tokyo", lifecycle: { deleteAfterDays: 1 } });
  scene.plan();
  scene.clock.advance(10 * DAY);
  scene.backup.findVault("vault");
  t.is(points(scene).length, 3 * 4, "four a day, for a day");
  for (const { createdAt } of points(scene)) t.is((new Date(createdAt).getUTCHours() + 9) % 6, 0);
  t.is(scene.rds.snapshots.all().length, 2 * 4, "snapshots go with their points");
});

test("without advanced features a table's backup is DynamoDB's, and only AWS Backup deletes it", (t) => {
  const scene = setUp();
  scene.backup.advancedDynamoDb = false;
  scene.plan();
  scene.clock.advance(DAY);
  scene.backup.runWhatIsDue();
  const [backup] = scene.dynamodb.backups.list();
  t.is(backup?.BackupType, "AWS_BACKUP");
  t.throws(() => scene.dynamodb.backups.delete(backup?.BackupArn as string), { message: /only be deleted from their/ });
  scene.backup.deleteRecoveryPoints("vault");
  t.deepEqual(scene.dynamodb.backups.list(), []);
});

test("a table that is deleted after its backup was due has been backed up", (t) => {
  const scene = setUp();
  scene.plan();
  scene.clock.advance(DAY);
  scene.dynamodb.deleteTable("ledger.accounts");
  t.true(points(scene).some(({ resourceType }) => resourceType === "DynamoDB"));
});

test("a locked vault gives no recovery point away, until the lock goes; time alone may", (t) => {
  const scene = setUp();
  scene.plan();
  scene.clock.advance(DAY);
  scene.backup.runWhatIsDue();
  scene.vault.setLock({ minRetentionDays: 7 }, scene.clock.now());
  const [point] = points(scene);
  const remove = () => scene.vault.deleteRecoveryPoint(point?.arn as string, SOMEONE);
  t.throws(remove, {
    name: "InvalidRequestException",
    message: "Recovery point cannot be deleted: Backup vault vault is locked",
  });
  scene.vault.removeLock(scene.clock.now());
  t.notThrows(remove, "governance mode can be taken back");
  scene.vault.setLock({ minRetentionDays: 7 }, scene.clock.now());
  scene.clock.advance(8 * DAY);
  scene.backup.findVault("vault");
  t.true(points(scene).every(({ createdAt }) => createdAt > scene.clock.now() - 7 * DAY));
});

test("a lock in compliance mode is for ever once its grace is over", (t) => {
  const scene = setUp();
  const lock = (changeableForDays: number) => () => scene.vault.setLock({ changeableForDays }, scene.clock.now());
  t.throws(lock(2), {
    name: "InvalidParameterValueException",
    message: "ChangeableForDays must be between 3 and 36500 days",
  });
  lock(3)();
  scene.clock.advance(2 * DAY);
  t.notThrows(() => scene.vault.removeLock(scene.clock.now()));
  lock(3)();
  scene.clock.advance(3 * DAY);
  for (const change of [lock(3), () => scene.vault.removeLock(scene.clock.now())])
    t.throws(change, { name: "InvalidRequestException", message: /immutable since its lock date/ });
});

for (const [title, lifecycle, lock, message] of [
  ["too short", { deleteAfterDays: 7 }, { minRetentionDays: 14 }, /7 days is shorter than the minimum .* 14 days/],
  ["too long", { deleteAfterDays: 90 }, { maxRetentionDays: 35 }, /90 days is longer than the maximum .* 35 days/],
  ["for ever", {}, { maxRetentionDays: 35 }, /for ever is longer than the maximum/],
] as const)
  test(`a job whose retention is ${title} for the lock fails`, (t) => {
    const scene = setUp({ lifecycle });
    scene.vault.setLock(lock, scene.clock.now());
    scene.plan();
    scene.clock.advance(DAY);
    for (const failure of failures(scene)) t.regex(failure ?? "", message);
    t.is(failures(scene).length, 3);
    t.is(points(scene).length, 0);
  });

test("an access policy that denies the deletion of recovery points is kept", (t) => {
  const scene = setUp();
  scene.plan();
  scene.clock.advance(DAY);
  scene.backup.runWhatIsDue();
  const Statement = [{ Effect: "Deny", Principal: "*", Action: "backup:DeleteRecoveryPoint", Resource: "*" }];
  scene.vault.setPolicy(JSON.stringify({ Statement }));
  t.throws(() => scene.backup.deleteRecoveryPoints("vault"), {
    name: "AccessDeniedException",
    message: /with an explicit deny in a resource-based policy/,
  });
  t.throws(() => scene.vault.setPolicy("{}"), { name: "MalformedPolicyDocument" });
});

test("a role that lacks a permission fails the job, and says which", (t) => {
  const scene = setUp();
  scene.aws.iam.detachRolePolicy("backup", POLICY);
  const Statement = [{ Effect: "Allow", Action: ["dynamodb:StartAwsBackupJob", "rds:*"], Resource: "*" }];
  scene.aws.iam.putRolePolicy("backup", "own", JSON.stringify({ Statement }));
  scene.plan();
  scene.clock.advance(DAY);
  t.deepEqual(failures(scene), [
    `Access denied: arn:aws:iam::123456789012:role/backup is not authorized to perform dynamodb:ListTagsOfResource on arn:aws:dynamodb:${REGION}:123456789012:table/ledger.accounts`,
  ]);
});

const FAR = `arn:aws:backup:${ELSEWHERE}:123456789012:backup-vault:far`;

test("copies go to a vault of another region, with a lifecycle of their own; of a continuous backup, too", (t) => {
  const scene = setUp({
    continuous: true,
    lifecycle: { deleteAfterDays: 35 },
    copyActions: [{ vaultArn: FAR, lifecycle: { deleteAfterDays: 90 } }],
  });
  scene.plan();
  scene.clock.advance(DAY);
  scene.backup.runWhatIsDue();
  const copies = [...scene.far.recoveryPoints.values()];
  t.deepEqual(
    copies
      .map(({ resourceType, continuous, lifecycle }) => [resourceType, continuous, lifecycle.deleteAfterDays])
      .sort(),
    [
      ["Aurora", false, 90],
      ["DynamoDB", false, 90],
      ["RDS", false, 90],
    ],
  );
  t.is(scene.aws.rds.region(ELSEWHERE).snapshots.all().length, 2);
  t.is(scene.rds.snapshots.all().length, 0, "what was made for a copy alone is gone");
  t.deepEqual(
    points(scene)
      .map(({ resourceType, continuous }) => [resourceType, continuous])
      .sort(),
    [
      ["Aurora", true],
      ["DynamoDB", false],
      ["RDS", true],
    ],
  );
});

test("a copy fails where AWS Backup has none", (t) => {
  const scene = setUp({ copyActions: [{ vaultArn: FAR }] });
  scene.backup.advancedDynamoDb = false;
  scene.far.setLock({ minRetentionDays: 30 }, scene.clock.now());
  scene.rds.createDBCluster({
    DBClusterIdentifier: "multi",
    Engine: "mysql",
    MasterUsername: "scalar",
    MasterUserPassword: "secret",
    DBClusterInstanceClass: "db.m6gd.large",
    AllocatedStorage: 100,
    Iops: 1000,
  });
  scene.plan();
  scene.clock.advance(DAY);
  t.deepEqual(failures(scene).sort(), [
    "Copying DynamoDB backups needs advanced features for Amazon DynamoDB",
    "Copying snapshots of Multi-AZ DB clusters is not supported",
    "Retention of 7 days is shorter than the minimum retention of 30 days of the locked vault far",
    "Retention of 7 days is shorter than the minimum retention of 30 days of the locked vault far",
  ]);
});

test("another account's vault takes copies only if its policy says so", (t) => {
  const vaultArn = `arn:aws:backup:${REGION}:210987654321:backup-vault:theirs`;
  const scene = setUp({ copyActions: [{ vaultArn }] });
  const theirs = scene.elsewhere.createBackupVault("theirs");
  scene.aws.backup.otherAccounts.set(vaultArn, theirs);
  scene.plan();
  scene.clock.advance(DAY);
  t.is(failures(scene).length, 3);
  t.regex(failures(scene)[0] ?? "", /does not allow CopyIntoBackupVault/);
  const Principal = { AWS: "arn:aws:iam::123456789012:root" };
  const Statement = [{ Effect: "Allow", Principal, Action: "backup:CopyIntoBackupVault", Resource: "*" }];
  theirs.setPolicy(JSON.stringify({ Statement }));
  scene.clock.advance(DAY);
  scene.backup.runWhatIsDue();
  t.is(theirs.recoveryPoints.size, 3);
});

test("what becomes of a job reaches a topic by a rule, if topic and key let EventBridge do so", (t) => {
  const scene = setUp({ lifecycle: { deleteAfterDays: 1 } });
  const { sns, kms, events } = scene.aws;
  const service = { Service: "events.amazonaws.com" };
  const statement = (Action: string[]) =>
    JSON.stringify({ Statement: [{ Effect: "Allow", Principal: service, Action, Resource: "*" }] });
  const key = kms.createKey(REGION, { policy: statement(["kms:Decrypt", "kms:GenerateDataKey*"]) });
  const closed = kms.createKey(REGION, {});
  sns.createTopic(REGION, "alarm", { kmsKeyId: key.arn });
  const mail = sns.subscribe({ topicArn: TOPIC, protocol: "email", endpoint: "a@b", filterPolicy: undefined });
  const pattern = (detail: object) => JSON.stringify({ source: ["aws.backup"], detail });
  events.putRule(REGION, "bad", { pattern: pattern({ backupVaultName: ["vault"], state: ["FAILED"] }) });
  events.putTarget(REGION, "bad", { id: "topic", arn: TOPIC });
  const day = () => {
    scene.clock.advance(DAY);
    scene.backup.runWhatIsDue();
    return mail.received.splice(0).length;
  };
  scene.plan();
  sns.setTopicPolicy(TOPIC, statement(["sns:Publish"]));
  t.is(day(), 0, "nothing failed");
  scene.vault.setLock({ minRetentionDays: 7 }, scene.clock.now());
  t.is(day(), 3);
  events.putRule(REGION, "bad", { pattern: pattern({ backupVaultName: ["other"], state: ["FAILED"] }) });
  t.is(day(), 0, "another vault");
  const either = { $or: [{ state: ["COMPLETED"], statusMessage: [{ exists: true }] }, { state: ["FAILED"] }] };
  events.putRule(REGION, "bad", { pattern: pattern(either) });
  t.is(day(), 3);
  sns.resetTopicPolicy(TOPIC);
  t.is(day(), 0, "the topic's own policy lets no service publish");
  sns.setTopicPolicy(TOPIC, statement(["sns:Publish"]));
  sns.topic(TOPIC).kmsKeyId = closed.arn;
  t.is(day(), 0, "a key without a policy for the service swallows them");
  t.throws(() => events.putRule(REGION, "bad", { pattern: "{}" }), { name: "InvalidEventPatternException" });
});

test("restore testing takes names without hyphens, ARNs without wildcards, and metadata it knows", (t) => {
  const { backup } = setUp();
  const testing = backup.restoreTesting;
  const plan = {
    name: "weekly",
    algorithm: "LATEST_WITHIN_WINDOW",
    includeVaults: [`arn:aws:backup:${REGION}:123456789012:backup-vault:vault`],
    excludeVaults: [],
    recoveryPointTypes: ["SNAPSHOT"],
    selectionWindowDays: 7,
    schedule: "cron(0 12 ? * 1 *)",
    timeZone: "Etc/UTC",
    startWindowHours: 8,
    tags: {},
  };
  t.throws(() => testing.createPlan({ ...plan, name: "week-ly" }), { message: /Invalid name/ });
  t.throws(() => testing.createPlan({ ...plan, includeVaults: ["arn:aws:backup:r:a:backup-vault:none"] }), {
    message: /does not exist/,
  });
  testing.createPlan(plan);
  const selection = {
    name: "customers",
    planName: "weekly",
    roleArn: "arn:aws:iam::123456789012:role/backup",
    resourceType: "Aurora",
    resourceArns: ["arn:aws:rds:r:a:cluster:customers"],
    metadataOverrides: { dbSubnetGroupName: "databases" },
    validationWindowHours: 0,
  };
  const put = (change: Partial<typeof selection>) => () => testing.putSelection({ ...selection, ...change });
  t.throws(put({ name: "cust-omers" }), { message: /Invalid name/ });
  t.throws(put({ planName: "none" }), { message: /does not exist/ });
  t.throws(put({ resourceArns: ["arn:aws:rds:r:a:cluster:*"] }), { message: /no wildcards/ });
  t.throws(put({ metadataOverrides: { subnet: "x" } as never }), {
    message: /Invalid restore metadata override subnet/,
  });
  t.throws(put({ resourceType: "Tape" }), { message: /Invalid protected resource type/ });
  put({})();
  t.throws(() => testing.deletePlan("weekly"), { message: /still has selections/ });
});

test("snapshots are restored as what they were made of, with AWS's defaults for the rest", (t) => {
  const scene = setUp();
  scene.plan();
  scene.rds.cluster("customers").put("accounts", "a", { balance: 1 });
  scene.rds.instances.instance("orders").put("orders", "b", { amount: 1 });
  scene.clock.advance(DAY);
  scene.backup.runWhatIsDue();
  const arnOf = (kind: string) => scene.rds.snapshots.all().find((snapshot) => snapshot.kind === kind)?.arn as string;
  const cluster = { DBClusterIdentifier: "copy", Engine: "aurora-postgresql", SnapshotIdentifier: arnOf("cluster") };
  scene.rds.restoreDBClusterFromSnapshot(cluster);
  t.deepEqual(scene.rds.cluster("copy").rows("accounts").get("a"), { balance: 1 });
  t.is(scene.rds.cluster("copy").instances.length, 0);
  t.throws(() => scene.rds.restoreDBClusterFromSnapshot(cluster), { name: "DBClusterAlreadyExistsFault" });
  t.throws(() => scene.rds.restoreDBClusterFromSnapshot({ ...cluster, DBClusterIdentifier: "c2", Engine: "mysql" }), {
    name: "InvalidParameterCombination",
  });
  t.throws(
    () =>
      scene.rds.restoreDBClusterFromSnapshot({
        ...cluster,
        DBClusterIdentifier: "c2",
        SnapshotIdentifier: arnOf("instance"),
      }),
    { name: "DBClusterSnapshotNotFoundFault" },
  );
  const { instances } = scene.rds;
  instances.restoreFromSnapshot({ DBInstanceIdentifier: "orders-copy", DBSnapshotIdentifier: arnOf("instance") });
  t.deepEqual(instances.instance("orders-copy").rows("orders").get("b"), { amount: 1 });
  t.false(instances.instance("orders-copy").settings.multiAz);
});

test("a snapshot of a Multi-AZ DB cluster is restored to one again, of the class that is asked for", (t) => {
  const scene = setUp();
  scene.rds.createDBCluster({
    DBClusterIdentifier: "stock",
    Engine: "postgres",
    EngineVersion: "16.10",
    MasterUsername: "scalar",
    MasterUserPassword: "secret",
    DBClusterInstanceClass: "db.r6gd.xlarge",
    AllocatedStorage: 200,
    StorageType: "io1",
    Iops: 4000,
    EnablePerformanceInsights: true,
  });
  const { arn } = scene.rds.snapshots.take(scene.rds.cluster("stock"), {
    identifier: "kept",
    type: "manual",
    at: scene.clock.now(),
    tags: {},
  });
  const restore = (own: object) => () =>
    scene.rds.restoreDBClusterFromSnapshot({
      DBClusterIdentifier: "copy",
      Engine: "postgres",
      SnapshotIdentifier: arn,
      DBClusterInstanceClass: "db.r6gd.large",
      ...own,
    });
  t.throws(restore({ StorageType: "io1" }), { message: /must specify the Iops/ });
  t.throws(restore({ DBClusterInstanceClass: "xlarge" }), { message: /Invalid DB cluster instance class/ });
  t.throws(restore({ DBClusterInstanceClass: undefined }), { message: /DBClusterInstanceClass is required/ });
  t.throws(restore({ EngineMode: "provisioned" }), { message: /EngineMode is not valid for a Multi-AZ DB cluster/ });
  restore({})();
  const { multiAz, storageType, engineVersion } = scene.rds.cluster("copy").settings;
  t.is(storageType, "io1");
  t.like(multiAz, { instanceClass: "db.r6gd.large", allocatedStorage: 200, iops: 4000, monitoringInterval: 0 });
  t.false(multiAz?.performanceInsights);
  t.is(engineVersion, "17.6", "the region's default, because no version was asked for");
});

test("a continuous rule makes a snapshot of a Multi-AZ DB cluster, and leaves its retention alone", (t) => {
  const scene = setUp({ continuous: true, lifecycle: { deleteAfterDays: 35 } });
  scene.rds.createDBCluster({
    DBClusterIdentifier: "stock",
    Engine: "postgres",
    MasterUsername: "scalar",
    MasterUserPassword: "secret",
    DBClusterInstanceClass: "db.r6gd.xlarge",
    AllocatedStorage: 200,
    Iops: 4000,
    BackupRetentionPeriod: 3,
  });
  scene.plan();
  scene.clock.advance(2 * DAY);
  const stock = scene.rds.cluster("stock");
  t.is(stock.settings.backupRetentionPeriod, 3);
  t.is(stock.recoveryPointArn, undefined);
  const made = points(scene).filter(({ resourceArn }) => resourceArn === stock.arn);
  t.true(made.length > 0);
  t.true(made.every(({ continuous, arn }) => !continuous && arn.includes(":cluster-snapshot:awsbackup:job-")));
});
