import { awsBackupCoversDatabase } from "../../../policies/sets/aws-backup-covers-database";
import { databaseInSet } from "../../../policies/sets/database-in-set";
import { drillCopiesRemoved } from "../../../policies/sets/drill-copies-removed";
import { drillRecent } from "../../../policies/sets/drill-recent";
import { pauseCoversReleases } from "../../../policies/sets/pause-covers-releases";
import { restorePointsAvailable } from "../../../policies/sets/restore-points-available";
import { snapshotsOfPausedSet } from "../../../policies/sets/snapshots-of-paused-set";
import {
  azurePostgresql,
  cluster,
  cronJob,
  IN_SET,
  instance,
  plan,
  scalarAdminCronJob,
  scalarRelease,
  selection,
  table,
} from "./examples";
import { type Declared, saysOfStack, UNKNOWN_VALUE } from "./judging";

const NO_TRANSACTIONS = "accounts (DynamoDB) has no transactions of its own";
const NO_PAUSE =
  "and nothing in this stack pauses Scalar's pods, so no restore point will be consistent: declare a PauseSchedule for every release (or say pausedElsewhere in this policy's configuration, if another stack does)";
const paused = (releases: object[]) => cronJob({ settings: { releases } });
const drillCopy = (props: object = {}) => ({
  ...cluster({
    tags: { "scalar-backup:copy": "drill", "scalar-backup:restored-to": "2026-01-01T00:00:00Z" },
    ...props,
  }),
  name: "customers-copy",
});
const component = (required: boolean): Declared => ({
  type: "scalar-backup:index:ScalarBackup",
  name: "backup",
  props: { pauseRequired: { required, because: "the reason" } },
});
const ledger: Declared = {
  type: "kubernetes:apps/v1:Deployment",
  name: "ledger",
  props: {
    metadata: {
      namespace: "scalar",
      labels: { "app.kubernetes.io/app": "ledger", "app.kubernetes.io/instance": "scalardl-ledger" },
    },
  },
};
const missed = (release: string, at?: string) => ({
  message: `release ${release} keeps running while others are paused: add it to the releases of the pause schedule`,
  ...(at && { at }),
});

saysOfStack(pauseCoversReleases, [
  ["one relational database", [cluster()], []],
  [
    "one relational database and its replicas",
    [instance(), { ...instance({ replicateSourceDb: "orders" }), name: "reader" }],
    [],
  ],
  ["one relational database and a drill's copy of it", [cluster(), drillCopy()], []],
  ["a NoSQL database", [table()], [{ message: `${NO_TRANSACTIONS}, ${NO_PAUSE}` }]],
  [
    "two relational databases",
    [cluster(), instance()],
    [
      {
        message: `customers, orders have to be restored to one instant at which no transaction was running, ${NO_PAUSE}`,
      },
    ],
  ],
  ["another of them is not ScalarDB's", [cluster(), instance()], [], { config: { except: ["orders"] } }],
  ["paused by another stack", [table()], [], { config: { pausedElsewhere: true } }],
  [
    "a CronJob that is not known yet may pause",
    [table(), cronJob({ container: { image: UNKNOWN_VALUE, env: [] } })],
    [],
  ],
  [
    "the component knows that databases exist elsewhere",
    [cluster(), component(true)],
    [{ message: `the reason, ${NO_PAUSE}` }],
  ],
  ["the component knows that none is needed", [table(), component(false)], []],
  ["the release that is installed", [table(), cronJob(), scalarRelease()], []],
  [
    "a release that is installed besides",
    [
      table(),
      cronJob(),
      scalarRelease(),
      { ...scalarRelease({ chart: "scalar-labs/scalardl", name: "ledger" }), name: "dl" },
    ],
    [missed("scalar/ledger", "dl")],
  ],
  ["a Deployment of a chart's", [table(), cronJob(), ledger], [missed("scalar/scalardl-ledger", "ledger")]],
  [
    "Envoy's release is not paused",
    [table(), cronJob(), { ...scalarRelease({ chart: "envoy", name: "envoy" }), name: "envoy" }],
    [],
  ],
  [
    "a release that the configuration names",
    [table(), cronJob()],
    [missed("scalar/auditor")],
    { config: { releases: ["scalar/scalardb-cluster", "scalar/auditor"] } },
  ],
  [
    "the same name in another namespace",
    [table(), paused([{ namespace: "other", name: "scalardb-cluster" }]), scalarRelease()],
    [missed("scalar/scalardb-cluster", "scalardb-cluster")],
  ],
  ["a release whose name is not known yet", [table(), cronJob(), scalarRelease({ name: UNKNOWN_VALUE })], []],
  [
    "Scalar's own tool, one release a run: no common window",
    [
      table(),
      scalarAdminCronJob(["-n", "scalar", "-r", "scalardb-cluster"], "pause-cluster"),
      scalarAdminCronJob(["-n", "scalar", "-r", "scalardl-ledger"], "pause-ledger"),
      scalarRelease(),
      ledger,
    ],
    [
      {
        message:
          "releases are paused by 2 CronJobs (pause-cluster, pause-ledger), each at its own time, so there is no window in which all are paused: pause them in one PauseSchedule",
      },
    ],
  ],
  [
    "Scalar's own tool for the one release",
    [table(), scalarAdminCronJob(["-n", "scalar", "-r", "scalardb-cluster"]), scalarRelease()],
    [],
  ],
  [
    "Scalar's own tool, installed by its chart",
    [
      table(),
      scalarRelease(),
      {
        ...scalarRelease({
          chart: "scalar-admin-for-kubernetes",
          name: "pause",
          values: {
            scalarAdminForKubernetes: { jobType: "cronjob", commandArgs: ["-r", "scalardb-cluster", "-n", "scalar"] },
          },
        }),
        name: "pause",
      },
    ],
    [],
  ],
  [
    "clusters that meet in one window",
    [
      table(),
      cronJob({ settings: { rendezvousSeconds: 60 } }),
      {
        ...cronJob({
          settings: { rendezvousSeconds: 60, releases: [{ namespace: "scalar", name: "scalardl-ledger" }] },
        }),
        name: "east",
      },
      scalarRelease(),
      ledger,
    ],
    [],
  ],
]);

