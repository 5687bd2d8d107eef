import { instantSuffix } from "../../../../components/databases/kind";
import type { Instance, RdsDatabase } from "../../../../simulator/cloud/aws/aws";
import type { SimulatedCloud } from "../../../../simulator/cloud/cloud";
import { REGION } from "../../rehearsed";
import type { DatabaseInCloud, KindUnderTest, Origin } from "../contract";

const SUBNET_GROUP = "scalar-databases";
const SECURITY_GROUP = "sg-0123456789abcdef0";
const MONITORING_ROLE = "arn:aws:iam::123456789012:role/rds-monitoring";
const INSIGHTS_KEY = "arn:aws:kms:ap-northeast-1:123456789012:key/insights";
const CERTIFICATE = "rds-ca-ecc384-g1";

export const PASSWORD = "not-a-real-password";

export interface RdsEngineUnderTest {
  kind: string;
  key: string;
  slug: string;
  engine: string;
  /** The database that instances are created with; SQL Server has none. */
  databaseName?: string;
  licenceModel?: string;
  /** An option that an instance can't be parted from. */
  permanentOption?: string;
  jdbcUrl(host: string): string;
}

/** The groups that databases of the tests refer to. */
export function buildGroups(cloud: SimulatedCloud): void {
  const rds = cloud.aws.rds.region(REGION);
  rds.createSubnetGroup(SUBNET_GROUP);
  rds.createSecurityGroup(SECURITY_GROUP);
}

/** A single RDS instance that differs from AWS's defaults in everything a restore may drop. */
export function rdsInstance(under: RdsEngineUnderTest): KindUnderTest {
  const { kind, key, slug, engine, databaseName } = under;
  const id = (origin: Origin) => (origin === "existing" ? `${slug}-prod` : `${slug}-created`);
  const parameterGroup = `scalar-${slug}`;
  const optionGroup = `scalar-${slug}-options`;
  const find = (cloud: SimulatedCloud, identifier: string) =>
    cloud.aws.rds.region(REGION).instances.find(identifier) as Instance;
  const seen = (cloud: SimulatedCloud, instance: Instance): DatabaseInCloud => ({
    ...rowsOf(instance),
    protection: () => protectionOf(cloud, instance),
    settings() {
      const { masterPassword: _, deletionProtection: __, ...settings } = instance.settings;
      return settings;
    },
    properties: () => ({ contact_points: under.jdbcUrl(instance.address) }),
  });
  return {
    title: kind,
    slug,
    config: {
      existing: { [key]: { existing: { instanceIdentifier: id("existing") }, ...namedDatabase(under) } },
      created: {
        [key]: {
          create: {
            instance: {
              identifier: id("created"),
              engine,
              instanceClass: "db.r7g.large",
              allocatedStorage: 100,
              storageType: "gp3",
              licenseModel: under.licenceModel,
              ...(databaseName ? { dbName: databaseName } : {}),
            },
          },
          ...namedDatabase(under),
        },
      },
    },
    build(cloud) {
      const rds = cloud.aws.rds.region(REGION);
      buildGroups(cloud);
      rds.createParameterGroup(parameterGroup);
      rds.createOptionGroup(optionGroup, engine, under.permanentOption ? [under.permanentOption] : []);
      rds.createDBInstance({
        DBInstanceIdentifier: id("existing"),
        Engine: engine,
        DBInstanceClass: "db.m7g.xlarge",
        LicenseModel: under.licenceModel,
        DBName: databaseName,
        MasterUsername: "scalar",
        MasterUserPassword: PASSWORD,
        AllocatedStorage: 500,
        MaxAllocatedStorage: 1000,
        StorageType: "io1",
        Iops: 5000,
        DBSubnetGroupName: SUBNET_GROUP,
        VpcSecurityGroupIds: [SECURITY_GROUP],
        DBParameterGroupName: parameterGroup,
        OptionGroupName: optionGroup,
        MultiAZ: true,
        StorageEncrypted: true,
        DeletionProtection: true,
        CopyTagsToSnapshot: true,
        BackupRetentionPeriod: 0,
        PreferredBackupWindow: "02:00-02:30",
        PreferredMaintenanceWindow: "sat:03:00-sat:04:00",
        MonitoringInterval: 30,
        MonitoringRoleArn: MONITORING_ROLE,
        EnablePerformanceInsights: true,
        PerformanceInsightsKMSKeyId: INSIGHTS_KEY,
        PerformanceInsightsRetentionPeriod: 465,
        DatabaseInsightsMode: "advanced",
        CACertificateIdentifier: CERTIFICATE,
        NetworkType: "DUAL",
        EnableIAMDatabaseAuthentication: true,
        EnableCloudwatchLogsExports: ["error"],
        AutoMinorVersionUpgrade: false,
        Tags: [{ Key: "team", Value: "customers" }],
      });
    },
    source: (cloud, origin) => seen(cloud, find(cloud, id(origin))),
    copy(cloud, origin, instant) {
      const copy = find(cloud, `${id(origin)}-${instantSuffix(instant)}`);
      return copy && seen(cloud, copy);
    },
    protection: {
      existing: { days: 35, deletionProtection: true, encrypted: true, ownedByAwsBackup: true, selected: true },
      created: { days: 35, deletionProtection: true, encrypted: true, ownedByAwsBackup: false, selected: false },
    },
    drift(cloud, names) {
      deselect(cloud, find(cloud, id("existing")));
      cloud.aws.rds.region(REGION).modifyDBInstance({
        DBInstanceIdentifier: id("created"),
        BackupRetentionPeriod: 1,
        DeletionProtection: false,
      });
      return [`create Selection ${names.existing}-selection`, `update Instance ${names.created}-instance`];
    },
  };
}

