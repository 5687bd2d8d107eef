import test from "ava";
import { AwsCloud } from "../../../../../simulator/cloud/aws/aws";
import type { BackupRule } from "../../../../../simulator/cloud/aws/backup";
import { SimulatedClock } from "../../../../../simulator/cloud/clock";

const REGION = "ap-northeast-1";
const DAY = 24 * 60 * 60 * 1000;
const POLICY = "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup";

const CONTINUOUS: BackupRule = {
  name: "continuous",
  targetVault: "vault",
  continuous: true,
  startWindowMinutes: 60,
  completionWindowMinutes: 180,
  lifecycle: { deleteAfterDays: 35 },
};

function setUp() {
  const clock = new SimulatedClock();
  const aws = new AwsCloud(clock, 1);
  const rds = aws.rds.region(REGION);
  rds.createDBCluster({
    DBClusterIdentifier: "customers",
    Engine: "aurora-postgresql",
    MasterUsername: "scalar",
    MasterUserPassword: "secret",
    Tags: [{ Key: "backup", Value: "yes" }],
  });
  const role = aws.iam.createRole({ name: "backup", assumeRolePolicy: trust("backup.amazonaws.com") });
  aws.iam.attachRolePolicy("backup", POLICY);
  const backup = aws.backup.region(REGION);
  backup.createBackupVault("vault");
  return { clock, aws, rds, role, backup, cluster: rds.cluster("customers") };
}

function trust(service: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
  });
}

function select({ backup, role, cluster }: ReturnType<typeof setUp>, more: object = {}) {
  const plan = backup.createBackupPlan("plan", [CONTINUOUS]);
  const selection = backup.createBackupSelection({
    planId: plan.id,
    name: "selection",
    roleArn: role.arn,
    resources: [cluster.arn],
    notResources: [],
    tags: [],
    ...more,
  });
  return { plan, selection };
}

test("a plan with continuous backup takes over a cluster's retention at its next run", (t) => {
  const scene = setUp();
  select(scene);
  t.is(scene.cluster.settings.backupRetentionPeriod, 1, "nothing ran yet");
  scene.clock.advance(DAY);
  const described = scene.rds.cluster("customers").describe();
  t.is(described.BackupRetentionPeriod, 35);
  t.regex(described.AwsBackupRecoveryPointArn ?? "", /^arn:aws:backup:.*:recovery-point:continuous:cluster-/);
  t.is(scene.backup.findVault("vault")?.recoveryPoints.size, 1);
});

test("the owner of the retention is AWS Backup then: another value is refused, the same one isn't", (t) => {
  const scene = setUp();
  select(scene);
  scene.clock.advance(DAY);
  const modify = (days: number) => () =>
    scene.rds.modifyDBCluster({ DBClusterIdentifier: "customers", BackupRetentionPeriod: days });
  t.throws(modify(7), {
    name: "InvalidParameterValue",
    message: /is associated with the following AwsBackupRecoveryPointArn: .* you can use the current value, 35\./,
  });
  t.notThrows(modify(35));
  t.notThrows(() => scene.rds.modifyDBCluster({ DBClusterIdentifier: "customers", DeletionProtection: true }));
});

test("a changed plan acts at its next run", (t) => {
  const scene = setUp();
  const { plan } = select(scene);
  scene.clock.advance(DAY);
  t.is(scene.rds.cluster("customers").settings.backupRetentionPeriod, 35);
  scene.backup.updateBackupPlan(plan.id, [{ ...CONTINUOUS, lifecycle: { deleteAfterDays: 14 } }]);
  t.is(scene.rds.cluster("customers").settings.backupRetentionPeriod, 35);
  scene.clock.advance(DAY);
  t.is(scene.rds.cluster("customers").settings.backupRetentionPeriod, 14);
});

test("the retention stays when selection and plan are gone", (t) => {
  const scene = setUp();
  const { plan, selection } = select(scene);
  scene.clock.advance(DAY);
  t.throws(() => scene.backup.deleteBackupPlan(plan.id), { name: "InvalidRequestException" });
  scene.backup.deleteBackupSelection(selection.id);
  scene.backup.deleteBackupPlan(plan.id);
  t.is(scene.rds.cluster("customers").settings.backupRetentionPeriod, 35);
});