/** Two sets in a stack, each looked after by a component of ours. */
const backup = (name: string, required: boolean, because: string): Declared => ({
  type: "scalar-backup:index:ScalarBackup",
  name,
  props: { pauseRequired: { required, because } },
});
const payments = backup("payments", true, "the reason of payments");
const reports = (required: boolean) => backup("reports", required, "the reason of reports");
const paymentsPause = { ...cronJob(), name: "payments-pause", parent: "payments" };
const reportsRelease = { ...scalarRelease({ name: "reporting", namespace: "reports" }), name: "reporting" };
const reportsPause = {
  ...paused([{ namespace: "reports", name: "reporting" }]),
  name: "reports-pause",
  parent: "reports",
};
const otherSet = (declared: Declared): Declared => ({
  ...declared,
  props: { ...declared.props, tags: { "scalar-backup:set": "reports" } },
});
saysOfStack(pauseCoversReleases, [
  [
    "two sets, of which one needs no pause: nor do its releases",
    [payments, paymentsPause, scalarRelease(), reports(false), { ...cluster(), parent: "reports" }, reportsRelease],
    [],
  ],
  [
    "two sets that are paused each by itself",
    [payments, paymentsPause, scalarRelease(), reports(true), reportsPause, reportsRelease],
    [],
  ],
  [
    "two sets, of which one needs a pause and has none",
    [payments, paymentsPause, scalarRelease(), reports(true), reportsRelease],
    [{ message: `the reason of reports, ${NO_PAUSE}` }],
  ],
  [
    "two sets that are paused, and a release that none of them pauses",
    [payments, paymentsPause, scalarRelease(), reports(true), reportsPause, reportsRelease, ledger],
    [missed("scalar/scalardl-ledger", "ledger")],
  ],
  ["two sets of one relational database each, distinguished by their tags", [cluster(), otherSet(instance())], []],
  [
    "the same as one set",
    [cluster(), instance()],
    [
      {
        message: `customers, orders have to be restored to one instant at which no transaction was running, ${NO_PAUSE}`,
      },
    ],
  ],
  ["a relational database next to one that Scalar does not use", [cluster(), instance({ tags: {} })], []],
  [
    "a table of ScalarDB's belongs to the one set there is",
    [otherSet(cluster()), table({ tags: {}, hashKey: "concatenatedPartitionKey" }), cronJob(), ledger, scalarRelease()],
    [missed("scalar/scalardl-ledger", "ledger")],
  ],
  [
    "one relational database and a recovery's copy of it",
    [
      cluster(),
      {
        ...cluster({ tags: { ...IN_SET, "scalar-backup:copy": "recovery" } }),
        name: "customers-copy",
        urn: "urn:pulumi:dev::test::scalar-backup:index:ScalarRestore$scalar-backup:index:RestoredDatabase$aws:rds/cluster:Cluster::customers-copy",
      },
    ],
    [],
  ],
]);
saysOfStack(restorePointsAvailable, [
  [
    "each set by its own schedule",
    [
      payments,
      { ...table(), parent: "payments" },
      { ...cronJob({ spec: { schedule: "0 3 1 * *" } }), name: "payments-pause", parent: "payments" },
      reports(true),
      { ...cluster({ backupRetentionPeriod: 7 }), parent: "reports" },
      { ...reportsPause, props: cronJob({ spec: { schedule: "0 3 * * *" } }).props },
    ],
    [
      {
        message:
          'up to 31 days pass between two pauses ("0 3 1 * *"), and accounts reaches back 35 days: only 1 of 2 restore points is always available; pause at least every 17 days, or let accounts reach back further',
        at: "payments-pause",
      },
    ],
  ],
]);

