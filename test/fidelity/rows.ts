import type { PropertyMap } from "../../simulator/providers/provider";
import type { Verdict } from "../unit/simulator/providers/aws/deployed";

/**
 * One change to one resource, in the words of the Pulumi SDK. Texts may say `{row}` (a name of the row's own),
 * `{instant}` and `{otherInstant}` (restorable ones), and `{<support>.<output>}`.
 */
export interface Row {
  type: string;
  title: string;
  deployed: PropertyMap;
  /** What differs in the next plan; null leaves an input out. */
  change: PropertyMap;
  /** When the real provider can't be asked: what documents say, and why only they do. */
  documented?: { verdict: Verdict; reason: string };
}

export const TARGET = "aws:appautoscaling/target:Target";

/** What rows lean on, created before them, in this order. */
export const SUPPORTS: { key: string; type: string; inputs: PropertyMap }[] = [
  {
    key: "sourceTable",
    type: "aws:dynamodb/table:Table",
    inputs: {
      name: "source",
      attributes: [{ name: "id", type: "S" }],
      hashKey: "id",
      billingMode: "PAY_PER_REQUEST",
      pointInTimeRecovery: { enabled: true },
    },
  },
  {
    key: "scaledTable",
    type: "aws:dynamodb/table:Table",
    inputs: {
      name: "scaled",
      attributes: [{ name: "id", type: "S" }],
      hashKey: "id",
      readCapacity: 10,
      writeCapacity: 10,
    },
  },
  {
    key: "sourceCluster",
    type: "aws:rds/cluster:Cluster",
    inputs: {
      clusterIdentifier: "source",
      engine: "aurora-postgresql",
      engineVersion: "16.6",
      masterUsername: "scalar",
      masterPassword: "a-password",
      databaseName: "customers",
      skipFinalSnapshot: true,
    },
  },
  {
    key: "sourceInstance",
    type: "aws:rds/instance:Instance",
    inputs: {
      identifier: "source-instance",
      engine: "mysql",
      instanceClass: "db.m5.large",
      allocatedStorage: 100,
      username: "scalar",
      password: "a-password",
      backupRetentionPeriod: 7,
      skipFinalSnapshot: true,
    },
  },
  { key: "vault", type: "aws:backup/vault:Vault", inputs: { name: "vault" } },
  // A vault has one lock, and a topic one policy: each of their rows has one of its own.
  ...["locked1", "locked2", "locked3", "locked4", "locked5"].map((name) => ({
    key: name,
    type: "aws:backup/vault:Vault",
    inputs: { name },
  })),
  ...["topic", "policed1", "policed2", "policed3"].map((name) => ({
    key: name,
    type: "aws:sns/topic:Topic",
    inputs: { name },
  })),
  {
    key: "rule",
    type: "aws:cloudwatch/eventRule:EventRule",
    inputs: { name: "rule", eventPattern: JSON.stringify({ source: ["aws.backup"] }) },
  },
  {
    key: "plan",
    type: "aws:backup/plan:Plan",
    inputs: { name: "plan", rules: [{ ruleName: "daily", targetVaultName: "{vault.name}" }] },
  },
  {
    key: "role",
    type: "aws:iam/role:Role",
    inputs: { name: "backup", assumeRolePolicy: trust("backup.amazonaws.com") },
  },
  {
    key: "target",
    type: TARGET,
    inputs: { ...dimension("Write"), minCapacity: 5, maxCapacity: 50, resourceId: "table/{scaledTable.name}" },
  },
];

function trust(service: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
  });
}

function dimension(kind: "Read" | "Write"): PropertyMap {
  return { serviceNamespace: "dynamodb", scalableDimension: `dynamodb:table:${kind}CapacityUnits` };
}

/** Rows of one type on the same ground. */
function rows(type: string, ground: string, deployed: PropertyMap, changes: Record<string, PropertyMap>): Row[] {
  return Object.entries(changes).map(([title, change]) => ({ type, title: `${ground}: ${title}`, deployed, change }));
}

const TABLE = "aws:dynamodb/table:Table";
const ID = { name: "id", type: "S" };
const AT = { name: "at", type: "N" };