const CLUSTERS = `arn:aws:rds:${REGION}:123456789012:cluster:`;
const TAGGED = { key: "aws:ResourceTag/backup", value: "yes" };
const SELECTIONS: { name: string; selection: object; selected: boolean }[] = [
  { name: "a pattern that fits", selection: { resources: [`${CLUSTERS}cust*`] }, selected: true },
  { name: "a pattern that doesn't fit", selection: { resources: [`${CLUSTERS}other*`] }, selected: false },
  { name: "a tag that fits", selection: { resources: [], tags: [{ key: "backup", value: "yes" }] }, selected: true },
  {
    name: "a tag that doesn't fit",
    selection: { resources: [], tags: [{ key: "backup", value: "no" }] },
    selected: false,
  },
  {
    name: "an exception",
    selection: { resources: ["*"], notResources: [`${CLUSTERS}customers`] },
    selected: false,
  },
  {
    name: "a tag that a condition asks for",
    selection: { resources: ["*"], conditions: { stringEquals: [TAGGED], stringNotEquals: [] } },
    selected: true,
  },
  {
    name: "a tag that a condition excludes",
    selection: { resources: ["*"], conditions: { stringEquals: [], stringNotEquals: [TAGGED] } },
    selected: false,
  },
  {
    name: "another value of an excluded tag",
    selection: { resources: ["*"], conditions: { stringEquals: [], stringNotEquals: [{ ...TAGGED, value: "no" }] } },
    selected: true,
  },
  {
    name: "the absence of an excluded tag",
    selection: {
      resources: ["*"],
      conditions: { stringEquals: [], stringNotEquals: [{ key: "aws:ResourceTag/other", value: "yes" }] },
    },
    selected: true,
  },
];
for (const { name, selection, selected } of SELECTIONS)
  test(`a selection by ${name} ${selected ? "selects" : "doesn't select"}`, (t) => {
    const scene = setUp();
    select(scene, selection);
    scene.clock.advance(DAY);
    t.is(scene.rds.cluster("customers").recoveryPointArn !== undefined, selected);
  });

const numbered = (count: number, end = "") => Array.from({ length: count }, (_, index) => `${CLUSTERS}c${index}${end}`);
const UNSELECTABLE: { name: string; selection: object; message: RegExp }[] = [
  {
    name: "a wildcard in the middle of an ARN",
    selection: { resources: ["arn:aws:rds:*:*:cluster:customers"] },
    message: /the asterisk \(\*\) must appear at the end of the ARN string/,
  },
  { name: "501 ARNs", selection: { resources: numbered(501) }, message: /501 ARNs: at most 500 without wildcards/ },
  {
    name: "31 ARNs with wildcards",
    selection: { resources: numbered(31, "*") },
    message: /31 ARNs: at most 500 without wildcards, or 30 with wildcards/,
  },
  { name: "31 exceptions with wildcards", selection: { notResources: numbered(31, "*") }, message: /31 ARNs/ },
  {
    name: "a condition on anything but a tag",
    selection: { conditions: { stringEquals: [{ key: "backup", value: "yes" }], stringNotEquals: [] } },
    message: /Invalid condition key backup/,
  },
];
for (const { name, selection, message } of UNSELECTABLE)
  test(`a selection with ${name} is refused`, (t) => {
    t.throws(() => select(setUp(), selection), { name: "InvalidParameterValueException", message });
  });

test("a selection may have 500 ARNs without wildcards, or 30 with some", (t) => {
  t.notThrows(() => select(setUp(), { resources: numbered(500) }));
  t.notThrows(() => select(setUp(), { resources: [...numbered(29), `${CLUSTERS}all*`] }));
});

for (const { by, selection } of [
  { by: "its ARN", selection: {} },
  { by: "a tag", selection: { resources: [], tags: [{ key: "backup", value: "yes" }] } },
])
  test(`a cluster selected by ${by} is not backed up in a region that has not opted in to Aurora`, (t) => {
    const scene = setUp();
    scene.backup.optIn.Aurora = false;
    select(scene, selection);
    scene.clock.advance(DAY);
    t.is(scene.rds.cluster("customers").recoveryPointArn, undefined);
    t.deepEqual(scene.backup.jobs(), [], "there is no job that could fail");
    scene.backup.optIn.Aurora = true;
    scene.clock.advance(DAY);
    scene.backup.runWhatIsDue();
    t.truthy(scene.rds.cluster("customers").recoveryPointArn);
  });

test("an instance that is selected by its ARN needs no opt-in to RDS, by a tag it does", (t) => {
  const instance = {
    DBInstanceIdentifier: "orders",
    Engine: "mysql",
    DBInstanceClass: "db.m7g.large",
    AllocatedStorage: 100,
    MasterUsername: "scalar",
    MasterUserPassword: "secret",
    Tags: [{ Key: "backup", Value: "yes" }],
  };
  for (const [selection, selected] of [
    [{ resources: [`arn:aws:rds:${REGION}:123456789012:db:orders`] }, true],
    [{ resources: [], tags: [{ key: "backup", value: "yes" }] }, false],
  ] as const) {
    const scene = setUp();
    scene.rds.createDBInstance(instance);
    scene.backup.optIn.RDS = false;
    select(scene, selection);
    scene.clock.advance(DAY);
    scene.backup.runWhatIsDue();
    t.is(scene.rds.instances.all()[0]?.recoveryPointArn !== undefined, selected);
  }
});

