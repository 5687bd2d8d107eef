import test from "ava";
import { existingVaultProblems, immutabilityFor, lockNotice } from "../../../components/vaults/azure/existing";
import { AzureVaultImmutability } from "../../../components/vaults/azure/vault-enums";
import type { VaultStatus } from "../../../components/vaults/status";
import type { BackupVaultDescription } from "../../../operations/azure-vaults";
import { AZURE_RESOURCE_GROUP } from "../../../rehearsal/sets/azure";
import { buildAzureMysql } from "../../../rehearsal/sets/azure-mysql";
import { buildAzurePostgresql } from "../../../rehearsal/sets/azure-postgresql";
import { pointsOf } from "../../../simulator/cloud/azure/azure";
import { CONTEXT } from "../../../simulator/cloud/kubernetes/cluster";
import { changes, errors, rehearsed } from "../rehearsed";

const WEEK = 7 * 24 * 60 * 60_000;
const existing = (serverName: string) => ({
  existing: { serverName, resourceGroupName: AZURE_RESOURCE_GROUP },
  databaseName: "scalar",
});
const AS_FILES = "as files of pg_dump in a storage account, by Azure Backup, to be loaded by hand";

test("a set's vault: declared in the right order, changed as Azure takes it, locked when meant, and left behind", async (t) => {
  t.timeout(120_000);
  const databases = [
    { name: "customers", azurePostgresql: existing("customers-prod") },
    { name: "orders", azurePostgresql: existing("orders-prod"), vault: { lifecycle: { deleteAfter: 30 } } },
    { name: "stock", azureMysql: existing("stock-prod") },
    {
      name: "made",
      azurePostgresql: {
        databaseName: "scalar",
        create: {
          server: {
            serverName: "made-prod",
            resourceGroupName: "others",
            sku: { name: "Standard_D2ds_v5", tier: "GeneralPurpose" },
            administratorLogin: "scalar",
            administratorLoginPassword: "not-a-real-password",
          },
        },
      },
    },
  ];
  const vault = {
    name: "payments",
    resourceGroupName: "backups",
    weekly: { day: "Saturday", time: "22:00", timeZone: "Asia/Tokyo" },
    lifecycle: { deleteAfter: 90, deleteFirstOfMonthAfter: 400 },
  };
  const { cloud, stack, goingOnFrom } = await rehearsed(t, {
    "scalar-backup:databases": databases,
    "kubernetes:context": CONTEXT,
    "scalar-backup:pause": { schedule: "0 3 * * *", releases: [{ namespace: "scalar", name: "scalardb-cluster" }] },
    "scalar-backup:vault": { azure: vault },
    "scalar-backup:tags": { service: "payments" },
  });
  const configure = (change: object) => {
    stack.config["scalar-backup:vault"] = { azure: { ...vault, ...change } };
  };
  const { dataProtection } = cloud.azure;
  const found = () => dataProtection.find("payments");
  await cloud.kubernetes.installRelease({
    namespace: "scalar",
    name: "scalardb-cluster",
    product: "scalardb-cluster",
    replicas: 1,
  });
  cloud.azure.createResourceGroup("backups", "japanwest");
  cloud.azure.createResourceGroup("others", "japaneast");
  buildAzurePostgresql(cloud, "customers-prod");
  buildAzurePostgresql(cloud, "orders-prod");
  buildAzureMysql(cloud, "stock-prod");
  const preview = await stack.preview();
  t.true(preview.succeeded, errors(preview));
  const up = await stack.up();
  t.true(up.succeeded, errors(up));
  t.deepEqual(
    up.diagnostics.filter(({ severity }) => severity === "warning").map(({ message }) => message),
    [
      "scheduled copies of customers, orders, made in vault payments are per-database copies, not restore points of the set: customers, orders, stock, made have to be restored to one instant at which no transaction was running. Azure Backup makes no others: restore points of the set are within point-in-time recovery only.",
      "vault payments keeps nothing of stock: Microsoft has paused long-term retention for Azure Database for MySQL, and takes no server into a backup vault",
    ],
  );
  t.deepEqual(
    up.operations
      .filter(({ name }) => name.endsWith("-allowed"))
      .map(({ dependsOn }) => dependsOn.filter((urn) => urn.includes("RoleAssignment")).length),
    [2, 2, 2],
    "what waits for role assignments to be in effect begins once these are made",
  );
  t.deepEqual(changes(await stack.preview()), [], "a preview right after changes nothing");
  t.regex(
    errors(await goingOnFrom([]).preview()),
    /vault payments in resource group backups exists already, with 3 backup instances, and this stack's state does not have it: another stack declares it, or .* leave scalar-backup:vault out of this stack, .* or set scalar-backup:vault\.azure\.name to another name\. Only if no stack declares it, /,
  );

  t.is(found()?.location, "japaneast", "where the servers are, not where its group is");
  t.deepEqual(found()?.tags, { service: "payments" });
  t.deepEqual(
    cloud.azure.roles
      .all()
      .map(({ scope }) => scope.split("/").at(-1))
      .sort(),
    ["customers-prod", "made-prod", "orders-prod", "others", AZURE_RESOURCE_GROUP],
    "the vault may read each group once, and back up each server, and nothing else",
  );
  cloud.clock.advance(WEEK);
  const kept = () =>
    dataProtection.jobs().map(({ instance, state, message }) => [instance, state, message ?? ""].join(" "));
  t.deepEqual(kept().sort(), ["customers-prod Completed ", "made-prod Completed ", "orders-prod Completed "]);
  t.deepEqual([...new Set(dataProtection.jobs().map(({ at }) => new Date(at).toUTCString().slice(0, 3)))], ["Sat"]);
  t.true(dataProtection.jobs().every(({ at }) => new Date(at).toISOString().endsWith("T13:00:00.000Z")));
  t.deepEqual(
    pointsOf(found())
      .map(({ tag, at, expiresAt }) => `${tag} ${(expiresAt - at) / (WEEK / 7)}`)
      .sort(),
    ["Default 30", "Monthly 400", "Monthly 400"],
  );

  const [status] = up.outputs.vaults as unknown as VaultStatus[];
  t.deepEqual(status, {
    cloud: "azure",
    name: "payments",
    region: "japaneast",
    protectedBy:
      "immutability that an administrator can take back, soft delete of 14 days that an administrator can switch off, GeoRedundant storage",
    onDestroy:
      "a destroy of the stack keeps vault payments in resource group backups, with its recovery points and policies; without its role assignments no backups are added, and its jobs fail until protection is stopped there",
    copies: [
      ["customers", "90 days, the first of each month 400 days"] as const,
      ["orders", "30 days"] as const,
      ["made", "90 days, the first of each month 400 days"] as const,
    ].map(([database, how]) => ({
      database,
      rule: "weekly",
      schedule: "Saturday 22:00 Asia/Tokyo",
      kept: how,
      consistency: "per-database copy, not a restore point of the set",
      restoredBy: AS_FILES,
    })),
    keepsNothingOf: [
      {
        database: "stock",
        because:
          "Microsoft has paused long-term retention for Azure Database for MySQL, and takes no server into a backup vault",
      },
    ],
  });

  // Somebody stops the protection of a server, which leaves its copies and adds none: that is seen.
  const stopped = found()?.instances.get("made-prod");
  if (stopped) stopped.protectionStopped = true;
  const NOT_BACKED_UP =
    "it is not backed up any more: backup instance made-prod is in the state ProtectionStopped; resume it in Azure (az dataprotection backup-instance resume-protection)";
  const seen = await stack.preview();
  t.true(seen.diagnostics.some(({ message }) => message === `vault payments: made: ${NOT_BACKED_UP}`));
  t.is((seen.outputs.vaults as unknown as VaultStatus[])[0]?.copies[2]?.amiss, NOT_BACKED_UP);
  if (stopped) stopped.protectionStopped = false;

  // Times of a policy in use cannot be changed: servers change over to another one. A server that takes another's place, as
  // after a recovery, leaves the other's backups where they are.
  configure({ weekly: { ...vault.weekly, day: "Sunday" } });
  buildAzurePostgresql(cloud, "orders-recovered");
  const [, orders] = databases;
  Object.assign(orders as object, { azurePostgresql: existing("orders-recovered") });
  const changed = await stack.up();
  t.true(changed.succeeded, errors(changed));
  t.deepEqual(
    changes(changed).filter((change) => change.includes("azure-vault")),
    [
      "replace BackupInstance scalar-azure-vault-orders-instance",
      "replace BackupPolicy scalar-azure-vault-orders-policy",
      "replace BackupPolicy scalar-azure-vault-policy",
      "replace RoleAssignment scalar-azure-vault-backup-orders",
      "update BackupInstance scalar-azure-vault-customers-instance",
      "update BackupInstance scalar-azure-vault-made-instance",
      "update Command scalar-azure-vault-customers-allowed",
      "update Command scalar-azure-vault-made-allowed",
      "update Command scalar-azure-vault-orders-allowed",
    ],
  );
  const instances = ["customers-prod", "made-prod", "orders-prod", "orders-recovered"];
  t.deepEqual([...(found()?.instances.keys() ?? [])].sort(), instances);

  // What Azure would refuse is reported before.
  const refused = async (change: object) => {
    configure(change);
    const result = await stack.preview();
    t.false(result.succeeded);
    return errors(result);
  };
  t.regex(
    await refused({ location: "japanwest" }),
    /scalar-backup:vault.azure: vault payments is for servers in japanwest, and Azure Backup takes none from elsewhere: customers is in japaneast; leave it out by databases\[0\].vault: { exclude: true }; orders is in/,
  );

  // Locked on purpose; back to the earlier times, whose policy still exists.
  configure({
    immutability: "Locked",
    softDelete: { state: "AlwaysOn", retentionDays: 30 },
    acknowledgeIrreversible: "payments",
  });
  // In a preview of its change, the provider does not know the vault's principal, which permissions are for.
  const planned = await stack.preview();
  t.true(planned.succeeded, errors(planned));
  const locking = await stack.up();
  t.true(locking.succeeded, errors(locking));
  t.true(
    locking.diagnostics.some(
      ({ severity, message }) =>
        severity === "warning" && message.startsWith("this pulumi up locks the immutability of vault payments"),
    ),
  );
  t.deepEqual([found()?.immutability, found()?.softDelete.state], ["Locked", "AlwaysOn"]);
  t.deepEqual(changes(await stack.preview()), []);
  t.regex(
    await refused({}),
    /vault payments has immutability: Locked for ever, which is not asked for any more: write it, with acknowledgeIrreversible: payments\nscalar-backup:vault.azure: vault payments has softDelete.state: AlwaysOn for ever/,
  );

  // Without the protection, a destroyed stack still leaves the vault with its backups.
  const held = await stack.destroy();
  t.false(held.succeeded);
  t.regex(errors(held), /scalar-azure-vault-vault/);
  await stack.unprotect();
  const before = pointsOf(found()).length;
  const destroyed = await stack.destroy();
  t.true(destroyed.succeeded, errors(destroyed));
  t.deepEqual(cloud.azure.roles.all(), []);
  cloud.clock.advance(WEEK);
  t.deepEqual(
    dataProtection
      .jobs()
      .slice(-instances.length)
      .map(({ state }) => state),
    instances.map(() => "Failed"),
    "nothing is added",
  );
  t.is(pointsOf(found()).length, before);
});

