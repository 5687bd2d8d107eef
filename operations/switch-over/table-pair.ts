import type { TableDescription } from "@aws-sdk/client-dynamodb";
import {
  COPY_TAG,
  INSTANT_TAG,
  PRODUCTION_NAME_TAG,
  REPLACES_TAG,
  STACK_TAG,
  SWITCHED_OVER_TAG,
} from "../../restore-points/rules/tag-keys";
import type { TableSettings } from "../dynamodb";
import type { CopyCompletion } from "../dynamodb-changes";
import type { Holder } from "./member";

/** A production table and its copy, with all that a table of the production name is given again. Kept in the journal. */
export interface TablePair {
  /** The production name. */
  table: string;
  /** The id of the table that is replaced; absent where none of this name existed any more. */
  tableId?: string;
  /** The copy's name. */
  copy: string;
  /** The copy's id. */
  copyId?: string;
  /** The backup of the copy, from which the table is restored under its production name. */
  backupArn?: string;
  /** What the restore drops. */
  completion: CopyCompletion;
  recoveryPeriodInDays: number;
  timeToLiveAttribute?: string;
  /** The table's resource policy, as JSON text. */
  policy?: string;
}

/** What a table of the production name is to be given again, as the replaced one has it. */
export function completionOf(table: string, { description, tags }: TableSettings): CopyCompletion {
  const stream = description.StreamSpecification;
  const indexes = (description.GlobalSecondaryIndexes ?? []).flatMap(
    ({ IndexName: name, OnDemandThroughput: limits }) =>
      name !== undefined && limits !== undefined ? [{ name, onDemandThroughput: limits }] : [],
  );
  return {
    name: table,
    tags: Object.fromEntries(Object.entries(tags).filter(([key]) => !/^aws:/i.test(key))),
    // This is set last, because it shows that everything else exists.
    deletionProtection: true,
    ...(description.TableClassSummary?.TableClass && { tableClass: description.TableClassSummary.TableClass }),
    ...(stream?.StreamEnabled && { streamViewType: stream.StreamViewType }),
    ...(description.OnDemandThroughput && { onDemandThroughput: description.OnDemandThroughput }),
    ...(indexes.length > 0 && { indexes }),
  };
}

/** Who a table of a production name is. Deletion protection, which is set last, shows that a restored one is complete. */
export function holderOf(found: TableDescription | undefined, { table, tableId, backupArn }: TablePair): Holder {
  if (found === undefined) return "nothing";
  if (tableId !== undefined && found.TableId === tableId)
    return found.TableStatus === "DELETING" ? "closing" : "source";
  const from = found.RestoreSummary?.SourceBackupArn;
  if (backupArn === undefined || from !== backupArn)
    return {
      other: `the table ${found.TableId} that has the name ${table} is neither the one that is to be replaced (${tableId ?? "none"}) nor restored from the backup of its copy; nothing of it is touched: move its data, delete it, then run "pulumi up" again`,
    };
  return found.TableStatus === "ACTIVE" && found.DeletionProtectionEnabled === true ? "copy" : "opening";
}

/** A copy's settings as its table has them. */
export function withoutMarks(settings: TableSettings): TableSettings {
  const marks: string[] = [COPY_TAG, INSTANT_TAG, STACK_TAG, PRODUCTION_NAME_TAG, REPLACES_TAG, SWITCHED_OVER_TAG];
  const tags = Object.fromEntries(Object.entries(settings.tags).filter(([key]) => !marks.includes(key)));
  return { ...settings, tags };
}
