/** Databases of which nothing is left but the automated backups that AWS retains. */

import type { DBCluster, DBClusterAutomatedBackup, DBInstance, DBInstanceAutomatedBackup } from "@aws-sdk/client-rds";
import { z } from "zod";
import { type ClusterDescription, describeCluster, findRetainedClusterBackups } from "../../../operations/aurora";
import type { AwsAccessSource } from "../../../operations/aws";
import { describeInstance, findRetainedBackups, type InstanceDescription } from "../../../operations/rds";
import { clusterTaking, instanceTaking } from "../../../operations/rds-taking-name";
import type { Shape } from "../../schema-tools";
import { stackIdentityIfAny } from "../../state";
import { instanceClass, parameterGroupName, securityGroupIds, subnetGroupName } from "../schema";
import { warnOfTakenNames } from "../taken-names";

/** How copies of any kind of RDS are built when not like their source; of a deleted one no backup knows these. */
export interface BuildArgs {
  /** The class of the copy's instances. Defaults to the source's; needed for a deleted one. */
  instanceClass?: string;
  /** The copy's subnet group. Defaults to the source's, for a deleted one to AWS's default. */
  subnetGroupName?: string;
  /** The copy's security groups. Default to the source's, for a deleted one to AWS's default. */
  securityGroupIds?: string[];
  /** The copy's parameter group; for a cluster, its cluster parameter group. Defaults to the source's, for a deleted one to AWS's default. */
  parameterGroupName?: string;
}

/** Describes and checks `BuildArgs`. */
export const buildSchema = {
  instanceClass: instanceClass
    .optional()
    .describe("The class of the copy's instances. Defaults to the source's; needed for a deleted one."),
  subnetGroupName: subnetGroupName.optional().describe("Another subnet group than the source's"),
  securityGroupIds: securityGroupIds.optional().describe("Other security groups than the source's"),
  parameterGroupName: parameterGroupName
    .optional()
    .describe("Another parameter group than the source's; for a cluster, another cluster parameter group"),
} satisfies Shape<BuildArgs>;

/** The key that says that nothing but retained backups is left. */
export const deletedSchema = z
  .boolean()
  .optional()
  .describe("True once it is deleted: restores come from the automated backups that AWS retains. Defaults to false.");

interface Source {
  existing?: { deleted?: boolean };
  restoreTo?: BuildArgs;
}

/** Whether the configuration gives the class of a deleted database's copies, which no backup contains. */
export function deletedHasClass({ existing, restoreTo }: Source): boolean {
  return existing?.deleted !== true || restoreTo?.instanceClass !== undefined;
}

export const DELETED_NEEDS_CLASS = {
  error: "the class of the copies, such as db.r7g.large: the backups of a deleted database do not know it",
  path: ["restoreTo", "instanceClass"],
};

/** [Amazon RDS User Guide, Limitations of Multi-AZ DB clusters] */
export const NO_DELETED_CLUSTERS =
  "AWS restores no deleted one to an instant; restore a snapshot of it by hand, and name the cluster that results";

/** The instance to restore: as it exists, or as its retained backups and the configuration describe it. */
export async function findInstance(
  where: string,
  id: string,
  args: Source,
  path: string,
  access: AwsAccessSource,
): Promise<InstanceDescription | undefined> {
  const found =
    (await describeInstance(where, id, access)) ??
    warned(id, where, await instanceTaking(where, id, stackIdentityIfAny(), access));
  if (found) {
    refuseExisting(args, `instance ${id} in ${where}`, path, found.instance.DBInstanceStatus);
    return { ...found, instance: builtLike(found.instance, args.restoreTo) };
  }
  const backups = await findRetainedBackups(where, id, access);
  checkRetained(
    args,
    `RDS instance ${id} in ${where}`,
    `${path}: { instanceIdentifier: ${id}, deleted: true }`,
    backups,
  );
  return backups && instanceOf(backups, args.restoreTo);
}

/** The same for an Aurora cluster. */
export async function findAuroraCluster(
  where: string,
  id: string,
  args: Source,
  path: string,
  access: AwsAccessSource,
): Promise<ClusterDescription | undefined> {
  const found =
    (await describeCluster(where, id, access)) ??
    warned(id, where, await clusterTaking(where, id, stackIdentityIfAny(), access));
  if (found) {
    refuseExisting(args, `cluster ${id} in ${where}`, path, found.cluster.Status);
    return { ...found, cluster: clusterBuiltLike(found.cluster, args.restoreTo) };
  }
  const backups = await findRetainedClusterBackups(where, id, access);
  checkRetained(
    args,
    `Aurora cluster ${id} in ${where}`,
    `${path}: { clusterIdentifier: ${id}, deleted: true }`,
    backups,
  );
  return backups && clusterOf(backups, args.restoreTo);
}

/** A Multi-AZ DB cluster as it is to be restored: backups of deleted ones cannot be. */
export async function findMultiAzCluster(
  where: string,
  id: string,
  { restoreTo }: Source,
  access: AwsAccessSource,
): Promise<ClusterDescription | undefined> {
  const found =
    (await describeCluster(where, id, access)) ??
    warned(id, where, await clusterTaking(where, id, stackIdentityIfAny(), access));
  return found && { ...found, cluster: clusterBuiltLike(found.cluster, restoreTo) };
}

function warned<Found>(id: string, where: string, found: Found | undefined): Found | undefined {
  if (found !== undefined) warnOfTakenNames(`${id} in ${where}`, [id]);
  return found;
}

