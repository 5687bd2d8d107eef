import type { Access } from "../../cloud/aws/authorization/caller";
import { accessesOf, type Parameters } from "../../cloud/aws/authorization/requests";
import type { AwsCloud } from "../../cloud/aws/aws";
import type { PropertyMap, PropertyValue } from "../provider";
import calls from "./provider-calls.json";
import { object, type ResourceType, regionOf, tagsGone, text, textMap } from "./resource-type";

export type Step = "create" | "read" | "update" | "delete";

/** The actions that the real provider takes for a type, as Terraform's log has its requests (test/fidelity/provider-calls.ts). */
// Cast: the file has all types, and may be asked for any.
const CALLS = calls as Record<string, Record<Step, readonly string[]> | undefined>;

/** How requests name what a resource is, and what it refers to, by the type's name. */
const OWN: Record<string, (properties: PropertyMap) => Parameters> = {
  "aws:dynamodb/table:Table": ({ name }) => ({ TableName: name }),
  "aws:rds/cluster:Cluster": (cluster) => ({
    DBClusterIdentifier: cluster.clusterIdentifier,
    DBSubnetGroupName: cluster.dbSubnetGroupName,
    DBClusterParameterGroupName: cluster.dbClusterParameterGroupName,
    MonitoringRoleArn: cluster.monitoringRoleArn,
    multiAz: text(cluster.dbClusterInstanceClass) !== undefined,
  }),
  "aws:rds/clusterInstance:ClusterInstance": (instance) => ({
    DBInstanceIdentifier: instance.identifier,
    DBClusterIdentifier: instance.clusterIdentifier,
    DBSubnetGroupName: instance.dbSubnetGroupName,
    DBParameterGroupName: instance.dbParameterGroupName,
    MonitoringRoleArn: instance.monitoringRoleArn,
  }),
  "aws:rds/instance:Instance": (instance) => ({
    DBInstanceIdentifier: instance.identifier,
    DBSubnetGroupName: instance.dbSubnetGroupName,
    DBParameterGroupName: instance.parameterGroupName,
    OptionGroupName: instance.optionGroupName,
    MonitoringRoleArn: instance.monitoringRoleArn,
  }),
  "aws:backup/vault:Vault": ({ name }) => ({ BackupVaultName: name }),
  "aws:backup/vaultPolicy:VaultPolicy": ({ backupVaultName }) => ({ BackupVaultName: backupVaultName }),
  "aws:backup/vaultLockConfiguration:VaultLockConfiguration": ({ backupVaultName }) => ({
    BackupVaultName: backupVaultName,
  }),
  "aws:backup/plan:Plan": ({ id }) => ({ BackupPlanId: id }),
  "aws:backup/selection:Selection": ({ planId, iamRoleArn }) => ({ BackupPlanId: planId, IamRoleArn: iamRoleArn }),
  "aws:backup/restoreTestingPlan:RestoreTestingPlan": ({ name }) => ({ RestoreTestingPlanName: `${name}-*` }),
  "aws:backup/restoreTestingSelection:RestoreTestingSelection": ({ restoreTestingPlanName, iamRoleArn }) => ({
    RestoreTestingPlanName: `${restoreTestingPlanName}-*`,
    IamRoleArn: iamRoleArn,
  }),
  "aws:cloudwatch/eventRule:EventRule": ({ name }) => ({ Rule: name }),
  "aws:cloudwatch/eventTarget:EventTarget": ({ rule }) => ({ Rule: rule }),
  "aws:eks/podIdentityAssociation:PodIdentityAssociation": ({ clusterName, roleArn }) => ({
    clusterName,
    associationId: `${clusterName}/*`,
    roleArn,
  }),
  "aws:iam/role:Role": ({ path, name }) => ({ RolePath: `${text(path) ?? "/"}${name}` }),
  "aws:iam/rolePolicy:RolePolicy": ({ role }) => ({ RolePath: `/${role}` }),
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ({ role }) => ({ RolePath: `/${role}` }),
  "aws:kms/key:Key": ({ keyId }) => ({ KeyId: keyId }),
  "aws:sns/topic:Topic": ({ name }) => ({ TopicName: name }),
  "aws:sns/topicPolicy:TopicPolicy": ({ arn }) => ({ TopicArn: arn }),
  "aws:sns/topicSubscription:TopicSubscription": ({ topic }) => ({ TopicArn: topic }),
  "aws:appautoscaling/target:Target": ({ resourceId, serviceNamespace }) => ({
    ResourceId: resourceId,
    ServiceNamespace: serviceNamespace,
  }),
  "aws:appautoscaling/policy:Policy": ({ resourceId, serviceNamespace }) => ({
    ResourceId: resourceId,
    ServiceNamespace: serviceNamespace,
  }),
};

