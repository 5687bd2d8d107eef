/** The sets of databases whose previews are measured, each for this program and for the plain one. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { DatabaseArgs } from "../components";
import { SCHEMA_LOADER_KEYS, TABLES } from "../rehearsal/sets/dynamodb";
import { formatInstant } from "../restore-points/instant";
import type { SimulatedCloud } from "../simulator/cloud/cloud";
import { CONTEXT } from "../simulator/cloud/kubernetes/cluster";
import { buildExisting } from "../test/programs/existing";

const EXAMPLES = join(__dirname, "../examples");
const PLAIN = join(__dirname, "plain");
const FLOOR = join(__dirname, "floor");
const REGION = "ap-northeast-1";
const ELSEWHERE = "ap-northeast-3";

export interface BenchSet {
  name: string;
  /** One line for people. */
  title: string;
  databases: number;
  /** DynamoDB tables. */
  tables: number;
  /** This program's stack configuration. */
  config: Record<string, unknown>;
  /** The plain program that declares the same resources, and its configuration. */
  plain: { program: string; config(cloud: SimulatedCloud): Record<string, unknown> };
  /** How many resources this program declares, and so the floor: the benchmark fails when they are not as many. */
  resources: number;
  /** Makes what the configuration names as existing. */
  build(cloud: SimulatedCloud): void;
}

/** What is paused: previews look it up. */
export const RELEASE = { namespace: "scalar", name: "scalardb-cluster" };

const pause = { schedule: "0 3 * * *", timeZone: "Asia/Tokyo", releases: [RELEASE] };

/** After the databases were made, and in the past once the cloud's clock has been put forward. */
function drillInstant(): string {
  return formatInstant(Math.floor(Date.now() / 1000) * 1000 + 10 * 60_000);
}

/** An empty program, below which none can go. */
export const EMPTY = { program: join(FLOOR, "empty"), config: {} };

/** The program that registers as many resources and does nothing else. */
export function floorOf({ resources }: BenchSet) {
  return { program: join(FLOOR, "leaf"), config: { "aws:region": REGION, "floor:resources": resources } };
}

/** What a drill of DynamoDB tables declares in addition to a copy of each: the pause schedule, mostly. */
const RESOURCES_BESIDE_TABLES = 13;

/** A drill of DynamoDB tables that exist: each is looked up, and restored to another region. */
export function dynamodbDrill(count: number): BenchSet {
  // The last one is ScalarDB's coordinator, without which there would be nothing to restore.
  const names = Array.from({ length: count }, (_, index) =>
    index === count - 1 ? "ledger.state" : `ledger.t${String(index).padStart(4, "0")}`,
  );
  const at = drillInstant();
  return {
    name: `dynamodb-${count}`,
    title: `a drill of ${count} DynamoDB ${count === 1 ? "table" : "tables"}`,
    databases: 1,
    tables: count,
    config: {
      "aws:region": REGION,
      "scalar-backup:databases": [
        {
          name: "ledger",
          dynamodb: {
            existing: { namespaces: ["ledger"], scalardbTables: false, coordinatorNamespace: "ledger" },
            restoreTo: { region: ELSEWHERE },
          },
        },
      ],
      "kubernetes:context": CONTEXT,
      "scalar-backup:pause": pause,
      "scalar-backup:restore": { at },
    },
    plain: {
      program: join(PLAIN, "dynamodb"),
      config: () => ({
        "aws:region": REGION,
        "plain:tables": names,
        "plain:at": at,
        "plain:copiesRegion": ELSEWHERE,
      }),
    },
    resources: count + RESOURCES_BESIDE_TABLES,
    build(cloud) {
      const dynamodb = cloud.aws.dynamodb.region(REGION);
      for (const TableName of names) {
        dynamodb.createTable({
          TableName,
          BillingMode: "PAY_PER_REQUEST",
          ...SCHEMA_LOADER_KEYS,
        });
        dynamodb.updateContinuousBackups({
          TableName,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 35 },
        });
      }
    },
  };
}

