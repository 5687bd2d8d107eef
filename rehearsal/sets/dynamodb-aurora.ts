import { auroraPart } from "./aurora";
import { dynamodbPart } from "./dynamodb";
import { setOf } from "./part";
import { PAUSED } from "./pause";

const REGION = "ap-northeast-1";

/** The default: ScalarDB on DynamoDB and Aurora PostgreSQL. */
export const dynamodbAurora = setOf(
  [dynamodbPart(REGION, "ap-northeast-3"), auroraPart("customers", "aurora-postgresql", REGION)],
  {
    name: "dynamodb-aurora",
    title: "ScalarDB Cluster on DynamoDB (ledger) and Aurora PostgreSQL (customers)",
    config: {
      "aws:region": REGION,
      ...PAUSED,
      "scalar-backup:tags": { service: "payments" },
    },
  },
);
