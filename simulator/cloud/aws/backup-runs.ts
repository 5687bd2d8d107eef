import type { SimulatedClock } from "../clock";
import { ACCOUNT, arn, iamArn, partitionOf, regionOf } from "./account";
import {
  actionsFor,
  actionsForCopy,
  arnOf,
  type Backable,
  type BackupJob,
  copyOf,
  createdAt,
  isMultiAz,
  type Services,
  snapshotOf,
} from "./backup-job";
import { type BackupRule, type BackupSelection, type CopyAction, selects } from "./backup-rules";
import type { Lifecycle, RecoveryPoint, Vault } from "./backup-vault";
import type { DynamoDb } from "./dynamodb";
import type { Events } from "./events";
import type { Iam } from "./iam";
import type { Identifiers } from "./identifiers";
import { verdictOf } from "./policy-document";
import type { Rds } from "./rds";

/** What AWS Backup works with. */
export interface BackupContext {
  clock: SimulatedClock;
  identifiers: Identifiers;
  iam: Iam;
  rds: Rds;
  dynamodb: DynamoDb;
  events: Events;
}

/** A region of AWS Backup, as its runs need it. */
interface Place {
  name: string;
  services: Services;
  vaults: ReadonlyMap<string, Vault>;
  advancedDynamoDb: boolean;
  optIn: Record<RecoveryPoint["resourceType"], boolean>;
}

/** The vault that a copy goes to, if it exists, and the services of its region. */
export type DestinationOf = (vaultArn: string) => { vault: Vault | undefined; services: Services };

/** What AWS Backup does in one region when a rule of a plan is due. */
export class BackupRuns {
  /** Backups and copies that have ended, oldest first. */
  readonly jobs: BackupJob[] = [];
  readonly #place: Place;
  readonly #context: BackupContext;
  readonly #destination: DestinationOf;

  constructor(place: Place, context: BackupContext, destination: DestinationOf) {
    this.#place = place;
    this.#context = context;
    this.#destination = destination;
  }

