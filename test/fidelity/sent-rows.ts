import type { PropertyMap } from "../../simulator/providers/provider";

/** One resource, and the operation by which the provider makes it: the requests are compared. */
export interface SentRow {
  type: string;
  title: string;
  inputs: PropertyMap;
  action: "PutScalingPolicy" | "RestoreDBClusterFromSnapshot" | "RestoreDBClusterToPointInTime";
}

/** Whole seconds, as AWS has them. */
export const INSTANT = new Date(Math.floor(Date.now() / 1000 - 30 * 60) * 1000).toISOString().replace(".000Z", "Z");

/** The source of the copies. */
export const TRIO = "trio";
export const TRIO_SNAPSHOT = "trio-snapshot";
export const TRIO_INPUTS: PropertyMap = {
  clusterIdentifier: TRIO,
  engine: "mysql",
  engineVersion: "8.0.43",
  dbClusterInstanceClass: "db.m5d.large",
  allocatedStorage: 100,
  storageType: "io1",
  iops: 1000,
  masterUsername: "scalar",
  masterPassword: "a-password",
  backupRetentionPeriod: 7,
  skipFinalSnapshot: true,
};

const COPY: PropertyMap = {
  engine: "mysql",
  dbClusterInstanceClass: "db.m5d.large",
  allocatedStorage: 100,
  storageType: "io1",
  iops: 1000,
  skipFinalSnapshot: true,
};

const POLICY = "aws:appautoscaling/policy:Policy";
export const SCALED: PropertyMap = {
  serviceNamespace: "dynamodb",
  resourceId: "table/scaled",
  scalableDimension: "dynamodb:table:WriteCapacityUnits",
};
const TRACKING: PropertyMap = {
  targetValue: 70,
  predefinedMetricSpecification: { predefinedMetricType: "DynamoDBWriteCapacityUtilization" },
};

export const SENT_ROWS: SentRow[] = [
  {
    type: "aws:rds/cluster:Cluster",
    title: "a Multi-AZ DB cluster restored to an instant: neither its class nor its IOPS are sent",
    inputs: {
      ...COPY,
      clusterIdentifier: "restored",
      restoreToPointInTime: { sourceClusterIdentifier: TRIO, restoreToTime: INSTANT, restoreType: "full-copy" },
    },
    action: "RestoreDBClusterToPointInTime",
  },
  {
    type: "aws:rds/cluster:Cluster",
    title: "a Multi-AZ DB cluster restored from a snapshot: an engine mode is sent, and no class",
    inputs: { ...COPY, clusterIdentifier: "from-snapshot", snapshotIdentifier: TRIO_SNAPSHOT },
    action: "RestoreDBClusterFromSnapshot",
  },
  {
    type: POLICY,
    title: "a scaling policy without cooldowns: 0 is sent",
    inputs: {
      ...SCALED,
      name: "without-cooldowns",
      policyType: "TargetTrackingScaling",
      targetTrackingScalingPolicyConfiguration: TRACKING,
    },
    action: "PutScalingPolicy",
  },
  {
    type: POLICY,
    title: "a scaling policy with cooldowns",
    inputs: {
      ...SCALED,
      name: "with-cooldowns",
      policyType: "TargetTrackingScaling",
      targetTrackingScalingPolicyConfiguration: { ...TRACKING, scaleInCooldown: 600, scaleOutCooldown: 60 },
    },
    action: "PutScalingPolicy",
  },
];
