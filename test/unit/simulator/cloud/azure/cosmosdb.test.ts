import test from "ava";
import { AZURE_LOCATION, AZURE_RESOURCE_GROUP } from "../../../../../rehearsal/sets/azure";
import { buildCosmosdb } from "../../../../../rehearsal/sets/cosmosdb";
import { AzureCloud } from "../../../../../simulator/cloud/azure/azure";
import { ArmError } from "../../../../../simulator/cloud/azure/error";
import type { JsonObject } from "../../../../../simulator/cloud/azure/json";
import { SimulatedClock } from "../../../../../simulator/cloud/clock";
import type { SimulatedCloud } from "../../../../../simulator/cloud/cloud";

const HOUR = 60 * 60_000;
const CONTINUOUS = { type: "Continuous", continuousModeProperties: { tier: "Continuous30Days" } };

function cosmos() {
  const clock = new SimulatedClock();
  const cloud = new AzureCloud(clock, 1);
  buildCosmosdb({ azure: cloud } as SimulatedCloud, "prod");
  const send = (method: string, name: string, body?: JsonObject) =>
    cloud.request({
      method,
      path: `/subscriptions/${cloud.subscription}/resourceGroups/${AZURE_RESOURCE_GROUP}/providers/Microsoft.DocumentDB/databaseAccounts/${name}`,
      apiVersion: "2025-10-15",
      body,
    });
  const source = () => cloud.cosmosdb.account("prod");
  const restore = (name: string, at: number | string, more: JsonObject = {}, from = source().instanceId) =>
    send("PUT", name, {
      location: AZURE_LOCATION,
      properties: {
        databaseAccountOfferType: "Standard",
        createMode: "Restore",
        locations: [{ locationName: AZURE_LOCATION }],
        backupPolicy: CONTINUOUS,
        consistencyPolicy: { defaultConsistencyLevel: "Strong" },
        restoreParameters: {
          restoreMode: "PointInTime",
          restoreSource: `/subscriptions/${cloud.subscription}/providers/Microsoft.DocumentDB/locations/${AZURE_LOCATION}/restorableDatabaseAccounts/${from}`,
          restoreTimestampInUtc: typeof at === "string" ? at : new Date(at).toISOString(),
        },
        ...more,
      },
    });
  return { clock, cosmosdb: cloud.cosmosdb, send, source, restore };
}

const refusal = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    if (error instanceof ArmError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "taken";
};

test("an account with periodic backup has nothing to restore, and continuous backup begins with the switch", (t) => {
  const { clock, send, source, restore } = cosmos();
  clock.advance(HOUR);
  t.is(source().restorableRange(), undefined);
  t.regex(
    refusal(() => restore("copy", clock.now())),
    /Cannot find regional database account/,
  );
  send("PATCH", "prod", { properties: { backupPolicy: CONTINUOUS } });
  t.true(Math.abs((source().restorableRange()?.earliest ?? 0) - clock.now()) < 1000);
  t.regex(
    refusal(() => send("PATCH", "prod", { properties: { backupPolicy: { type: "Periodic" } } })),
    /cannot be changed to periodic/,
  );
});

test("a restored account reads with Session consistency, without firewall and stored procedures, under keys of its own", (t) => {
  const { clock, cosmosdb, send, source, restore } = cosmos();
  send("PATCH", "prod", { properties: { backupPolicy: CONTINUOUS } });
  source().putItem("ledger", "accounts", "a", { value: 1 });
  clock.advance(HOUR);
  const at = clock.now();
  clock.advance(HOUR);
  source().putItem("ledger", "accounts", "a", { value: 2 });
  restore("copy", at, { ipRules: [{ ipAddressOrRange: "203.0.113.7" }] });
  const copy = cosmosdb.account("copy");
  t.deepEqual(copy.items("ledger", "accounts").get("a"), { value: 1 });
  t.like(copy.describe().properties, {
    consistencyPolicy: { defaultConsistencyLevel: "Session" },
    ipRules: [],
    publicNetworkAccess: "Enabled",
  });
  t.is(copy.container("ledger", "accounts")?.storedProcedures.size, 0);
  t.not(copy.keys.primaryMasterKey, source().keys.primaryMasterKey);
  restore("private", at, { publicNetworkAccess: "Disabled" });
  t.like(cosmosdb.account("private").describe().properties, { publicNetworkAccess: "Disabled" });
});

test("a changed time on an existing account is accepted, and restores nothing", (t) => {
  const { clock, cosmosdb, send, source, restore } = cosmos();
  send("PATCH", "prod", { properties: { backupPolicy: CONTINUOUS } });
  source().putItem("ledger", "accounts", "a", { value: 1 });
  clock.advance(HOUR);
  const first = clock.now();
  clock.advance(HOUR);
  source().putItem("ledger", "accounts", "a", { value: 2 });
  clock.advance(HOUR);
  restore("copy", first);
  t.is(
    refusal(() => restore("copy", first + 1.5 * HOUR)),
    "taken",
  );
  t.deepEqual(cosmosdb.account("copy").items("ledger", "accounts").get("a"), { value: 1 });
});

