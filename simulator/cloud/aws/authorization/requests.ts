import { ACCOUNT, partitionOf } from "../account";
import type { Access } from "./caller";
import reference from "./reference.json";

/** The names of resources in a request, or of several requests that concern one resource. */
export type Parameters = Readonly<Record<string, unknown>>;

/** What the Service Authorization Reference says of an action. */
interface ActionReference {
  /** The types of resources that a policy can name; those that it has to name end in `*`. */
  resources: readonly string[];
}

// Cast: its keys are the actions that are known, and may be asked for any.
const ACTIONS = reference as Record<string, ActionReference | undefined>;

/** The types of a service's resources: what follows the account in their ARNs. [Service Authorization Reference] */
const ARNS: Record<string, Record<string, string>> = {
  dynamodb: { table: "table/{}", backup: "table/*/backup/*" },
  rds: {
    db: "db:{}",
    cluster: "cluster:{}",
    "cluster-pg": "cluster-pg:{}",
    pg: "pg:{}",
    og: "og:{}",
    subgrp: "subgrp:{}",
    snapshot: "snapshot:{}",
    "cluster-snapshot": "cluster-snapshot:{}",
    "auto-backup": "auto-backup:*",
    "cluster-auto-backup": "cluster-auto-backup:*",
    proxy: "db-proxy:*",
    "cluster-endpoint": "cluster-endpoint:*",
    deployment: "deployment:*",
    "global-cluster": "global-cluster:*",
    "target-group": "target-group:*",
  },
  backup: {
    backupVault: "backup-vault:{}",
    backupPlan: "backup-plan:{}",
    recoveryPoint: "recovery-point:*",
    restoreTestingPlan: "restore-testing-plan:{}",
  },
  "application-autoscaling": { ScalableTarget: "scalable-target/*" },
  iam: { role: "role{}", group: "group/{}", user: "user/{}" },
  eks: { cluster: "cluster/{}", podidentityassociation: "podidentityassociation/{}" },
  events: { "rule-on-default-event-bus": "rule/{}" },
  sns: { topic: "{}" },
  kms: { key: "key/{}", alias: "alias/{}" },
};

/** The parameters by which requests name resources of a type. [API references of the services] */
const PARAMETERS: Record<string, Record<string, string>> = {
  dynamodb: {
    TableName: "table",
    SourceTableName: "table",
    SourceTableArn: "table",
    TargetTableName: "table",
    ResourceArn: "table",
    BackupArn: "backup",
  },
  rds: {
    DBInstanceIdentifier: "db",
    SourceDBInstanceIdentifier: "db",
    TargetDBInstanceIdentifier: "db",
    DBClusterIdentifier: "cluster",
    SourceDBClusterIdentifier: "cluster",
    DBSnapshotIdentifier: "snapshot",
    DBClusterSnapshotIdentifier: "cluster-snapshot",
    SnapshotIdentifier: "cluster-snapshot",
    DBSubnetGroupName: "subgrp",
    DBParameterGroupName: "pg",
    DBClusterParameterGroupName: "cluster-pg",
    OptionGroupName: "og",
  },
  backup: { BackupVaultName: "backupVault", BackupPlanId: "backupPlan", RestoreTestingPlanName: "restoreTestingPlan" },
  eks: { clusterName: "cluster", associationId: "podidentityassociation" },
  iam: { RolePath: "role" },
  events: { Rule: "rule-on-default-event-bus" },
  sns: { TopicName: "topic" },
  kms: { KeyId: "key" },
};

/** A parameter that is the ARN of what the request is about, of whatever type. */
const WHOLE_ARNS = ["ResourceName", "ResourceArn", "ResourceARN", "TopicArn", "PolicySourceArn"];

/** What a restore of a table needs on the table that it makes. [Amazon DynamoDB Developer Guide, "Using IAM with DynamoDB backup and restore"] */
const RESTORE_TABLE = ["BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem"];

