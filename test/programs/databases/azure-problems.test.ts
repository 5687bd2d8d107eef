import { createRequire } from "node:module";
import test from "ava";
import { refuseUnfitServer, serverStateProblem } from "../../../components/databases/azure-server/source";
import { keyOf, keyProblem, refuseUnfitAccount } from "../../../components/databases/cosmosdb/source";
import { stackConfigProblems } from "../../../config/problems";
import type { FlexibleServer } from "../../../operations/azure-servers";
import type { CosmosAccount } from "../../../operations/cosmosdb";
import { buildAzurePostgresql } from "../../../rehearsal/sets/azure-postgresql";
import { errors, rehearsed } from "../rehearsed";

const PAUSE = { schedule: "0 3 * * *", releases: [{ namespace: "scalar", name: "scalardb-cluster" }] };
const IN_GROUP = { resourceGroupName: "scalar-databases" };

function problems(...databases: object[]): string[] {
  return stackConfigProblems({ databases, pause: PAUSE }).map(({ path, message }) => `${path}: ${message}`);
}

const postgresql = (more: object) => ({
  name: "customers",
  azurePostgresql: { existing: { serverName: "customers-prod", ...IN_GROUP }, ...more },
});
const cosmosdb = (more: object) => ({
  name: "ledger",
  cosmosdb: { existing: { accountName: "ledger-prod", ...IN_GROUP }, ...more },
});

const wrong: [string, object, string][] = [
  [
    "too few days for PostgreSQL",
    postgresql({ backupRetentionDays: 6 }),
    "databases[0].azurePostgresql.backupRetentionDays: 6 is not allowed; expected a whole number of days from 7 to 35 (Azure Database for PostgreSQL keeps no more)",
  ],
  [
    "too many days for MySQL",
    { name: "orders", azureMysql: { existing: { serverName: "orders-prod", ...IN_GROUP }, backupRetentionDays: 36 } },
    "databases[0].azureMysql.backupRetentionDays: 36 is not allowed; expected a whole number of days from 1 to 35 (Azure Database for MySQL keeps no more)",
  ],
  [
    "days between the tiers of Cosmos DB",
    cosmosdb({ recoveryPeriodInDays: 14 }),
    "databases[0].cosmosdb.recoveryPeriodInDays: 14 is not allowed; expected 7 or 30 (Cosmos DB's continuous backup has these two tiers)",
  ],
  [
    "a server name with capitals",
    { name: "customers", azurePostgresql: { existing: { serverName: "Customers", ...IN_GROUP } } },
    'databases[0].azurePostgresql.existing.serverName: "Customers" is not allowed; expected a server name: 3 to 63 lowercase letters, digits and hyphens; write it in lowercase: customers',
  ],
  [
    "an account name that is too long",
    { name: "ledger", cosmosdb: { existing: { accountName: "a".repeat(45), ...IN_GROUP } } },
    `databases[0].cosmosdb.existing.accountName: "${"a".repeat(45)}" is not allowed; expected an account name: 3 to 44 lowercase letters, digits and hyphens`,
  ],
  [
    "no resource group",
    { name: "customers", azurePostgresql: { existing: { serverName: "customers-prod" } } },
    "databases[0].azurePostgresql.existing.resourceGroupName: is missing; expected the name of a resource group: at most 90 letters, digits, underscores, hyphens, periods and parentheses",
  ],
  [
    "an account to be created nowhere",
    { name: "ledger", cosmosdb: { create: { account: { ...IN_GROUP, locations: [] } } } },
    "databases[0].cosmosdb.create.account.locations: [] is not allowed; expected at least one region, such as [{ locationName: japaneast }]",
  ],
  [
    "a Schema Loader without an image",
    cosmosdb({ restoreTo: { schemaLoader: { namespace: "scalar" } } }),
    'databases[0].cosmosdb.restoreTo.schemaLoader.image: is missing; expected a string, such as "ghcr.io/scalar-labs/scalardb-schema-loader:3.17.0"',
  ],
  [
    "a misspelt key",
    postgresql({ backupRetentionPeriod: 35 }),
    'databases[0].azurePostgresql.backupRetentionPeriod: unknown key; did you mean "backupRetentionDays"? Allowed here: existing, backupRetentionDays, manage, databaseName, restoreTo, create',
  ],
];

for (const [title, database, expected] of wrong) {
  test(`refused: ${title}`, (t) => {
    const [problem, ...others] = problems(database);
    t.deepEqual(others, []);
    // The order of the keys that are allowed is of no matter.
    t.is(problem?.replace(/Allowed here: .*/, ""), expected.replace(/Allowed here: .*/, ""));
  });
}

test("refused: the same server, or account, twice", (t) => {
  t.deepEqual(problems(postgresql({}), { ...postgresql({}), name: "orders" }), [
    "databases[1].azurePostgresql: Azure Database for PostgreSQL server customers-prod in scalar-databases is named by databases[0] already; a database belongs to the set once: remove one of the two",
  ]);
  t.regex(
    problems(cosmosdb({}), { ...cosmosdb({}), name: "other" }).join(),
    /Cosmos DB account ledger-prod is named by/,
  );
});

