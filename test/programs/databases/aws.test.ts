import { contract } from "./contract";
import { auroraCluster } from "./kinds/aurora";
import { dynamodb } from "./kinds/dynamodb";
import { multiAzCluster, rdsInstance } from "./kinds/rds";

const mysql = {
  kind: "rds-mysql",
  key: "rdsMysql",
  engine: "mysql",
  databaseName: "scalar",
  jdbcUrl: (host: string) => `jdbc:mysql://${host}:3306/scalar`,
};
const postgresql = {
  kind: "rds-postgresql",
  key: "rdsPostgresql",
  engine: "postgres",
  databaseName: "scalar",
  jdbcUrl: (host: string) => `jdbc:postgresql://${host}:5432/scalar`,
};

contract([
  dynamodb,
  auroraCluster({
    kind: "aurora-mysql",
    key: "auroraMysql",
    slug: "aurora-mysql",
    engine: "aurora-mysql",
    jdbcUrl: (host) => `jdbc:mysql://${host}:3306/customers`,
  }),
  auroraCluster({
    kind: "aurora-postgresql",
    key: "auroraPostgresql",
    slug: "aurora-postgresql",
    engine: "aurora-postgresql",
    jdbcUrl: (host) => `jdbc:postgresql://${host}:5432/customers`,
  }),
  rdsInstance({ ...mysql, slug: "mysql" }),
  multiAzCluster({ ...mysql, slug: "mysql-cluster" }),
  rdsInstance({ ...postgresql, slug: "postgresql" }),
  multiAzCluster({ ...postgresql, slug: "postgresql-cluster" }),
  rdsInstance({
    kind: "rds-oracle",
    key: "rdsOracle",
    slug: "oracle",
    engine: "oracle-se2",
    databaseName: "SCALAR",
    // Not the default of this edition.
    licenceModel: "bring-your-own-license",
    permanentOption: "TDE",
    jdbcUrl: (host) => `jdbc:oracle:thin:@${host}:1521/SCALAR`,
  }),
  rdsInstance({
    kind: "rds-sqlserver",
    key: "rdsSqlserver",
    slug: "sqlserver",
    engine: "sqlserver-se",
    jdbcUrl: (host) => `jdbc:sqlserver://${host}:1433;databaseName=scalar`,
  }),
]);
