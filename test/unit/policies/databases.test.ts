import test from "ava";
import { azureServerBackupRetention } from "../../../policies/databases/azure-server-backup-retention";
import { azureServerFirewall } from "../../../policies/databases/azure-server-firewall";
import { cosmosdbContinuousBackup } from "../../../policies/databases/cosmosdb-continuous-backup";
import { cosmosdbStrongConsistency } from "../../../policies/databases/cosmosdb-strong-consistency";
import { databaseDeletionProtection } from "../../../policies/databases/database-deletion-protection";
import { databaseEncryption } from "../../../policies/databases/database-encryption";
import { databaseNotPublic } from "../../../policies/databases/database-not-public";
import { databaseProtected } from "../../../policies/databases/database-protected";
import { dynamodbPointInTimeRecovery } from "../../../policies/databases/dynamodb-point-in-time-recovery";
import { rdsBackupRetention } from "../../../policies/databases/rds-backup-retention";
import { rdsKeepAutomatedBackups } from "../../../policies/databases/rds-keep-automated-backups";
import {
  azureMysql,
  azurePostgresql,
  cluster,
  clusterInstance,
  cosmos,
  IN_SET,
  instance,
  table,
  vault,
} from "./examples";
import { type Declared, fixes, says, saysOfStack, UNKNOWN_VALUE, violations } from "./judging";

const drill = { tags: { "scalar-backup:copy": "drill" } };
const recovery = { tags: { "scalar-backup:copy": "recovery" } };

const PITR_OFF =
  "point-in-time recovery is off: set pointInTimeRecovery to { enabled: true, recoveryPeriodInDays: 35 }";
says(dynamodbPointInTimeRecovery, [
  ["off by default", table({ pointInTimeRecovery: undefined }), [PITR_OFF]],
  ["off", table({ pointInTimeRecovery: { enabled: false, recoveryPeriodInDays: 35 } }), [PITR_OFF]],
  [
    "too short",
    table({ pointInTimeRecovery: { enabled: true, recoveryPeriodInDays: 1 } }),
    ["point-in-time recovery reaches back 1 day: set pointInTimeRecovery.recoveryPeriodInDays to 7 or more"],
  ],
  [
    "the cloud's default period is the longest",
    table({ pointInTimeRecovery: { enabled: true } }),
    [],
    { minimumDays: 35 },
  ],
  ["a drill's copy is thrown away", table({ pointInTimeRecovery: undefined, ...drill }), []],
  ["a recovery's copy comes back without it", table({ pointInTimeRecovery: undefined, ...recovery }), [PITR_OFF]],
  ["exactly the minimum", table({ pointInTimeRecovery: { enabled: true, recoveryPeriodInDays: 7 } }), []],
  [
    "below a configured minimum",
    table({ pointInTimeRecovery: { enabled: true, recoveryPeriodInDays: 14 } }),
    ["point-in-time recovery reaches back 14 days: set pointInTimeRecovery.recoveryPeriodInDays to 30 or more"],
    { minimumDays: 30 },
  ],
]);

says(rdsBackupRetention, [
  [
    "an instance has none by default",
    instance({ backupRetentionPeriod: undefined }),
    ["automated backups are off by default: set backupRetentionPeriod to 7 or more"],
  ],
  [
    "switched off",
    instance({ backupRetentionPeriod: 0 }),
    ["automated backups are off: set backupRetentionPeriod to 7 or more"],
  ],
  [
    "a cluster keeps a day by default",
    cluster({ backupRetentionPeriod: undefined }),
    ["automated backups are kept for 1 day by default: set backupRetentionPeriod to 7 or more"],
  ],
  [
    "a Multi-AZ DB cluster, too short for the configuration",
    cluster({ engine: "mysql", backupRetentionPeriod: 7 }),
    ["automated backups are kept for 7 days: set backupRetentionPeriod to 14 or more"],
    { minimumDays: 14 },
  ],
  ["a read replica", instance({ backupRetentionPeriod: 0, replicateSourceDb: "orders" }), []],
  ["a drill's copy is thrown away", cluster({ backupRetentionPeriod: 1, ...drill }), []],
  ["a replica cluster", cluster({ backupRetentionPeriod: 1, replicationSourceIdentifier: "arn" }), []],
  ["left to AWS Backup", { ...cluster({ backupRetentionPeriod: 1 }), ignoreChanges: ["backupRetentionPeriod"] }, []],
]);

