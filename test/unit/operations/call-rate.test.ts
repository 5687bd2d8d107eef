import { DescribeContinuousBackupsCommand } from "@aws-sdk/client-dynamodb";
import test from "ava";
import { CallRate } from "../../../operations/call-rate";
import { useWaitingClock } from "../../../operations/clock";
import { dynamodbClient } from "../../../operations/dynamodb-client";
import { AwsCloud, AwsError, CallRates } from "../../../simulator/cloud/aws/aws";
import { serveAws } from "../../../simulator/cloud/aws/wire/server";
import { SimulatedClock } from "../../../simulator/cloud/clock";
import { oneTime } from "./switch-over/one-time";

const REGION = "ap-northeast-1";

test("half a second's calls pass at once, further ones at the rate", (t) => {
  const rate = new CallRate(10);
  const waits = Array.from({ length: 8 }, () => rate.reserve(1000));
  t.deepEqual(waits, [0, 0, 0, 0, 0, 100, 200, 300]);
  t.is(rate.reserve(1750), 0, "what has not been used is used later");
  t.deepEqual(
    [10_000, 10_000, 10_000, 10_000, 10_000, 10_000].map((now) => rate.reserve(now)),
    [0, 0, 0, 0, 0, 100],
    "but never more than half a second's calls",
  );
});

test("calls that pass are within the limit of DynamoDB, though each takes up to half a second longer than another", (t) => {
  const rate = new CallRate(10);
  const limit = new CallRates();
  const arrivals = Array.from({ length: 200 }, (_, call) => rate.reserve(0) + (call % 7) * 80).sort((a, b) => a - b);
  for (const arrival of arrivals) limit.count(REGION, "DescribeContinuousBackups", arrival);
  t.pass();
});

test.serial("calls wait by the clock of operations", async (t) => {
  const waits: number[] = [];
  let now = 1000;
  const restore = useWaitingClock({
    now: () => now,
    async wait(millis) {
      waits.push(millis);
      now += millis;
    },
  });
  t.teardown(restore);
  const rate = new CallRate(2);
  for (let call = 0; call < 4; call++) await rate.turn();
  t.deepEqual(waits, [500, 500, 500]);
});

test.serial("with another clock, a rate does not wait for an instant of the earlier one", async (t) => {
  const rate = new CallRate(2);
  for (const began of [1_796_064_036_143, 1000]) {
    const waits: number[] = [];
    let now = began;
    const restore = useWaitingClock({
      now: () => now,
      async wait(millis) {
        waits.push(millis);
        now += millis;
      },
    });
    t.teardown(restore);
    for (let call = 0; call < 3; call++) await rate.turn();
    t.deepEqual(waits, [500, 500]);
  }
});

test.serial("clients of one region share its rate: a hundred look-ups are not throttled once", async (t) => {
  const began = oneTime(t).now();
  const aws = new AwsCloud(new SimulatedClock(), 1);
  const endpoint = await serveAws(aws);
  process.env.AWS_ENDPOINT_URL = endpoint.url;
  t.teardown(() => endpoint.close());
  aws.dynamodb.region(REGION).createTable({
    TableName: "ledger.accounts",
    BillingMode: "PAY_PER_REQUEST",
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
  });
  let throttled = 0;
  const { rates } = aws.dynamodb;
  const count = rates.count.bind(rates);
  rates.count = (...call) => {
    try {
      count(...call);
    } catch (error) {
      if (error instanceof AwsError) throttled++;
      throw error;
    }
  };
  const access = { accessKey: "a", secretKey: "b" };
  const clients = [dynamodbClient(REGION, access), dynamodbClient(REGION, access)];
  await Promise.all(
    Array.from({ length: 100 }, (_, call) =>
      clients[call % 2]?.send(new DescribeContinuousBackupsCommand({ TableName: "ledger.accounts" })),
    ),
  );
  t.is(throttled, 0);
  t.true(Date.now() - began >= 9000, "a hundred calls at 10 a second, of which 5 pass at once");
});
