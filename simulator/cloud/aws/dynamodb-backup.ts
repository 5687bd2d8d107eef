import { createHash } from "node:crypto";
import type { BackupDescription, BackupSummary, TableDescription } from "@aws-sdk/client-dynamodb";
import type { Item } from "./dynamodb-item";
import type { Table, TableSettings } from "./dynamodb-table";
import { AwsError } from "./error";

/** "become available for restore within minutes": how many is inferred. [botocore: dynamodb/2012-08-10, CreateBackup] */
const MAKING_MILLIS = 3 * 60_000;
/** How far off its request a backup may be, either way. [botocore: dynamodb/2012-08-10, CreateBackup: 14:24:00 to 14:26:00] */
const DOUBT_MILLIS = 60_000;
/** [DynamoDB API Reference, BackupDetails: a `SYSTEM` backup "expires automatically 35 days after its creation"] */
const SYSTEM_BACKUP_MILLIS = 35 * 24 * 60 * 60_000;
/** "You can call CreateBackup at a maximum rate of 50 times per second." [botocore: dynamodb/2012-08-10, CreateBackup] */
const CREATE_PER_SECOND = 50;

/** An on-demand or system backup: a table as it was, under an ARN of its own. */
export interface DynamoDbBackup {
  arn: string;
  name: string;
  type: "USER" | "SYSTEM" | "AWS_BACKUP";
  createdAt: number;
  table: TableDescription;
  settings: TableSettings;
  declaredBytes: number | undefined;
  /** What it holds, once it is made. */
  items(): Map<string, Item>;
}

export function makeBackup(
  table: Table,
  { id, name, type, createdAt }: { id: string } & Pick<DynamoDbBackup, "name" | "type" | "createdAt">,
): DynamoDbBackup {
  const arn = `${table.arn}/backup/${String(createdAt).padStart(14, "0")}-${id}`;
  const exact = type === "USER" ? undefined : table.items(createdAt);
  return {
    arn,
    name,
    type,
    createdAt,
    table: table.describe(),
    settings: { ...table.settings },
    declaredBytes: table.declaredBytes,
    items: () => exact ?? table.items((key) => createdAt + offsetOf(arn, key)),
  };
}

/**
 * How far off the request an item is. AWS: what was written until a minute before is in, what was written from a minute after is
 * not, in between anything may be, and causality does not hold: so each item here is of an instant of its own.
 */
function offsetOf(arn: string, key: string): number {
  const digest = createHash("sha256").update(`${arn} ${key}`).digest();
  return Math.round((digest.readUInt32BE() / 0xffffffff) * 2 * DOUBT_MILLIS) - DOUBT_MILLIS;
}

/** @throws ValidationException */
export function checkBackupName(name: string | undefined): string {
  if (name !== undefined && /^[a-zA-Z0-9_.-]{3,255}$/.test(name)) return name;
  throw new AwsError(
    "ValidationException",
    `1 validation error detected: Value '${name}' at 'backupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+, with 3 to 255 characters`,
  );
}

/** Counts the calls of `CreateBackup`. */
export class BackupRate {
  #calls: number[] = [];

  /** @throws LimitExceededException */
  count(now: number): void {
    this.#calls = this.#calls.filter((at) => at > now - 1000);
    if (this.#calls.length >= CREATE_PER_SECOND)
      throw new AwsError("LimitExceededException", "Too many operations for a given subscriber: CreateBackup");
    this.#calls.push(now);
  }
}

/** @throws BackupInUseException as long as it is being made. */
export function checkMade(backup: DynamoDbBackup, now: number): void {
  if (statusOf(backup, now) === "CREATING")
    throw new AwsError("BackupInUseException", `Backup is being created: ${backup.arn}`);
}

/** Whether a backup exists: the system backup of a deleted table expires, and cannot be deleted before. */
export function isKept({ type, createdAt }: DynamoDbBackup, now: number): boolean {
  return type !== "SYSTEM" || now < createdAt + SYSTEM_BACKUP_MILLIS;
}

function statusOf({ type, createdAt }: DynamoDbBackup, now: number): "CREATING" | "AVAILABLE" {
  return type === "USER" && now < createdAt + MAKING_MILLIS ? "CREATING" : "AVAILABLE";
}

/** As `CreateBackup` and `DescribeBackup` return it. */
export function details(backup: DynamoDbBackup, now: number) {
  return {
    BackupArn: backup.arn,
    BackupName: backup.name,
    BackupStatus: statusOf(backup, now),
    BackupType: backup.type,
    BackupCreationDateTime: new Date(backup.createdAt),
    ...(backup.type === "SYSTEM" && { BackupExpiryDateTime: new Date(backup.createdAt + SYSTEM_BACKUP_MILLIS) }),
  };
}

/** As `ListBackups` returns it. */
export function summary(backup: DynamoDbBackup, now: number): BackupSummary {
  return {
    ...details(backup, now),
    TableName: backup.settings.name,
    TableId: backup.table.TableId,
    TableArn: backup.table.TableArn,
  };
}

/** As `DescribeBackup` returns it. */
export function describeBackup(backup: DynamoDbBackup, now: number): BackupDescription {
  return {
    BackupDetails: details(backup, now),
    SourceTableDetails: {
      TableName: backup.settings.name,
      TableId: backup.table.TableId,
      TableArn: backup.table.TableArn,
      TableCreationDateTime: backup.table.CreationDateTime,
      KeySchema: backup.settings.keySchema,
      ProvisionedThroughput: backup.settings.throughput ?? { ReadCapacityUnits: 0, WriteCapacityUnits: 0 },
      BillingMode: backup.settings.billingMode,
      ItemCount: backup.table.ItemCount,
    },
  };
}