says(rdsKeepAutomatedBackups, [
  [
    "deleted by default",
    instance({ deleteAutomatedBackups: undefined }),
    ["automated backups are deleted together with the database by default: set deleteAutomatedBackups to false"],
  ],
  [
    "deleted",
    cluster({ deleteAutomatedBackups: true }),
    ["automated backups are deleted together with the database: set deleteAutomatedBackups to false"],
  ],
  ["a drill's copy leaves nothing behind", cluster({ deleteAutomatedBackups: true, ...drill }), []],
]);

says(cosmosdbContinuousBackup, [
  [
    "periodic by default",
    cosmos({ backupPolicy: undefined }),
    [
      'backup is periodic by default: set backupPolicy to { type: "Continuous", continuousModeProperties: { tier: "Continuous7Days" } }',
    ],
  ],
  [
    "periodic",
    cosmos({ backupPolicy: { type: "Periodic" } }),
    [
      'backup is periodic: set backupPolicy to { type: "Continuous", continuousModeProperties: { tier: "Continuous30Days" } }',
    ],
    { minimumDays: 30 },
  ],
  [
    "a drill's copy is thrown away",
    cosmos({ backupPolicy: { type: "Continuous", continuousModeProperties: { tier: "Continuous7Days" } }, ...drill }),
    [],
    { minimumDays: 30 },
  ],
  [
    "the shorter tier, where the longer is wanted",
    cosmos({ backupPolicy: { type: "Continuous", continuousModeProperties: { tier: "Continuous7Days" } } }),
    [
      'continuous backup reaches back 7 days of the 30 wanted: set backupPolicy.continuousModeProperties.tier to "Continuous30Days"',
    ],
    { minimumDays: 30 },
  ],
  ["no tier is the longer one", cosmos({ backupPolicy: { type: "Continuous" } }), [], { minimumDays: 30 }],
  ["an explicit API version", { ...cosmos(), type: "azure-native:documentdb/v20240515:DatabaseAccount" }, []],
  [
    "an explicit API version, periodic",
    {
      ...cosmos({ backupPolicy: { type: "Periodic" } }),
      type: "azure-native_cosmosdb_v20240515:cosmosdb:DatabaseAccount",
    },
    [
      'backup is periodic: set backupPolicy to { type: "Continuous", continuousModeProperties: { tier: "Continuous7Days" } }',
    ],
  ],
  ["an account for MongoDB", cosmos({ kind: "MongoDB", backupPolicy: undefined }), []],
  ["an account for Cassandra", cosmos({ capabilities: [{ name: "EnableCassandra" }], backupPolicy: undefined }), []],
]);

const CONSISTENCY_MEND =
  'set consistencyPolicy.defaultConsistencyLevel to "Strong"; after a restore, refresh and check it, since Azure does not honour the level that the restore names';
says(cosmosdbStrongConsistency, [
  [
    "Session by default",
    cosmos({ consistencyPolicy: undefined }),
    [`default consistency is Session by default: ${CONSISTENCY_MEND}`],
  ],
  [
    "weaker",
    cosmos({ consistencyPolicy: { defaultConsistencyLevel: "BoundedStaleness" } }),
    [`default consistency is BoundedStaleness: ${CONSISTENCY_MEND}`],
  ],
]);

says(azureServerBackupRetention, [
  ["a week by default is enough", azureMysql({ backup: undefined }), []],
  [
    "a week by default is not enough where more is wanted",
    azurePostgresql({ backup: undefined }),
    ["backups are kept for 7 days by default: set backup.backupRetentionDays to 14 or more"],
    { minimumDays: 14 },
  ],
  [
    "too short",
    azureMysql({ backup: { backupRetentionDays: 1 } }),
    ["backups are kept for 1 day: set backup.backupRetentionDays to 7 or more"],
  ],
  ["a drill's copy is thrown away", azureMysql({ backup: { backupRetentionDays: 1 }, ...drill }), []],
  ["a read replica", azureMysql({ createMode: "Replica", backup: { backupRetentionDays: 1 } }), []],
]);

