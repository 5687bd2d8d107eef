import { instantSuffix } from "../../../../components/databases/kind";
import type { SimulatedCloud } from "../../../../simulator/cloud/cloud";
import { REGION } from "../../rehearsed";
import type { DatabaseInCloud, KindUnderTest, Origin } from "../contract";
import { buildGroups, deselect, PASSWORD, protectionOf, rowsOf } from "./rds";

export interface AuroraEngineUnderTest {
  kind: string;
  key: string;
  slug: string;
  engine: string;
  jdbcUrl(host: string): string;
}

/** An Aurora cluster of a writer and a reader, with readers that scale by themselves. */
export function auroraCluster(under: AuroraEngineUnderTest): KindUnderTest {
  const { kind, key, slug, engine } = under;
  const id = (origin: Origin) => (origin === "existing" ? `${slug}-prod` : `${slug}-created`);
  const parameterGroup = `scalar-${slug}`;
  const region = (cloud: SimulatedCloud) => cloud.aws.rds.region(REGION);
  const seen = (cloud: SimulatedCloud, identifier: string): DatabaseInCloud => {
    const cluster = region(cloud).cluster(identifier);
    return {
      ...rowsOf(cluster),
      protection: () => protectionOf(cloud, cluster),
      settings() {
        const { masterPassword: _, deletionProtection: __, ...settings } = cluster.settings;
        return { ...settings, instances: instancesOf(cloud, identifier), readers: readersOf(cloud, identifier) };
      },
      properties: () => ({ contact_points: under.jdbcUrl(cluster.endpoint) }),
    };
  };
  return {
    title: kind,
    slug,
    config: {
      existing: { [key]: { existing: { clusterIdentifier: id("existing") } } },
      created: {
        [key]: {
          create: {
            cluster: { clusterIdentifier: id("created"), databaseName: "customers" },
            instances: [{ instanceClass: "db.r7g.large" }],
          },
        },
      },
    },
    build(cloud) {
      buildGroups(cloud);
      region(cloud).createClusterParameterGroup(parameterGroup);
      region(cloud).createParameterGroup(parameterGroup);
      region(cloud).createDBCluster({
        DBClusterIdentifier: id("existing"),
        Engine: engine,
        DatabaseName: "customers",
        MasterUsername: "scalar",
        MasterUserPassword: PASSWORD,
        DBSubnetGroupName: "scalar-databases",
        VpcSecurityGroupIds: ["sg-0123456789abcdef0"],
        DBClusterParameterGroupName: parameterGroup,
        StorageEncrypted: true,
        DeletionProtection: true,
        CopyTagsToSnapshot: true,
        PreferredBackupWindow: "02:00-02:30",
        PreferredMaintenanceWindow: "sat:03:00-sat:04:00",
        EnableIAMDatabaseAuthentication: true,
        EnableCloudwatchLogsExports: ["error"],
        ServerlessV2ScalingConfiguration: { MinCapacity: 0, MaxCapacity: 8, SecondsUntilAutoPause: 600 },
        Tags: [{ Key: "team", Value: "customers" }],
      });
      for (const number of [1, 2])
        region(cloud).createDBInstance({
          DBInstanceIdentifier: `${id("existing")}-${number}`,
          DBClusterIdentifier: id("existing"),
          Engine: engine,
          DBInstanceClass: number === 1 ? "db.r7g.large" : "db.serverless",
          DBParameterGroupName: parameterGroup,
          PromotionTier: number,
          MonitoringInterval: 30,
          MonitoringRoleArn: "arn:aws:iam::123456789012:role/rds-monitoring",
          EnablePerformanceInsights: true,
          PerformanceInsightsRetentionPeriod: 93,
          CACertificateIdentifier: "rds-ca-ecc384-g1",
          PreferredMaintenanceWindow: "sat:05:00-sat:06:00",
        });
      const target = {
        ServiceNamespace: "rds",
        ResourceId: `cluster:${id("existing")}`,
        ScalableDimension: "rds:cluster:ReadReplicaCount",
      } as const;
      const autoscaling = cloud.aws.autoscaling.region(REGION);
      autoscaling.registerScalableTarget({ ...target, MinCapacity: 1, MaxCapacity: 5 });
      autoscaling.putScalingPolicy({
        ...target,
        PolicyName: `${slug}-readers`,
        PolicyType: "TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration: {
          TargetValue: 60,
          // How long to cool down before scaling out is left to AWS.
          ScaleInCooldown: 600,
          PredefinedMetricSpecification: { PredefinedMetricType: "RDSReaderAverageCPUUtilization" },
        },
      });
    },
    source: (cloud, origin) => seen(cloud, id(origin)),
    copy(cloud, origin, instant) {
      const copy = region(cloud).find(`${id(origin)}-${instantSuffix(instant)}`);
      return copy && seen(cloud, copy.identifier);
    },
    protection: {
      existing: { days: 35, deletionProtection: true, encrypted: true, ownedByAwsBackup: true, selected: true },
      created: { days: 35, deletionProtection: true, encrypted: true, ownedByAwsBackup: false, selected: false },
    },
    drift(cloud, names) {
      deselect(cloud, region(cloud).cluster(id("existing")));
      region(cloud).modifyDBCluster({
        DBClusterIdentifier: id("created"),
        BackupRetentionPeriod: 1,
        DeletionProtection: false,
      });
      return [`create Selection ${names.existing}-selection`, `update Cluster ${names.created}-cluster`];
    },
  };
}

/** What instances are like, but for their names. */
function instancesOf(cloud: SimulatedCloud, identifier: string) {
  return cloud.aws.rds
    .region(REGION)
    .cluster(identifier)
    .instances.map(({ identifier: _, resourceId: __, arn: ___, tags: ____, createdAt: _____, ...like }) => like);
}

/** How readers scale: the limits, and what drives them. */
function readersOf(cloud: SimulatedCloud, identifier: string) {
  const autoscaling = cloud.aws.autoscaling.region(REGION);
  const isItsOwn = ({ ResourceId }: { ResourceId?: string | undefined }) => ResourceId === `cluster:${identifier}`;
  return {
    targets: autoscaling
      .targets()
      .filter(isItsOwn)
      .map(({ MinCapacity, MaxCapacity, ScalableDimension }) => ({ MinCapacity, MaxCapacity, ScalableDimension })),
    policies: autoscaling
      .policies()
      .filter(isItsOwn)
      .map(({ TargetTrackingScalingPolicyConfiguration: tracking }) => ({
        // What applies where a policy does not say. [AWS CDK API Reference, BaseTargetTrackingProps]
        cooldowns: [tracking?.ScaleInCooldown ?? 300, tracking?.ScaleOutCooldown ?? 300],
        value: tracking?.TargetValue,
        metric: tracking?.PredefinedMetricSpecification?.PredefinedMetricType,
      })),
  };
}
