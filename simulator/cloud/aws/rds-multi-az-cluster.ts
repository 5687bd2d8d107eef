import type { CreateDBClusterMessage, DBCluster, ModifyDBClusterMessage } from "@aws-sdk/client-rds";
import { AwsError } from "./error";
import { type Insights, insightsOf, NO_INSIGHTS } from "./rds-database";

/** What only a Multi-AZ DB cluster has: its instances are no resources of their own, so that the cluster says what they are like. */
export interface MultiAzSettings extends Insights {
  instanceClass: string;
  allocatedStorage: number;
  iops: number;
  publiclyAccessible: boolean;
  monitoringInterval: number;
  monitoringRoleArn?: string;
}

/** A writer and two readable standbys. [Amazon RDS User Guide, Creating a Multi-AZ DB cluster] */
export const MULTI_AZ_INSTANCES = 3;

/** For io1, as for instances; that of gp3 is inferred. [botocore: rds/2014-10-31, CreateDBInstanceMessage, AllocatedStorage] */
const LEAST_STORAGE = 100;
/** [Amazon RDS User Guide, Amazon RDS DB instance storage, gp3 storage] */
const GP3_IOPS = 3000;
/** [Amazon RDS User Guide, Amazon RDS DB instance storage, gp3 storage] */
const LARGE_GP3 = 400;

/** What a new Multi-AZ DB cluster gets, with AWS's demands on it. */
export function createMultiAz(input: CreateDBClusterMessage): MultiAzSettings {
  const { DBClusterInstanceClass: instanceClass, AllocatedStorage: storage, StorageType: type, Iops: iops } = input;
  if (!instanceClass)
    throw new AwsError(
      "InvalidParameterCombination",
      "DBClusterInstanceClass is required to create a Multi-AZ DB cluster.",
    );
  checkClass(instanceClass);
  if (!storage || storage < LEAST_STORAGE)
    throw new AwsError("InvalidParameterValue", `Invalid storage size for a Multi-AZ DB cluster: ${storage ?? 0}`);
  if ((type ?? "io1") !== "gp3" && !iops)
    throw new AwsError("InvalidParameterCombination", "You must specify the Iops parameter for storage type io1.");
  return {
    instanceClass,
    allocatedStorage: storage,
    iops: iops ?? GP3_IOPS,
    publiclyAccessible: input.PubliclyAccessible ?? false,
    monitoringInterval: input.MonitoringInterval ?? 0,
    monitoringRoleArn: input.MonitoringRoleArn,
    ...insightsOf(input),
  };
}

/** What both kinds of restore have in common. */
export interface MultiAzRestore {
  DBClusterInstanceClass?: string | undefined;
  EngineMode?: string | undefined;
  Iops?: number | undefined;
  NetworkType?: string | undefined;
  PubliclyAccessible?: boolean | undefined;
  StorageType?: string | undefined;
}

/**
 * What a restored one gets: the class that is asked for, the source's storage, and neither monitoring nor insights.
 *
 * AWS's guide gives the class in each of its commands [Amazon RDS User Guide, Restoring a Multi-AZ DB cluster to a specified
 * time; Restoring from a snapshot to a Multi-AZ DB cluster], and promises the source's for none that leaves it out (of a
 * snapshot: "a default configuration" [AWS API Reference, RestoreDBClusterFromSnapshot]). Whether AWS then refuses or builds
 * something else is not documented: here it is refused, so that nothing relies on it.
 */
export function restoreMultiAz(source: MultiAzSettings, storageType: string, input: MultiAzRestore): MultiAzSettings {
  // [AWS API Reference, RestoreDBClusterToPointInTime: "Valid for: Aurora DB clusters only"]
  for (const name of ["EngineMode", "NetworkType"] as const)
    if (input[name])
      throw new AwsError(
        "InvalidParameterCombination",
        `${name} is not valid for a Multi-AZ DB cluster: ${input[name]}`,
      );
  if (!input.DBClusterInstanceClass)
    throw new AwsError(
      "InvalidParameterCombination",
      "DBClusterInstanceClass is required to restore a Multi-AZ DB cluster.",
    );
  checkClass(input.DBClusterInstanceClass);
  if (input.StorageType && !input.Iops)
    throw new AwsError(
      "InvalidParameterCombination",
      "You must specify the Iops parameter when you specify the StorageType of a Multi-AZ DB cluster.",
    );
  const iops = input.Iops ?? source.iops;
  // [Amazon RDS User Guide, Restoring a Multi-AZ DB cluster to a specified time]
  if (storageType === "gp3" && source.allocatedStorage < LARGE_GP3 && iops !== source.iops)
    throw new AwsError(
      "InvalidParameterCombination",
      `You can't modify the IOPS of gp3 storage with less than ${LARGE_GP3} GiB.`,
    );
  return {
    instanceClass: input.DBClusterInstanceClass,
    allocatedStorage: source.allocatedStorage,
    iops,
    // Whether it is public by default depends on the subnets. [AWS API Reference, RestoreDBClusterToPointInTime]
    publiclyAccessible: input.PubliclyAccessible ?? false,
    monitoringInterval: 0,
    ...NO_INSIGHTS,
  };
}

export function modifyMultiAz(settings: MultiAzSettings, input: ModifyDBClusterMessage): MultiAzSettings {
  const changed: MultiAzSettings = {
    instanceClass: input.DBClusterInstanceClass ?? settings.instanceClass,
    allocatedStorage: input.AllocatedStorage ?? settings.allocatedStorage,
    iops: input.Iops ?? settings.iops,
    publiclyAccessible: settings.publiclyAccessible,
    monitoringInterval: input.MonitoringInterval ?? settings.monitoringInterval,
    monitoringRoleArn: input.MonitoringRoleArn ?? settings.monitoringRoleArn,
    ...insightsOf(input, settings),
  };
  // [AWS API Reference, ModifyDBCluster, Port: "Valid for Cluster Type: Aurora DB clusters only"]
  if (input.Port !== undefined)
    throw new AwsError("InvalidParameterCombination", "The port of a Multi-AZ DB cluster can't be modified.");
  checkClass(changed.instanceClass);
  if (changed.allocatedStorage < settings.allocatedStorage)
    throw new AwsError("InvalidParameterCombination", "Requested storage cannot be lower than the current storage.");
  if (changed.monitoringInterval > 0 && !changed.monitoringRoleArn)
    throw new AwsError(
      "InvalidParameterCombination",
      "A MonitoringRoleARN value is required if you specify a MonitoringInterval value other than 0.",
    );
  return changed;
}

/** As `DescribeDBClusters` returns them. */
export function describeMultiAz(settings: MultiAzSettings): Partial<DBCluster> {
  return {
    DBClusterInstanceClass: settings.instanceClass,
    AllocatedStorage: settings.allocatedStorage,
    Iops: settings.iops,
    MultiAZ: true,
    PubliclyAccessible: settings.publiclyAccessible,
    MonitoringInterval: settings.monitoringInterval,
    MonitoringRoleArn: settings.monitoringRoleArn,
    PerformanceInsightsEnabled: settings.performanceInsights,
    PerformanceInsightsKMSKeyId: settings.performanceInsightsKmsKeyId,
    PerformanceInsightsRetentionPeriod: settings.performanceInsightsRetention,
    DatabaseInsightsMode: settings.insightsMode,
  };
}

function checkClass(name: string): void {
  if (!/^db\.[a-z0-9]+\.[a-z0-9]+$/.test(name))
    throw new AwsError("InvalidParameterValue", `Invalid DB cluster instance class: ${name}`);
}
