import test, { type ExecutionContext } from "ava";
import { readPrivateEndpoints } from "../../../operations/azure-network";
import { completeServer, protectServer } from "../../../operations/azure-server-changes";
import { describeServer, findServer } from "../../../operations/azure-servers";
import { accountShortfalls, findAccount } from "../../../operations/cosmosdb";
import { completeAccount, protectAccount } from "../../../operations/cosmosdb-changes";
import {
  backupTime,
  findDeletedAccount,
  findRestoreSource,
  oldestInstant,
  readRange,
  restoreSourceOf,
} from "../../../operations/cosmosdb-restorable";
import { AZURE_LOCATION, AZURE_RESOURCE_GROUP, azureResource } from "../../../rehearsal/sets/azure";
import { buildAzureMysql } from "../../../rehearsal/sets/azure-mysql";
import { buildAzurePostgresql } from "../../../rehearsal/sets/azure-postgresql";
import { buildCosmosdb } from "../../../rehearsal/sets/cosmosdb";
import { AzureCloud } from "../../../simulator/cloud/azure/azure";
import { serveAzure } from "../../../simulator/cloud/azure/wire";
import { SimulatedClock } from "../../../simulator/cloud/clock";
import type { SimulatedCloud } from "../../../simulator/cloud/cloud";
import { virtualClock } from "./virtual-clock";

const HOUR = 60 * 60_000;
let seed = 0;

/** Why an account's range is not known; empty when it is known. */
async function whyUnknown(...args: Parameters<typeof readRange>): Promise<string> {
  const range = await readRange(...args);
  return "unknownBecause" in range ? range.unknownBecause : "";
}

async function azure(t: ExecutionContext) {
  const clock = new SimulatedClock();
  seed += 1;
  const cloud = new AzureCloud(clock, seed);
  const endpoint = await serveAzure(cloud);
  t.teardown(() => endpoint.close());
  Object.assign(process.env, endpoint.environment());
  const said: string[] = [];
  return {
    clock,
    cloud,
    // What builds databases needs nothing of the cloud but its Azure.
    whole: { azure: cloud } as SimulatedCloud,
    access: { subscriptionId: cloud.subscription },
    said,
    say: (line: string) => said.push(line),
  };
}

for (const product of ["mysql", "postgresql"] as const) {
  const build = product === "mysql" ? buildAzureMysql : buildAzurePostgresql;
  const address = { product, serverName: "prod", resourceGroupName: AZURE_RESOURCE_GROUP };

  test.serial(`${product}: retention is raised, and never lowered`, async (t) => {
    const { cloud, whole, access, said, say } = await azure(t);
    build(whole, "prod");
    await protectServer({ ...address, backupRetentionDays: 35 }, access, say);
    t.is(cloud[product].server("prod").retentionDays, 35);
    await protectServer({ ...address, backupRetentionDays: 14 }, access, say);
    t.is(cloud[product].server("prod").retentionDays, 35);
    t.deepEqual(said, ["prod: backups are kept for 35 days", "prod: backups are kept for 35 days already"]);
  });

  test.serial(`${product}: a server that is gone is named`, async (t) => {
    const { whole, access, say } = await azure(t);
    build(whole, "other");
    await t.throwsAsync(protectServer({ ...address, backupRetentionDays: 35 }, access, say), {
      message: /there is no server prod in resource group scalar-databases/,
    });
  });
}

