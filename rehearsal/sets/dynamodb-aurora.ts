import { auroraPart } from "./aurora";
import { dynamodbPart, recoveredDynamodbPart } from "./dynamodb";
import { type SetPart, setOf } from "./part";
import { PAUSED } from "./pause";
import type { RehearsalSet } from "./set";

const REGION = "ap-northeast-1";
const customers = auroraPart("customers", "aurora-postgresql", REGION);

/** The default: ScalarDB on DynamoDB and Aurora PostgreSQL. Copies that take the production names are in the same region. */
export const dynamodbAurora: RehearsalSet = {
  ...withTables(dynamodbPart(REGION, "ap-northeast-3"), customers),
  // A cluster that is renamed has its own settings.
  recovery: withTables(recoveredDynamodbPart(REGION), withoutSettings(customers)),
};

function withTables(tables: SetPart, clusters: SetPart): RehearsalSet {
  return setOf([tables, clusters], {
    name: "dynamodb-aurora",
    title: "ScalarDB Cluster on DynamoDB (ledger) and Aurora PostgreSQL (customers)",
    config: {
      "aws:region": REGION,
      ...PAUSED,
      "scalar-backup:tags": { service: "payments" },
    },
  });
}

function withoutSettings(part: SetPart): SetPart {
  return { ...part, build: (cloud) => ({ ...part.build(cloud), settings: () => [] }) };
}
