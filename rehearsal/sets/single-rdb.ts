import { auroraPart } from "./aurora";
import { setOf } from "./part";

const REGION = "ap-northeast-1";

/** One relational database: any instant of it will do, and nothing is paused. */
export const singleRdb = setOf([auroraPart("customers", "aurora-postgresql", REGION)], {
  name: "single-rdb",
  title: "ScalarDB Cluster over Aurora PostgreSQL alone",
  config: { "aws:region": REGION, "scalar-backup:tags": { service: "customers" } },
});
