import { counted } from "../../restore-points/counted";
import type { Cluster } from "../../simulator/cloud/aws/aws";
import type { SimulatedCloud } from "../../simulator/cloud/cloud";
import type { StackResult } from "../../simulator/engine/stack";
import { relationalDatabase } from "../scalardb/stores/databases";
import { copyOf } from "./copies";
import { configuredLikeItsSource, differing, keysBut, type RunningPart, type SetPart } from "./part";
import type { Check } from "./set";

const ENGINES = {
  "aurora-postgresql": { key: "auroraPostgresql", group: "scalar-aurora-postgresql16", log: "postgresql" },
  "aurora-mysql": { key: "auroraMysql", group: "scalar-aurora-mysql80", log: "error" },
} as const;
type AuroraEngine = keyof typeof ENGINES;

/** An Aurora cluster that was created without regard to backups: one day of retention, two instances. */
export function buildAurora(
  cloud: SimulatedCloud,
  region: string,
  identifier: string,
  engine: AuroraEngine = "aurora-postgresql",
): void {
  const { group, log } = ENGINES[engine];
  const rds = cloud.aws.rds.region(region);
  rds.createSubnetGroup("scalar-databases");
  rds.createSecurityGroup("sg-0123456789abcdef0");
  rds.createClusterParameterGroup(group);
  rds.createParameterGroup(group);
  rds.createDBCluster({
    DBClusterIdentifier: identifier,
    Engine: engine,
    MasterUsername: "scalar",
    MasterUserPassword: "not-a-real-password",
    DatabaseName: "customers",
    DBSubnetGroupName: "scalar-databases",
    VpcSecurityGroupIds: ["sg-0123456789abcdef0"],
    DBClusterParameterGroupName: group,
    StorageEncrypted: true,
    DeletionProtection: true,
    CopyTagsToSnapshot: true,
    EnableCloudwatchLogsExports: [log],
    Tags: [{ Key: "team", Value: "customers" }],
  });
  for (const number of [1, 2]) {
    rds.createDBInstance({
      DBInstanceIdentifier: `${identifier}-${number}`,
      DBClusterIdentifier: identifier,
      Engine: engine,
      DBInstanceClass: "db.r7g.large",
      DBParameterGroupName: group,
      PromotionTier: number,
      EnablePerformanceInsights: true,
    });
  }
}

/** An Aurora cluster whose copy is created in the same region. */
export function auroraPart(name: string, engine: AuroraEngine, region: string): SetPart {
  const identifier = `${name}-prod`;
  return {
    name,
    config: { [ENGINES[engine].key]: { existing: { clusterIdentifier: identifier }, databaseName: "customers" } },
    build(cloud) {
      buildAurora(cloud, region, identifier, engine);
      return clusterPart(cloud, region, { name, identifier });
    },
  };
}

/** Any RDS cluster: Aurora or Multi-AZ DB cluster. */
export function clusterPart(
  cloud: SimulatedCloud,
  region: string,
  { name, identifier }: { name: string; identifier: string },
): RunningPart {
  const rds = cloud.aws.rds.region(region);
  const source = () => rds.cluster(identifier);
  const copyIn = (restored: StackResult) => {
    const { endpoint } = copyOf(restored, name);
    const found = rds.clusters().find((cluster) => cluster.endpoint === endpoint);
    if (found === undefined) throw new Error(`there is no cluster at ${endpoint}`);
    return found;
  };
  return {
    source: () => relationalDatabase(source()),
    copy: (restored) => relationalDatabase(copyIn(restored)),
    settings: (restored) => clusterSettings(name, source(), copyIn(restored)),
    existing: () => rds.databases().map(({ arn }) => arn),
  };
}

/** Checks that a copy is configured and protected like its source. */
function clusterSettings(name: string, source: Cluster, copy: Cluster): Check[] {
  const [before, after] = [source.settings, copy.settings];
  const differences = differing(before, after, keysBut(before, ["masterPassword", "deletionProtection"]));
  const readers = source.instances.length - 1;
  return [
    configuredLikeItsSource(name, differences),
    {
      claim: `${name}: the copy has 1 writer and ${counted(readers, "reader")}`,
      holds: copy.instances.length === source.instances.length,
    },
    {
      claim: `${name}: the copy keeps backups as long as its source`,
      holds: before.backupRetentionPeriod === after.backupRetentionPeriod,
      detail: counted(after.backupRetentionPeriod, "day"),
    },
  ];
}
