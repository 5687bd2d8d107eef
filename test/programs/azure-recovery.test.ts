import test from "ava";
import { AZURE_LOCATION, AZURE_RESOURCE_GROUP, azureResource, buildPrivateEndpoint } from "../../rehearsal/sets/azure";
import { copiesOf } from "../../rehearsal/sets/copies";
import { buildCosmosdb } from "../../rehearsal/sets/cosmosdb";
import type { SimulatedCloud } from "../../simulator/cloud/cloud";
import type { StackResult } from "../../simulator/engine/stack";
import { changes, errors, recordWindow, rehearsed } from "./rehearsed";

const MINUTE = 60_000;
const RELEASE = { namespace: "scalar", name: "scalardb-cluster" };
const PRODUCTS = {
  "orders-prod": { type: "Microsoft.DBforMySQL/flexibleServers", version: "2023-12-30", zone: "mysql" },
  "customers-prod": { type: "Microsoft.DBforPostgreSQL/flexibleServers", version: "2025-08-01", zone: "postgres" },
};

/** A server inside a virtual network, encrypted with a key of its owner's. */
function buildPrivateServer(cloud: SimulatedCloud, name: keyof typeof PRODUCTS) {
  const { type, version, zone } = PRODUCTS[name];
  const { id, send } = azureResource(cloud, type, name, version);
  const group = id.replace(/\/providers\/.*/, "");
  const identity = `${group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/databases`;
  const inside = {
    network: {
      delegatedSubnetResourceId: `${group}/providers/Microsoft.Network/virtualNetworks/scalar/subnets/${zone}`,
      ...(zone === "mysql"
        ? { privateDnsZoneResourceId: `${group}/providers/Microsoft.Network/privateDnsZones/${zone}` }
        : { privateDnsZoneArmResourceId: `${group}/providers/Microsoft.Network/privateDnsZones/${zone}` }),
    },
    dataEncryption: {
      type: "AzureKeyVault",
      primaryKeyURI: "https://scalar.vault.azure.net/keys/databases/1",
      primaryUserAssignedIdentityId: identity,
    },
  };
  send("PUT", "", {
    location: AZURE_LOCATION,
    sku: { name: zone === "mysql" ? "Standard_D4ads_v5" : "Standard_D4ds_v5", tier: "GeneralPurpose" },
    identity: { type: "UserAssigned", userAssignedIdentities: { [identity]: {} } },
    properties: {
      administratorLogin: "scalar",
      administratorLoginPassword: "not-a-real-password",
      version: zone === "mysql" ? "8.0.21" : "16",
      storage: { storageSizeGB: 128 },
      ...inside,
    },
  });
  return { inside, identity };
}

