import type { CreateTableCommandInput } from "@aws-sdk/client-dynamodb";
import type { SimulatedCloud } from "../../simulator/cloud/cloud";
import type { StackResult } from "../../simulator/engine/stack";
import { COORDINATOR_TABLE, TransactionState } from "../scalardb/record";
import { dynamodbDatabase } from "../scalardb/stores/databases";
import { verificationOf } from "../verification";
import type { SetPart } from "./part";
import type { Check } from "./set";

/** ScalarDB's tables in DynamoDB for one namespace, including its own. */
export const TABLES = ["ledger.accounts", "coordinator.state", "scalardb.metadata", "scalardb.namespaces"];

/** The keys of a table with a clustering key that ScalarDB's Schema Loader created. */
export const SCHEMA_LOADER_KEYS = {
  KeySchema: [
    { AttributeName: "concatenatedPartitionKey", KeyType: "HASH" },
    { AttributeName: "concatenatedClusteringKey", KeyType: "RANGE" },
  ],
  AttributeDefinitions: [
    { AttributeName: "concatenatedPartitionKey", AttributeType: "B" },
    { AttributeName: "concatenatedClusteringKey", AttributeType: "B" },
  ],
} satisfies Partial<CreateTableCommandInput>;

/** The keys of each table. [scalardb: storage/dynamo/DynamoAdmin.java] */
function keysOf(table: string): Pick<CreateTableCommandInput, "KeySchema" | "AttributeDefinitions"> {
  const own: Record<string, string> = { "scalardb.metadata": "table", "scalardb.namespaces": "namespace_name" };
  const AttributeName = own[table] ?? "concatenatedPartitionKey";
  return {
    KeySchema: [{ AttributeName, KeyType: "HASH" }],
    AttributeDefinitions: [{ AttributeName, AttributeType: table in own ? "S" : "B" }],
  };
}

/**
 * Tables created by ScalarDB's Schema Loader with `--no-backup`; the busy table has provisioned capacity with
 * autoscaling.
 */
export function buildDynamodb(cloud: SimulatedCloud, region: string): void {
  const dynamodb = cloud.aws.dynamodb.region(region);
  for (const name of TABLES) {
    dynamodb.createTable({
      TableName: name,
      ...keysOf(name),
      ProvisionedThroughput: { ReadCapacityUnits: name === COORDINATOR_TABLE ? 100 : 10, WriteCapacityUnits: 10 },
      Tags: [{ Key: "team", Value: "ledger" }],
    });
  }
  // A transaction that ScalarDB has run before: a coordinator without a row decides about no data.
  const first = { tx_id: "first", tx_state: TransactionState.COMMITTED, tx_created_at: cloud.clock.now() };
  dynamodbDatabase(dynamodb).write(COORDINATOR_TABLE, first.tx_id, first);
  const busy = "ledger.accounts";
  dynamodb.updateTable({
    TableName: busy,
    StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
  });
  const autoscaling = cloud.aws.autoscaling.region(region);
  for (const kind of ["Read", "Write"]) {
    const target = {
      ServiceNamespace: "dynamodb",
      ResourceId: `table/${busy}`,
      ScalableDimension: `dynamodb:table:${kind}CapacityUnits`,
    } as const;
    autoscaling.registerScalableTarget({ ...target, MinCapacity: 5, MaxCapacity: 50 } as never);
    autoscaling.putScalingPolicy({
      ...target,
      PolicyName: `${busy}-${kind.toLowerCase()}`,
      PolicyType: "TargetTrackingScaling",
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue: 70,
        PredefinedMetricSpecification: { PredefinedMetricType: `DynamoDB${kind}CapacityUtilization` },
      },
    } as never);
  }
}

