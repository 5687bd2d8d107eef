import { instantSuffix } from "../../../../components/databases/kind";
import { SCHEMA_LOADER_KEYS } from "../../../../rehearsal/sets/dynamodb";
import type { Table } from "../../../../simulator/cloud/aws/aws";
import type { SimulatedCloud } from "../../../../simulator/cloud/cloud";
import { REGION } from "../../rehearsed";
import type { DatabaseInCloud, KindUnderTest, Origin } from "../contract";

const ELSEWHERE = "ap-northeast-3";

const TABLES: Record<Origin, string> = { existing: "ledger.accounts", created: "created.accounts" };

/** One table that exists and is copied to another region, one that is created and copied next to itself. */
export const dynamodb: KindUnderTest = {
  title: "dynamodb",
  slug: "dynamodb",
  config: {
    existing: {
      dynamodb: {
        existing: { tables: [TABLES.existing], scalardbTables: false },
        restoreTo: { region: ELSEWHERE },
      },
    },
    created: {
      dynamodb: {
        create: {
          tables: {
            [TABLES.created]: {
              billingMode: "PAY_PER_REQUEST",
              hashKey: "id",
              attributes: [{ name: "id", type: "S" }],
              onDemandThroughput: { maxReadRequestUnits: 100, maxWriteRequestUnits: 50 },
            },
          },
        },
      },
    },
  },
  build(cloud) {
    const tables = cloud.aws.dynamodb.region(REGION);
    tables.createTable({
      TableName: TABLES.existing,
      ...SCHEMA_LOADER_KEYS,
      ProvisionedThroughput: { ReadCapacityUnits: 10, WriteCapacityUnits: 10 },
      TableClass: "STANDARD_INFREQUENT_ACCESS",
      StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
      Tags: [{ Key: "team", Value: "ledger" }],
    });
    tables.updateTimeToLive({
      TableName: TABLES.existing,
      TimeToLiveSpecification: { Enabled: true, AttributeName: "expires" },
    });
    const autoscaling = cloud.aws.autoscaling.region(REGION);
    const target = {
      ServiceNamespace: "dynamodb",
      ResourceId: `table/${TABLES.existing}`,
      ScalableDimension: "dynamodb:table:WriteCapacityUnits",
    } as const;
    autoscaling.registerScalableTarget({ ...target, MinCapacity: 5, MaxCapacity: 50 });
    autoscaling.putScalingPolicy({
      ...target,
      PolicyName: "busy",
      PolicyType: "TargetTrackingScaling",
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue: 70,
        PredefinedMetricSpecification: { PredefinedMetricType: "DynamoDBWriteCapacityUtilization" },
      },
    });
  },
  source: (cloud, origin) => seen(cloud, REGION, cloud.aws.dynamodb.region(REGION).table(TABLES[origin])),
  copy(cloud, origin, instant) {
    const [region, name] =
      origin === "existing" ? [ELSEWHERE, TABLES.existing] : [REGION, `${TABLES.created}-${instantSuffix(instant)}`];
    const table = cloud.aws.dynamodb.region(region).find(name);
    return table && seen(cloud, region, table);
  },
  protection: {
    existing: { days: 35, deletionProtection: true },
    created: { days: 35, deletionProtection: true },
  },
  drift(cloud, names) {
    const tables = cloud.aws.dynamodb.region(REGION);
    for (const TableName of Object.values(TABLES))
      tables.updateContinuousBackups({
        TableName,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: false },
      });
    return [`update Command ${names.existing}-protection`, `update Table ${names.created}-${TABLES.created}`];
  },
};

function seen(cloud: SimulatedCloud, region: string, table: Table): DatabaseInCloud {
  const recovery = () =>
    cloud.aws.dynamodb.region(region).describeContinuousBackups(table.settings.name).PointInTimeRecoveryDescription;
  return {
    write: (key, value) => table.putItem(key, { value }),
    read: () => Object.fromEntries([...table.items()].map(([key, item]) => [key, item.value])),
    protection: () => ({
      days: table.recoveryPeriodInDays,
      deletionProtection: table.settings.deletionProtection,
    }),
    range() {
      const { EarliestRestorableDateTime: earliest, LatestRestorableDateTime: latest } = recovery() ?? {};
      return earliest && latest && { earliest: earliest.getTime(), latest: latest.getTime() };
    },
    settings() {
      const { name: _, deletionProtection: __, ...settings } = table.settings;
      return {
        ...settings,
        // A restore to another region encrypts always; at its source AWS's own key does so unasked.
        encryption: undefined,
        days: table.recoveryPeriodInDays,
        timeToLive: table.timeToLive.attribute,
        autoscaling: cloud.aws.autoscaling
          .region(region)
          .policies()
          .filter(({ ResourceId }) => ResourceId === `table/${table.settings.name}`)
          .map(({ TargetTrackingScalingPolicyConfiguration: tracking }) => tracking?.TargetValue),
      };
    },
    tags: () => ({ ...table.tags }),
    properties: (): Record<string, string> => (region === REGION ? {} : { contact_points: region }),
  };
}
