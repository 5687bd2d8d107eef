import { pathToFileURL } from "node:url";
import test, { type ExecutionContext } from "ava";
import { useWaitingClock } from "../../../operations/clock";
import { findAccount, readingKey } from "../../../operations/cosmosdb";
import { coordinatorRows } from "../../../operations/cosmosdb-coordinator";
import { masterToken, throttledMillis } from "../../../operations/cosmosdb-documents";
import { type CosmosdbVerification, verifyCopies } from "../../../operations/cosmosdb-verification";
import { findQuietGaps } from "../../../operations/quiet-gaps";
import type { VerifiedBracket } from "../../../operations/verified-bracket";
import { TransactionState } from "../../../rehearsal/scalardb/record";
import { toDocument } from "../../../rehearsal/scalardb/stores/cosmosdb-layout";
import { AZURE_RESOURCE_GROUP, azureResource } from "../../../rehearsal/sets/azure";
import { buildCosmosdb } from "../../../rehearsal/sets/cosmosdb";
import { formatInstant, instantMillis } from "../../../restore-points/instant";
import type { QuietGaps, QuietGapsSearch } from "../../../restore-points/quiet-gaps";
import { bracketProblems } from "../../../restore-points/verification/bracket-problems";
import type { CoordinatorRow } from "../../../restore-points/verification/coordinator-row";
import type { CosmosAccount, JsonObject } from "../../../simulator/cloud/azure/azure";
import { AzureCloud } from "../../../simulator/cloud/azure/azure";
import { serveAzure } from "../../../simulator/cloud/azure/wire";
import { SimulatedClock } from "../../../simulator/cloud/clock";
import type { SimulatedCloud } from "../../../simulator/cloud/cloud";

const MINUTE = 60_000;
const ACCOUNT_TYPE = "Microsoft.DocumentDB/databaseAccounts";
/** Sends what is for an account's host to the simulated Azure. */
const DOCUMENT_HOSTS = pathToFileURL(require.resolve("../../../simulator/cloud/azure/document-hosts.mjs")).href;
const COORDINATOR = { database: "coordinator", container: "state" };
let seed = 0;

/** An account with ScalarDB's coordinator; operations of this process wait, and sign, by the simulated clock. */
async function account(t: ExecutionContext, name = "prod") {
  const clock = new SimulatedClock();
  const cloud = new AzureCloud(clock, ++seed);
  const endpoint = await serveAzure(cloud);
  t.teardown(() => endpoint.close());
  Object.assign(process.env, endpoint.environment(), { SIMULATED_AZURE_URL: endpoint.url });
  await import(DOCUMENT_HOSTS);
  let waited = 0;
  t.teardown(
    useWaitingClock({
      now: () => clock.now(),
      async wait(millis) {
        waited += millis;
        clock.advance(millis);
      },
    }),
  );
  const whole = { azure: cloud } as SimulatedCloud;
  buildCosmosdb(whole, name);
  const source = cloud.cosmosdb.account(name);
  const access = { subscriptionId: cloud.subscription };
  const put = (tx_id: string, more: object = {}, into: CosmosAccount = source) =>
    into.putItem(
      COORDINATOR.database,
      COORDINATOR.container,
      tx_id,
      toDocument({ tx_id, tx_state: TransactionState.COMMITTED, tx_created_at: clock.now() - MINUTE, ...more }),
    );
  /** The rows as the operation reads them. */
  const read = async () => {
    const address = { resourceGroupName: AZURE_RESOURCE_GROUP, accountName: name };
    const found = await findAccount(address, access);
    if (found === undefined) throw new Error(`there is no account ${name}`);
    const key = await readingKey(address, access);
    const pages: (readonly CoordinatorRow[])[] = [];
    for await (const page of coordinatorRows({ account: found, key, ...COORDINATOR }, () => {})) pages.push(page);
    return pages;
  };
  return { clock, cloud, whole, source, access, put, read, waitedMillis: () => waited };
}

test("a request is signed as in the example of Azure's reference", (t) => {
  // [Azure Cosmos DB REST reference, "Access control": the example with its key]
  const request = { method: "GET", type: "dbs", link: "dbs/ToDoList", date: "Thu, 27 Apr 2017 00:51:12 GMT" };
  const key = "dsZQi3KtZmCv1ljt3VNWNm7sQUF1y5rJfC6kv5JiwvW0EndXdDku/dkKBp8/ufDToSxLzR4y+O/0H/t4bQtVNw==";
  t.is(
    masterToken(request, key),
    "type%3Dmaster%26ver%3D1.0%26sig%3Dc09PEVJrgp2uQRkr934kFbTqhByc7TVr3OHyqlu%2Bc%2Bc%3D",
  );
});

