import * as pulumi from "@pulumi/pulumi";
import Ajv from "ajv/dist/2020";
import test from "ava";
import { stackConfigNotes, stackConfigProblems, stackConfigWarnings } from "../../../config/problems";
import stackFileSchema from "../../../config/stack-config.schema.json";

// For databases that name no region of their own.
pulumi.runtime.setConfig("aws:region", "ap-northeast-1");

type Values = Record<string, unknown>;

const ledger = { name: "ledger", dynamodb: { existing: { region: "ap-northeast-1", namespaces: ["ledger"] } } };
const customers = {
  name: "customers",
  auroraPostgresql: { existing: { region: "ap-northeast-1", clusterIdentifier: "customers-prod" } },
};
const pause = { schedule: "0 3 * * *", releases: [{ namespace: "scalar", name: "scalardb-cluster" }] };
const sound: Values = { databases: [ledger, customers], pause };

/** A line that Scalar's own tool printed. */
const importedLine =
  '{"namespace":"scalar","helm_release_name":"scalardb-cluster","pause_start_timestamp_ms":1795316407120,"pause_end_timestamp_ms":1795316417130,"pause_start_date_time":"2026-11-22T12:00:07.120","pause_end_date_time":"2026-11-22T12:00:17.130","timezone":"Asia/Tokyo"}';

/** The problems of a configuration, each as `path: message`. */
function problems(values: Values): string[] {
  return stackConfigProblems(values).map(({ path, message }) => `${path}: ${message}`);
}

test("a valid configuration has no problem", (t) => {
  t.deepEqual(problems(sound), []);
  t.deepEqual(problems({ databases: [customers] }), [], "one relational database needs no pause");
  t.deepEqual(problems({ databases: [backedUp], pause: eks }), []);
  t.deepEqual(problems({ ...sound, restore: { at: "2026-11-22T12:00:12+09:00", mode: "drill" } }), []);
  t.deepEqual(
    problems({ ...sound, restore: { windows: `Starting\n${importedLine}\n` } }),
    [],
    "they can be listed first",
  );
});

const backedUp = { ...ledger, dynamodb: { ...ledger.dynamodb, windowBackups: { deleteAfter: 400 } } };
const osaka = {
  cluster: "osaka",
  releases: [{ namespace: "scalar", name: "scalardb-cluster" }],
  kubernetes: { context: "scalar-osaka" },
};
const eks = { ...pause, aws: { eksCluster: "payments" } };