test.serial("a copy is completed once: a second run finds nothing to do", async (t) => {
  const { cloud, whole, access, said, say } = await azure(t);
  buildAzurePostgresql(whole, "prod");
  buildAzurePostgresql(whole, "copy");
  const copy = cloud.postgresql.server("copy");
  copy.parameters.clear();
  copy.firewallRules.clear();
  copy.tags = {};
  const source = await describeServer(
    { product: "postgresql", serverName: "prod", resourceGroupName: AZURE_RESOURCE_GROUP },
    access,
  );
  const wanted = {
    product: "postgresql" as const,
    serverName: "copy",
    resourceGroupName: AZURE_RESOURCE_GROUP,
    tags: { team: "customers" },
    backupRetentionDays: 7,
    parameters: { max_connections: "400", work_mem: "16384" },
    firewallRules: source?.firewallRules ?? [],
    highAvailability: { mode: "SameZone" },
    maintenanceWindow: { customWindow: "Enabled", dayOfWeek: 3, startHour: 1, startMinute: 0 },
  };
  await completeServer(wanted, access, say);
  t.is(copy.parameter("max_connections"), "400");
  t.is(copy.pendingRestart.size, 0, "what needs a restart has had one");
  t.deepEqual([...copy.firewallRules.keys()], ["kubernetes"]);
  t.true(said.includes("copy: restarted for max_connections"));
  t.like(copy.describe().properties, { highAvailability: { mode: "SameZone" }, maintenanceWindow: { dayOfWeek: 3 } });
  said.length = 0;
  await completeServer(wanted, access, say);
  t.deepEqual(said, ["copy: backups are kept for 7 days already"]);
});

test.serial("a completion that was stopped before the restart goes on with it", async (t) => {
  const { cloud, whole, access, said, say } = await azure(t);
  buildAzurePostgresql(whole, "copy");
  cloud.postgresql.server("copy").pendingRestart.add("max_connections");
  await completeServer(
    {
      product: "postgresql",
      serverName: "copy",
      resourceGroupName: AZURE_RESOURCE_GROUP,
      tags: {},
      backupRetentionDays: 7,
      parameters: { max_connections: "400" },
      firewallRules: [],
    },
    access,
    say,
  );
  t.true(said.includes("copy: restarted for max_connections"));
});

test.serial("Cosmos DB: periodic backup becomes continuous, and 30 days never 7", async (t) => {
  const { cloud, whole, access, said, say } = await azure(t);
  buildCosmosdb(whole, "prod");
  const address = { accountName: "prod", resourceGroupName: AZURE_RESOURCE_GROUP };
  const request = { ...address, strongConsistency: false };
  const account = async () => (await findAccount(address, access)) ?? t.fail("the account is there");
  t.false("earliest" in (await readRange((await account()) as never, access)));
  await protectAccount({ ...request, days: 30 }, access, say);
  t.is(cloud.cosmosdb.account("prod").tier, "Continuous30Days");
  await protectAccount({ ...request, days: 7 }, access, say);
  t.is(cloud.cosmosdb.account("prod").tier, "Continuous30Days");
  t.deepEqual(said, [
    "prod: continuous backup of 30 days; Azure offers no way back to periodic",
    "prod: nothing to do",
  ]);
});

test.serial(
  "Cosmos DB: the range goes from the oldest restorable time to the oldest of the containers' newest backups",
  async (t) => {
    const { clock, cloud, whole, access, say } = await azure(t);
    buildCosmosdb(whole, "prod");
    const address = { accountName: "prod", resourceGroupName: AZURE_RESOURCE_GROUP };
    await protectAccount({ ...address, days: 30, strongConsistency: false }, access, say);
    clock.advance(5 * HOUR);
    const account = await findAccount(address, access);
    if (!account) return t.fail();
    const range = await readRange(account, access);
    const listed = cloud.cosmosdb.account("prod").restorableRange();
    if ("unknownBecause" in range) return t.fail(range.unknownBecause);
    t.is(Date.parse(range.earliest), listed?.earliest ?? 0);
    t.true(Math.abs(Date.parse(range.latest) - (listed?.latest ?? 0)) < 2000);
    t.regex(
      (await findRestoreSource(account, new Date(clock.now()).toISOString(), access)).id,
      /\/locations\/japaneast\/restorableDatabaseAccounts\/[0-9a-f-]{36}$/,
    );
  },
);

