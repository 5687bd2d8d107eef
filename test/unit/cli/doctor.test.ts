import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { parse, stringify } from "yaml";
import { EXIT } from "../../../cli/exit-codes";
import { AWS_DOCUMENTS, type Document, filledDocument } from "../../../permissions/aws";
import { buildAurora } from "../../../rehearsal/sets/aurora";
import { azureResource } from "../../../rehearsal/sets/azure";
import { azurePostgresqlPart } from "../../../rehearsal/sets/azure-postgresql";
import { buildDynamodb, TABLES } from "../../../rehearsal/sets/dynamodb";
import { formatInstant } from "../../../restore-points/instant";
import { WINDOWS_KEY } from "../../../restore-points/window";
import { SimulatedCloud } from "../../../simulator/cloud/cloud";
import { kindOf } from "../../../simulator/cloud/kubernetes/cluster";
import { cronJob, DEPLOYMENTS } from "../operations/switch-over/scene";
import { ran } from "./terminal";

const REGION = "ap-northeast-1";
const HOUR = 3_600_000;
const RELEASE = { namespace: "scalar", name: "scalardb-cluster" };
const SCHEDULE = { namespace: "scalar", name: "scalar-pause" };
const CRON_JOBS = kindOf({ apiVersion: "batch/v1", kind: "CronJob" });
const JOBS = kindOf({ apiVersion: "batch/v1", kind: "Job" });
const CONFIG_MAPS = kindOf({ apiVersion: "v1", kind: "ConfigMap" });

interface Found {
  check: string;
  state: string;
  message: string;
  fix?: string;
}

/** A set that lacks nothing: what each test takes away is what its findings are about. */
async function scene(t: ExecutionContext) {
  const cloud = await SimulatedCloud.start({ seed: 1 });
  t.teardown(() => cloud.stop());
  const { NODE_OPTIONS: _, ...environment } = cloud.environment();
  Object.assign(process.env, environment);
  buildDynamodb(cloud, REGION);
  buildAurora(cloud, REGION, "customers-prod");
  azurePostgresqlPart("orders").build(cloud);
  const dynamodb = cloud.aws.dynamodb.region(REGION);
  const rds = cloud.aws.rds.region(REGION);
  for (const TableName of TABLES) {
    const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 35 };
    dynamodb.updateContinuousBackups({ TableName, PointInTimeRecoverySpecification });
    dynamodb.updateTable({ TableName, DeletionProtectionEnabled: true });
  }
  rds.modifyDBCluster({ DBClusterIdentifier: "customers-prod", BackupRetentionPeriod: 35 });
  cloud.clock.advance(HOUR);
  await cloud.kubernetes.installRelease({ ...RELEASE, product: "scalardb-cluster", replicas: 2 });
  const { store } = cloud.kubernetes;
  store.create(cronJob(SCHEDULE, [RELEASE]));
  const end = cloud.clock.now();
  /** A window of 20 seconds that the pauser of a cluster has recorded. */
  const windowOf = (cluster: string, namespace: string, later = 0) => {
    const window = {
      cluster,
      pauseCompleted: formatInstant(end + later - 20_000, { millis: true }),
      unpauseStarted: formatInstant(end + later, { millis: true }),
      clockOffsetMillis: 0,
      releases: [{ ...RELEASE, namespace, product: "scalardb-cluster", pods: ["scalardb-cluster-0"] }],
    };
    store.create({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { namespace, name: "scalar-pause-windows" },
      data: { [WINDOWS_KEY]: JSON.stringify({ schemaVersion: 1, windows: [window] }) },
    });
  };
  windowOf("default", "scalar");
  /** Gives the set a release in another cluster: in another namespace of this one. */
  const osaka = (config: Record<string, unknown>, by: object = { kubernetes: { context: "scalar-prod" } }) => {
    cloud.kubernetes.createNamespace("osaka");
    config["scalar-backup:pause"] = {
      schedule: "0 3 * * *",
      releases: [RELEASE],
      otherClusters: [{ cluster: "osaka", releases: [{ ...RELEASE, namespace: "osaka" }], ...by }],
    };
  };
  const config: Record<string, unknown> = {
    "aws:region": REGION,
    "kubernetes:context": "scalar-prod",
    "scalar-backup:databases": [
      { name: "ledger", dynamodb: { existing: { namespaces: ["ledger"] } } },
      { name: "customers", auroraPostgresql: { existing: { clusterIdentifier: "customers-prod" } } },
      {
        name: "orders",
        azurePostgresql: {
          ...(azurePostgresqlPart("orders").config.azurePostgresql as object),
          backupRetentionDays: 7,
        },
      },
    ],
    "scalar-backup:pause": { schedule: "0 3 * * *", releases: [RELEASE] },
  };
  const folder = mkdtempSync(join(tmpdir(), "scalar-backup-doctor-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const doctor = async (now = () => cloud.clock.now()) => {
    const file = join(folder, "Pulumi.prod.yaml");
    writeFileSync(file, stringify({ config }));
    const { exitCode, out } = await ran(["doctor", file, "--json"], { env: { ...process.env, PATH: folder }, now });
    const { findings } = JSON.parse(out.join("\n")) as { findings: Found[] }; // Cast: what the command documents.
    // The programs of this machine are not the scene's, and npm's "pulumi" would download itself.
    return { exitCode, findings: findings.filter(({ check }) => check !== "programs") };
  };
  return { cloud, config, doctor, dynamodb, rds, store, folder, osaka, windowOf, runs: runsOf(cloud) };
}

