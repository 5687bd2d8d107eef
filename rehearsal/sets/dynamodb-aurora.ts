import type { SimulatedCloud } from "../cloud/cloud";
import { Bank } from "../scalardb/bank";
import { COORDINATOR_TABLE } from "../scalardb/record";
import { auroraStore, dynamodbStore } from "../scalardb/stores/aws";
import { auroraCopy, auroraSettings, buildAurora } from "./aurora";
import { buildDynamodb, dynamodbSettings } from "./dynamodb";
import type { RehearsalSet, RunningSet } from "./set";

const REGION = "ap-northeast-1";
const ELSEWHERE = "ap-northeast-3";
const CLUSTER = "customers-prod";
const LEDGER_TABLE = "ledger.accounts";
const CUSTOMERS_TABLE = "customers.accounts";

/** The default: ScalarDB over DynamoDB and Aurora PostgreSQL. */
export const dynamodbAurora: RehearsalSet = {
  name: "dynamodb-aurora",
  title: "ScalarDB Cluster over DynamoDB (ledger) and Aurora PostgreSQL (customers)",
  config: {
    "aws:region": REGION,
    "scalar-backup:databases": [
      { name: "ledger", dynamodb: { existing: { namespaces: ["ledger"] }, restoreTo: { region: ELSEWHERE } } },
      { name: "customers", auroraPostgresql: { existing: { clusterIdentifier: CLUSTER }, databaseName: "customers" } },
    ],
    "scalar-backup:pause": {
      schedule: "0 3 * * *",
      timeZone: "Asia/Tokyo",
      holdSeconds: 6,
      releases: [{ namespace: "scalar", name: "scalardb-cluster" }],
    },
    "scalar-backup:tags": { service: "payments" },
  },
  build(cloud: SimulatedCloud): RunningSet {
    buildDynamodb(cloud, REGION);
    buildAurora(cloud, REGION, CLUSTER);
    const ledger = dynamodbStore(cloud.aws, REGION, "ledger");
    const customers = auroraStore(cloud.aws, REGION, CLUSTER, "customers");
    const bank = new Bank({
      clock: cloud.clock,
      placements: [
        { store: ledger, table: LEDGER_TABLE },
        { store: customers, table: CUSTOMERS_TABLE },
      ],
      coordinator: ledger,
    });
    const tables = cloud.aws.dynamodb.region(REGION);
    const copiedTables = cloud.aws.dynamodb.region(ELSEWHERE);
    const source = () => cloud.aws.rds.region(REGION).cluster(CLUSTER);
    return {
      bank,
      copies: (restored) => ({
        databases: [
          { name: "ledger", accounts: copiedTables.table(LEDGER_TABLE).items() },
          { name: "customers", accounts: auroraCopy(cloud, REGION, restored, "customers").rows(CUSTOMERS_TABLE) },
        ],
        coordinator: copiedTables.table(COORDINATOR_TABLE).items(),
      }),
      past: (instant) => ({
        databases: [
          { name: "ledger", accounts: tables.table(LEDGER_TABLE).items(instant) },
          { name: "customers", accounts: source().rows(CUSTOMERS_TABLE, instant) },
        ],
        coordinator: tables.table(COORDINATOR_TABLE).items(instant),
      }),
      settings: (restored) => [
        ...dynamodbSettings(cloud, REGION, ELSEWHERE),
        ...auroraSettings(source(), auroraCopy(cloud, REGION, restored, "customers")),
      ],
      leftovers: () => [
        ...copiedTables.tableNames(),
        ...cloud.aws.rds
          .region(REGION)
          .clusters()
          .map(({ identifier }) => identifier)
          .filter((identifier) => identifier !== CLUSTER),
      ],
      disaster() {
        const table = tables.table(LEDGER_TABLE);
        for (const [key, item] of table.items()) table.putItem(key, { ...item, balance: 0 });
        return "a bad release sets every balance in ledger.accounts to 0";
      },
    };
  },
};
