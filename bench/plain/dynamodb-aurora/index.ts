import { protectTables, restoreTables } from "../shared/dynamodb";
import { pausePods } from "../shared/pause";
import { protectDatabases, restoreCluster } from "../shared/rds";

const tables = ["ledger.accounts", "coordinator.state", "scalardb.metadata", "scalardb.namespaces"];

protectTables(tables);
protectDatabases([{ name: "customers", arn: "arn:aws:rds:ap-northeast-1:123456789012:cluster:customers-prod" }], 35);
pausePods("scalar", "scalardb-cluster");
restoreTables(tables, "ap-northeast-3", ["ledger.accounts"]);
restoreCluster("customers-prod", "aurora-postgresql", 2);