const PLAIN_TABLE: PropertyMap = {
  name: "{row}",
  attributes: [ID],
  hashKey: "id",
  billingMode: "PAY_PER_REQUEST",
  pointInTimeRecovery: { enabled: true },
};
const TABLE_INPUTS: PropertyMap = { ...PLAIN_TABLE, deletionProtectionEnabled: true, tags: { team: "ledger" } };
const PROVISIONED: PropertyMap = { ...TABLE_INPUTS, billingMode: "PROVISIONED", readCapacity: 5, writeCapacity: 5 };
const RESTORED: PropertyMap = { ...PLAIN_TABLE, restoreSourceName: "{sourceTable.name}", restoreDateTime: "{instant}" };
const RESTORED_LATEST: PropertyMap = {
  ...PLAIN_TABLE,
  restoreSourceName: "{sourceTable.name}",
  restoreToLatestTime: true,
};

const tables: Row[] = [
  ...rows(TABLE, "a table", TABLE_INPUTS, {
    "nothing changed": {},
    "a tag": { tags: { team: "other" } },
    "no tags": { tags: null },
    "deletion protection off": { deletionProtectionEnabled: false },
    "deletion protection left out": { deletionProtectionEnabled: null },
    "point-in-time recovery off": { pointInTimeRecovery: { enabled: false } },
    "point-in-time recovery left out": { pointInTimeRecovery: null },
    "the recovery period": { pointInTimeRecovery: { enabled: true, recoveryPeriodInDays: 7 } },
    "provisioned capacity": { billingMode: "PROVISIONED", readCapacity: 1, writeCapacity: 1 },
    "another hash key": { hashKey: "at", attributes: [AT] },
    "a range key": { rangeKey: "at", attributes: [ID, AT] },
    "keys and attributes left out": { hashKey: null, attributes: null },
    "encryption with the account's key": { serverSideEncryption: { enabled: true } },
    "no encryption said": { serverSideEncryption: { enabled: false } },
    "a stream": { streamEnabled: true, streamViewType: "NEW_AND_OLD_IMAGES" },
    "time to live": { ttl: { enabled: true, attributeName: "expires" } },
    "time to live off that is off": { ttl: { enabled: false } },
    "the table class": { tableClass: "STANDARD_INFREQUENT_ACCESS" },
    "the default table class said": { tableClass: "STANDARD" },
    "a global index": {
      attributes: [ID, AT],
      globalSecondaryIndexes: [{ name: "by-at", hashKey: "at", projectionType: "ALL" }],
    },
    "a local index": {
      rangeKey: "at",
      attributes: [ID, AT, { name: "by", type: "S" }],
      localSecondaryIndexes: [{ name: "by", rangeKey: "by", projectionType: "ALL" }],
    },
    "another name": { name: "{row}-other" },
  }),
  ...rows(TABLE, "a provisioned table", PROVISIONED, {
    "nothing changed": {},
    "its capacity": { readCapacity: 9 },
    "its capacity left out": { readCapacity: null, writeCapacity: null },
    "billed by request": { billingMode: "PAY_PER_REQUEST", readCapacity: null, writeCapacity: null },
    "its billing mode left out": { billingMode: null },
  }),
  ...rows(TABLE, "a restored table", RESTORED, {
    "nothing changed": {},
    "another instant": { restoreDateTime: "{otherInstant}" },
    "restore inputs left out": { restoreSourceName: null, restoreDateTime: null },
    "its source left out": { restoreSourceName: null },
    "its instant left out": { restoreDateTime: null },
    "another source": { restoreSourceName: "{scaledTable.name}" },
    "a tag": { tags: { team: "ledger" } },
    "deletion protection": { deletionProtectionEnabled: true },
    "the recovery period": { pointInTimeRecovery: { enabled: true, recoveryPeriodInDays: 7 } },
    "its key left out": { hashKey: null, attributes: null },
    "billed by capacity": { billingMode: "PROVISIONED", readCapacity: 1, writeCapacity: 1 },
  }),
  ...rows(TABLE, "a table restored to the latest instant", RESTORED_LATEST, {
    "nothing changed": {},
    "restore inputs left out": { restoreSourceName: null, restoreToLatestTime: null },
  }),
  ...rows(TABLE, "a restored table with tags", { ...RESTORED, tags: { team: "ledger" } }, { "nothing changed": {} }),
  ...rows(
    TABLE,
    "a restored table with protection",
    { ...RESTORED, deletionProtectionEnabled: true },
    { "nothing changed": {} },
  ),
  ...rows(
    TABLE,
    "a restored table with a stream",
    { ...RESTORED, streamEnabled: true, streamViewType: "NEW_IMAGE" },
    { "nothing changed": {} },
  ),
  ...rows(
    TABLE,
    "a restored table with time to live",
    { ...RESTORED, ttl: { enabled: true, attributeName: "expires" } },
    { "nothing changed": {} },
  ),
  {
    type: TABLE,
    title: "a table: another region",
    deployed: TABLE_INPUTS,
    change: { region: "us-west-2" },
    documented: {
      verdict: "replace",
      reason: "the Terraform provider has a region for each resource from version 6 on",
    },
  },
];