/** What AWS authorizes of a request, by the Service Authorization Reference: the action on each resource, and dependent actions. */
export function accessesOf(action: string, parameters: Parameters, region: string): Access[] {
  const known = ACTIONS[action];
  if (known === undefined)
    throw new Error(`simulator/cloud/aws/authorization/reference.json does not have the action ${action}`);
  return [...own(action, known.resources, parameters, region), ...dependent(action, parameters, region)];
}

function own(action: string, resources: readonly string[], parameters: Parameters, region: string): Access[] {
  const [service = ""] = action.split(":");
  const types = resources.map((type) => type.replace("*", ""));
  const whole = WHOLE_ARNS.flatMap((name) => {
    const value = parameters[name];
    return typeof value === "string" && value.startsWith("arn:") ? [value] : [];
  });
  if (whole.length > 0 && /Tag/.test(action)) return whole.map((resource) => ({ action, resource }));
  const named = Object.entries(PARAMETERS[service] ?? {}).flatMap(([parameter, type]) => {
    const value = parameters[parameter];
    return typeof value === "string" && value !== "" && types.includes(type) ? [{ type, value }] : [];
  });
  const arns = named.map(({ type, value }) => (value.startsWith("arn:") ? value : arnOf(service, type, value, region)));
  // A required resource that the request leaves to its default, such as an option group: whatever AWS takes.
  const left = resources
    .filter((type) => type.endsWith("*") && whole.length === 0)
    .map((type) => type.slice(0, -1))
    .filter((type) => !named.some((each) => each.type === type))
    .map((type) => arnOf(service, type, "*", region));
  const tagged = types.length > 0 && arns.length === 0 ? whole : [];
  const all = [...new Set([...arns, ...left, ...tagged])];
  if (all.length > 0) return all.map((resource) => ({ action, resource }));
  // A list is authorized for all of its first type; an action without types for everything.
  const [first] = types;
  return [{ action, resource: first === undefined ? "*" : arnOf(service, first, "*", region) }];
}

function dependent(action: string, parameters: Parameters, region: string): Access[] {
  const [service = "", operation = ""] = action.split(":");
  if (service === "dynamodb" && operation.startsWith("RestoreTable"))
    return RESTORE_TABLE.map((name) => ({
      action: `dynamodb:${name}`,
      resource: arnOf("dynamodb", "table", String(parameters.TargetTableName), region),
    }));
  return [
    ...passedRole(action, parameters),
    ...(service === "rds" ? ofRds(operation, parameters, region) : []),
    ...(action === "backup:CreateBackupVault" ? vaultStorage(region) : []),
    ...(action === "application-autoscaling:RegisterScalableTarget" ||
    action === "application-autoscaling:PutScalingPolicy"
      ? scaling(operation, parameters, region)
      : []),
    ...(action === "eks:CreatePodIdentityAssociation" && typeof parameters.roleArn === "string"
      ? [{ action: "iam:GetRole", resource: parameters.roleArn }]
      : []),
  ];
}

/**
 * What a vault is encrypted and stored with [AWS re:Post, "Why do I get an Access Denied error when I try to create an AWS Backup vault?"].
 * AWS Backup uses the key in the caller's name [AWS KMS Developer Guide, kms:ViaService; AWSBackupFullAccess has that condition].
 */
function vaultStorage(region: string): Access[] {
  const resource = arnOf("kms", "key", "*", region);
  const context = { "kms:ViaService": `backup.${region}.amazonaws.com` };
  const ofKey = ["CreateGrant", "Decrypt", "GenerateDataKey", "RetireGrant"];
  return [
    { action: "backup-storage:MountCapsule", resource: "*" },
    ...ofKey.map((operation) => ({ action: `kms:${operation}`, resource, context })),
    { action: "kms:DescribeKey", resource },
  ];
}

