import type { DatabaseInsightsMode } from "@aws-sdk/client-rds";
import type { SimulatedClock } from "../clock";
import { arn } from "./account";
import { AwsError } from "./error";
import { History } from "./history";
import { Rename, type RenameStep } from "./rds-rename";

const SECOND = 1000;
const DAY = 24 * 60 * 60 * SECOND;

/**
 * The newest instant that RDS and Aurora can restore lies this far behind now. [Amazon RDS User Guide, Restoring a DB instance to a
 * specified time: logs go to S3 every 5 minutes; Amazon Aurora User Guide, Backing up and restoring: "typically within 5 minutes"]
 */
export const RESTORE_LAG_MILLIS = 5 * 60 * SECOND;

/** A row as far as the simulation cares: any plain object. */
export type Row = Record<string, unknown>;

/** From the earliest to the latest instant that can be restored. */
export interface RestorableRange {
  earliest: number;
  latest: number;
}

/** What Performance Insights and Database Insights are set to. */
export interface Insights {
  performanceInsights: boolean;
  performanceInsightsKmsKeyId?: string;
  performanceInsightsRetention?: number;
  insightsMode: DatabaseInsightsMode;
}

/**
 * A request's settings of insights, upon those that are; AWS's demands on them included.
 * [botocore: rds/2014-10-31, CreateDBClusterMessage, DatabaseInsightsMode, PerformanceInsightsRetentionPeriod; pulumi-aws #5286]
 */
export function insightsOf(
  input: {
    EnablePerformanceInsights?: boolean | undefined;
    PerformanceInsightsKMSKeyId?: string | undefined;
    PerformanceInsightsRetentionPeriod?: number | undefined;
    DatabaseInsightsMode?: DatabaseInsightsMode | undefined;
  },
  current: Insights = NO_INSIGHTS,
): Insights {
  const insights: Insights = {
    performanceInsights: input.EnablePerformanceInsights ?? current.performanceInsights,
    performanceInsightsKmsKeyId: input.PerformanceInsightsKMSKeyId ?? current.performanceInsightsKmsKeyId,
    performanceInsightsRetention: input.PerformanceInsightsRetentionPeriod ?? current.performanceInsightsRetention,
    insightsMode: input.DatabaseInsightsMode ?? current.insightsMode,
  };
  if (
    !insights.performanceInsights &&
    (input.PerformanceInsightsKMSKeyId ||
      input.PerformanceInsightsRetentionPeriod ||
      insights.insightsMode !== "standard")
  )
    throw new AwsError(
      "InvalidParameterCombination",
      "To set up Performance Insights or the advanced mode of Database Insights, enable Performance Insights.",
    );
  const days = input.PerformanceInsightsRetentionPeriod;
  if (days !== undefined && days !== 7 && days !== 731 && !(days % 31 === 0 && days >= 31 && days <= 23 * 31))
    throw new AwsError("InvalidParameterValue", `Invalid Performance Insights retention period: ${days}.`);
  if (insights.insightsMode === "advanced" && (insights.performanceInsightsRetention ?? 0) < ADVANCED_RETENTION)
    throw new AwsError(
      "InvalidParameterCombination",
      `The advanced mode of Database Insights needs a Performance Insights retention period of at least ${ADVANCED_RETENTION} days.`,
    );
  return insights;
}

/** In days. [botocore: rds/2014-10-31, CreateDBClusterMessage, DatabaseInsightsMode; pulumi-aws #5286: "at least 465 days"] */
const ADVANCED_RETENTION = 465;

/** What a restored database begins with. */
export const NO_INSIGHTS: Insights = { performanceInsights: false, insightsMode: "standard" };

/** What an instance and a cluster have in common: rows with their history, and automated backups of some days. */
export abstract class RdsDatabase {
  abstract readonly settings: { backupRetentionPeriod: number };
  readonly region: string;
  readonly resourceId: string;
  readonly createdAt: number;
  tags: Record<string, string>;
  /** The continuous recovery point of AWS Backup, once that owns the retention. */
  recoveryPointArn: string | undefined;
  /** How far the database's own clock is ahead of the cloud's. */
  skewMillis = 0;

  /** What the ARN has before the name: `db` or `cluster`. */
  readonly #arnType: string;
  #name: string;
  #status = "available";
  #rename: Rename | undefined;
  protected backedUpSince: number;
  readonly #clock: SimulatedClock;
  readonly #tables = new Map<string, History<Row>>();

