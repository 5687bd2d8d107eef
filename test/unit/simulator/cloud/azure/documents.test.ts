import { execFile } from "node:child_process";
import { createHmac } from "node:crypto";
import { promisify } from "node:util";
import test, { type ExecutionContext } from "ava";
import { AZURE_LOCATION, AZURE_RESOURCE_GROUP } from "../../../../../rehearsal/sets/azure";
import { buildCosmosdb } from "../../../../../rehearsal/sets/cosmosdb";
import type { CosmosAccount } from "../../../../../simulator/cloud/azure/cosmosdb-account";
import type { JsonObject } from "../../../../../simulator/cloud/azure/json";
import { SimulatedCloud } from "../../../../../simulator/cloud/cloud";

const HOUR = 60 * 60_000;
const CONTINUOUS = { type: "Continuous", continuousModeProperties: { tier: "Continuous30Days" } };
const HOST = "prod.documents.azure.com";
const STATE = "/dbs/coordinator/colls/state";

async function setUp(t: ExecutionContext) {
  const cloud = await SimulatedCloud.start();
  t.teardown(() => cloud.stop());
  buildCosmosdb(cloud, "prod");
  const { cosmosdb } = cloud.azure;
  const account = cosmosdb.account("prod");
  // Each test counts its own.
  for (const id of account.items("coordinator", "state").keys()) account.deleteItem("coordinator", "state", id);
  const put = (id: string, more: object = {}) =>
    account.putItem("coordinator", "state", id, {
      id,
      concatenatedPartitionKey: id,
      partitionKey: { tx_id: id },
      clusteringKey: {},
      values: { tx_state: 3, tx_created_at: 1_795_734_000_123, ...more },
    });
  return { cloud, clock: cloud.clock, cosmosdb, account, put };
}

/** The headers that Azure's documentation asks for, signed with a key. */
function signed(
  account: CosmosAccount,
  method: string,
  resource: { type?: string; link?: string } = {},
  { key = account.keys.primaryReadonlyMasterKey, at = account.now() } = {},
) {
  const { type = "docs", link = STATE.slice(1) } = resource;
  const date = new Date(at).toUTCString();
  const payload = `${method.toLowerCase()}\n${type}\n${link}\n${date.toLowerCase()}\n\n`;
  const signature = createHmac("sha256", Buffer.from(key, "base64")).update(payload).digest("base64");
  return {
    authorization: encodeURIComponent(`type=master&ver=1.0&sig=${signature}`),
    "x-ms-date": date,
    "x-ms-version": "2018-12-31",
  };
}

interface Answer {
  status: number;
  headers: Headers;
  body: { Documents?: { id: string }[]; PartitionKeyRanges?: JsonObject[]; code?: string; message?: string };
}

async function ask(
  { cloud, account }: { cloud: SimulatedCloud; account: CosmosAccount },
  headers: Record<string, string> = {},
  { method = "GET", path = `${STATE}/docs`, body, host = HOST }: Partial<Record<string, string>> = {},
): Promise<Answer> {
  const url = `${cloud.environment().SIMULATED_AZURE_URL}/documents/${host}${path}`;
  const answer = await fetch(url, { method, body, headers: { ...signed(account, method), ...headers } });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Answer["body"] };
}

const QUERY = {
  "content-type": "application/query+json",
  "x-ms-documentdb-isquery": "True",
  "x-ms-documentdb-query-enablecrosspartition": "True",
};

const query = (scene: Parameters<typeof ask>[0], sql: string, headers: Record<string, string> = {}) =>
  ask(scene, { ...QUERY, ...headers }, { method: "POST", body: JSON.stringify({ query: sql, parameters: [] }) });

test("all documents are read page by page, by a feed as by a query", async (t) => {
  const scene = await setUp(t);
  const ids = Array.from({ length: 25 }, (_, index) => `tx-${String(index).padStart(2, "0")}`);
  for (const id of ids) scene.put(id);
  for (const read of [
    (headers: Record<string, string>) => ask(scene, headers),
    (headers: Record<string, string>) => query(scene, "SELECT * FROM c", headers),
  ]) {
    const pages: string[][] = [];
    let next: string | undefined;
    do {
      const page = await read({ "x-ms-max-item-count": "10", ...(next && { "x-ms-continuation": next }) });
      pages.push((page.body.Documents ?? []).map(({ id }) => id));
      next = page.headers.get("x-ms-continuation") ?? undefined;
    } while (next);
    t.deepEqual(
      pages.map(({ length }) => length),
      [10, 10, 5],
    );
    t.deepEqual(pages.flat().sort(), ids);
  }
});