const wrong: [string, Values, string[]][] = [
  [
    "backups in windows without credentials to make them",
    { databases: [customers, backedUp], pause },
    [
      "databases[1].dynamodb.windowBackups: makes backups from the pauser, which needs AWS credentials for that: give pause.aws, either { eksCluster: <name> } or { roleArn: <a role of yours> }",
    ],
  ],
  [
    "credentials for nothing",
    { ...sound, pause: eks },
    [
      "pause.aws: gives the pauser credentials that it has no use for; give databases[].dynamodb.windowBackups, or remove it",
    ],
  ],
  [
    "backups in windows that span clusters",
    { databases: [backedUp], pause: { ...eks, rendezvousSeconds: 60, otherClusters: [osaka] } },
    [
      "databases[0].dynamodb.windowBackups: holds pods for longer in some windows, and with pause.rendezvousSeconds all clusters hold for the same time: remove one of them",
    ],
  ],
  [
    "backups in windows that are gone before the next ones",
    {
      databases: [{ ...ledger, dynamodb: { ...ledger.dynamodb, windowBackups: { deleteAfter: 5 } } }],
      pause: eks,
    },
    [
      "databases[0].dynamodb.windowBackups: keeps backups for 5 days, and gets new ones after 7, so that there would be none at times; set deleteAfter to 7 or more, or everyDays (and pause.schedule) to less",
    ],
  ],
  [
    "backups in windows that are further apart than they are kept",
    {
      databases: [{ ...ledger, dynamodb: { ...ledger.dynamodb, windowBackups: { deleteAfter: 20, everyDays: 1 } } }],
      pause: { ...eks, schedule: "0 3 1 * *" },
    },
    [
      "databases[0].dynamodb.windowBackups: keeps backups for 20 days, and gets new ones after 31, so that there would be none at times; set deleteAfter to 31 or more, or everyDays (and pause.schedule) to less",
    ],
  ],
  [
    "backups in windows without a word of how long",
    {
      databases: [{ ...ledger, dynamodb: { ...ledger.dynamodb, windowBackups: { everyDays: 0 } } }],
      pause: eks,
    },
    [
      "databases[0].dynamodb.windowBackups.deleteAfter: is missing; expected a whole number of days from 1 to 36500",
      "databases[0].dynamodb.windowBackups.everyDays: 0 is not allowed; expected a whole number of days from 1 to 36500",
    ],
  ],
  [
    "days out of range",
    { ...sound, databases: [{ ...ledger, dynamodb: { ...ledger.dynamodb, recoveryPeriodInDays: 90 } }] },
    [
      "databases[0].dynamodb.recoveryPeriodInDays: 90 is not allowed; expected a whole number of days from 1 to 35 (DynamoDB keeps no more, a vault can keep copies longer)",
    ],
  ],
  [
    "a misspelt key",
    { ...sound, databases: [{ ...ledger, dynamodb: { ...ledger.dynamodb, recoveryPeriodDays: 35 } }] },
    [
      'databases[0].dynamodb.recoveryPeriodDays: unknown key; did you mean "recoveryPeriodInDays"? Allowed here: existing, create, recoveryPeriodInDays, deletionProtection, manage, restoreTo, windowBackups',
    ],
  ],
  [
    "a misspelt key at the top",
    { ...sound, restor: { at: "x" } },
    [
      'restor: unknown key; did you mean "restore"? Allowed here: databases, pause, vault, backup, restore, objectives, properties, tags, tagsNotCopied, lastDrill',
    ],
  ],
  [
    "no databases",
    {},
    [
      "databases: is missing; expected a list of at least 1 item, such as [{ name: ledger, dynamodb: { existing: { namespaces: [ledger] } } }]",
    ],
  ],
  ["an empty list", { databases: [] }, ["databases: [] is not allowed; expected a list of at least one database"]],
  [
    "two kinds in one database",
    { ...sound, databases: [{ ...ledger, auroraPostgresql: customers.auroraPostgresql }] },
    [
      "databases[0]: has name, dynamodb, auroraPostgresql; expected a name and exactly one kind of database: dynamodb, cosmosdb, auroraMysql, auroraPostgresql, rdsMysql, rdsPostgresql, rdsOracle, rdsSqlserver, azureMysql, azurePostgresql",
    ],
  ],
  [
    "neither existing nor create",
    { ...sound, databases: [{ name: "ledger", dynamodb: {} }] },
    [
      'databases[0].dynamodb: is empty; expected either "existing" (protect what exists) or "create" (declare it here), one of the two',
    ],
  ],
  [
    "a pause that is needed and not there",
    { databases: [ledger] },
    [
      'pause: is missing; ledger (Amazon DynamoDB) has no transactions of its own, so every Scalar pod has to be paused now and then: give a schedule and the releases, such as { schedule: "0 3 * * *", releases: [{ namespace: scalar, name: scalardb-cluster }] }',
    ],
  ],
  [
    "no releases",
    { ...sound, pause: { ...pause, releases: [] } },
    ["pause.releases: [] is empty; name every release whose pods write to the databases"],
  ],
  [
    "the same database twice",
    { ...sound, databases: [customers, { ...customers, name: "accounts" }] },
    [
      "databases[1].auroraPostgresql: Aurora cluster customers-prod in ap-northeast-1 is named by databases[0] already; a database belongs to the set once: remove one of the two",
    ],
  ],
  [
    "the same name twice",
    { ...sound, databases: [ledger, { ...customers, name: "ledger" }] },
    ['databases[1].name: "ledger" is databases[0]\'s name too; expected a name that no other database of the set has'],
  ],
  [
    "an instant without a zone",
    { ...sound, restore: { at: "2026-11-22T03:00:12" } },
    ['restore.at: "2026-11-22T03:00:12" has no time zone; append Z for UTC, or an offset such as +09:00'],
  ],
  [
    "an instant without quotes in YAML, as Pulumi hands it over",
    { ...sound, restore: { at: "2026-11-22 03:00:12 +0000 UTC" } },
    [
      'restore.at: "2026-11-22 03:00:12 +0000 UTC" is a date without quotes in the stack\'s file, so its time zone is not known; quote it, such as at: "2026-11-22T03:00:12Z"',
    ],
  ],
  [
    "a fraction of a second",
    { ...sound, restore: { at: "2026-11-22T03:00:12.250Z" } },
    ['restore.at: "2026-11-22T03:00:12.250Z" is not a whole second; databases are restored to whole seconds'],
  ],
  [
    "a drill that passed on some day",
    { ...sound, lastDrill: "2026-11-22" },
    ['lastDrill: "2026-11-22" has no time and no zone; write them both, such as 2026-11-22T03:00:12Z'],
  ],
  [
    "drills of a stack without its whole name",
    { ...sound, lastDrill: { stack: "prod" } },
    [
      'lastDrill: {"stack":"prod"} is not allowed; expected an instant in RFC 3339 with a zone, such as 2026-11-22T03:00:12Z, or the stack whose drills count: { stack: "<organization>/<project>/<stack>" }',
    ],
  ],
  [
    "a drill that is still to pass",
    { ...sound, lastDrill: "2999-01-01T00:00:00Z" },
    ['lastDrill: "2999-01-01T00:00:00Z" is in the future; write when the drill passed'],
  ],
  [
    "a restore without an instant",
    { ...sound, restore: { mode: "drill" } },
    ["restore.at: is missing; expected an instant in RFC 3339 with a zone, such as 2026-11-22T03:00:12Z"],
  ],
  [
    "windows to list, but a mode to restore in",
    { ...sound, restore: { windows: importedLine, mode: "drill" } },
    ["restore.at: is missing; expected an instant in RFC 3339 with a zone, such as 2026-11-22T03:00:12Z"],
  ],
  [
    "imported lines that are broken, each by itself, and a wrong instant",
    {
      ...sound,
      restore: {
        at: "yesterday",
        windows: `${importedLine}\n2026 stdout F ${importedLine}\n{"helm_release_name":"x"}`,
      },
    },
    [
      'restore.at: "yesterday" is not an instant; write it in RFC 3339 with a zone, such as 2026-11-22T03:00:12Z',
      "restore.windows: line 2 is not JSON; give the line as the tool printed it, without what a log collector put around it",
      "restore.windows: line 3 lacks namespace or helm_release_name; give the whole line of a run that paused a Helm release",
    ],
  ],
  [
    "imported windows without a line of the tool's",
    { ...sound, restore: { windows: "windows.log" } },
    [
      'restore.windows: has no line that scalar-admin-for-kubernetes printed; give its lines {"namespace": ..., "helm_release_name": ..., ...}, one for each release and run, or remove this key',
    ],
  ],
  [
    "imported windows as YAML maps",
    { ...sound, restore: { at: "2026-11-22T03:00:12Z", windows: [{ namespace: "scalar" }] } },
    [
      'restore.windows: [{"namespace":"scalar"}] is not allowed; expected a text: `windows: |`, and below it the lines that scalar-admin-for-kubernetes printed, as they are',
    ],
  ],
  [
    "a mode that is none",
    { ...sound, restore: { at: "2026-11-22T03:00:12Z", mode: "dril" } },
    ['restore.mode: "dril" is not allowed; expected one of drill, recovery; did you mean drill?'],
  ],
  [
    "an override for another instant",
    { ...sound, restore: { at: "2026-11-22T03:00:12Z", acceptInconsistentCopiesAt: "2026-11-22T04:00:00Z" } },
    [
      'restore.acceptInconsistentCopiesAt: "2026-11-22T04:00:00Z" is not the instant of "at" ("2026-11-22T03:00:12Z"); repeat that very text to accept copies that may be broken, or remove this key',
    ],
  ],
  [
    "unproven copies accepted for another instant",
    { ...sound, restore: { at: "2026-11-22T03:00:12Z", acceptUnproven: "2026-11-22T04:00:00Z" } },
    [
      'restore.acceptUnproven: "2026-11-22T04:00:00Z" is not the instant of "at" ("2026-11-22T03:00:12Z"); repeat that very text to accept copies that are not proven to fit together, or remove this key',
    ],
  ],
  [
    "unproven copies accepted where nothing is verified",
    {
      ...sound,
      restore: { at: "2026-11-22T03:00:12Z", acceptUnproven: "2026-11-22T03:00:12Z", verify: { enabled: false } },
    },
    [
      'restore.acceptUnproven: is set in addition to "verify: { enabled: false }", which verifies nothing; remove one of the two',
    ],
  ],
  [
    "a verification by one word",
    { ...sound, restore: { at: "2026-11-22T03:00:12Z", verify: true } },
    [
      "restore.verify: true is not allowed; expected a map with the optional keys enabled, scan, repair, check, such as { enabled: true }",
    ],
  ],
  [
    "a recovery to tables that ScalarDB would not find",
    {
      ...sound,
      databases: [
        { name: "ledger", dynamodb: { create: { tables: { "ledger.accounts": { hashKey: "id" } } } } },
        customers,
      ],
      restore: { at: "2026-11-22T03:00:12Z", mode: "recovery" },
    },
    [
      "databases[0].dynamodb: cannot be recovered: copies in the same region have other names, which ScalarDB does not find, and they cannot take the tables' place by a switch-over here; set restoreTo.namespacePrefix, or restoreTo.region to another region",
    ],
  ],
  [
    "a schedule that is none",
    { ...sound, pause: { ...pause, schedule: "daily" } },
    [
      'pause.schedule: "daily" is not a valid cron schedule: it has 1 field; expected five fields (minute, hour, day of month, month, day of week), such as 0 3 * * *',
    ],
  ],
  [
    "a hold too short",
    { ...sound, pause: { ...pause, holdSeconds: 3 } },
    ["pause.holdSeconds: 3 is not allowed; expected a whole number from 6 to 600"],
  ],
  [
    "a region that is none",
    { ...sound, databases: [{ name: "ledger", dynamodb: { existing: { region: "tokyo", namespaces: ["ledger"] } } }] },
    [
      'databases[0].dynamodb.existing.region: "tokyo" is not allowed; expected an AWS region; write one such as ap-northeast-1',
    ],
  ],
];

