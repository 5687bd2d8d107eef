import { arn } from "./account";
import type { Lifecycle, RecoveryPoint } from "./backup-vault";
import type { DynamoDbRegion } from "./dynamodb-region";
import type { Table } from "./dynamodb-table";
import type { Iam } from "./iam";
import type { Identifiers } from "./identifiers";
import { Cluster } from "./rds-cluster";
import type { RdsDatabase } from "./rds-database";
import type { RdsRegion } from "./rds-region";

/** What came of a backup or of a copy. */
export interface BackupJob {
  id: string;
  type: "BACKUP" | "COPY";
  state: "COMPLETED" | "FAILED";
  /** Why it failed. */
  message?: string;
  resourceArn: string;
  vault: string;
  createdAt: number;
  recoveryPointArn?: string;
}

/** Something that AWS Backup can back up. */
export type Backable = { kind: "table"; table: Table } | { kind: "database"; database: RdsDatabase };

export const arnOf = (resource: Backable) => (resource.kind === "table" ? resource.table.arn : resource.database.arn);
export const tagsOf = (resource: Backable) =>
  resource.kind === "table" ? resource.table.tags : resource.database.tags;
export const createdAt = (resource: Backable) =>
  resource.kind === "table" ? resource.table.createdAt : resource.database.createdAt;

/** AWS Backup's name of the type. */
export function typeOf(resource: Backable): RecoveryPoint["resourceType"] {
  if (resource.kind === "table") return "DynamoDB";
  return isMultiAz(resource) || !(resource.database instanceof Cluster) ? "RDS" : "Aurora";
}

export function isMultiAz(resource: Backable): boolean {
  return (
    resource.kind === "database" &&
    resource.database instanceof Cluster &&
    resource.database.settings.multiAz !== undefined
  );
}

/** What the role must be allowed to do with a resource for a backup of it, and what for a copy. */
export function actionsFor(resource: Backable, what: { continuous: boolean; advancedDynamoDb: boolean }): string[] {
  if (resource.kind === "table")
    return what.advancedDynamoDb
      ? ["dynamodb:StartAwsBackupJob", "dynamodb:ListTagsOfResource"]
      : ["dynamodb:CreateBackup", "dynamodb:DescribeTable", "dynamodb:ListTagsOfResource"];
  const cluster = resource.database instanceof Cluster;
  const name = cluster ? "Cluster" : "Instance";
  if (what.continuous) return [`rds:ModifyDB${name}`, `rds:DescribeDB${name}s`, "rds:ListTagsForResource"];
  return [
    `rds:CreateDB${cluster ? "Cluster" : ""}Snapshot`,
    `rds:DescribeDB${name}s`,
    "rds:AddTagsToResource",
    "rds:ListTagsForResource",
  ];
}

export function actionsForCopy(resource: Backable): string[] {
  const copying = ["backup:CopyFromBackupVault", "backup:CopyIntoBackupVault"];
  if (resource.kind === "table") return copying;
  return [...copying, `rds:CopyDB${resource.database instanceof Cluster ? "Cluster" : ""}Snapshot`];
}

/** The services of one region that AWS Backup works with. */
export interface Services {
  region: string;
  identifiers: Identifiers;
  iam: Iam;
  dynamodb: DynamoDbRegion;
  rds: RdsRegion;
}

/** Backs a resource up as it was at an instant. */
export function snapshotOf(
  resource: Backable,
  { region, identifiers, dynamodb, rds }: Services,
  made: { at: number; lifecycle: Lifecycle; tags: Record<string, string>; advancedDynamoDb: boolean },
): RecoveryPoint {
  const { at, lifecycle } = made;
  const job = identifiers.uuid();
  const tags = { ...tagsOf(resource), ...made.tags };
  const point = {
    resourceArn: arnOf(resource),
    resourceType: typeOf(resource),
    continuous: false,
    createdAt: at,
    lifecycle,
    tags,
  };
  if (resource.kind === "database") {
    const identifier = `awsbackup:job-${job}`;
    const snapshot = rds.snapshots.take(resource.database, { identifier, type: "awsbackup", at, tags });
    return { ...point, arn: snapshot.arn, release: () => rds.snapshots.delete(identifier) };
  }
  // With advanced features the backup is AWS Backup's own: DynamoDB does not list it, and can't restore it.
  if (made.advancedDynamoDb)
    return { ...point, arn: arn("backup", region, `recovery-point:${job}`), release: () => {} };
  const backup = dynamodb.backups.make(resource.table, `awsbackup-${job}`, "AWS_BACKUP", at);
  return { ...point, arn: backup.arn, release: () => dynamodb.backups.release(backup.arn) };
}

/** Copies what was backed up into another region. */
export function copyOf(point: RecoveryPoint, from: Services, to: Services, lifecycle: Lifecycle): RecoveryPoint {
  const job = to.identifiers.uuid();
  const original = point.resourceType === "DynamoDB" ? undefined : from.rds.snapshots.find(point.arn);
  if (original === undefined)
    return { ...point, lifecycle, arn: arn("backup", to.region, `recovery-point:${job}`), release: () => {} };
  const identifier = `awsbackup:copyjob-${job}`;
  const copy = to.rds.snapshots.copy(original, identifier);
  return { ...point, lifecycle, arn: copy.arn, release: () => to.rds.snapshots.delete(identifier) };
}
