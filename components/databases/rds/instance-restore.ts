import type { DBInstance } from "@aws-sdk/client-rds";
import { Instance } from "@pulumi/aws/rds";
import * as pulumi from "@pulumi/pulumi";
import { answered } from "../../../operations/answered";
import { tagsOf } from "../../../operations/aurora";
import type { InstanceSettings } from "../../../operations/rds";
import { declareCompletion, lastRequest, writtenBy } from "../../operation";
import { copyTags } from "../copy-tags";
import { type DatabaseCopy, instantSuffix, type RestoreContext, regionOf } from "../kind";
import { type Found, leftToSetAgain } from "../not-restored";
import { adoptedInstance } from "./adopted";
import type { RdsArgs } from "./args";
import { copyDeletion, copyIdentifier, credentialsNote } from "./copies";
import { deletedNotes } from "./deleted";
import type { RdsEngine } from "./engine";
import { restoredByRds } from "./restored";
import { configuredRegion, lookUpInstance } from "./source";

/** Declares an instance as of the instant, and sets again what the restore leaves out. */
export function restoreInstance(engine: RdsEngine, name: string, args: RdsArgs, context: RestoreContext): DatabaseCopy {
  const { aws, instant } = context;
  const region = regionOf(configuredRegion(args), aws, name);
  const logical = `${name}-copy-${instantSuffix(instant)}`;
  const found = lookUpInstance(engine, name, args, region, aws).apply(({ instance: source, deleted }) => {
    const identifier = copyIdentifier(answered(source, "DBInstanceIdentifier"), instant);
    return adoptedInstance(name, logical, { region, identifier, source: tagsOf(source) }, context).apply(
      (importId) => ({
        source,
        deleted,
        importId,
      }),
    );
  });
  const copy = found.apply(({ source, deleted, importId }) => {
    const instance = declareCopy(engine, logical, { source, deleted, importId }, args, context, region);
    const completed = `${logical}-completion`;
    const { parent } = context;
    const before = lastRequest(completed, "complete-rds-instance-copy", { parent });
    const completion = declareCompletion(
      completed,
      "complete-rds-instance-copy",
      {
        request: pulumi.output(before).apply((last) => ({
          region,
          instanceIdentifier: copyIdentifier(answered(source, "DBInstanceIdentifier"), instant),
          settings: { ...settingsOf(source), ...(last && backupsOf(last.settings)) },
        })),
        access: aws.access,
      },
      { parent, dependsOn: [instance] },
    );
    return {
      arn: instance.arn,
      endpoint: instance.address,
      url: instance.address.apply((host) =>
        instance.port.apply((port) => engine.jdbcUrl({ host, port, database: args.databaseName ?? source.DBName })),
      ),
      notes: writtenBy(completion).apply(() => [
        credentialsNote(source.MasterUserSecret !== undefined),
        ...directoryNotes(source),
        ...(deleted ? deletedNotes(args.restoreTo) : []),
        ...leftToSetAgain("rds", deleted ? {} : notRestoredOf(source)),
      ]),
    };
  });
  return restoredByRds({ name, kind: engine.kind, region, resourceType: "RDS" }, copy);
}

