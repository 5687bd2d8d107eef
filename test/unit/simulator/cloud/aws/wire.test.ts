import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
  ServiceNamespace as NAMESPACES,
  PutScalingPolicyCommand,
  paginateDescribeScalingPolicies,
  RegisterScalableTargetCommand,
} from "@aws-sdk/client-application-auto-scaling";
import {
  CreateBackupCommand,
  CreateGlobalTableCommand,
  DeleteBackupCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  ListBackupsCommand,
  ListTablesCommand,
  ListTagsOfResourceCommand,
  paginateListTables,
  RestoreTableToPointInTimeCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import {
  AddTagsToResourceCommand,
  CreateDBClusterCommand,
  DBClusterAutomatedBackupNotFoundFault,
  DBClusterSnapshotNotFoundFault,
  DBInstanceAutomatedBackupNotFoundFault,
  DBSnapshotNotFoundFault,
  DescribeDBClusterAutomatedBackupsCommand,
  DescribeDBClusterSnapshotsCommand,
  DescribeDBClustersCommand,
  DescribeDBInstanceAutomatedBackupsCommand,
  DescribeDBInstancesCommand,
  DescribeDBSnapshotsCommand,
  ListTagsForResourceCommand,
  ModifyDBClusterCommand,
  paginateDescribeDBClusters,
  RDSClient,
  RestoreDBClusterToPointInTimeCommand,
} from "@aws-sdk/client-rds";
import test, { type ExecutionContext } from "ava";
import { AwsCloud } from "../../../../../simulator/cloud/aws/aws";
import { serveAws } from "../../../../../simulator/cloud/aws/wire/server";
import { SimulatedClock } from "../../../../../simulator/cloud/clock";

const REGION = "ap-northeast-1";
const HOUR = 60 * 60 * 1000;

async function setUp(t: ExecutionContext) {
  const clock = new SimulatedClock();
  const aws = new AwsCloud(clock, 1);
  const { url, close } = await serveAws(aws);
  t.teardown(close);
  const client = {
    region: REGION,
    endpoint: url,
    credentials: { accessKeyId: "a", secretAccessKey: "b" },
    maxAttempts: 1,
  };
  return { clock, aws, url, client, dynamodb: new DynamoDBClient(client), rds: new RDSClient(client) };
}

function createTable(aws: AwsCloud, name: string, region = REGION) {
  aws.dynamodb.region(region).createTable({
    TableName: name,
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
  });
}

function createCluster(aws: AwsCloud, identifier: string) {
  aws.rds.region(REGION).createDBCluster({
    DBClusterIdentifier: identifier,
    Engine: "aurora-postgresql",
    MasterUsername: "scalar",
    MasterUserPassword: "secret",
    Tags: [{ Key: "a&b", Value: "<c>" }],
  });
}

function createInstance(aws: AwsCloud, identifier: string) {
  aws.rds.region(REGION).createDBInstance({
    DBInstanceIdentifier: identifier,
    Engine: "mysql",
    DBInstanceClass: "db.m7g.large",
    MasterUsername: "scalar",
    MasterUserPassword: "secret",
    AllocatedStorage: 100,
    BackupRetentionPeriod: 7,
  });
}

test("tables are listed by hundreds, each region for itself", async (t) => {
  const { aws, dynamodb, client } = await setUp(t);
  for (let index = 0; index < 250; index += 1) createTable(aws, `table-${String(index).padStart(3, "0")}`);
  createTable(aws, "elsewhere", "us-west-2");
  const pages: number[] = [];
  for await (const page of paginateListTables({ client: dynamodb }, {})) pages.push(page.TableNames?.length ?? 0);
  t.deepEqual(pages, [100, 100, 50]);
  await t.throwsAsync(dynamodb.send(new ListTablesCommand({ Limit: 101 })), { name: "ValidationException" });
  const other = new DynamoDBClient({ ...client, region: "us-west-2" });
  t.deepEqual((await other.send(new ListTablesCommand({}))).TableNames, ["elsewhere"]);
});

test("recovery is switched on, its range read, and a table restored", async (t) => {
  const { clock, aws, dynamodb } = await setUp(t);
  createTable(aws, "ledger.accounts");
  await dynamodb.send(
    new UpdateContinuousBackupsCommand({
      TableName: "ledger.accounts",
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 14 },
    }),
  );
  aws.dynamodb.region(REGION).table("ledger.accounts").putItem("a", { balance: 1 });
  clock.advance(2 * HOUR);
  const { ContinuousBackupsDescription: backups } = await dynamodb.send(
    new DescribeContinuousBackupsCommand({ TableName: "ledger.accounts" }),
  );
  const recovery = backups?.PointInTimeRecoveryDescription;
  t.is(recovery?.RecoveryPeriodInDays, 14);
  const { earliest, latest } = aws.dynamodb.region(REGION).table("ledger.accounts").restorableRange() ?? {};
  t.is(recovery?.EarliestRestorableDateTime?.getTime(), earliest);
  t.true(Math.abs((recovery?.LatestRestorableDateTime?.getTime() ?? 0) - (latest ?? 0)) <= 2000);
  const restored = await dynamodb.send(
    new RestoreTableToPointInTimeCommand({
      SourceTableName: "ledger.accounts",
      TargetTableName: "copy",
      RestoreDateTime: new Date(clock.now() - HOUR),
    }),
  );
  t.is(restored.TableDescription?.TableStatus, "CREATING");
  clock.advance(20 * 60 * 1000);
  const { Table: copy } = await dynamodb.send(new DescribeTableCommand({ TableName: "copy" }));
  t.is(copy?.TableStatus, "ACTIVE");
  t.is(copy?.ItemCount, 1);
});