test.serial("all rows are read, page by page, with what ScalarDB's document has of them", async (t) => {
  const { source, put, read } = await account(t);
  for (let row = 0; row < 2100; row++) put(`transaction-${row}`);
  put("group", { tx_child_ids: "a,b", tx_state: TransactionState.ABORTED, tx_write_set: "AAAA" });
  put("nulls", { tx_child_ids: null, tx_write_set: null });
  (source.container("coordinator", "state") ?? t.fail()).ranges = 3;
  const pages = await read();
  t.true(pages.length >= 3 && pages.every(({ length }) => length <= 1000), `${pages.map(({ length }) => length)}`);
  const rows = new Map(pages.flat().map((row) => [row.id, row]));
  t.is(rows.size, source.items("coordinator", "state").size);
  t.is(pages.flat().length, rows.size);
  t.like(rows.get("group"), { state: TransactionState.ABORTED, childIds: "a,b", writeSet: true });
  t.deepEqual(Object.keys(rows.get("nulls") ?? {}), ["id", "state", "createdAt"]);
});

test.serial("a reader that is throttled waits as long as Cosmos DB says, and reads everything", async (t) => {
  const { source, clock, put, read, waitedMillis } = await account(t);
  for (let row = 0; row < 1500; row++) put(`transaction-${row}`);
  // A minute's request units are used up.
  source.throughput.consume(60 * 4000, clock.now());
  t.is((await read()).flat().length, source.items("coordinator", "state").size);
  t.true(waitedMillis() > 50_000, `${waitedMillis()} ms`);
});

test("a throttled reader never asks again at once, whatever the answer says", (t) => {
  const cases: [header: string, millis: number][] = [
    ["2500", 2500],
    ["0", 100],
    ["-5", 100],
    ["", 1000],
    ["soon", 1000],
    ["Infinity", 1000],
  ];
  for (const [header, millis] of cases) t.is(throttledMillis(header), millis, header);
});

test.serial("a firewall that does not let the reader in is named with the address and the fix, at once", async (t) => {
  const { cloud, put, read, waitedMillis } = await account(t);
  put("transaction");
  cloud.cosmosdb.callerAddress = "198.51.100.1";
  await t.throwsAsync(read, {
    message:
      /^the firewall of account prod does not let 198\.51\.100\.1 in, .* add "198\.51\.100\.1" to databases\[\]\.cosmosdb\.restoreTo\.verifiedFrom/,
  });
  cloud.cosmosdb.callerAddress = "203.0.113.7";
  cloud.cosmosdb.account("prod").properties.publicNetworkAccess = "Disabled";
  await t.throwsAsync(read, { message: /^the firewall of account prod does not let 203\.0\.113\.7 in/ });
  t.is(waitedMillis(), 0);
});

test.serial("a firewall that has not heard of its rules yet is waited for, up to a quarter of an hour", async (t) => {
  const { cloud, clock, source, put, read, waitedMillis } = await account(t);
  put("transaction");
  cloud.cosmosdb.firewallBehindUntil = clock.now() + 4 * MINUTE;
  t.is((await read()).flat().length, source.items("coordinator", "state").size);
  t.true(waitedMillis() >= 4 * MINUTE && waitedMillis() < 5 * MINUTE, `${waitedMillis()} ms`);
  cloud.cosmosdb.firewallBehindUntil = Number.POSITIVE_INFINITY;
  await t.throwsAsync(read, { message: /^the firewall of account prod does not let 203\.0\.113\.7 in/ });
  t.true(waitedMillis() < 20 * MINUTE, `${waitedMillis()} ms`);
});

