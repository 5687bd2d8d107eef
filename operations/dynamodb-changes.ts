import {
  type DynamoDBClient,
  type OnDemandThroughput,
  type StreamViewType,
  type TableClass,
  type TableDescription,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  type UpdateTableCommandInput,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import { counted } from "../restore-points/counted";
import type { AwsAccessSource } from "./aws";
import { CONCURRENCY, describeTable, type TableProtection, type TableProtectionGoal } from "./dynamodb";
import { dynamodbClient } from "./dynamodb-client";
import { eachCounted, longWork } from "./long-work";
import { TableReader } from "./table-reader";

/** Why a table does not meet the goal, as text; empty when it does. More than required is not a problem. */
export function tableShortfalls(table: TableProtection, goal: TableProtectionGoal): string[] {
  const problems: string[] = [];
  if (!table.pointInTimeRecovery) problems.push("point-in-time recovery is off");
  else if (table.recoveryPeriodInDays < goal.recoveryPeriodInDays)
    problems.push(
      `its recovery period is ${counted(table.recoveryPeriodInDays, "day")}, below ${goal.recoveryPeriodInDays}`,
    );
  if (goal.deletionProtection && !table.deletionProtection) problems.push("deletion protection is off");
  return problems;
}

/** What `protectTables` is asked. */
export interface TablesProtection {
  region: string;
  tables: string[];
  goal: TableProtectionGoal;
}

/** Switches on what is off, table by table, and changes nothing else. Idempotent; reports each step to `say`. */
export async function protectTables(
  request: TablesProtection,
  access: AwsAccessSource,
  say: (line: string) => void,
): Promise<void> {
  const client = dynamodbClient(request.region, access);
  const tables = await new TableReader(request.region, access).protection(request.tables);
  const missing = request.tables.filter((name) => !tables.some((table) => table.name === name));
  if (missing.length > 0)
    throw new Error(
      `there is no table ${missing.join(", ")} in ${request.region}; it may just have been deleted: run the program again`,
    );
  await eachCounted("switches protection on", "tables", tables, CONCURRENCY, async (table) => {
    const problems = tableShortfalls(table, request.goal);
    if (problems.length === 0) {
      say(`${table.name}: nothing to do`);
      return;
    }
    await whenChangeable(client, table.name);
    if (!table.pointInTimeRecovery || table.recoveryPeriodInDays < request.goal.recoveryPeriodInDays) {
      await client.send(
        new UpdateContinuousBackupsCommand({
          TableName: table.name,
          PointInTimeRecoverySpecification: {
            PointInTimeRecoveryEnabled: true,
            RecoveryPeriodInDays: request.goal.recoveryPeriodInDays,
          },
        }),
      );
      say(`${table.name}: point-in-time recovery is on, ${counted(request.goal.recoveryPeriodInDays, "day")}`);
    }
    if (request.goal.deletionProtection && !table.deletionProtection) {
      await client.send(new UpdateTableCommand({ TableName: table.name, DeletionProtectionEnabled: true }));
      say(`${table.name}: deletion protection is on`);
    }
  });
}

/** Waits while DynamoDB creates a table or changes it, as auto scaling may just do: it refuses further changes until then. */
async function whenChangeable(client: DynamoDBClient, name: string): Promise<void> {
  await longWork({ what: `${name}: waits until it accepts a change` }, () =>
    waitUntilTableExists({ client, maxWaitTime: 900, minDelay: 1 }, { TableName: name }),
  );
}

/** What a restored table has to be given after the restore, because the restore drops it. */
export interface CopyCompletion {
  name: string;
  tags: Record<string, string>;
  /** Keys of tags that the copy must not have. Absent when there are none. */
  withoutTags?: string[];
  deletionProtection: boolean;
  tableClass?: TableClass;
  /** The stream's view type, when the source has a stream. */
  streamViewType?: StreamViewType;
  /** The most that the source may use, when it has such a limit. */
  onDemandThroughput?: OnDemandThroughput;
  /** The same of its global indexes that have one. */
  indexes?: { name: string; onDemandThroughput: OnDemandThroughput }[];
}

/** What `completeCopies` is asked. */
export interface CopiesCompletion {
  region: string;
  tables: CopyCompletion[];
}

/** Gives restored tables what a restore drops. Idempotent and resumable: it looks before it changes. */
export async function completeCopies(
  request: CopiesCompletion,
  access: AwsAccessSource,
  say: (line: string) => void,
): Promise<void> {
  const client = dynamodbClient(request.region, access);
  await eachCounted("gives copies their settings", "tables", request.tables, CONCURRENCY, async (wanted) => {
    const description = await describeTable(client, wanted.name);
    await client.send(
      new TagResourceCommand({
        ResourceArn: description.TableArn,
        Tags: Object.entries(wanted.tags).map(([Key, Value]) => ({ Key, Value })),
      }),
    );
    say(`${wanted.name}: ${Object.keys(wanted.tags).length} tags`);
    if (wanted.withoutTags !== undefined)
      await client.send(new UntagResourceCommand({ ResourceArn: description.TableArn, TagKeys: wanted.withoutTags }));
    const changes = changesTo(description, wanted);
    for (const { what, change } of changes) {
      await whenChangeable(client, wanted.name);
      await client.send(new UpdateTableCommand({ TableName: wanted.name, ...change }));
      say(`${wanted.name}: ${what}`);
    }
  });
}

/** A change of a table's settings, one UpdateTable. */
export interface TableChange {
  /** What the change does, for messages. */
  what: string;
  change: Partial<UpdateTableCommandInput>;
}

/** What a restored table lacks of what is wanted. */
export function changesTo(description: TableDescription, wanted: CopyCompletion): TableChange[] {
  // One property to an UpdateTable: DynamoDB refuses several kinds of change in a single call.
  const changes: TableChange[] = [];
  if (description.DeletionProtectionEnabled !== wanted.deletionProtection)
    changes.push({
      what: `deletion protection ${wanted.deletionProtection ? "on" : "off"}`,
      change: { DeletionProtectionEnabled: wanted.deletionProtection },
    });
  if (wanted.tableClass && (description.TableClassSummary?.TableClass ?? "STANDARD") !== wanted.tableClass)
    changes.push({ what: `table class ${wanted.tableClass}`, change: { TableClass: wanted.tableClass } });
  if (wanted.streamViewType && description.StreamSpecification?.StreamViewType !== wanted.streamViewType)
    changes.push({
      what: `stream of ${wanted.streamViewType}`,
      change: { StreamSpecification: { StreamEnabled: true, StreamViewType: wanted.streamViewType } },
    });
  if (limitsDiffer(wanted.onDemandThroughput, description.OnDemandThroughput))
    changes.push({ what: "limits of on-demand capacity", change: { OnDemandThroughput: wanted.onDemandThroughput } });
  for (const { name, onDemandThroughput } of wanted.indexes ?? []) {
    const index = description.GlobalSecondaryIndexes?.find(({ IndexName }) => IndexName === name);
    if (index === undefined || !limitsDiffer(onDemandThroughput, index.OnDemandThroughput)) continue;
    const update = { Update: { IndexName: name, OnDemandThroughput: onDemandThroughput } };
    changes.push({
      what: `limits of on-demand capacity of index ${name}`,
      change: { GlobalSecondaryIndexUpdates: [update] },
    });
  }
  return changes;
}

/** Whether a table lacks limits that are wanted. -1 is none, which DynamoDB may also leave out. */
function limitsDiffer(wanted: OnDemandThroughput | undefined, present: OnDemandThroughput | undefined): boolean {
  if (wanted === undefined) return false;
  return (["MaxReadRequestUnits", "MaxWriteRequestUnits"] as const).some(
    (limit) => (wanted[limit] ?? -1) !== (present?.[limit] ?? -1),
  );
}
