import { rds } from "./rds";

export const rdsSqlserver = rds({
  key: "rdsSqlserver",
  kind: "rds-sqlserver",
  label: "Amazon RDS for SQL Server",
  engines: ["sqlserver-ee", "sqlserver-se", "sqlserver-ex", "sqlserver-web"],
  multiAzCluster: false,
  restoreNamesDatabase: false,
  jdbcUrl: ({ host, port, database }) =>
    `jdbc:sqlserver://${host}:${port}${database === undefined ? "" : `;databaseName=${database}`}`,
  notes: [
    "RDS restores the databases within one SQL Server instance to within a second of each other: let ScalarDB keep its data in one of them",
  ],
});
