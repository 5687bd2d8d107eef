import { aurora } from "./aurora";

export const auroraPostgresql = aurora({
  key: "auroraPostgresql",
  kind: "aurora-postgresql",
  label: "Amazon Aurora PostgreSQL",
  engine: "aurora-postgresql",
  jdbcScheme: "postgresql",
  defaultDatabase: "postgres",
});
