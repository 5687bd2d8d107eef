import { auroraPart } from "./aurora";
import { setOf } from "./part";

const REGION = "ap-northeast-1";

/** One relational database: it can be restored to any instant, and nothing is paused. */
export const singleRdb = setOf([auroraPart("customers", "aurora-postgresql", REGION)], {
  name: "single-rdb",
  title: "ScalarDB Cluster on Aurora PostgreSQL",
  config: { "aws:region": REGION, "scalar-backup:tags": { service: "customers" } },
});
