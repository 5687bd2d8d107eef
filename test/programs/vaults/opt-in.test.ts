import test, { type ExecutionContext } from "ava";
import { buildAurora } from "../../../rehearsal/sets/aurora";
import { multiAzClusterPart, rdsInstancePart } from "../../../rehearsal/sets/rds";
import type { StackResult } from "../../../simulator/engine/stack";
import { errors, REGION, rehearsed } from "../rehearsed";

const DAY = 24 * 60 * 60_000;
const CUSTOMERS = { name: "customers", auroraPostgresql: { existing: { clusterIdentifier: "customers-prod" } } };

async function auroraStack(t: ExecutionContext, config: Record<string, unknown> = {}) {
  t.timeout(180_000);
  const { cloud, stack } = await rehearsed(t, { "scalar-backup:databases": [CUSTOMERS], ...config });
  buildAurora(cloud, REGION, "customers-prod");
  return { cloud, stack, backup: cloud.aws.backup.region(REGION) };
}

const warnings = ({ diagnostics }: StackResult) =>
  diagnostics.filter(({ severity }) => severity === "warning").map(({ message }) => message);

test("a preview ends where AWS Backup never backs a cluster up, and says how to opt in", async (t) => {
  const { stack, backup } = await auroraStack(t);
  backup.optIn.Aurora = false;
  const refused = await stack.preview();
  t.false(refused.succeeded);
  t.is(
    errors(refused),
    `database customers: AWS Backup in ${REGION} has not opted in to Aurora, so that its plans select it and never back it up: opt in with "aws backup update-region-settings --region ${REGION} --resource-type-opt-in-preference Aurora=true"`,
  );
  backup.optIn.Aurora = true;
  const up = await stack.up();
  t.true(up.succeeded, errors(up));
  t.deepEqual(warnings(up), []);
});

test("of RDS, a preview ends for a cluster and warns for an instance, which AWS documents to be backed up by its ARN", async (t) => {
  t.timeout(180_000);
  const orders = { name: "orders", rdsMysql: { existing: { instanceIdentifier: "orders-prod" } } };
  const trio = { name: "trio", rdsPostgresql: { existing: { clusterIdentifier: "trio-prod" } } };
  const { cloud, stack } = await rehearsed(t, {
    "scalar-backup:databases": [orders],
  });
  rdsInstancePart("orders", { key: "rdsMysql", engine: "mysql" }, REGION).build(cloud);
  multiAzClusterPart("trio", { key: "rdsPostgresql", engine: "postgres" }, REGION).build(cloud);
  cloud.aws.backup.region(REGION).optIn.RDS = false;
  const preview = await stack.preview();
  t.true(preview.succeeded, errors(preview));
  t.deepEqual(warnings(preview), [
    `AWS Backup in ${REGION} has not opted in to RDS. AWS documents that orders is backed up nevertheless, because the selection names it by its ARN; to be sure, opt in with "aws backup update-region-settings --region ${REGION} --resource-type-opt-in-preference RDS=true"`,
  ]);
  stack.config["scalar-backup:databases"] = [trio];
  // Without a vault it is RDS itself that keeps the backups of a Multi-AZ DB cluster.
  t.notRegex(errors(await stack.preview()), /opted in/, "what AWS Backup is not asked for needs no opt-in");
  stack.config["scalar-backup:vault"] = {
    aws: { name: "payments", rules: [{ name: "daily", lifecycle: { deleteAfter: 30 } }] },
  };
  t.regex(errors(await stack.preview()), /^database trio: AWS Backup in ap-northeast-1 has not opted in to RDS/);
});

test("AWS Backup backs up what a tag selects only if the region has opted in to its type", async (t) => {
  const { stack, backup } = await auroraStack(t, {
    "scalar-backup:databases": [{ name: "orders", rdsMysql: { existing: { instanceIdentifier: "orders-prod" } } }],
    "scalar-backup:vault": {
      aws: {
        name: "payments",
        selectByTag: { key: "team", value: "orders" },
        rules: [{ name: "daily", lifecycle: { deleteAfter: 30 } }],
      },
    },
  });
  backup.optIn.RDS = false;
  t.regex(errors(await stack.preview()), /^database orders: AWS Backup in ap-northeast-1 has not opted in to RDS/);
});