for (const [title, values, expected] of wrong) {
  test(`refused: ${title}`, (t) => {
    t.deepEqual(problems(values), expected);
  });
}

test("reports all problems at once", (t) => {
  const values = {
    databases: [{ name: "Ledger", dynamodb: { existing: { namespaces: ["ledger"] }, recoveryPeriodInDays: 0 } }],
    pause: { ...pause, timezone: "Asia/Tokyo" },
    restore: { at: "yesterday" },
    tag: {},
  };
  t.deepEqual(
    stackConfigProblems(values).map(({ path }) => path),
    ["databases[0].name", "databases[0].dynamodb.recoveryPeriodInDays", "pause.timezone", "restore.at", "tag"],
  );
});

test("only a database without transactions, or several databases, need a pause", (t) => {
  const needs = (databases: unknown[]) => problems({ databases }).filter((problem) => problem.startsWith("pause:"));
  t.is(needs([customers]).length, 0);
  t.is(needs([ledger]).length, 1);
  t.regex(needs([ledger])[0] as string, /no transactions of its own/);
  const orders = { name: "orders", auroraPostgresql: { existing: { clusterIdentifier: "orders" } } };
  t.regex(needs([customers, orders])[0] as string, /customers, orders have to be restored to one instant/);
  // Several releases on one relational database: its own transactions keep any instant consistent.
  const two = [...pause.releases, { namespace: "scalar", name: "auditor" }];
  t.deepEqual(problems({ databases: [customers], pause: { ...pause, releases: two } }), []);
});

