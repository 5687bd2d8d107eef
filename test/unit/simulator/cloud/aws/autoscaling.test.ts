import test from "ava";
import { AwsCloud } from "../../../../../simulator/cloud/aws/aws";
import { SimulatedClock } from "../../../../../simulator/cloud/clock";

const REGION = "ap-northeast-1";
const KEY = {
  ServiceNamespace: "dynamodb",
  ResourceId: "table/ledger.accounts",
  ScalableDimension: "dynamodb:table:ReadCapacityUnits",
} as const;
const POLICY = {
  ...KEY,
  PolicyName: "read",
  PolicyType: "TargetTrackingScaling",
  TargetTrackingScalingPolicyConfiguration: { TargetValue: 70 },
} as const;

function setUp() {
  const aws = new AwsCloud(new SimulatedClock(), 1);
  const dynamodb = aws.dynamodb.region(REGION);
  dynamodb.createTable({
    TableName: "ledger.accounts",
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    ProvisionedThroughput: { ReadCapacityUnits: 10, WriteCapacityUnits: 10 },
  });
  return { autoscaling: aws.autoscaling.region(REGION), table: dynamodb.table("ledger.accounts") };
}

test("a capacity outside a target's limits is moved inside at once", (t) => {
  const { autoscaling, table } = setUp();
  autoscaling.registerScalableTarget({ ...KEY, MinCapacity: 20, MaxCapacity: 50 });
  t.is(table.settings.throughput?.ReadCapacityUnits, 20);
  t.is(table.settings.throughput?.WriteCapacityUnits, 10, "the other dimension isn't touched");
  autoscaling.registerScalableTarget({ ...KEY, MinCapacity: 1, MaxCapacity: 5 });
  t.is(table.settings.throughput?.ReadCapacityUnits, 5);
});

test("a target needs a table, a dimension that exists, and limits in order", (t) => {
  const { autoscaling } = setUp();
  const register = (more: object) => () =>
    autoscaling.registerScalableTarget({ ...KEY, MinCapacity: 1, MaxCapacity: 5, ...more });
  t.throws(register({ ResourceId: "table/other" }), { message: /DynamoDB table does not exist/ });
  t.throws(register({ ScalableDimension: "ecs:service:DesiredCount" }), { name: "ValidationException" });
  t.throws(register({ MinCapacity: 6 }), { name: "ValidationException" });
  t.throws(register({ MaxCapacity: undefined }), { name: "ValidationException" });
});

test("a policy needs its target, and goes with it", (t) => {
  const { autoscaling } = setUp();
  t.throws(() => autoscaling.putScalingPolicy(POLICY), { name: "ObjectNotFoundException" });
  autoscaling.registerScalableTarget({ ...KEY, MinCapacity: 1, MaxCapacity: 5 });
  autoscaling.putScalingPolicy(POLICY);
  t.throws(() => autoscaling.putScalingPolicy({ ...POLICY, PolicyType: "StepScaling" }), {
    name: "ValidationException",
  });
  autoscaling.deregisterScalableTarget(KEY);
  t.deepEqual(autoscaling.policies(), []);
  t.throws(() => autoscaling.deleteScalingPolicy(POLICY), { name: "ObjectNotFoundException" });
  t.throws(() => autoscaling.deregisterScalableTarget(KEY), { name: "ObjectNotFoundException" });
});
