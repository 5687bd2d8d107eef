import test from "ava";
import { AzureCloud } from "../../../../../simulator/cloud/azure/azure";
import { SimulatedClock } from "../../../../../simulator/cloud/clock";
import { AzureNativeProvider } from "../../../../../simulator/providers/azure-native/provider";
import { type PropertyMap, UNKNOWN } from "../../../../../simulator/providers/provider";

const HOUR = 60 * 60_000;
const POSTGRESQL = "azure-native:dbforpostgresql:Server";
const MYSQL = "azure-native:dbformysql:Server";
const COSMOS = "azure-native:cosmosdb:DatabaseAccount";
const VAULT = "azure-native:dataprotection:BackupVault";
const POLICY = "azure-native:dataprotection:BackupPolicy";
const ROLE_ASSIGNMENT = "azure-native:authorization:RoleAssignment";

async function azure() {
  const clock = new SimulatedClock();
  const cloud = new AzureCloud(clock, 1);
  cloud.createResourceGroup("databases", "japaneast");
  const provider = new AzureNativeProvider(cloud);
  await provider.configure({});
  const urn = (type: string) => `urn:pulumi:rehearsal::scalar-backup::${type}::db`;
  /** Checks and creates, as an engine does. */
  const create = async (type: string, given: PropertyMap) => {
    const { inputs, failures } = await provider.check({ urn: urn(type), type, newInputs: given });
    if (failures.length > 0)
      throw new Error(failures.map(({ property, reason }) => `${property}: ${reason}`).join("; "));
    return { type, inputs, ...(await provider.create({ urn: urn(type), type, inputs, preview: false })) };
  };
  type Deployed = Awaited<ReturnType<typeof create>>;
  const diff = async ({ type, id, inputs, outputs }: Deployed, change: PropertyMap) => {
    const newInputs = { ...inputs, ...change };
    const request = { urn: urn(type), type, id, oldInputs: inputs, oldOutputs: outputs, newInputs, ignoreChanges: [] };
    return (await provider.diff(request)).detailedDiff;
  };
  const update = async ({ type, id, inputs, outputs }: Deployed, change: PropertyMap) =>
    provider.update({
      urn: urn(type),
      type,
      id,
      oldInputs: inputs,
      oldOutputs: outputs,
      newInputs: { ...inputs, ...change },
      preview: false,
    });
  const read = ({ type, id, inputs, outputs }: Deployed) =>
    provider.read({ urn: urn(type), type, id, inputs, outputs });
  return { clock, cloud, provider, urn, create, diff, update, read };
}

const server = (serverName: string, more: PropertyMap = {}): PropertyMap => ({
  serverName,
  resourceGroupName: "databases",
  administratorLogin: "scalar",
  administratorLoginPassword: "not-a-real-password",
  sku: { name: "Standard_D2ds_v5", tier: "GeneralPurpose" },
  backup: { backupRetentionDays: 7 },
  network: { publicNetworkAccess: "Enabled" },
  ...more,
});
const account = (accountName: string, more: PropertyMap = {}): PropertyMap => ({
  accountName,
  resourceGroupName: "databases",
  databaseAccountOfferType: "Standard",
  locations: [{ locationName: "japaneast" }],
  backupPolicy: { type: "Continuous" },
  ...more,
});

test("a location is taken from the resource group, a name from the logical one", async (t) => {
  const { create } = await azure();
  const { serverName: _, ...unnamed } = server("");
  const made = await create(POSTGRESQL, unnamed);
  t.is(made.inputs.location, "japaneast");
  t.regex(made.inputs.serverName as string, /^db[0-9a-f]{8}$/);
  t.like(made.outputs, {
    state: "Ready",
    type: "Microsoft.DBforPostgreSQL/flexibleServers",
    azureApiVersion: "2025-08-01",
  });
});

test("unknown types, inputs and settings are errors", async (t) => {
  const { provider, create } = await azure();
  await t.throwsAsync(create("azure-native:storage:StorageAccount", {}), { message: /is not simulated/ });
  await t.throwsAsync(create(POSTGRESQL, server("db1", { backups: {} })), { message: /backups: unknown to/ });
  await t.throwsAsync(create(POSTGRESQL, server("db1", { backup: { days: 7 } })), {
    message: /backup.days: unknown to/,
  });
  await t.throwsAsync(provider.configure({ region: "japaneast" }), {
    message: /^azure-native:region is not simulated; known are .*location, /,
  });
});

test("what exists is not created again, and Azure's refusals are reported", async (t) => {
  const { create } = await azure();
  await create(POSTGRESQL, server("db1"));
  await t.throwsAsync(create(POSTGRESQL, server("db1")), {
    message: /^cannot create already existing resource '\/subscriptions/,
  });
  await t.throwsAsync(create(POSTGRESQL, server("db2", { backup: { backupRetentionDays: 6 } })), {
    message: /Status=400 Code="InvalidParameterValue" .*BackupRetentionDays/,
  });
});

