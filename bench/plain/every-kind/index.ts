import { protectCosmosdb, protectServer, restoreCosmosdb, restoreMysql, restorePostgresql } from "../shared/azure";
import { protectTables, restoreTables } from "../shared/dynamodb";
import { pausePods } from "../shared/pause";
import { protectDatabases, restoreCluster, restoreInstance } from "../shared/rds";

const tables = ["ledger.accounts", "coordinator.state", "scalardb.metadata", "scalardb.namespaces"];
const instances = ["orders-prod", "prices-prod", "billing-prod", "reports-prod"];
const rds = "arn:aws:rds:ap-northeast-1:123456789012";

protectTables(tables);
protectCosmosdb("stock-prod");
protectDatabases(
  [
    { name: "customers", arn: `${rds}:cluster:customers-prod` },
    { name: "carts", arn: `${rds}:cluster:carts-prod` },
    ...instances.map((name) => ({ name, arn: `${rds}:db:${name}` })),
  ],
  35,
);
protectServer("mysql", "invoices-prod");
protectServer("postgres", "shipping-prod");
pausePods("scalar", "scalardb-cluster");

restoreTables(tables, "ap-northeast-3", ["ledger.accounts"]);
restoreCosmosdb("stock-prod");
restoreCluster("customers-prod", "aurora-postgresql", 2);
restoreCluster("carts-prod", "aurora-mysql", 1);
for (const name of instances) restoreInstance(name);
restoreMysql("invoices-prod");
restorePostgresql("shipping-prod");
