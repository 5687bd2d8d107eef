import { Cluster, ClusterInstance } from "@pulumi/aws/rds";
import * as pulumi from "@pulumi/pulumi";
import { type ClusterDescription, describeCluster } from "../../../operations/aurora";
import { RECOVERY_PERIODS } from "../../rules/recovery-period";
import { declareContinuousBackup } from "../../vaults/continuous-backup";
import { type ProtectContext, type ProtectedDatabase, regionOf } from "../kind";
import type { AuroraArgs, AuroraCreateArgs } from "./args";
import { type AuroraEngine, clusterIdentifier, lookUpSource, rangeOf, whereIs } from "./source";

/** Declares a cluster with its protection. */
export function protectCreated(
  engine: AuroraEngine,
  name: string,
  args: AuroraArgs,
  create: AuroraCreateArgs,
  context: ProtectContext,
): ProtectedDatabase {
  const where = regionOf(create.region, context.aws, name);
  const days = args.backupRetentionPeriod ?? RECOVERY_PERIODS.rdsCluster.maximum;
  const { masterPassword, masterPasswordWo } = create.cluster ?? {};
  const cluster = new Cluster(
    `${name}-cluster`,
    {
      clusterIdentifier: name,
      storageEncrypted: true,
      copyTagsToSnapshot: true,
      // Nobody has to invent, store or rotate a password that Secrets Manager keeps.
      ...(masterPassword || masterPasswordWo ? {} : { manageMasterUserPassword: true, masterUsername: "scalar" }),
      finalSnapshotIdentifier: pulumi.interpolate`${create.cluster?.clusterIdentifier ?? name}-final`,
      ...create.cluster,
      engine: engine.engine,
      region: where,
      backupRetentionPeriod: days,
      deleteAutomatedBackups: false,
      deletionProtection: args.deletionProtection ?? true,
      tags: pulumi.output(create.cluster?.tags).apply((own) => ({ ...context.tags, ...own })),
    },
    // AWS spreads a cluster over three zones, whichever were asked for.
    { parent: context.parent, protect: true, retainOnDelete: true, ignoreChanges: ["availabilityZones"] },
  );
  for (const [index, instance] of create.instances.entries()) {
    new ClusterInstance(
      `${name}-instance-${index + 1}`,
      {
        identifier: pulumi.interpolate`${create.cluster?.clusterIdentifier ?? name}-${index + 1}`,
        ...instance,
        engine: engine.engine,
        region: where,
        clusterIdentifier: cluster.id,
        tags: pulumi.output(instance.tags).apply((own) => ({ ...context.tags, ...own })),
      },
      { parent: context.parent, protect: true, retainOnDelete: true },
    );
  }
  const found = pulumi
    .output(clusterIdentifier(name, args))
    .apply((id) => describeCluster(where, id, context.aws.access));
  return {
    status: pulumi.output(create.instances.length).apply(() => ({
      name,
      kind: engine.kind,
      protectedBy: `the cluster's own continuous backup of ${days} days in ${where}, declared here`,
      notes: [],
    })),
    range: found.apply((description) => rangeOf(name, description)),
  };
}

/** Has AWS Backup keep a continuous backup of a cluster that exists. */
export function protectExisting(
  engine: AuroraEngine,
  name: string,
  args: AuroraArgs,
  context: ProtectContext,
): ProtectedDatabase {
  const where = regionOf(whereIs(args), context.aws, name);
  const days = args.backupRetentionPeriod ?? RECOVERY_PERIODS.rdsCluster.maximum;
  const observed = lookUpSource(engine, name, args, where, context.aws);
  let protectedBy = `the cluster's own continuous backup of at least ${days} days in ${where}, managed elsewhere`;
  if (args.manage !== false) {
    protectedBy = `AWS Backup's continuous backup of ${days} days in ${where}, which owns the cluster's retention`;
    declareContinuousBackup(
      name,
      {
        resourceArn: observed.apply(({ cluster }) => cluster.DBClusterArn as string),
        retentionDays: days,
        region: where,
        tags: context.tags,
      },
      context.continuousBackup(where),
      context.parent,
    );
  }
  return {
    status: observed.apply((source) => {
      const faults = shortfalls(source, days);
      if (args.manage === false && faults.length > 0)
        throw new pulumi.RunError(
          `database ${name}: cluster ${source.cluster.DBClusterIdentifier} falls short, and "manage: false" forbids to mend it here: ${faults.join("; ")}. Mend it where it is managed, or remove "manage: false".`,
        );
      return {
        name,
        kind: engine.kind,
        protectedBy,
        notes: args.manage === false ? [] : faults.map((fault) => noteOf(fault)),
      };
    }),
    range: observed.apply((source) => rangeOf(name, source)),
  };
}

function shortfalls({ cluster }: ClusterDescription, days: number): string[] {
  const faults: string[] = [];
  const retention = cluster.BackupRetentionPeriod ?? 0;
  if (retention < days) faults.push(`its backup retention is ${retention} days, below ${days}`);
  if (!cluster.DeletionProtection) faults.push("deletion protection is off");
  if (!cluster.StorageEncrypted) faults.push("its storage is not encrypted, and can be only by a restore");
  return faults;
}

function noteOf(fault: string): string {
  return fault.startsWith("its backup retention")
    ? `${fault}: AWS Backup raises it with its next daily run`
    : `${fault}: AWS Backup does not change that; change it on the cluster`;
}
