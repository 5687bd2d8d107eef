import type { Properties } from "../schema";
import { BACKUP_WINDOW, DATABASE_INPUTS, IDENTIFIER, MAINTENANCE_WINDOW } from "./rds-database";
import { ARN, TIMESTAMP } from "./resource-type";

/** What the provider takes for an RDS instance. */
export const INSTANCE_INPUTS: Properties = {
  ...DATABASE_INPUTS,
  autoMinorVersionUpgrade: { type: "boolean", default: true },
  availabilityZone: { type: "string", computed: true, replaces: true },
  backupWindow: BACKUP_WINDOW,
  caCertIdentifier: { type: "string", computed: true },
  databaseInsightsMode: { type: "string", computed: true, values: ["standard", "advanced"] },
  dbName: { type: "string", computed: true, replaces: true },
  dbSubnetGroupName: { type: "string", computed: true },
  enabledCloudwatchLogsExports: {
    type: "set",
    of: {
      type: "string",
      values: [
        "agent",
        "alert",
        "audit",
        "error",
        "general",
        "iam-db-auth-error",
        "listener",
        "oemagent",
        "postgresql",
        "slowquery",
        "trace",
        "upgrade",
      ],
    },
  },
  engine: { type: "string", computed: true, replaces: true },
  finalSnapshotIdentifier: {
    type: "string",
    format: {
      pattern: /^[A-Za-z](?:-?[0-9A-Za-z])*$/,
      description: "letters, digits and single hyphens, beginning with a letter and not ending with a hyphen",
    },
  },
  // Another one renames the instance. [terraform-provider-aws #507, #32590]
  identifier: IDENTIFIER,
  instanceClass: { type: "string", required: true },
  licenseModel: { type: "string", computed: true },
  maintenanceWindow: MAINTENANCE_WINDOW,
  maxAllocatedStorage: { type: "integer" },
  monitoringInterval: { type: "integer", default: 0 },
  multiAz: { type: "boolean", computed: true },
  optionGroupName: { type: "string", computed: true },
  parameterGroupName: { type: "string", computed: true },
  password: { type: "string", secret: true },
  performanceInsightsEnabled: { type: "boolean", default: false },
  publiclyAccessible: { type: "boolean", default: false },
  restoreToPointInTime: {
    type: "object",
    // The block replaces as it comes and goes, but no property in it does: a changed one is accepted and does nothing.
    replaces: true,
    properties: {
      restoreTime: { type: "string", format: TIMESTAMP },
      sourceDbInstanceAutomatedBackupsArn: { type: "string", format: ARN },
      sourceDbInstanceIdentifier: { type: "string" },
      sourceDbiResourceId: { type: "string" },
      useLatestRestorableTime: { type: "boolean" },
    },
  },
  snapshotIdentifier: { type: "string", computed: true, replaces: true },
  storageEncrypted: { type: "boolean", replaces: true },
  storageThroughput: { type: "integer", computed: true },
  storageType: { type: "string", computed: true, values: ["gp2", "gp3", "io1", "io2", "standard"] },
  username: { type: "string", computed: true, replaces: true },
};