  constructor(
    clock: SimulatedClock,
    identity: { identifier: string; region: string; resourceId: string; arnType: "db" | "cluster" },
    tags: Record<string, string>,
  ) {
    this.#clock = clock;
    this.#name = identity.identifier;
    this.#arnType = identity.arnType;
    this.region = identity.region;
    this.resourceId = identity.resourceId;
    this.tags = tags;
    this.createdAt = clock.now();
    this.backedUpSince = this.createdAt;
  }

  /** The name by which it is found now. */
  get identifier(): string {
    return this.#rename?.name(this.#clock.now()) ?? this.#name;
  }

  /** It follows the name. */
  get arn(): string {
    return arn("rds", this.region, `${this.#arnType}:${this.identifier}`);
  }

  /** `available`, unless it is being renamed, or a rehearsal says otherwise. */
  get status(): string {
    return this.#rename?.step(this.#clock.now())?.status ?? this.#status;
  }

  set status(status: string) {
    this.#status = status;
  }

  /** Whether its endpoint answers: not before a new name is effective, and the old one is deleted at once. */
  get reachable(): boolean {
    const now = this.#clock.now();
    return this.#rename === undefined || this.#rename.over(now) || this.#rename.pending(now);
  }

  /** The name that was asked for, as long as nothing else shows it. [AWS API Reference, PendingModifiedValues] */
  get pendingIdentifier(): string | undefined {
    return this.#rename?.pending(this.#clock.now()) ? this.#rename.to : undefined;
  }

  /** Names that no other database can get: its own, and that of a rename that is not over. Inferred: AWS documents the first only. */
  get heldIdentifiers(): string[] {
    return this.#rename === undefined || this.#rename.over(this.#clock.now())
      ? [this.identifier]
      : [this.identifier, this.#rename.to];
  }

  /** Begins to rename it at an instant; a request that is still pending is replaced. */
  rename(to: string, startsAt: number, steps: readonly RenameStep[]): void {
    const from = this.identifier;
    // Inferred: the same request again, while the first shows no effect, does not begin anew.
    if (this.pendingIdentifier === to && startsAt >= (this.#rename as Rename).startsAt) return;
    this.#name = from;
    this.#rename = new Rename(from, to, startsAt, steps);
  }

  /** Lets a rename that waits for the maintenance window begin now. */
  startPendingRename(): void {
    const now = this.#clock.now();
    if (this.#rename && now < this.#rename.startsAt) this.#rename = this.#rename.startingAt(now);
  }

  /** Ends a rename at once: with the new name if it has begun, and with the old one if it still waits. */
  endRename(): void {
    if (!this.#rename) return;
    this.#name = this.#clock.now() < this.#rename.startsAt ? this.#rename.from : this.#rename.to;
    this.#rename = undefined;
  }

  /** Where Secrets Manager keeps a password that RDS manages. */
  get masterUserSecret() {
    return {
      SecretArn: arn("secretsmanager", this.region, `secret:rds!${this.resourceId.toLowerCase()}`),
      SecretStatus: "active",
      KmsKeyId: arn("kms", this.region, "alias/aws/secretsmanager"),
    };
  }

  /** The database's own clock. */
  now(): number {
    return this.#clock.now() + this.skewMillis;
  }

  put(table: string, key: string, row: Row, at: number = this.now()): void {
    this.#history(table).set(key, row, at);
  }

  delete(table: string, key: string, at: number = this.now()): void {
    this.#history(table).delete(key, at);
  }

  /** A table's rows by key, as of an instant of the database's own clock; empty when there is no such table. */
  rows(table: string, at: number = this.now()): Map<string, Row> {
    return this.#tables.get(table)?.at(at) ?? new Map();
  }

  tables(): string[] {
    return [...this.#tables.keys()].sort();
  }

  /** What a shorter retention has dropped does not come back with a longer one. */
  retainBackupsFor(days: number): void {
    this.backedUpSince = this.restorableRange()?.earliest ?? this.now();
    this.settings.backupRetentionPeriod = days;
  }

  /** What can be restored now; undefined while automated backups are off. */
  restorableRange(): RestorableRange | undefined {
    if (this.settings.backupRetentionPeriod === 0) return undefined;
    const now = this.now();
    const earliest = Math.max(this.backedUpSince, now - this.settings.backupRetentionPeriod * DAY);
    return { earliest, latest: Math.max(earliest, now - RESTORE_LAG_MILLIS) };
  }

  #history(table: string): History<Row> {
    let history = this.#tables.get(table);
    if (!history) {
      history = new History();
      this.#tables.set(table, history);
    }
    return history;
  }
}