const undecided = (name: string) => [
  {
    message: `it is not known whether ScalarDB or ScalarDL uses ${name}, so the policies about databases skip it: if they do, tag it scalar-backup:set with the name of its set; if they don't, add it to this policy's setting except`,
    at: name,
  },
];
const untagged = instance({ tags: {} });
saysOfStack(databaseInSet, [
  ["next to a database of Scalar's", [table(), untagged], undecided("orders")],
  ["next to a release of Scalar's", [scalarRelease(), untagged], undecided("orders")],
  ["next to a pause", [cronJob(), untagged], undecided("orders")],
  ["next to a component of ours", [component(false), untagged], undecided("orders")],
  ["in a stack that has nothing of Scalar's", [untagged, cluster({ tags: {} })], []],
  ["tagged", [table(), instance()], []],
  ["a table with keys of its own", [cluster(), table({ tags: {}, hashKey: "sessionId" })], []],
  ["tags that are not known yet", [table(), instance({ tags: UNKNOWN_VALUE })], []],
  ["left out", [table(), untagged], [], { config: { except: ["orders"] } }],
]);

const scheduled = (schedule: string) => cronJob({ spec: { schedule } });
saysOfStack(restorePointsAvailable, [
  ["daily, five weeks", [table(), scheduled("0 3 * * *")], []],
  [
    "monthly, five weeks",
    [table(), cluster(), scheduled("0 3 1 * *")],
    [
      {
        message:
          'up to 31 days pass between two pauses ("0 3 1 * *"), and accounts reaches back 35 days: only 1 of 2 restore points is always available; pause at least every 17 days, or let accounts reach back further',
        at: "pause",
      },
    ],
  ],
  [
    "the database that reaches back least decides",
    [table(), cluster({ backupRetentionPeriod: 1 }), scheduled("0 3 * * *")],
    [
      {
        message:
          'up to 24 hours pass between two pauses ("0 3 * * *"), and customers reaches back 1 day: only 1 of 2 restore points is always available; pause at least every 12 hours, or let customers reach back further',
        at: "pause",
      },
    ],
  ],
  ["one restore point is enough", [table(), scheduled("0 3 1 * *")], [], { config: { restorePoints: 1 } }],
  [
    "what AWS Backup keeps counts where it owns the retention",
    [
      table(),
      { ...cluster({ backupRetentionPeriod: 1 }), ignoreChanges: ["backupRetentionPeriod"] },
      plan(),
      selection(),
      scheduled("0 3 * * 0"),
    ],
    [],
  ],
  [
    "recovery that is off has a policy of its own",
    [table({ pointInTimeRecovery: undefined }), scheduled("@monthly")],
    [],
  ],
  ["a schedule that cannot be read", [table(), scheduled("now and then")], []],
  ["no pause is needed", [cluster({ backupRetentionPeriod: 1 }), scheduled("@monthly")], []],
]);

const daily = (props: object = {}, ruleName = "daily") => plan({ ruleName, enableContinuousBackup: false }, props);
const selecting = (...resources: string[]) => selection({ resources });
const conditioned = (operator: string, value: string) =>
  selection({ resources: ["*"], conditions: [{ [operator]: [{ key: "aws:ResourceTag/backup", value }] }] });
