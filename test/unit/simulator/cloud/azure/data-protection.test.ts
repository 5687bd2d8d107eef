import test from "ava";
import { attackAzure } from "../../../../../rehearsal/vaults/azure";
import { AzureCloud } from "../../../../../simulator/cloud/azure/azure";
import { pointsOf } from "../../../../../simulator/cloud/azure/data-protection";
import { type JsonObject, merged } from "../../../../../simulator/cloud/azure/json";
import { ROLES } from "../../../../../simulator/cloud/azure/role-assignments";
import { SimulatedClock } from "../../../../../simulator/cloud/clock";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const WEEK = 7 * DAY;
const DATASOURCE = "Microsoft.DBforPostgreSQL/flexibleServers";

/** The name of the role assignment with this number. */
const guid = (number: number) => `00000000-0000-4000-8000-00000000000${number}`;

const security = (immutability: string, softDelete: JsonObject = { state: "On" }): JsonObject => ({
  securitySettings: { immutabilitySettings: { state: immutability }, softDeleteSettings: softDelete },
});

const retention = (name: string, duration: string) => ({
  objectType: "AzureRetentionRule",
  name,
  isDefault: name === "Default",
  lifecycles: [
    {
      deleteAfter: { objectType: "AbsoluteDeleteOption", duration },
      sourceDataStore: { dataStoreType: "VaultStore", objectType: "DataStoreInfoBase" },
      targetDataStoreCopySettings: [],
    },
  ],
});

/** A policy that keeps weekly backups, and the first of a month and a year for other times if given. */
function policyOf({
  days = 30,
  month = "",
  year = "",
  intervals = ["R/2026-01-04T03:00:00+00:00/P1W"],
} = {}): JsonObject {
  const marked = [
    { tag: "Monthly", marker: "FirstOfMonth", priority: 15, duration: month },
    { tag: "Yearly", marker: "FirstOfYear", priority: 10, duration: year },
  ].filter(({ duration }) => duration !== "");
  return {
    objectType: "BackupPolicy",
    datasourceTypes: [DATASOURCE],
    policyRules: [
      {
        objectType: "AzureBackupRule",
        name: "BackupWeekly",
        backupParameters: { objectType: "AzureBackupParams", backupType: "Full" },
        dataStore: { dataStoreType: "VaultStore", objectType: "DataStoreInfoBase" },
        trigger: {
          objectType: "ScheduleBasedTriggerContext",
          schedule: { repeatingTimeIntervals: intervals, timeZone: "UTC" },
          taggingCriteria: [
            { isDefault: true, tagInfo: { tagName: "Default" }, taggingPriority: 99 },
            ...marked.map(({ tag, marker, priority }) => ({
              isDefault: false,
              tagInfo: { tagName: tag },
              taggingPriority: priority,
              criteria: [{ objectType: "ScheduleBasedBackupCriteria", absoluteCriteria: [marker] }],
            })),
          ],
        },
      },
      retention("Default", `P${days}D`),
      ...marked.map(({ tag, duration }) => retention(tag, duration)),
    ],
  };
}