test("a table's settings, tags and time to live are changed and read", async (t) => {
  const { aws, dynamodb } = await setUp(t);
  createTable(aws, "ledger.accounts");
  const TableName = "ledger.accounts";
  const ResourceArn = aws.dynamodb.region(REGION).table(TableName).arn;
  await dynamodb.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: true }));
  await dynamodb.send(
    new UpdateTimeToLiveCommand({
      TableName,
      TimeToLiveSpecification: { Enabled: true, AttributeName: "expires" },
    }),
  );
  await dynamodb.send(
    new TagResourceCommand({
      ResourceArn,
      Tags: Array.from({ length: 12 }, (_, index) => ({ Key: `k${index}`, Value: "v" })),
    }),
  );
  await dynamodb.send(new UntagResourceCommand({ ResourceArn, TagKeys: ["k0"] }));
  const page = await dynamodb.send(new ListTagsOfResourceCommand({ ResourceArn }));
  const rest = await dynamodb.send(new ListTagsOfResourceCommand({ ResourceArn, NextToken: page.NextToken }));
  t.deepEqual([page.Tags?.length, rest.Tags?.length, rest.NextToken], [10, 1, undefined]);
  const { Table: table } = await dynamodb.send(new DescribeTableCommand({ TableName }));
  t.true(table?.DeletionProtectionEnabled);
  const { TimeToLiveDescription: ttl } = await dynamodb.send(new DescribeTimeToLiveCommand({ TableName }));
  t.deepEqual(ttl, { TimeToLiveStatus: "ENABLING", AttributeName: "expires" });
});

test("errors arrive as the SDK's own exceptions", async (t) => {
  const { dynamodb, rds } = await setUp(t);
  await t.throwsAsync(dynamodb.send(new DescribeTableCommand({ TableName: "none" })), {
    name: "ResourceNotFoundException",
    message: "Requested resource not found: Table: none not found",
  });
  await t.throwsAsync(rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier: "none" })), {
    name: "DBClusterNotFoundFault",
    message: "DBCluster none not found.",
  });
});

