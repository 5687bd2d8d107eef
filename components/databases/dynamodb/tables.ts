import { findDeletedTables, type TableProtectionGoal } from "../../../operations/dynamodb";
import { type NamespacePrefixes, prefixed } from "../../../restore-points/namespace-prefix";
import { RECOVERY_PERIODS } from "../../../restore-points/rules/recovery-period";
import { tablesOf } from "../../../restore-points/tables";
import type { AwsSettings } from "../../cloud-settings";
import { COORDINATOR_NAMESPACE, COORDINATOR_TABLE, type CoordinatorFinding } from "../coordinator";
import { instantSuffix, regionOf } from "../kind";
import type { DynamodbArgs, DynamodbExistingArgs } from "./args";
import { tableReader } from "./reader";

/** ScalarDB's own namespaces, as its properties call them unless they are set otherwise. */
const METADATA_NAMESPACE = "scalardb";

/** The tables of this database, as they are now. @throws {Error} when there are none, or a named one is missing. */
export async function tableNames(name: string, args: DynamodbArgs, aws: AwsSettings): Promise<string[]> {
  const { existing, create } = args;
  if (!existing) return Object.keys(create?.tables ?? {}).sort();
  const where = regionOf(existing.region, aws, name);
  const own = namespacePatterns(existing, false);
  const prefixes = namespacePatterns(existing, existing.scalardbTables !== false);
  const tables = existing.tables ?? [];
  const found = tablesOf({ tables, prefixes }, await tableReader(where, aws).names());
  const missing = [
    ...tables.filter((table) => !found.includes(table)),
    ...own.filter((prefix) => !found.some((table) => table.startsWith(prefix))).map((prefix) => `${prefix}*`),
  ];
  if (missing.length > 0)
    throw new Error(
      `there is no DynamoDB table ${missing.join(", ")} in ${where}; correct databases[].dynamodb.existing, or load the schema first`,
    );
  return found;
}

/**
 * What is wrong with a restore of tables that have been deleted since: DynamoDB restores no deleted table to an instant, so
 * that the copies would lack them. Absent when none has.
 */
export async function deletedSince(
  name: string,
  args: DynamodbArgs,
  instant: string,
  aws: AwsSettings,
): Promise<string | undefined> {
  const { existing } = args;
  const region = sourceRegion(name, args, aws);
  const selection = existing
    ? { tables: existing.tables ?? [], prefixes: namespacePatterns(existing, existing.scalardbTables !== false) }
    : { tables: await tableNames(name, args, aws), prefixes: [] };
  const deleted = await findDeletedTables({ region, ...selection }, instant, aws.access);
  if (deleted.length === 0) return undefined;
  const each = deleted.map((table) => `${table.name} (deleted ${table.deleted}, backup ${table.backupArn})`);
  return `${each.join(", ")} existed at ${instant}, but DynamoDB restores no deleted table to an instant. It keeps a backup as of the deletion for 35 days ("aws dynamodb restore-table-from-backup"), which is of another instant than the copies`;
}

/** What the names of a selection's tables begin with. */
export function namespacePatterns(existing: DynamodbExistingArgs, withScalardbTables: boolean): string[] {
  const { coordinatorNamespace = COORDINATOR_NAMESPACE, metadataNamespace = METADATA_NAMESPACE } = existing;
  const own = withScalardbTables ? [coordinatorNamespace, metadataNamespace] : [];
  const namespaces = [...(existing.namespaces ?? []), ...own];
  return [...new Set(namespaces)].map((namespace) => `${existing.namespacePrefix ?? ""}${namespace}.`);
}

/** ScalarDB's coordinator table among these; undefined where there is none. */
export function coordinatorTable({ existing }: DynamodbArgs, tables: readonly string[]): string | undefined {
  if (existing) return tables.find((table) => table === coordinatorName(existing));
  // Created tables are listed by their full names, whatever prefix and namespace ScalarDB is configured with.
  const candidates = tables.filter((table) => table.endsWith(`.${COORDINATOR_TABLE}`));
  const usual = candidates.find((table) => table.endsWith(`${COORDINATOR_NAMESPACE}.${COORDINATOR_TABLE}`));
  return usual ?? candidates[0];
}

