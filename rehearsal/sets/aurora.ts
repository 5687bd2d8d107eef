import type { Cluster } from "../cloud/aws/rds-cluster";
import type { SimulatedCloud } from "../cloud/cloud";
import type { StackResult } from "../engine/stack";
import { copyOf } from "./copies";
import type { Check } from "./set";

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

/** The cluster that a restore has made of a database, found by its endpoint. */
export function auroraCopy(cloud: SimulatedCloud, region: string, restored: StackResult, name: string): Cluster {
  const { endpoint } = copyOf(restored, name);
  const found = cloud.aws.rds
    .region(region)
    .clusters()
    .find((cluster) => cluster.endpoint === endpoint);
  if (found === undefined) throw new Error(`there is no cluster at ${endpoint}`);
  return found;
}

/** Whether a copy is built and protected like its source, and made to go again. */
export function auroraSettings(source: Cluster, copy: Cluster): Check[] {
  const [before, after] = [source.describe(), copy.describe()];
  const same = ["DBSubnetGroup", "DBClusterParameterGroup", "KmsKeyId", "EnabledCloudwatchLogsExports"] as const;
  const differing = same.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]));
  return [
    { claim: "the Aurora copy is built like its source", holds: differing.length === 0, detail: differing.join(", ") },
    {
      claim: `it has a writer and ${source.instances.length - 1} readers`,
      holds: copy.instances.length === source.instances.length,
    },
    {
      claim: `it keeps backups for ${before.BackupRetentionPeriod} days, as its source`,
      holds: before.BackupRetentionPeriod === after.BackupRetentionPeriod,
      detail: `${after.BackupRetentionPeriod} days`,
    },
  ];
}