/** An Azure with a server in japaneast, and requests to it. */
function azure() {
  const clock = new SimulatedClock();
  const cloud = new AzureCloud(clock, 1);
  cloud.createResourceGroup("databases", "japaneast");
  const group = `/subscriptions/${cloud.subscription}/resourceGroups/databases`;
  const send = (method: string, id: string, body?: JsonObject, apiVersion = "2025-01-01") =>
    cloud.request({ method, path: id, apiVersion, body }).body as JsonObject;
  const serverId = (name: string) => `${group}/providers/${DATASOURCE}/${name}`;
  const createServer = (name: string, location = "japaneast") =>
    send(
      "PUT",
      serverId(name),
      {
        location,
        sku: { name: "Standard_D2ds_v5", tier: "GeneralPurpose" },
        properties: { administratorLogin: "scalar", administratorLoginPassword: "not-a-real-password" },
      },
      "2025-08-01",
    );
  const vaultId = `${group}/providers/Microsoft.DataProtection/backupVaults/payments`;
  const putVault = (properties: JsonObject = {}, more: JsonObject = {}) =>
    send("PUT", vaultId, {
      location: "japaneast",
      identity: { type: "SystemAssigned" },
      properties: merged({ storageSettings: [{ datastoreType: "VaultStore", type: "GeoRedundant" }] }, properties),
      ...more,
    });
  const vault = () => {
    const found = cloud.dataProtection.find("payments");
    if (found === undefined) throw new Error("there is no vault");
    return found;
  };
  const assign = (
    number: number,
    scope: string,
    role: string,
    more: JsonObject = { principalType: "ServicePrincipal" },
  ) =>
    send(
      "PUT",
      `${scope}/providers/Microsoft.Authorization/roleAssignments/${guid(number)}`,
      {
        properties: {
          principalId: vault().principalId as string,
          roleDefinitionId: `/subscriptions/${cloud.subscription}/providers/Microsoft.Authorization/roleDefinitions/${role}`,
          ...more,
        },
      },
      "2022-04-01",
    );
  const putPolicy = (name: string, policy: JsonObject) =>
    send("PUT", `${vaultId}/backupPolicies/${name}`, { properties: policy });
  const instanceId = `${vaultId}/backupInstances/prod`;
  const instanceOf = (policy: string, server = "prod"): JsonObject => ({
    objectType: "BackupInstance",
    friendlyName: server,
    dataSourceInfo: { objectType: "Datasource", datasourceType: DATASOURCE, resourceID: serverId(server) },
    policyInfo: { policyId: `${vaultId}/backupPolicies/${policy}` },
  });
  const putInstance = (policy: string, server = "prod") =>
    send("PUT", instanceId, { properties: instanceOf(policy, server) });
  /** All that a backup needs, and a backup of `prod`; time passes until its roles are in effect. */
  const protect = (properties: JsonObject = {}, policy = policyOf()) => {
    createServer("prod");
    putVault(properties);
    assign(1, serverId("prod"), ROLES.postgresqlLongTermRetention);
    assign(2, group, ROLES.reader);
    putPolicy("weekly", policy);
    clock.advance(10 * MINUTE);
    putInstance("weekly");
  };
  const points = () => pointsOf(vault());
  const here = { clock, cloud, group, send, serverId, createServer, vaultId, putVault, vault, assign };
  return { ...here, putPolicy, instanceId, instanceOf, putInstance, protect, points };
}

test("a role assignment: what Azure takes, and that it takes a while to be in effect", (t) => {
  const { clock, cloud, group, serverId, createServer, putVault, vault, assign } = azure();
  createServer("prod");
  putVault();
  const principal = vault().principalId as string;
  t.throws(() => assign(1, group, ROLES.reader, {}), { name: "PrincipalNotFound" }, "an identity just made");
  t.throws(() => assign(1, serverId("other"), ROLES.reader), { name: "ResourceNotFound" });
  t.throws(() => assign(1, group, guid(9)), { name: "RoleDefinitionDoesNotExist" });
  assign(1, group, ROLES.reader);
  t.throws(() => assign(2, group, ROLES.reader), { name: "RoleAssignmentExists" });
  t.throws(() => assign(1, group, ROLES.postgresqlLongTermRetention), { name: "RoleAssignmentUpdateNotPermitted" });
  t.false(cloud.roles.inEffect(principal, ROLES.reader, serverId("prod")), "looked at once, it is not in effect yet");
  t.true(
    cloud.roles.inEffect(principal, ROLES.reader, serverId("prod")),
    "what holds for a group holds for what is in it",
  );
  t.false(cloud.roles.inEffect(principal, ROLES.reader, `${group}-others/x`));
  assign(3, serverId("prod"), ROLES.reader);
  clock.advance(10 * MINUTE);
  t.true(cloud.roles.inEffect(principal, ROLES.reader, serverId("prod")));
  t.throws(
    () =>
      cloud.request({
        method: "PUT",
        path: `${group}/providers/Microsoft.Authorization/roleAssignments/mine`,
        apiVersion: "2022-04-01",
      }),
    { name: "InvalidRoleAssignmentId" },
  );
});