test("a page ends at 4 MB, and costs a unit for each KB", async (t) => {
  const scene = await setUp(t);
  for (const id of ["a", "b", "c"]) scene.put(id, { payload: "x".repeat(1_900_000) });
  const page = await ask(scene, { "x-ms-max-item-count": "-1" });
  t.is(page.body.Documents?.length, 2);
  t.is(Math.round(Number(page.headers.get("x-ms-request-charge")) / 10), 371);
});

test("documents have ScalarDB's layout and the service's own properties; a query selects some", async (t) => {
  const scene = await setUp(t);
  scene.put("tx");
  const [document] = (await ask(scene)).body.Documents ?? [];
  t.like(document, { id: "tx", partitionKey: { tx_id: "tx" }, clusteringKey: {}, values: { tx_state: 3 } });
  t.true("_etag" in (document ?? {}));
  const sql = `SELECT c.id, c["values"]["tx_state"] AS state, c.values.tx_child_ids FROM c`;
  t.deepEqual((await query(scene, sql)).body.Documents as unknown, [{ id: "tx", state: 3 }]);
});

test("each partition key range has documents of its own", async (t) => {
  const scene = await setUp(t);
  for (let index = 0; index < 40; index += 1) scene.put(`tx-${index}`);
  (scene.account.container("coordinator", "state") ?? t.fail()).ranges = 3;
  const { body } = await ask(scene, signed(scene.account, "GET", { type: "pkranges" }), { path: `${STATE}/pkranges` });
  t.deepEqual(
    body.PartitionKeyRanges?.map(({ id, minInclusive, maxExclusive }) => [id, minInclusive, maxExclusive]),
    [
      ["0", "", "55555555"],
      ["1", "55555555", "AAAAAAAA"],
      ["2", "AAAAAAAA", "FF"],
    ],
  );
  const found = await Promise.all(
    ["0", "1", "2"].map(async (range) => {
      const page = await ask(scene, { "x-ms-documentdb-partitionkeyrangeid": range });
      return page.body.Documents?.map(({ id }) => id) ?? [];
    }),
  );
  t.true(found.every(({ length }) => length > 0));
  t.is(new Set(found.flat()).size, 40);
  t.is((await ask(scene, { "x-ms-documentdb-partitionkeyrangeid": "3" })).status, 410);
});

test("a request without a valid token is refused", async (t) => {
  const scene = await setUp(t);
  const { account } = scene;
  const status = async (headers: Record<string, string>) => (await ask(scene, headers)).status;
  const key = Buffer.alloc(64, 1).toString("base64");
  t.is(await status(signed(account, "GET", {}, { key })), 401);
  t.is(await status(signed(account, "POST")), 401);
  t.is(await status(signed(account, "GET", { link: "dbs/ledger/colls/accounts" })), 401);
  t.is(await status({ authorization: "type%3Daad%26ver%3D1.0%26sig%3Dx" }), 401);
  t.is(await status(signed(account, "GET", {}, { at: account.now() - HOUR })), 403);
  t.is(await status(signed(account, "GET", {}, { key: account.keys.secondaryMasterKey })), 200);
  account.properties.disableLocalAuth = true;
  t.regex((await ask(scene)).body.message ?? "", /Local Authorization is disabled/);
});

test("the firewall refuses other addresses, and without public access every one", async (t) => {
  const scene = await setUp(t);
  t.is((await ask(scene)).status, 200);
  scene.cosmosdb.callerAddress = "198.51.100.1";
  t.like(await ask(scene), { status: 403, body: { code: "Forbidden" } });
  scene.account.properties.ipRules = [];
  t.is((await ask(scene)).status, 200);
  scene.account.properties.publicNetworkAccess = "Disabled";
  t.regex((await ask(scene)).body.message ?? "", /^Request originated from IP 198\.51\.100\.1 .* blocked/);
});

test("a reader that is too fast has to wait as long as the answer says", async (t) => {
  const scene = await setUp(t);
  scene.account.throughput.consume(400_000, scene.clock.now());
  const { status, headers } = await ask(scene);
  t.is(status, 429);
  const wait = Number(headers.get("x-ms-retry-after-ms"));
  t.true(wait > 0 && wait < 100_000);
  scene.clock.advance(wait);
  t.is((await ask(scene)).status, 200);
});

