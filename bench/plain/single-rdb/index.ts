import { protectDatabases, restoreCluster } from "../shared/rds";

protectDatabases([{ name: "customers", arn: "arn:aws:rds:ap-northeast-1:123456789012:cluster:customers-prod" }], 14);
restoreCluster("customers-prod", "aurora-postgresql", 2);