/** Jobs of the pause schedule, each a minute after the last. */
function runsOf({ clock, kubernetes: { store } }: SimulatedCloud) {
  const uid = store.find(CRON_JOBS, SCHEDULE.namespace, SCHEDULE.name)?.metadata.uid;
  const begun = (name: string, status: object = {}) => {
    clock.advance(60_000);
    store.create({
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: {
        namespace: SCHEDULE.namespace,
        name,
        ownerReferences: [{ apiVersion: "batch/v1", kind: "CronJob", name: SCHEDULE.name, uid, controller: true }],
      },
      // No image of that name is simulated: the Job stays as it is.
      spec: { template: { spec: { restartPolicy: "Never", containers: [{ name: "pauser", image: "none:1" }] } } },
    });
    store.setStatus(JOBS, SCHEDULE.namespace, name, { startTime: formatInstant(clock.now()), ...status });
  };
  return {
    begun,
    ended: (name: string, type: "Complete" | "Failed") =>
      begun(name, {
        conditions: [{ type, status: "True", ...(type === "Failed" && { reason: "BackoffLimitExceeded" }) }],
      }),
  };
}

const bad = (findings: readonly Found[]) => findings.filter(({ state }) => state !== "ok");

test.serial("a set that lacks nothing has no finding but what is well", async (t) => {
  const { doctor } = await scene(t);
  const { findings } = await doctor();
  t.deepEqual(bad(findings), []);
  const checks = [...new Set(findings.map(({ check }) => check))].sort();
  t.deepEqual(checks, [
    "AWS Backup",
    "AWS account",
    "AWS permissions",
    "AWS quotas",
    "Azure account",
    "Azure permissions",
    "Kubernetes rights",
    "clock",
    "cluster",
    "databases",
    "pause schedule",
    "recovery",
    "releases",
    "restore points",
  ]);
});

type Scene = Awaited<ReturnType<typeof scene>>;

function relationalRelease({ config }: Pick<Scene, "config">): void {
  config["scalar-backup:pause"] = {
    schedule: "0 3 * * *",
    releases: [
      { ...RELEASE, databases: ["customers", "orders"] },
      { ...RELEASE, name: "ledger" },
    ],
  };
}