/** The names of all tables but the coordinator's, whose copy may be of an instant before the data, if it has been compared. */
export function dataTables(args: DynamodbArgs, tables: readonly { name: string }[]): string[] {
  const names = tables.map(({ name }) => name);
  const coordinator = coordinatorTable(args, names);
  return names.filter((name) => name !== coordinator);
}

function coordinatorName({ coordinatorNamespace = COORDINATOR_NAMESPACE, namespacePrefix = "" }: DynamodbExistingArgs) {
  return `${namespacePrefix}${coordinatorNamespace}.${COORDINATOR_TABLE}`;
}

/** Whether ScalarDB's coordinator is among the tables. */
export function coordinatorAmong(args: DynamodbArgs, tables: readonly string[]): CoordinatorFinding {
  const { existing } = args;
  const found = coordinatorTable(args, tables) !== undefined;
  if (existing === undefined)
    return { found, missing: `no table ${COORDINATOR_NAMESPACE}.${COORDINATOR_TABLE} among create.tables` };
  const reach =
    existing.scalardbTables === false ? '"scalardbTables: false" leaves ScalarDB\'s own tables out' : undefined;
  return {
    found,
    missing: `no table ${coordinatorName(existing)}${reach === undefined ? "" : `, and ${reach}`}`,
  };
}

/** What its tables are to be protected with. */
export function goalOf(args: DynamodbArgs): TableProtectionGoal {
  return {
    recoveryPeriodInDays: args.recoveryPeriodInDays ?? RECOVERY_PERIODS.dynamodb.maximum,
    deletionProtection: args.deletionProtection ?? true,
  };
}

/** Where the tables are. */
export function sourceRegion(name: string, args: DynamodbArgs, aws: AwsSettings): string {
  return regionOf(args.existing?.region ?? args.create?.region, aws, name);
}

/** Where a restore puts copies. */
export function targetRegion(name: string, args: DynamodbArgs, aws: AwsSettings): string {
  return args.restoreTo?.region ?? sourceRegion(name, args, aws);
}

/** Whether copies of every instant have the same names, by which ScalarDB finds them: in another region, or by their prefix. */
export function namesStay(name: string, args: DynamodbArgs, aws: AwsSettings): boolean {
  return (
    args.restoreTo?.namespacePrefix !== undefined || targetRegion(name, args, aws) !== sourceRegion(name, args, aws)
  );
}

/** The copy's physical name: the table's own in another region, one with the other prefix, or one that says which instant it is. */
export function copyName(name: string, args: DynamodbArgs, aws: AwsSettings, table: string, instant: string): string {
  const prefixes = namespacePrefixes(args);
  if (prefixes !== undefined) return prefixed(prefixes, table);
  return namesStay(name, args, aws) ? table : `${table}-${instantSuffix(instant)}`;
}

/** A copy keeps its logical name, too, where it keeps its name: only one can have it at a time. */
export function copyPrefix(name: string, args: DynamodbArgs, aws: AwsSettings, instant: string): string {
  const to = args.restoreTo?.namespacePrefix;
  if (to !== undefined) return `${name}-copy-${to}`;
  return namesStay(name, args, aws) ? `${name}-copy` : `${name}-copy-${instantSuffix(instant)}`;
}

/** The namespace prefixes of the tables and of their copies, where these have another one. */
export function namespacePrefixes({ existing, restoreTo }: DynamodbArgs): NamespacePrefixes | undefined {
  const to = restoreTo?.namespacePrefix;
  return to === undefined ? undefined : { from: existing?.namespacePrefix ?? "", to };
}

/** ScalarDB's namespace of its metadata. */
export function metadataNamespace({ existing }: DynamodbArgs): string {
  return existing?.metadataNamespace ?? METADATA_NAMESPACE;
}
