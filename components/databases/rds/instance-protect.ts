import { Instance, type InstanceArgs } from "@pulumi/aws/rds";
import * as pulumi from "@pulumi/pulumi";
import { answered } from "../../../operations/answered";
import { tagsOf } from "../../../operations/aurora";
import { describeInstance, type InstanceDescription } from "../../../operations/rds";
import type { ReportedRange } from "../../../restore-points/ranges";
import { RECOVERY_PERIODS } from "../../../restore-points/rules/recovery-period";
import type { AwsSettings } from "../../cloud-settings";
import { checkedArgs } from "../create/resource-args";
import { type ProtectContext, type ProtectedDatabase, plain, regionOf } from "../kind";
import type { RdsArgs, RdsCreateArgs } from "./args";
import { findInstance } from "./deleted";
import { onlyEngine, type RdsEngine } from "./engine";
import { declaredRds, namedSince, protectExistingRds, type RdsProtection } from "./protection";
import { checkInstance, configuredRegion, identifierOf, lookUpInstance } from "./source";

/** Declares an instance with its protection. */
export function protectCreatedInstance(
  engine: RdsEngine,
  name: string,
  args: RdsArgs,
  instance: NonNullable<RdsCreateArgs["instance"]>,
  context: ProtectContext,
): ProtectedDatabase {
  const region = regionOf(configuredRegion(args), context.aws, name);
  const days = args.backupRetentionPeriod ?? RECOVERY_PERIODS.rds.maximum;
  new Instance(
    `${name}-instance`,
    {
      identifier: name,
      engine: onlyEngine(engine),
      storageEncrypted: true,
      copyTagsToSnapshot: true,
      // Secrets Manager creates, stores and rotates the password.
      ...(instance.password || instance.passwordWo ? {} : { manageMasterUserPassword: true, username: "scalar" }),
      finalSnapshotIdentifier: pulumi.interpolate`${instance.identifier ?? name}-final`,
      ...checkedArgs<InstanceArgs>(instance),
      region,
      backupRetentionPeriod: days,
      deleteAutomatedBackups: false,
      deletionProtection: args.deletionProtection ?? true,
      tags: pulumi.output(instance.tags).apply((own) => ({ ...context.tags, ...own })),
    },
    { parent: context.parent, protect: true, retainOnDelete: true },
  );
  const goal = { kind: engine.kind, what: "instance", region, days, notes: engine.notes };
  return declaredRds(name, goal, identifierOf(name, args), async (id) =>
    rangeOf(name, await describeInstance(region, id, context.aws.access)),
  );
}

/** Has AWS Backup keep a continuous backup of an instance that exists. */
export function protectExistingInstance(
  engine: RdsEngine,
  name: string,
  args: RdsArgs,
  context: ProtectContext,
): ProtectedDatabase {
  const region = regionOf(configuredRegion(args), context.aws, name);
  const observed = lookUpInstance(engine, name, args, region, context.aws).apply((found) => protectionOf(name, found));
  return protectExistingRds(
    name,
    observed,
    {
      kind: engine.kind,
      what: "instance",
      region,
      days: args.backupRetentionPeriod ?? RECOVERY_PERIODS.rds.maximum,
      manage: args.manage !== false,
      notes: engine.notes,
    },
    context,
  );
}

function protectionOf(name: string, found: InstanceDescription): RdsProtection {
  const { instance } = found;
  return {
    identifier: answered(instance, "DBInstanceIdentifier"),
    arn: answered(instance, "DBInstanceArn"),
    retentionDays: instance.BackupRetentionPeriod ?? 0,
    deletionProtection: instance.DeletionProtection ?? false,
    storageEncrypted: instance.StorageEncrypted ?? false,
    deleted: found.deleted,
    named: namedSince(instance.InstanceCreateTime, tagsOf(instance)),
    status: instance.DBInstanceStatus,
    range: rangeOf(name, found),
  };
}

/** What can be restored of an instance, read outside of a program. */
export async function readInstanceRange(
  engine: RdsEngine,
  name: string,
  args: RdsArgs,
  region: string,
  { access }: AwsSettings,
): Promise<ReportedRange> {
  const id = plain(name, identifierOf(name, args));
  if (args.create) return rangeOf(name, await describeInstance(region, id, access));
  const found = await findInstance(region, id, args, `databases[].${engine.key}.existing`, access);
  return rangeOf(name, checkInstance(engine, id, region, found));
}

/** What can be restored of an instance. */
function rangeOf(name: string, found: InstanceDescription | undefined): ReportedRange {
  if (found === undefined) return { name, unknownBecause: "it is not created yet" };
  if ((found.instance.BackupRetentionPeriod ?? 0) === 0)
    return { name, unknownBecause: "its automated backups are off until AWS Backup's next daily run" };
  const { EarliestTime: earliest, LatestTime: latest } = found.backups?.RestoreWindow ?? {};
  if (earliest === undefined || latest === undefined)
    return { name, unknownBecause: "AWS names no restorable time for it yet" };
  return { name, earliest: earliest.toISOString(), latest: latest.toISOString() };
}