test.serial("a release that is never proven is not reported where its coordinator is to be compared", async (t) => {
  const { config, doctor } = await scene(t);
  relationalRelease({ config });
  const verified = async (verify?: object) => {
    if (verify !== undefined) config["scalar-backup:restore"] = { verify };
    const { findings } = await doctor();
    return findings.filter(({ check }) => check === "verification").length;
  };
  t.is(await verified(), 1);
  const scan = { namespace: "scalar", schemaLoaderImage: "schema-loader:3.17.0" };
  t.is(await verified({ scan: { ...scan, presentCoordinator: true } }), 0);
  t.is(await verified({ enabled: false }), 0, "nothing is to be verified");
});

/** What is taken away, and the finding that says so. */
const LACKS: {
  title: string;
  take(scene: Scene): void | Promise<void>;
  check: string;
  state: string;
  says: RegExp;
  fix?: RegExp;
}[] = [
  {
    title: "a release of another name",
    take: ({ config }) => {
      config["scalar-backup:pause"] = { schedule: "0 3 * * *", releases: [{ namespace: "scalar", name: "scalardb" }] };
    },
    check: "releases",
    state: "problem",
    says: /release scalar\/scalardb has no Deployment of a Scalar product/,
  },
  {
    title: "a namespace that does not exist",
    take: ({ config }) => {
      config["scalar-backup:pause"] = { schedule: "0 3 * * *", releases: [{ namespace: "scaler", name: "scalardb" }] };
    },
    check: "releases",
    state: "problem",
    says: /namespace scaler does not exist/,
    fix: /kubectl --context scalar-prod create namespace scaler/,
  },
  {
    title: "pods that are scaled to 0",
    take: ({ store }) => {
      store.mergePatch(
        DEPLOYMENTS,
        "scalar",
        "scalardb-cluster-node",
        { spec: { replicas: 0 } },
        { fieldManager: "t" },
      );
    },
    check: "releases",
    state: "problem",
    says: /is scaled to 0/,
    fix: /kubectl --context scalar-prod -n scalar scale deployment/,
  },
  {
    title: "no CronJob",
    take: ({ store }) => void store.delete(CRON_JOBS, "scalar", "scalar-pause"),
    check: "pause schedule",
    state: "problem",
    says: /there is no CronJob scalar\/scalar-pause/,
    fix: /pulumi up/,
  },
  {
    title: "a suspended CronJob",
    take: ({ store }) => {
      store.mergePatch(CRON_JOBS, "scalar", "scalar-pause", { spec: { suspend: true } }, { fieldManager: "t" });
    },
    check: "pause schedule",
    state: "problem",
    says: /CronJob scalar\/scalar-pause is suspended by "t", not by pause\.suspend/,
    fix: /kubectl --context scalar-prod -n scalar patch cronjob scalar-pause/,
  },
  {
    title: "a last Job that has failed",
    take: ({ runs }) => runs.ended("scalar-pause-2", "Failed"),
    check: "pause schedule",
    state: "problem",
    says: /Job scalar\/scalar-pause-2 of .* failed: BackoffLimitExceeded/,
    fix: /kubectl --context scalar-prod -n scalar logs job\/scalar-pause-2/,
  },
  {
    title: "no recorded window",
    take: ({ store }) => void store.delete(CONFIG_MAPS, "scalar", "scalar-pause-windows"),
    check: "restore points",
    state: "problem",
    says: /no window that is common to all releases is recorded/,
    fix: /kubectl --context scalar-prod -n scalar create job --from=cronjob\/scalar-pause/,
  },
  {
    title: "no recorded window, where several clusters pause at one instant",
    take: ({ config, osaka, store }) => {
      osaka(config);
      Object.assign(config["scalar-backup:pause"] as object, { rendezvousSeconds: 40 });
      store.delete(CONFIG_MAPS, "scalar", "scalar-pause-windows");
    },
    check: "restore points",
    state: "problem",
    says: /no window that is common to all releases is recorded/,
    fix: /job=scalar-pause-\$\(\( \$\(date \+%s\) \/ 60 \+ 1 \)\) once, .* kubectl --context <context> -n scalar create job --from=cronjob\/scalar-pause \$job/,
  },
  {
    title: "no window for days",
    take: ({ cloud }) => cloud.clock.advance(72 * HOUR),
    check: "restore points",
    state: "problem",
    says: /3 days.* ago: older than the schedule's longest interval of 24 h/,
    fix: /kubectl --context scalar-prod -n scalar logs/,
  },
  {
    title: "no context of that name",
    take: ({ config }) => {
      config["kubernetes:context"] = "elsewhere";
    },
    check: "cluster",
    state: "problem",
    says: /has no context "elsewhere"/,
    fix: /kubernetes:context/,
  },
  {
    title: "a cluster that is not pinned",
    take: ({ config }) => {
      delete config["kubernetes:context"];
    },
    check: "cluster",
    state: "warning",
    says: /current context/,
    fix: /pulumi config set kubernetes:context/,
  },
  {
    title: "an account without a right of a preview",
    take: ({ cloud }) => cloud.aws.caller.restrict([policyWithout("dynamodb:DescribeContinuousBackups")]),
    check: "AWS permissions",
    state: "problem",
    says: /lacks rights for a preview: dynamodb:DescribeContinuousBackups on arn:aws:dynamodb:ap-northeast-1:123456789012:table\/ledger\.\*/,
    fix: /docs\/permissions\.md/,
  },
  {
    title: "an account without a right of a restore",
    take: ({ cloud }) => cloud.aws.caller.restrict([policyWithout("rds:RestoreDBClusterToPointInTime")]),
    check: "AWS permissions",
    state: "problem",
    says: /lacks rights for a restore: rds:RestoreDBClusterToPointInTime on/,
  },
  {
    title: "an account that may not ask what it may do",
    take: ({ cloud }) => cloud.aws.caller.restrict([policyWithout("iam:SimulatePrincipalPolicy")]),
    check: "AWS permissions",
    state: "unknown",
    says: /not authorized to perform: iam:SimulatePrincipalPolicy/,
    fix: /allow iam:SimulatePrincipalPolicy/,
  },
  {
    title: "an account without a right of a recovery alone",
    take: ({ cloud }) => cloud.aws.caller.restrict([policyWithout("dynamodb:PutResourcePolicy")]),
    check: "AWS permissions",
    state: "warning",
    says: /lacks rights for a recovery: dynamodb:PutResourcePolicy on arn:aws:dynamodb:ap-northeast-1:/,
    fix: /docs\/permissions\.md/,
  },
  {
    title: "a record of another cluster that cannot be read",
    take: ({ config, osaka }) => {
      osaka(config, { kubernetes: { context: "elsewhere" } });
    },
    check: "other clusters",
    state: "problem",
    says: /the pause windows of cluster osaka were not read .*has no context "elsewhere"/,
  },
  {
    title: "another cluster without a window",
    take: ({ config, osaka }) => osaka(config),
    check: "other clusters",
    state: "problem",
    says: /the pause windows of cluster osaka were not read .*it does not exist or is empty/,
    fix: /run scalar-backup doctor for the stack of osaka/,
  },
  {
    title: "another cluster that was paused at another time",
    take: ({ config, osaka, windowOf }) => {
      osaka(config);
      windowOf("osaka", "osaka", -HOUR);
    },
    check: "restore points",
    state: "problem",
    says: /no window is common to all clusters, .* the newest of this cluster alone is 20/,
    fix: /rendezvousSeconds/,
  },
  {
    title: "another cluster whose pods cannot be stopped from here",
    take: ({ config, osaka }) => osaka(config, { record: "{}" }),
    check: "recovery",
    state: "warning",
    says: /cannot stop the pods of cluster osaka from here/,
    fix: /otherClusters\[\]\.kubernetes/,
  },
  {
    title: "copies in another region, which cannot take the production names",
    take: ({ config }) => {
      const [ledger] = config["scalar-backup:databases"] as { dynamodb: object }[]; // Cast: see `scene`.
      Object.assign(ledger?.dynamodb ?? {}, { restoreTo: { region: "ap-northeast-3" } });
    },
    check: "recovery",
    state: "warning",
    says: /a recovery could not replace production: ledger: its copies are in another region/,
    fix: /remove restoreTo\.region/,
  },
  {
    title: "a proof of the release whose databases are all relational",
    take: relationalRelease,
    check: "verification",
    state: "warning",
    says: /the coordinator of scalar\/scalardb-cluster \(customers, orders\) is in a relational database.* no drill passes/,
    fix: /^set restore\.verify\.scan\.presentCoordinator to true/,
  },
  {
    title: "what says that ScalarDL Auditor runs no transactions",
    take: async ({ cloud, config }) => {
      await cloud.kubernetes.installRelease({ namespace: "scalar", name: "audit", product: "auditor", replicas: 1 });
      const releases = [RELEASE, { namespace: "scalar", name: "audit" }];
      config["scalar-backup:pause"] = { schedule: "0 3 * * *", releases };
    },
    check: "releases",
    state: "warning",
    says: /^release scalar\/audit is ScalarDL Auditor, which runs no ScalarDB transactions/,
    fix: /^set pause\.releases\[1\]\.transactions to false$/,
  },
  {
    title: "a region that has not opted in",
    take: ({ cloud }) => {
      cloud.aws.backup.region(REGION).optIn.Aurora = false;
    },
    check: "AWS Backup",
    state: "problem",
    says: /has not opted in to Aurora, so that its plans never back up customers/,
    fix: /aws backup update-region-settings --region ap-northeast-1/,
  },
  {
    title: "a quota that is used up",
    take: ({ rds }) => {
      rds.quotas.clusters = 1;
    },
    check: "AWS quotas",
    state: "problem",
    says: /1 of 1 DBClusters of RDS are used/,
    fix: /service-quotas/,
  },
  {
    title: "Azure roles without an action of a restore",
    take: ({ cloud }) =>
      cloud.azure.permissions.restrict([{ action: "Microsoft.DBforPostgreSQL/flexibleServers/read", scope: "group" }]),
    check: "Azure permissions",
    state: "problem",
    says: /lacks actions for a restore in .*: .*Microsoft\.DBforPostgreSQL\/flexibleServers\/delete/,
    fix: /docs\/permissions\.md/,
  },
  {
    title: "a table without point-in-time recovery",
    take: ({ dynamodb }) => {
      const PointInTimeRecoverySpecification = { PointInTimeRecoveryEnabled: false };
      dynamodb.updateContinuousBackups({ TableName: "ledger.accounts", PointInTimeRecoverySpecification });
    },
    check: "databases",
    state: "warning",
    says: /ledger: 1 of 4 tables are not protected as configured: ledger\.accounts/,
    fix: /pulumi up/,
  },
  {
    title: "a retention of an Aurora cluster that AWS Backup raises",
    take: ({ rds }) => {
      rds.modifyDBCluster({ DBClusterIdentifier: "customers-prod", BackupRetentionPeriod: 7 });
    },
    check: "databases",
    state: "warning",
    says: /customers: cluster customers-prod: its backup retention is 7 days, below 35/,
    fix: /AWS Backup raises it/,
  },
  {
    title: "a retention of a Multi-AZ DB cluster that an update raises",
    take: ({ config, rds }) => {
      rds.createDBCluster({
        DBClusterIdentifier: "payments-prod",
        Engine: "postgres",
        EngineVersion: "16.10",
        MasterUsername: "scalar",
        MasterUserPassword: "not-a-real-password",
        DBClusterInstanceClass: "db.r6gd.xlarge",
        AllocatedStorage: 200,
        StorageType: "io1",
        Iops: 4000,
        BackupRetentionPeriod: 7,
        DeletionProtection: true,
        StorageEncrypted: true,
      });
      config["scalar-backup:databases"] = [
        { name: "ledger", dynamodb: { existing: { namespaces: ["ledger"] } } },
        { name: "payments", rdsPostgresql: { existing: { clusterIdentifier: "payments-prod" } } },
      ];
    },
    check: "databases",
    state: "warning",
    says: /payments: cluster payments-prod: its backup retention is 7 days, below 35/,
    fix: /^"pulumi up" fixes it$/,
  },
  {
    title: "a cluster that is gone",
    take: ({ config }) => {
      config["scalar-backup:databases"] = [
        { name: "ledger", dynamodb: { existing: { namespaces: ["ledger"] } } },
        { name: "customers", auroraPostgresql: { existing: { clusterIdentifier: "customers" } } },
      ];
    },
    check: "databases",
    state: "problem",
    says: /customers: the cluster customers in ap-northeast-1 does not exist/,
    fix: /correct databases\[\]/,
  },
  {
    title: "a server that a copy has replaced, which the configuration does not name yet",
    take: ({ cloud }) => {
      const server = azureResource(cloud, "Microsoft.DBforPostgreSQL/flexibleServers", "orders-prod", "2025-08-01");
      const tags = {
        "scalar-backup:replaced-by": "orders-prod-20261122t030000z",
        "scalar-backup:switched-over": "2026-11-22T04:00:00Z",
      };
      server.send("PATCH", "", { tags });
    },
    check: "databases",
    state: "problem",
    says: /^orders: orders-prod-20261122t030000z has replaced it at 2026-11-22T04:00:00Z, and is not protected/,
    fix: /set databases\[\]\.azurePostgresql\.existing\.serverName to orders-prod-20261122t030000z.* remove its tags/,
  },
];