/** What a user should know of the copy of a deleted database. */
export function deletedNotes(restoreTo: BuildArgs = {}): string[] {
  const guessed = [
    ...(restoreTo.subnetGroupName ? [] : ["subnetGroupName"]),
    ...(restoreTo.securityGroupIds ? [] : ["securityGroupIds"]),
    ...(restoreTo.parameterGroupName ? [] : ["parameterGroupName"]),
  ];
  return [
    "the source is deleted, and its backups hold data, port, encryption and retention only: see that monitoring, log exports, Multi-AZ, maintenance window and autoscaling are as you need them",
    ...(guessed.length > 0 ? [`AWS's defaults were taken where restoreTo says nothing: ${guessed.join(", ")}`] : []),
  ];
}

function refuseExisting({ existing }: Source, subject: string, path: string, status: string | undefined): void {
  if (existing?.deleted !== true) return;
  throw new Error(
    status === "deleting"
      ? `${subject} is still being deleted; wait until it is gone`
      : `${subject} is there, and ${status}; remove "deleted: true" from ${path}`,
  );
}

/** @throws {Error} when the configuration and what AWS retains of a missing database don't agree, with the fix. */
function checkRetained(
  { existing }: Source,
  subject: string,
  fix: string,
  backups: Pick<DBInstanceAutomatedBackup, "RestoreWindow"> | undefined,
): void {
  if (existing?.deleted && backups === undefined)
    throw new Error(
      `${subject} is gone, and AWS retains no automated backups of it; restore a snapshot or a vault's copy by hand, and name what comes of it as existing`,
    );
  if (existing?.deleted || backups === undefined) return;
  const { EarliestTime: earliest, LatestTime: latest } = backups.RestoreWindow ?? {};
  throw new Error(
    `there is no ${subject} any more, but AWS retains its automated backups${earliest && latest ? `, from ${earliest.toISOString()} to ${latest.toISOString()}` : ""}; to restore from them say ${fix}, and restoreTo.instanceClass`,
  );
}

function builtLike(source: DBInstance, to: BuildArgs = {}): DBInstance {
  return {
    ...source,
    ...(to.instanceClass ? { DBInstanceClass: to.instanceClass } : {}),
    ...(to.subnetGroupName ? { DBSubnetGroup: { DBSubnetGroupName: to.subnetGroupName } } : {}),
    ...(to.securityGroupIds
      ? { VpcSecurityGroups: to.securityGroupIds.map((id) => ({ VpcSecurityGroupId: id })) }
      : {}),
    ...(to.parameterGroupName ? { DBParameterGroups: [{ DBParameterGroupName: to.parameterGroupName }] } : {}),
  };
}

function clusterBuiltLike(source: DBCluster, to: BuildArgs = {}): DBCluster {
  return {
    ...source,
    ...(to.subnetGroupName ? { DBSubnetGroup: to.subnetGroupName } : {}),
    ...(to.securityGroupIds
      ? { VpcSecurityGroups: to.securityGroupIds.map((id) => ({ VpcSecurityGroupId: id })) }
      : {}),
    ...(to.parameterGroupName ? { DBClusterParameterGroup: to.parameterGroupName } : {}),
  };
}

function instanceOf(backups: DBInstanceAutomatedBackup, to: BuildArgs | undefined): InstanceDescription {
  const instance: DBInstance = {
    DBInstanceIdentifier: backups.DBInstanceIdentifier,
    DBInstanceArn: backups.DBInstanceArn,
    DbiResourceId: backups.DbiResourceId,
    Engine: backups.Engine,
    EngineVersion: backups.EngineVersion,
    LicenseModel: backups.LicenseModel,
    Endpoint: { Port: backups.Port },
    StorageEncrypted: backups.Encrypted,
    KmsKeyId: backups.KmsKeyId,
    StorageType: backups.StorageType,
    Iops: backups.Iops,
    StorageThroughput: backups.StorageThroughput,
    OptionGroupMemberships: backups.OptionGroupName ? [{ OptionGroupName: backups.OptionGroupName }] : undefined,
    IAMDatabaseAuthenticationEnabled: backups.IAMDatabaseAuthenticationEnabled,
    BackupRetentionPeriod: backups.BackupRetentionPeriod,
    PreferredBackupWindow: backups.PreferredBackupWindow,
    TagList: backups.TagList,
  };
  return { instance: builtLike(instance, to), backups, deleted: true };
}

function clusterOf(backups: DBClusterAutomatedBackup, to: BuildArgs | undefined): ClusterDescription {
  const cluster: DBCluster = {
    DBClusterIdentifier: backups.DBClusterIdentifier,
    DBClusterArn: backups.DBClusterArn,
    DbClusterResourceId: backups.DbClusterResourceId,
    Engine: backups.Engine,
    EngineVersion: backups.EngineVersion,
    Port: backups.Port,
    StorageEncrypted: backups.StorageEncrypted,
    KmsKeyId: backups.KmsKeyId,
    StorageType: backups.StorageType,
    IAMDatabaseAuthenticationEnabled: backups.IAMDatabaseAuthenticationEnabled,
    BackupRetentionPeriod: backups.BackupRetentionPeriod,
    PreferredBackupWindow: backups.PreferredBackupWindow,
    EarliestRestorableTime: backups.RestoreWindow?.EarliestTime,
    LatestRestorableTime: backups.RestoreWindow?.LatestTime,
    TagList: backups.TagList,
  };
  return {
    cluster: clusterBuiltLike(cluster, to),
    instances: [{ DBInstanceClass: to?.instanceClass }],
    deleted: true,
  };
}