test.serial("Cosmos DB: the range is unknown until each container has its first backup", async (t) => {
  const { clock, cloud, whole, access, say } = await azure(t);
  buildCosmosdb(whole, "prod");
  const address = { accountName: "prod", resourceGroupName: AZURE_RESOURCE_GROUP };
  await protectAccount({ ...address, days: 30, strongConsistency: false }, access, say);
  clock.advance(5 * HOUR);
  const account = await findAccount(address, access);
  if (!account) return t.fail();
  t.is(await whyUnknown(account, access), "");
  const database = cloud.cosmosdb.account("prod").containers()[0]?.database ?? "";
  cloud.cosmosdb.account("prod").createContainer(database, "new");
  t.is(await whyUnknown(account, access), "", "of an empty container there is nothing to back up");
  cloud.cosmosdb.account("prod").putItem(database, "new", "1", { id: "1" });
  t.regex(await whyUnknown(account, access), /has not backed up all of its containers yet/);
  clock.advance(2 * 60_000);
  t.is(await whyUnknown(account, access), "");
});

test.serial("Cosmos DB: reports that a range is unknown instead of guessing it", async (t) => {
  const { cloud, access } = await azure(t);
  cloud.createResourceGroup(AZURE_RESOURCE_GROUP, "japaneast");
  cloud.request({
    method: "PUT",
    path: `/subscriptions/${cloud.subscription}/resourceGroups/${AZURE_RESOURCE_GROUP}/providers/Microsoft.DocumentDB/databaseAccounts/empty`,
    apiVersion: "2025-10-15",
    body: {
      location: "japaneast",
      properties: {
        databaseAccountOfferType: "Standard",
        locations: [{ locationName: "Japan East" }],
        backupPolicy: { type: "Continuous" },
      },
    },
  });
  const account = await findAccount({ accountName: "empty", resourceGroupName: AZURE_RESOURCE_GROUP }, access);
  if (!account) return t.fail();
  t.deepEqual(await readRange(account, access), {
    unknownBecause: "it has no container yet, and Azure reports the newest restorable instant only for containers",
  });
  account.properties.enableMultipleWriteLocations = true;
  t.regex(await whyUnknown(account, access), /several write regions/);
});

test.serial(
  "Cosmos DB: a copy gets Strong consistency, its firewall and its tags, and a second run changes nothing",
  async (t) => {
    const { cloud, whole, access, said, say } = await azure(t);
    buildCosmosdb(whole, "copy");
    const copy = cloud.cosmosdb.account("copy");
    Object.assign(copy.properties, {
      consistencyPolicy: { defaultConsistencyLevel: "Session" },
      ipRules: [],
      publicNetworkAccess: "Disabled",
    });
    const wanted = {
      accountName: "copy",
      resourceGroupName: AZURE_RESOURCE_GROUP,
      tags: { service: "payments" },
      consistencyPolicy: { defaultConsistencyLevel: "Strong" },
      network: {
        publicNetworkAccess: "Enabled",
        ipRules: [{ ipAddressOrRange: "203.0.113.7" }],
        virtualNetworkRules: [],
      },
    };
    await completeAccount(wanted, access, say);
    t.like(copy.properties, {
      consistencyPolicy: { defaultConsistencyLevel: "Strong" },
      ipRules: [{ ipAddressOrRange: "203.0.113.7" }],
      publicNetworkAccess: "Enabled",
    });
    t.deepEqual(copy.tags, { team: "ledger", service: "payments" });
    said.length = 0;
    await completeAccount(wanted, access, say);
    t.deepEqual(said, []);
  },
);

/** The account as it is now. */
async function accountAt(t: ExecutionContext, access: { subscriptionId: string }, accountName: string) {
  const account = await findAccount({ accountName, resourceGroupName: AZURE_RESOURCE_GROUP }, access);
  if (!account) throw t.fail("the account is there");
  return account;
}

