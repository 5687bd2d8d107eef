import type { SimulatedCloud } from "../cloud/cloud";

/** What ScalarDB keeps in DynamoDB for one namespace, its own tables included. */
const TABLES = ["ledger.accounts", "coordinator.state", "scalardb.metadata", "scalardb.namespaces"];

/**
 * Tables as ScalarDB's Schema Loader makes them, told not to care for backups (`--no-backup`): provisioned capacity with
 * autoscaling on the one that is busy.
 */
export function buildDynamodb(cloud: SimulatedCloud, region: string): void {
  const dynamodb = cloud.aws.dynamodb.region(region);
  for (const name of TABLES) {
    dynamodb.createTable({
      TableName: name,
      KeySchema: [
        { AttributeName: "concatenatedPartitionKey", KeyType: "HASH" },
        { AttributeName: "concatenatedClusteringKey", KeyType: "RANGE" },
      ],
      AttributeDefinitions: [
        { AttributeName: "concatenatedPartitionKey", AttributeType: "B" },
        { AttributeName: "concatenatedClusteringKey", AttributeType: "B" },
      ],
      ProvisionedThroughput: { ReadCapacityUnits: 10, WriteCapacityUnits: 10 },
      Tags: [{ Key: "team", Value: "ledger" }],
    });
  }
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