const SECURE = { secure: "v1:AAAA" };

/** Adds reports to the set, and what the record says of them. */
function reporting({ config, store }: Scene, notify: object, channels?: object): void {
  config["scalar-backup:pause"] = { schedule: "0 3 * * *", releases: [RELEASE], notify };
  if (channels === undefined) return;
  const record = store.get(CONFIG_MAPS, "scalar", "scalar-pause-windows");
  const text = JSON.stringify({ schemaVersion: 1, channels });
  store.update({ ...record, data: { ...(record.data as object), "notifications.json": text } });
}

const accepted = { acceptedAt: "2026-11-22T03:00:21.000Z" };

test.serial("reports that arrive are well, with addresses that are encrypted", async (t) => {
  const played = await scene(t);
  reporting(played, { webhook: { url: SECURE }, heartbeat: { url: SECURE } }, { webhook: {}, heartbeat: accepted });
  const { findings } = await played.doctor();
  t.deepEqual(bad(findings), []);
  const [found] = findings.filter(({ check }) => check === "reports");
  t.is(
    found?.message,
    "reports of the pauser arrive: webhook has not been needed yet, heartbeat accepted one at 2026-11-22T03:00:21.000Z",
  );
});

LACKS.push(
  {
    title: "a webhook that refuses reports",
    take: (played) => {
      const failing = {
        since: "2026-11-20T03:00:00.000Z",
        problem: "hooks.slack.com refuses it with HTTP 404: no_service",
      };
      reporting(played, { webhook: { url: SECURE }, otlp: { endpoint: SECURE } }, { webhook: { failing } });
    },
    check: "reports",
    state: "problem",
    says: /pause\.notify\.webhook has accepted no report of the pauser since 2026-11-20T03:00:00\.000Z: .*HTTP 404: no_service/,
    fix: /correct it in the configuration or at the receiver/,
  },
  {
    title: "a webhook alone",
    take: (played) => reporting(played, { webhook: { secretKeyRef: { name: "alerts", key: "slack" } } }),
    check: "reports",
    state: "warning",
    says: /only a webhook, which says nothing when no run starts at all/,
    fix: /add pause\.notify\.heartbeat/,
  },
  {
    title: "a note of reports that is damaged",
    take: (played) => reporting(played, { heartbeat: { url: SECURE } }, []),
    check: "reports",
    state: "problem",
    says: /what was reported \(notifications\.json\) cannot be read/,
  },
);

