import type { BackupPolicy } from "./backup-policy";
import { ArmError } from "./error";
import type { FlexibleServer, Row } from "./flexible-server";
import type { JsonObject } from "./json";

const DAY = 24 * 60 * 60 * 1000;

/** One backup of a server: what `pg_dump` wrote of its tables. */
export interface RecoveryPoint {
  id: string;
  at: number;
  /** The retention rule that it goes by. */
  tag: string;
  expiresAt: number;
  files: ReadonlyMap<string, ReadonlyMap<string, Row>>;
}

/** The result of a scheduled run. */
export interface AzureBackupJob {
  instance: string;
  at: number;
  state: "Completed" | "Failed";
  message?: string;
}

/** A server that a vault backs up. */
export class BackupInstance {
  readonly id: string;
  readonly name: string;
  properties: JsonObject;
  tags: JsonObject;
  policy: BackupPolicy;
  readonly sourceId: string;
  readonly recoveryPoints = new Map<string, RecoveryPoint>();
  /** Whether backups are made; stopped, what was made stays. */
  protectionStopped = false;
  /** Up to when the schedule was looked at. */
  lookedAt: number;
  #lastBackup: number | undefined;

  constructor(
    id: string,
    body: { properties: JsonObject; tags: JsonObject },
    policy: BackupPolicy,
    source: string,
    now: number,
  ) {
    this.id = id;
    this.name = id.split("/").at(-1) as string;
    this.properties = body.properties;
    this.tags = body.tags;
    this.policy = policy;
    this.sourceId = source;
    this.lookedAt = now;
  }

  /**
   * Makes the backup of a scheduled run. Inferred that a second one in a week is not executed: Azure Backup takes policies
   * of several days, and a job on each of them would decide it.
   */
  backUp(at: number, server: FlexibleServer, id: string): RecoveryPoint {
    if (this.#lastBackup !== undefined && at - this.#lastBackup < 7 * DAY)
      throw new ArmError("UserErrorBackupAlreadyTakenThisWeek", "Only one backup of a server is supported each week.");
    const points = [...this.recoveryPoints.values()];
    const month = new Date(at).toISOString().slice(0, 7);
    const ofPeriod = (prefix: string) => points.some((point) => new Date(point.at).toISOString().startsWith(prefix));
    const { tag, expiresAt } = this.policy.retentionOf(at, {
      ofMonth: !ofPeriod(month),
      ofYear: !ofPeriod(month.slice(0, 4)),
    });
    const point = { id, at, tag, expiresAt, files: server.dump(at) };
    this.recoveryPoints.set(id, point);
    this.#lastBackup = at;
    return point;
  }

  expire(now: number): void {
    for (const [id, { expiresAt }] of this.recoveryPoints) if (expiresAt <= now) this.recoveryPoints.delete(id);
  }

  describe(): JsonObject {
    return {
      id: this.id,
      name: this.name,
      type: "Microsoft.DataProtection/backupVaults/backupInstances",
      tags: this.tags,
      properties: {
        ...this.properties,
        provisioningState: "Succeeded",
        currentProtectionState: this.protectionStopped ? "ProtectionStopped" : "ProtectionConfigured",
      },
    };
  }
}

/** A recovery point as a GET returns it. */
export function describePoint(instance: BackupInstance, { id, at, tag, expiresAt }: RecoveryPoint): JsonObject {
  return {
    id: `${instance.id}/recoveryPoints/${id}`,
    name: id,
    type: "Microsoft.DataProtection/backupVaults/backupInstances/recoveryPoints",
    properties: {
      objectType: "AzureBackupDiscreteRecoveryPoint",
      recoveryPointId: id,
      recoveryPointTime: new Date(at).toISOString(),
      recoveryPointType: "Full",
      retentionTagName: tag,
      expiryTime: new Date(expiresAt).toISOString(),
    },
  };
}