const FAULTY: { name: string; rule: Partial<BackupRule>; message: RegExp }[] = [
  { name: "no lifecycle", rule: { lifecycle: undefined }, message: /Lifecycle must be specified/ },
  { name: "no end", rule: { lifecycle: {} }, message: /Lifecycle must be specified/ },
  { name: "36 days", rule: { lifecycle: { deleteAfterDays: 36 } }, message: /between 1 and 35/ },
  {
    name: "cold storage",
    rule: { lifecycle: { deleteAfterDays: 35, moveToColdStorageAfterDays: 1 } },
    message: /MoveToColdStorageAfterDays is unavailable/,
  },
  { name: "a vault that isn't there", rule: { targetVault: "other" }, message: /vault other does not exist/ },
  { name: "too short a time to complete", rule: { completionWindowMinutes: 90 }, message: /CompletionWindow/ },
  {
    name: "cold storage too close to the end",
    rule: { continuous: false, lifecycle: { deleteAfterDays: 100, moveToColdStorageAfterDays: 30 } },
    message: /90 days apart/,
  },
];
for (const { name, rule, message } of FAULTY)
  test(`a rule with ${name} is refused`, (t) => {
    const { backup } = setUp();
    t.throws(() => backup.createBackupPlan("plan", [{ ...CONTINUOUS, ...rule }]), {
      name: "InvalidParameterValueException",
      message,
    });
  });

test("a selection needs a plan, something to select, and a role that AWS Backup may take", (t) => {
  const scene = setUp();
  const otherRole = scene.aws.iam.createRole({ name: "other", assumeRolePolicy: trust("ec2.amazonaws.com") });
  t.throws(() => select(scene, { roleArn: otherRole.arn }), { message: /cannot be assumed by AWS Backup/ });
  t.throws(() => select(scene, { roleArn: "arn:aws:iam::123456789012:role/none" }), { message: /cannot be assumed/ });
  t.throws(() => select(scene, { resources: [] }), { message: /Either 'ListOfTags' or 'Resources'/ });
  t.throws(() => select(scene, { planId: "none" }), { message: /Cannot find Backup plan/ });
});

test("a vault goes only when it holds nothing", (t) => {
  const scene = setUp();
  select(scene);
  scene.clock.advance(DAY);
  t.throws(() => scene.backup.deleteBackupVault("vault"), { name: "InvalidRequestException", message: /1 recovery/ });
  scene.backup.deleteRecoveryPoints("vault");
  scene.backup.deleteBackupVault("vault");
  t.is(scene.backup.findVault("vault"), undefined);
});

test("a role keeps what is attached, takes policies that exist, and goes when nothing is attached", (t) => {
  const { aws } = setUp();
  aws.iam.detachRolePolicy("backup", POLICY);
  t.throws(() => aws.iam.attachRolePolicy("backup", `${POLICY}s`), { name: "NoSuchEntity" });
  t.throws(() => aws.iam.attachRolePolicy("none", POLICY), { name: "NoSuchEntity" });
  aws.iam.attachRolePolicy("backup", POLICY);
  t.throws(() => aws.iam.deleteRole("backup"), { name: "DeleteConflict" });
  aws.iam.detachRolePolicy("backup", POLICY);
  aws.iam.deleteRole("backup");
  t.is(aws.iam.find("backup"), undefined);
  t.throws(() => aws.iam.createRole({ name: "bad", assumeRolePolicy: "{}" }), { name: "MalformedPolicyDocument" });
});

test("the inline policies of a role have 10,240 characters together, white space not counted", (t) => {
  const { aws } = setUp();
  const policy = (length: number, space?: number) => {
    const of = (action: string) =>
      JSON.stringify({ Statement: [{ Effect: "Allow", Action: action, Resource: "*" }] }, undefined, space);
    return of("a".repeat(length - JSON.stringify(JSON.parse(of(""))).length));
  };
  t.is(policy(10_240).length, 10_240);
  aws.iam.putRolePolicy("backup", "own", policy(10_240));
  aws.iam.putRolePolicy("backup", "own", policy(10_240, 8));
  const refused = {
    name: "LimitExceeded",
    message: "Maximum policy size of 10240 bytes exceeded for role backup",
  };
  t.throws(() => aws.iam.putRolePolicy("backup", "own", policy(10_241)), refused);
  t.throws(() => aws.iam.putRolePolicy("backup", "other", policy(100)), refused);
  aws.iam.putRolePolicy("backup", "own", policy(10_140));
  aws.iam.putRolePolicy("backup", "other", policy(100));
});
