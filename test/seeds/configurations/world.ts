import { buildAurora } from "../../../rehearsal/sets/aurora";
import { AZURE_LOCATION, AZURE_RESOURCE_GROUP } from "../../../rehearsal/sets/azure";
import { buildAzureMysql } from "../../../rehearsal/sets/azure-mysql";
import { buildAzurePostgresql } from "../../../rehearsal/sets/azure-postgresql";
import { buildCosmosdb } from "../../../rehearsal/sets/cosmosdb";
import type { SimulatedCloud } from "../../../simulator/cloud/cloud";
import { usualCreated } from "./created";
import type { Values } from "./maps";
import { isMap, listOf, without } from "./maps";

export const REGION = "ap-northeast-1";

/** The same configuration with what a world of its own can have: one resource group, no other stack, nothing deleted before. */
export function inOneWorld({ restore: _, backup: __, lastDrill: ___, ...values }: Values): Values {
  return changed(values, (key, value) => {
    if (key === "deleted") return undefined;
    if (key === "resourceGroupName") return AZURE_RESOURCE_GROUP;
    if (key === "dbSubnetGroupName" || key === "subnetGroupName") return "scalar-databases";
    if (isMap(value) && isMap(value.create)) return { ...value, create: usualCreated(key, value.create) };
    if (key === "otherClusters")
      return listOf(value).map((other) => ({
        ...without(other, ["kubernetes", "stack"]),
        record: '{"schemaVersion":1,"windows":[]}',
      }));
    return value;
  }) as Values;
}

function changed(value: unknown, change: (key: string, value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => changed(each, change));
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) => {
      const other = change(key, changed(each, change));
      return other === undefined ? [] : [[key, other]];
    }),
  );
}

/** Builds what a configuration names as existing: databases that were made without regard to backups, groups, namespaces. */
export function build(cloud: SimulatedCloud, { databases, pause, vault }: Values): void {
  cloud.azure.createResourceGroup(AZURE_RESOURCE_GROUP, AZURE_LOCATION);
  cloud.aws.eks.region(REGION).createCluster("payments");
  for (const namespace of namespacesIn([pause, databases, vault])) cloud.kubernetes.createNamespace(namespace);
  for (const database of listOf(databases)) {
    const [kind, args] = Object.entries(database).find(([key]) => key !== "name" && key !== "vault") ?? [];
    if (kind === undefined || !isMap(args)) continue;
    const place = isMap(args.existing) ? args.existing : isMap(args.create) ? args.create : {};
    const region = typeof place.region === "string" ? place.region : REGION;
    const rds = cloud.aws.rds.region(region);
    rds.createSubnetGroup("scalar-databases");
    rds.createSecurityGroup("sg-0123456789abcdef0");
    if (isMap(args.existing)) buildDatabase(cloud, region, kind, args.existing);
  }
}

function buildDatabase(cloud: SimulatedCloud, region: string, kind: string, existing: Values): void {
  const text = (key: string) => (typeof existing[key] === "string" ? existing[key] : "");
  const cluster = text("clusterIdentifier").toLowerCase();
  const instance = text("instanceIdentifier").toLowerCase();
  const builders: Record<string, (() => void) | undefined> = {
    dynamodb: () => buildTables(cloud, region, existing),
    cosmosdb: () => buildCosmosdb(cloud, text("accountName")),
    azureMysql: () => buildAzureMysql(cloud, text("serverName")),
    azurePostgresql: () => buildAzurePostgresql(cloud, text("serverName")),
    auroraMysql: () => buildAurora(cloud, region, cluster, "aurora-mysql"),
    auroraPostgresql: () => buildAurora(cloud, region, cluster),
  };
  const own = builders[kind];
  if (own) own();
  else buildRds(cloud, region, { kind, cluster, instance });
}

const ENGINES: Record<string, string> = {
  rdsMysql: "mysql",
  rdsPostgresql: "postgres",
  rdsOracle: "oracle-se2",
  rdsSqlserver: "sqlserver-se",
};

function buildRds(
  cloud: SimulatedCloud,
  region: string,
  of: { kind: string; cluster: string; instance: string },
): void {
  const common = {
    Engine: ENGINES[of.kind] as string,
    MasterUsername: "scalar",
    MasterUserPassword: "not-a-real-password",
    AllocatedStorage: 100,
    StorageEncrypted: true,
  };
  const rds = cloud.aws.rds.region(region);
  if (of.cluster !== "")
    rds.createDBCluster({
      ...common,
      DBClusterIdentifier: of.cluster,
      DBClusterInstanceClass: "db.m6gd.large",
      Iops: 1000,
    });
  else rds.createDBInstance({ ...common, DBInstanceIdentifier: of.instance, DBInstanceClass: "db.m7g.large" });
}

/** ScalarDB's tables for the namespaces, or the tables, that are named; and its own. */
function buildTables(cloud: SimulatedCloud, region: string, existing: Values): void {
  const texts = (key: string) => (Array.isArray(existing[key]) ? existing[key].map(String) : []);
  const text = (key: string, other: string) => (typeof existing[key] === "string" ? existing[key] : other);
  const prefix = text("namespacePrefix", "");
  const metadata = text("metadataNamespace", "scalardb");
  const names = [
    ...texts("namespaces").map((namespace) => `${prefix}${namespace}.accounts`),
    ...texts("tables"),
    `${prefix}${text("coordinatorNamespace", "coordinator")}.state`,
    `${prefix}${metadata}.metadata`,
    `${prefix}${metadata}.namespaces`,
  ];
  const dynamodb = cloud.aws.dynamodb.region(region);
  for (const TableName of new Set(names))
    if (dynamodb.find(TableName) === undefined)
      dynamodb.createTable({
        TableName,
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
        AttributeDefinitions: [{ AttributeName: "id", AttributeType: "B" }],
        BillingMode: "PAY_PER_REQUEST",
      });
}

function namespacesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(namespacesIn);
  if (!isMap(value)) return [];
  return Object.entries(value).flatMap(([key, each]) =>
    key === "namespace" && typeof each === "string" ? [each] : namespacesIn(each),
  );
}
