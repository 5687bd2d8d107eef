import test from "ava";
import { AZURE_LOCATION, AZURE_RESOURCE_GROUP } from "../../../../../rehearsal/sets/azure";
import { buildAzureMysql } from "../../../../../rehearsal/sets/azure-mysql";
import { buildCosmosdb } from "../../../../../rehearsal/sets/cosmosdb";
import { AzureCloud } from "../../../../../simulator/cloud/azure/azure";
import type { JsonObject } from "../../../../../simulator/cloud/azure/json";
import { serveAzure } from "../../../../../simulator/cloud/azure/wire";
import { SimulatedClock } from "../../../../../simulator/cloud/clock";
import type { SimulatedCloud } from "../../../../../simulator/cloud/cloud";

const HOUR = 60 * 60_000;

/** The simulated Resource Manager over HTTP, as azure-cli's recordings show the real one. */
async function overHttp() {
  const clock = new SimulatedClock();
  const cloud = new AzureCloud(clock, 1);
  const endpoint = await serveAzure(cloud);
  const group = `${endpoint.url}/subscriptions/${cloud.subscription}/resourceGroups/${AZURE_RESOURCE_GROUP}/providers`;
  async function send(method: string, url: string, body?: object) {
    const answer = await fetch(url, {
      method,
      headers: { authorization: "Bearer rehearsal-token", "content-type": "application/json" },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: (text && JSON.parse(text)) as JsonObject };
  }
  return { clock, cloud, endpoint, group, send };
}

test("a change of a Cosmos DB account: 200, both addresses, Updating, and Dequeued until it is done", async (t) => {
  const { cloud, endpoint, group, send } = await overHttp();
  t.teardown(() => endpoint.close());
  buildCosmosdb({ azure: cloud } as SimulatedCloud, "prod");
  const url = `${group}/Microsoft.DocumentDB/databaseAccounts/prod?api-version=2025-10-15`;
  const changed = await send("PATCH", url, { tags: { team: "ledger" } });
  t.is(changed.status, 200);
  t.like(changed.body.properties, { provisioningState: "Updating" });
  const [monitor, location] = ["azure-asyncoperation", "location"].map((name) => changed.headers.get(name));
  t.truthy(location);
  t.like((await send("GET", url)).body.properties, { provisioningState: "Updating" });
  const other = await send("PATCH", url, { tags: {} });
  t.is(other.status, 412);
  t.like(other.body.error, { code: "PreconditionFailed" });
  t.deepEqual((await send("GET", monitor as string)).body, { status: "Dequeued" });
  t.deepEqual((await send("GET", monitor as string)).body, { status: "Succeeded" });
  t.like((await send("GET", url)).body.properties, { provisioningState: "Succeeded" });
  t.is((await send("PATCH", url, { tags: {} })).status, 200);
});

test("a change whose caller is gone ends all the same", async (t) => {
  const { cloud, endpoint, group, send } = await overHttp();
  t.teardown(() => endpoint.close());
  buildCosmosdb({ azure: cloud } as SimulatedCloud, "prod");
  buildAzureMysql({ azure: cloud } as SimulatedCloud, "prod");
  for (const [type, body] of [
    ["Microsoft.DocumentDB/databaseAccounts/prod?api-version=2025-10-15", { tags: {} }],
    [
      "Microsoft.DBforMySQL/flexibleServers/prod?api-version=2023-12-30",
      { properties: { backup: { backupRetentionDays: 14 } } },
    ],
  ] as const) {
    const url = `${group}/${type}`;
    await send("PATCH", url, body);
    const seen: unknown[] = [];
    for (let look = 0; look < 4; look++) {
      const { provisioningState, state } = (await send("GET", url)).body.properties as JsonObject;
      seen.push(provisioningState ?? state);
    }
    t.is(seen[0], "Updating", type);
    t.true(["Succeeded", "Ready"].includes(String(seen[3])), `${type}: ${seen}`);
    t.true((await send("PATCH", url, body)).status < 300, type);
  }
});

test("a restore of a MySQL server: 202 with an operation and no server", async (t) => {
  const { clock, cloud, endpoint, group, send } = await overHttp();
  t.teardown(() => endpoint.close());
  buildAzureMysql({ azure: cloud } as SimulatedCloud, "prod");
  clock.advance(HOUR);
  const servers = `${group}/Microsoft.DBforMySQL/flexibleServers`;
  const restored = await send("PUT", `${servers}/copy?api-version=2024-02-01-preview`, {
    location: AZURE_LOCATION,
    properties: {
      createMode: "PointInTimeRestore",
      sourceServerResourceId: cloud.mysql.server("prod").id,
      restorePointInTime: new Date(clock.now() - HOUR / 2).toISOString().replace(/\.\d+/, ""),
    },
  });
  t.is(restored.status, 202);
  t.deepEqual(Object.keys(restored.body), ["operation", "startTime"]);
  t.truthy(restored.headers.get("azure-asyncoperation"));
  t.truthy(cloud.mysql.find("copy"));
});

test("a restore of a Cosmos DB account may end in a 403 though its account comes", async (t) => {
  const { clock, cloud, endpoint, group, send } = await overHttp();
  t.teardown(() => endpoint.close());
  buildCosmosdb({ azure: cloud } as SimulatedCloud, "prod");
  const accounts = `${group}/Microsoft.DocumentDB/databaseAccounts`;
  const backupPolicy = { type: "Continuous" };
  cloud.cosmosdb.account("prod").setBackupPolicy(backupPolicy);
  clock.advance(HOUR);
  cloud.cosmosdb.nextRestoreSeemsToFail = true;
  const restored = await send("PUT", `${accounts}/copy?api-version=2025-10-15`, {
    location: AZURE_LOCATION,
    properties: {
      databaseAccountOfferType: "Standard",
      createMode: "Restore",
      locations: [{ locationName: AZURE_LOCATION }],
      backupPolicy,
      restoreParameters: {
        restoreMode: "PointInTime",
        restoreSource: `/subscriptions/s/providers/Microsoft.DocumentDB/locations/${AZURE_LOCATION}/restorableDatabaseAccounts/${cloud.cosmosdb.account("prod").instanceId}`,
        restoreTimestampInUtc: new Date(clock.now() - HOUR / 2).toISOString(),
      },
    },
  });
  const monitor = restored.headers.get("azure-asyncoperation") as string;
  await send("GET", monitor);
  const end = await send("GET", monitor);
  t.is(end.status, 403);
  t.regex(String((end.body.error as JsonObject).message), /^Database Account copy-japaneast does not exist/);
  t.is((await send("GET", `${accounts}/copy?api-version=2025-10-15`)).status, 200);
});