const CLUSTER = "aws:rds/cluster:Cluster";

const CLUSTER_INPUTS: PropertyMap = {
  clusterIdentifier: "{row}",
  engine: "aurora-postgresql",
  engineVersion: "16.6",
  masterUsername: "scalar",
  masterPassword: "a-password",
  databaseName: "customers",
  backupRetentionPeriod: 7,
  deleteAutomatedBackups: false,
  skipFinalSnapshot: true,
  tags: { team: "customers" },
};
const RESTORED_CLUSTER: PropertyMap = {
  clusterIdentifier: "{row}",
  engine: "aurora-postgresql",
  backupRetentionPeriod: 14,
  copyTagsToSnapshot: true,
  skipFinalSnapshot: true,
  tags: { drill: "yes" },
  restoreToPointInTime: {
    sourceClusterIdentifier: "{sourceCluster.clusterIdentifier}",
    restoreToTime: "{instant}",
    restoreType: "full-copy",
  },
};

const clusters: Row[] = [
  ...rows(CLUSTER, "a cluster", CLUSTER_INPUTS, {
    "nothing changed": {},
    "a tag": { tags: { team: "other" } },
    "the retention": { backupRetentionPeriod: 35 },
    "the retention left out": { backupRetentionPeriod: null },
    "deletion protection": { deletionProtection: true },
    "copying tags to snapshots": { copyTagsToSnapshot: true },
    "automated backups deleted with it": { deleteAutomatedBackups: true },
    "automated backups left to the default": { deleteAutomatedBackups: null },
    "a final snapshot": { skipFinalSnapshot: false, finalSnapshotIdentifier: "last" },
    "another password": { masterPassword: "another-password" },
    "another user": { masterUsername: "other" },
    "another database name": { databaseName: "other" },
    "the database name left out": { databaseName: null },
    encryption: { storageEncrypted: true },
    "another key": { kmsKeyId: "arn:aws:kms:ap-northeast-1:123456789012:key/11111111-2222-3333-4444-555555555555" },
    "the version": { engineVersion: "16.8" },
    "the version left out": { engineVersion: null },
    "the version shortened": { engineVersion: "16" },
    "the port": { port: 6432 },
    "the backup window": { preferredBackupWindow: "04:00-04:30" },
    "the maintenance window": { preferredMaintenanceWindow: "Mon:05:00-Mon:05:30" },
    "authentication by IAM": { iamDatabaseAuthenticationEnabled: true },
    "log exports": { enabledCloudwatchLogsExports: ["postgresql"] },
    zones: { availabilityZones: ["ap-northeast-1a"] },
    "capacity of serverless v2": { serverlessv2ScalingConfiguration: { minCapacity: 1, maxCapacity: 4 } },
    "a password that AWS manages": { masterPassword: null, manageMasterUserPassword: true },
    "a restore": {
      restoreToPointInTime: {
        sourceClusterIdentifier: "{sourceCluster.clusterIdentifier}",
        useLatestRestorableTime: true,
      },
    },
    "another identifier": { clusterIdentifier: "{row}-other" },
    "another engine": { engine: "aurora-mysql", engineVersion: null, databaseName: null },
  }),
  ...rows(
    CLUSTER,
    "a cluster of serverless v2",
    { ...CLUSTER_INPUTS, serverlessv2ScalingConfiguration: { minCapacity: 1, maxCapacity: 4 } },
    {
      "nothing changed": {},
      "its capacity": { serverlessv2ScalingConfiguration: { minCapacity: 1, maxCapacity: 8 } },
      "its capacity left out": { serverlessv2ScalingConfiguration: null },
    },
  ),
  ...rows(CLUSTER, "a restored cluster", RESTORED_CLUSTER, {
    "nothing changed": {},
    "another instant": {
      restoreToPointInTime: {
        sourceClusterIdentifier: "{sourceCluster.clusterIdentifier}",
        restoreToTime: "{otherInstant}",
        restoreType: "full-copy",
      },
    },
    "the latest instant": {
      restoreToPointInTime: {
        sourceClusterIdentifier: "{sourceCluster.clusterIdentifier}",
        useLatestRestorableTime: true,
        restoreType: "full-copy",
      },
    },
    "the restore left out": { restoreToPointInTime: null },
    "a tag": { tags: { drill: "no" } },
    "the retention": { backupRetentionPeriod: 35 },
    "deletion protection": { deletionProtection: true },
    "the database name of the source": { databaseName: "customers" },
    "another database name": { databaseName: "other" },
  }),
];

