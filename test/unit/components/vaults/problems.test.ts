import test from "ava";
import { stackConfigProblems } from "../../../../config/problems";

type Values = Record<string, unknown>;

const region = "ap-northeast-1";
const ledger = { name: "ledger", dynamodb: { existing: { region, namespaces: ["ledger"] } } };
const customers = {
  name: "customers",
  auroraPostgresql: { existing: { region, clusterIdentifier: "customers-prod" } },
};
const multi = { name: "multi", rdsMysql: { existing: { region, clusterIdentifier: "orders-prod" } } };
const created = {
  name: "made",
  rdsMysql: { create: { region, instance: { instanceClass: "db.m7g.large", allocatedStorage: 20 } } },
};
const pause = { schedule: "0 3 * * *", releases: [{ namespace: "scalar", name: "scalardb-cluster" }] };
const daily = { name: "daily", schedule: "cron(0 5 ? * * *)", lifecycle: { deleteAfter: 90 } };
const continuous = { name: "continuous", continuous: true, lifecycle: { deleteAfter: 35 } };

/** The problems of a vault over ledger and customers, each as `path: message`. */
function problems(aws: Values, databases: unknown[] = [ledger, customers]): string[] {
  const vault = { aws: { name: "payments", rules: [daily], ...aws } };
  return stackConfigProblems({ databases, pause, vault }).map(({ path, message }) => `${path}: ${message}`);
}

test("accepts vaults that AWS Backup accepts", (t) => {
  t.deepEqual(problems({}), []);
  t.deepEqual(problems({ rules: [daily, continuous] }), []);
  t.deepEqual(problems({ lock: { minRetentionDays: 7, maxRetentionDays: 90 } }), []);
  const lock = { changeableForDays: 3, acknowledgeIrreversible: "payments" };
  t.deepEqual(problems({ lock }), [], "compliance mode for who says so");
  const copyTo = [
    { region: "ap-northeast-3" },
    { vaultArn: "arn:aws:backup:ap-northeast-1:210987654321:backup-vault:theirs", lifecycle: { deleteAfter: 365 } },
  ];
  t.deepEqual(problems({ rules: [{ ...daily, copyTo }] }), []);
  t.deepEqual(
    problems({ rules: undefined }, [
      { ...ledger, vault: { rules: [daily] } },
      { ...customers, vault: { exclude: true } },
    ]),
    [],
  );
});

