import * as pulumi from "@pulumi/pulumi";
import type { TableSettings } from "../../../operations/dynamodb";
import { findExpiredBackups, readWindowBackups } from "../../../operations/dynamodb-backups";
import { counted } from "../../../restore-points/counted";
import type { DatabaseBackups } from "../../../restore-points/window-backups";
import { declareOperation } from "../../operation";
import { DEFAULT_EVERY_DAYS } from "../../pause/window-backups";
import { lookUpFor, type ProtectContext, type RestoreContext } from "../kind";
import type { DynamodbArgs } from "./args";
import { namespacePatterns, sourceRegion } from "./tables";

const DAY_MILLIS = 86_400_000;

/**
 * Deletes the backups of windows that are past their days: here rather than by the pauser, whose role so need not be able to
 * delete any. Like the protection of existing tables it is declared whatever is observed, and runs again when an observation changes.
 */
export function declareExpiry(name: string, args: DynamodbArgs, context: ProtectContext): pulumi.Output<unknown> {
  const { aws, backupNamePrefix: namePrefix, parent } = context;
  const { windowBackups, existing, create } = args;
  if (windowBackups === undefined) return pulumi.output(undefined);
  const selection = {
    region: sourceRegion(name, args, aws),
    namePrefix,
    tables: create ? Object.keys(create.tables) : (existing?.tables ?? []),
    prefixes: existing ? namespacePatterns(existing, existing.scalardbTables !== false) : [],
  };
  const before = new Date(Date.now() - windowBackups.deleteAfter * DAY_MILLIS);
  return lookUpFor(name, () => findExpiredBackups(selection, before, aws.access)).apply((expired) => {
    const due = expired.length > 0 ? { deleteBefore: before.toISOString() } : {};
    declareOperation(
      `${name}-window-backups`,
      "delete-expired-window-backups",
      { request: { ...selection, ...due }, access: aws.access },
      { parent, ignoreChanges: expired.length === 0 ? ["*"] : [] },
    );
  });
}

/** What such backups are worth. */
export function windowBackupNotes({ windowBackups }: DynamodbArgs): string[] {
  if (windowBackups === undefined) return [];
  const { deleteAfter, everyDays = DEFAULT_EVERY_DAYS } = windowBackups;
  return [
    `a pause window every ${everyDays === 1 ? "day" : counted(everyDays, "day")} gets DynamoDB backups, kept for ${counted(deleteAfter, "day")}: consistent with the set's window, in the account of the tables, and deletable by every account with permission to delete DynamoDB backups (no vault lock protects them). Such a window pauses pods for a little more than two minutes`,
  ];
}

/**
 * The ARN of each table's backup of a window, by the tables' names.
 * @throws {Error} when they are not all there, or a table is not there any more.
 */
export async function backupsOfWindow(
  name: string,
  backups: DatabaseBackups | undefined,
  tables: readonly TableSettings[],
  { aws, instant, acceptInconsistent }: Pick<RestoreContext, "aws" | "instant" | "acceptInconsistent">,
): Promise<{ arns: Map<string, string>; incomplete?: string }> {
  const where = `restore.from.${name}.windowBackups`;
  if (backups === undefined)
    throw new Error(
      `${where}: no recorded pause window with ${instant} in it has backups of ${name} that are kept still; choose one of the restore points that have some (npm run restore-points), or remove this key`,
    );
  const { region, backup } = backups;
  const made = await readWindowBackups(backups, aws.access);
  const unfinished = [...made].filter(([, { status }]) => status !== "AVAILABLE").map(([table]) => table);
  if (unfinished.length > 0)
    throw new Error(
      `${where}: the backup of ${unfinished.join(", ")} in ${region} (${backup}) is not available yet; try again in a few minutes`,
    );
  if (made.size < backups.tables)
    throw new Error(
      `${where}: of the ${backups.tables} backups ${backup} in ${region} only ${made.size} are left, so the copies would lack tables; somebody has deleted the others: choose another restore point`,
    );
  const gone = [...made].filter(([table]) => !tables.some((each) => each.name === table));
  const incomplete =
    gone.length > 0
      ? `${gone.map(([table, { arn }]) => `${table} (${arn})`).join(", ")} has been deleted since, so that nothing says what a copy is built like; restore it by hand ("aws dynamodb restore-table-from-backup")`
      : undefined;
  if (incomplete && !acceptInconsistent)
    throw new Error(`${where}: ${incomplete}, or accept copies without it by acceptInconsistentCopiesAt`);
  return { arns: new Map([...made].map(([table, { arn }]) => [table, arn])), incomplete };
}