const SNAPSHOTS = {
  message: `rule daily takes scheduled snapshots of accounts, which are not consistent with the other databases: ${NO_TRANSACTIONS}; restore to a pause window instead, and leave accounts out of the plan or set enableContinuousBackup`,
  at: "plan",
};
const weeklyOnAzure: Declared = {
  type: "azure-native:dataprotection:BackupInstance",
  name: "weekly",
  props: {
    properties: {
      dataSourceInfo: {
        resourceID: "/subscriptions/s/resourceGroups/g/providers/Microsoft.DBforPostgreSQL/flexibleServers/shipping",
      },
      policyInfo: {
        policyId:
          "/subscriptions/s/resourceGroups/g/providers/Microsoft.DataProtection/backupVaults/archive/backupPolicies/weekly",
      },
    },
  },
};
saysOfStack(snapshotsOfPausedSet, [
  [
    "by ARN",
    [table(), daily(), selecting("arn:aws:dynamodb:ap-northeast-1:111122223333:table/ledger.accounts")],
    [SNAPSHOTS],
  ],
  ["by pattern", [table(), daily(), selecting("arn:aws:dynamodb:*:*:table/*")], [SNAPSHOTS]],
  ["everything", [table(), daily(), selecting("*")], [SNAPSHOTS]],
  ["everything but it", [table(), daily(), selection({ resources: ["*"], notResources: ["arn:aws:dynamodb:*"] })], []],
  [
    "by tag",
    [
      table({ tags: { ...IN_SET, backup: "yes" } }),
      daily(),
      selection({ resources: [], selectionTags: [{ type: "STRINGEQUALS", key: "backup", value: "yes" }] }),
    ],
    [SNAPSHOTS],
  ],
  [
    "by another tag",
    [
      table({ tags: { ...IN_SET, backup: "no" } }),
      daily(),
      selection({ resources: [], selectionTags: [{ type: "STRINGEQUALS", key: "backup", value: "yes" }] }),
    ],
    [],
  ],
  [
    "a tag that a condition asks for",
    [table({ tags: { ...IN_SET, backup: "yes" } }), daily(), conditioned("stringEquals", "yes")],
    [SNAPSHOTS],
  ],
  [
    "another value than a condition asks for",
    [table({ tags: { ...IN_SET, backup: "no" } }), daily(), conditioned("stringEquals", "yes")],
    [],
  ],
  [
    "a tag that a condition excludes",
    [table({ tags: { ...IN_SET, backup: "yes" } }), daily(), conditioned("stringNotEquals", "yes")],
    [],
  ],
  ["no tag, where a condition excludes one", [table(), daily(), conditioned("stringNotEquals", "yes")], [SNAPSHOTS]],
  [
    "an ARN and a plan that are not known yet, identified by their inputs",
    [
      table({ arn: UNKNOWN_VALUE }),
      daily({ id: UNKNOWN_VALUE }),
      {
        ...selection({ planId: UNKNOWN_VALUE, resources: [UNKNOWN_VALUE] }),
        madeFrom: { resources: ["accounts"], planId: ["plan"] },
      },
    ],
    [SNAPSHOTS],
  ],
  [
    "a rule of our vault, which marks them",
    [
      table(),
      daily(),
      selecting("*"),
      {
        ...component(true),
        props: { pauseRequired: { required: true, because: "x" }, vaults: [{ copies: [{ rule: "daily" }] }] },
      },
    ],
    [],
  ],
  ["continuous backup is no snapshot", [table(), instance(), plan(), selecting("*")], []],
  ["another plan's", [table(), daily({ id: "other" }), selecting("*")], []],
  ["one relational database may have snapshots", [cluster(), daily(), selecting("*")], []],
  [
    "Azure Backup",
    [azurePostgresql(), { ...azurePostgresql({ id: "other" }), name: "returns" }, weeklyOnAzure],
    [
      {
        message:
          "Azure Backup takes scheduled snapshots of shipping, which are not consistent with the other databases: shipping, returns have to be restored to one instant at which no transaction was running; restore to a pause window instead",
        at: "weekly",
      },
    ],
  ],
  [
    "Azure Backup, by a vault of ours, which marks them",
    [
      azurePostgresql(),
      { ...azurePostgresql({ id: "other" }), name: "returns" },
      weeklyOnAzure,
      {
        ...component(true),
        props: {
          pauseRequired: { required: true, because: "x" },
          vaults: [{ cloud: "azure", name: "archive", copies: [{ rule: "weekly" }] }],
        },
      },
    ],
    [],
  ],
  [
    "a rule of the name that ours has on Azure",
    [
      table(),
      daily({}, "weekly"),
      selecting("*"),
      {
        ...component(true),
        props: {
          pauseRequired: { required: true, because: NO_TRANSACTIONS },
          vaults: [{ cloud: "azure", name: "archive", copies: [{ rule: "weekly" }] }],
        },
      },
    ],
    [{ ...SNAPSHOTS, message: SNAPSHOTS.message.replace("rule daily", "rule weekly") }],
  ],
]);