test("a vault is locked only after its creation, and an irreversible setting cannot be changed", (t) => {
  const { putVault, vault } = azure();
  t.throws(() => putVault(security("Locked")), { name: "UserErrorUnsupportedVaultImmutabilityStateChange" });
  putVault();
  t.is(vault().immutability, "Disabled");
  t.deepEqual(vault().softDelete, { state: "On", retentionMillis: 14 * DAY });
  putVault(security("Unlocked"));
  putVault(security("Disabled"));
  putVault(security("Locked", { state: "AlwaysOn", retentionDurationInDays: 30 }));
  for (const state of ["Unlocked", "Disabled"])
    t.throws(() => putVault(security(state, { state: "AlwaysOn" })), {
      name: "UserErrorUnsupportedVaultImmutabilityStateChange",
    });
  for (const state of ["On", "Off"])
    t.throws(() => putVault(security("Locked", { state })), { name: "UserErrorSoftDeleteAlwaysOn" });
  const crossRegion = (state: string) => putVault({ featureSettings: { crossRegionRestoreSettings: { state } } });
  crossRegion("Enabled");
  t.throws(() => crossRegion("Disabled"), { name: "UserErrorCrossRegionRestoreEnabled" });
  t.throws(() => putVault({}, { location: "japanwest" }), { name: "InvalidResourceLocation" });
});

const REFUSED_VAULTS: [title: string, properties: JsonObject, message: RegExp][] = [
  [
    "soft delete of a week",
    security("Disabled", { state: "On", retentionDurationInDays: 7 }),
    /parameter retentionDurationInDays/,
  ],
  [
    "another redundancy than there is",
    { storageSettings: [{ datastoreType: "VaultStore", type: "ReadAccess" }] },
    /parameter storageSettings.type/,
  ],
  ["an unknown state", security("Enabled"), /parameter immutabilitySettings.state/],
  ["an unknown member", { retention: 14 }, /Could not find member 'retention' on object of type 'BackupVault'/],
  [
    "another region to restore in, without copies there",
    {
      storageSettings: [{ datastoreType: "VaultStore", type: "ZoneRedundant" }],
      featureSettings: { crossRegionRestoreSettings: { state: "Enabled" } },
    },
    /needs geo-redundant storage/,
  ],
];
for (const [title, properties, message] of REFUSED_VAULTS)
  test(`no vault with ${title}`, (t) => {
    t.throws(() => azure().putVault(properties), { message });
  });

const withRule = (index: number, change: JsonObject): JsonObject => {
  const policy = policyOf();
  const rules = policy.policyRules as JsonObject[];
  return { ...policy, policyRules: rules.map((rule, at) => (at === index ? merged(rule, change) : rule)) };
};
const REFUSED_POLICIES: [title: string, policy: JsonObject, message: RegExp][] = [
  ["each day", policyOf({ intervals: ["R/2026-01-04T03:00:00Z/P1D"] }), /backed up weekly \(P1W\), not P1D/],
  ["at a time in another form", policyOf({ intervals: ["R/2026-01-04T0300Z/P1W"] }), /no repeating time interval/],
  ["for more than ten years", policyOf({ days: 3654 }), /P3654D is no retention of up to ten years/],
  ["for no time", policyOf({ days: 0 }), /P0D is no retention/],
  [
    "of other databases",
    { ...policyOf(), datasourceTypes: ["Microsoft.DBforMySQL/flexibleServers"] },
    /datasourceTypes/,
  ],
  ["of another type", { ...policyOf(), objectType: "Policy" }, /objectType has to be BackupPolicy/],
  [
    "without a rule for a tag",
    {
      ...policyOf({ month: "P1Y" }),
      policyRules: (policyOf({ month: "P1Y" }).policyRules as JsonObject[]).slice(0, 2),
    },
    /needs a tag, and every tag a rule/,
  ],
  ["with an unknown member", withRule(0, { frequency: "Weekly" }), /Could not find member 'frequency'/],
  ["increments", withRule(0, { backupParameters: { backupType: "Incremental" } }), /backupType has to be Full/],
];
for (const [title, policy, message] of REFUSED_POLICIES)
  test(`no policy: ${title}`, (t) => {
    const { putVault, putPolicy } = azure();
    putVault();
    t.throws(() => putPolicy("weekly", policy), { message });
  });

