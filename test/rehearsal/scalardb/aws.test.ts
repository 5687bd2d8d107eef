import { setTimeout as delay } from "node:timers/promises";
import test from "ava";
import { SimulatedCloud } from "../../../rehearsal/cloud/cloud";
import { Bank } from "../../../rehearsal/scalardb/bank";
import { checkCopies } from "../../../rehearsal/scalardb/check";
import { COORDINATOR_TABLE } from "../../../rehearsal/scalardb/record";
import { auroraStore, dynamodbStore } from "../../../rehearsal/scalardb/stores/aws";
import { Workload } from "../../../rehearsal/scalardb/workload";
import { buildAurora } from "../../../rehearsal/sets/aurora";
import { buildDynamodb } from "../../../rehearsal/sets/dynamodb";

const REGION = "ap-northeast-1";

test("the bank keeps its accounts in DynamoDB and Aurora, where a copy finds them as of an instant", async (t) => {
  const cloud = await SimulatedCloud.start();
  t.teardown(() => cloud.stop());
  buildDynamodb(cloud, REGION);
  buildAurora(cloud, REGION, "customers-prod");
  const ledger = dynamodbStore(cloud.aws, REGION, "ledger");
  const customers = auroraStore(cloud.aws, REGION, "customers-prod", "customers");
  const bank = new Bank({
    clock: cloud.clock,
    coordinator: ledger,
    placements: [
      { store: ledger, table: "ledger.accounts" },
      { store: customers, table: "customers.accounts" },
    ],
  });
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

  const dynamodb = cloud.aws.dynamodb.region(REGION);
  const cluster = cloud.aws.rds.region(REGION).cluster("customers-prod");
  const check = (at: number) =>
    checkCopies(
      {
        databases: [
          { name: "ledger", accounts: dynamodb.table("ledger.accounts").items(at) },
          { name: "customers", accounts: cluster.rows("customers.accounts", at) },
        ],
        coordinator: dynamodb.table(COORDINATOR_TABLE).items(at),
      },
      bank.expectedTotal,
    );
  t.true(check(opened).consistent);
  t.false(check(running).consistent);
  t.true(check(cloud.clock.now()).consistent);
});