test("warns about settings that it has no permission to read", async (t) => {
  const { cloud, stack, backup } = await auroraStack(t);
  backup.optIn.Aurora = false;
  cloud.aws.eks.region(REGION).createCluster("payments");
  const role = cloud.aws.iam.createRole({
    name: "deployer",
    assumeRolePolicy: JSON.stringify({
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "pods.eks.amazonaws.com" },
          Action: ["sts:AssumeRole", "sts:TagSession"],
        },
      ],
    }),
  });
  const Statement = [{ Effect: "Allow", Action: ["rds:Describe*", "rds:ListTagsForResource"], Resource: "*" }];
  cloud.aws.iam.putRolePolicy(role.name, "databases", JSON.stringify({ Version: "2012-10-17", Statement }));
  const session = cloud.aws.sessions.forPod(role.arn, { namespace: "ci", name: "deployer" }, "payments");
  Object.assign(stack.config, {
    "aws:accessKey": session.accessKeyId,
    "aws:secretKey": session.secretAccessKey,
    "aws:token": session.token,
  });
  const preview = await stack.preview();
  t.true(preview.succeeded, errors(preview));
  const [settings, plans] = warnings(preview).sort().reverse();
  t.regex(
    plans ?? "",
    /^database customers: whether AWS Backup has failed to raise the cluster's backup retention is not known \(.*not authorized to perform: backup:ListBackupPlans.*\): allow backup:ListBackupPlans, backup:ListBackupSelections, backup:GetBackupSelection, backup:ListBackupPlanVersions and backup:ListBackupJobs$/,
  );
  t.regex(
    settings ?? "",
    /^whether AWS Backup in ap-northeast-1 backs up customers is not known, because the region's settings cannot be read \(.*not authorized to perform: backup:DescribeRegionSettings.*\): allow backup:DescribeRegionSettings, or check with "aws backup describe-region-settings --region ap-northeast-1" that Aurora is true$/,
  );
});

test("a retention that AWS Backup has not raised by its first run is an error with the job's reason, not a note", async (t) => {
  const { cloud, stack, backup } = await auroraStack(t);
  const up = await stack.up();
  t.true(up.succeeded, errors(up));
  const NOTE = /its backup retention is 1 day, below 35: AWS Backup raises it with its next daily run/;
  t.regex(JSON.stringify(up.outputs.databases), NOTE);
  // Somebody takes the role's permissions away before the first run.
  const [role] = cloud.aws.iam.roles();
  cloud.aws.iam.detachRolePolicy(role?.name as string, role?.policies[0] as string);
  const [plan] = backup.plans();
  const run = nextRun(plan?.versions[0] as number);
  cloud.clock.advance(run - cloud.clock.now() + 8 * 60 * 60_000);
  const early = await stack.preview();
  t.true(early.succeeded, errors(early));
  t.regex(JSON.stringify(early.outputs.databases), NOTE, "a job may take nine hours");
  cloud.clock.advance(2 * 60 * 60_000);
  const refused = await stack.preview();
  t.false(refused.succeeded);
  t.regex(
    errors(refused),
    /^database customers: the backup retention of cluster customers-prod is 1 day, below 35, and stays so: the run of \S+T05:00:00.000Z of AWS Backup's plan customers-rehearsal is over, and its newest job \(\S+\) is FAILED: Access denied: .*rds:ModifyDBCluster.*Fix that and have AWS Backup run again, or set "manage: false" and raise the retention yourself$/,
  );
  // A copy that has the name only since a switch-over is not to blame for that run: it was another database's.
  const { tags } = cloud.aws.rds.region(REGION).cluster("customers-prod");
  tags["scalar-backup:production-name"] = "customers-prod";
  const between = await stack.preview();
  t.true(between.succeeded, errors(between));
  tags["scalar-backup:switched-over"] = new Date(run + 2 * 60 * 60_000).toISOString();
  const replaced = await stack.preview();
  t.true(replaced.succeeded, errors(replaced));
  t.regex(JSON.stringify(replaced.outputs.databases), NOTE);
  tags["scalar-backup:switched-over"] = new Date(run - 2 * 60 * 60_000).toISOString();
  t.regex(errors(await stack.preview()), /stays so/);
  cloud.aws.iam.attachRolePolicy(
    role?.name as string,
    "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup",
  );
  cloud.clock.advance(DAY);
  const fixed = await stack.up();
  t.true(fixed.succeeded, errors(fixed));
  t.notRegex(JSON.stringify(fixed.outputs.databases), /backup retention is/);
});

/** The first 05:00 UTC after an instant. */
function nextRun(after: number): number {
  const five = 5 * 60 * 60_000;
  return Math.floor((after - five) / DAY) * DAY + DAY + five;
}

test("a database that joins an old plan is not overdue before it is selected", async (t) => {
  const orders = { name: "orders", rdsMysql: { existing: { instanceIdentifier: "orders-prod" } } };
  const release = { namespace: "scalar", name: "scalardb-cluster" };
  const { cloud, stack } = await auroraStack(t, {
    "scalar-backup:databases": [orders],
    "scalar-backup:vault": {
      aws: { name: "payments", rules: [{ name: "continuous", continuous: true, lifecycle: { deleteAfter: 35 } }] },
    },
  });
  rdsInstancePart("orders", { key: "rdsMysql", engine: "mysql" }, REGION).build(cloud);
  const first = await stack.up();
  t.true(first.succeeded, errors(first));
  await cloud.kubernetes.installRelease({ ...release, product: "scalardb-cluster", replicas: 1 });
  cloud.clock.advance(3 * DAY);
  stack.config["scalar-backup:databases"] = [orders, CUSTOMERS];
  stack.config["scalar-backup:pause"] = { schedule: "0 3 * * *", releases: [release] };
  for (const run of ["preview", "up", "preview"] as const) {
    const joined = await stack[run]();
    t.true(joined.succeeded, errors(joined));
  }
});