says(databaseDeletionProtection, [
  [
    "a table, off by default",
    table({ deletionProtectionEnabled: undefined }),
    ["deletion protection is off by default: set deletionProtectionEnabled to true"],
  ],
  [
    "an instance, off",
    instance({ deletionProtection: false }),
    ["deletion protection is off: set deletionProtection to true"],
  ],
  [
    "a cluster, off",
    cluster({ deletionProtection: false }),
    ["deletion protection is off: set deletionProtection to true"],
  ],
  ["a drill's copy is temporary", cluster({ deletionProtection: false, ...drill }), []],
  [
    "a recovery's table, whose other tags are set afterwards, is permanent",
    {
      ...table({ deletionProtectionEnabled: undefined, restoreSourceName: "ledger.accounts", ...recovery }),
      ignoreChanges: ["tags", "deletionProtectionEnabled"],
    },
    ["deletion protection is off by default: set deletionProtectionEnabled to true"],
  ],
  [
    "a restored table of version 0.1, whose tags are all set afterwards, may be a drill's copy",
    {
      ...table({ deletionProtectionEnabled: undefined, restoreSourceName: "ledger.accounts" }),
      ignoreChanges: ["tags", "deletionProtectionEnabled"],
    },
    [],
  ],
  [
    "tags set by others are no excuse for a table of one's own",
    { ...table({ deletionProtectionEnabled: false }), ignoreChanges: ["tags"] },
    ["deletion protection is off: set deletionProtectionEnabled to true"],
  ],
  [
    "a recovery's copy is permanent",
    cluster({ deletionProtection: false, ...recovery }),
    ["deletion protection is off: set deletionProtection to true"],
  ],
]);

const UNPROTECTED = [
  "a change that replaces or removes this resource would delete its data: set the resource option protect to true",
];
says(databaseProtected, [
  ["a table", { ...table(), protect: false }, UNPROTECTED],
  ["an Azure server", { ...azurePostgresql(), protect: false }, UNPROTECTED],
  ["a vault", { ...vault(), protect: false }, UNPROTECTED],
  ["a drill's copy", { ...table(drill), protect: false }, []],
  ["an instance of a cluster holds no data", { ...clusterInstance(), protect: false }, []],
]);

const ENCRYPT =
  "set storageEncrypted to true (for a database that holds data already this means to restore it from an encrypted copy of a snapshot)";
const OWN_KEY = { customerManagedKey: true };
says(databaseEncryption, [
  [
    "an instance, by default",
    instance({ storageEncrypted: undefined }),
    [`storage is not encrypted by default: ${ENCRYPT}`],
  ],
  ["a cluster, off", cluster({ storageEncrypted: false }), [`storage is not encrypted: ${ENCRYPT}`]],
  [
    "a restored cluster is encrypted as its source is",
    cluster({ storageEncrypted: undefined, restoreToPointInTime: {} }),
    [],
  ],
  ["Aurora Serverless v1 always is", cluster({ storageEncrypted: undefined, engineMode: "serverless" }), []],
  [
    "DynamoDB with the cloud's key, where one's own is wanted",
    table({ serverSideEncryption: { enabled: true } }),
    ["encryption uses the cloud's own key: set serverSideEncryption.kmsKeyArn to your key"],
    OWN_KEY,
  ],
  ["DynamoDB with one's own key", table({ serverSideEncryption: { enabled: true, kmsKeyArn: "arn" } }), [], OWN_KEY],
  ["RDS with the cloud's key", instance(), ["encryption uses the cloud's own key: set kmsKeyId to your key"], OWN_KEY],
  [
    "Cosmos DB with the cloud's key",
    cosmos(),
    ["encryption uses the cloud's own key: set keyVaultKeyUri to your key"],
    OWN_KEY,
  ],
  [
    "an Azure server with the cloud's key",
    azureMysql(),
    ["encryption uses the cloud's own key: set dataEncryption.primaryKeyURI to your key"],
    OWN_KEY,
  ],
]);

const SUBNET = { id: "/subscriptions/s/virtualNetworks/v/subnets/pods" };
const from = (...ranges: string[]) => ranges.map((ipAddressOrRange) => ({ ipAddressOrRange }));
const openTo = (how: string) =>
  `public network access is ${how}, and no rule limits it: set publicNetworkAccess to "Disabled" and use a private endpoint, or allow only the subnet of Scalar's pods (isVirtualNetworkFilterEnabled, virtualNetworkRules)`;
const lets = (ranges: string) =>
  `the firewall allows ${ranges}, which other organizations use: use the addresses of Scalar's pods in ipRules, allow their subnet in virtualNetworkRules, or set publicNetworkAccess to "Disabled" and use a private endpoint`;