function declareCopy(
  engine: RdsEngine,
  logical: string,
  { source, deleted, importId }: { source: DBInstance; deleted: true | undefined; importId: string | undefined },
  args: RdsArgs,
  context: RestoreContext,
  region: string,
): Instance {
  const recovery = context.mode === "recovery";
  const backupArn = context.from?.backupArn;
  const id = answered(source, "DBInstanceIdentifier");
  const identifier = copyIdentifier(id, context.instant);
  const provisionedIops = source.StorageType?.startsWith("io") ?? false;
  return new Instance(
    logical,
    {
      identifier,
      region,
      engine: source.Engine,
      ...(backupArn !== undefined
        ? // Known only when the instant has passed, as every restore call's input.
          { snapshotIdentifier: context.checkedInstant.apply(() => backupArn) }
        : {
            restoreToPointInTime: {
              // A deleted instance is identified by its unique resource id.
              ...(deleted ? { sourceDbiResourceId: source.DbiResourceId } : { sourceDbInstanceIdentifier: id }),
              restoreTime: context.checkedInstant,
            },
          }),
      instanceClass: answered(source, "DBInstanceClass"),
      licenseModel: source.LicenseModel,
      dbName: engine.restoreNamesDatabase ? (source.DBName ?? (deleted && args.databaseName)) : undefined,
      port: source.Endpoint?.Port,
      multiAz: source.MultiAZ,
      dbSubnetGroupName: source.DBSubnetGroup?.DBSubnetGroupName,
      vpcSecurityGroupIds: source.VpcSecurityGroups?.map((group) => answered(group, "VpcSecurityGroupId")),
      publiclyAccessible: source.PubliclyAccessible,
      parameterGroupName: source.DBParameterGroups?.[0]?.DBParameterGroupName,
      optionGroupName: source.OptionGroupMemberships?.[0]?.OptionGroupName,
      storageEncrypted: source.StorageEncrypted,
      kmsKeyId: source.KmsKeyId,
      storageType: source.StorageType,
      // For other types AWS reports a baseline that it does not accept as an argument.
      iops: provisionedIops ? source.Iops : undefined,
      maxAllocatedStorage: source.MaxAllocatedStorage,
      iamDatabaseAuthenticationEnabled: source.IAMDatabaseAuthenticationEnabled,
      enabledCloudwatchLogsExports: source.EnabledCloudwatchLogsExports,
      autoMinorVersionUpgrade: source.AutoMinorVersionUpgrade,
      copyTagsToSnapshot: source.CopyTagsToSnapshot,
      // A password that Secrets Manager rotates is not the one of the instant: the copy is given a secret of its own.
      manageMasterUserPassword: source.MasterUserSecret ? true : undefined,
      // The provider sets these two by a modification of its own after the restore.
      monitoringInterval: source.MonitoringInterval,
      monitoringRoleArn: source.MonitoringRoleArn,
      // A restore does not send the rest, up to where the completion sets it.
      backupRetentionPeriod: source.BackupRetentionPeriod,
      backupWindow: source.PreferredBackupWindow,
      maintenanceWindow: source.PreferredMaintenanceWindow,
      caCertIdentifier: source.CACertificateIdentifier,
      networkType: source.NetworkType,
      performanceInsightsEnabled: source.PerformanceInsightsEnabled,
      performanceInsightsKmsKeyId: source.PerformanceInsightsKMSKeyId,
      performanceInsightsRetentionPeriod: source.PerformanceInsightsRetentionPeriod,
      databaseInsightsMode: source.DatabaseInsightsMode,
      applyImmediately: true,
      ...copyDeletion(identifier, context),
      tags: copyTags("rds", tagsOf(source), context),
    },
    {
      parent: context.parent,
      import: importId,
      ignoreChanges: [
        // A changed time would be accepted and restore nothing; the block taken away would replace the copy.
        "restoreToPointInTime",
        "snapshotIdentifier",
        "backupRetentionPeriod",
        "backupWindow",
        "maintenanceWindow",
        "caCertIdentifier",
        "networkType",
        "performanceInsightsEnabled",
        "performanceInsightsKmsKeyId",
        "performanceInsightsRetentionPeriod",
        "databaseInsightsMode",
      ],
      retainOnDelete: recovery,
      customTimeouts: { create: "12h", delete: "2h" },
    },
  );
}

/** What the restore leaves out, as the source has it. */
function settingsOf(source: DBInstance): InstanceSettings {
  const gp3 = source.StorageType === "gp3";
  return {
    BackupRetentionPeriod: source.BackupRetentionPeriod,
    PreferredBackupWindow: source.PreferredBackupWindow,
    PreferredMaintenanceWindow: source.PreferredMaintenanceWindow,
    CACertificateIdentifier: source.CACertificateIdentifier,
    NetworkType: source.NetworkType,
    PerformanceInsightsEnabled: source.PerformanceInsightsEnabled,
    PerformanceInsightsKMSKeyId: source.PerformanceInsightsKMSKeyId,
    PerformanceInsightsRetentionPeriod: source.PerformanceInsightsRetentionPeriod,
    DatabaseInsightsMode: source.DatabaseInsightsMode,
    ...(gp3 ? { StorageType: "gp3", Iops: source.Iops, StorageThroughput: source.StorageThroughput } : {}),
  };
}

/** What AWS Backup sets on the source when it takes over its backups. A copy that exists by then keeps its own. */
function backupsOf({ BackupRetentionPeriod, PreferredBackupWindow }: InstanceSettings): InstanceSettings {
  return { BackupRetentionPeriod, PreferredBackupWindow };
}

function directoryNotes({ DomainMemberships }: DBInstance): string[] {
  const domain = DomainMemberships?.[0]?.FQDN ?? DomainMemberships?.[0]?.Domain;
  return domain === undefined
    ? []
    : [
        `the source is joined to the directory ${domain}, the copy to none: join it by hand for logins of the directory`,
      ];
}

/** What the instance has of what no restore brings back. */
function notRestoredOf(source: DBInstance): Found {
  const { ActivityStreamStatus: stream, DBInstanceAutomatedBackupsReplications: replications } = source;
  return {
    "IAM roles of the instance": source.AssociatedRoles?.map(({ RoleArn }) => RoleArn),
    "read replicas": [
      ...(source.ReadReplicaDBInstanceIdentifiers ?? []),
      ...(source.ReadReplicaDBClusterIdentifiers ?? []),
    ],
    "replication of automated backups to another region": replications?.map(
      ({ DBInstanceAutomatedBackupsArn: arn }) => arn,
    ),
    "database activity streams": stream && stream !== "stopped" ? [stream] : [],
  };
}