/** The services that roles are handed to. [Service Authorization Reference: iam:PassRole; the services' documents name the principal] */
const PASSED_TO: Record<string, string> = {
  backup: "backup.amazonaws.com",
  eks: "pods.eks.amazonaws.com",
  rds: "monitoring.rds.amazonaws.com",
};
const PASSING: Record<string, string> = {
  "backup:CreateBackupSelection": "IamRoleArn",
  "backup:CreateRestoreTestingSelection": "IamRoleArn",
  "backup:UpdateRestoreTestingSelection": "IamRoleArn",
  "eks:CreatePodIdentityAssociation": "roleArn",
  "eks:UpdatePodIdentityAssociation": "roleArn",
  "rds:CreateDBInstance": "MonitoringRoleArn",
  "rds:ModifyDBCluster": "MonitoringRoleArn",
  "rds:ModifyDBInstance": "MonitoringRoleArn",
  "rds:RestoreDBClusterFromSnapshot": "MonitoringRoleArn",
  "rds:RestoreDBClusterToPointInTime": "MonitoringRoleArn",
};

function passedRole(action: string, parameters: Parameters): Access[] {
  const role = parameters[PASSING[action] ?? ""];
  const service = PASSED_TO[action.split(":")[0] ?? ""];
  if (typeof role !== "string" || role === "" || service === undefined) return [];
  return [{ action: "iam:PassRole", resource: role, context: { "iam:PassedToService": service } }];
}

/** [Service Authorization Reference, "Actions defined by Amazon RDS": dependent actions] */
function ofRds(operation: string, parameters: Parameters, region: string): Access[] {
  const cluster = String(parameters.DBClusterIdentifier ?? "");
  const target = parameters.TargetDBInstanceIdentifier ?? parameters.DBInstanceIdentifier;
  const made =
    target === undefined ? arnOf("rds", "cluster", cluster, region) : arnOf("rds", "db", String(target), region);
  const creates = /^(Create|Restore)DB/.test(operation);
  const tagged = creates && parameters.Tags !== undefined ? [{ action: "rds:AddTagsToResource", resource: made }] : [];
  // A Multi-AZ DB cluster creates, changes and deletes its instances, whose names begin with its own.
  const members = arnOf("rds", "db", `${cluster}-*`, region);
  const member = { Restore: "CreateDBInstance", Modify: "ModifyDBInstance", Delete: "DeleteDBInstance" }[
    /^(Restore|Modify|Delete)DBCluster(ToPointInTime|FromSnapshot)?$/.exec(operation)?.[1] ?? ""
  ];
  const multiAz = member !== undefined && parameters.multiAz === true;
  return [...tagged, ...(multiAz ? [{ action: `rds:${member}`, resource: members }] : [])];
}

/** What Application Auto Scaling does in the caller's name. [Application Auto Scaling User Guide, "Identity-based policy examples"] */
function scaling(operation: string, { ResourceId, ServiceNamespace }: Parameters, region: string): Access[] {
  const alarms = operation === "PutScalingPolicy" ? ["DescribeAlarms", "PutMetricAlarm"] : [];
  const [kind, name = ""] = String(ResourceId ?? "").split("/");
  const table = ServiceNamespace === "dynamodb" && kind === "table" ? name : undefined;
  return [
    ...alarms.map((alarm) => ({
      action: `cloudwatch:${alarm}`,
      resource: `arn:${partitionOf(region)}:cloudwatch:${region}:${ACCOUNT}:alarm:TargetTracking-*`,
    })),
    ...(table === undefined
      ? []
      : ["DescribeTable", "UpdateTable"].map((each) => ({
          action: `dynamodb:${each}`,
          resource: arnOf("dynamodb", "table", table, region),
        }))),
  ];
}

/** The ARN of a resource by its name. */
export function arnOf(service: string, type: string, name: string, region: string): string {
  const pattern = ARNS[service]?.[type];
  if (pattern === undefined) throw new Error(`the ARN of a ${type} of ${service} is not simulated`);
  const partition = partitionOf(region);
  const where = service === "iam" ? "" : region;
  return `arn:${partition}:${service}:${where}:${ACCOUNT}:${pattern.replace("{}", name)}`;
}