test("Cosmos DB needs a pause, one flexible server alone does not", (t) => {
  const needs = (database: object) =>
    stackConfigProblems({ databases: [database] }).some(({ path }) => path === "pause");
  t.true(needs(cosmosdb({})));
  t.false(needs(postgresql({})));
});

test("with manage: false, a preview refuses settings that do not meet the requirements", async (t) => {
  const { cloud, stack } = await rehearsed(t, { "scalar-backup:databases": [postgresql({ manage: false })] });
  buildAzurePostgresql(cloud, "customers-prod");
  const result = await stack.preview();
  t.false(result.succeeded);
  t.regex(
    errors(result),
    /database customers: server customers-prod does not meet the configuration, and "manage: false" does not allow to fix it here: its backup retention is 7 days, below 35\. Fix it where it is managed, or remove "manage: false"\./,
  );
});

test("reports a server that does not exist, is stopped, or is a replica", (t) => {
  const at = { product: "postgresql", serverName: "customers-prod", ...IN_GROUP } as const;
  const refused = (properties?: object) =>
    t.throws(() => refuseUnfitServer("azurePostgresql", at, properties && ({ properties } as FlexibleServer)))?.message;
  t.regex(
    refused() ?? "",
    /^there is no server customers-prod in resource group scalar-databases; correct databases\[\]\.azurePostgresql, or the subscription that is asked \(azure-native:subscriptionId\)\. If it was deleted, Azure keeps its backups for 5 days/,
  );
  t.is(
    serverStateProblem(at, { properties: { state: "Stopped" } } as FlexibleServer),
    'server customers-prod is in the state Stopped, in which it makes no backups and takes no changes: start it, then "pulumi up" again',
  );
  t.is(serverStateProblem(at, { properties: { state: "Updating" } } as FlexibleServer), undefined);
  t.is(
    refused({ state: "Ready", replicationRole: "AsyncReplica" }),
    "server customers-prod is a read replica, which has no backups; name the server it follows",
  );
  t.notThrows(() =>
    refuseUnfitServer("azurePostgresql", at, {
      properties: { state: "Ready", replicationRole: "Primary" },
    } as FlexibleServer),
  );
});

test("reports an account of another interface, and one that is being deleted", (t) => {
  const refused = (account: object) =>
    t.throws(() => refuseUnfitAccount({ name: "ledger-prod", properties: {}, ...account } as CosmosAccount))?.message;
  t.regex(refused({ properties: { capabilities: [{ name: "EnableGremlin" }] } }) ?? "", /speaks Gremlin, not NoSQL/);
  t.regex(refused({ kind: "MongoDB" }) ?? "", /speaks MongoDB, not NoSQL/);
  t.is(refused({ properties: { provisioningState: "Deleting" } }), "account ledger-prod is being deleted");
  t.notThrows(() =>
    refuseUnfitAccount({
      name: "ledger-prod",
      kind: "GlobalDocumentDB",
      properties: { capabilities: [{ name: "EnableServerless" }] },
    } as CosmosAccount),
  );
});

test("an account whose key no copy of it can read is named, and a copy reads the key by the identity that is named", (t) => {
  const keyed = (defaultIdentity?: string) =>
    ({
      name: "ledger-prod",
      identity: { userAssignedIdentities: { "/source": {} } },
      properties: { keyVaultKeyUri: "https://v/keys/k", defaultIdentity },
    }) as unknown as CosmosAccount;
  t.regex(
    keyProblem(keyed("SystemAssignedIdentity")) ?? "",
    /^account ledger-prod reads its customer-managed key by SystemAssignedIdentity, which no copy of it can use; let a user-assigned identity read/,
  );
  t.regex(keyProblem(keyed()) ?? "", /by FirstPartyIdentity, which/);
  t.is(keyProblem(keyed("UserAssignedIdentity=/source")), undefined);
  t.is(keyProblem({ name: "ledger-prod", properties: {} } as CosmosAccount), undefined);
  t.like(keyOf(keyed("UserAssignedIdentity=/source"), undefined, false), {
    defaultIdentity: "UserAssignedIdentity=/source",
    identity: { userAssignedIdentities: ["/source"] },
  });
  t.like(keyOf(keyed("UserAssignedIdentity=/source"), "/own", false), {
    defaultIdentity: "UserAssignedIdentity=/own",
    identity: { userAssignedIdentities: ["/source", "/own"] },
  });
  t.deepEqual(keyOf({ properties: {} } as CosmosAccount, undefined, true), {});
});

test("a program without databases of Azure does not load what finds their credentials", (t) => {
  const loaded = Object.keys(createRequire(__filename).cache ?? {});
  t.true(
    loaded.some((file) => file.endsWith("components/databases/index.ts")),
    "the components are loaded here",
  );
  t.deepEqual(
    loaded.filter((file) => file.includes("/node_modules/@azure/")),
    [],
  );
});