test("inputs are compared with inputs: what changed in Azure is seen after a refresh only", async (t) => {
  const { cloud, create, diff, read } = await azure();
  const made = await create(POSTGRESQL, server("db1"));
  cloud.postgresql.server("db1").retainBackupsFor(35);
  t.deepEqual(await diff(made, {}), {});
  const refreshed = await read(made);
  t.like(refreshed?.inputs, { backup: { backupRetentionDays: 35 }, administratorLoginPassword: "not-a-real-password" });
  t.deepEqual(
    await diff({ ...made, inputs: refreshed?.inputs as PropertyMap }, { backup: { backupRetentionDays: 7 } }),
    {
      "backup.backupRetentionDays": "update",
    },
  );
});

test("postgresql: the source and the instant of a restore replace, the mode and the geo-redundancy don't", async (t) => {
  const { create, diff } = await azure();
  const made = await create(POSTGRESQL, server("db1"));
  t.deepEqual(await diff(made, { pointInTimeUTC: "2026-11-22T03:00:12.000Z" }), { pointInTimeUTC: "add-replace" });
  t.deepEqual(await diff(made, { sourceServerResourceId: "/x" }), { sourceServerResourceId: "add-replace" });
  t.deepEqual(await diff(made, { createMode: "PointInTimeRestore" }), { createMode: "add" });
  t.deepEqual(await diff(made, { backup: { backupRetentionDays: 7, geoRedundantBackup: "Enabled" } }), {
    "backup.geoRedundantBackup": "add",
  });
  t.deepEqual(await diff(made, { serverName: "db2" }), { serverName: "update-replace" });
  t.deepEqual(await diff(made, { serverName: UNKNOWN }), { serverName: "update-replace" });
  t.deepEqual(await diff(made, { location: "Japan East" }), {});
});

test("mysql: the mode replaces too, and so do changed children of the network, but no new ones", async (t) => {
  const { create, diff } = await azure();
  const made = await create(MYSQL, server("db1"));
  t.deepEqual(await diff(made, { createMode: "PointInTimeRestore" }), { createMode: "add-replace" });
  t.deepEqual(await diff(made, { restorePointInTime: "2026-11-22T03:00:12Z" }), { restorePointInTime: "add-replace" });
  t.deepEqual(await diff(made, { network: { publicNetworkAccess: "Disabled" } }), {
    "network.publicNetworkAccess": "update-replace",
  });
  t.deepEqual(await diff(made, { network: { publicNetworkAccess: "Enabled", delegatedSubnetResourceId: "/x" } }), {
    "network.delegatedSubnetResourceId": "add",
  });
});

test("cosmosdb: a changed instant is an update in place, which restores nothing", async (t) => {
  const { clock, cloud, create, diff, update } = await azure();
  await create(COSMOS, account("prod"));
  const source = cloud.cosmosdb.account("prod");
  source.putItem("ledger", "accounts", "a", { value: 1 });
  clock.advance(HOUR);
  const restoreParameters = (at: number) => ({
    restoreMode: "PointInTime",
    restoreSource: `/subscriptions/${cloud.subscription}/providers/Microsoft.DocumentDB/locations/japaneast/restorableDatabaseAccounts/${source.instanceId}`,
    restoreTimestampInUtc: new Date(at).toISOString(),
  });
  const first = clock.now();
  clock.advance(HOUR);
  source.putItem("ledger", "accounts", "a", { value: 2 });
  clock.advance(HOUR);
  const copy = await create(
    COSMOS,
    account("copy", { createMode: "Restore", restoreParameters: restoreParameters(first) }),
  );
  const change = { restoreParameters: restoreParameters(clock.now() - HOUR / 2) };
  t.deepEqual(await diff(copy, change), { "restoreParameters.restoreTimestampInUtc": "update" });
  await update(copy, change);
  t.deepEqual(cloud.cosmosdb.account("copy").items("ledger", "accounts").get("a"), { value: 1 });
});

test("an update is a PUT of all inputs: a restored server refuses one that still says what to restore", async (t) => {
  const { clock, cloud, create, update } = await azure();
  await create(POSTGRESQL, server("prod"));
  clock.advance(HOUR);
  const copy = await create(POSTGRESQL, {
    serverName: "copy",
    resourceGroupName: "databases",
    createMode: "PointInTimeRestore",
    sourceServerResourceId: cloud.postgresql.server("prod").id,
    pointInTimeUTC: new Date(clock.now() - HOUR / 2).toISOString(),
  });
  await t.throwsAsync(update(copy, { tags: { service: "payments" } }), { message: /ServerNameAlreadyExists/ });
});