test("a temporary vault of one database has consistent copies, and soft delete delays its destruction", async (t) => {
  t.timeout(120_000);
  const { cloud, stack } = await rehearsed(t, {
    "scalar-backup:databases": [{ name: "customers", azurePostgresql: existing("customers-prod") }],
    "scalar-backup:vault": {
      azure: {
        name: "trial",
        resourceGroupName: AZURE_RESOURCE_GROUP,
        redundancy: "LocallyRedundant",
        immutability: "Disabled",
        retainOnDelete: false,
      },
    },
  });
  buildAzurePostgresql(cloud, "customers-prod");
  const up = await stack.up();
  t.true(up.succeeded, errors(up));
  t.deepEqual(
    up.diagnostics.filter(({ severity }) => severity === "warning").map(({ message }) => message),
    [],
  );
  const [status] = up.outputs.vaults as unknown as VaultStatus[];
  t.like(status, {
    protectedBy:
      "no immutability, soft delete of 14 days that an administrator can switch off, LocallyRedundant storage",
    onDestroy: `a destroy of the stack deletes what is in vault trial in resource group ${AZURE_RESOURCE_GROUP}, and fails at the vault itself as long as soft delete keeps it`,
  });
  t.is(status?.copies[0]?.consistency, "consistent by itself: the set is one relational database");
  t.is(status?.keepsNothingOf, undefined);

  cloud.clock.advance(WEEK);
  const held = await stack.destroy();
  t.false(held.succeeded);
  t.regex(errors(held), /UserErrorVaultNotEmpty/);
  const vault = () => cloud.azure.dataProtection.find("trial");
  t.deepEqual([vault()?.instances.size, pointsOf(vault()).length], [0, 1], "deleted, and not gone yet");
  cloud.clock.advance(2 * WEEK);
  const gone = await stack.destroy();
  t.true(gone.succeeded, errors(gone));
  t.is(vault(), undefined);
  t.deepEqual(cloud.azure.roles.all(), []);
});

