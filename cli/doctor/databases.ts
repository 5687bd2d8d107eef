import type { DatabaseArgs, KindKey, KnownDatabase } from "../../components/databases";
import type { AzureServerArgs } from "../../components/databases/azure-server/args";
import type { CosmosdbArgs } from "../../components/databases/cosmosdb";
import type { DynamodbArgs } from "../../components/databases/dynamodb";
import { rangeOfTables } from "../../components/databases/dynamodb/ranges";
import { goalOf, namespacePatterns } from "../../components/databases/dynamodb/tables";
import { plain } from "../../components/databases/kind";
import type { RdsArgs } from "../../components/databases/rds";
import { isRetention, rdsShortfalls, stateProblem } from "../../components/databases/rds/protection";
import { type NamedBy, replacementOf } from "../../components/databases/replaced";
import { describeCluster } from "../../operations/aurora";
import { findServer, type ServerProduct, serverShortfalls } from "../../operations/azure-servers";
import { backupShortfalls, findAccount } from "../../operations/cosmosdb";
import { tableShortfalls } from "../../operations/dynamodb-changes";
import { describeInstance } from "../../operations/rds";
import { TableReader } from "../../operations/table-reader";
import { counted } from "../../restore-points/counted";
import { tablesOf } from "../../restore-points/tables";
import { type Ask, checked, type Finding, ok, problem, warning } from "./finding";
import type { Situation } from "./situation";

/** Whether each database is there, and protected as the configuration says. */
export async function databaseFindings(situation: Situation, ask: Ask): Promise<Finding[]> {
  const found = await Promise.all(
    situation.databases.map((database) =>
      checked("databases", ask, `database ${database.name}`, () => findingsOf(database, situation)),
    ),
  );
  return found.flat();
}

const UP = '"pulumi up" fixes it';
const BY_AWS_BACKUP = 'after "pulumi up", AWS Backup raises it with its next daily run';

type Found = Omit<Finding, "check">[];

/** An existing database, as a stack's file describes it. */
interface Existing<Args> {
  name: string;
  args: Args;
  region: string;
  days: number;
  situation: Situation;
}

/** For each kind, whether its existing database is there and protected. */
const FINDINGS: { [Key in KindKey]: (existing: Existing<NonNullable<DatabaseArgs[Key]>>) => Promise<Found> } = {
  dynamodb: tableFindings,
  cosmosdb: accountFindings,
  auroraMysql: rdsDatabaseFindings,
  auroraPostgresql: rdsDatabaseFindings,
  rdsMysql: rdsDatabaseFindings,
  rdsPostgresql: rdsDatabaseFindings,
  rdsOracle: rdsDatabaseFindings,
  rdsSqlserver: rdsDatabaseFindings,
  azureMysql: (existing) => serverFindings("mysql", existing),
  azurePostgresql: (existing) => serverFindings("postgresql", existing),
};

async function findingsOf({ name, kind, args }: KnownDatabase, situation: Situation): Promise<Found> {
  if (Reflect.get(Object(args), "existing") === undefined)
    return [ok(`${name}: the program creates it, and declares its protection`)];
  const region = kind.region?.(args) ?? situation.aws.region ?? "";
  // Cast: `kindOf` has found args of this kind under its key.
  const findings = FINDINGS[kind.key as KindKey] as (existing: Existing<unknown>) => Promise<Found>;
  return await findings({ name, args, region, days: kind.recoveryDays(args), situation });
}

async function tableFindings({ name, args, region, situation }: Existing<DynamodbArgs>): Promise<Found> {
  const reader = new TableReader(region, situation.aws.access);
  // Not the components' look-up, which works only within a run of a Pulumi program.
  const { tables: named = [], ...namespaces } = args.existing ?? {};
  const prefixes = namespacePatterns(namespaces, namespaces.scalardbTables !== false);
  const names = tablesOf({ tables: named, prefixes }, await reader.names());
  const missing = [
    ...named.filter((table) => !names.includes(table)),
    ...namespacePatterns(namespaces, false).filter((prefix) => !names.some((table) => table.startsWith(prefix))),
  ];
  if (missing.length > 0) return [gone(name, `the table or namespace ${missing.join(", ")} in ${region}`)];
  const tables = await reader.protection(names);
  const goal = goalOf(args);
  const lacking = tables.filter((table) => tableShortfalls(table, goal).length > 0).map((table) => table.name);
  if (lacking.length > 0)
    return [
      warning(
        `${name}: ${lacking.length} of ${counted(tables.length, "table")} are not protected as configured: ${lacking.join(", ")}`,
        UP,
      ),
    ];
  const range = rangeOfTables(name, tables);
  return [
    "unknownBecause" in range
      ? problem(`${name}: cannot be restored: ${range.unknownBecause}`)
      : ok(`${name}: ${counted(tables.length, "table")}, restorable from ${range.earliest} to ${range.latest}`),
  ];
}

async function accountFindings({ name, args, days, situation }: Existing<CosmosdbArgs>): Promise<Found> {
  const accountName = plain(name, args.existing?.accountName);
  const resourceGroupName = plain(name, args.existing?.resourceGroupName);
  const account = await findAccount({ accountName, resourceGroupName }, situation.azure);
  if (account === undefined) return [gone(name, `the Cosmos DB account ${accountName} in ${resourceGroupName}`)];
  return [
    ...replacedOr(name, { key: "cosmosdb", field: "accountName" }, account),
    ...protectedOr(name, `Cosmos DB account ${accountName}`, backupShortfalls(account, days)),
  ];
}

