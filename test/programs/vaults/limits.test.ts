import test, { type ExecutionContext } from "ava";
import { instantSuffix } from "../../../components/databases/kind";
import { exactParts } from "../../../components/vaults/aws/selections";
import { buildAurora } from "../../../rehearsal/sets/aurora";
import { multiAzClusterPart, rdsInstancePart } from "../../../rehearsal/sets/rds";
import { tablesPolicy } from "../../../restore-points/rules/iam-policy";
import type { SimulatedCloud } from "../../../simulator/cloud/cloud";
import { changes, errors, REGION, recordWindow, rehearsed } from "../rehearsed";

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;
const RELEASE = { namespace: "scalar", name: "scalardb-cluster" };
const PAUSE = { schedule: "0 3 * * *", releases: [RELEASE] };
const VAULT = {
  aws: {
    name: "payments",
    rules: [{ name: "daily", lifecycle: { deleteAfter: 400 } }],
    keepRestored: { lifecycle: { deleteAfter: 400 } },
  },
};

function createTables(cloud: SimulatedCloud, names: readonly string[]): void {
  for (const TableName of names)
    cloud.aws.dynamodb.region(REGION).createTable({
      TableName,
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      BillingMode: "PAY_PER_REQUEST",
    });
}

/** The selections by their names, each with its number of ARNs. */
function selections(cloud: SimulatedCloud): string[] {
  const found = cloud.aws.backup.region(REGION).selections();
  return found.map(({ name, resources }) => `${name} ${resources.length}`).sort();
}

/** The tables that have been backed up, by their names; each run of the plan may back up each of them once. */
function backedUp(t: ExecutionContext, cloud: SimulatedCloud): string[] {
  const jobs = cloud.aws.backup.region(REGION).jobs();
  t.deepEqual(
    jobs.filter(({ state }) => state === "FAILED"),
    [],
  );
  const runs = new Set(jobs.map(({ resourceArn, createdAt }) => `${resourceArn} ${createdAt}`));
  t.is(runs.size, jobs.length, "none is selected twice");
  return [...new Set(jobs.map(({ resourceArn }) => resourceArn.split("/").at(-1) as string))].sort();
}

test("1,000 named tables are backed up within the limits of IAM and AWS Backup", async (t) => {
  t.timeout(300_000);
  const numbered = Array.from({ length: 999 }, (_, index) => `namespace-${index % 2}.table-${index}`);
  const tables = ["coordinator.state", ...numbered].sort();
  const { cloud, stack } = await rehearsed(t, {
    // Managed elsewhere: what protects the tables is not what is looked at here.
    "scalar-backup:databases": [
      { name: "ledger", dynamodb: { existing: { tables, scalardbTables: false }, manage: false } },
    ],
    "scalar-backup:pause": PAUSE,
    "scalar-backup:vault": VAULT,
  });
  cloud.kubernetes.createNamespace(RELEASE.namespace);
  createTables(cloud, [...tables, "other.table"]);
  for (const TableName of tables) {
    const dynamodb = cloud.aws.dynamodb.region(REGION);
    dynamodb.updateTable({ TableName, DeletionProtectionEnabled: true });
    dynamodb.updateContinuousBackups({
      TableName,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 35 },
    });
  }
  const up = await stack.up();
  t.true(up.succeeded, errors(up));
  t.deepEqual(
    selections(cloud),
    ["scalar-aws-vault-ledger-2-rehearsal 500", "scalar-aws-vault-ledger-rehearsal 500"],
    "the first selection keeps the name that it has when there is one",
  );
  cloud.clock.advance(DAY);
  t.deepEqual(backedUp(t, cloud), tables);
});

test("a role names tables one by one while it can, then their namespaces; copies are distinguished from their sources", async (t) => {
  t.timeout(300_000);
  const tables = ["coordinator.state", ...Array.from({ length: 70 }, (_, index) => `ledger.table-${index}`)].sort();
  const { cloud, stack } = await rehearsed(t, {
    "scalar-backup:databases": [{ name: "ledger", dynamodb: { existing: { tables, scalardbTables: false } } }],
    "scalar-backup:pause": PAUSE,
    "scalar-backup:vault": VAULT,
  });
  cloud.kubernetes.createNamespace(RELEASE.namespace);
  createTables(cloud, tables);
  const up = await stack.up();
  t.true(up.succeeded, errors(up));
  t.deepEqual(changes(await stack.preview()), [], "a preview right after changes nothing");
  cloud.clock.advance(DAY);
  const at = recordWindow(cloud, RELEASE.namespace, [RELEASE.name]);
  cloud.clock.advance(HOUR);
  stack.config["scalar-backup:restore"] = { at, verify: { enabled: false } };
  const drilled = await stack.up();
  t.true(drilled.succeeded, errors(drilled));
  cloud.clock.advance(HOUR);
  t.is(backedUp(t, cloud).length, 2 * tables.length);
  const role = cloud.aws.iam.roles().find(({ name }) => name.includes("kept"));
  const mayBackUp = (table: string) =>
    role &&
    cloud.aws.iam.allows(role, "dynamodb:StartAwsBackupJob", `arn:aws:dynamodb:${REGION}:123456789012:table/${table}`);
  t.true(mayBackUp(`ledger.table-0-${instantSuffix(at)}`));
  t.false(mayBackUp("ledger.table-0"), "the role of copies may not back up their sources");
});

