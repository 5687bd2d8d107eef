import { DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import test from "ava";
import { AwsCloud } from "../../../../../simulator/cloud/aws/aws";
import { type DeclaredResource, type Exchange, observeAws } from "../../../../../simulator/cloud/aws/observer";
import { serveAws } from "../../../../../simulator/cloud/aws/wire/server";
import { SimulatedClock } from "../../../../../simulator/cloud/clock";
import { Scene } from "../../providers/aws/deployed";

test.afterEach(() => observeAws({}));

test.serial("an observer sees each request and its answer as they were on the wire", async (t) => {
  const seen: Exchange[] = [];
  observeAws({ exchanged: (exchange) => seen.push(exchange) });
  const aws = await serveAws(new AwsCloud(new SimulatedClock(), 1));
  t.teardown(() => aws.close());
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const client = new DynamoDBClient({ endpoint: aws.url, region: "ap-northeast-1", credentials });
  await t.throwsAsync(client.send(new DescribeTableCommand({ TableName: "accounts" })));

  t.is(seen.length, 1);
  t.like(seen[0], { method: "POST", url: "/", request: { body: '{"TableName":"accounts"}' } });
  t.like(seen[0]?.request.headers, { "x-amz-target": "DynamoDB_20120810.DescribeTable" });
  t.is(seen[0]?.answer.status, 400);
  t.regex(seen[0]?.answer.body ?? "", /ResourceNotFoundException/);
});

test.serial("an observer sees what a provider has created and changed, and not what the cloud refused", async (t) => {
  const seen: DeclaredResource[] = [];
  observeAws({ declared: (resource) => seen.push(resource) });
  const scene = await Scene.start();
  const vault = await scene.create("aws:backup/vault:Vault", { name: "vault" });
  await t.throwsAsync(scene.create("aws:backup/vault:Vault", { name: "vault" }, "same"));
  await vault.update({ name: "vault", tags: { team: "ledger" } });
  t.deepEqual(
    seen.map(({ type, inputs }) => [type, inputs.name, inputs.tags]),
    [
      ["aws:backup/vault:Vault", "vault", undefined],
      ["aws:backup/vault:Vault", "vault", { team: "ledger" }],
    ],
  );
});