/** Tables whose copies have the same names in another region. */
export function dynamodbPart(from: string, to: string): SetPart {
  return {
    name: "ledger",
    config: { dynamodb: { existing: { namespaces: ["ledger"] }, restoreTo: { region: to } } },
    build(cloud) {
      buildDynamodb(cloud, from);
      const copies = cloud.aws.dynamodb.region(to);
      return {
        source: () => dynamodbDatabase(cloud.aws.dynamodb.region(from)),
        copy: () => dynamodbDatabase(copies),
        settings: () => dynamodbSettings(cloud, from, to),
        existing: () => copies.tableNames(),
      };
    },
  };
}

/** Tables whose copies are next to them, and take their names in a recovery. */
export function recoveredDynamodbPart(region: string): SetPart {
  return {
    name: "ledger",
    config: { dynamodb: { existing: { namespaces: ["ledger"] } } },
    build(cloud) {
      buildDynamodb(cloud, region);
      const tables = cloud.aws.dynamodb.region(region);
      const suffixOf = (restored: StackResult) =>
        `-${verificationOf(restored).instant.replaceAll(/[-:]/g, "").toLowerCase()}`;
      return {
        source: () => dynamodbDatabase(tables),
        copy: (restored) => dynamodbDatabase({ table: (name) => tables.table(`${name}${suffixOf(restored)}`) }),
        settings: () => restoredSettings(cloud, region),
        existing: () => tables.tableNames(),
      };
    },
  };
}

/** Checks that tables that were deleted and restored have the settings that they had. */
function restoredSettings(cloud: SimulatedCloud, region: string): Check[] {
  const tables = cloud.aws.dynamodb.region(region);
  const unprotected = TABLES.filter((name) => tables.find(name)?.recoveryPeriodInDays !== 35);
  const busy = tables.table("ledger.accounts").describe();
  const tags = tables.tagsOf(busy.TableArn as string).map(({ Key }) => Key);
  const policies = cloud.aws.autoscaling.region(region).policies();
  const scaled = policies.filter(({ ResourceId }) => ResourceId === `table/${busy.TableName}`);
  return [
    {
      claim: "ledger: every restored table has point-in-time recovery again",
      holds: unprotected.length === 0,
      detail: unprotected.length === 0 ? "35 days" : `not ${unprotected.join(", ")}`,
    },
    { claim: "ledger: the restored table has a stream again", holds: busy.StreamSpecification?.StreamEnabled === true },
    {
      claim: "ledger: the restored table has its own tags, and no tag of a copy",
      holds: tags.includes("team") && !tags.includes("scalar-backup:copy"),
      detail: tags.join(", "),
    },
    {
      claim: "ledger: the restored table has its autoscaling",
      holds: scaled.length === 2,
    },
  ];
}

/** Checks that the tables in `to` have the settings of those in `from`, including those that a restore drops. */
function dynamodbSettings(cloud: SimulatedCloud, from: string, to: string): Check[] {
  const sources = cloud.aws.dynamodb.region(from);
  const copies = cloud.aws.dynamodb.region(to);
  const unprotected = TABLES.filter((name) => copies.find(name)?.recoveryPeriodInDays !== 35);
  const streams = [sources, copies].map((region) => region.find("ledger.accounts")?.describe().StreamSpecification);
  const tags = copies.tagsOf(copies.table("ledger.accounts").describe().TableArn as string).map(({ Key }) => Key);
  const scaled = [from, to].map((region) => cloud.aws.autoscaling.region(region).policies().length);
  return [
    {
      claim: "ledger: every copied table has point-in-time recovery again",
      holds: unprotected.length === 0,
      detail: unprotected.length === 0 ? "35 days" : `not ${unprotected.join(", ")}`,
    },
    {
      claim: "ledger: the copy has its stream again",
      holds: JSON.stringify(streams[0]) === JSON.stringify(streams[1]),
    },
    {
      claim: "ledger: the copy has its tags again, and the tag of a copy",
      holds: ["team", "scalar-backup:copy"].every((key) => tags.includes(key)),
    },
    { claim: "ledger: the copy has its autoscaling again", holds: scaled[0] === scaled[1] && scaled[1] !== 0 },
  ];
}