const INSTANCE = "aws:rds/clusterInstance:ClusterInstance";
const instances = rows(
  INSTANCE,
  "an instance",
  {
    identifier: "{row}",
    clusterIdentifier: "{sourceCluster.clusterIdentifier}",
    engine: "aurora-postgresql",
    instanceClass: "db.r6g.large",
    tags: { team: "customers" },
  },
  {
    "nothing changed": {},
    "its class": { instanceClass: "db.r6g.xlarge" },
    "a tag": { tags: { team: "other" } },
    "its promotion tier": { promotionTier: 2 },
    "open to the public": { publiclyAccessible: true },
    "copying tags to snapshots": { copyTagsToSnapshot: true },
    "no minor upgrades": { autoMinorVersionUpgrade: false },
    force: { forceDestroy: true },
    "another zone": { availabilityZone: "ap-northeast-1b" },
    "another identifier": { identifier: "{row}-other" },
    "another cluster": { clusterIdentifier: "other" },
    "another engine": { engine: "aurora-mysql" },
  },
);

export const SINGLE = "aws:rds/instance:Instance";
const RESTORED_SINGLE: PropertyMap = {
  identifier: "{row}",
  engine: "mysql",
  instanceClass: "db.m5.large",
  skipFinalSnapshot: true,
  restoreToPointInTime: { sourceDbInstanceIdentifier: "{sourceInstance.identifier}", restoreTime: "{instant}" },
};

/** The provider finds none of moto's single instances again, which it looks for by their resource ids. */
function documentedRestore(title: string, change: PropertyMap, verdict: Verdict, reason: string): Row {
  return {
    type: SINGLE,
    title: `a restored single instance: ${title}`,
    deployed: RESTORED_SINGLE,
    change,
    documented: { verdict, reason },
  };
}

const singles: Row[] = [
  documentedRestore(
    "the restore left out",
    // What an instance that is no copy has to say.
    { restoreToPointInTime: null, allocatedStorage: 100, username: "scalar" },
    "replace",
    "the block is ForceNew (terraform-provider-aws #34522)",
  ),
  documentedRestore(
    "another instant",
    {
      restoreToPointInTime: {
        sourceDbInstanceIdentifier: "{sourceInstance.identifier}",
        restoreTime: "{otherInstant}",
      },
    },
    "in place",
    "no property in the block is ForceNew (terraform-provider-aws #16871): it is accepted, and restores nothing",
  ),
];

const trios = rows(
  CLUSTER,
  "a Multi-AZ DB cluster",
  {
    clusterIdentifier: "{row}",
    engine: "mysql",
    engineVersion: "8.0.43",
    dbClusterInstanceClass: "db.m5d.large",
    allocatedStorage: 100,
    storageType: "io1",
    iops: 1000,
    masterUsername: "scalar",
    masterPassword: "a-password",
    backupRetentionPeriod: 7,
    skipFinalSnapshot: true,
  },
  {
    "nothing changed": {},
    "its class": { dbClusterInstanceClass: "db.m5d.xlarge" },
    "more storage": { allocatedStorage: 200 },
    "more speed": { iops: 2000 },
    "the retention": { backupRetentionPeriod: 35 },
    "deletion protection": { deletionProtection: true },
    "another user": { masterUsername: "other" },
    "another engine": { engine: "postgres", engineVersion: null },
  },
);

const RULE: PropertyMap = {
  ruleName: "continuous",
  targetVaultName: "{vault.name}",
  schedule: "cron(0 5 ? * * *)",
  enableContinuousBackup: true,
  lifecycle: { deleteAfter: 35 },
};

