import type { DatabaseArgs } from "../../components/databases";
import { buildAurora } from "../../rehearsal/sets/aurora";
import { AZURE_LOCATION, AZURE_RESOURCE_GROUP } from "../../rehearsal/sets/azure";
import { buildAzureMysql } from "../../rehearsal/sets/azure-mysql";
import { buildAzurePostgresql } from "../../rehearsal/sets/azure-postgresql";
import { buildCosmosdb } from "../../rehearsal/sets/cosmosdb";
import { buildDynamodb } from "../../rehearsal/sets/dynamodb";
import type { SimulatedCloud } from "../../simulator/cloud/cloud";
import { REGION } from "./rehearsed";

const PASSWORD = "not-a-real-password";

/** Builds in the simulated clouds what a configuration names as existing, sound enough to be let be, and the groups and the cluster it may refer to. */
export function buildExisting(cloud: SimulatedCloud, databases: readonly DatabaseArgs[]): void {
  const rds = cloud.aws.rds.region(REGION);
  rds.createSubnetGroup("scalar-databases");
  rds.createSecurityGroup("sg-0123456789abcdef0");
  cloud.aws.eks.region(REGION).createCluster("payments");
  cloud.azure.createResourceGroup(AZURE_RESOURCE_GROUP, AZURE_LOCATION);
  for (const database of databases) {
    const { cosmosdb, azureMysql, azurePostgresql } = database;
    // ScalarDL Auditor has no coordinator.
    if (cosmosdb?.existing)
      buildCosmosdb(cloud, cosmosdb.existing.accountName as string, "ledger", database.name !== "auditor");
    if (azureMysql?.existing) buildAzureMysql(cloud, azureMysql.existing.serverName as string);
    if (azurePostgresql?.existing) buildAzurePostgresql(cloud, azurePostgresql.existing.serverName as string);
    if (database.dynamodb?.existing) buildDynamodb(cloud, REGION);
    const aurora = database.auroraPostgresql?.existing?.clusterIdentifier;
    if (aurora !== undefined) buildAurora(cloud, REGION, aurora as string);
    buildCluster(cloud, "aurora-mysql", database.auroraMysql?.existing?.clusterIdentifier as string | undefined);
    for (const [engine, args] of [
      ["mysql", database.rdsMysql],
      ["postgres", database.rdsPostgresql],
      ["oracle-se2", database.rdsOracle],
      ["sqlserver-se", database.rdsSqlserver],
    ] as const) {
      buildCluster(cloud, engine, args?.existing?.clusterIdentifier as string | undefined);
      buildInstance(cloud, engine, args?.existing?.instanceIdentifier as string | undefined);
    }
  }
}

function buildCluster(cloud: SimulatedCloud, engine: string, identifier: string | undefined): void {
  if (identifier === undefined) return;
  const aurora = engine.startsWith("aurora");
  const rds = cloud.aws.rds.region(REGION);
  rds.createDBCluster({
    DBClusterIdentifier: identifier,
    Engine: engine,
    MasterUsername: "scalar",
    MasterUserPassword: PASSWORD,
    StorageEncrypted: true,
    DeletionProtection: true,
    ...(aurora ? {} : { DBClusterInstanceClass: "db.m6gd.large", AllocatedStorage: 100, Iops: 1000 }),
  });
  if (aurora)
    rds.createDBInstance({
      DBInstanceIdentifier: `${identifier}-1`,
      DBClusterIdentifier: identifier,
      Engine: engine,
      DBInstanceClass: "db.r7g.large",
    });
}

function buildInstance(cloud: SimulatedCloud, engine: string, identifier: string | undefined): void {
  if (identifier === undefined) return;
  cloud.aws.rds.region(REGION).createDBInstance({
    DBInstanceIdentifier: identifier,
    Engine: engine,
    DBInstanceClass: "db.m7g.large",
    MasterUsername: "scalar",
    MasterUserPassword: PASSWORD,
    AllocatedStorage: 100,
    BackupRetentionPeriod: 7,
    StorageEncrypted: true,
    DeletionProtection: true,
  });
}
