import test from "ava";
import { AZURE_RESOURCE_GROUP, azureResource } from "../../../../../rehearsal/sets/azure";
import { buildCosmosdb } from "../../../../../rehearsal/sets/cosmosdb";
import { AzureCloud } from "../../../../../simulator/cloud/azure/azure";
import { type ArmExchange, observeAzure } from "../../../../../simulator/cloud/azure/observer";
import { serveAzure } from "../../../../../simulator/cloud/azure/wire";
import { SimulatedClock } from "../../../../../simulator/cloud/clock";
import type { SimulatedCloud } from "../../../../../simulator/cloud/cloud";

test.serial("an observer sees requests of both ways as they were asked and answered", async (t) => {
  const cloud = new AzureCloud(new SimulatedClock(), 1);
  const endpoint = await serveAzure(cloud);
  t.teardown(() => endpoint.close());
  const whole = { azure: cloud } as SimulatedCloud;
  buildCosmosdb(whole, "prod");
  const seen: ArmExchange[] = [];
  observeAzure((exchange) => seen.push(exchange));
  t.teardown(() => observeAzure(undefined));
  const group = `/subscriptions/${cloud.subscription}/resourceGroups/${AZURE_RESOURCE_GROUP}`;
  const url = `${group}/providers/Microsoft.DocumentDB/databaseAccounts/prod?api-version=2025-10-15`;
  const headers = { authorization: "Bearer rehearsal-token" };
  await fetch(`${endpoint.url}${url}`, { method: "PATCH", headers, body: JSON.stringify({ tags: { team: "a" } }) });
  await fetch(`${endpoint.url}${url.replace("prod", "other")}`, { headers });
  cloud.cosmosdb.account("prod").lock.hold()();
  azureResource(whole, "Microsoft.DocumentDB/databaseAccounts", "prod", "2025-10-15").send("GET", "");
  t.deepEqual(
    seen.map(({ from, method, status }) => `${from} ${method} ${status}`),
    ["http PATCH 200", "http GET 404", "provider GET 200"],
  );
  t.like(seen[0], { url, request: { tags: { team: "a" } }, answer: { name: "prod", tags: { team: "a" } } });
  cloud.cosmosdb.account("prod").tags.team = "b";
  t.like(seen[2]?.answer, { tags: { team: "a" } });
});
