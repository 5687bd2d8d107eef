import { rds } from "./rds";

export const rdsPostgresql = rds({
  key: "rdsPostgresql",
  kind: "rds-postgresql",
  label: "Amazon RDS for PostgreSQL",
  engines: ["postgres"],
  multiAzCluster: true,
  restoreNamesDatabase: false,
  // Every server of PostgreSQL has the database `postgres`.
  jdbcUrl: ({ host, port, database }) => `jdbc:postgresql://${host}:${port}/${database ?? "postgres"}`,
  notes: [],
});