/** What random configurations have found (`npm run seeds -- --configurations`): each ended in a stack trace, never, or wrongly. */
const found: [string, Values, string[]][] = [
  [
    "an endpoint with a long first label in place of an identifier, whose check would take years",
    { databases: [{ name: "customers", auroraMysql: { existing: { clusterIdentifier: `${"a".repeat(62)}.com` } } }] },
    [
      `databases[0].auroraMysql.existing.clusterIdentifier: "${"a".repeat(62)}.com" is not allowed; expected a cluster identifier: letters, digits and single hyphens; write the name in it: ${"a".repeat(62)}`,
    ],
  ],
  [
    "properties by release next to releases that are no list",
    { ...sound, pause: { ...pause, releases: 5 }, properties: { "scalardb-cluster": "a=b" } },
    ["pause.releases: 5 is not allowed; expected a list, such as [{ namespace: scalar, name: scalardb-cluster }]"],
  ],
  [
    "properties by release next to another cluster without releases",
    { ...sound, pause: { ...pause, otherClusters: [{ cluster: "osaka" }] }, properties: { "scalardb-cluster": "a=b" } },
    [
      "pause.otherClusters[0].releases: is missing; expected a list, such as [{ namespace: scalar, name: scalardb-cluster }]",
    ],
  ],
  [
    "a created database with its vault before its kind, in a stack that only restores",
    {
      databases: [
        customers,
        {
          name: "orders",
          vault: { exclude: true },
          rdsMysql: { create: { instance: { instanceClass: "db.m7g.large", allocatedStorage: 100 } } },
        },
      ],
      vault: { aws: { name: "payments", rules: [{ name: "daily", lifecycle: { deleteAfter: 35 } }] } },
      backup: { stack: "prod" },
      pause,
    },
    [
      'databases[1].rdsMysql.create: this stack only restores (backup.stack), and the other stack creates the database; name it here as "existing"',
    ],
  ],
  [
    "a space without a width, copied from a page",
    { databases: [{ name: "ledger\u200b", dynamodb: ledger.dynamodb }], pause },
    [
      'databases[0].name: "ledger\\u200b" is not allowed; expected a name of at most 31 lowercase letters, digits and hyphens',
    ],
  ],
  [
    "a request above the default limit",
    { ...sound, pause: { ...pause, resources: { requests: { memory: "256Mi" } } } },
    [
      "pause.resources: requests.memory (256Mi) is above limits.memory (128Mi, the default), which Kubernetes does not accept; raise limits.memory, or lower requests.memory",
    ],
  ],
  [
    "a limit below the default request, and a Job's request above the default limit",
    {
      ...sound,
      pause: { ...pause, resources: { limits: { memory: "64Mi" } } },
      properties: "a=b",
      restore: {
        at: "2026-11-22T03:00:12Z",
        verify: { check: { namespace: "scalar", image: "check:1", resources: { requests: { memory: "2Gi" } } } },
      },
    },
    [
      "pause.resources: requests.memory (96Mi, the default) is above limits.memory (64Mi), which Kubernetes does not accept; raise limits.memory, or lower requests.memory",
      "restore.verify.check.resources: requests.memory (2Gi) is above limits.memory (1Gi, the default), which Kubernetes does not accept; raise limits.memory, or lower requests.memory",
    ],
  ],
  [
    "a negative limit",
    { ...sound, pause: { ...pause, resources: { limits: { cpu: "-1" } } } },
    [
      'pause.resources.limits.cpu: "-1" is not allowed; expected a quantity of Kubernetes: a number with a unit, such as 128Mi or 100m',
    ],
  ],
  [
    "a priority class that Kubernetes does not name so",
    { ...sound, pause: { ...pause, priorityClassName: "High Priority" } },
    [
      'pause.priorityClassName: "High Priority" is not a name that Kubernetes allows: up to 253 lower-case letters, digits, dashes and dots',
    ],
  ],
  [
    "pods that Kubernetes would refuse",
    {
      ...sound,
      pause: {
        ...pause,
        pod: {
          labels: { "sidecar.istio.io/inject": "no thanks" },
          annotations: { "linkerd.io/inject/": "disabled" },
          nodeSelector: { "": "linux" },
          tolerations: [
            { effect: "NoSchedule" },
            { key: "dedicated", operator: "Exists", value: "scalar" },
            { key: "dedicated", value: "scalar", effect: "NoSchedule", tolerationSeconds: 5 },
            { key: "dedicated", effect: "Never" },
          ],
          imagePullSecrets: ["Registry"],
        },
      },
    },
    [
      'pause.pod.labels: "no thanks" is not a value that Kubernetes allows in a label: up to 63 letters, digits, dashes, dots and underscores',
      'pause.pod.annotations: "linkerd.io/inject/" is not a key that Kubernetes allows: up to 63 letters, digits, dashes, dots and underscores, and before them, with a slash, a domain',
      'pause.pod.nodeSelector: "" is not a key that Kubernetes allows: up to 63 letters, digits, dashes, dots and underscores, and before them, with a slash, a domain',
      "pause.pod.tolerations[0]: has no key, which Kubernetes accepts only with operator: Exists (every taint is tolerated then); add key, or operator",
      "pause.pod.tolerations[1]: takes value only with operator: Equal; remove value, or operator",
      "pause.pod.tolerations[2]: takes tolerationSeconds only with effect: NoExecute; remove tolerationSeconds, or change effect",
      'pause.pod.tolerations[3].effect: "Never" is not allowed; expected one of NoSchedule, PreferNoSchedule, NoExecute',
      'pause.pod.imagePullSecrets[0]: "Registry" is not a name that Kubernetes allows: up to 253 lower-case letters, digits, dashes and dots',
    ],
  ],
  [
    "another cluster's stack of slashes",
    { ...sound, pause: { ...pause, otherClusters: [{ ...osaka, kubernetes: undefined, stack: "//" }] } },
    [
      'pause.otherClusters[0].stack: "//" is not the full name of a stack; expected organization/project/stack, such as acme/scalar-backup/osaka',
    ],
  ],
];

