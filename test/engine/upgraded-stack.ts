import { buildAurora } from "../../rehearsal/sets/aurora";
import { buildDynamodb, SCHEMA_LOADER_KEYS, TABLES } from "../../rehearsal/sets/dynamodb";
import type { SimulatedCloud } from "../../simulator/cloud/cloud";
import { REGION } from "../programs/rehearsed";

export const ELSEWHERE = "ap-northeast-3";
export const CLUSTER = "customers-prod";

/** The stack that an earlier version of the program has deployed. */
export const config = {
  "aws:region": REGION,
  "scalar-backup:databases": [
    { name: "ledger", dynamodb: { existing: { namespaces: ["ledger"] }, restoreTo: { region: ELSEWHERE } } },
    { name: "customers", auroraPostgresql: { existing: { clusterIdentifier: CLUSTER }, databaseName: "customers" } },
  ],
  "scalar-backup:pause": {
    schedule: "0 3 * * *",
    timeZone: "Asia/Tokyo",
    releases: [{ namespace: "scalar", name: "scalardb-cluster" }],
  },
  "scalar-backup:tags": { service: "payments" },
};

export function build(cloud: SimulatedCloud): void {
  buildDynamodb(cloud, REGION);
  const dynamodb = cloud.aws.dynamodb.region(REGION);
  // The earlier version's simulation gave each table both keys, and the state has them.
  for (const TableName of TABLES) {
    const { StreamSpecification } = dynamodb.table(TableName).describe();
    dynamodb.deleteTable(TableName);
    dynamodb.createTable({
      TableName,
      ...SCHEMA_LOADER_KEYS,
      ProvisionedThroughput: { ReadCapacityUnits: 10, WriteCapacityUnits: 10 },
      ...(StreamSpecification && { StreamSpecification }),
      Tags: [{ Key: "team", Value: "ledger" }],
    });
  }
  buildAurora(cloud, REGION, CLUSTER);
  cloud.kubernetes.createNamespace("scalar");
}