for (const { title, take, check, state, says, fix } of LACKS)
  test.serial(`${title}: a finding of "${check}"`, async (t) => {
    const played = await scene(t);
    await take(played);
    const { findings, exitCode } = await played.doctor();
    const [found] = bad(findings).filter((each) => each.check === check && says.test(each.message + (each.fix ?? "")));
    t.truthy(found, JSON.stringify(bad(findings), undefined, 2));
    t.is(found?.state, state);
    if (fix) t.regex(found?.fix ?? "", fix);
    const problems = findings.some((each) => each.state === "problem");
    if (problems) t.is(exitCode, EXIT.findings);
  });

test.serial("encrypted properties are not missed: no finding is about them", async (t) => {
  const { config, doctor } = await scene(t);
  const about = async () => (await doctor()).findings.filter(({ check }) => check === "stack file");
  for (const properties of [SECURE, { "scalardb-cluster": SECURE }]) {
    config["scalar-backup:properties"] = properties;
    t.deepEqual(await about(), []);
  }
  config["azure-native:clientSecret"] = SECURE;
  t.is((await about()).length, 1);
});

test.serial(
  "the resource group of copies is looked at, too, and a missing one is found before a restore",
  async (t) => {
    const { config, doctor } = await scene(t);
    // Cast: what the scene configures, the server last.
    const databases = structuredClone(config["scalar-backup:databases"]) as { azurePostgresql?: object }[];
    Object.assign(databases.at(-1)?.azurePostgresql ?? {}, { restoreTo: { resourceGroupName: "scalar-copies" } });
    config["scalar-backup:databases"] = databases;
    const { findings } = await doctor();
    const messages = findings.filter(({ check }) => check === "Azure permissions").map(({ message }) => message);
    t.true(
      messages.some((message) => /in scalar-copies: ResourceGroupNotFound/.test(message)),
      messages.join("\n"),
    );
  },
);