test.serial("a key that is refused, a wrong clock and a missing container are named", async (t) => {
  const { source, clock, access, put, read } = await account(t);
  put("transaction");
  const found = (await findAccount(addressOf("prod"), access)) ?? t.fail();
  const withKey = (key: string) => coordinatorRows({ account: found, key, ...COORDINATOR }, () => {}).next();
  await t.throwsAsync(withKey(Buffer.alloc(64, 1).toString("base64")), {
    message: /^account prod refuses its own key \(401\): The input authorization token/,
  });
  source.properties.disableLocalAuth = true;
  await t.throwsAsync(read, { message: /^account prod refuses its own key \(401\): Local Authorization is disabled/ });
  source.properties.disableLocalAuth = false;
  const key = await readingKey(addressOf("prod"), access);
  const missing = coordinatorRows({ account: found, key, database: "coordinator", container: "none" }, () => {});
  await t.throwsAsync(missing.next(), { message: /^account prod has no container none of database coordinator/ });
  t.teardown(useWaitingClock({ now: () => clock.now() - 60 * MINUTE, wait: async () => {} }));
  await t.throwsAsync(read, { message: /^account prod refuses this machine's time: .* Correct its clock$/ });
});

test.serial("a document that is no row of a coordinator ends the comparison", async (t) => {
  const { source, read } = await account(t);
  source.putItem("coordinator", "state", "other", { id: "other", partitionKey: { id: "other" }, values: {} });
  await t.throwsAsync(read, {
    message: /^account prod has a document without partitionKey\.tx_id, .* set existing\.coordinatorNamespace/,
  });
});

/** A live coordinator with a commit every 4 s of an hour, but for a gap from 1,000 to 1,040 s, and what reads it. */
async function live(t: ExecutionContext) {
  const scene = await account(t);
  const start = Math.floor(scene.clock.now() / 1000) * 1000;
  for (let second = 0; second <= 3600; second += 4)
    if (second <= 1000 || second >= 1040) scene.put(`${second}`, { tx_created_at: start + second * 1000 });
  scene.clock.advance(3_600_000);
  const search: QuietGapsSearch = {
    tables: [],
    containers: [{ subscriptionId: scene.cloud.subscription, ...addressOf("prod"), ...COORDINATOR }],
    from: formatInstant(start),
    to: formatInstant(start + 3_600_000),
  };
  const gaps = async (more: Partial<QuietGapsSearch> = {}) => {
    const [said, reported]: [string[], string[]] = [[], []];
    await findQuietGaps(
      { ...search, ...more },
      {},
      (line) => said.push(line),
      (line) => reported.push(line),
    );
    t.is(said.length, 1);
    // It was printed by this version.
    return { found: JSON.parse(said[0] ?? "") as QuietGaps, reported };
  };
  return { ...scene, start, gaps };
}

test.serial("gaps of a live coordinator in Cosmos DB are found, at so many request units a second", async (t) => {
  const { source, clock, start, gaps } = await live(t);
  const rows = source.items("coordinator", "state").size;
  const before = clock.now();
  const { found, reported } = await gaps();
  t.is(found.rows, rows);
  t.deepEqual(
    found.gaps.map(({ from, to, seconds }) => [instantMillis(from) - start, instantMillis(to) - start, seconds]),
    [[1_005_000, 1_035_000, 40]],
  );
  t.is(reported[0], "coordinator.state in account prod: all of it is read once, at 40 request units a second");
  const slow = clock.now() - before;
  await gaps({ readUnits: 4000 });
  const fast = clock.now() - before - slow;
  // The last page, of at most 100 rows, is not waited for.
  const bytes = [...source.items("coordinator", "state").values()].map((item) => JSON.stringify(item).length);
  const units = (bytes.reduce((sum, each) => sum + each) * (1 - 100 / rows)) / 1024;
  t.true(slow >= (units / 40) * 1000, `${slow} ms for ${units} units`);
  t.true(fast < slow, `${fast} ms with 4,000 units a second`);
});

test.serial("a live account that cannot be read is named, with a fix that changes no copies", async (t) => {
  const { cloud, source, gaps } = await live(t);
  source.properties.consistencyPolicy = { defaultConsistencyLevel: "Session" };
  t.regex((await gaps()).reported[0] ?? "", /^account prod is read with consistency Session/);
  cloud.cosmosdb.callerAddress = "198.51.100.1";
  await t.throwsAsync(gaps(), {
    message:
      /^the firewall of account prod does not let 198\.51\.100\.1 in, .* read; run this where the firewall lets it in$/,
  });
  const gone = { subscriptionId: cloud.subscription, ...addressOf("gone"), ...COORDINATOR };
  await t.throwsAsync(gaps({ containers: [gone] }), { message: /^there is no account gone in resource group/ });
});

const addressOf = (accountName: string) => ({ resourceGroupName: AZURE_RESOURCE_GROUP, accountName });

/** An account with copies of its coordinator from before and after a commit, and a copy of its data in between. */
async function copies(t: ExecutionContext) {
  const scene = await account(t);
  const { clock, cloud, whole, source, put } = scene;
  const backupPolicy = { type: "Continuous", continuousModeProperties: { tier: "Continuous30Days" } };
  source.setBackupPolicy(backupPolicy);
  clock.advance(MINUTE);
  put("before");
  clock.advance(MINUTE);
  const early = formatInstant(clock.now());
  clock.advance(10_000);
  put("in-between", { tx_created_at: clock.now() });
  const at = formatInstant(clock.now());
  clock.advance(10_000);
  const late = formatInstant(clock.now());
  clock.advance(10 * MINUTE);
  const restore = (name: string, instant: string, databasesToRestore: JsonObject[] = []) =>
    azureResource(whole, ACCOUNT_TYPE, name, "2025-10-15").send("PUT", "", {
      location: source.location,
      properties: {
        databaseAccountOfferType: "Standard",
        createMode: "Restore",
        locations: [{ locationName: source.location }],
        backupPolicy,
        restoreParameters: {
          restoreMode: "PointInTime",
          restoreSource: `/subscriptions/${cloud.subscription}/providers/Microsoft.DocumentDB/locations/${source.location}/restorableDatabaseAccounts/${source.instanceId}`,
          restoreTimestampInUtc: instant,
          ...(databasesToRestore.length > 0 ? { databasesToRestore } : {}),
        },
      },
    });
  restore("early", early, [{ databaseName: "coordinator" }]);
  restore("late", late, [{ databaseName: "coordinator" }]);
  restore("copy", at);
  clock.advance(60 * MINUTE);
  const request: CosmosdbVerification = {
    database: "ledger",
    coordinator: COORDINATOR,
    early: addressOf("early"),
    late: addressOf("late"),
    data: [{ database: "ledger", ...addressOf("copy") }],
    otherData: [{ name: "customers", instant: at, requested: true }],
  };
  return { ...scene, request, early, late, at };
}

test.serial("the comparison reports Azure's own instants of the copies, and what differs", async (t) => {
  const { request, access, early, late, at, source } = await copies(t);
  const said: string[] = [];
  await verifyCopies(request, access, (line) => said.push(line));
  const rows = source.items("coordinator", "state").size;
  t.deepEqual(said.slice(0, -1), [`early: ${rows - 1} rows`, `late: ${rows} rows`]);
  const found = JSON.parse(said.at(-1) ?? "") as VerifiedBracket;
  t.deepEqual(found.early, { name: "account early", instant: early });
  t.deepEqual(found.late, { name: "account late", instant: late });
  t.deepEqual(found.data, [
    { name: "customers", instant: at, requested: true },
    { name: "ledger: account copy", instant: at },
  ]);
  t.is(found.table, "coordinator.state");
  t.deepEqual(
    found.differences?.onlyInLate.examples.map(({ id }) => id),
    ["in-between"],
  );
});

test.serial("an account that was not restored has no instant, and a missing one ends the comparison", async (t) => {
  const { request, access } = await copies(t);
  const said: string[] = [];
  await verifyCopies({ ...request, late: addressOf("prod") }, access, (line) => said.push(line));
  t.deepEqual((JSON.parse(said.at(-1) ?? "") as VerifiedBracket).late, { name: "account prod" });
  await t.throwsAsync(
    verifyCopies({ ...request, data: [{ database: "ledger", ...addressOf("none") }] }, access, () => {}),
    { message: /^there is no account none in resource group/ },
  );
});

test.serial("copies that cannot be read are an error with the fix, unless they are accepted unproven", async (t) => {
  const { cloud, request, access } = await copies(t);
  cloud.cosmosdb.account("early").properties.publicNetworkAccess = "Disabled";
  await t.throwsAsync(
    verifyCopies(request, access, () => {}),
    {
      message:
        /^database ledger: the coordinator's copies could not be read: the firewall of account early .* Then run "pulumi up" again/,
    },
  );
  const said: string[] = [];
  await verifyCopies({ ...request, acceptUnread: true }, access, (line) => said.push(line));
  const found = JSON.parse(said.at(-1) ?? "") as VerifiedBracket;
  t.is(found.differences, undefined);
  t.regex(bracketProblems(found, false).unproven.join(), /^ledger: the coordinator's copies could not be read/);
});
