import { auroraPart } from "./aurora";
import { azureMysqlPart } from "./azure-mysql";
import { azurePostgresqlPart } from "./azure-postgresql";
import { cosmosdbPart } from "./cosmosdb";
import { dynamodbPart } from "./dynamodb";
import { setOf } from "./part";
import { PAUSED } from "./pause";
import { multiAzClusterPart, rdsInstancePart } from "./rds";

const REGION = "ap-northeast-1";

/** Every kind of database, on two clouds: one set, one instant. */
export const allKinds = setOf(
  [
    dynamodbPart(REGION, "ap-northeast-3"),
    cosmosdbPart("documents"),
    auroraPart("aurora-mysql", "aurora-mysql", REGION),
    auroraPart("aurora-postgresql", "aurora-postgresql", REGION),
    rdsInstancePart("mysql", { key: "rdsMysql", engine: "mysql" }, REGION),
    rdsInstancePart("postgresql", { key: "rdsPostgresql", engine: "postgres" }, REGION),
    rdsInstancePart("oracle", { key: "rdsOracle", engine: "oracle-se2" }, REGION),
    rdsInstancePart("sqlserver", { key: "rdsSqlserver", engine: "sqlserver-se" }, REGION),
    multiAzClusterPart("mysql-cluster", { key: "rdsMysql", engine: "mysql" }, REGION),
    multiAzClusterPart("postgresql-cluster", { key: "rdsPostgresql", engine: "postgres" }, REGION),
    azureMysqlPart("azure-mysql"),
    azurePostgresqlPart("azure-postgresql"),
  ],
  {
    name: "all-kinds",
    title: "every kind of managed database, on AWS and Azure",
    config: { "aws:region": REGION, ...PAUSED, "scalar-backup:tags": { service: "everything" } },
    accountsPerDatabase: 10,
  },
);