test.serial("Cosmos DB: two changes of one account at once both come about, one after the other", async (t) => {
  virtualClock(t);
  const { cloud, whole, access, say } = await azure(t);
  buildCosmosdb(whole, "copy");
  const copy = cloud.cosmosdb.account("copy");
  Object.assign(copy.properties, { consistencyPolicy: { defaultConsistencyLevel: "Session" } });
  const address = { accountName: "copy", resourceGroupName: AZURE_RESOURCE_GROUP };
  await Promise.all([
    protectAccount({ ...address, days: 30, strongConsistency: false }, access, say),
    completeAccount(
      {
        ...address,
        tags: { service: "payments" },
        consistencyPolicy: { defaultConsistencyLevel: "Strong" },
        network: {},
      },
      access,
      say,
    ),
  ]);
  t.true(copy.isContinuous);
  t.like(copy.properties, { consistencyPolicy: { defaultConsistencyLevel: "Strong" } });
  t.like(copy.tags, { service: "payments" });
});

for (const status of ["Failed", "Invalid"] as const)
  test.serial(`Cosmos DB: a switch to continuous backup that is ${status} is started again, and said`, async (t) => {
    const { cloud, whole, access, say } = await azure(t);
    buildCosmosdb(whole, "prod");
    const stored = cloud.cosmosdb.account("prod");
    const request = {
      accountName: "prod",
      resourceGroupName: AZURE_RESOURCE_GROUP,
      days: 30,
      strongConsistency: false,
    };
    stored.migrationEndsAs = status;
    await t.throwsAsync(protectAccount(request, access, say), {
      message: new RegExp(
        `^account prod: its switch to continuous backup has failed \\(migrationState.status is ${status}\\).*Azure portal.*run this again`,
      ),
    });
    const failed = await accountAt(t, access, "prod");
    t.deepEqual(accountShortfalls(failed, request), [
      `its switch to continuous backup has failed (migrationState.status is ${status})`,
    ]);
    t.regex(await whyUnknown(failed, access), /has failed .* the next "pulumi up" starts it again/);

    stored.migrationEndsAs = undefined;
    await protectAccount(request, access, say);
    t.true(stored.isContinuous);
  });

test.serial("Cosmos DB: a switch to continuous backup that goes on is waited for", async (t) => {
  const { cloud, whole, access, say } = await azure(t);
  buildCosmosdb(whole, "prod");
  cloud.cosmosdb.account("prod").migrationEndsAs = "InProgress";
  const request = { accountName: "prod", resourceGroupName: AZURE_RESOURCE_GROUP, days: 30, strongConsistency: false };
  await protectAccount(request, access, say);
  const migrating = await accountAt(t, access, "prod");
  t.deepEqual(accountShortfalls(migrating, request), []);
  t.regex(await whyUnknown(migrating, access), /still switching it/);
});

