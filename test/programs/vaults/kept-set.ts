import type { ExecutionContext } from "ava";
import { buildAurora } from "../../../rehearsal/sets/aurora";
import { buildDynamodb } from "../../../rehearsal/sets/dynamodb";
import { multiAzClusterPart } from "../../../rehearsal/sets/rds";
import { REGION, rehearsed } from "../rehearsed";

export const TABLE = "ledger.accounts";
export const RELEASE = { namespace: "scalar", name: "scalardb-cluster" };

/** A table, an Aurora cluster and a Multi-AZ DB cluster whose restored copies the vault `payments` keeps for 400 days. */
export async function keptSet(t: ExecutionContext) {
  const set = await rehearsed(t, {
    "scalar-backup:databases": [
      { name: "ledger", dynamodb: { existing: { tables: [TABLE], scalardbTables: false } } },
      { name: "customers", auroraPostgresql: { existing: { clusterIdentifier: "customers-prod" } } },
      { name: "orders", rdsPostgresql: { existing: { clusterIdentifier: "orders-prod" } } },
    ],
    "scalar-backup:pause": { schedule: "0 3 * * *", releases: [RELEASE] },
    "scalar-backup:vault": {
      aws: {
        name: "payments",
        rules: [{ name: "daily", lifecycle: { deleteAfter: 400 } }],
        keepRestored: { lifecycle: { deleteAfter: 400 } },
      },
    },
  });
  const { cloud } = set;
  cloud.kubernetes.createNamespace(RELEASE.namespace);
  const backup = cloud.aws.backup.region(REGION);
  const rds = cloud.aws.rds.region(REGION);
  const dynamodb = cloud.aws.dynamodb.region(REGION);
  // Backups are DynamoDB's own then, and can be restored by it.
  backup.advancedDynamoDb = false;
  buildDynamodb(cloud, REGION);
  buildAurora(cloud, REGION, "customers-prod");
  // A Multi-AZ DB cluster, with storage, monitoring and insights that a restore of a snapshot has no argument for.
  multiAzClusterPart("orders", { key: "rdsPostgresql", engine: "postgres" }, REGION).build(cloud);
  return { ...set, backup, rds, dynamodb };
}
