import test from "ava";
import type { VaultStatus } from "../../../components/vaults/status";
import { buildAurora } from "../../../rehearsal/sets/aurora";
import { buildDynamodb, TABLES } from "../../../rehearsal/sets/dynamodb";
import { CONTEXT } from "../../../simulator/cloud/kubernetes/cluster";
import { changes, errors, REGION, rehearsed } from "../rehearsed";

const DAY = 24 * 60 * 60_000;
const ELSEWHERE = "ap-northeast-3";

test("a set's vaults: what is declared backs up with the least of permissions, and outlives the stack", async (t) => {
  t.timeout(120_000);
  const { cloud, stack, goingOnFrom } = await rehearsed(t, {
    "scalar-backup:databases": [
      { name: "ledger", dynamodb: { existing: { namespaces: ["ledger"] } } },
      {
        name: "customers",
        auroraPostgresql: { existing: { clusterIdentifier: "customers-prod" } },
      },
      {
        name: "orders",
        rdsMysql: { existing: { instanceIdentifier: "orders-prod" } },
        vault: { rules: [{ name: "own", schedule: "cron(0 2 ? * * *)", lifecycle: { deleteAfter: 20 } }] },
      },
    ],
    "kubernetes:context": CONTEXT,
    "scalar-backup:pause": { schedule: "0 3 * * *", releases: [{ namespace: "scalar", name: "scalardb-cluster" }] },
    "scalar-backup:vault": {
      aws: {
        name: "payments",
        lock: { minRetentionDays: 7, maxRetentionDays: 400 },
        acceptCopiesFrom: ["210987654321"],
        rules: [
          {
            name: "daily",
            schedule: "cron(0 4 ? * * *)",
            timeZone: "Asia/Tokyo",
            lifecycle: { deleteAfter: 30 },
            copyTo: [{ region: ELSEWHERE, lifecycle: { deleteAfter: 365 } }],
          },
          { name: "continuous", continuous: true, lifecycle: { deleteAfter: 14 } },
        ],
        restoreTesting: { dbSubnetGroupName: "scalar-databases", vpcSecurityGroupIds: ["sg-1"] },
        notifications: { emails: ["operations@example.com"] },
      },
    },
    "scalar-backup:tags": { service: "payments" },
  });
  await cloud.kubernetes.installRelease({
    namespace: "scalar",
    name: "scalardb-cluster",
    product: "scalardb-cluster",
    replicas: 1,
  });
  buildDynamodb(cloud, REGION);
  buildAurora(cloud, REGION, "customers-prod");
  cloud.aws.rds.region(REGION).createDBInstance({
    DBInstanceIdentifier: "orders-prod",
    Engine: "mysql",
    DBInstanceClass: "db.m7g.large",
    MasterUsername: "scalar",
    MasterUserPassword: "not-a-real-password",
    AllocatedStorage: 100,
    BackupRetentionPeriod: 7,
  });
  const up = await stack.up();
  t.true(up.succeeded, errors(up));
  t.deepEqual(
    up.diagnostics.filter(({ severity }) => severity === "warning").map(({ message }) => message),
    [
      "scheduled copies of ledger, customers, orders in vault payments are per-database copies, not restore points of the set: ledger (Amazon DynamoDB) has no transactions of its own. For consistent ones, set vault.aws.keepRestored and restore a restore point now and then.",
    ],
  );
  t.deepEqual(changes(await stack.preview()), [], "a preview right after changes nothing");
  const withoutPayments = stack.state.filter(({ outputs }) => outputs?.name !== "payments");
  t.regex(
    errors(await goingOnFrom(withoutPayments).preview()),
    /vault payments in ap-northeast-1 exists already, with 0 recovery points, and this stack's state does not have it: another stack declares it, or .* leave scalar-backup:vault out of this stack, .* or set scalar-backup:vault\.aws\.name to another name\. Only if no stack declares it, delete it \(aws backup delete-backup-vault-access-policy --region ap-northeast-1 --backup-vault-name payments; aws backup delete-backup-vault /,
  );

  const backup = cloud.aws.backup.region(REGION);
  const elsewhere = cloud.aws.backup.region(ELSEWHERE);
  cloud.clock.advance(DAY);
  t.deepEqual(
    [...new Set(backup.jobs().map(({ state, message }) => `${state} ${message ?? ""}`))],
    ["COMPLETED "],
    "the role may do all that is needed",
  );
  const kept = () =>
    [...backup.vault("payments").recoveryPoints.values()]
      .map(({ resourceArn, continuous, lifecycle }) =>
        [resourceArn.split(":").at(-1), continuous, lifecycle.deleteAfterDays].join(" "),
      )
      .sort();
  t.deepEqual(
    kept(),
    [
      "customers-prod false 30",
      "customers-prod true 14",
      "orders-prod false 20",
      ...TABLES.map((table) => `table/${table} false 30`),
    ].sort(),
  );
  t.is(elsewhere.vault("payments").recoveryPoints.size, 1 + TABLES.length, "copies go where the rule says");
  t.deepEqual(
    [...elsewhere.vault("payments").recoveryPoints.values()].map(({ lifecycle }) => lifecycle.deleteAfterDays),
    Array(1 + TABLES.length).fill(365),
  );
  t.is(cloud.aws.rds.region(REGION).cluster("customers-prod").settings.backupRetentionPeriod, 14);
  t.deepEqual(
    [...backup.vault("scalar-rehearsal").recoveryPoints.values()].map(({ resourceArn }) =>
      resourceArn.split(":").at(-1),
    ),
    ["orders-prod"],
    "one owner of the retention: what the vault keeps continuously is kept nowhere else",
  );
  t.regex(
    JSON.stringify(up.outputs.databases),
    /continuous backup of 14 days in ap-northeast-1, in vault payments, which owns the cluster's retention/,
  );
  // The lock, the policy, the key.
  const [point] = [...backup.vault("payments").recoveryPoints.values()];
  t.throws(() => backup.vault("payments").deleteRecoveryPoint(point?.arn as string, "arn:aws:iam::123456789012:root"), {
    name: "AccessDeniedException",
  });
  t.deepEqual(backup.vault("payments").lock, { minRetentionDays: 7, maxRetentionDays: 400 });
  t.true(cloud.aws.kms.find(backup.vault("payments").kmsKeyArn)?.rotation);

  // A table comes later, and is backed up without another `up`.
  cloud.aws.dynamodb.region(REGION).createTable({
    TableName: "ledger.audit",
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    BillingMode: "PAY_PER_REQUEST",
  });
  // A job fails, and somebody hears of that alone.
  backup.vault("payments").setLock({ minRetentionDays: 25 }, cloud.clock.now());
  cloud.clock.advance(DAY);
  backup.runWhatIsDue();
  t.true(kept().includes("table/ledger.audit false 30"));
  const [mail] = cloud.aws.sns.subscriptions();
  t.is(mail?.endpoint, "operations@example.com");
  t.deepEqual(
    mail?.received
      .map(({ text }) => JSON.parse(text).detail)
      .map(({ state, resourceArn }) => `${state} ${resourceArn.split(":").at(-1)}`)
      .sort(),
    ["FAILED customers-prod", "FAILED orders-prod"],
    "continuous 14 days and 20 days are below the lock of 25 now",
  );

  const testing = backup.restoreTesting;
  t.like(testing.findSelection("scalar_aws_vault_rehearsal", "customers"), {
    resourceType: "Aurora",
    metadataOverrides: { dbSubnetGroupName: "scalar-databases", vpcSecurityGroupIds: '["sg-1"]' },
  });

  const [home, abroad] = up.outputs.vaults as unknown as VaultStatus[];
  t.like(home, {
    name: "payments",
    region: REGION,
    protectedBy: "an access policy that allows no one to delete recovery points, and a lock in governance mode",
    onDestroy: `a destroy of the stack keeps vault payments in ${REGION}, with its recovery points, access policy, lock and key`,
  });
  t.deepEqual(
    home?.copies.map(({ database, rule, consistency }) => `${database} ${rule}: ${consistency}`),
    [
      "ledger daily: per-database copy, not a restore point of the set",
      "customers daily: per-database copy, not a restore point of the set",
      "customers continuous: restorable to a restore point of the set, by point-in-time recovery",
      "orders own: per-database copy, not a restore point of the set",
    ],
  );

  t.is(abroad?.region, ELSEWHERE);
  t.deepEqual(
    abroad?.copies.map(({ database, rule, kept }) => `${database} ${rule}: ${kept}`),
    [`ledger daily: 365 days, copied from ${REGION}`, `customers daily: 365 days, copied from ${REGION}`],
  );

  // Without the protection, a destroyed stack still leaves the vaults.
  const refused = await stack.destroy();
  t.false(refused.succeeded);
  t.regex(errors(refused), /scalar-aws-vault-policy-ap-northeast-1/);
  await stack.unprotect();
  const before = kept();
  const destroyed = await stack.destroy();
  t.true(destroyed.succeeded, errors(destroyed));
  t.deepEqual(kept(), before);
  t.truthy(backup.vault("payments").policy);
  t.truthy(backup.vault("payments").lock);
  t.truthy(cloud.aws.kms.find(backup.vault("payments").kmsKeyArn));
  t.deepEqual(backup.selections(), [], "and nothing more is added");
});
