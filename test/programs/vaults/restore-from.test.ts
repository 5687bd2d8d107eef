import test from "ava";
import { stackConfigProblems } from "../../../config/problems";
import { INSTANT_TAG } from "../../../restore-points/rules/tag-keys";
import type { Cluster, ClusterSettings } from "../../../simulator/cloud/aws/aws";
import { changes, errors, REGION, recordWindow } from "../rehearsed";
import { keptSet, TABLE } from "./kept-set";

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;

test("copies of a restore point are kept while they exist, and restored when all else is gone; others are refused", async (t) => {
  t.timeout(120_000);
  const { cloud, stack, backup, rds, dynamodb } = await keptSet(t);
  const write = (balance: number) => {
    rds.cluster("customers-prod").put("accounts", "a", { balance });
    rds.cluster("orders-prod").put("orders", "o", { balance });
    dynamodb.table(TABLE).putItem("b", { balance });
  };
  write(1);
  const up = await stack.up();
  t.true(up.succeeded, errors(up));
  cloud.clock.advance(DAY);
  const at = recordWindow(cloud, "scalar", ["scalardb-cluster"]);
  cloud.clock.advance(HOUR);
  write(2);
  stack.config["scalar-backup:restore"] = { at };
  const drilled = await stack.up();
  t.true(drilled.succeeded, errors(drilled));
  t.regex(
    JSON.stringify(drilled.outputs.nextSteps),
    /customers: AWS Backup copies it into vault payments at each run of cron\(0 \* \? \* \* \*\) \(UTC\) while it exists: a permanent copy of this restore point; wait for the end of a run before you remove it/,
  );
  cloud.clock.advance(HOUR);
  const ofRestorePoint = () =>
    [...backup.vault("payments").recoveryPoints.values()].filter(({ tags }) => tags[INSTANT_TAG] === at);
  const types = ofRestorePoint().map(({ resourceType }) => resourceType);
  t.deepEqual([...new Set(types)].sort(), ["Aurora", "DynamoDB", "RDS"]);
  t.deepEqual(
    backup.jobs().filter(({ state }) => state === "FAILED"),
    [],
  );
  delete stack.config["scalar-backup:restore"];
  await stack.up();
  // Counted here: before the removal, a further run of the plan may make more.
  const made = ofRestorePoint().length;
  // Everything that point-in-time recovery and windows knew of it has passed.
  cloud.clock.advance(100 * DAY);
  t.is(ofRestorePoint().length, made, "no more are made, and what is in the vault stays");

  const suffix = at.replaceAll(/[-:]/g, "").toLowerCase();
  const snapshots = (of: string) => rds.snapshots.all().filter(({ source }) => source.identifier === of);
  const [kept] = snapshots(`customers-prod-${suffix}`);
  const [daily] = snapshots("customers-prod");
  const [orders] = snapshots(`orders-prod-${suffix}`);
  const ofCopy = dynamodb.backups.list().find(({ TableName }) => TableName === `${TABLE}-${suffix}`);
  const tables = { [TABLE]: ofCopy?.BackupArn as string };
  const from = {
    ledger: { tables },
    customers: { backupArn: kept?.arn as string },
    orders: { backupArn: orders?.arn as string },
  };

  stack.config["scalar-backup:restore"] = { at, from: { ...from, customers: { backupArn: daily?.arn } } };
  t.is(
    errors(await stack.preview()).split("\n")[0],
    `scalar-backup:restore.from: customers: ${daily?.arn} is a per-database copy: it does not say (by the tag scalar-backup:restored-to) that it is of a restore point. ledger (Amazon DynamoDB) has no transactions of its own, so the copies might not fit together: name backups of copies of ${at} (vault.aws.keepRestored makes them), or accept copies that may be broken by acceptInconsistentCopiesAt`,
  );

  stack.config["scalar-backup:restore"] = { at, from };
  const restored = await stack.up();
  t.true(restored.succeeded, errors(restored));
  t.deepEqual(rds.cluster(`customers-prod-${suffix}`).rows("accounts").get("a"), { balance: 1 });
  t.deepEqual(dynamodb.table(`${TABLE}-${suffix}`).items().get("b"), { balance: 1 });
  t.is(rds.cluster(`customers-prod-${suffix}`).instances.length, 2);
  const [source, copy] = [rds.cluster("orders-prod"), rds.cluster(`orders-prod-${suffix}`)];
  t.deepEqual(copy.rows("orders").get("o"), { balance: 1 });
  t.deepEqual(settingsOf(copy), settingsOf(source), "a Multi-AZ DB cluster is built like its source");
  t.deepEqual(changes(await stack.preview()), [], "a preview right after changes nothing");
});