test.serial('an account without a right in the cluster: a finding of "Kubernetes rights"', async (t) => {
  const { cloud, config, doctor, folder, store } = await scene(t);
  store.create({ apiVersion: "v1", kind: "ServiceAccount", metadata: { namespace: "scalar", name: "ci" } });
  const rules = [
    { apiGroups: ["apps"], resources: ["deployments"], verbs: ["list"] },
    { apiGroups: [""], resources: ["services", "configmaps"], verbs: ["list", "get"] },
    { apiGroups: ["batch"], resources: ["cronjobs", "jobs"], verbs: ["get", "list"] },
  ];
  const rbac = "rbac.authorization.k8s.io";
  store.create({ apiVersion: `${rbac}/v1`, kind: "Role", metadata: { namespace: "scalar", name: "ci" }, rules });
  store.create({
    apiVersion: `${rbac}/v1`,
    kind: "RoleBinding",
    metadata: { namespace: "scalar", name: "ci" },
    roleRef: { apiGroup: rbac, kind: "Role", name: "ci" },
    subjects: [{ kind: "ServiceAccount", name: "ci", namespace: "scalar" }],
  });
  const token = cloud.kubernetes.tokenOf("scalar", "ci");
  // Cast: a kubeconfig.
  const kubeconfig = parse(readFileSync(cloud.kubernetes.kubeconfig, "utf8")) as { users: { user: object }[] };
  for (const each of kubeconfig.users) each.user = { token };
  const file = join(folder, "kubeconfig");
  writeFileSync(file, stringify(kubeconfig));
  config["kubernetes:kubeconfig"] = file;
  const { findings } = await doctor();
  const [found, recovery] = bad(findings);
  t.is(found?.check, "Kubernetes rights", JSON.stringify(bad(findings)));
  t.like(recovery, { check: "recovery", state: "warning" });
  t.regex(
    recovery?.message ?? "",
    /lacks rights in cluster "default": .*patch deployments\/scale "scalardb-cluster-node" in scalar/,
  );
  t.regex(found?.message ?? "", /may not get serviceaccounts in scalar, .*create configmaps in scalar/);
  t.regex(found?.fix ?? "", /docs\/permissions\.md/);
});