for (const [title, values, expected] of found)
  test(`refuses ${title}`, (t) => {
    t.deepEqual(problems(values), expected);
  });

test("refuses an argument of a created resource that every JavaScript object has", (t) => {
  const create = { cluster: { toString: 1 }, instances: [{ instanceClass: "db.r7g.large" }] };
  const [problem, ...others] = problems({ databases: [{ name: "customers", auroraMysql: { create } }] });
  t.regex(
    problem ?? "",
    /^databases\[0\]\.auroraMysql\.create\.cluster\.toString: unknown argument of aws\.rds\.Cluster;/,
  );
  t.deepEqual(others, []);
});

test("a table that is named twice by each of two databases is one problem", (t) => {
  const twice = { dynamodb: { existing: { tables: ["ledger.a", "ledger.a"], scalardbTables: false } } };
  t.is(
    problems({
      databases: [
        { name: "a", ...twice },
        { name: "b", ...twice },
      ],
      pause,
    }).length,
    1,
  );
});

test("identifiers and parameter groups with capitals are accepted, by the schema for editors as well", (t) => {
  const existing = { region: "ap-northeast-1", clusterIdentifier: "Customers-Prod" };
  const databases = [{ name: "customers", auroraMysql: { existing, restoreTo: { parameterGroupName: "Own-group" } } }];
  t.deepEqual(problems({ databases }), []);
  const accepts = new Ajv({ strict: false, validateFormats: false }).compile(stackFileSchema);
  t.true(accepts({ config: { "scalar-backup:databases": databases } }), JSON.stringify(accepts.errors));
});