test.serial("Cosmos DB: an account that has failed over is restored from where Azure lists it", async (t) => {
  const { clock, cloud, whole, access, say } = await azure(t);
  buildCosmosdb(whole, "prod");
  const { send } = azureResource(whole, "Microsoft.DocumentDB/databaseAccounts", "prod", "2025-10-15");
  const locations = (...names: string[]) =>
    send("PATCH", "", {
      properties: { locations: names.map((locationName, failoverPriority) => ({ locationName, failoverPriority })) },
    });
  const address = { accountName: "prod", resourceGroupName: AZURE_RESOURCE_GROUP };
  await protectAccount({ ...address, days: 30, strongConsistency: false }, access, say);
  clock.advance(HOUR);
  const before = new Date(clock.now()).toISOString();
  clock.advance(HOUR);
  locations("japanwest", AZURE_LOCATION);
  clock.advance(HOUR);
  const after = new Date(clock.now()).toISOString();
  clock.advance(HOUR);
  const account = await accountAt(t, access, "prod");
  t.is(account.properties.writeLocations?.[0]?.locationName, "japanwest");
  t.is(await whyUnknown(account, access), "");

  const source = await findRestoreSource(account, after, access);
  t.regex(source.id, /\/locations\/japaneast\//, "the location that it is listed under");
  t.like(source, { location: AZURE_LOCATION, region: "japanwest" });
  t.is((await findRestoreSource(account, before, access)).region, AZURE_LOCATION, "a region of that time");

  const restored = azureResource(whole, "Microsoft.DocumentDB/databaseAccounts", "copy", "2025-10-15");
  restored.send("PUT", "", {
    location: source.location,
    properties: {
      databaseAccountOfferType: "Standard",
      createMode: "Restore",
      locations: [{ locationName: source.region }],
      backupPolicy: { type: "Continuous" },
      restoreParameters: { restoreMode: "PointInTime", restoreSource: source.id, restoreTimestampInUtc: after },
    },
  });
  t.truthy(cloud.cosmosdb.find("copy"));
  cloud.cosmosdb.account("prod");
});

test.serial("Cosmos DB: a deleted account is restored into its location and a region of the instant", async (t) => {
  const { clock, cloud, whole, access } = await azure(t);
  cloud.createResourceGroup(AZURE_RESOURCE_GROUP, AZURE_LOCATION);
  const { send } = azureResource(whole, "Microsoft.DocumentDB/databaseAccounts", "gone", "2025-10-15");
  const locations = (...names: string[]) => names.map((locationName) => ({ locationName }));
  send("PUT", "", {
    location: AZURE_LOCATION,
    properties: {
      databaseAccountOfferType: "Standard",
      // The first of the regions that Azure lists of the account is one that it has no longer.
      locations: locations("japanwest", AZURE_LOCATION),
      backupPolicy: { type: "Continuous" },
    },
  });
  const created = clock.now();
  clock.advance(HOUR);
  const both = new Date(clock.now()).toISOString();
  clock.advance(HOUR);
  send("PATCH", "", { properties: { locations: locations(AZURE_LOCATION) } });
  clock.advance(HOUR);
  const one = new Date(clock.now()).toISOString();
  clock.advance(HOUR);
  send("DELETE", "");
  const deleted = await findDeletedAccount("gone", access);
  if (!deleted) return t.fail();
  t.is(deleted.properties.restorableLocations?.[0]?.locationName, "japanwest");
  t.like(restoreSourceOf(deleted, [], one), { location: AZURE_LOCATION, region: AZURE_LOCATION });
  t.like(restoreSourceOf(deleted, ["japanwest"], both), { location: AZURE_LOCATION, region: "japanwest" });
  t.true(Date.parse(deleted.properties.oldestRestorableTime ?? "") < created - 24 * HOUR, "Azure says 30 days ago");
  t.true(Math.abs(Date.parse(oldestInstant(deleted) ?? "") - created) < 1000, "nothing is older than the account");

  const empty = { ...deleted, properties: { ...deleted.properties, restorableLocations: [] } };
  t.like(restoreSourceOf(empty, [], one), { location: AZURE_LOCATION, region: AZURE_LOCATION });
  const before = new Date(created - HOUR).toISOString();
  t.throws(() => restoreSourceOf(deleted, [], before), {
    message:
      /^Azure backed account gone up in no region at .*: japanwest from .* to .*, japaneast from .* to now; choose/,
  });
});

test.serial(
  "mysql: a copy that the restore has opened is closed, and one change of backups keeps the other setting",
  async (t) => {
    const { cloud, whole, access, said, say } = await azure(t);
    buildAzureMysql(whole, "copy");
    const copy = cloud.mysql.server("copy");
    copy.properties.backup = { backupRetentionDays: 7, geoRedundantBackup: "Enabled" };
    const wanted = {
      product: "mysql" as const,
      serverName: "copy",
      resourceGroupName: AZURE_RESOURCE_GROUP,
      tags: {},
      backupRetentionDays: 35,
      parameters: {},
      firewallRules: [],
      publicNetworkAccess: "Disabled",
    };
    await completeServer(wanted, access, say);
    t.like(copy.properties, {
      backup: { backupRetentionDays: 35, geoRedundantBackup: "Enabled" },
      network: { publicNetworkAccess: "Disabled" },
    });
    said.length = 0;
    await completeServer(wanted, access, say);
    t.deepEqual(said, ["copy: backups are kept for 35 days already"]);
  },
);

test.serial("private endpoints of others are left out, each with the reason, and manual ones are read", async (t) => {
  const { cloud, whole, access } = await azure(t);
  buildAzurePostgresql(whole, "prod");
  const server = cloud.postgresql.server("prod");
  const inGroup = (subscription: string, group: string, name: string) =>
    `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Network/privateEndpoints/${name}`;
  const [same, other] = ["11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"] as const;
  cloud.addOtherSubscription(same, "same tenant");
  cloud.addOtherSubscription(other, "another tenant");
  cloud.createResourceGroup("theirs", AZURE_LOCATION);
  cloud.forbidGroup("theirs");
  const theirs = [
    inGroup(same, "a", "one"),
    inGroup(other, "b", "two"),
    inGroup(cloud.subscription, "theirs", "three"),
  ];
  for (const id of theirs) server.privateEndpoints.add(id);
  azureResource(whole, "Microsoft.Network/privateEndpoints", "by-hand", "2024-05-01").send("PUT", "", {
    location: AZURE_LOCATION,
    properties: {
      subnet: { id: `${server.id}/subnet` },
      manualPrivateLinkServiceConnections: [
        { name: "by-hand", properties: { privateLinkServiceId: server.id, groupIds: ["postgresqlServer"] } },
      ],
    },
  });
  const address = { product: "postgresql", serverName: "prod", resourceGroupName: AZURE_RESOURCE_GROUP } as const;
  const found = await findServer(address, access);
  if (!found) return t.fail();
  const { endpoints, outOfReach } = await readPrivateEndpoints(found, access);
  t.deepEqual(
    endpoints.map(({ name, groupIds }) => [name, groupIds]),
    [
      ["prod-endpoint", ["postgresqlServer"]],
      ["by-hand", ["postgresqlServer"]],
    ],
  );
  t.deepEqual(
    outOfReach.map(({ id, reason }) => [id, reason.split(":")[0]]),
    [
      [theirs[0], "AuthorizationFailed"],
      [theirs[1], "InvalidAuthenticationTokenTenant"],
      [theirs[2], "AuthorizationFailed"],
    ],
  );
});

test.serial("a server is changed and restarted only once it is ready, and one that is stopped is named", async (t) => {
  virtualClock(t);
  const { cloud, whole, access, said, say } = await azure(t);
  buildAzurePostgresql(whole, "copy");
  const copy = cloud.postgresql.server("copy");
  copy.parameters.clear();
  const wanted = {
    product: "postgresql" as const,
    serverName: "copy",
    resourceGroupName: AZURE_RESOURCE_GROUP,
    tags: {},
    backupRetentionDays: 7,
    parameters: { max_connections: "400", max_prepared_transactions: "100" },
    firewallRules: [],
  };
  cloud.postgresql.nextParameterEnds = { code: "ServerBusy", message: "busy processing another operation" };
  await completeServer(wanted, access, say);
  t.is(copy.parameter("max_connections"), "400");
  t.is(copy.pendingRestart.size, 0);
  t.true(said.includes("copy: restarted for max_connections, max_prepared_transactions"));

  copy.parameters.clear();
  copy.state = "Stopped";
  await t.throwsAsync(completeServer(wanted, access, say), {
    message: "server copy is in the state Stopped, in which it takes no changes: start it, then run this again",
  });
});

test("a container's newest backup is read in every form that Azure has used", (t) => {
  const expected = Date.UTC(2021, 9, 26, 17, 27, 45);
  t.is(backupTime("10/26/2021 5:27:45 PM"), expected);
  t.is(backupTime("2021-10-26T17:27:45Z"), expected);
  t.is(backupTime(String(expected / 1000)), expected);
  t.throws(() => backupTime("soon"), { message: /"soon" .* is not an instant/ });
});