const PUBLIC_RDS = ["the database has a public address: set publiclyAccessible to false"];
says(databaseNotPublic, [
  ["an instance", instance({ publiclyAccessible: true }), PUBLIC_RDS],
  ["an instance of a cluster", clusterInstance({ publiclyAccessible: true }), PUBLIC_RDS],
  ["an instance is private by default", instance({ publiclyAccessible: undefined }), []],
  ["Cosmos DB, public by default", cosmos({ publicNetworkAccess: undefined }), [openTo("enabled by default")]],
  [
    "a restored Cosmos DB account is public by default",
    cosmos({ publicNetworkAccess: undefined, createMode: "Restore" }),
    [openTo("enabled by default")],
  ],
  [
    "Cosmos DB with rules of virtual networks that are not switched on",
    cosmos({ publicNetworkAccess: "Enabled", isVirtualNetworkFilterEnabled: false, virtualNetworkRules: [SUBNET] }),
    [openTo("enabled")],
  ],
  [
    "Cosmos DB for the subnet of the pods, by a service endpoint, as Scalar recommends",
    cosmos({ publicNetworkAccess: "Enabled", isVirtualNetworkFilterEnabled: true, virtualNetworkRules: [SUBNET] }),
    [],
  ],
  ["Cosmos DB behind a firewall", cosmos({ publicNetworkAccess: undefined, ipRules: from("203.0.113.0/24") }), []],
  [
    "Cosmos DB behind a firewall that is not known yet",
    cosmos({ publicNetworkAccess: undefined, ipRules: UNKNOWN_VALUE }),
    [],
  ],
  [
    "Cosmos DB behind a firewall that lets in everybody",
    cosmos({ publicNetworkAccess: undefined, ipRules: from("203.0.113.7", "0.0.0.0/1", "128.0.0.0/1") }),
    [lets("0.0.0.0/1, 128.0.0.0/1")],
  ],
  [
    "Cosmos DB behind a firewall that lets in all of Azure",
    cosmos({
      publicNetworkAccess: undefined,
      isVirtualNetworkFilterEnabled: true,
      virtualNetworkRules: [SUBNET],
      ipRules: from("0.0.0.0"),
    }),
    [lets("0.0.0.0")],
  ],
  [
    "an Azure server accepts no connection without a firewall rule",
    azureMysql({ network: { publicNetworkAccess: "Enabled" } }),
    [],
  ],
  ["an Azure server, public by default, likewise", azurePostgresql({ network: undefined }), []],
]);

const firewallRule = (startIpAddress: string, endIpAddress: string, props: object = {}): Declared => ({
  type: "azure-native:dbforpostgresql:FirewallRule",
  name: "rule",
  props: { serverName: "shipping", startIpAddress, endIpAddress, ...props },
});
const server = azurePostgresql({ name: "shipping", network: { publicNetworkAccess: "Enabled" } });
const letsIn = (range: string, who: string) => [
  {
    message: `the rule allows ${range}, which ${who}: use the addresses of Scalar's pods, or use a virtual network (network.delegatedSubnetResourceId) or a private endpoint`,
    at: "rule",
  },
];
saysOfStack(azureServerFirewall, [
  ["the addresses of a network", [server, firewallRule("203.0.113.0", "203.0.113.255")], []],
  ["one address", [server, firewallRule("203.0.113.7", "203.0.113.7")], []],
  [
    "everybody",
    [server, firewallRule("0.0.0.0", "255.255.255.255")],
    letsIn("0.0.0.0 to 255.255.255.255", "other organizations use"),
  ],
  [
    "all of Azure",
    [server, firewallRule("0.0.0.0", "0.0.0.0")],
    letsIn("0.0.0.0 to 0.0.0.0", "is all of Azure, including other customers' resources"),
  ],
  [
    "everybody, at a server whose name is not known yet",
    [
      { ...server, props: { ...server.props, name: UNKNOWN_VALUE } },
      {
        ...firewallRule("0.0.0.0", "255.255.255.255", { serverName: UNKNOWN_VALUE }),
        madeFrom: { serverName: ["shipping"] },
      },
    ],
    letsIn("0.0.0.0 to 255.255.255.255", "other organizations use"),
  ],
  ["at another server", [server, firewallRule("0.0.0.0", "255.255.255.255", { serverName: "other" })], []],
  [
    "at a server that is none of Scalar's",
    [azurePostgresql({ name: "shipping", tags: {} }), firewallRule("0.0.0.0", "255.255.255.255")],
    [],
  ],
  ["left out", [server, firewallRule("0.0.0.0", "255.255.255.255")], [], { config: { except: ["rule"] } }],
]);