test("what isn't simulated is an error: operations, members, services, requests without a signature", async (t) => {
  const { aws, url, dynamodb, rds } = await setUp(t);
  createTable(aws, "ledger.accounts");
  createCluster(aws, "customers");
  await t.throwsAsync(dynamodb.send(new CreateGlobalTableCommand({ GlobalTableName: "g", ReplicationGroup: [] })), {
    name: "UnknownOperationException",
  });
  await t.throwsAsync(
    dynamodb.send(new UpdateTableCommand({ TableName: "ledger.accounts", MultiRegionConsistency: "STRONG" })),
    { name: "ValidationException", message: /MultiRegionConsistency/ },
  );
  await t.throwsAsync(
    rds.send(
      new CreateDBClusterCommand({
        DBClusterIdentifier: "x",
        Engine: "aurora-postgresql",
      }),
    ),
    { name: "InvalidAction" },
  );
  await t.throwsAsync(rds.send(new ModifyDBClusterCommand({ DBClusterIdentifier: "customers", Domain: "d-1" })), {
    name: "InvalidParameterValue",
    message: /Domain/,
  });
  const ask = (headers: Record<string, string>, body: string) => fetch(url, { method: "POST", headers, body });
  t.is((await ask({ "x-amz-target": "Kinesis_20131202.ListStreams" }, "{}")).status, 400);
  t.is((await ask({ "x-amz-target": "DynamoDB_20120810.ListTables" }, "{}")).status, 403);
  t.is((await ask({}, "Action=ListQueues&Version=2012-11-05")).status, 400);
});

test("clusters and instances are described, filtered and paged", async (t) => {
  const { aws, rds } = await setUp(t);
  for (let index = 0; index < 45; index += 1) createCluster(aws, `c-${String(index).padStart(2, "0")}`);
  aws.rds.region(REGION).createDBInstance({
    DBInstanceIdentifier: "writer",
    DBClusterIdentifier: "c-07",
    Engine: "aurora-postgresql",
    DBInstanceClass: "db.r6g.large",
  });
  const pages: number[] = [];
  for await (const page of paginateDescribeDBClusters({ client: rds, pageSize: 20 }, {}))
    pages.push(page.DBClusters?.length ?? 0);
  t.deepEqual(pages, [20, 20, 5]);

  const { DBClusters: clusters } = await rds.send(new DescribeDBClustersCommand({ DBClusterIdentifier: "c-07" }));
  t.like(clusters?.[0], { DBClusterIdentifier: "c-07", BackupRetentionPeriod: 1, DeletionProtection: false });
  t.true(clusters?.[0]?.EarliestRestorableTime instanceof Date);
  t.deepEqual(clusters?.[0]?.TagList, [{ Key: "a&b", Value: "<c>" }]);
  t.deepEqual(
    clusters?.[0]?.DBClusterMembers?.map((member) => member.DBInstanceIdentifier),
    ["writer"],
  );
  const instancesOf = async (cluster: string) =>
    (await rds.send(new DescribeDBInstancesCommand({ Filters: [{ Name: "db-cluster-id", Values: [cluster] }] })))
      .DBInstances;
  t.is((await instancesOf("c-07"))?.[0]?.DBInstanceClass, "db.r6g.large");
  t.deepEqual(await instancesOf("c-08"), []);
  await t.throwsAsync(rds.send(new DescribeDBInstancesCommand({ Filters: [{ Name: "colour", Values: ["x"] }] })), {
    name: "InvalidParameterValue",
  });
});

test("a cluster is modified, tagged and restored", async (t) => {
  const { clock, aws, rds } = await setUp(t);
  createCluster(aws, "customers");
  const cluster = aws.rds.region(REGION).cluster("customers");
  await rds.send(
    new ModifyDBClusterCommand({
      DBClusterIdentifier: "customers",
      BackupRetentionPeriod: 35,
      DeletionProtection: true,
      CloudwatchLogsExportConfiguration: { EnableLogTypes: ["postgresql"] },
      ServerlessV2ScalingConfiguration: { MinCapacity: 0.5, MaxCapacity: 4 },
    }),
  );
  t.like(cluster.settings, {
    backupRetentionPeriod: 35,
    deletionProtection: true,
    logsExports: ["postgresql"],
    serverlessV2Scaling: { MinCapacity: 0.5, MaxCapacity: 4 },
  });
  await rds.send(
    new AddTagsToResourceCommand({ ResourceName: cluster.arn, Tags: [{ Key: "team", Value: "customers" }] }),
  );
  const { TagList: tags } = await rds.send(new ListTagsForResourceCommand({ ResourceName: cluster.arn }));
  t.deepEqual(
    tags?.map((tag) => tag.Key),
    ["a&b", "team"],
  );
  clock.advance(HOUR);
  await rds.send(
    new RestoreDBClusterToPointInTimeCommand({
      DBClusterIdentifier: "copy",
      SourceDBClusterIdentifier: "customers",
      RestoreToTime: new Date(clock.now() - HOUR / 2),
      RestoreType: "full-copy",
      Tags: [{ Key: "drill", Value: "yes" }],
    }),
  );
  t.deepEqual(aws.rds.region(REGION).cluster("copy").tags, { drill: "yes" });
});