/** Read in the provider's source, where every input of a selection is ForceNew. */
function documentedSelection(title: string, change: PropertyMap, verdict: Verdict): Row {
  return {
    type: "aws:backup/selection:Selection",
    title: `a selection: ${title}`,
    deployed: { name: "{row}", planId: "{plan.id}", iamRoleArn: "{role.arn}", resources: ["{sourceCluster.arn}"] },
    change,
    documented: { verdict, reason: "moto lacks CreateBackupSelection" },
  };
}

const DENIAL = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Deny", Principal: "*", Action: "backup:DeleteRecoveryPoint", Resource: "*" }],
});

const TESTING = {
  name: "weekly",
  scheduleExpression: "cron(0 12 ? * 1 *)",
  recoveryPointSelection: {
    algorithm: "LATEST_WITHIN_WINDOW",
    includeVaults: ["{vault.arn}"],
    recoveryPointTypes: ["SNAPSHOT"],
  },
};

/** Read in the provider's source; what moto lacks is the reason. */
function documentedRows(
  type: string,
  what: string,
  deployed: PropertyMap,
  changes: Record<string, [PropertyMap, Verdict]>,
  reason: string,
): Row[] {
  return Object.entries(changes).map(([title, [change, verdict]], index) => ({
    type,
    title: `${what}: ${title}`,
    deployed: type.endsWith("TestingPlan") ? { ...deployed, name: `weekly${index}` } : deployed,
    change,
    documented: { verdict, reason },
  }));
}

const backups: Row[] = [
  ...rows(
    "aws:backup/vault:Vault",
    "a vault",
    { name: "{row}", tags: { team: "backup" } },
    {
      "nothing changed": {},
      "a tag": { tags: { team: "other" } },
      force: { forceDestroy: true },
      "another key": { kmsKeyArn: "arn:aws:kms:ap-northeast-1:123456789012:key/11111111-2222-3333-4444-555555555555" },
      "another name": { name: "{row}-other" },
    },
  ),
  ...rows(
    "aws:backup/plan:Plan",
    "a plan",
    { name: "{row}", rules: [RULE], tags: { team: "backup" } },
    {
      "nothing changed": {},
      "a tag": { tags: { team: "other" } },
      "how long it keeps": { rules: [{ ...RULE, lifecycle: { deleteAfter: 14 } }] },
      "its schedule": { rules: [{ ...RULE, schedule: "cron(0 6 ? * * *)" }] },
      "no continuous backup": { rules: [{ ...RULE, enableContinuousBackup: false }] },
      "another rule": { rules: [RULE, { ruleName: "weekly", targetVaultName: "{vault.name}" }] },
      "a copy": { rules: [{ ...RULE, copyActions: [{ destinationVaultArn: "{locked1.arn}" }] }] },
      "the defaults said": {
        rules: [{ ...RULE, startWindow: 60, completionWindow: 180, scheduleExpressionTimezone: "Etc/UTC" }],
      },
      "another name": { name: "{row}-other" },
    },
  ),
  documentedSelection("nothing changed", {}, "no change"),
  documentedSelection("other resources", { resources: ["*"] }, "replace"),
  documentedSelection("an exception", { notResources: ["{sourceTable.arn}"] }, "replace"),
  documentedSelection(
    "a tag to select by",
    { selectionTags: [{ type: "STRINGEQUALS", key: "backup", value: "yes" }] },
    "replace",
  ),
  documentedSelection("another name", { name: "{row}-other" }, "replace"),
  ...(
    [
      ["nothing changed", {}],
      ["a longer least", { minRetentionDays: 14 }],
      ["a shorter most", { maxRetentionDays: 60 }],
      ["no most", { maxRetentionDays: null }],
      ["compliance mode", { changeableForDays: 3 }],
    ] as const
  ).map(([title, change], index) => ({
    type: "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
    title: `a lock: ${title}`,
    deployed: { backupVaultName: `{locked${index + 1}.name}`, minRetentionDays: 7, maxRetentionDays: 90 },
    change,
  })),
  ...documentedRows(
    "aws:backup/vaultPolicy:VaultPolicy",
    "a vault's policy",
    { backupVaultName: "{vault.name}", policy: DENIAL },
    {
      "nothing changed": [{}, "no change"],
      "the same in other words": [{ policy: JSON.stringify(JSON.parse(DENIAL), undefined, 2) }, "no change"],
      "another policy": [{ policy: DENIAL.replace("DeleteRecoveryPoint", "StartCopyJob") }, "in place"],
    },
    "moto lacks PutBackupVaultAccessPolicy",
  ),
  ...documentedRows(
    "aws:backup/restoreTestingPlan:RestoreTestingPlan",
    "a restore testing plan",
    TESTING,
    {
      "nothing changed": [{}, "no change"],
      "its schedule": [{ scheduleExpression: "cron(0 13 ? * 1 *)" }, "in place"],
      "the types": [
        { recoveryPointSelection: { ...TESTING.recoveryPointSelection, recoveryPointTypes: ["CONTINUOUS"] } },
        "in place",
      ],
      "another name": [{ name: "other" }, "replace"],
    },
    "moto lacks restore testing",
  ),
];

