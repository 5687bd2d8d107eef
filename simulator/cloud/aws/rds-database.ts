import type { DatabaseInsightsMode } from "@aws-sdk/client-rds";
import type { SimulatedClock } from "../clock";
import { AwsError } from "./error";
import { History } from "./history";

const SECOND = 1000;
const DAY = 24 * 60 * 60 * SECOND;

/** The newest instant that RDS and Aurora can restore lies this far behind now. */
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

/** A request's settings of insights, upon those that are; AWS's demands on them included. */
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
  if (insights.insightsMode === "advanced" && (insights.performanceInsightsRetention ?? 0) < ADVANCED_RETENTION)
    throw new AwsError(
      "InvalidParameterCombination",
      `The advanced mode of Database Insights needs a Performance Insights retention period of at least ${ADVANCED_RETENTION} days.`,
    );
  return insights;
}

const ADVANCED_RETENTION = 465;

/** What a restored database begins with. */
export const NO_INSIGHTS: Insights = { performanceInsights: false, insightsMode: "standard" };

/** What an instance and a cluster have in common: rows with their history, and automated backups of some days. */
export abstract class RdsDatabase {
  abstract readonly settings: { backupRetentionPeriod: number };
  readonly identifier: string;
  readonly region: string;
  readonly resourceId: string;
  readonly arn: string;
  readonly createdAt: number;
  tags: Record<string, string>;
  /** The continuous recovery point of AWS Backup, once that owns the retention. */
  recoveryPointArn: string | undefined;
  /** How far the database's own clock is ahead of the cloud's. */
  skewMillis = 0;

  protected backedUpSince: number;
  readonly #clock: SimulatedClock;
  readonly #tables = new Map<string, History<Row>>();

  constructor(
    clock: SimulatedClock,
    identity: { identifier: string; region: string; resourceId: string; arn: string },
    tags: Record<string, string>,
  ) {
    this.#clock = clock;
    this.identifier = identity.identifier;
    this.region = identity.region;
    this.resourceId = identity.resourceId;
    this.arn = identity.arn;
    this.tags = tags;
    this.createdAt = clock.now();
    this.backedUpSince = this.createdAt;
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