test("a prefix of copies is doubted only where other databases would keep their names by a switch-over", (t) => {
  const aws = { access: {}, defaultRegion: "ap-northeast-1" };
  const ledger = {
    name: "ledger",
    dynamodb: { existing: { namespaces: ["ledger"] }, restoreTo: { namespacePrefix: "r1_" } },
  };
  const warned = (databases: object[], restore?: object) =>
    (["note", "warning"] as const).flatMap((severity) =>
      (severity === "note" ? stackConfigNotes : stackConfigWarnings)(
        { databases, pause, ...(restore && { restore }) },
        aws,
      ).map(({ path }) => `${severity}: ${path}`),
    );
  const recovery = { at: "2026-11-22T03:00:12Z", mode: "recovery" };
  t.deepEqual(warned([ledger]), []);
  t.deepEqual(warned([ledger], recovery), []);
  t.deepEqual(warned([ledger, customers]), ["note: databases[0].dynamodb.restoreTo.namespacePrefix"]);
  t.deepEqual(warned([ledger, customers], recovery), ["warning: restore.mode"]);
});

test("one text of properties is refused only where releases cannot share it", (t) => {
  const copy = (name: string) => ({ ...customers, name, auroraPostgresql: { existing: { clusterIdentifier: name } } });
  const release = (name: string, ...used: string[]) => ({
    namespace: "scalar",
    name,
    ...(used.length > 0 && { databases: used }),
  });
  const found = (properties: unknown, databases: object[], releases: object[]) =>
    problems({ databases, pause: { schedule: "0 3 * * *", releases }, properties });
  const own = [release("a", "ledger"), release("b", "customers")];
  const dynamo = "scalar.db.storage=dynamo\nscalar.db.password=key";
  t.deepEqual(found(dynamo, [ledger, customers], own), [
    "properties: is one text with scalar.db.storage=dynamo, but the releases use different kinds of databases (scalar/a: ledger, Amazon DynamoDB; scalar/b: customers, Amazon Aurora PostgreSQL); expected a map of texts by the releases' names (in a program: propertiesByRelease)",
  ]);
  t.is(found("scalar.db.storage=jdbc", [ledger, customers], own).length, 1);
  t.deepEqual(found({ a: dynamo, b: "scalar.db.storage=jdbc" }, [ledger, customers], own), []);
  t.deepEqual(found(dynamo, [ledger, customers], [release("a"), release("b")]), [], "they share all databases");
  t.deepEqual(found(dynamo, [ledger, customers], [release("a"), release("b", "customers")]), [], "one has several");
  t.deepEqual(
    found("scalar.db.storage=multi-storage", [ledger, customers], own),
    [],
    "each copy is changed under its own name",
  );
  t.deepEqual(found(`scalar.db.storage=\${env:STORAGE}`, [ledger, customers], own), [], "each release's own storage");
  t.deepEqual(
    found("scalar.db.storage=jdbc", [copy("a"), copy("b")], [release("a", "a"), release("b", "b")]),
    [],
    "databases of one kind may have the same users",
  );
  const mysql = (kind: string) => ({ name: "orders", [kind]: { existing: { instanceIdentifier: "orders" } } });
  const engines = [release("a", "orders"), release("b", "customers")];
  const jdbc = "scalar.db.storage=jdbc\nscalar.db.contact_points=jdbc:mysql://orders:3306/";
  t.deepEqual(
    found(jdbc, [mysql("rdsMysql"), customers], engines),
    [
      "properties: is one text with scalar.db.storage=jdbc, but the releases use different kinds of databases (scalar/a: orders, Amazon RDS for MySQL; scalar/b: customers, Amazon Aurora PostgreSQL); expected a map of texts by the releases' names (in a program: propertiesByRelease)",
    ],
    "one URL is of one driver",
  );
  t.deepEqual(found(jdbc, [mysql("rdsPostgresql"), customers], engines), [], "one driver reaches both");
  const elsewhere = `scalar.db.storage=jdbc\nscalar.db.contact_points=\${env:URL}`;
  t.deepEqual(found(elsewhere, [mysql("rdsMysql"), customers], engines), [], "each release's own URL");
  const multi = "scalar.db.storage=multi-storage\nscalar.db.multi_storage.storages=orders,customers";
  t.deepEqual(found(multi, [mysql("rdsMysql"), customers], engines), []);
  t.deepEqual(
    found(jdbc, [mysql("rdsMysql"), customers], [release("a"), release("b")]),
    [],
    "they share all databases",
  );
});