test.serial("a failed Job is no finding once a later one has succeeded, nor while one runs", async (t) => {
  const { doctor, runs } = await scene(t);
  runs.ended("scalar-pause-2", "Failed");
  runs.ended("scalar-pause-3", "Complete");
  runs.begun("scalar-pause-4");
  t.deepEqual(bad((await doctor()).findings), []);
});

test.serial("another cluster that was paused at the same time has no finding but what is well", async (t) => {
  const { config, doctor, osaka, windowOf } = await scene(t);
  osaka(config);
  windowOf("osaka", "osaka");
  const { findings } = await doctor();
  t.deepEqual(bad(findings), []);
  t.deepEqual(
    findings.filter(({ check }) => check === "other clusters").map(({ message }) => message),
    ["1 pause window of cluster osaka is recorded"],
  );
  t.is(findings.filter(({ check, message }) => check === "recovery" && message.includes("osaka")).length, 1);
});

test.serial('a clock that differs: a finding of "clock"', async (t) => {
  const { cloud, doctor } = await scene(t);
  const { findings } = await doctor(() => cloud.clock.now() + 60_000);
  const clocks = bad(findings).filter(({ check }) => check === "clock");
  t.is(clocks.length, 3);
  for (const { state, message } of clocks) {
    t.is(state, "warning");
    t.regex(message, /clock is (59|60|61) s ahead of/);
  }
});