// The rules are for databases that ScalarDB or ScalarDL uses; a stack may hold others.
const BARE: [string, Declared][] = [
  ["a table with keys of its own", { ...table({ hashKey: "sessionId", ...bare(table()) }) }],
  ["an instance", instance(bare(instance()))],
  ["a cluster", cluster(bare(cluster()))],
  ["an instance of a cluster", clusterInstance({ publiclyAccessible: true, tags: undefined })],
  ["a Cosmos DB account", cosmos(bare(cosmos()))],
  ["a MySQL server", azureMysql({ ...bare(azureMysql()), backup: { backupRetentionDays: 1 } })],
  ["a PostgreSQL server", azurePostgresql(bare(azurePostgresql()))],
];
const RULES = [
  azureServerBackupRetention,
  cosmosdbContinuousBackup,
  cosmosdbStrongConsistency,
  databaseDeletionProtection,
  databaseEncryption,
  databaseNotPublic,
  databaseProtected,
  dynamodbPointInTimeRecovery,
  rdsBackupRetention,
  rdsKeepAutomatedBackups,
];
const count = async (declared: Declared) =>
  (await Promise.all(RULES.map((rule) => violations(rule, { ...declared, protect: false })))).flat().length;
for (const [title, declared] of BARE) {
  test(`${title} that is none of Scalar's is left alone by every rule`, async (t) => {
    t.is(await count(declared), 0);
    const tagged = { ...declared, props: { ...declared.props, tags: IN_SET } };
    t.true((await count(tagged)) > 0, "the tag makes it one");
    const urn = `urn:pulumi:dev::test::scalar-backup:index:ScalarBackup$${declared.type}::it`;
    t.true((await count({ ...declared, urn })) > 0, "so does our component");
  });
}

const SCALARDB_TABLES: [string, object][] = [
  ["ScalarDB's keys", { name: "ledger.accounts", hashKey: "concatenatedPartitionKey" }],
  ["ScalarDB's metadata", { name: "prod_scalardb.metadata", hashKey: "table" }],
  ["ScalarDB's namespaces", { name: "scalardb.namespaces", hashKey: "namespace_name" }],
];
for (const [title, props] of SCALARDB_TABLES)
  test(`a table with ${title} is Scalar's without a tag`, async (t) => {
    const declared = table({ ...bare(table()), ...props });
    t.deepEqual(await violations(dynamodbPointInTimeRecovery, declared), [PITR_OFF]);
  });

/** Nothing set that a rule wants, nor anything that says whose the database is. */
function bare({ props }: Declared): object {
  const kept = ["name", "arn", "id", "engine", "kind"];
  return Object.fromEntries(Object.entries(props).map(([key, value]) => [key, kept.includes(key) ? value : undefined]));
}

fixes(dynamodbPointInTimeRecovery, [
  ["nothing where nothing is wrong", table(), undefined],
  [
    "a table without recovery",
    table({ pointInTimeRecovery: undefined }),
    { pointInTimeRecovery: { enabled: true, recoveryPeriodInDays: 35 } },
  ],
  [
    "a short period no further than needed",
    table({ pointInTimeRecovery: { enabled: true, recoveryPeriodInDays: 2 } }),
    { pointInTimeRecovery: { enabled: true, recoveryPeriodInDays: 14 } },
    { minimumDays: 14 },
  ],
]);
fixes(rdsBackupRetention, [["a cluster", cluster({ backupRetentionPeriod: 1 }), { backupRetentionPeriod: 7 }]]);
fixes(rdsKeepAutomatedBackups, [
  ["a cluster", cluster({ deleteAutomatedBackups: true }), { deleteAutomatedBackups: false }],
]);
fixes(azureServerBackupRetention, [
  [
    "a server, with its other backup settings as they are",
    azureMysql({ backup: { backupRetentionDays: 2, geoRedundantBackup: "Enabled" } }),
    { backup: { backupRetentionDays: 7, geoRedundantBackup: "Enabled" } },
  ],
]);
fixes(databaseDeletionProtection, [
  ["a table", table({ deletionProtectionEnabled: false }), { deletionProtectionEnabled: true }],
  ["a cluster", cluster({ deletionProtection: undefined }), { deletionProtection: true }],
  ["no drill's copy", cluster({ deletionProtection: false, ...drill }), undefined],
]);
