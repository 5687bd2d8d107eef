import { type DatabaseArgs, kindOf } from "../../components/databases";
import type { RestoreFromArgs } from "../../components/vaults/restore-from";
import { INSTANT_TAG } from "../../restore-points/rules/tag-keys";
import type { AwsCloud, RecoveryPoint } from "../../simulator/cloud/aws/aws";
import { AwsError } from "../../simulator/cloud/aws/aws";

/** The vault's name on both clouds. */
export const VAULT_NAME = "scalar-vault";
const LIFECYCLE = { deleteAfter: 400 };
/** A locked vault with daily copies, and copies of the restored databases. */
export const AWS_VAULT = {
  name: VAULT_NAME,
  lock: { minRetentionDays: 7 },
  rules: [{ name: "daily", schedule: "cron(0 5 ? * * *)", lifecycle: LIFECYCLE }],
  keepRestored: { lifecycle: LIFECYCLE },
};

/**
 * The backups from which each database is restored after point-in-time recovery has ended: those of the window, or the
 * kept copy of a drill. Undefined if a database has neither.
 */
export function backupsOf(
  config: Record<string, unknown>,
  kept: readonly RecoveryPoint[],
): Record<string, RestoreFromArgs> | undefined {
  const databases = config["scalar-backup:databases"] as DatabaseArgs[];
  const from = databases.map((database): [string, RestoreFromArgs | undefined] => {
    const { name, kind, args } = kindOf(database);
    if (database.dynamodb) return [name, { windowBackups: true }];
    const type = kind.awsBackup?.(name, args, { access: {}, defaultRegion: "" }).resourceType;
    const [point, ...others] = kept.filter(({ resourceType }) => resourceType === type);
    return [
      name,
      point && others.every(({ resourceArn }) => resourceArn === point.resourceArn)
        ? { backupArn: point.arn }
        : undefined,
    ];
  });
  return from.every(([, backups]) => backups)
    ? (Object.fromEntries(from) as Record<string, RestoreFromArgs>)
    : undefined;
}

/** The databases of a set's configuration that AWS Backup supports. */
export function onAws(config: Record<string, unknown>): DatabaseArgs[] {
  return (config["scalar-backup:databases"] as DatabaseArgs[]).filter(
    (database) => kindOf(database).kind.awsBackup !== undefined,
  );
}

/** The recovery points in the vaults of the regions, with the vault's region. */
export function recoveryPoints(aws: AwsCloud, regions: readonly string[]): (RecoveryPoint & { region: string })[] {
  return regions.flatMap((region) =>
    [...(aws.backup.region(region).findVault(VAULT_NAME)?.recoveryPoints.values() ?? [])].map((point) => ({
      ...point,
      region,
    })),
  );
}

/** AWS Backup's names of the types of these databases. */
export function typesOf(databases: readonly DatabaseArgs[]): Set<string> {
  return new Set(
    databases.flatMap((database) => {
      const { name, kind, args } = kindOf(database);
      return kind.awsBackup?.(name, args, { access: {}, defaultRegion: "" }).resourceType ?? [];
    }),
  );
}

/** The recovery points of a restore point. */
export function keptOf<Point extends RecoveryPoint>(points: readonly Point[], at: string): Point[] {
  return points.filter(({ tags }) => tags[INSTANT_TAG] === at);
}

/** Tries to delete every recovery point with all permissions of the account. @returns how many were deleted */
export function attack(aws: AwsCloud, points: readonly { arn: string; region: string }[]): number {
  let gone = 0;
  for (const { arn, region } of points)
    try {
      aws.backup
        .region(region)
        .vault(VAULT_NAME)
        .deleteRecoveryPoint(arn, "arn:aws:iam::123456789012:role/administrator");
      gone += 1;
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
    }
  return gone;
}

/** Deletes every DynamoDB backup as the same attacker. @returns how many were deleted */
export function attackTableBackups(aws: AwsCloud, regions: readonly string[]): number {
  let gone = 0;
  for (const dynamodb of regions.map((region) => aws.dynamodb.region(region)))
    for (const { BackupArn, BackupType } of dynamodb.backups.list())
      if (BackupType === "USER") {
        dynamodb.backups.delete(BackupArn as string);
        gone += 1;
      }
  return gone;
}
