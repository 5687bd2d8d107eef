import type { Properties } from "../schema";
import { BACKUP_WINDOW, DATABASE_INPUTS, IDENTIFIER, MAINTENANCE_WINDOW } from "./rds-database";
import { STRINGS, TIMESTAMP } from "./resource-type";

/** Engines whose clusters are Multi-AZ DB clusters. */
export const MULTI_AZ = ["mysql", "postgres"];

/** What the provider takes for an Aurora or Multi-AZ cluster. */
export const CLUSTER_INPUTS: Properties = {
  ...DATABASE_INPUTS,
  allowMajorVersionUpgrade: { type: "boolean" },
  availabilityZones: { ...STRINGS, computed: true, replaces: true },
  clusterIdentifier: { ...IDENTIFIER, replaces: true },
  databaseName: { type: "string", computed: true, replaces: true },
  dbClusterInstanceClass: { type: "string" },
  dbClusterParameterGroupName: { type: "string", computed: true },
  dbSubnetGroupName: { type: "string", computed: true, replaces: true },
  enabledCloudwatchLogsExports: {
    type: "set",
    of: {
      type: "string",
      values: ["audit", "error", "general", "iam-db-auth-error", "instance", "postgresql", "slowquery", "upgrade"],
    },
  },
  engine: {
    type: "string",
    required: true,
    replaces: true,
    values: ["aurora-mysql", "aurora-postgresql", ...MULTI_AZ],
  },
  engineMode: { type: "string", default: "provisioned", replaces: true, values: ["provisioned"] },
  finalSnapshotIdentifier: {
    type: "string",
    format: {
      pattern: /^[0-9A-Za-z](?:-?[0-9A-Za-z])*$/,
      description: "letters, digits and single hyphens, not at the end",
    },
  },
  masterPassword: { type: "string", secret: true },
  masterUsername: { type: "string", computed: true, replaces: true },
  monitoringInterval: { type: "integer", computed: true },
  performanceInsightsEnabled: { type: "boolean", computed: true },
  preferredBackupWindow: BACKUP_WINDOW,
  preferredMaintenanceWindow: MAINTENANCE_WINDOW,
  restoreToPointInTime: {
    type: "object",
    replaces: true,
    properties: {
      restoreToTime: { type: "string", replaces: true, format: TIMESTAMP },
      restoreType: { type: "string", replaces: true, values: ["full-copy", "copy-on-write"] },
      sourceClusterIdentifier: { type: "string", replaces: true },
      sourceClusterResourceId: { type: "string", replaces: true },
      useLatestRestorableTime: { type: "boolean", replaces: true },
    },
  },
  serverlessv2ScalingConfiguration: {
    type: "object",
    properties: {
      maxCapacity: { type: "number", required: true, range: [1, 256] },
      minCapacity: { type: "number", required: true, range: [0, 256] },
      secondsUntilAutoPause: { type: "integer", computed: true, range: [300, 86400] },
    },
  },
  // It may leave the program again: the provider takes no notice.
  snapshotIdentifier: { type: "string", computed: true, replaces: true },
  storageEncrypted: { type: "boolean", computed: true, replaces: true },
  storageType: { type: "string", computed: true, values: ["", "aurora", "aurora-iopt1", "io1", "io2", "gp3"] },
};
