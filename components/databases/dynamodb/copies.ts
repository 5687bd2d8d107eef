import * as pulumi from "@pulumi/pulumi";
import { awaitTable, type TableSettings } from "../../../operations/dynamodb";
import type { TableRestore } from "../../../operations/table-reader";
import { COPY_TAG, INSTANT_TAG, STACK_TAG } from "../../../restore-points/rules/tag-keys";
import type { AwsSettings } from "../../cloud-settings";
import { isInState, outputsInState } from "../../state";
import { toEndRestore } from "../../where-to-set";
import { adopted, awsImportId, foreignBecause, refuseTakingName } from "../adoption";
import type { RestoreContext } from "../kind";
import type { DynamodbArgs } from "./args";
import { tableReader } from "./reader";
import { copyName, copyPrefix, namesStay, sourceRegion, tableNames, targetRegion } from "./tables";

/** A table that has a copy's name already. */
export interface ExistingCopy {
  table: TableRestore;
  /** Whether it is this stack's copy as of this instant. */
  own: boolean;
  /** Whose it is otherwise. */
  foreign?: string;
}

/** The instants that a restore's copy of a table may be of: those of the coordinator may be before the data. */
export type CopyInstants = (table: string) => readonly string[];

/** Whether an instant that DynamoDB reports is this one. */
export function isInstant(at: string | undefined, instant: string): boolean {
  return at !== undefined && Date.parse(at) === Date.parse(instant);
}

/** What exists under the names of the copies, by their sources' names. */
export async function readExistingCopies(
  name: string,
  args: DynamodbArgs,
  { tables, backups }: { tables: TableSettings[]; backups: ReadonlyMap<string, string> | undefined },
  { coordinator, instants }: { coordinator: string | undefined; instants: CopyInstants },
  context: RestoreContext,
): Promise<Map<string, ExistingCopy>> {
  const { aws, instant } = context;
  const region = targetRegion(name, args, aws);
  const nameOf = (table: TableSettings) => copyName(name, args, aws, table.name, instant);
  // One list call shows the usual case: no copies exist.
  const target = tableReader(region, aws);
  const names = new Set(await target.names());
  const sources = tables.filter((table) => names.has(nameOf(table)));
  const outside = new Set<string>();
  for (const source of sources)
    if (!(await isInState(declaredCopy(name, args, source, context), context))) outside.add(nameOf(source));
  // Where the name contains the instant, copies in the state need no look-up.
  const namesAreOfAnyInstant = namesStay(name, args, aws);
  // The coordinator's copy may be as of another instant than its name says.
  const isCoordinator = (source: TableSettings) => source.name === coordinator;
  const asked = sources.filter(
    (source) => namesAreOfAnyInstant || outside.has(nameOf(source)) || isCoordinator(source),
  );
  const tagged = new Set([...outside, ...sources.filter(isCoordinator).map(nameOf)]);
  const found = await target.restores(asked.map(nameOf), ({ table }) => tagged.has(table));
  const byName = new Map(found.map((found) => [found.table, found]));
  return new Map(
    sources.flatMap((source): [string, ExistingCopy][] => {
      const table = byName.get(nameOf(source));
      if (table === undefined) return [];
      refuseTakingName(table.tags ?? {}, context);
      const foreign = foreignReason(table, source, backups?.get(source.name), instants(source.name), context);
      // What the state has is this stack's, whatever marks an earlier version has given it.
      const known = !outside.has(table.table) && table.tags?.[INSTANT_TAG] === instant;
      return [[source.name, { table, own: known || foreign === undefined, foreign }]];
    }),
  );
}

/**
 * Whose a table is, if it is not this stack's copy. The restore call takes no tags: until the completion has set them, DynamoDB's
 * own record of the restore says what the table is, but not whose.
 */
