import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { parse } from "yaml";
import { judge } from "../../../cli/check/judge";
import { stackText } from "../../../cli/init/stack-text";
import type { FoundRds } from "../../../operations/discovery";
import { buildAurora } from "../../../rehearsal/sets/aurora";
import { buildAzureMysql } from "../../../rehearsal/sets/azure-mysql";
import { buildAzurePostgresql } from "../../../rehearsal/sets/azure-postgresql";
import { buildCosmosdb } from "../../../rehearsal/sets/cosmosdb";
import { buildDynamodb } from "../../../rehearsal/sets/dynamodb";
import { SimulatedCloud } from "../../../simulator/cloud/cloud";
import { commandInTurn } from "./commands-in-turn";

const REGION = "ap-northeast-1";
const schedule = "0 3 * * *";
const release = { namespace: "scalar", name: "scalardb-cluster", product: "scalardb-cluster" };

/** What check says of a file that has only warnings. */
function messages(text: string): string[] {
  return judge(text, {}).map(({ severity, message }) => `${severity}: ${message}`);
}
const TO_EDIT =
  "warning: init did not know what to write here (nothing was found, this is an example); edit the line, and remove this comment";
const CURRENT_CONTEXT =
  "warning: pods are paused in the cluster of the kubeconfig's current context, which anybody can change; pin the cluster: pulumi config set kubernetes:context <context>";

