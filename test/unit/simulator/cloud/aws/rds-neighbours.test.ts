import { DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  DBProxyNotFoundFault,
  DescribeBlueGreenDeploymentsCommand,
  DescribeDBClusterEndpointsCommand,
  DescribeDBClustersCommand,
  DescribeDBProxiesCommand,
  DescribeDBProxyTargetsCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import test, { type ExecutionContext } from "ava";
import { AwsCloud } from "../../../../../simulator/cloud/aws/aws";
import { serveAws } from "../../../../../simulator/cloud/aws/wire/server";
import { SimulatedClock } from "../../../../../simulator/cloud/clock";

const REGION = "ap-northeast-1";

async function setUp(t: ExecutionContext) {
  const aws = new AwsCloud(new SimulatedClock(), 1);
  const { url, close } = await serveAws(aws);
  t.teardown(close);
  const credentials = { accessKeyId: "a", secretAccessKey: "b" };
  const config = { region: REGION, endpoint: url, credentials, maxAttempts: 1 };
  const rds = aws.rds.region(REGION);
  for (const name of ["customers", "others"])
    rds.createDBCluster({
      DBClusterIdentifier: name,
      Engine: "aurora-postgresql",
      MasterUsername: "scalar",
      MasterUserPassword: "secret",
    });
  return { aws, rds, sdk: new RDSClient(config), dynamodb: new DynamoDBClient(config) };
}

test("proxies and their targets are listed", async (t) => {
  const { rds, sdk } = await setUp(t);
  t.deepEqual((await sdk.send(new DescribeDBProxiesCommand({}))).DBProxies, []);
  rds.neighbours.addProxy("for-customers", { cluster: "customers" });
  rds.neighbours.addProxy("for-ledger", { instance: "ledger" });
  const { DBProxies } = await sdk.send(new DescribeDBProxiesCommand({}));
  t.deepEqual(
    DBProxies?.map(({ DBProxyName }) => DBProxyName),
    ["for-customers", "for-ledger"],
  );
  const targets = async (name: string) =>
    (await sdk.send(new DescribeDBProxyTargetsCommand({ DBProxyName: name }))).Targets;
  t.like((await targets("for-customers"))?.[0], { TrackedClusterId: "customers", Type: "TRACKED_CLUSTER" });
  t.like((await targets("for-ledger"))?.[0], { RdsResourceId: "ledger", Type: "RDS_INSTANCE" });
  await t.throwsAsync(targets("none"), { instanceOf: DBProxyNotFoundFault });
});

test("blue/green deployments are found by their source", async (t) => {
  const { rds, sdk } = await setUp(t);
  const { arn } = rds.cluster("customers");
  rds.neighbours.addBlueGreenDeployment("upgrade", arn, rds.cluster("others").arn);
  const found = async (source: string) => {
    const Filters = [{ Name: "source", Values: [source] }];
    const { BlueGreenDeployments } = await sdk.send(new DescribeBlueGreenDeploymentsCommand({ Filters }));
    return BlueGreenDeployments?.map(({ BlueGreenDeploymentName }) => BlueGreenDeploymentName);
  };
  t.deepEqual(await found(arn), ["upgrade"]);
  t.deepEqual(await found(`${arn}x`), []);
});

test("a cluster has a writer's and a reader's endpoint, and custom ones with their members", async (t) => {
  const { rds, sdk } = await setUp(t);
  rds.neighbours.addCustomEndpoint("reports", rds.cluster("customers"), { static: ["reader-1", "reader-2"] });
  const endpoints = async (more: object = {}) => {
    const request = new DescribeDBClusterEndpointsCommand({ DBClusterIdentifier: "customers", ...more });
    return (await sdk.send(request)).DBClusterEndpoints ?? [];
  };
  t.deepEqual(
    (await endpoints()).map(({ EndpointType }) => EndpointType),
    ["WRITER", "READER", "CUSTOM"],
  );
  const custom = await endpoints({ Filters: [{ Name: "db-cluster-endpoint-type", Values: ["custom"] }] });
  t.is(custom.length, 1);
  t.deepEqual(custom[0]?.StaticMembers, ["reader-1", "reader-2"]);
});

test("a cluster's relations and a table's replicas are described as they are set", async (t) => {
  const { aws, rds, sdk, dynamodb } = await setUp(t);
  rds.cluster("customers").relations = { GlobalClusterIdentifier: "world", ReadReplicaIdentifiers: ["replica"] };
  const { DBClusters } = await sdk.send(new DescribeDBClustersCommand({ DBClusterIdentifier: "customers" }));
  t.like(DBClusters?.[0], { GlobalClusterIdentifier: "world", ReadReplicaIdentifiers: ["replica"] });
  const tables = aws.dynamodb.region(REGION);
  tables.createTable({
    TableName: "accounts",
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
  });
  tables.table("accounts").replicas = [{ RegionName: "ap-northeast-3", ReplicaStatus: "ACTIVE" }];
  const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: "accounts" }));
  t.deepEqual(
    Table?.Replicas?.map(({ RegionName }) => RegionName),
    ["ap-northeast-3"],
  );
});