test.serial("as a process of its own, it asks the same", async (t) => {
  const { cloud, config, folder } = await scene(t);
  const file = join(folder, "Pulumi.prod.yaml");
  writeFileSync(file, stringify({ config }));
  const bin = join(__dirname, "../../../cli/bin.cjs");
  const env = { ...process.env, ...cloud.environment(), PATH: folder };
  const printed = await new Promise<string>((resolve) =>
    // Its exit code is of the programs, too.
    execFile(process.execPath, [bin, "doctor", file, "--json"], { env }, (_error, stdout) => resolve(stdout)),
  );
  const { findings } = JSON.parse(printed) as { findings: Found[] }; // Cast: what the command documents.
  t.deepEqual(bad(findings.filter(({ check }) => check !== "programs")), []);
  const programs = bad(findings.filter(({ check }) => check === "programs"));
  t.deepEqual(
    programs.map(({ message }) => message),
    ['there is no Pulumi CLI on the PATH, or "pulumi version" fails'],
  );
});

test.serial("a stack file with an error is not examined", async (t) => {
  const { config, folder } = await scene(t);
  config["scalar-backup:databases"] = [];
  const file = join(folder, "Pulumi.wrong.yaml");
  writeFileSync(file, stringify({ config }));
  const { exitCode, out, notes } = await ran(["doctor", file]);
  t.is(exitCode, EXIT.usage);
  t.deepEqual(out, []);
  t.regex(notes.join("\n"), /"scalar-backup check .*Pulumi\.wrong\.yaml" shows them/);
});

function policyWithout(action: string): string {
  const values = {
    Partition: ["aws"],
    Account: ["123456789012"],
    Region: [REGION],
    Table: ["*"],
    Database: ["*"],
    Vault: ["*"],
    Name: ["scalar", "ledger", "customers"],
  };
  const statements = Object.values(AWS_DOCUMENTS).flatMap(
    // Cast: JSON's type has a condition for some statements only.
    (document) => filledDocument(document as Document, values).Statement,
  );
  const asking = {
    Effect: "Allow",
    Action: ["iam:SimulatePrincipalPolicy", "rds:DescribeAccountAttributes"],
    Resource: ["*"],
  };
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [...statements, asking].map((each) => ({
      ...each,
      Action: each.Action.filter((other) => other !== action),
    })),
  });
}
