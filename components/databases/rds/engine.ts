/** Where a database is reached, for its JDBC URL. */
export interface JdbcAddress {
  host: string;
  port: number;
  /** The database to connect to, as far as one is known. */
  database?: string;
}

/** The differences between the kinds of RDS. */
export interface RdsEngine {
  key: string;
  kind: string;
  label: string;
  /** AWS's names of the engine: one, or one for each edition. */
  engines: readonly [string, ...string[]];
  /** Whether RDS offers it as a Multi-AZ DB cluster too, of one writer and two readable standbys. */
  multiAzCluster: boolean;
  /** Whether a restore accepts the database's name (Oracle's SID); AWS refuses it for the others. */
  restoreNamesDatabase: boolean;
  jdbcUrl(address: JdbcAddress): string;
  /** What a user should know of protecting this engine in particular. */
  notes: string[];
}

/** The engine's name in AWS, where there is only one. */
export function onlyEngine({ engines }: RdsEngine): string | undefined {
  return engines.length === 1 ? engines[0] : undefined;
}
