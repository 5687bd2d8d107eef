import { buildAurora } from "../../rehearsal/sets/aurora";
import { buildDynamodb } from "../../rehearsal/sets/dynamodb";
import type { SimulatedCloud } from "../../simulator/cloud/cloud";
import { REGION } from "../unit/program/rehearsed";

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
  buildAurora(cloud, REGION, CLUSTER);
  cloud.kubernetes.createNamespace("scalar");
}