test("what is missing, invalid or not simulated is refused", async (t) => {
  const scene = await setUp(t);
  const path = "/dbs/coordinator/colls/none";
  const headers = signed(scene.account, "GET", { link: path.slice(1) });
  t.like(await ask(scene, headers, { path: `${path}/docs` }), { status: 404, body: { code: "NotFound" } });
  t.is((await ask(scene, {}, { host: "none.documents.azure.com" })).status, 404);
  const refused = async (answer: Promise<Answer>, message: RegExp) => {
    const { status, body } = await answer;
    t.is(status, 400);
    t.regex(body.message ?? "", message);
  };
  await refused(ask(scene, { "x-ms-version": "2014-01-01" }), /x-ms-version/);
  await refused(ask(scene, { "x-ms-consistency-level": "Strong" }), /x-ms-consistency-level/);
  await refused(ask(scene, { "x-ms-max-item-count": "0" }), /max item count/);
  await refused(ask(scene, { "x-ms-continuation": "x" }), /JSON/);
  await refused(query(scene, "SELECT VALUE COUNT(1) FROM c"), /not simulated/);
  await refused(query(scene, "SELECT * FROM c", { "content-type": "application/json" }), /Content-Type/);
  await refused(
    query(scene, "SELECT * FROM c", { "x-ms-documentdb-query-enablecrosspartition": "False" }),
    /Cross partition query/,
  );
});

test("a process of the rehearsal reaches the account under its own name, with https as with fetch", async (t) => {
  const scene = await setUp(t);
  scene.put("tx");
  const program = `
    const headers = ${JSON.stringify(signed(scene.account, "GET"))};
    const url = "${scene.account.endpoint.replace(/\/$/, "")}${STATE}/docs";
    fetch(url, { headers }).then((answer) => answer.json()).then(({ _count }) => console.log("fetch", _count)).then(() =>
      require("node:https").request(url, { headers }, (answer) => answer.on("data", (text) =>
        console.log("https", JSON.parse(text)._count))).end());`;
  const { stdout } = await promisify(execFile)(process.execPath, ["-e", program], {
    env: { ...process.env, ...scene.cloud.environment() },
  });
  t.is(stdout, "fetch 1\nhttps 1\n");
});

test("a restore of one container has nothing else, and the account says what it was restored from", async (t) => {
  const { cloud, clock, cosmosdb, account, put } = await setUp(t);
  account.setBackupPolicy(CONTINUOUS);
  put("before");
  clock.advance(HOUR);
  const at = clock.now();
  put("after", {});
  clock.advance(HOUR);
  const send = (name: string, databasesToRestore: JsonObject[]) =>
    cloud.azure.request({
      method: "PUT",
      path: `/subscriptions/${cloud.azure.subscription}/resourceGroups/${AZURE_RESOURCE_GROUP}/providers/Microsoft.DocumentDB/databaseAccounts/${name}`,
      apiVersion: "2025-10-15",
      body: {
        location: AZURE_LOCATION,
        properties: {
          databaseAccountOfferType: "Standard",
          createMode: "Restore",
          locations: [{ locationName: AZURE_LOCATION }],
          backupPolicy: CONTINUOUS,
          restoreParameters: {
            restoreMode: "PointInTime",
            restoreSource: `/subscriptions/${cloud.azure.subscription}/providers/Microsoft.DocumentDB/locations/${AZURE_LOCATION}/restorableDatabaseAccounts/${account.instanceId}`,
            restoreTimestampInUtc: new Date(at - 1).toISOString(),
            databasesToRestore,
          },
        },
      },
    });
  const state = [{ databaseName: "coordinator", collectionNames: ["state"] }];
  t.throws(() => send("early", state), { message: /coordinator\/state shares its database's throughput/ });
  (account.container("coordinator", "state") ?? t.fail()).hasOwnThroughput = true;
  send("early", state);
  const copy = cosmosdb.account("early");
  t.deepEqual(copy.containers(), [{ database: "coordinator", container: "state" }]);
  t.deepEqual([...copy.items("coordinator", "state").keys()], ["before"]);
  t.like(copy.describe().properties, {
    createMode: "Restore",
    restoreParameters: {
      restoreTimestampInUtc: new Date(at - 1).toISOString(),
      databasesToRestore: [{ databaseName: "coordinator", collectionNames: ["state"] }],
    },
  });
  send("whole", [{ databaseName: "ledger" }]);
  t.deepEqual(cosmosdb.account("whole").containers(), [{ database: "ledger", container: "accounts" }]);
  for (const wrong of [[], [{ databaseName: "none" }], [{ databaseName: "ledger", collectionNames: ["none"] }]])
    t.throws(() => send("wrong", wrong), { message: /databasesToRestore|has no .*none to restore/ });
});