const REFUSED: [title: string, aws: Values, expected: string[], databases?: unknown[]][] = [
  [
    "a continuous backup without an end",
    { rules: [daily, { ...continuous, lifecycle: undefined }] },
    ["vault.aws.rules[1]: a continuous backup needs lifecycle.deleteAfter, of 1 to 35 days"],
  ],
  [
    "a continuous backup for longer than there is one",
    { rules: [daily, { ...continuous, lifecycle: { deleteAfter: 90 } }] },
    [
      "vault.aws.rules[1]: lifecycle.deleteAfter of a continuous backup must be a whole number of days from 1 to 35, got 90",
    ],
  ],
  [
    "a continuous backup in cold storage",
    { rules: [daily, { ...continuous, lifecycle: { deleteAfter: 35, coldStorageAfter: 1 } }] },
    ["vault.aws.rules[1]: a continuous backup cannot move to cold storage; remove lifecycle.coldStorageAfter"],
  ],
  [
    "cold for less than 90 days",
    { rules: [{ ...daily, lifecycle: { coldStorageAfter: 30, deleteAfter: 100 } }] },
    ["vault.aws.rules[0]: lifecycle.deleteAfter must be at least 120, 90 days after coldStorageAfter (30), got 100"],
  ],
  [
    "no whole days",
    { rules: [{ ...daily, lifecycle: { deleteAfter: 0 } }] },
    ["vault.aws.rules[0].lifecycle.deleteAfter: 0 is not allowed; expected a whole number of days from 1 to 36500"],
  ],
  [
    "gone before the next backup",
    { rules: [{ ...daily, schedule: "cron(0 5 ? * 1 *)", lifecycle: { deleteAfter: 7 } }] },
    [
      'vault.aws.rules[0]: recovery points are deleted before the next backup, up to 7 days later: raise lifecycle.deleteAfter above that, or run more often than "cron(0 5 ? * 1 *)"',
    ],
  ],
  [
    "a CronJob's schedule",
    { rules: [{ ...daily, schedule: "0 5 * * *" }] },
    [
      'vault.aws.rules[0].schedule: "0 5 * * *" is not a schedule of AWS Backup; expected cron(minute hour day-of-month month day-of-week year), such as cron(0 5 ? * * *)',
    ],
  ],
  [
    "a time zone that is none",
    { rules: [{ ...daily, timeZone: "Tokyo" }] },
    ['vault.aws.rules[0].timeZone: "Tokyo" is not a name in the IANA time zone database; did you mean Asia/Tokyo?'],
  ],
  [
    "too few minutes to start",
    { rules: [{ ...daily, startWindowMinutes: 30, completionWindowMinutes: 60 }] },
    ["vault.aws.rules[0].startWindowMinutes: 30 is not allowed; expected a whole number of minutes, 60 or more"],
  ],
  [
    "too few minutes between start and end",
    { rules: [{ ...daily, startWindowMinutes: 60, completionWindowMinutes: 90 }] },
    [
      "vault.aws.rules[0].completionWindowMinutes: 90 is not allowed; AWS Backup needs at least 60 more than startWindowMinutes: 120 or more",
    ],
  ],
  [
    "the same name twice",
    { rules: [daily, daily] },
    ['vault.aws.rules[1].name: "daily" is the name of vault.aws.rules[0] too; give one of them another name'],
  ],
  [
    "a vault's name that AWS refuses",
    { name: "a vault" },
    ['vault.aws.name: "a vault" is not allowed; expected a name of 2 to 50 letters, digits, hyphens and underscores'],
  ],
  [
    "a lock that fails every job",
    { lock: { minRetentionDays: 120 } },
    [
      "vault.aws.rules[0]: keeps recovery points for 90 days, and the lock of vault payments allows 120 days or more, so that every job would fail: bring lifecycle.deleteAfter into that range",
    ],
  ],
  [
    "a lock that takes nothing for ever",
    { rules: [{ name: "daily" }], lock: { maxRetentionDays: 90 } },
    [
      "vault.aws.rules[0]: keeps recovery points for ever, and the lock of vault payments allows 1 to 90 days, so that every job would fail: bring lifecycle.deleteAfter into that range",
    ],
  ],
  [
    "a copy that the lock of its vault fails",
    {
      rules: [{ ...daily, copyTo: [{ region: "ap-northeast-3", lifecycle: { deleteAfter: 30 } }] }],
      lock: { minRetentionDays: 60 },
    },
    [
      "vault.aws.rules[0].copyTo[0]: keeps recovery points for 30 days, and the lock of vault payments allows 60 days or more, so that every job would fail: bring lifecycle.deleteAfter into that range",
    ],
  ],
  [
    "a lock the wrong way round, with too little time to repent",
    { lock: { minRetentionDays: 90, maxRetentionDays: 89, changeableForDays: 2, acknowledgeIrreversible: "payments" } },
    [
      "vault.aws.lock: changeableForDays must be a whole number of days from 3 to 36500, got 2",
      "vault.aws.lock: minRetentionDays (90) must not be above maxRetentionDays (89)",
    ],
  ],
  [
    "compliance mode by accident",
    { lock: { changeableForDays: 3 } },
    [
      'vault.aws.lock.acknowledgeIrreversible: is missing; changeableForDays puts the lock into compliance mode, which cannot be undone after those days, not even by AWS: repeat the vault\'s name ("payments") to accept that, or remove changeableForDays for governance mode',
    ],
  ],
  [
    "compliance mode for another vault",
    { lock: { changeableForDays: 3, acknowledgeIrreversible: "orders" } },
    [
      'vault.aws.lock.acknowledgeIrreversible: "orders" is not the vault\'s name ("payments"); repeat that to lock the vault for ever, or remove this key',
    ],
  ],
  [
    "compliance mode without its days",
    { lock: { acknowledgeIrreversible: "payments" } },
    [
      "vault.aws.lock.changeableForDays: is missing; say for how many days, at least 3, a lock in compliance mode can still be taken back, or remove acknowledgeIrreversible",
    ],
  ],
  [
    "only continuous backups, for a table",
    { rules: [continuous] },
    [
      "vault.aws.rules: no rule is left for ledger (AWS Backup makes snapshots of DynamoDB only; point-in-time recovery is the tables' own): give one that is not continuous, or databases[0].vault: { exclude: true }",
    ],
  ],
  [
    "a continuous backup for tables alone",
    {},
    [
      "databases[0].vault.rules[1].continuous: no database here can have AWS Backup's continuous backup: ledger: AWS Backup makes snapshots of DynamoDB only; point-in-time recovery is the tables' own. Remove it",
    ],
    [{ ...ledger, vault: { rules: [daily, continuous] } }, customers],
  ],
  [
    "two owners of a created database's retention",
    { rules: [daily, continuous] },
    [
      "vault.aws.rules[1].continuous: no database here can have AWS Backup's continuous backup: made: it is created here, so that the resource owns its retention. Remove it",
    ],
    [created],
  ],
  [
    "two owners of a retention that is managed elsewhere",
    { rules: [daily, continuous] },
    [
      'vault.aws.rules[1].continuous: no database here can have AWS Backup\'s continuous backup: customers: "manage: false" says that its retention is managed elsewhere. Remove it',
    ],
    [{ name: "customers", auroraPostgresql: { ...customers.auroraPostgresql, manage: false } }],
  ],
  [
    "two continuous rules",
    { rules: [continuous, { ...continuous, name: "again" }] },
    ["vault.aws.rules[1].continuous: vault.aws.rules[0] is continuous too; a database has one owner of its retention"],
    [customers],
  ],
  [
    "two numbers for one retention",
    { rules: [daily, continuous] },
    [
      "databases[0]: backupRetentionPeriod (14) and lifecycle.deleteAfter of rule continuous (35) both say for how long customers is kept; say it once: remove backupRetentionPeriod",
    ],
    [{ name: "customers", auroraPostgresql: { ...customers.auroraPostgresql, backupRetentionPeriod: 14 } }],
  ],
  [
    "cold storage where there is none",
    {},
    [
      "databases[0].vault.rules[0].lifecycle.coldStorageAfter: AWS Backup keeps nothing of Aurora in cold storage, and would ignore it; remove it",
    ],
    [{ ...customers, vault: { rules: [{ ...daily, lifecycle: { coldStorageAfter: 1, deleteAfter: 91 } }] } }],
  ],
  [
    "copies, to two regions, of what cannot be copied",
    { rules: [{ ...daily, copyTo: [{ region: "ap-northeast-3" }, { region: "ap-southeast-1" }] }] },
    [
      "vault.aws.rules[0].copyTo: copying multi: snapshots of Multi-AZ DB clusters cannot be copied; give the database rules of its own without copyTo",
    ],
    [multi],
  ],
  [
    "a copy to where it is, and twice",
    { rules: [{ ...daily, copyTo: [{ region }, { region }] }] },
    [
      "vault.aws.rules[0].copyTo[1]: is the destination of copyTo[0] too; remove one of the two",
      "vault.aws.rules[0].copyTo: copying customers: ap-northeast-1 is the region that it is in; name another one",
    ],
    [customers],
  ],
  [
    "a copy to nowhere",
    { rules: [{ ...daily, copyTo: [{}] }] },
    [
      'vault.aws.rules[0].copyTo[0]: is empty; expected either "region" (another region of this account) or "vaultArn" (a vault that exists), one of the two',
    ],
  ],
  [
    "a key of another region",
    {
      kmsKeyArn: "arn:aws:kms:ap-northeast-1:123456789012:key/1",
      rules: [{ ...daily, copyTo: [{ region: "ap-northeast-3" }] }],
    },
    [
      "vault.aws.kmsKeyArn: is a key of ap-northeast-1, and a vault is needed in ap-northeast-3 too; remove it, and each vault has a key of its own",
    ],
  ],
  [
    "excluded, with rules",
    {},
    [
      'databases[0].vault: has exclude, rules; expected either "exclude: true" or what the database has in the vault, not both',
    ],
    [{ ...customers, vault: { exclude: true, rules: [daily] } }],
  ],
  [
    "nothing to keep",
    {},
    ["vault.aws: no database of the set is on AWS and goes to the vault; remove it"],
    [{ ...customers, vault: { exclude: true } }],
  ],
];