test("automated backups of what is deleted are found by filters and resource ids, not by an identifier", async (t) => {
  const { aws, rds } = await setUp(t);
  const region = aws.rds.region(REGION);
  const gone = { SkipFinalSnapshot: true, DeleteAutomatedBackups: false };
  createCluster(aws, "customers");
  const { resourceId: cluster, arn } = region.cluster("customers");
  region.deleteDBCluster({ DBClusterIdentifier: "customers", ...gone });
  createInstance(aws, "orders");
  const { resourceId: instance } = region.instances.instance("orders");
  region.deleteDBInstance({ DBInstanceIdentifier: "orders", ...gone });

  const clusters = async (input: object) =>
    (await rds.send(new DescribeDBClusterAutomatedBackupsCommand(input))).DBClusterAutomatedBackups?.map(
      ({ DbClusterResourceId }) => DbClusterResourceId,
    );
  const filter = (Name: string, value: string) => ({ Filters: [{ Name, Values: [value] }] });
  for (const input of [
    filter("db-cluster-id", "customers"),
    filter("db-cluster-id", arn),
    filter("db-cluster-resource-id", cluster),
    filter("status", "retained"),
    { DbClusterResourceId: cluster.toLowerCase() },
    {},
  ])
    t.deepEqual(await clusters(input), [cluster], JSON.stringify(input));
  t.deepEqual(await clusters(filter("db-cluster-id", "unknown")), []);
  for (const input of [{ DBClusterIdentifier: "customers" }, { DbClusterResourceId: "cluster-UNKNOWN" }])
    await t.throwsAsync(clusters(input), { instanceOf: DBClusterAutomatedBackupNotFoundFault });

  const instances = async (input: object) =>
    (await rds.send(new DescribeDBInstanceAutomatedBackupsCommand(input))).DBInstanceAutomatedBackups?.map(
      ({ DbiResourceId }) => DbiResourceId,
    );
  for (const input of [
    filter("db-instance-id", "orders"),
    filter("dbi-resource-id", instance),
    { DbiResourceId: instance.toLowerCase() },
  ])
    t.deepEqual(await instances(input), [instance], JSON.stringify(input));
  for (const input of [{ DBInstanceIdentifier: "orders" }, { DbiResourceId: "db-UNKNOWN" }])
    await t.throwsAsync(instances(input), { instanceOf: DBInstanceAutomatedBackupNotFoundFault });

  createInstance(aws, "orders");
  t.deepEqual(await instances({ DBInstanceIdentifier: "ORDERS" }), [region.instances.instance("orders").resourceId]);
});

test("snapshots are listed without an identifier, by their source and their type", async (t) => {
  const { aws, rds } = await setUp(t);
  const { snapshots, instances: singles } = aws.rds.region(REGION);
  createCluster(aws, "customers");
  createInstance(aws, "orders");
  for (const database of [aws.rds.region(REGION).cluster("customers"), singles.instance("orders")])
    for (const type of ["manual", "awsbackup"] as const)
      snapshots.take(database, {
        identifier: `${type === "awsbackup" ? "awsbackup:job-" : ""}${database.identifier}`,
        type,
        at: database.now(),
        tags: {},
      });
  const clusters = async (input: object) =>
    (await rds.send(new DescribeDBClusterSnapshotsCommand(input))).DBClusterSnapshots?.map(
      ({ DBClusterSnapshotIdentifier: id }) => id,
    );
  t.deepEqual(await clusters({}), ["customers"]);
  t.deepEqual(await clusters({ SnapshotType: "awsbackup" }), ["awsbackup:job-customers"]);
  t.deepEqual(await clusters({ DBClusterIdentifier: "unknown" }), []);
  t.deepEqual(await clusters({ DBClusterSnapshotIdentifier: "awsbackup:job-customers" }), ["awsbackup:job-customers"]);
  await t.throwsAsync(clusters({ DBClusterSnapshotIdentifier: "unknown" }), {
    instanceOf: DBClusterSnapshotNotFoundFault,
  });
  const instances = async (input: object) =>
    (await rds.send(new DescribeDBSnapshotsCommand(input))).DBSnapshots?.map(({ DBSnapshotIdentifier: id }) => id);
  t.deepEqual(await instances({}), ["orders"]);
  t.deepEqual(await instances({ DBInstanceIdentifier: "orders", SnapshotType: "awsbackup" }), ["awsbackup:job-orders"]);
  await t.throwsAsync(instances({ DBSnapshotIdentifier: "unknown" }), { instanceOf: DBSnapshotNotFoundFault });
});