async function serverFindings(
  product: ServerProduct,
  { name, args, days, situation }: Existing<AzureServerArgs>,
): Promise<Found> {
  const serverName = plain(name, args.existing?.serverName);
  const resourceGroupName = plain(name, args.existing?.resourceGroupName);
  const server = await findServer({ product, serverName, resourceGroupName }, situation.azure);
  if (server === undefined) return [gone(name, `the server ${serverName} in ${resourceGroupName}`)];
  const key = product === "mysql" ? "azureMysql" : "azurePostgresql";
  return [
    ...replacedOr(name, { key, field: "serverName" }, server),
    ...protectedOr(name, `server ${serverName}`, serverShortfalls(server, days)),
  ];
}

/** An RDS instance, or a cluster of RDS or Aurora. */
async function rdsDatabaseFindings({
  name,
  args,
  region,
  days,
  situation,
}: Existing<Pick<RdsArgs, "existing">>): Promise<Found> {
  const { clusterIdentifier, instanceIdentifier } = args.existing ?? {};
  return clusterIdentifier === undefined
    ? instanceFindings(name, { region, identifier: plain(name, instanceIdentifier), days }, situation)
    : clusterFindings(name, { region, identifier: plain(name, clusterIdentifier), days }, situation);
}

interface RdsPlace {
  region: string;
  identifier: string;
  days: number;
}

async function clusterFindings(name: string, { region, identifier, days }: RdsPlace, { aws }: Situation) {
  const { cluster } = (await describeCluster(region, identifier, aws.access)) ?? {};
  if (cluster === undefined) return [gone(name, `the cluster ${identifier} in ${region}`)];
  const state = stateProblem("cluster", cluster.Status);
  if (state) return [problem(`${name}: ${state}`)];
  return rdsFindings(name, `cluster ${identifier}`, {
    protection: {
      retentionDays: cluster.BackupRetentionPeriod ?? 0,
      deletionProtection: cluster.DeletionProtection === true,
      storageEncrypted: cluster.StorageEncrypted === true,
    },
    days,
    // A Multi-AZ DB cluster keeps its own backups, whose days an update raises itself.
    retentionFix: cluster.Engine?.startsWith("aurora") ? BY_AWS_BACKUP : UP,
    earliest: cluster.EarliestRestorableTime,
    latest: cluster.LatestRestorableTime,
  });
}

async function instanceFindings(name: string, { region, identifier, days }: RdsPlace, { aws }: Situation) {
  const { instance, backups } = (await describeInstance(region, identifier, aws.access)) ?? {};
  if (instance === undefined) return [gone(name, `the instance ${identifier} in ${region}`)];
  const state = stateProblem("instance", instance.DBInstanceStatus);
  if (state) return [problem(`${name}: ${state}`)];
  return rdsFindings(name, `instance ${identifier}`, {
    protection: {
      retentionDays: instance.BackupRetentionPeriod ?? 0,
      deletionProtection: instance.DeletionProtection === true,
      storageEncrypted: instance.StorageEncrypted === true,
    },
    days,
    retentionFix: BY_AWS_BACKUP,
    earliest: backups?.RestoreWindow?.EarliestTime,
    latest: backups?.RestoreWindow?.LatestTime,
  });
}

function rdsFindings(
  name: string,
  what: string,
  found: {
    protection: { retentionDays: number; deletionProtection: boolean; storageEncrypted: boolean };
    days: number;
    retentionFix: string;
    earliest?: Date;
    latest?: Date;
  },
): Found {
  const { protection, days, retentionFix, earliest, latest } = found;
  const lacking = rdsShortfalls(protection, days);
  const late = lacking.map((each) =>
    warning(`${name}: ${what}: ${each}`, isRetention(each) ? retentionFix : "change it where the database is managed"),
  );
  if (earliest === undefined || latest === undefined)
    return [
      ...late,
      problem(`${name}: ${what} cannot be restored to any instant yet`, "wait for its first automated backup"),
    ];
  return [...late, ok(`${name}: ${what}, restorable from ${earliest.toISOString()} to ${latest.toISOString()}`)];
}

function gone(name: string, what: string): Omit<Finding, "check"> {
  return problem(
    `${name}: ${what} does not exist`,
    "correct databases[] in the stack file; if it was deleted, docs/deleted-databases.md says what can still be restored",
  );
}

/** Windows that are recorded on the copy say nothing about the database that it has replaced. */
function replacedOr(name: string, by: NamedBy, found: { tags?: Record<string, string> }): Found {
  const replacement = replacementOf(by, found);
  return replacement ? [problem(`${name}: ${replacement.what}`, replacement.fix)] : [];
}

function protectedOr(name: string, what: string, lacking: readonly string[]): Found {
  if (lacking.length === 0) return [ok(`${name}: ${what} is backed up as configured`)];
  return [warning(`${name}: ${what}: ${lacking.join("; ")}`, UP)];
}
