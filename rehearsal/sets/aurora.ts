import type { SimulatedCloud } from "../cloud/cloud";

/** An Aurora PostgreSQL cluster as somebody made it long before they thought of backups: one day of retention, two instances. */
export function buildAurora(cloud: SimulatedCloud, region: string, identifier: string): void {
  const rds = cloud.aws.rds.region(region);
  rds.createSubnetGroup("scalar-databases");
  rds.createSecurityGroup("sg-0123456789abcdef0");
  rds.createClusterParameterGroup("scalar-aurora-postgresql16");
  rds.createParameterGroup("scalar-aurora-postgresql16");
  rds.createDBCluster({
    DBClusterIdentifier: identifier,
    Engine: "aurora-postgresql",
    MasterUsername: "scalar",
    MasterUserPassword: "not-a-real-password",
    DatabaseName: "customers",
    DBSubnetGroupName: "scalar-databases",
    VpcSecurityGroupIds: ["sg-0123456789abcdef0"],
    DBClusterParameterGroupName: "scalar-aurora-postgresql16",
    StorageEncrypted: true,
    DeletionProtection: true,
    CopyTagsToSnapshot: true,
    EnableCloudwatchLogsExports: ["postgresql"],
    Tags: [{ Key: "team", Value: "customers" }],
  });
  for (const number of [1, 2]) {
    rds.createDBInstance({
      DBInstanceIdentifier: `${identifier}-${number}`,
      DBClusterIdentifier: identifier,
      Engine: "aurora-postgresql",
      DBInstanceClass: "db.r7g.large",
      DBParameterGroupName: "scalar-aurora-postgresql16",
      PromotionTier: number,
      EnablePerformanceInsights: true,
    });
  }
}