/** What an example's file holds: the tests of the examples prove that it does. */
interface Example {
  config: Record<string, unknown> & { "scalar-backup:databases": DatabaseArgs[] };
}

/** The set of one of `examples/`. */
function example(name: string, title: string, resources: number): BenchSet {
  const text = readFileSync(join(EXAMPLES, `Pulumi.${name}.yaml`), "utf8");
  const { config } = parse(text) as Pick<Example, "config">;
  const at = drillInstant();
  config["scalar-backup:restore"] = { at };
  const databases = config["scalar-backup:databases"];
  return {
    name,
    title,
    databases: databases.length,
    tables: databases.some(({ dynamodb }) => dynamodb) ? TABLES.length : 0,
    config,
    plain: { program: join(PLAIN, name), config: (cloud) => plainConfig(cloud, at, databases) },
    resources,
    build: (cloud) => buildExisting(cloud, databases),
  };
}

/** The configuration of a plain program. */
function plainConfig(cloud: SimulatedCloud, at: string, databases: DatabaseArgs[]): Record<string, unknown> {
  const account = databases.find(({ cosmosdb }) => cosmosdb)?.cosmosdb?.existing?.accountName;
  return {
    "aws:region": REGION,
    "plain:at": at,
    ...(account === undefined
      ? {}
      : {
          "plain:subscription": cloud.azure.subscription,
          "plain:restorableAccount": cloud.azure.cosmosdb.account(account as string).instanceId,
        }),
  };
}

const everyKind: DatabaseArgs[] = [
  { name: "ledger", dynamodb: { existing: { namespaces: ["ledger"] }, restoreTo: { region: ELSEWHERE } } },
  { name: "stock", cosmosdb: { existing: { accountName: "stock-prod", resourceGroupName: "scalar-databases" } } },
  { name: "customers", auroraPostgresql: { existing: { clusterIdentifier: "customers-prod" } } },
  { name: "carts", auroraMysql: { existing: { clusterIdentifier: "carts-prod" } } },
  { name: "orders", rdsMysql: { existing: { instanceIdentifier: "orders-prod" } } },
  { name: "prices", rdsPostgresql: { existing: { instanceIdentifier: "prices-prod" } } },
  { name: "billing", rdsOracle: { existing: { instanceIdentifier: "billing-prod" } } },
  { name: "reports", rdsSqlserver: { existing: { instanceIdentifier: "reports-prod" } } },
  {
    name: "invoices",
    azureMysql: { existing: { serverName: "invoices-prod", resourceGroupName: "scalar-databases" } },
  },
  {
    name: "shipping",
    azurePostgresql: { existing: { serverName: "shipping-prod", resourceGroupName: "scalar-databases" } },
  },
];

/** One database of each kind, on both clouds. */
export function tenDatabases(): BenchSet {
  const at = drillInstant();
  return {
    name: "every-kind",
    title: "ten databases, one of each kind",
    databases: everyKind.length,
    tables: TABLES.length,
    config: {
      "aws:region": REGION,
      "scalar-backup:databases": everyKind,
      "kubernetes:context": CONTEXT,
      "scalar-backup:pause": pause,
      "scalar-backup:restore": { at },
    },
    plain: { program: join(PLAIN, "every-kind"), config: (cloud) => plainConfig(cloud, at, everyKind) },
    resources: 64,
    build: (cloud) => buildExisting(cloud, everyKind),
  };
}

export const benchSets: readonly BenchSet[] = [
  ...[1, 10, 100, 1000].map(dynamodbDrill),
  example("dynamodb-aurora", "DynamoDB and Aurora PostgreSQL", 27),
  example("cosmosdb-azure-postgresql", "Cosmos DB and Azure PostgreSQL", 21),
  example("single-rdb", "one Aurora PostgreSQL cluster", 8),
  tenDatabases(),
];