const PERMISSIONS = "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup";

const identities: Row[] = [
  ...rows(
    "aws:iam/role:Role",
    "a role",
    { name: "{row}", assumeRolePolicy: trust("backup.amazonaws.com"), tags: { team: "backup" } },
    {
      "nothing changed": {},
      "a tag": { tags: { team: "other" } },
      "its policy in other words": {
        assumeRolePolicy: JSON.stringify(
          JSON.parse(trust("backup.amazonaws.com")),
          ["Statement", "Version", "Action", "Effect", "Principal", "Service"],
          2,
        ),
      },
      "another policy": { assumeRolePolicy: trust("rds.amazonaws.com") },
      "a description": { description: "backs up" },
      "longer sessions": { maxSessionDuration: 7200 },
      force: { forceDetachPolicies: true },
      "a boundary": { permissionsBoundary: PERMISSIONS },
      "another path": { path: "/backup/" },
      "another name": { name: "{row}-other" },
    },
  ),
  ...rows(
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "an attachment",
    { role: "{role.name}", policyArn: PERMISSIONS },
    {
      "nothing changed": {},
      "another policy": { policyArn: PERMISSIONS.replace("ForBackup", "ForRestores") },
      "another role": { role: "other" },
    },
  ),
];

const SELF = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Principal: { AWS: "arn:aws:iam::123456789012:root" }, Action: "kms:*", Resource: "*" },
  ],
});
const PUBLISH = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Principal: { Service: "backup.amazonaws.com" }, Action: "sns:Publish", Resource: "*" },
  ],
});
const TABLES_ONLY = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "dynamodb:DescribeTable", Resource: "*" }],
});

const notifications: Row[] = [
  ...rows(
    "aws:iam/rolePolicy:RolePolicy",
    "a role's own policy",
    { role: "{role.name}", name: "{row}", policy: TABLES_ONLY },
    {
      "nothing changed": {},
      "the same in other words": { policy: JSON.stringify(JSON.parse(TABLES_ONLY), undefined, 2) },
      "another policy": { policy: TABLES_ONLY.replace("DescribeTable", "ListTables") },
      "another name": { name: "{row}-other" },
    },
  ),
  ...rows(
    "aws:kms/key:Key",
    "a key",
    { description: "{row}", policy: SELF, tags: { team: "backup" } },
    {
      "nothing changed": {},
      "a tag": { tags: { team: "other" } },
      "a description": { description: "other" },
      "the policy in other words": { policy: JSON.stringify(JSON.parse(SELF), undefined, 2) },
      rotation: { enableKeyRotation: true },
      "more time to repent": { deletionWindowInDays: 30 },
    },
  ),
  ...rows(
    "aws:sns/topic:Topic",
    "a topic",
    { name: "{row}", tags: { team: "backup" } },
    {
      "nothing changed": {},
      "a tag": { tags: { team: "other" } },
      "a key": { kmsMasterKeyId: "alias/aws/sns" },
      "another name": { name: "{row}-other" },
    },
  ),
  ...(
    [
      ["nothing changed", {}],
      ["the same in other words", { policy: JSON.stringify(JSON.parse(PUBLISH), undefined, 2) }],
      ["another policy", { policy: PUBLISH.replace("sns:Publish", "sns:Subscribe") }],
    ] as const
  ).map(([title, change], index) => ({
    type: "aws:sns/topicPolicy:TopicPolicy",
    title: `a topic's policy: ${title}`,
    deployed: { arn: `{policed${index + 1}.arn}`, policy: PUBLISH },
    change,
  })),
  ...rows(
    "aws:sns/topicSubscription:TopicSubscription",
    "a subscription",
    { topic: "{topic.arn}", protocol: "sqs", endpoint: "arn:aws:sqs:ap-northeast-1:123456789012:{row}" },
    {
      "nothing changed": {},
      "a filter": { filterPolicy: JSON.stringify({ State: [{ "anything-but": "COMPLETED" }] }) },
      "another endpoint": { endpoint: "arn:aws:sqs:ap-northeast-1:123456789012:{row}-other" },
    },
  ),
];