/** A Multi-AZ DB cluster that differs from AWS's defaults in everything a restore may drop. */
export function multiAzCluster(under: RdsEngineUnderTest): KindUnderTest {
  const { kind, key, slug, engine, databaseName } = under;
  const id = (origin: Origin) => (origin === "existing" ? `${slug}-prod` : `${slug}-created`);
  const parameterGroup = `scalar-${slug}`;
  const region = (cloud: SimulatedCloud) => cloud.aws.rds.region(REGION);
  const seen = (cloud: SimulatedCloud, identifier: string): DatabaseInCloud => {
    const cluster = region(cloud).cluster(identifier);
    return {
      ...rowsOf(cluster),
      tags() {
        const { "scalar-backup:restored-from": _, ...tags } = cluster.tags;
        return tags;
      },
      protection: () => protectionOf(cloud, cluster),
      settings() {
        const { masterPassword: _, deletionProtection: __, ...settings } = cluster.settings;
        return { ...settings, instances: cluster.instances.length };
      },
      properties: () => ({ contact_points: under.jdbcUrl(cluster.endpoint) }),
    };
  };
  return {
    title: `${kind} (Multi-AZ DB cluster)`,
    slug,
    config: {
      existing: { [key]: { existing: { clusterIdentifier: id("existing") } } },
      created: {
        [key]: {
          create: {
            cluster: {
              clusterIdentifier: id("created"),
              databaseName,
              dbClusterInstanceClass: "db.m6gd.large",
              allocatedStorage: 100,
              storageType: "io1",
              iops: 1000,
            },
          },
        },
      },
    },
    build(cloud) {
      buildGroups(cloud);
      region(cloud).createClusterParameterGroup(parameterGroup);
      region(cloud).createDBCluster({
        DBClusterIdentifier: id("existing"),
        Engine: engine,
        DatabaseName: databaseName,
        MasterUsername: "scalar",
        MasterUserPassword: PASSWORD,
        DBClusterInstanceClass: "db.r6gd.xlarge",
        AllocatedStorage: 200,
        StorageType: "io1",
        Iops: 4000,
        DBSubnetGroupName: SUBNET_GROUP,
        VpcSecurityGroupIds: [SECURITY_GROUP],
        DBClusterParameterGroupName: parameterGroup,
        StorageEncrypted: true,
        DeletionProtection: true,
        CopyTagsToSnapshot: true,
        PreferredBackupWindow: "02:00-02:30",
        PreferredMaintenanceWindow: "sat:03:00-sat:04:00",
        MonitoringInterval: 30,
        MonitoringRoleArn: MONITORING_ROLE,
        EnablePerformanceInsights: true,
        PerformanceInsightsKMSKeyId: INSIGHTS_KEY,
        PerformanceInsightsRetentionPeriod: 465,
        DatabaseInsightsMode: "advanced",
        EnableCloudwatchLogsExports: ["error"],
        Tags: [{ Key: "team", Value: "customers" }],
      });
    },
    source: (cloud, origin) => seen(cloud, id(origin)),
    copy(cloud, origin, instant) {
      const copy = region(cloud).find(`${id(origin)}-${instantSuffix(instant)}`);
      return copy && seen(cloud, copy.identifier);
    },
    protection: {
      // AWS Backup keeps instances continuously, not clusters.
      existing: { days: 35, deletionProtection: true, encrypted: true, ownedByAwsBackup: false, selected: false },
      created: { days: 35, deletionProtection: true, encrypted: true, ownedByAwsBackup: false, selected: false },
    },
    drift(cloud, names) {
      region(cloud).modifyDBCluster({ DBClusterIdentifier: id("existing"), BackupRetentionPeriod: 1 });
      region(cloud).modifyDBCluster({
        DBClusterIdentifier: id("created"),
        BackupRetentionPeriod: 1,
        DeletionProtection: false,
      });
      return [`update Cluster ${names.created}-cluster`, `update Command ${names.existing}-protection`];
    },
  };
}

/** What instances and clusters of RDS, Aurora's among them, look like alike. */
export function rowsOf(database: RdsDatabase): Pick<DatabaseInCloud, "write" | "read" | "range" | "tags"> {
  return {
    write: (key, value) => database.put("accounts", key, { value }),
    read: () => Object.fromEntries([...database.rows("accounts")].map(([key, row]) => [key, row.value])),
    range: () => database.restorableRange(),
    tags: () => ({ ...database.tags }),
  };
}

export function protectionOf(
  cloud: SimulatedCloud,
  database: RdsDatabase & {
    settings: { backupRetentionPeriod: number; deletionProtection: boolean; storageEncrypted: boolean };
  },
): Record<string, unknown> {
  return {
    days: database.settings.backupRetentionPeriod,
    deletionProtection: database.settings.deletionProtection,
    encrypted: database.settings.storageEncrypted,
    ownedByAwsBackup: database.recoveryPointArn !== undefined,
    selected: selectionsOf(cloud, database).length === 1,
  };
}

/** Has AWS Backup forget a database, behind the program's back. */
export function deselect(cloud: SimulatedCloud, database: RdsDatabase): void {
  for (const { id } of selectionsOf(cloud, database)) cloud.aws.backup.region(REGION).deleteBackupSelection(id);
}

function selectionsOf(cloud: SimulatedCloud, database: RdsDatabase) {
  return cloud.aws.backup
    .region(REGION)
    .selections()
    .filter(({ resources }) => resources.includes(database.arn));
}

/** SQL Server's instances have no first database for the JDBC URL. */
function namedDatabase({ databaseName }: RdsEngineUnderTest): object {
  return databaseName === undefined ? { databaseName: "scalar" } : {};
}
