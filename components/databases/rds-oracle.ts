import { rds } from "./rds";

export const rdsOracle = rds({
  key: "rdsOracle",
  kind: "rds-oracle",
  label: "Amazon RDS for Oracle",
  engines: ["oracle-ee", "oracle-ee-cdb", "oracle-se2", "oracle-se2-cdb"],
  multiAzCluster: false,
  // A restore may give another SID: the source's is named, or the service of the JDBC URL would be a matter of luck.
  restoreNamesDatabase: true,
  // RDS names the database ORCL by default.
  jdbcUrl: ({ host, port, database }) => `jdbc:oracle:thin:@${host}:${port}/${database ?? "ORCL"}`,
  notes: [],
});