test("a policy about 1,000 copies, or about tables of 1,000 namespaces, stays within the limit", (t) => {
  const arn = (name: string) => `arn:aws:dynamodb:${REGION}:123456789012:table/${name}`;
  const numbers = Array.from({ length: 1000 }, (_, index) => index);
  const resources = (names: string[]): string[] =>
    JSON.parse(tablesPolicy(names.map(arn), (all) => JSON.stringify(all)));
  t.deepEqual(resources(["b.x", "a.x", "b.x"]), [arn("a.x"), arn("b.x")]);
  t.deepEqual(resources(numbers.map((index) => `ledger.t${index}-20261122t030012z`)), [
    arn("ledger.*-20261122t030012z"),
  ]);
  t.deepEqual(resources(numbers.map((index) => `n${index}.t`)), [arn("*")]);
  t.deepEqual(resources(numbers.map((index) => `table${index}`)), [arn("*")]);
});

test("the copies of 1,000 tables are divided between two selections of exact ARNs", (t) => {
  t.deepEqual(exactParts(1), [[0, 1]]);
  t.deepEqual(exactParts(500), [[0, 500]]);
  t.deepEqual(exactParts(1000), [
    [0, 500],
    [500, 1000],
  ]);
});

test("more namespaces than a selection takes are divided, each table is backed up once, and no copy of a drill is", async (t) => {
  t.timeout(120_000);
  const namespaces = Array.from({ length: 40 }, (_, index) => `n${String(index).padStart(2, "0")}`);
  const tables = [...namespaces.map((namespace) => `${namespace}.accounts`), "coordinator.state", "single"];
  const { cloud, stack } = await rehearsed(t, {
    "scalar-backup:databases": [
      { name: "ledger", dynamodb: { existing: { namespaces, tables: ["n00.accounts", "single"] } } },
    ],
    "scalar-backup:pause": PAUSE,
    "scalar-backup:vault": { aws: { ...VAULT.aws, keepRestored: undefined } },
  });
  cloud.kubernetes.createNamespace(RELEASE.namespace);
  createTables(cloud, [...tables, "scalardb.metadata"]);
  const up = await stack.up();
  t.true(up.succeeded, errors(up));
  t.deepEqual(selections(cloud), [
    "scalar-aws-vault-ledger-2-rehearsal 12",
    "scalar-aws-vault-ledger-3-rehearsal 1",
    "scalar-aws-vault-ledger-rehearsal 30",
  ]);
  const at = recordWindow(cloud, RELEASE.namespace, [RELEASE.name], 10, cloud.clock.now() + HOUR);
  cloud.clock.advance(2 * HOUR);
  stack.config["scalar-backup:restore"] = { at, verify: { enabled: false } };
  const drilled = await stack.up();
  t.true(drilled.succeeded, errors(drilled));
  t.is(cloud.aws.dynamodb.region(REGION).tableNames().length, 2 * (tables.length + 1));
  cloud.clock.advance(DAY);
  t.deepEqual(backedUp(t, cloud), [...tables, "scalardb.metadata"].sort());
});

test("databases with the longest names are protected, restored and kept: no automatic name is too long", async (t) => {
  t.timeout(180_000);
  const long = (name: string) => name.padEnd(31, "-long").slice(0, 30).concat("z");
  const release = { namespace: "n".repeat(63), name: "r".repeat(53) };
  const { cloud, stack } = await rehearsed(t, {
    "scalar-backup:databases": [
      {
        name: long("ledger"),
        dynamodb: {
          existing: { tables: ["ledger.accounts", "coordinator.state"], scalardbTables: false },
          windowBackups: { deleteAfter: 400, everyDays: 30 },
        },
      },
      { name: long("customers"), auroraPostgresql: { existing: { clusterIdentifier: "customers-prod" } } },
      { name: long("orders"), rdsMysql: { existing: { instanceIdentifier: "orders-prod" } } },
      { name: long("trio"), rdsPostgresql: { existing: { clusterIdentifier: "trio-prod" } } },
    ],
    "scalar-backup:pause": { ...PAUSE, releases: [release], aws: { eksCluster: "payments" } },
    "scalar-backup:vault": {
      aws: {
        ...VAULT.aws,
        name: "v".repeat(50),
        restoreTesting: { dbSubnetGroupName: "scalar-databases", vpcSecurityGroupIds: ["sg-1"] },
        notifications: { emails: ["operations@example.com"] },
      },
    },
  });
  cloud.kubernetes.createNamespace(release.namespace);
  cloud.aws.eks.region(REGION).createCluster("payments");
  createTables(cloud, ["ledger.accounts", "coordinator.state"]);
  buildAurora(cloud, REGION, "customers-prod");
  rdsInstancePart("orders", { key: "rdsMysql", engine: "mysql" }, REGION).build(cloud);
  multiAzClusterPart("trio", { key: "rdsPostgresql", engine: "postgres" }, REGION).build(cloud);
  const up = await stack.up();
  t.true(up.succeeded, errors(up));
  cloud.clock.advance(DAY);
  // From its first run on, what was not backed up before can be restored.
  cloud.aws.backup.region(REGION).runWhatIsDue();
  cloud.clock.advance(DAY);
  const at = recordWindow(cloud, release.namespace, [release.name]);
  cloud.clock.advance(HOUR);
  stack.config["scalar-backup:restore"] = { at, verify: { enabled: false } };
  const drilled = await stack.up();
  t.true(drilled.succeeded, errors(drilled));
  const roles = cloud.aws.iam.roles().filter(({ description }) => description?.startsWith("AWS Backup works"));
  t.is(new Set(roles.map(({ name }) => name)).size, roles.length);
  t.is(roles.filter(({ name }) => name.includes("-copy-")).length, 4);
  t.deepEqual(changes(await stack.preview()), [], "a preview right after changes nothing");
});
