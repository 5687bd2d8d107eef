/** The recovery periods in days that a cloud accepts, and its default. */
export interface RecoveryPeriod {
  /** The fewest days that keep recovery on. */
  minimum: number;
  maximum: number;
  /** The default days; 0 when recovery is off by default. Absent where there is no default. */
  unset?: number;
}

/** Keyed by service, because several kinds of database share one. */
export const RECOVERY_PERIODS = {
  dynamodb: { minimum: 1, maximum: 35, unset: 35 },
  /** An RDS instance. */
  rds: { minimum: 1, maximum: 35, unset: 0 },
  /** An Aurora cluster or a Multi-AZ DB cluster. */
  rdsCluster: { minimum: 1, maximum: 35, unset: 1 },
  /** A continuous backup of AWS Backup. */
  awsBackup: { minimum: 1, maximum: 35 },
  /** Continuous backup; its two tiers are in `COSMOSDB_TIERS`. */
  cosmosdb: { minimum: 7, maximum: 30, unset: 30 },
  azureMysql: { minimum: 1, maximum: 35, unset: 7 },
  azurePostgresql: { minimum: 7, maximum: 35, unset: 7 },
} as const satisfies Record<string, RecoveryPeriod>;

/** The days that each tier of Cosmos DB's continuous backup reaches back. */
export const COSMOSDB_TIERS = { Continuous7Days: 7, Continuous30Days: 30 } as const;

/** Why the cloud does not accept a recovery period, with what it accepts; undefined when it accepts it. */
export function recoveryPeriodProblem(
  days: number,
  { minimum, maximum }: Pick<RecoveryPeriod, "minimum" | "maximum">,
): string | undefined {
  if (Number.isInteger(days) && days >= minimum && days <= maximum) return undefined;
  return `must be a whole number of days from ${minimum} to ${maximum}, got ${days}`;
}
