import type { TableSettings } from "../../../operations/dynamodb";
import type { TableRestore } from "../../../operations/table-reader";
import { COPY_TAG, INSTANT_TAG } from "../../../restore-points/rules/tag-keys";
import { tablesOf } from "../../../restore-points/tables";
import type { RestoreContext } from "../kind";
import type { DynamodbArgs } from "./args";
import { type CopyInstants, isInstant } from "./copies";
import { tableReader } from "./reader";
import { copyName, namesStay, targetRegion } from "./tables";

/** The names that a message lists. */
const LISTED = 10;

/** What is to be copied, and from where: as the restore has it. */
interface Copied {
  tables: readonly TableSettings[];
  /** The backup of each table; undefined where point-in-time recovery is restored from. */
  backups: Map<string, string> | undefined;
  copiesAlreadyExist: boolean;
  instants: CopyInstants;
}

/**
 * Why copies cannot get names that are the same for every instant: tables of these names exist, and the restore does not remove
 * them. Undefined when there are none. A drill's copies of another instant are replaced, so they are not in the way.
 */
export async function tablesInTheWay(
  name: string,
  args: DynamodbArgs,
  { tables, backups, copiesAlreadyExist, instants }: Copied,
  { aws, instant, mode }: Pick<RestoreContext, "aws" | "instant" | "mode">,
): Promise<string | undefined> {
  const region = targetRegion(name, args, aws);
  if (copiesAlreadyExist || !namesStay(name, args, aws)) return undefined;
  const target = tableReader(region, aws);
  const bySource = new Map(tables.map((table) => [copyName(name, args, aws, table.name, instant), table.name]));
  const names = tablesOf({ tables: [...bySource.keys()], prefixes: [] }, await target.names());
  const sources = tables.map(({ arn }) => arn);
  const found = await target.restores(
    names,
    (found) => !isOfThisRestore(found, bySource.get(found.table) ?? "", backups, instants),
  );
  const others = found.filter(({ tags }) => tags !== undefined && tags[INSTANT_TAG] !== instant);

  const recovered = others.filter(({ tags }) => tags?.[COPY_TAG] === "recovery");
  const unmarked = others.filter(({ tags }) => tags?.[COPY_TAG] === undefined);
  const foreign = unmarked.filter(({ sourceArn = "" }) => !sources.includes(sourceArn));
  // An interrupted drill's copies are replaced; those of an interrupted recovery would be kept, and look the same.
  const unfinished = mode === "recovery" ? unmarked.filter((table) => !foreign.includes(table)) : [];

  const elsewhere =
    args.restoreTo?.namespacePrefix === undefined
      ? "restore to another region (databases[].dynamodb.restoreTo.region)"
      : "choose another prefix (databases[].dynamodb.restoreTo.namespacePrefix)";
  if (foreign.length > 0)
    return `the copies need the names of tables that exist in ${region} and are not copies of this database: ${listed(foreign)}; ${elsewhere}, or remove these tables`;
  const kept = [...recovered, ...unfinished];
  if (kept.length === 0) return undefined;
  const keptInstants = [...new Set(kept.map(instantOf))].sort();
  return [
    `the copies need the names of tables that exist in ${region}: ${keptInstants
      .map((at) => `copies of ${at}: ${listed(kept.filter((table) => instantOf(table) === at))}`)
      .join("; ")}`,
    "A recovery's copies may be in use, so no restore to another instant removes them",
    `To keep them, ${elsewhere}`,
    `To remove them, set restore.at to "${keptInstants[0]}" and restore.mode to drill, run "pulumi up", and then choose ${instant} again. If "restore" was removed from the configuration after they were made, the stack no longer knows them: delete each by hand ("aws dynamodb update-table --region ${region} --table-name <table> --no-deletion-protection-enabled", then "aws dynamodb delete-table --region ${region} --table-name <table>")`,
  ].join(". ");
}

/** Whether DynamoDB says that the table was restored from the same backup, or to the same instant, as it would be now. */
function isOfThisRestore(
  { backupArn, at }: TableRestore,
  source: string,
  backups: Copied["backups"],
  instants: CopyInstants,
): boolean {
  return backups === undefined
    ? backupArn === undefined && instants(source).some((each) => isInstant(at, each))
    : backupArn !== undefined && backupArn === backups.get(source);
}

function instantOf({ tags, at }: TableRestore): string {
  return tags?.[INSTANT_TAG] ?? at ?? "";
}

function listed(tables: readonly TableRestore[]): string {
  const names = tables.slice(0, LISTED).map(({ table }) => table);
  return [...names, ...(tables.length > LISTED ? [`and ${tables.length - LISTED} more`] : [])].join(", ");
}