for (const [title, aws, expected, databases] of REFUSED)
  test(`refused: ${title}`, (t) => {
    t.deepEqual(problems(aws, databases), expected);
  });

test("refuses a database's own vault settings where the set has no vault", (t) => {
  const values = { databases: [{ ...customers, vault: { exclude: true } }] };
  t.deepEqual(stackConfigProblems(values), [
    {
      path: "databases[0].vault",
      message:
        'says what customers has in the vault otherwise than the set, but the set has none; give "vault", or remove it',
    },
  ]);
});

const server = { serverName: "orders", resourceGroupName: "databases" };
const postgresql = { name: "shipping", azurePostgresql: { existing: server, databaseName: "shipping" } };
const mysql = { name: "orders", azureMysql: { existing: server } };
const documents = {
  name: "documents",
  cosmosdb: { existing: { accountName: "documents-prod", resourceGroupName: "databases" } },
};

/** The problems of a vault on Azure, and perhaps one on AWS, each as `path: message`. */
function azureProblems(azure: Values | undefined, databases: unknown[] = [postgresql], aws?: Values): string[] {
  const vault = {
    ...(azure && { azure: { name: "payments", resourceGroupName: "backups", ...azure } }),
    ...(aws && { aws: { name: "payments", rules: [daily], ...aws } }),
  };
  return stackConfigProblems({ databases, pause, vault }).map(({ path, message }) => `${path}: ${message}`);
}