test("a release whose coordinator can only be in a relational database is a note, until it is to be compared", (t) => {
  const aws = { access: {}, defaultRegion: "ap-northeast-1" };
  const notes = (databases: object[], releases: object[], verify?: object) =>
    stackConfigNotes({ databases, pause: { ...pause, releases }, ...(verify && { restore: { verify } }) }, aws).map(
      ({ path, message }) => `${path}: ${message}`,
    );
  const release = (name: string, databases?: string[]) => ({
    namespace: "scalar",
    name,
    ...(databases && { databases }),
  });
  const own = [release("ledger", ["ledger"]), release("auditor", ["customers"])];
  t.deepEqual(notes([ledger, customers], own), [
    `pause: the coordinator of scalar/auditor (customers) is in a relational database, whose cloud keeps no record of a restore's instant: every restore is "unproven", and no drill passes; set restore.verify.scan.presentCoordinator to true (docs/verification-jobs.md), or, if the release is ScalarDL Auditor, which runs no ScalarDB transactions, set pause.releases[].transactions to false`,
  ]);
  const silent = { ...release("auditor", ["customers"]), transactions: false };
  t.deepEqual(notes([ledger, customers], [release("ledger", ["ledger"]), silent]), [], "it has no coordinator");
  t.deepEqual(notes([ledger, customers], [{ ...release("auditor"), transactions: false }]), [
    'pause: no release of the set runs ScalarDB transactions (pause.releases[].transactions), whose coordinator would prove a restore: every restore is "unproven", and no drill passes; accept one with restore.acceptUnproven',
  ]);
  const scan = { namespace: "scalar", schemaLoaderImage: "schema-loader:3.17.0" };
  t.is(notes([ledger, customers], own, { scan }).length, 1);
  t.deepEqual(notes([ledger, customers], own, { scan: { ...scan, presentCoordinator: true } }), []);
  t.deepEqual(notes([ledger, customers], own, { enabled: false }), [], "nothing is to be verified");
  t.deepEqual(notes([ledger, customers], [release("scalardb")]), [], "it may be in DynamoDB");
  t.deepEqual(notes([customers], [release("auditor")]), [], "one database is consistent by its own recovery");
  const orders = { ...customers, name: "orders", auroraPostgresql: { existing: { clusterIdentifier: "orders" } } };
  t.is(notes([customers, orders], [release("scalardb")]).length, 1);
});