test("what is gone reads as gone, and is as good as deleted", async (t) => {
  const { cloud, provider, urn, create, read } = await azure();
  const made = await create(MYSQL, server("db1"));
  await provider.delete({ urn: urn(MYSQL), type: MYSQL, id: made.id });
  t.is(cloud.mysql.find("db1"), undefined);
  t.is(await read(made), undefined);
  t.deepEqual(await provider.delete({ urn: urn(MYSQL), type: MYSQL, id: made.id }), { simulatedMillis: 0 });
});

test("a preview touches nothing, and knows no output", async (t) => {
  const { cloud, provider, urn } = await azure();
  const { outputs } = await provider.create({
    urn: urn(POSTGRESQL),
    type: POSTGRESQL,
    inputs: server("db1"),
    preview: true,
  });
  t.is(outputs.fullyQualifiedDomainName, UNKNOWN);
  t.is(cloud.postgresql.find("db1"), undefined);
});

const vaultInputs: PropertyMap = {
  vaultName: "payments",
  resourceGroupName: "databases",
  identity: { type: "SystemAssigned" },
  properties: { storageSettings: [{ datastoreType: "VaultStore", type: "GeoRedundant" }] },
};

test("a backup vault: its properties are one input, and its identity is known once it exists", async (t) => {
  const { provider, urn, create, diff } = await azure();
  const { outputs } = await provider.create({ urn: urn(VAULT), type: VAULT, inputs: vaultInputs, preview: true });
  t.deepEqual(outputs.identity, { type: "SystemAssigned", principalId: UNKNOWN, tenantId: UNKNOWN });
  const made = await create(VAULT, vaultInputs);
  t.regex((made.outputs.identity as PropertyMap).principalId as string, /^[0-9a-f-]{36}$/);
  t.like(made.outputs.properties, { provisioningState: "Succeeded" });
  const planned = await provider.update({
    urn: urn(VAULT),
    type: VAULT,
    id: made.id,
    oldInputs: made.inputs,
    oldOutputs: made.outputs,
    newInputs: { ...vaultInputs, tags: { service: "other" } },
    preview: true,
  });
  t.like(
    planned.outputs,
    { name: "payments", identity: { type: "SystemAssigned", principalId: UNKNOWN, tenantId: UNKNOWN } },
    "a preview of an update keeps no other output",
  );
  t.deepEqual(
    await diff(made, { properties: { storageSettings: [{ datastoreType: "VaultStore", type: "ZoneRedundant" }] } }),
    { "properties.storageSettings[0].type": "update" },
    "which Azure takes only while nothing is backed up",
  );
  await t.throwsAsync(create(VAULT, { ...vaultInputs, properties: { softDelete: "On" } }), {
    message: /properties.softDelete: unknown to/,
  });
});

test("a backup policy is another one by another name, or in another vault", async (t) => {
  const { create, diff } = await azure();
  await create(VAULT, vaultInputs);
  await t.throwsAsync(
    create(POLICY, {
      backupPolicyName: "weekly",
      vaultName: "payments",
      resourceGroupName: "databases",
      properties: { objectType: "BackupPolicy", datasourceTypes: [], policyRules: [] },
    }),
    { message: /UserErrorInvalidBackupPolicy/ },
  );
  const inputs: PropertyMap = { backupPolicyName: "weekly", vaultName: "payments", resourceGroupName: "databases" };
  const policy = { type: POLICY, id: "x", inputs, outputs: {}, simulatedMillis: 0 };
  t.deepEqual(await diff(policy, { backupPolicyName: "other" }), { backupPolicyName: "update-replace" });
  t.deepEqual(await diff(policy, { vaultName: "other" }), { vaultName: "update-replace" });
});

test("a role assignment extends what it is on, and is made anew for another principal or scope", async (t) => {
  const { cloud, create, diff, read } = await azure();
  const vault = await create(VAULT, vaultInputs);
  const scope = `/subscriptions/${cloud.subscription}/resourceGroups/databases`;
  const made = await create(ROLE_ASSIGNMENT, {
    roleAssignmentName: "00000000-0000-4000-8000-000000000001",
    scope,
    principalId: (vault.outputs.identity as PropertyMap).principalId as string,
    principalType: "ServicePrincipal",
    roleDefinitionId: `/subscriptions/${cloud.subscription}/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7`,
  });
  t.is(made.id, `${scope}/providers/Microsoft.Authorization/roleAssignments/00000000-0000-4000-8000-000000000001`);
  t.like((await read(made))?.outputs, { scope, principalType: "ServicePrincipal" });
  t.deepEqual(await diff(made, { principalId: UNKNOWN }), { principalId: "update-replace" });
  t.deepEqual(await diff(made, { scope: `${scope}x` }), { scope: "update-replace" });
  t.deepEqual(await diff(made, { principalType: "User" }), { principalType: "update" });
});
