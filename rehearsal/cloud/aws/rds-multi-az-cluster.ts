import type { CreateDBClusterMessage, DBCluster, ModifyDBClusterMessage } from "@aws-sdk/client-rds";
import { AwsError } from "./error";
import { type Insights, insightsOf, NO_INSIGHTS } from "./rds-database";

/** What only a Multi-AZ DB cluster has: its instances are no resources of their own, so that the cluster says what they are like. */
export interface MultiAzSettings extends Insights {
  instanceClass: string;
  allocatedStorage: number;
  iops: number;
  monitoringInterval: number;
  monitoringRoleArn?: string;
}

/** A writer and two readable standbys. */
export const MULTI_AZ_INSTANCES = 3;

const LEAST_STORAGE = 100;
const GP3_IOPS = 3000;

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
    monitoringInterval: input.MonitoringInterval ?? 0,
    monitoringRoleArn: input.MonitoringRoleArn,
    ...insightsOf(input),
  };
}

/**
 * Of a snapshot AWS documents "a default configuration", and not which class that has when none is asked for: here it is one
 * that nobody would have chosen.
 */
export const SNAPSHOT_DEFAULT_CLASS = "db.m5d.large";

/** What a restored one gets: the source's class and storage, and neither monitoring nor insights. */
export function restoreMultiAz(
  source: MultiAzSettings,
  input: { DBClusterInstanceClass?: string; StorageType?: string; Iops?: number },
): MultiAzSettings {
  if (input.StorageType && !input.Iops)
    throw new AwsError(
      "InvalidParameterCombination",
      "You must specify the Iops parameter when you specify the StorageType of a Multi-AZ DB cluster.",
    );
  if (input.DBClusterInstanceClass) checkClass(input.DBClusterInstanceClass);
  return {
    instanceClass: input.DBClusterInstanceClass ?? source.instanceClass,
    allocatedStorage: source.allocatedStorage,
    iops: input.Iops ?? source.iops,
    monitoringInterval: 0,
    ...NO_INSIGHTS,
  };
}

export function modifyMultiAz(settings: MultiAzSettings, input: ModifyDBClusterMessage): MultiAzSettings {
  const changed: MultiAzSettings = {
    instanceClass: input.DBClusterInstanceClass ?? settings.instanceClass,
    allocatedStorage: input.AllocatedStorage ?? settings.allocatedStorage,
    iops: input.Iops ?? settings.iops,
    monitoringInterval: input.MonitoringInterval ?? settings.monitoringInterval,
    monitoringRoleArn: input.MonitoringRoleArn ?? settings.monitoringRoleArn,
    ...insightsOf(input, settings),
  };
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

/** As `DescribeDBClusters` tells them. */
export function describeMultiAz(settings: MultiAzSettings): Partial<DBCluster> {
  return {
    DBClusterInstanceClass: settings.instanceClass,
    AllocatedStorage: settings.allocatedStorage,
    Iops: settings.iops,
    MultiAZ: true,
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