  run(rule: BackupRule, selection: BackupSelection, at: number): void {
    const { rds, dynamodb } = this.#place.services;
    const resources: Backable[] = [
      ...rds.databases().map((database): Backable => ({ kind: "database", database })),
      ...dynamodb.tableNames().map((name): Backable => ({ kind: "table", table: dynamodb.table(name) })),
    ];
    for (const resource of resources) {
      if (createdAt(resource) > at || !selects(selection, resource, (type) => this.#place.optIn[type])) continue;
      this.#backUp(resource, rule, selection, at);
    }
  }

  #backUp(resource: Backable, rule: BackupRule, selection: BackupSelection, at: number): void {
    const vault = this.#place.vaults.get(rule.targetVault) as Vault;
    vault.expire(at);
    const lifecycle = rule.lifecycle ?? {};
    // "PITR can support instances, but not clusters" [AWS Backup Developer Guide, Amazon RDS Multi-Availability Zone backups];
    // where AWS Backup can't keep a continuous backup, it makes a snapshot [ibid., Point-in-time recovery considerations].
    const continuous = rule.continuous && resource.kind === "database" && !isMultiAz(resource);
    const refusal =
      this.#forbidden(
        selection,
        resource,
        actionsFor(resource, { continuous, advancedDynamoDb: this.#place.advancedDynamoDb }),
      ) ?? vault.refusal(lifecycle);
    const end = (outcome: Pick<BackupJob, "state" | "message" | "recoveryPointArn">) =>
      this.#ended(
        { type: "BACKUP", resourceArn: arnOf(resource), vault: vault.name, createdAt: at, ...outcome },
        vault,
      );
    if (refusal !== undefined) {
      end({ state: "FAILED", message: refusal });
      return;
    }
    const tags = { ...rule.recoveryPointTags };
    if (continuous) {
      const pointArn = this.#keepContinuously(resource, vault, lifecycle, at);
      end({ state: "COMPLETED", recoveryPointArn: pointArn });
    }
    // A copy of a continuous backup is a snapshot that is made for the copy only.
    if (continuous && !rule.copyActions?.length) return;
    const { advancedDynamoDb } = this.#place;
    const point = snapshotOf(resource, this.#place.services, { at, lifecycle, tags, advancedDynamoDb });
    if (!continuous) {
      vault.recoveryPoints.set(point.arn, point);
      end({ state: "COMPLETED", recoveryPointArn: point.arn });
    }
    for (const action of rule.copyActions ?? []) this.#copy(resource, point, action, selection, at, vault);
    if (continuous) point.release();
  }

  /** From now on AWS Backup owns the database's retention. */
  #keepContinuously(resource: Backable & { kind: "database" }, vault: Vault, lifecycle: Lifecycle, at: number): string {
    const { database } = resource;
    if (!database.recoveryPointArn) {
      const point = `recovery-point:continuous:${database.resourceId.toLowerCase()}-${this.#context.identifiers.hex(8)}`;
      const pointArn = arn("backup", this.#place.name, point);
      database.recoveryPointArn = pointArn;
      vault.recoveryPoints.set(pointArn, {
        arn: pointArn,
        resourceArn: database.arn,
        resourceType: database.arn.includes(":db:") ? "RDS" : "Aurora",
        continuous: true,
        createdAt: at,
        lifecycle,
        tags: { ...database.tags },
        // The database's owner sets the retention again; the days remain.
        release: () => {
          database.recoveryPointArn = undefined;
        },
      });
    }
    const days = lifecycle.deleteAfterDays as number;
    if (database.settings.backupRetentionPeriod !== days) database.retainBackupsFor(days);
    return database.recoveryPointArn;
  }

  #copy(
    resource: Backable,
    point: RecoveryPoint,
    { vaultArn, lifecycle: wanted }: CopyAction,
    selection: BackupSelection,
    at: number,
    from: Vault,
  ): void {
    const [, , , region = "", account] = vaultArn.split(":");
    const elsewhere = account !== ACCOUNT;
    const lifecycle = { ...point.lifecycle, ...wanted };
    const { vault, services: to } = this.#destination(vaultArn);
    const end = (outcome: Pick<BackupJob, "state" | "message" | "recoveryPointArn">) =>
      this.#ended({ type: "COPY", resourceArn: arnOf(resource), vault: vaultArn, createdAt: at, ...outcome }, from);
    const refusal =
      this.#forbidden(selection, resource, actionsForCopy(resource)) ??
      (vault === undefined ? `Backup vault ${vaultArn} does not exist` : undefined) ??
      this.#uncopyable(resource, region, elsewhere) ??
      (vault && elsewhere ? closed(vault) : undefined) ??
      vault?.refusal(lifecycle);
    if (refusal !== undefined || vault === undefined) {
      end({ state: "FAILED", message: refusal as string });
      return;
    }
    const copy = copyOf(point, this.#place.services, to, lifecycle);
    vault.recoveryPoints.set(copy.arn, copy);
    end({ state: "COMPLETED", recoveryPointArn: copy.arn });
  }

  #uncopyable(resource: Backable, region: string, elsewhere: boolean): string | undefined {
    if (resource.kind === "table")
      return this.#place.advancedDynamoDb
        ? undefined
        : "Copying DynamoDB backups needs advanced features for Amazon DynamoDB";
    if (isMultiAz(resource)) return "Copying snapshots of Multi-AZ DB clusters is not supported";
    if (elsewhere && region !== this.#place.name)
      return "A copy of a database to another account and another Region in one action is not supported";
    const { kmsKeyId } = resource.database.settings as { kmsKeyId?: string };
    if (elsewhere && kmsKeyId?.endsWith(":alias/aws/rds"))
      return "Snapshots encrypted with an AWS managed key can't be copied to another account";
    return undefined;
  }

  #forbidden({ roleArn }: BackupSelection, resource: Backable, actions: string[]): string | undefined {
    const { iam } = this.#context;
    const role = iam.find(roleArn);
    if (!role) return `IAM Role ${roleArn} cannot be assumed by AWS Backup`;
    const missing = actions.find(
      (action) =>
        !iam.allows(
          role,
          action,
          action.startsWith("backup:")
            ? `arn:${partitionOf(this.#place.name)}:backup:::backup-vault:`
            : arnOf(resource),
        ),
    );
    return missing && `Access denied: ${roleArn} is not authorized to perform ${missing} on ${arnOf(resource)}`;
  }

  /** Reports the outcome of a job to EventBridge, as an event of AWS Backup. */
  #ended(job: Omit<BackupJob, "id">, vault: Vault): void {
    const id = this.#context.identifiers.uuid();
    this.jobs.push({ id, ...job });
    const { resourceArn, state, message: statusMessage, type } = job;
    const about = { resourceArn, state, ...(statusMessage === undefined ? {} : { statusMessage }) };
    this.#context.events.put(this.#place.name, {
      source: "aws.backup",
      "detail-type": type === "BACKUP" ? "Backup Job State Change" : "Copy Job State Change",
      detail:
        type === "BACKUP"
          ? { backupJobId: id, backupVaultArn: vault.arn, backupVaultName: vault.name, ...about }
          : { copyJobId: id, sourceBackupVaultArn: vault.arn, destinationBackupVaultArn: job.vault, ...about },
    });
  }
}

/** Why a vault of another account takes no copies from this one. */
function closed(vault: Vault): string | undefined {
  const request = {
    action: "backup:CopyIntoBackupVault",
    resource: vault.arn,
    principal: iamArn(regionOf(vault.arn), "root"),
  };
  return vault.policy !== undefined && verdictOf(vault.policy, request) === "allowed"
    ? undefined
    : `Access Denied trying to call AWS Backup service: the access policy of ${vault.arn} does not allow CopyIntoBackupVault`;
}