test("a table says how much throughput it is warm for", async (t) => {
  const { aws, dynamodb } = await setUp(t);
  createTable(aws, "provisioned");
  aws.dynamodb.region(REGION).createTable({
    TableName: "on-demand",
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    BillingMode: "PAY_PER_REQUEST",
  });
  const warm = async (TableName: string) =>
    (await dynamodb.send(new DescribeTableCommand({ TableName }))).Table?.WarmThroughput;
  t.deepEqual(await warm("provisioned"), { ReadUnitsPerSecond: 1, WriteUnitsPerSecond: 1, Status: "ACTIVE" });
  t.deepEqual(await warm("on-demand"), { ReadUnitsPerSecond: 12_000, WriteUnitsPerSecond: 4000, Status: "ACTIVE" });
});

test("an unknown namespace is refused", async (t) => {
  const { client } = await setUp(t);
  const autoscaling = new ApplicationAutoScalingClient(client);
  // biome-ignore lint/suspicious/noExplicitAny: the SDK's types have no such namespace
  const key = { ServiceNamespace: "dynamo" as any, ScalableDimension: "dynamodb:table:ReadCapacityUnits" as const };
  for (const command of [
    new DescribeScalableTargetsCommand(key),
    new DescribeScalingPoliciesCommand(key),
    new RegisterScalableTargetCommand({ ...key, ResourceId: "table/a", MinCapacity: 1, MaxCapacity: 9 }),
    new PutScalingPolicyCommand({ ...key, ResourceId: "table/a", PolicyName: "read" }),
  ])
    await t.throwsAsync(autoscaling.send(command as DescribeScalableTargetsCommand), {
      name: "ValidationException",
      message: /'dynamo' at 'serviceNamespace' failed to satisfy constraint/,
    });
  for (const ServiceNamespace of Object.values(NAMESPACES))
    await t.notThrowsAsync(
      autoscaling.send(new DescribeScalableTargetsCommand({ ServiceNamespace })),
      ServiceNamespace,
    );
});

test("targets and policies are registered and read, policies by tens", async (t) => {
  const { aws, client } = await setUp(t);
  const autoscaling = new ApplicationAutoScalingClient(client);
  const ServiceNamespace = "dynamodb";
  const ScalableDimension = "dynamodb:table:ReadCapacityUnits";
  for (let index = 0; index < 12; index += 1) {
    createTable(aws, `table-${index}`);
    const key = { ServiceNamespace, ScalableDimension, ResourceId: `table/table-${index}` } as const;
    await autoscaling.send(new RegisterScalableTargetCommand({ ...key, MinCapacity: 1, MaxCapacity: 9 }));
    await autoscaling.send(
      new PutScalingPolicyCommand({
        ...key,
        PolicyName: "read",
        PolicyType: "TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration: {
          TargetValue: 70,
          PredefinedMetricSpecification: { PredefinedMetricType: "DynamoDBReadCapacityUtilization" },
        },
      }),
    );
  }
  const { ScalableTargets: targets } = await autoscaling.send(
    new DescribeScalableTargetsCommand({ ServiceNamespace, ResourceIds: ["table/table-3", "table/table-4"] }),
  );
  t.is(targets?.length, 2);
  t.like(targets?.[0], { MinCapacity: 1, MaxCapacity: 9, ResourceId: "table/table-3" });
  const pages: number[] = [];
  for await (const page of paginateDescribeScalingPolicies({ client: autoscaling }, { ServiceNamespace }))
    pages.push(page.ScalingPolicies?.length ?? 0);
  t.deepEqual(pages, [10, 2]);
  const { ScalingPolicies: policies } = await autoscaling.send(
    new DescribeScalingPoliciesCommand({ ServiceNamespace, ResourceId: "table/table-3" }),
  );
  t.is(policies?.[0]?.TargetTrackingScalingPolicyConfiguration?.TargetValue, 70);
});