const described = (state: string, properties: object = {}) =>
  ({
    id: "vault",
    location: "Japan East",
    properties: {
      storageSettings: [{ datastoreType: "VaultStore", type: "GeoRedundant" }],
      securitySettings: { immutabilitySettings: { state }, softDeleteSettings: { state: "On" } },
      ...properties,
    },
  }) satisfies BackupVaultDescription;
const vaultArgs = { name: "payments", resourceGroupName: "backups" };

test("a vault is locked once it exists and is immutable: each up says what it asks for", (t) => {
  const lock = { ...vaultArgs, immutability: AzureVaultImmutability.Locked };
  t.is(immutabilityFor(vaultArgs, undefined), "Unlocked");
  t.is(immutabilityFor(lock, undefined), "Unlocked");
  t.is(immutabilityFor(lock, described("Disabled")), "Unlocked");
  t.is(immutabilityFor(lock, described("Unlocked")), "Locked");
  t.is(immutabilityFor(lock, described("Locked")), "Locked");
  t.is(immutabilityFor({ ...vaultArgs, immutability: "Disabled" }, described("Unlocked")), "Disabled");
  t.is(lockNotice(vaultArgs, undefined), undefined);
  t.is(lockNotice(lock, described("Locked")), undefined);
  t.is(
    lockNotice(lock, undefined),
    "this pulumi up makes vault payments immutable, and the next one locks it permanently: Azure locks only existing vaults",
  );
  t.is(
    lockNotice(lock, described("Unlocked")),
    "this pulumi up locks the immutability of vault payments, as acknowledgeIrreversible allows: this can never be undone, not even by Microsoft",
  );
});

test("reports changes that an existing vault does not allow", (t) => {
  t.deepEqual(existingVaultProblems(vaultArgs, "japaneast", described("Unlocked")), []);
  t.deepEqual(existingVaultProblems(vaultArgs, "japanwest", described("Unlocked")), [
    'is in Japan East, and stays there, but japanwest is asked for: give another "name"',
  ]);
  t.deepEqual(
    existingVaultProblems({ ...vaultArgs, redundancy: "ZoneRedundant" }, "japaneast", described("Unlocked")),
    [
      'is GeoRedundant, and stays so, but ZoneRedundant is asked for: write redundancy: GeoRedundant, or give another "name"',
    ],
  );
  const crossRegion = described("Unlocked", {
    featureSettings: { crossRegionRestoreSettings: { state: "Enabled" } },
  });
  t.deepEqual(existingVaultProblems(vaultArgs, "japaneast", crossRegion), [
    "has crossRegionRestore: true for ever, which is not asked for any more: write it, with acknowledgeIrreversible: payments",
  ]);
  t.deepEqual(existingVaultProblems({ ...vaultArgs, crossRegionRestore: true }, "japaneast", crossRegion), []);
});
