import { readTableScaling, type Scaling } from "../../../operations/autoscaling";
import type { TableSettings } from "../../../operations/dynamodb";
import type { DatabaseBackups } from "../../../restore-points/window-backups";
import { endProgram } from "../../problem";
import type { RestoreContext } from "../kind";
import type { DynamodbArgs } from "./args";
import { type CopyInstants, copiesExist } from "./copies";
import { prefixProblem } from "./prefix-problems";
import { notYetProtected, tablesAt } from "./ranges";
import { tableReader } from "./reader";
import { deletedSince, sourceRegion, tableNames } from "./tables";
import { tablesInTheWay } from "./tables-in-the-way";
import { backupsOfWindow } from "./window-backups";

/** What a restore is made of. */
export interface Sources {
  tables: TableSettings[];
  scaling: Map<string, Scaling[]>;
  /** What the copies will lack. */
  incomplete: string | undefined;
  /** The backup of each table; undefined where point-in-time recovery is what is restored from. */
  backups: Map<string, string> | undefined;
  /** Whether all copies exist already: the backups of their window may be gone then. */
  copiesAlreadyExist: boolean;
  refusal?: Refusal;
}

/** Why the instant is refused for these tables. */
export interface Refusal {
  message: string;
  /** Whether copies that exist are refused, too. */
  refusesExisting: boolean;
}

/**
 * The checked instant, refused here only once the checks of the whole set have passed: which of two errors a user reads must not
 * depend on which look-up was faster.
 */
export function accept(name: string, args: DynamodbArgs, refusal: Refusal | undefined, context: RestoreContext) {
  if (refusal === undefined) return context.checkedInstant;
  return context.checkedInstant.apply(async (instant) => {
    if (!refusal.refusesExisting && (await copiesExist(name, args, context.aws, instant))) return instant;
    return await endProgram(`database ${name}: ${refusal.message}`);
  });
}

/** Reads what a restore is made of, and whether something is in its way. */
export async function readSourcesAndTarget(
  name: string,
  args: DynamodbArgs,
  ofWindow: DatabaseBackups | undefined,
  instants: CopyInstants,
  context: RestoreContext,
): Promise<Sources> {
  const sources = await readSources(name, args, ofWindow, context);
  if (sources.refusal !== undefined) return sources;
  const message =
    prefixProblem(args, sources.tables) ?? (await tablesInTheWay(name, args, { ...sources, instants }, context));
  return message === undefined ? sources : { ...sources, refusal: { message, refusesExisting: false } };
}

async function readSources(
  name: string,
  args: DynamodbArgs,
  ofWindow: DatabaseBackups | undefined,
  context: RestoreContext,
): Promise<Sources> {
  const { aws, instant, from } = context;
  const region = sourceRegion(name, args, aws);
  const names = await tableNames(name, args, aws);
  // Each table has one backup of the window, whether the table still exists or not.
  const deleted = from?.windowBackups ? undefined : await deletedSince(name, args, instant, aws);
  const refusal =
    deleted && !context.acceptInconsistent
      ? {
          message: `${deleted}. Choose an instant after it, or accept copies without it by acceptInconsistentCopiesAt`,
          refusesExisting: true,
        }
      : undefined;
  const [settings, scaling] = await Promise.all([
    tableReader(region, aws).settings(names),
    readTableScaling(region, names, aws.access),
  ]);
  const common = { scaling, incomplete: deleted, copiesAlreadyExist: false, ...(refusal && { refusal }) };
  if (from === undefined) {
    const tables = tablesAt(settings, instant);
    const message = notYetProtected(tables, instant);
    return {
      ...common,
      ...(message && !refusal && { refusal: { message, refusesExisting: false } }),
      tables,
      backups: undefined,
    };
  }
  if (from.windowBackups) {
    if (await copiesExist(name, args, aws, instant)) {
      const existed = settings.filter(({ created }) => Date.parse(created) <= Date.parse(instant));
      return { ...common, tables: existed, backups: new Map(), copiesAlreadyExist: true };
    }
    const { arns, incomplete } = await backupsOfWindow(name, ofWindow, settings, context);
    const tables = settings.filter((table) => arns.has(table.name));
    return { ...common, tables, backups: arns, incomplete };
  }
  // For a restore from backups, the backups say which tables there were.
  const backups = new Map(Object.entries(from.tables ?? {}));
  const missing = settings.filter((table) => !backups.has(table.name)).map((table) => table.name);
  if (missing.length > 0)
    throw new Error(`no backup is named for table ${missing.join(", ")}; complete restore.from.${name}.tables`);
  return { ...common, tables: settings, backups };
}