/** A role that pods of scalar/pauser may take, to ask for backups of tables of the namespace ledger. */
function pauserRole(aws: AwsCloud) {
  const role = aws.iam.createRole({
    name: "pauser",
    assumeRolePolicy: JSON.stringify({
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "pods.eks.amazonaws.com" },
          Action: ["sts:AssumeRole", "sts:TagSession"],
          Condition: { StringEquals: { "aws:RequestTag/kubernetes-namespace": "scalar" } },
        },
      ],
    }),
  });
  const statement = {
    Effect: "Allow",
    Action: "dynamodb:CreateBackup",
    Resource: `arn:aws:dynamodb:${REGION}:*:table/ledger.*`,
  };
  aws.iam.putRolePolicy("pauser", "backups", JSON.stringify({ Statement: [statement] }));
  const eks = aws.eks.region(REGION);
  eks.createCluster("payments");
  aws.sessions.accountOf = (token) => (token === "a-token" ? { namespace: "scalar", name: "pauser" } : undefined);
  return { role, eks };
}

test("a pod with Pod Identity works as its role, by its signature, and as no other role", async (t) => {
  const { aws, url, client } = await setUp(t);
  createTable(aws, "ledger.accounts");
  createTable(aws, "payroll");
  const { role, eks } = pauserRole(aws);
  const ask = (token: string) => fetch(`${url}/v1/credentials`, { headers: { authorization: token } });
  t.is((await ask("a-token")).status, 404, "there is no association yet");
  const association = { clusterName: "payments", namespace: "scalar", serviceAccount: "pauser", tags: {} };
  eks.createPodIdentityAssociation({ ...association, roleArn: role.arn });
  t.is((await ask("another")).status, 404);
  const { AccessKeyId, SecretAccessKey, Token } = (await (await ask("a-token")).json()) as {
    AccessKeyId: string;
    SecretAccessKey: string;
    Token: string;
  };
  const as = (credentials: object) =>
    new DynamoDBClient({
      ...client,
      credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: Token, ...credentials },
    });
  const backUp = (TableName: string) => new CreateBackupCommand({ TableName, BackupName: "backup" });
  const { BackupDetails } = await as({}).send(backUp("ledger.accounts"));
  t.is(BackupDetails?.BackupStatus, "CREATING");
  const denied = { name: "AccessDeniedException" };
  await t.throwsAsync(as({}).send(backUp("payroll")), denied);
  await t.throwsAsync(as({}).send(new DeleteBackupCommand({ BackupArn: BackupDetails?.BackupArn })), denied);
  const forged = { name: "InvalidSignatureException" };
  await t.throwsAsync(as({ secretAccessKey: "guessed" }).send(backUp("ledger.accounts")), forged);
  const unknown = { name: "UnrecognizedClientException" };
  await t.throwsAsync(as({ sessionToken: "guessed" }).send(backUp("ledger.accounts")), unknown);
});

test("backups are listed by when they were made", async (t) => {
  const { clock, aws, dynamodb } = await setUp(t);
  createTable(aws, "ledger.accounts");
  const made: Date[] = [];
  for (const BackupName of ["first", "second", "third"]) {
    const { BackupDetails } = await dynamodb.send(
      new CreateBackupCommand({ TableName: "ledger.accounts", BackupName }),
    );
    made.push(BackupDetails?.BackupCreationDateTime as Date);
    clock.advance(HOUR);
  }
  const { BackupSummaries } = await dynamodb.send(
    new ListBackupsCommand({ TimeRangeLowerBound: made[1], TimeRangeUpperBound: made[2] }),
  );
  t.deepEqual(
    BackupSummaries?.map(({ BackupName }) => BackupName),
    ["second"],
  );
});