/** Runs `scalar-backup init` in an empty folder, which it returns, as a user without a terminal does. */
function run(t: ExecutionContext, variables: NodeJS.ProcessEnv) {
  const folder = mkdtempSync(join(tmpdir(), "scalar-backup-init-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const { PATH, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED } = process.env;
  const own = { PATH, HOME: folder, TZ: "Asia/Tokyo", AWS_EC2_METADATA_DISABLED: "true" };
  const env = { ...own, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED, ...variables };
  const init = (...args: string[]) => commandInTurn({ args: ["init", ...args], folder, env });
  return { init, written: (file: string) => readFileSync(join(folder, file), "utf8") };
}

test("finds namespaces, clusters and releases in the cloud, and writes a file that check accepts", async (t) => {
  const cloud = await SimulatedCloud.start({ seed: 1 });
  t.teardown(() => cloud.stop());
  buildDynamodb(cloud, REGION);
  buildAurora(cloud, REGION, "customers-prod");
  buildAurora(cloud, REGION, "other");
  await cloud.kubernetes.installRelease({ ...release, product: "scalardb-cluster", replicas: 1 });
  const { init, written } = run(t, await cloud.environment());
  const { code, stdout, stderr } = await init("--region", REGION, "--databases", "ledger,customers-prod");
  t.is(code, 0, stderr);
  const text = written("Pulumi.prod.yaml");
  t.deepEqual(judge(text, {}), []);
  const { config } = parse(text);
  t.deepEqual(config["scalar-backup:databases"], [
    { name: "ledger", dynamodb: { existing: { namespaces: ["ledger"] }, recoveryPeriodInDays: 35 } },
    {
      name: "customers-prod",
      auroraPostgresql: { existing: { clusterIdentifier: "customers-prod" }, backupRetentionPeriod: 35 },
    },
  ]);
  t.deepEqual(config["scalar-backup:pause"].releases, [{ namespace: "scalar", name: "scalardb-cluster" }]);
  t.is(typeof config["kubernetes:context"], "string");
  t.is(config["scalar-backup:pause"].timeZone, "Asia/Tokyo", "the machine's, not UTC");
  t.regex(stdout, / in context \S+, next at \d{4}-\d\d-\d\d 03:00 Asia\/Tokyo \(\S+T18:00:00Z\)\n/);

  const again = await init("--region", REGION);
  t.is(again.code, 2);
  t.regex(again.stderr, /Pulumi\.prod\.yaml exists already/);
  t.is(written("Pulumi.prod.yaml"), text);

  const unknown = await init("--stack", "test", "--region", REGION, "--databases", "leger");
  t.is(unknown.code, 2);
  t.regex(unknown.stderr, /leger was not found; found were ledger, customers-prod, other/);
});

test("ScalarDL Auditor is written as a release without transactions, unless the release has another product too", async (t) => {
  const cloud = await SimulatedCloud.start({ seed: 1 });
  t.teardown(() => cloud.stop());
  buildDynamodb(cloud, REGION);
  const installed = [
    { name: "auditor", product: "auditor" },
    { name: "both", product: "auditor" },
    { name: "both", product: "ledger" },
    { name: "ledger", product: "ledger" },
  ] as const;
  for (const each of installed) await cloud.kubernetes.installRelease({ namespace: "scalar", replicas: 1, ...each });
  const { init, written } = run(t, await cloud.environment());
  const { code, stderr } = await init("--region", REGION);
  t.is(code, 0, stderr);
  const text = written("Pulumi.prod.yaml");
  t.deepEqual(judge(text, {}), []);
  t.deepEqual(parse(text).config["scalar-backup:pause"].releases, [
    { namespace: "scalar", name: "auditor", transactions: false },
    { namespace: "scalar", name: "both" },
    { namespace: "scalar", name: "ledger" },
  ]);
  t.regex(text, /# ScalarDL Auditor runs no ScalarDB transactions/);
});

/** An Azure with a database of each kind, in two resource groups. */
async function azure(t: ExecutionContext) {
  const cloud = await SimulatedCloud.start({ seed: 1 });
  t.teardown(() => cloud.stop());
  buildCosmosdb(cloud, "documents");
  buildAzureMysql(cloud, "orders-prod");
  buildAzurePostgresql(cloud, "customers-prod");
  cloud.azure.createResourceGroup("elsewhere", "japaneast");
  // No region of AWS, so that Azure alone is looked at.
  const { AWS_REGION, ...environment } = await cloud.environment();
  return { cloud, ...run(t, environment) };
}

const DOCUMENTS = {
  name: "documents",
  cosmosdb: { existing: { accountName: "documents", resourceGroupName: "scalar-databases" }, recoveryPeriodInDays: 30 },
};
const CUSTOMERS = {
  name: "customers-prod",
  azurePostgresql: {
    existing: { serverName: "customers-prod", resourceGroupName: "scalar-databases" },
    backupRetentionDays: 35,
  },
};
const ORDERS = {
  name: "orders-prod",
  azureMysql: {
    existing: { serverName: "orders-prod", resourceGroupName: "scalar-databases" },
    backupRetentionDays: 35,
  },
};

test("finds accounts and flexible servers in the Azure subscription, and writes a file that check accepts", async (t) => {
  const { cloud, init, written } = await azure(t);
  const { code, stderr } = await init();
  t.is(code, 0, stderr);
  t.notRegex(stderr, /no region/);
  const text = written("Pulumi.prod.yaml");
  t.deepEqual(messages(text), [TO_EDIT], "there is no release");
  const { config } = parse(text);
  t.deepEqual(config["scalar-backup:databases"], [CUSTOMERS, DOCUMENTS, ORDERS]);
  t.false("aws:region" in config);
  t.true("scalar-backup:pause" in config);

  const chosen = await init("--stack", "one", "--databases", "orders-prod", "--subscription", cloud.azure.subscription);
  t.is(chosen.code, 0, chosen.stderr);
  const one = parse(written("Pulumi.one.yaml")).config;
  t.deepEqual(one["scalar-backup:databases"], [ORDERS]);
  t.is(one["azure-native:subscriptionId"], cloud.azure.subscription);
  t.false("scalar-backup:pause" in one, "one relational database needs no pause");
});

test("leaves out copies, read replicas, accounts of other APIs and databases without the tag", async (t) => {
  const { cloud, init } = await azure(t);
  cloud.azure.postgresql.server("customers-prod").properties.replicationRole = "AsyncReplica";
  cloud.azure.mysql.server("orders-prod").tags["scalar-backup:copy"] = "drill";
  buildCosmosdb(cloud, "tables");
  cloud.azure.cosmosdb.account("tables").properties.capabilities = [{ name: "EnableTable" }];
  const found = async (...args: string[]) => JSON.parse((await init("--json", ...args)).stdout).databases;
  t.deepEqual(await found(), [{ kind: "cosmosdb", name: "documents", resourceGroupName: "scalar-databases" }]);
  t.deepEqual(await found("--stack", "tagged", "--tag", "service=payments", "--example"), []);
  const none = await init("--stack", "none", "--tag", "service=payments");
  t.is(none.code, 2);
  t.regex(none.stderr, /no database was found; look elsewhere with .* nothing was written/);
});

test("finds what is in the resource groups that may be read, or that are named", async (t) => {
  const { cloud, init, written } = await azure(t);
  cloud.azure.forbidGroup("elsewhere");
  const allowed = await init("--json");
  t.is(JSON.parse(allowed.stdout).databases.length, 3, allowed.stderr);
  t.deepEqual(
    JSON.parse(allowed.stdout).unread.filter((line: string) => line.startsWith("Azure")),
    [],
  );

  const named = await init("--stack", "b", "--json", "--resource-groups", "scalar-databases");
  t.is(JSON.parse(named.stdout).databases.length, 3, named.stderr);
  const refused = await init("--stack", "c", "--json", "--resource-groups", "elsewhere");
  t.is(refused.code, 3);
  t.is(refused.stdout, "");
  t.regex(refused.stderr, /^not read: Azure: AuthorizationFailed: /m);
  t.throws(() => written("Pulumi.c.yaml"));

  cloud.azure.forbidGroup("scalar-databases");
  const none = await init("--stack", "d");
  t.is(none.code, 3, none.stderr);
  t.regex(none.stderr, /^not read: Azure: AuthorizationFailed: /m);
  t.regex(none.stderr, /no database was found, because what is named above was not read; nothing was written/);
  t.throws(() => written("Pulumi.d.yaml"));
});

test("writes the databases of the cloud that can be read, and exits with 1 if another one cannot", async (t) => {
  const { cloud, init, written } = await azure(t);
  cloud.azure.forbidGroup("elsewhere");
  cloud.azure.forbidGroup("scalar-databases");
  buildAurora(cloud, REGION, "customers-prod");
  const partly = await init("--stack", "partly", "--region", REGION);
  t.is(partly.code, 1, partly.stderr);
  t.regex(partly.stderr, /^not read: Azure: AuthorizationFailed: /m);
  t.regex(written("Pulumi.partly.yaml"), /clusterIdentifier: customers-prod/);
});

test("writes nothing where nothing can be reached, unless an example is asked for, of which check warns", async (t) => {
  const { init, written } = run(t, {});
  const refused = await init();
  t.is(refused.code, 2, refused.stderr);
  t.is(refused.stdout, "");
  t.regex(refused.stderr, /no cloud was looked at: give --region or --subscription; nothing was written/);
  t.throws(() => written("Pulumi.prod.yaml"));
  const { code, stdout, stderr } = await init("--example");
  t.is(code, 0, stderr);
  t.regex(stderr, /^not read: AWS: no region is known/m);
  t.regex(stderr, /^not read: Azure: no subscription is known/m);
  t.regex(stderr, /^not read: the cluster's releases: there is no kubeconfig/m);
  t.regex(stdout, /an example, because no database was found/);
  const text = written("Pulumi.prod.yaml");
  t.deepEqual(messages(text), [
    CURRENT_CONTEXT,
    TO_EDIT.replace("nothing was found, this is an example", "no region was known"),
    TO_EDIT,
    TO_EDIT,
  ]);
});

test("every kind and every odd name becomes a file that check accepts", (t) => {
  const kinds: FoundRds["kind"][] = [
    "auroraMysql",
    "auroraPostgresql",
    "rdsMysql",
    "rdsPostgresql",
    "rdsOracle",
    "rdsSqlserver",
  ];
  const rds = kinds.flatMap((kind): FoundRds[] => [
    { kind, identifier: `db-${kind}`.toLowerCase(), cluster: kind.startsWith("aurora") },
  ]);
  for (const found of [
    { namespaces: [], azure: [], rds: rds.slice(1, 2), releases: [] },
    { namespaces: [], azure: [], rds, releases: [release] },
    { namespaces: ["a", "b_c"], azure: [], rds: [], releases: [release] },
    {
      namespaces: ["Ledger_2"],
      azure: [],
      rds: [{ kind: "rdsMysql" as const, identifier: "ledger-2", cluster: false }],
      releases: [],
    },
    {
      namespaces: [],
      azure: [],
      rds: ["x", "y"].map((end) => ({
        kind: "rdsMysql" as const,
        identifier: `a-very-long-identifier-of-an-instance-${end}`,
        cluster: false,
      })),
      releases: [release],
    },
  ]) {
    const text = stackText(found, { region: REGION, context: "scalar: prod", schedule, timeZone: "Asia/Tokyo" });
    // A set of nothing but relational databases gets a note that is right about it.
    t.deepEqual(
      judge(text, {}).filter(({ severity, message }) => severity !== "note" && !TO_EDIT.endsWith(message)),
      [],
      text,
    );
  }
  t.notRegex(
    stackText({ namespaces: [], azure: [], rds: rds.slice(0, 1), releases: [] }, { schedule, timeZone: "Asia/Tokyo" }),
    /^ {2}scalar-backup:pause/m,
  );
});

test("a schedule that Kubernetes refuses is refused, and nothing is written", async (t) => {
  const { init, written } = run(t, {
    AWS_REGION: REGION,
    AWS_ENDPOINT_URL: "http://127.0.0.1:9",
    AWS_MAX_ATTEMPTS: "1",
  });
  const { code, stderr } = await init("--schedule", "60 3 * * *", "--example");
  t.is(code, 2);
  t.regex(stderr, /scalar-backup:pause\.schedule: "60 3 \* \* \*" is not a valid cron schedule/);
  t.regex(stderr, /not read: DynamoDB in ap-northeast-1: /);
  t.throws(() => written("Pulumi.prod.yaml"));
});
