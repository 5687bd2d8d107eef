import { rds } from "./rds";

export const rdsMysql = rds({
  key: "rdsMysql",
  kind: "rds-mysql",
  label: "Amazon RDS for MySQL",
  engines: ["mysql"],
  multiAzCluster: true,
  restoreNamesDatabase: false,
  jdbcUrl: ({ host, port, database }) => `jdbc:mysql://${host}:${port}/${database ?? ""}`,
  notes: [],
});