test("accepts vaults that Azure Backup accepts", (t) => {
  t.deepEqual(azureProblems({}), []);
  t.deepEqual(azureProblems({}, [postgresql, mysql, documents]), [], "with databases that it does not take");
  t.deepEqual(azureProblems({}, [postgresql, { ...mysql, vault: { exclude: true } }]), []);
  t.deepEqual(azureProblems({ weekly: { day: "Monday", time: "23:30", timeZone: "Asia/Tokyo" } }), []);
  t.deepEqual(
    azureProblems({
      redundancy: "LocallyRedundant",
      immutability: "Disabled",
      softDelete: { state: "Off" },
      lifecycle: { deleteAfter: 8, deleteFirstOfMonthAfter: 365, deleteFirstOfYearAfter: 3650 },
    }),
    [],
  );
  t.deepEqual(
    azureProblems({
      immutability: "Locked",
      softDelete: { state: "AlwaysOn", retentionDays: 180 },
      crossRegionRestore: true,
      acknowledgeIrreversible: "payments",
    }),
    [],
    "what is for ever, for who says so",
  );
  const own = { weekly: { day: "Friday" }, lifecycle: { deleteAfter: 30 } };
  t.deepEqual(azureProblems({}, [{ ...postgresql, vault: own }]), []);
  t.deepEqual(azureProblems({}, [ledger, { ...postgresql, vault: own }], {}), [], "a vault on each cloud");
});

const PAUSED =
  "Microsoft has paused long-term retention for Azure Database for MySQL, and takes no server into a backup vault";