test("instants outside of the range, other forms of time, regions and names are refused as Azure refuses them", (t) => {
  const { clock, send, restore } = cosmos();
  send("PATCH", "prod", { properties: { backupPolicy: CONTINUOUS } });
  clock.advance(HOUR);
  const at = clock.now() - HOUR / 2;
  t.regex(
    refusal(() => restore("copy", at - HOUR)),
    /^BadRequest: Invalid restore timestamp\. Please provide a time/,
  );
  t.regex(
    refusal(() => restore("copy", clock.now())),
    /Invalid restore timestamp/,
  );
  t.regex(
    refusal(() => restore("copy", "11/22/2026 03:00")),
    /not in ISO-8601 format/,
  );
  t.regex(
    refusal(() => restore("copy", at, { locations: [{ locationName: "westus" }] })),
    /in location westus/,
  );
  t.regex(
    refusal(() => restore("copy", at, { locations: [{ locationName: AZURE_LOCATION }, { locationName: "westus" }] })),
    /exactly one region/,
  );
  t.regex(
    refusal(() => restore("copy", at, { backupPolicy: { type: "Periodic" } })),
    /must have continuous backup/,
  );
  t.regex(
    refusal(() => restore("copy", at, {}, "unknown")),
    /Cannot find regional database account/,
  );
  t.regex(
    refusal(() => restore("Copy_1", at)),
    /3 to 44 small letters/,
  );
});

const IDENTITY = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities";
const readBy = (name: string): { identity: JsonObject; defaultIdentity: string } => ({
  identity: { type: "UserAssigned", userAssignedIdentities: { [`${IDENTITY}/${name}`]: {} } },
  defaultIdentity: `UserAssignedIdentity=${IDENTITY}/${name}`,
});

test("a key of the user's own: a copy needs a user-assigned identity, and one that is not the source's to outlive it", (t) => {
  const { clock, cosmosdb, send, source } = cosmos();
  const keyed = (identity: string) =>
    send("PATCH", "prod", {
      ...(identity.startsWith("User") ? { identity: readBy("source").identity } : {}),
      properties: {
        keyVaultKeyUri: "https://v.vault.azure.net/keys/k",
        defaultIdentity: identity,
        backupPolicy: CONTINUOUS,
      },
    });
  const copyReadBy = (name: string, identity: JsonObject, defaultIdentity: string) =>
    send("PUT", name, {
      location: AZURE_LOCATION,
      identity,
      properties: {
        databaseAccountOfferType: "Standard",
        createMode: "Restore",
        defaultIdentity,
        locations: [{ locationName: AZURE_LOCATION }],
        backupPolicy: CONTINUOUS,
        restoreParameters: {
          restoreMode: "PointInTime",
          restoreSource: `/subscriptions/s/providers/Microsoft.DocumentDB/locations/${AZURE_LOCATION}/restorableDatabaseAccounts/${source().instanceId}`,
          restoreTimestampInUtc: new Date(clock.now() - HOUR / 2).toISOString(),
        },
      },
    });
  const { identity, defaultIdentity } = readBy("source");
  keyed("SystemAssignedIdentity");
  clock.advance(HOUR);
  t.regex(
    refusal(() => copyReadBy("copy", identity, defaultIdentity)),
    /must be user-assigned/,
  );
  keyed(defaultIdentity);
  clock.advance(HOUR);
  t.regex(
    refusal(() => copyReadBy("copy", {}, defaultIdentity)),
    /is not assigned/,
  );
  copyReadBy("copy", identity, defaultIdentity);
  copyReadBy("own", readBy("copy").identity, readBy("copy").defaultIdentity);
  send("DELETE", "prod");
  t.like(cosmosdb.account("copy").describe().properties, {
    customerManagedKeyStatus: "Access to your account is currently revoked.",
  });
  t.like(cosmosdb.account("own").describe().properties, {
    customerManagedKeyStatus: "Access to the configured customer managed key confirmed.",
  });
  send("PATCH", "copy", {
    identity: readBy("copy").identity,
    properties: { defaultIdentity: readBy("copy").defaultIdentity },
  });
  t.false(cosmosdb.account("copy").revoked, "recovered by an identity of its own");
});

test("a deleted account stays restorable by its instance's id", (t) => {
  const { clock, cosmosdb, send, source, restore } = cosmos();
  send("PATCH", "prod", { properties: { backupPolicy: CONTINUOUS } });
  source().putItem("ledger", "accounts", "a", { value: 1 });
  clock.advance(HOUR);
  const at = clock.now() - HOUR / 2;
  const { instanceId } = source();
  send("DELETE", "prod");
  t.is(cosmosdb.find("prod"), undefined);
  restore("copy", at, {}, instanceId);
  t.deepEqual(cosmosdb.account("copy").items("ledger", "accounts").get("a"), { value: 1 });
});