/** What a copy has to have like its source. */
function settingsOf({ settings }: Cluster): Partial<ClusterSettings> {
  const { masterPassword: _, deletionProtection: __, ...others } = settings;
  return others;
}

const databases = [
  { name: "ledger", dynamodb: { existing: { region: REGION, namespaces: ["ledger"] } } },
  { name: "customers", auroraPostgresql: { existing: { region: REGION, clusterIdentifier: "customers-prod" } } },
  { name: "orders", rdsMysql: { existing: { region: REGION, instanceIdentifier: "orders-prod" } } },
  { name: "stock", cosmosdb: { existing: { accountName: "stock", resourceGroupName: "group" } } },
];
const account = "123456789012";
const REFUSED: [title: string, from: object, expected: string[]][] = [
  [
    "an unknown name",
    { custom: {} },
    ["restore.from.custom: is not a database of the set; expected one of ledger, customers, orders, stock"],
  ],
  [
    "a kind that no up restores from a vault",
    { stock: {} },
    [
      "restore.from.stock: no copy of Azure Cosmos DB for NoSQL in a vault can be restored by pulumi up: restore it by Azure Backup, and remove this",
    ],
  ],
  [
    "a recovery point of AWS Backup's own",
    { customers: { backupArn: `arn:aws:backup:${REGION}:${account}:recovery-point:1` } },
    [
      `restore.from.customers: arn:aws:backup:${REGION}:${account}:recovery-point:1 can be restored by a restore job of AWS Backup only: start one (aws backup start-restore-job), and name what it made under databases`,
    ],
  ],
  [
    "a snapshot of an instance for a cluster",
    { customers: { backupArn: `arn:aws:rds:${REGION}:${account}:snapshot:awsbackup:job-1` } },
    [
      `restore.from.customers: "arn:aws:rds:${REGION}:${account}:snapshot:awsbackup:job-1" is not allowed; expected the ARN of a backup, such as arn:aws:rds:<region>:<account>:cluster-snapshot:awsbackup:job-<id>`,
    ],
  ],
  [
    "a snapshot of another region",
    { orders: { backupArn: `arn:aws:rds:us-west-2:${account}:snapshot:s` } },
    [
      `restore.from.orders: arn:aws:rds:us-west-2:${account}:snapshot:s is in us-west-2, and the copy is to be in ${REGION}: copy it there first, or restore it there`,
    ],
  ],
  [
    "no ARN",
    { orders: {} },
    [
      "restore.from.orders: needs the ARN of a backup, such as arn:aws:rds:<region>:<account>:snapshot:awsbackup:job-<id>",
    ],
  ],
  [
    "tables for a cluster",
    { customers: { tables: {} } },
    ["restore.from.customers: takes backupArn, the ARN of a snapshot; tables are DynamoDB's"],
  ],
  [
    "a window's backups of a cluster",
    { customers: { windowBackups: true } },
    ["restore.from.customers: takes backupArn, the ARN of a snapshot; only DynamoDB has backups of pause windows"],
  ],
  [
    "a window's backups and others",
    { ledger: { windowBackups: true, tables: {} } },
    ["restore.from.ledger: takes windowBackups alone: the window's record says which backups there are"],
  ],
  [
    "one ARN for tables",
    { ledger: { backupArn: "arn:aws:dynamodb:r:a:table/t/backup/1" } },
    [
      "restore.from.ledger: takes tables: the ARN of a backup for each table of the database, by the tables' full names",
    ],
  ],
  [
    "a table in place of a backup",
    { ledger: { tables: { "ledger.accounts": `arn:aws:dynamodb:${REGION}:${account}:table/ledger.accounts` } } },
    [
      `restore.from.ledger: ledger.accounts: "arn:aws:dynamodb:${REGION}:${account}:table/ledger.accounts" is not allowed; expected the ARN of a backup, such as arn:aws:dynamodb:<region>:<account>:table/<table>/backup/<id>`,
    ],
  ],
];
for (const [title, from, expected] of REFUSED)
  test(`restore.from refuses ${title}`, (t) => {
    const pause = { schedule: "0 3 * * *", releases: [{ namespace: "scalar", name: "scalardb-cluster" }] };
    const restore = { at: "2026-11-22T03:00:12Z", from };
    const problems = stackConfigProblems({ databases, pause, restore });
    t.deepEqual(
      problems.map(({ path, message }) => `${path}: ${message}`),
      expected,
    );
  });
