import type { Instance } from "../../simulator/cloud/aws/aws";
import type { SimulatedCloud } from "../../simulator/cloud/cloud";
import type { StackResult } from "../../simulator/engine/stack";
import { relationalDatabase } from "../scalardb/stores/databases";
import { clusterPart } from "./aurora";
import { copyOf } from "./copies";
import { configuredLikeItsSource, differing, keysBut, type SetPart } from "./part";
import type { Check } from "./set";

const SUBNET_GROUP = "scalar-databases";
const SECURITY_GROUP = "sg-0123456789abcdef0";
const MONITORING_ROLE = "arn:aws:iam::123456789012:role/rds-monitoring";

/** An engine of RDS: its key in the configuration, and AWS's name of it. */
export interface RdsEngine {
  key: string;
  engine: string;
}

/** An instance that was created without regard to backups: no backups, and many settings that a restore drops. */
function buildInstance(cloud: SimulatedCloud, region: string, identifier: string, engine: string): void {
  const rds = cloud.aws.rds.region(region);
  const groups = `${identifier}-settings`;
  rds.createSubnetGroup(SUBNET_GROUP);
  rds.createSecurityGroup(SECURITY_GROUP);
  rds.createParameterGroup(groups);
  rds.createOptionGroup(groups, engine);
  rds.createDBInstance({
    DBInstanceIdentifier: identifier,
    Engine: engine,
    DBInstanceClass: "db.m7g.xlarge",
    MasterUsername: "scalar",
    MasterUserPassword: "not-a-real-password",
    AllocatedStorage: 200,
    StorageType: "gp3",
    DBSubnetGroupName: SUBNET_GROUP,
    VpcSecurityGroupIds: [SECURITY_GROUP],
    DBParameterGroupName: groups,
    OptionGroupName: groups,
    MultiAZ: true,
    StorageEncrypted: true,
    DeletionProtection: true,
    BackupRetentionPeriod: 0,
    PreferredMaintenanceWindow: "sat:03:00-sat:04:00",
    MonitoringInterval: 30,
    MonitoringRoleArn: MONITORING_ROLE,
    EnablePerformanceInsights: true,
    Tags: [{ Key: "team", Value: "orders" }],
  });
}

/** A single instance whose copy is created in the same region. */
export function rdsInstancePart(name: string, { key, engine }: RdsEngine, region: string): SetPart {
  const identifier = `${name}-prod`;
  return {
    name,
    config: { [key]: { existing: { instanceIdentifier: identifier }, databaseName: "orders" } },
    build(cloud) {
      buildInstance(cloud, region, identifier, engine);
      const { instances } = cloud.aws.rds.region(region);
      const source = () => instances.instance(identifier);
      const copyIn = (restored: StackResult) => {
        const { endpoint } = copyOf(restored, name);
        const found = instances.all().find(({ address }) => address === endpoint);
        if (found === undefined) throw new Error(`there is no instance at ${endpoint}`);
        return found;
      };
      return {
        source: () => relationalDatabase(source()),
        copy: (restored) => relationalDatabase(copyIn(restored)),
        settings: (restored) => instanceSettings(name, source(), copyIn(restored)),
        existing: () => instances.all().map(({ arn }) => arn),
      };
    },
  };
}

/** A Multi-AZ DB cluster whose copy is created in the same region. */
export function multiAzClusterPart(name: string, { key, engine }: RdsEngine, region: string): SetPart {
  const identifier = `${name}-prod`;
  return {
    name,
    config: { [key]: { existing: { clusterIdentifier: identifier }, databaseName: "orders" } },
    build(cloud) {
      const rds = cloud.aws.rds.region(region);
      rds.createSubnetGroup(SUBNET_GROUP);
      rds.createSecurityGroup(SECURITY_GROUP);
      rds.createDBCluster({
        DBClusterIdentifier: identifier,
        Engine: engine,
        DatabaseName: "orders",
        MasterUsername: "scalar",
        MasterUserPassword: "not-a-real-password",
        DBClusterInstanceClass: "db.r6gd.xlarge",
        AllocatedStorage: 200,
        StorageType: "io1",
        Iops: 4000,
        DBSubnetGroupName: SUBNET_GROUP,
        VpcSecurityGroupIds: [SECURITY_GROUP],
        StorageEncrypted: true,
        DeletionProtection: true,
        MonitoringInterval: 30,
        MonitoringRoleArn: MONITORING_ROLE,
        EnablePerformanceInsights: true,
        Tags: [{ Key: "team", Value: "orders" }],
      });
      return clusterPart(cloud, region, { name, identifier });
    },
  };
}

/** Checks that a copy is configured and protected like its source. */
function instanceSettings(name: string, source: Instance, copy: Instance): Check[] {
  const [before, after] = [source.settings, copy.settings];
  const differences = differing(before, after, keysBut(before, ["masterPassword", "deletionProtection"]));
  return [
    configuredLikeItsSource(name, differences),
    {
      claim: `${name}: the copy keeps backups as long as its source`,
      holds: before.backupRetentionPeriod === after.backupRetentionPeriod,
      detail: `${after.backupRetentionPeriod} days`,
    },
  ];
}