const PREVIEW =
  "Azure Backup keeps Azure Cosmos DB in preview only, which this program does not declare; its continuous backup reaches back 30 days";
const REFUSED_ON_AZURE: [
  title: string,
  azure: Values | undefined,
  expected: string[],
  databases?: unknown[],
  aws?: Values,
][] = [
  [
    "immutable for ever by accident",
    { immutability: "Locked" },
    [
      'vault.azure.acknowledgeIrreversible: is missing; immutability: Locked cannot be undone, not even by Microsoft: repeat the vault\'s name ("payments") to accept that, or remove it',
    ],
  ],
  [
    "all that is for ever by accident",
    { immutability: "Locked", softDelete: { state: "AlwaysOn" }, crossRegionRestore: true },
    [
      'vault.azure.acknowledgeIrreversible: is missing; immutability: Locked and softDelete.state: AlwaysOn and crossRegionRestore cannot be undone, not even by Microsoft: repeat the vault\'s name ("payments") to accept that, or remove it',
    ],
  ],
  [
    "for ever, another vault",
    { softDelete: { state: "AlwaysOn" }, acknowledgeIrreversible: "orders" },
    [
      'vault.azure.acknowledgeIrreversible: "orders" is not the vault\'s name ("payments"); repeat that for softDelete.state: AlwaysOn, or remove both',
    ],
  ],
  [
    "nothing for ever",
    { acknowledgeIrreversible: "payments" },
    [
      "vault.azure.acknowledgeIrreversible: acknowledges nothing: write immutability: Locked, softDelete.state: AlwaysOn or crossRegionRestore, or remove it",
    ],
  ],
  [
    "too short a soft delete",
    { softDelete: { retentionDays: 7 } },
    ["vault.azure.softDelete.retentionDays: 7 is not allowed; expected a whole number of days from 14 to 180"],
  ],
  [
    "another region to restore in, without copies there",
    { redundancy: "ZoneRedundant", crossRegionRestore: true, acknowledgeIrreversible: "payments" },
    [
      "vault.azure.crossRegionRestore: needs recovery points in the paired region, and redundancy is ZoneRedundant; write GeoRedundant, or remove crossRegionRestore",
    ],
  ],
  [
    "gone before the next backup",
    { lifecycle: { deleteAfter: 7 } },
    [
      "vault.azure.lifecycle.deleteAfter: 7 is not allowed; expected a whole number of days from 8 to 3650 (one backup is made each week)",
    ],
  ],
  [
    "for longer than Azure keeps anything",
    { lifecycle: { deleteFirstOfYearAfter: 3651 } },
    [
      "vault.azure.lifecycle.deleteFirstOfYearAfter: 3651 is not allowed; expected a whole number of days from 8 to 3650 (one backup is made each week)",
    ],
  ],
  [
    "the first of a month for no longer than the rest",
    { lifecycle: { deleteAfter: 90, deleteFirstOfMonthAfter: 90, deleteFirstOfYearAfter: 60 } },
    [
      "vault.azure.lifecycle.deleteFirstOfMonthAfter: must be above deleteAfter (90), got 90; raise it, or remove it",
      "vault.azure.lifecycle.deleteFirstOfYearAfter: must be above deleteAfter (90), got 60; raise it, or remove it",
    ],
  ],
  [
    "times that are none",
    { weekly: { day: "Sun", time: 3, timeZone: "Tokyo" } },
    [
      'vault.azure.weekly.day: "Sun" is not allowed; expected one of Sunday, Monday, Tuesday, Wednesday, Thursday, Friday, Saturday',
      'vault.azure.weekly.time: 3 is not allowed; expected hours and minutes in quotes, such as "03:00"',
      'vault.azure.weekly.timeZone: "Tokyo" is not a name in the IANA time zone database; did you mean Asia/Tokyo?',
    ],
  ],
  [
    "an hour that no day has",
    { weekly: { time: "24:00" } },
    ['vault.azure.weekly.time: "24:00" is not allowed; expected hours and minutes in quotes, such as "03:00"'],
  ],
  [
    "a time zone that is none",
    { weekly: { timeZone: "Tokyo" } },
    ['vault.azure.weekly.timeZone: "Tokyo" is not a name in the IANA time zone database; did you mean Asia/Tokyo?'],
  ],
  [
    "a vault's name that Azure refuses",
    { name: "a_vault" },
    ['vault.azure.name: "a_vault" is not allowed; expected a name of 2 to 50 letters, digits and hyphens'],
  ],
  [
    "nothing but MySQL and Cosmos DB",
    {},
    [
      `vault.azure: orders: ${PAUSED}`,
      `vault.azure: documents: ${PREVIEW}`,
      "vault.azure: no database of the set goes to a vault of Azure Backup; remove it",
    ],
    [mysql, documents],
  ],
  [
    "nothing that is not left out",
    {},
    ["vault.azure: no database of the set goes to a vault of Azure Backup; remove it"],
    [{ ...postgresql, vault: { exclude: true } }],
  ],
  [
    "MySQL by name",
    {},
    [`databases[1].vault: asks for a vault for orders: ${PAUSED}; remove it`],
    [postgresql, { ...mysql, vault: { lifecycle: { deleteAfter: 400 } } }],
  ],
  [
    "Cosmos DB by name, where the set has no vault",
    undefined,
    [`databases[0].vault: asks for a vault for documents: ${PREVIEW}; remove it`],
    [{ ...documents, vault: { weekly: {} } }, ledger],
    {},
  ],
  [
    "what is AWS Backup's",
    {},
    [
      'databases[0].vault.rules: is for databases on AWS, and shipping is on Azure; give "weekly" and "lifecycle" instead, or remove it',
    ],
    [{ ...postgresql, vault: { rules: [daily] } }],
  ],
  [
    "what is Azure Backup's, on AWS",
    undefined,
    [
      'databases[0].vault.weekly: is for databases on Azure, and customers is on AWS; give "rules" instead, or remove it',
      'databases[0].vault.lifecycle: is for databases on Azure, and customers is on AWS; give "rules" instead, or remove it',
    ],
    [{ ...customers, vault: { weekly: {}, lifecycle: {} } }],
    {},
  ],
  [
    "of its own, where only the other cloud has a vault",
    undefined,
    [
      'databases[1].vault: says what shipping has in the vault otherwise than the set, but the set has none on Azure; give "vault.azure", or remove it',
    ],
    [customers, { ...postgresql, vault: { exclude: true } }],
    {},
  ],
  [
    "copies without ScalarDB's tables",
    {},
    [0, 1].map(
      (index) =>
        `databases[${index}].azurePostgresql.databaseName: has to be your database: Azure Backup excludes "postgres" from every copy, and it is ScalarDB's default. Set it to the database with ScalarDB's tables, or exclude the server with vault: { exclude: true }`,
    ),
    [
      { name: "shipping", azurePostgresql: { existing: server } },
      {
        name: "returns",
        azurePostgresql: { existing: { ...server, serverName: "returns" }, databaseName: "postgres" },
      },
      {
        name: "invoices",
        azurePostgresql: { existing: { ...server, serverName: "invoices" } },
        vault: { exclude: true },
      },
    ],
  ],
  [
    "of its own, too short",
    {},
    [
      "databases[0].vault.lifecycle.deleteAfter: 1.5 is not allowed; expected a whole number of days from 8 to 3650 (one backup is made each week)",
    ],
    [{ ...postgresql, vault: { lifecycle: { deleteAfter: 1.5 } } }],
  ],
];

for (const [title, azure, expected, databases, aws] of REFUSED_ON_AZURE)
  test(`refused on Azure: ${title}`, (t) => {
    t.deepEqual(azureProblems(azure, databases, aws), expected);
  });