test("a server is backed up by a vault that may, in its own region, and by one only", (t) => {
  const {
    group,
    send,
    serverId,
    createServer,
    vaultId,
    putVault,
    vault,
    assign,
    putPolicy,
    instanceOf,
    putInstance,
    points,
  } = azure();
  createServer("prod");
  createServer("far", "japanwest");
  putVault();
  putPolicy("weekly", policyOf());
  const missing = { name: "UserErrorMissingRequiredPermissions" };
  t.throws(() => putInstance("weekly"), missing);
  assign(1, serverId("prod"), ROLES.postgresqlLongTermRetention);
  assign(2, group, ROLES.reader);
  const validate = () => send("POST", `${vaultId}/validateForBackup`, { backupInstance: instanceOf("weekly") });
  t.throws(validate, missing, "the assignments are not in effect yet");
  t.truthy(validate());
  t.throws(() => putInstance("monthly"), { name: "UserErrorPolicyNotFound" });
  t.throws(() => putInstance("weekly", "far"), { name: "UserErrorCrossRegionBackupNotSupported" });
  t.throws(() => putInstance("weekly", "gone"), { name: "UserErrorDatasourceNotFound" });
  putInstance("weekly");
  t.throws(() => send("PUT", `${vaultId}/backupInstances/again`, { properties: instanceOf("weekly") }), {
    name: "UserErrorDatasourceAlreadyProtected",
  });
  t.throws(() => putVault({ storageSettings: [{ datastoreType: "VaultStore", type: "ZoneRedundant" }] }), {
    name: "UserErrorStorageSettingsChangeNotAllowed",
  });
  for (const change of [
    () => putPolicy("weekly", policyOf({ days: 60 })),
    () => send("DELETE", `${vaultId}/backupPolicies/weekly`),
  ])
    t.throws(change, { name: "UserErrorPolicyInUse" });
  t.notThrows(() => putPolicy("weekly", policyOf()), "the same is no change");
  t.deepEqual(points(), []);
  t.is(vault().instances.size, 1);
});

test("backups are made each week, kept as their tags say, and hold what was in the server then", (t) => {
  const { clock, cloud, protect, points } = azure();
  protect({}, policyOf({ days: 15, month: "P2M", year: "P1Y" }));
  cloud.postgresql.server("prod").put("customers.accounts", "a", { balance: 1 });
  clock.advance(WEEK);
  const [first] = points();
  t.deepEqual([first?.tag, points().length], ["Yearly", 1]);
  t.is(new Date(first?.at as number).getUTCDay(), 0, "a Sunday");
  t.deepEqual(first?.files.get("customers.accounts")?.get("a"), { balance: 1 });
  clock.advance(12 * WEEK);
  const tags = points().map(({ tag }) => tag);
  t.is(tags[0], "Yearly", "still there");
  const others = new Set(tags.slice(1));
  // Another year may have begun.
  others.delete("Yearly");
  t.deepEqual([...others].sort(), ["Default", "Monthly"]);
  t.true(points().every(({ expiresAt }) => expiresAt > clock.now()));
  t.deepEqual([...new Set(cloud.dataProtection.jobs().map(({ state }) => state))], ["Completed"]);
  t.is(cloud.dataProtection.jobs().length, 13);
});

test("a backup fails without its roles, a second one in a week fails, and none is made of what is gone", (t) => {
  const { clock, cloud, group, send, serverId, protect, points } = azure();
  protect({}, policyOf({ intervals: ["R/2026-01-04T03:00:00Z/P1W", "R/2026-01-07T03:00:00Z/P1W"] }));
  const outcomes = () => cloud.dataProtection.jobs().map(({ state }) => state);
  clock.advance(WEEK);
  t.deepEqual(outcomes(), ["Completed", "Failed"]);
  send("DELETE", `${group}/providers/Microsoft.Authorization/roleAssignments/${guid(2)}`, undefined, "2022-04-01");
  clock.advance(WEEK);
  t.deepEqual(outcomes().slice(2), ["Failed", "Failed"]);
  send("DELETE", serverId("prod"), undefined, "2025-08-01");
  clock.advance(WEEK);
  t.deepEqual(outcomes().slice(4), ["Failed", "Failed"]);
  t.is(points().length, 1, "what was made outlives the server");
});