const leftToAwsBackup = { ...cluster({ backupRetentionPeriod: 1 }), ignoreChanges: ["backupRetentionPeriod"] };
const UNCOVERED = {
  message:
    "backupRetentionPeriod is left to others by ignoreChanges, and no AWS Backup plan of this stack with enableContinuousBackup selects the database: add it to one, or manage its retention here",
  at: "customers",
};
saysOfStack(awsBackupCoversDatabase, [
  ["covered", [leftToAwsBackup, plan(), selection()], []],
  ["no plan", [leftToAwsBackup], [UNCOVERED]],
  ["a plan for another", [leftToAwsBackup, plan(), selecting("arn:aws:rds:*:*:cluster:other")], [UNCOVERED]],
  ["snapshots only", [leftToAwsBackup, daily(), selection()], [UNCOVERED]],
  ["a selection that is not known yet", [leftToAwsBackup, plan(), selection({ resources: UNKNOWN_VALUE })], []],
  ["managed here", [cluster()], []],
  ["none of ScalarDB's", [leftToAwsBackup], [], { config: { except: ["customers"] } }],
]);

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000 - 60_000).toISOString();
const drillOf = (days: number) =>
  drillCopy({ tags: { "scalar-backup:copy": "drill", "scalar-backup:restored-to": daysAgo(days) } });
const existingFor = (days: number) => [
  {
    message: `the drill's copy has existed for ${days} days at least: end the drill with "pulumi config rm restore" (in a program of your own: take the ScalarRestore out) and "pulumi up"`,
    at: "customers-copy",
  },
];
saysOfStack(drillCopiesRemoved, [
  ["of an instant that could still be restored just now", [drillOf(34)], []],
  ["for a week since its instant could last be restored", [drillOf(42)], []],
  ["for longer", [drillOf(45)], existingFor(10)],
  ["for longer than configured", [drillOf(39)], existingFor(4), { config: { maximumDays: 3 } }],
  ["made lately, as Azure says", [drillCopy({ systemData: { createdAt: daysAgo(2) } })], []],
  ["made long ago, as Azure says", [drillCopy({ systemData: { createdAt: daysAgo(9) } })], existingFor(9)],
  [
    "a recovery's copy stays",
    [drillCopy({ tags: { "scalar-backup:copy": "recovery", "scalar-backup:restored-to": "2026-01-01T00:00:00Z" } })],
    [],
  ],
]);

const stack = (props: object): Declared[] => [{ type: "pulumi:pulumi:Stack", name: "test-dev", props }];
const FIX =
  "run one (restore.at): this program records one whose verification passed; in another stack, name that (pulumi config set --path lastDrill.stack <organization>/<project>/<stack>), or, in a program of your own, run pulumi stack tag set scalar-backup:last-drill <instant>";
const TAG = "scalar-backup:last-drill";
saysOfStack(drillRecent, [
  ["nothing is said", stack({}), []],
  [
    "nothing is said, and should be",
    stack({}),
    [{ message: `no successful drill is recorded: ${FIX}` }],
    { config: { required: true } },
  ],
  ["lately, by output", stack({ lastDrill: daysAgo(3) }), []],
  ["never", stack({ lastDrill: null }), []],
  ["being verified", stack({ lastDrill: UNKNOWN_VALUE }), [], { config: { required: true } }],
  ["lately, by tag", stack({}), [], { tags: { [TAG]: daysAgo(30) } }],
  [
    "long ago, by output",
    stack({ lastDrill: daysAgo(31) }),
    [{ message: `the last successful drill is 31 days old, 30 are allowed: ${FIX}` }],
  ],
  [
    "long ago, by tag and configuration",
    stack({}),
    [{ message: `the last successful drill is 9 days old, 7 are allowed: ${FIX}` }],
    { config: { maximumDays: 7 }, tags: { [TAG]: daysAgo(9) } },
  ],
  [
    "unreadable",
    stack({ lastDrill: "yesterday" }),
    [{ message: `the last drill's instant "yesterday" cannot be read: write it as 2026-11-22T03:00:12Z` }],
  ],
]);
