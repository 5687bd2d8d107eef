import { setTimeout as delay } from "node:timers/promises";
import test from "ava";
import { checkCopies } from "../../../../rehearsal/scalardb/check";
import { Workload } from "../../../../rehearsal/scalardb/workload";
import { dynamodbAurora } from "../../../../rehearsal/sets/dynamodb-aurora";
import { SimulatedCloud } from "../../../../simulator/cloud/cloud";

test("the bank keeps its accounts in DynamoDB and Aurora, where a copy finds them as of an instant", async (t) => {
  const cloud = await SimulatedCloud.start();
  t.teardown(() => cloud.stop());
  const { bank, past } = dynamodbAurora.build(cloud);
  bank.open();
  const opened = cloud.clock.now();
  const release = await cloud.kubernetes.installRelease({
    namespace: "scalar",
    name: "bank",
    product: "scalardb-cluster",
    replicas: 2,
    application: bank.application,
  });
  const workload = Workload.start({ bank, pods: () => release.pods });
  while (workload.counts.done < 20) await delay(20);
  const running = cloud.clock.now();
  while (workload.counts.done < 40) await delay(20);
  await workload.stop();

  const check = (at: number) => checkCopies(past(at), bank.expectedTotal);
  t.true(check(opened).consistent);
  t.false(check(running).consistent);
  t.true(check(cloud.clock.now()).consistent);
});