test("an immutable vault: nothing is deleted before its time, whatever its policy becomes", (t) => {
  const { clock, send, vaultId, instanceId, putPolicy, putInstance, protect, points } = azure();
  protect(security("Unlocked"), policyOf({ days: 30 }));
  clock.advance(WEEK);
  const denied = { name: "UserErrorOperationDeniedOnImmutableItem" };
  t.throws(() => send("DELETE", instanceId), denied);
  const [kept] = points();
  putPolicy("shorter", policyOf({ days: 15 }));
  putInstance("shorter");
  t.deepEqual(points(), [kept], "it is for backups to come");
  t.throws(() => send("DELETE", instanceId), denied);
  t.throws(() => send("DELETE", vaultId), { name: "UserErrorVaultNotEmpty" });
  send("POST", `${instanceId}/stopProtection`);
  t.is(points().length, 1);
  clock.advance(30 * DAY);
  t.deepEqual(points(), [], "time takes it away, and stopped protection adds nothing");
  send("DELETE", instanceId);
  t.throws(() => send("DELETE", vaultId), { name: "UserErrorVaultNotEmpty", message: /or backup policies/ });
  for (const policy of ["weekly", "shorter"]) send("DELETE", `${vaultId}/backupPolicies/${policy}`);
  send("DELETE", vaultId);
});

test("soft delete: what was deleted can be brought back for its days, and holds the vault", (t) => {
  const { clock, send, vaultId, instanceId, putVault, putInstance, protect, points, vault } = azure();
  protect(security("Disabled", { state: "On", retentionDurationInDays: 20 }), policyOf({ days: 90 }));
  clock.advance(WEEK);
  const [point] = points();
  send("DELETE", instanceId);
  t.is(vault().instances.size, 0);
  t.throws(() => send("DELETE", vaultId), { name: "UserErrorVaultNotEmpty" });
  t.throws(() => putInstance("weekly"), { name: "UserErrorBackupInstanceSoftDeleted" });
  clock.advance(19 * DAY);
  send("POST", `${vaultId}/deletedBackupInstances/prod/undelete`);
  t.deepEqual(points(), [point], "brought back, as it was, with nothing more");
  send("DELETE", instanceId);
  clock.advance(20 * DAY);
  t.deepEqual(points(), []);
  putInstance("weekly");
  clock.advance(WEEK);
  send("DELETE", instanceId);
  t.is(points().length, 1);
  putVault(security("Disabled", { state: "Off" }));
  t.deepEqual(points(), [], "switching it off purges what was deleted");
  send("DELETE", `${vaultId}/backupPolicies/weekly`);
  send("DELETE", vaultId);
});

test("an owner of the subscription gets rid of what can be taken back, and of nothing that is for ever", (t) => {
  const attacked = (...states: JsonObject[]) => {
    const { clock, cloud, putVault, protect, points, vault } = azure();
    const [first, ...later] = states;
    protect(first);
    for (const state of later) putVault(state);
    clock.advance(WEEK);
    const passed = attackAzure(cloud, vault());
    return { passed, left: cloud.dataProtection.find("payments") ? points().length : 0 };
  };
  const unlocked = attacked(security("Unlocked"));
  t.is(unlocked.left, 0);
  t.deepEqual(unlocked.passed, [
    "immutability off",
    "soft delete off",
    "recovery points deleted",
    "policy deleted",
    "vault deleted",
  ]);
  const held = attacked(security("Unlocked", { state: "AlwaysOn" }));
  t.is(held.left, 1, "soft delete that cannot be switched off keeps it for its days");
  t.false(held.passed.includes("soft delete off"));
  const locked = attacked(security("Unlocked"), security("Locked", { state: "AlwaysOn" }));
  t.deepEqual(locked, { passed: [], left: 1 });
});