/** How a request that restores names what it restores. */
const ORIGIN: Record<string, (properties: PropertyMap) => Parameters> = {
  "aws:dynamodb/table:Table": (table) => ({
    SourceTableName: text(table.restoreSourceTableArn) ?? table.restoreSourceName,
    TargetTableName: table.name,
    BackupArn: table.restoreBackupArn,
  }),
  "aws:rds/cluster:Cluster": ({ restoreToPointInTime, snapshotIdentifier }) => ({
    SourceDBClusterIdentifier: object(restoreToPointInTime).sourceClusterIdentifier,
    SnapshotIdentifier: snapshotIdentifier,
  }),
  "aws:rds/instance:Instance": ({ restoreToPointInTime, snapshotIdentifier, identifier }) => ({
    SourceDBInstanceIdentifier: object(restoreToPointInTime).sourceDbInstanceIdentifier,
    TargetDBInstanceIdentifier: identifier,
    DBSnapshotIdentifier: snapshotIdentifier,
  }),
};

/** The requests by which a resource can come to be, and what makes the provider choose one of them. */
const CREATIONS: Record<string, (properties: PropertyMap) => boolean> = {
  "dynamodb:CreateTable": (table) => !isRestored(table),
  "dynamodb:RestoreTableToPointInTime": (table) => isRestored(table) && text(table.restoreBackupArn) === undefined,
  "dynamodb:RestoreTableFromBackup": (table) => text(table.restoreBackupArn) !== undefined,
  "rds:CreateDBCluster": (cluster) => !isRestored(cluster),
  "rds:RestoreDBClusterToPointInTime": (cluster) => "restoreToPointInTime" in cluster,
  "rds:RestoreDBClusterFromSnapshot": ({ snapshotIdentifier }) => text(snapshotIdentifier) !== undefined,
  "rds:RestoreDBInstanceToPointInTime": (instance) => "restoreToPointInTime" in instance,
  "rds:RestoreDBInstanceFromDBSnapshot": ({ snapshotIdentifier }) => text(snapshotIdentifier) !== undefined,
};
const RESTORED_BY = [
  "restoreSourceName",
  "restoreSourceTableArn",
  "restoreBackupArn",
  "restoreToPointInTime",
  "snapshotIdentifier",
];

const isRestored = (properties: PropertyMap) => RESTORED_BY.some((input) => properties[input] !== undefined);

/** Authorizes what the real provider asks AWS for in a step. @throws AccessDeniedException */
export function authorizeStep(
  cloud: AwsCloud,
  type: ResourceType,
  step: Step,
  properties: PropertyMap,
  before?: PropertyMap,
): void {
  cloud.caller.authorize(accessesOfStep(type, step, properties, before));
}

function accessesOfStep(
  { token, global }: ResourceType,
  step: Step,
  properties: PropertyMap,
  before: PropertyMap | undefined,
): Access[] {
  const actions = CALLS[token]?.[step];
  const own = OWN[token];
  if (actions === undefined || own === undefined)
    throw new Error(`simulator/providers/aws/provider-calls.json does not have ${token}: record it (test/fidelity)`);
  const region = global ? "us-east-1" : regionOf(properties);
  return actions
    .filter((action) => isMade(action, token, step, properties, before))
    .flatMap((action) => {
      const restores = action.includes(":Restore");
      const parameters = {
        ...own(properties),
        ...(restores ? ORIGIN[token]?.(properties) : {}),
        ...(/Tag/.test(action) && whole(properties)),
      };
      return accessesOf(action, tagged(parameters, properties), region);
    });
}

function isMade(
  action: string,
  token: string,
  step: Step,
  properties: PropertyMap,
  before: PropertyMap | undefined,
): boolean {
  if (step === "create") {
    if (token === "aws:rds/instance:Instance" && action === "rds:CreateDBInstance") return !isRestored(properties);
    return CREATIONS[action]?.(properties) ?? true;
  }
  if (step !== "update" || before === undefined || !/:(Tag|Untag|AddTags|RemoveTags)/.test(action)) return true;
  if (/:(Untag|RemoveTags)/.test(action)) return tagsGone(before, properties).length > 0;
  return Object.entries(textMap(properties.tagsAll)).some(([key, value]) => textMap(before.tagsAll)[key] !== value);
}

function tagged(parameters: Parameters, { tagsAll }: PropertyMap): Parameters {
  return Object.keys(textMap(tagsAll)).length > 0 ? { ...parameters, Tags: tagsAll } : parameters;
}

/** Requests about tags name a resource by its ARN. */
function whole({ arn, associationArn }: PropertyMap): { ResourceName?: PropertyValue } {
  const named = arn ?? associationArn;
  return typeof named === "string" ? { ResourceName: named } : {};
}