test("Azure's databases are recovered into their virtual network, under their own keys, to stay", async (t) => {
  t.timeout(300_000);
  const { cloud, stack } = await rehearsed(t, {
    "scalar-backup:databases": [
      {
        name: "ledger",
        cosmosdb: { existing: { accountName: "ledger-prod", resourceGroupName: AZURE_RESOURCE_GROUP } },
      },
      {
        name: "orders",
        azureMysql: { existing: { serverName: "orders-prod", resourceGroupName: AZURE_RESOURCE_GROUP } },
      },
      {
        name: "customers",
        azurePostgresql: { existing: { serverName: "customers-prod", resourceGroupName: AZURE_RESOURCE_GROUP } },
      },
    ],
    "scalar-backup:pause": { schedule: "0 3 * * *", releases: [RELEASE] },
  });
  buildCosmosdb(cloud, "ledger-prod");
  const ledger = cloud.azure.cosmosdb.account("ledger-prod");
  buildPrivateEndpoint(cloud, "ledger-second", {
    id: ledger.id,
    group: "Sql",
    zone: "privatelink.documents.azure.com",
  });
  const keyIdentity = `${ledger.id.replace(/Microsoft.DocumentDB.*/, "")}Microsoft.ManagedIdentity/userAssignedIdentities/ledger`;
  azureResource(cloud, "Microsoft.DocumentDB/databaseAccounts", "ledger-prod", "2025-10-15").send("PATCH", "", {
    identity: { type: "UserAssigned", userAssignedIdentities: { [keyIdentity]: {} } },
    properties: {
      keyVaultKeyUri: "https://scalar.vault.azure.net/keys/ledger",
      defaultIdentity: `UserAssignedIdentity=${keyIdentity}`,
    },
  });
  const elsewhere = "11111111-1111-4111-8111-111111111111";
  cloud.azure.addOtherSubscription(elsewhere, "another tenant");
  const theirs = `/subscriptions/${elsewhere}/resourceGroups/theirs/providers/Microsoft.Network/privateEndpoints/theirs`;
  ledger.privateEndpoints.add(theirs);
  const built = {
    orders: buildPrivateServer(cloud, "orders-prod"),
    customers: buildPrivateServer(cloud, "customers-prod"),
  };
  await cloud.kubernetes.installRelease({ ...RELEASE, product: "scalardb-cluster", replicas: 1 });
  const up = await stack.up();
  t.true(up.succeeded, errors(up));
  cloud.clock.advance(up.simulatedMillis + 30 * MINUTE);
  const at = recordWindow(cloud, RELEASE.namespace, [RELEASE.name]);
  cloud.clock.advance(30 * MINUTE);

  stack.config["scalar-backup:restore"] = { at, mode: "recovery" };
  const restored = await stack.up();
  t.true(restored.succeeded, errors(restored));
  t.deepEqual(changesOfCopy(restored, "ledger"), [
    "DatabaseAccount ledger-copy",
    "Command ledger-copy-completion",
    "PrivateEndpoint ledger-copy-endpoint-1",
    "PrivateEndpoint ledger-copy-endpoint-2",
  ]);
  t.regex(
    copiesOf(restored)
      .find((copy) => copy.name === "ledger")
      ?.notes.join() ?? "",
    new RegExp(
      `made like ${theirs}, which leads to the source and is out of reach here \\(InvalidAuthenticationTokenTenant`,
    ),
  );
  t.regex(
    copiesOf(restored)
      .find((copy) => copy.name === "ledger")
      ?.notes.join() ?? "",
    /Before the source is deleted, give the copy a user-assigned identity of its own/,
  );
  const suffix = at.replaceAll(/[-:]/g, "").toLowerCase();
  const copies = {
    orders: cloud.azure.mysql.server(`orders-prod-${suffix}`),
    customers: cloud.azure.postgresql.server(`customers-prod-${suffix}`),
  };
  for (const name of ["orders", "customers"] as const) {
    const { inside, identity } = built[name];
    t.like(copies[name].properties, inside, name);
    t.deepEqual(Object.keys((copies[name].identity as { userAssignedIdentities: object }).userAssignedIdentities), [
      identity,
    ]);
    t.is(copies[name].tags["scalar-backup:copy"], "recovery");
    const { notes } = copiesOf(restored).find((copy) => copy.name === name) ?? { notes: [] };
    t.regex(notes.join(), /resolved where ScalarDB runs: it is reached through the source's virtual network/);
  }

  stack.config["scalar-backup:restore"] = undefined;
  const left = await stack.up();
  t.true(left.succeeded, errors(left));
  t.true(
    changes(left).every((change) => change.startsWith("delete ")),
    changes(left).join("\n"),
  );
  t.truthy(cloud.azure.mysql.find(`orders-prod-${suffix}`), "a recovery's copies stay");
  t.truthy(cloud.azure.postgresql.find(`customers-prod-${suffix}`));
  t.truthy(cloud.azure.cosmosdb.find(`ledger-prod-${suffix}`));
});

/**
 * What changes the copy of a database, in the order in which each waits for all before it: Azure works at one change of an
 * account at a time. Fails where two of them could run side by side.
 */
function changesOfCopy({ operations }: StackResult, database: string): string[] {
  const byUrn = new Map(operations.map((operation) => [operation.urn, operation]));
  const needed = (urn: string): Set<string> => {
    const direct = byUrn.get(urn)?.dependsOn ?? [];
    return new Set(direct.flatMap((each) => [each, ...needed(each)]));
  };
  const own = operations
    .filter(({ name, kind }) => name.startsWith(`${database}-copy-`) && kind !== "same" && !name.endsWith("-dns"))
    .map(({ urn, name, type }) => ({
      urn,
      needs: needed(urn),
      title: `${type.split(":").at(-1)} ${name.replace(/-\d{8}t\d{6}z/, "")}`,
    }))
    .sort((a, b) => a.needs.size - b.needs.size);
  for (const [index, { urn }] of own.entries())
    for (const later of own.slice(index + 1))
      if (!later.needs.has(urn)) throw new Error(`${later.title} does not wait for ${own[index]?.title}`);
  return own.map(({ title }) => title);
}