const FAILED = JSON.stringify({ source: ["aws.backup"], detail: { state: ["FAILED"] } });

const events: Row[] = [
  ...rows(
    "aws:cloudwatch/eventRule:EventRule",
    "a rule",
    { name: "{row}", eventPattern: FAILED, tags: { team: "backup" } },
    {
      "nothing changed": {},
      "a tag": { tags: { team: "other" } },
      "the pattern in other words": { eventPattern: JSON.stringify(JSON.parse(FAILED), undefined, 2) },
      "another pattern": { eventPattern: FAILED.replace("FAILED", "EXPIRED") },
      "a description": { description: "bad news" },
      "another name": { name: "{row}-other" },
    },
  ),
  ...rows(
    "aws:cloudwatch/eventTarget:EventTarget",
    "a target",
    { rule: "{rule.name}", targetId: "{row}", arn: "{topic.arn}" },
    {
      "nothing changed": {},
      "another topic": { arn: "{policed1.arn}" },
      "another id": { targetId: "{row}-other" },
      "another rule": { rule: "other" },
    },
  ),
];

const POLICY = "aws:appautoscaling/policy:Policy";
const TRACKING: PropertyMap = {
  targetValue: 70,
  predefinedMetricSpecification: { predefinedMetricType: "DynamoDBWriteCapacityUtilization" },
};

/** Read in the provider's source, which lists the tags of every target. */
function documentedTarget(title: string, change: PropertyMap, verdict: Verdict): Row {
  return {
    type: TARGET,
    title: `a target: ${title}`,
    deployed: { ...dimension("Read"), resourceId: "table/{scaledTable.name}", minCapacity: 5, maxCapacity: 50 },
    change,
    documented: { verdict, reason: "moto lacks ListTagsForResource of Application Auto Scaling" },
  };
}

const scaling: Row[] = [
  documentedTarget("nothing changed", {}, "no change"),
  documentedTarget("its most", { maxCapacity: 60 }, "in place"),
  documentedTarget("its least", { minCapacity: 6 }, "in place"),
  documentedTarget("a tag", { tags: { team: "ledger" } }, "in place"),
  documentedTarget("another table", { resourceId: "table/other" }, "replace"),
  documentedTarget("another dimension", { scalableDimension: "dynamodb:index:ReadCapacityUnits" }, "replace"),
  ...rows(
    POLICY,
    "a policy",
    {
      ...dimension("Write"),
      name: "{row}",
      resourceId: "table/{scaledTable.name}",
      policyType: "TargetTrackingScaling",
      targetTrackingScalingPolicyConfiguration: TRACKING,
    },
    {
      "nothing changed": {},
      "its value": { targetTrackingScalingPolicyConfiguration: { ...TRACKING, targetValue: 50 } },
      "a cooldown": { targetTrackingScalingPolicyConfiguration: { ...TRACKING, scaleInCooldown: 60 } },
      "never in": { targetTrackingScalingPolicyConfiguration: { ...TRACKING, disableScaleIn: true } },
      "another metric": {
        targetTrackingScalingPolicyConfiguration: {
          targetValue: 70,
          predefinedMetricSpecification: { predefinedMetricType: "DynamoDBReadCapacityUtilization" },
        },
      },
      "another name": { name: "{row}-other" },
      "another table": { resourceId: "table/other" },
    },
  ),
];

export const ROWS: Row[] = [
  ...tables,
  ...clusters,
  ...instances,
  ...singles,
  ...trios,
  ...backups,
  ...identities,
  ...notifications,
  ...events,
  ...scaling,
];

/** A name of a row's own, fit for every type. */
export function rowName(index: number): string {
  return `row-${String(index).padStart(3, "0")}`;
}

/** Inputs with the change made and what is in braces filled in; what is null is left out. */
export function filled(inputs: PropertyMap, fill: (placeholder: string) => string): PropertyMap {
  const text = JSON.stringify(inputs, (_, value) => (value === null ? undefined : value));
  return JSON.parse(text, (_, value) =>
    typeof value === "string"
      ? value.replace(/\{(\w+(?:\.\w+)?)\}/g, (_match, placeholder) => fill(placeholder))
      : value,
  );
}