export function foreignReason(
  { sourceArn, backupArn: fromBackup, at, tags = {} }: TableRestore,
  source: TableSettings,
  backupArn: string | undefined,
  instants: readonly string[],
  context: Pick<RestoreContext, "instant" | "mode">,
): string | undefined {
  if (tags[STACK_TAG] !== undefined || tags[COPY_TAG] !== undefined) return foreignBecause(tags, context);
  if (at === undefined) return "it was not restored from anything, so that it is no copy";
  if (backupArn !== undefined)
    return fromBackup === backupArn
      ? undefined
      : `it was restored from ${fromBackup ?? sourceArn}, not from ${backupArn}`;
  if (sourceArn !== source.arn) return `it was restored from ${sourceArn}, not from ${source.arn}`;
  return instants.some((each) => isInstant(at, each)) ? undefined : `it is as of ${at}, not ${instants.join(" or ")}`;
}

/**
 * Why an `up` cannot go on that was killed while it replaced copies of another instant, whose names stay: the old ones are deleted, but the state
 * has them until the new ones are created, and what it has is not imported. Undefined where that is not so.
 */
export async function replacementProblem(
  name: string,
  args: DynamodbArgs,
  tables: readonly TableSettings[],
  existingCopies: ReadonlyMap<string, ExistingCopy>,
  context: RestoreContext,
): Promise<string | undefined> {
  const { aws, instant } = context;
  const region = targetRegion(name, args, aws);
  const before = new Map<string, string>();
  for (const source of tables) {
    const existing = existingCopies.get(source.name);
    if (existing?.own !== true) continue;
    const known = await outputsInState(declaredCopy(name, args, source, context), context);
    const at = known?.restoreDateTime;
    // An adopted copy's state names no instant.
    const { at: present } = existing.table;
    if (typeof at === "string" && at !== "" && present !== undefined && !isInstant(present, at))
      before.set(source.name, at);
  }
  if (before.size === 0) return undefined;
  // The coordinator's copy may be of an instant before the others'.
  const first = [...before.values()].sort().at(-1);
  return `an up was interrupted while copies of ${instant} were being created in place of those of ${first} in ${region} (${[...before.keys()].join(", ")}), and Pulumi's state has the old ones still. Let it forget them: "${toEndRestore()}", "pulumi up", set restore.at to "${instant}" again, "pulumi up"; the tables stay, and are taken over`;
}

/** The ID to import a copy by, of a table that an interrupted `up` has left. */
export function adoptedTable(
  name: string,
  args: DynamodbArgs,
  source: TableSettings,
  found: ExistingCopy | undefined,
  context: RestoreContext,
): pulumi.Output<string | undefined> {
  if (found === undefined) return pulumi.output(undefined);
  const { aws } = context;
  const region = targetRegion(name, args, aws);
  const { table, foreign } = found;
  return adopted(name, declaredCopy(name, args, source, context), context, async () => ({
    what: `DynamoDB table ${table.table} in ${region}`,
    id: awsImportId(table.table, region, aws),
    foreign,
    ready: table.creating ? () => awaitTable(region, table.table, aws.access) : undefined,
  }));
}

function declaredCopy(name: string, args: DynamodbArgs, { name: table }: TableSettings, context: RestoreContext) {
  const { aws, instant } = context;
  return { type: "aws:dynamodb/table:Table", logical: `${copyPrefix(name, args, aws, instant)}-${table}` };
}

/** Whether every copy of a restore exists already. */
export async function copiesExist(
  name: string,
  args: DynamodbArgs,
  aws: AwsSettings,
  instant: string,
): Promise<boolean> {
  const tables = await tableNames(name, args, aws);
  const nameOf = (table: string) => copyName(name, args, aws, table, instant);
  const target = tableReader(targetRegion(name, args, aws), aws);
  // One list call shows the usual case: no copies exist. To describe each table would take as many calls as there are
  // tables.
  const existing = new Set(await target.names());
  const copies = (await target.tagged(tables.map(nameOf).filter((copy) => existing.has(copy))))
    .filter(({ tags }) => tags[INSTANT_TAG] === instant && tags[COPY_TAG] !== undefined)
    .map((copy) => copy.name);
  if (copies.length === 0) return false;
  // A table has no copy where it did not exist yet.
  const others = tables.filter((table) => !copies.includes(nameOf(table)));
  const sources = await tableReader(sourceRegion(name, args, aws), aws).protection(others);
  return sources.every(({ created }) => Date.parse(created) > Date.parse(instant));
}
