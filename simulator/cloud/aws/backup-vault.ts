import { AwsError } from "./error";
import { checkDocument, verdictOf } from "./policy-document";

const DAY = 24 * 60 * 60 * 1000;

export interface Lifecycle {
  deleteAfterDays?: number;
  moveToColdStorageAfterDays?: number;
}

/**
 * The days of a lifecycle; undefined for ever: "To [...] keep your recovery points indefinitely, specify -1" [AWS Backup API
 * Reference, Lifecycle].
 */
export function daysOf(days: number | undefined): number | undefined {
  return days === -1 ? undefined : days;
}

/** What a backup or a copy has left in a vault. */
export interface RecoveryPoint {
  arn: string;
  resourceArn: string;
  resourceType: "Aurora" | "DynamoDB" | "RDS";
  continuous: boolean;
  createdAt: number;
  lifecycle: Lifecycle;
  tags: Record<string, string>;
  /** Deletes the backup in its own service. */
  release(): void;
}

/** A lock, which cannot be changed or removed from `lockedForEverAt` on. */
export interface Lock {
  minRetentionDays?: number;
  maxRetentionDays?: number;
  lockedForEverAt?: number;
}

/** The limits of PutBackupVaultLockConfiguration, in days [botocore's model of AWS Backup, its documentation of each member]. */
const LOCK_LIMITS = {
  MinRetentionDays: { lowest: 1, highest: 36_500 },
  MaxRetentionDays: { lowest: 1, highest: 36_500 },
  // "Backup enforces a 72-hour cooling-off period": 3 or greater.
  ChangeableForDays: { lowest: 3, highest: 36_500 },
};

/** @throws InvalidParameterValueException for a lock that AWS Backup refuses. [botocore: backup/2018-11-15, PutBackupVaultLockConfigurationInput] */
function checkLock(lock: { minRetentionDays?: number; maxRetentionDays?: number; changeableForDays?: number }): void {
  const { minRetentionDays: MinRetentionDays, maxRetentionDays: MaxRetentionDays } = lock;
  const given = { MinRetentionDays, MaxRetentionDays, ChangeableForDays: lock.changeableForDays };
  const refuse = (message: string) => new AwsError("InvalidParameterValueException", message);
  for (const [name, days] of Object.entries(given)) {
    const { lowest, highest } = LOCK_LIMITS[name as keyof typeof LOCK_LIMITS];
    if (days !== undefined && !(Number.isInteger(days) && days >= lowest && days <= highest))
      throw refuse(`${name} must be between ${lowest} and ${highest} days`);
  }
  // No retention would meet both.
  if (MinRetentionDays !== undefined && MaxRetentionDays !== undefined && MinRetentionDays > MaxRetentionDays)
    throw refuse("MinRetentionDays cannot be greater than MaxRetentionDays");
}

/** A backup vault with what protects it: AWS Backup's rules on locks, retention and deletion. */
export class Vault {
  readonly name: string;
  readonly arn: string;
  readonly kmsKeyArn: string;
  readonly recoveryPoints = new Map<string, RecoveryPoint>();
  tags: Record<string, string>;
  #policy: string | undefined;
  #lock: Lock | undefined;

  constructor(identity: { name: string; arn: string; kmsKeyArn: string; tags: Record<string, string> }) {
    this.name = identity.name;
    this.arn = identity.arn;
    this.kmsKeyArn = identity.kmsKeyArn;
    this.tags = identity.tags;
  }

  get policy(): string | undefined {
    return this.#policy;
  }

  get lock(): Lock | undefined {
    return this.#lock;
  }

  setPolicy(policy: string | undefined): void {
    this.#policy = policy === undefined ? undefined : checkDocument(policy);
  }

  setLock(
    wanted: { minRetentionDays?: number; maxRetentionDays?: number; changeableForDays?: number },
    now: number,
  ): void {
    this.#checkChangeable(now);
    checkLock(wanted);
    const { changeableForDays: grace, ...lock } = wanted;
    this.#lock = { ...lock, ...(grace === undefined ? {} : { lockedForEverAt: now + grace * DAY }) };
  }

  removeLock(now: number): void {
    this.#checkChangeable(now);
    this.#lock = undefined;
  }

  /** Why a backup or copy that is kept this long can't go into the vault; undefined when it can. */
  refusal({ deleteAfterDays }: Lifecycle): string | undefined {
    const days = daysOf(deleteAfterDays);
    const { minRetentionDays: shortest, maxRetentionDays: longest } = this.#lock ?? {};
    if (shortest !== undefined && days !== undefined && days < shortest)
      return `Retention of ${days} days is shorter than the minimum retention of ${shortest} days of the locked vault ${this.name}`;
    if (longest !== undefined && (days === undefined || days > longest))
      return `Retention ${days === undefined ? "for ever" : `of ${days} days`} is longer than the maximum retention of ${longest} days of the locked vault ${this.name}`;
    return undefined;
  }

  /** @throws AccessDeniedException, InvalidRequestException */
  deleteRecoveryPoint(pointArn: string, principal: string): void {
    const point = this.recoveryPoints.get(pointArn);
    if (!point) throw new AwsError("ResourceNotFoundException", `Cannot find recovery point ${pointArn}`);
    const request = { action: "backup:DeleteRecoveryPoint", resource: pointArn, principal };
    if (this.#policy !== undefined && verdictOf(this.#policy, request) === "denied")
      throw new AwsError(
        "AccessDeniedException",
        `User: ${principal} is not authorized to perform: backup:DeleteRecoveryPoint on resource: ${pointArn} with an explicit deny in a resource-based policy`,
        403,
      );
    if (this.#lock)
      throw new AwsError(
        "InvalidRequestException",
        `Recovery point cannot be deleted: Backup vault ${this.name} is locked`,
      );
    point.release();
    this.recoveryPoints.delete(pointArn);
  }

  /** Time itself may take away what everybody else may not. A continuous recovery point goes on and on. */
  expire(now: number): void {
    for (const point of [...this.recoveryPoints.values()]) {
      const days = daysOf(point.lifecycle.deleteAfterDays);
      if (point.continuous || days === undefined || point.createdAt + days * DAY > now) continue;
      point.release();
      this.recoveryPoints.delete(point.arn);
    }
  }

  #checkChangeable(now: number): void {
    if (this.#lock?.lockedForEverAt !== undefined && this.#lock.lockedForEverAt <= now)
      throw new AwsError(
        "InvalidRequestException",
        `Vault Lock of backup vault ${this.name} is immutable since its lock date and cannot be changed or deleted`,
      );
  }
}
