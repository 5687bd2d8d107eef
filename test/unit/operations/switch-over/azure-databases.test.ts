import test, { type ExecutionContext } from "ava";
import { useWaitingClock } from "../../../../operations/clock";
import { findDatabase, setTags } from "../../../../operations/switch-over/azure-databases";
import type { AzureDatabase } from "../../../../operations/switch-over/request";
import { AZURE_RESOURCE_GROUP } from "../../../../rehearsal/sets/azure";
import { buildAzureMysql } from "../../../../rehearsal/sets/azure-mysql";
import { buildCosmosdb } from "../../../../rehearsal/sets/cosmosdb";
import { AzureCloud } from "../../../../simulator/cloud/azure/azure";
import { serveAzure } from "../../../../simulator/cloud/azure/wire";
import { SimulatedClock } from "../../../../simulator/cloud/clock";
import type { SimulatedCloud } from "../../../../simulator/cloud/cloud";

let seed = 700;

async function azure(t: ExecutionContext) {
  seed += 1;
  const cloud = new AzureCloud(new SimulatedClock(), seed);
  const endpoint = await serveAzure(cloud);
  t.teardown(() => endpoint.close());
  Object.assign(process.env, endpoint.environment());
  // What builds databases needs nothing of the cloud but its Azure.
  const whole = { azure: cloud } as SimulatedCloud;
  buildCosmosdb(whole, "account");
  buildAzureMysql(whole, "server");
  return { cloud, access: { subscriptionId: cloud.subscription } };
}

const DATABASES: AzureDatabase[] = [
  { what: "account", resourceGroupName: AZURE_RESOURCE_GROUP, accountName: "account" },
  { what: "server", product: "mysql", resourceGroupName: AZURE_RESOURCE_GROUP, serverName: "server" },
];

for (const database of DATABASES) {
  test.serial(`${database.what}: tags that others set after it was found stay`, async (t) => {
    const { cloud, access } = await azure(t);
    const found = await findDatabase(database, access);
    const present = database.what === "account" ? cloud.cosmosdb.account("account") : cloud.mysql.server("server");
    if (found === undefined) return t.fail("it is not found");
    const { team = "" } = present.tags;
    present.tags = { team, owner: "somebody" };
    await setTags(database, found, { mark: "a" }, access);
    t.deepEqual(present.tags, { team, owner: "somebody", mark: "a" });
    await setTags(database, { ...found, tags: present.tags }, { mark: undefined }, access);
    t.deepEqual(present.tags, { team, owner: "somebody" });
  });

  test.serial(`${database.what}: tags that others set while it is busy stay`, async (t) => {
    const { cloud, access } = await azure(t);
    const found = await findDatabase(database, access);
    const present = database.what === "account" ? cloud.cosmosdb.account("account") : cloud.mysql.server("server");
    if (found === undefined) return t.fail("it is not found");
    present.lock.hold();
    let waits = 0;
    const wait = async () => {
      waits += 1;
      if (waits === 1) present.tags = { ...present.tags, owner: "somebody" };
    };
    t.teardown(useWaitingClock({ now: () => Date.now(), wait }));
    await setTags(database, found, { mark: "a" }, access);
    t.true(waits > 0);
    t.like(present.tags, { owner: "somebody", mark: "a" });
  });
}
