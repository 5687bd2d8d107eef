import type * as dynamodb from "@aws-sdk/client-dynamodb";
import type { AwsCloud } from "../aws";
import { fillIndex, restoreTable } from "../durations";
import { details } from "../dynamodb-backup";
import { SCAN_MEMBERS, type ScanInput, scan } from "../dynamodb-scan";
import type { Table } from "../dynamodb-table";
import {
  DELETE_ITEM_MEMBERS,
  type DeleteItemInput,
  deleteItem,
  PUT_ITEM_MEMBERS,
  type PutItemInput,
  putItem,
} from "../dynamodb-write";
import { AwsError } from "../error";
import { attachmentOperations } from "./dynamodb-attachments";
import { type Operations, page } from "./json";

/** [botocore: dynamodb/2012-08-10, ListTablesInput, Limit: 1 to 100, 100 by default] */
const LIST_TABLES_LIMIT = 100;
/** Inferred: the model has no size of a page; one that is small makes callers turn pages. */
const LIST_TAGS_PAGE = 10;

/** DynamoDB's control plane, and what a restore reads of the data plane, JSON 1.0. */
export function dynamodbOperations(cloud: AwsCloud): Operations {
  const at = (region: string) => cloud.dynamodb.region(region);
  // What a caller of the wire asks for goes on after the answer.
  const restoring = (region: string, restore: () => dynamodb.TableDescription) => {
    const millis = ({ TableSizeBytes }: dynamodb.TableDescription) => restoreTable(TableSizeBytes ?? 0);
    const description = cloud.dynamodb.operations.run(cloud.clock.now(), true, restore, millis);
    const table = at(region).table(description.TableName as string);
    table.restoreFor(millis(description));
    return table.describe();
  };
  const deleting = (region: string, table: string) => {
    const { operations, deletionMillis } = cloud.dynamodb;
    const begin = () => at(region).beginDeletion(table, deletionMillis);
    return operations.run(cloud.clock.now(), false, begin, () => deletionMillis);
  };
  return counted(cloud, {
    ListTables: {
      members: ["ExclusiveStartTableName", "Limit"],
      run(input: dynamodb.ListTablesInput, region) {
        const limit = limitOf(input.Limit, LIST_TABLES_LIMIT);
        const after = input.ExclusiveStartTableName;
        const rest = at(region)
          .tableNames()
          .filter((name) => after === undefined || name > after);
        const names = rest.slice(0, limit);
        return { TableNames: names, LastEvaluatedTableName: rest.length > limit ? names.at(-1) : undefined };
      },
    },
    DescribeTable: {
      members: ["TableName"],
      run: (input: dynamodb.DescribeTableInput, region) => ({ Table: at(region).table(name(input)).describe() }),
    },
    Scan: {
      members: SCAN_MEMBERS,
      run(input: ScanInput, region) {
        return scan(usable(at(region).table(name(input))), input);
      },
    },
    PutItem: {
      members: PUT_ITEM_MEMBERS,
      run: (input: PutItemInput, region) => putItem(usable(at(region).table(name(input))), input),
    },
    DeleteItem: {
      members: DELETE_ITEM_MEMBERS,
      run: (input: DeleteItemInput, region) => deleteItem(usable(at(region).table(name(input))), input),
    },
    CreateTable: {
      members: [
        "TableName",
        "AttributeDefinitions",
        "KeySchema",
        "LocalSecondaryIndexes",
        "GlobalSecondaryIndexes",
        "BillingMode",
        "ProvisionedThroughput",
        "OnDemandThroughput",
        "StreamSpecification",
        "SSESpecification",
        "Tags",
        "TableClass",
        "DeletionProtectionEnabled",
      ],
      run: (input: dynamodb.CreateTableInput, region) => ({ TableDescription: at(region).createTable(input) }),
    },
    UpdateTable: {
      members: [
        "TableName",
        "AttributeDefinitions",
        "BillingMode",
        "ProvisionedThroughput",
        "OnDemandThroughput",
        "GlobalSecondaryIndexUpdates",
        "StreamSpecification",
        "SSESpecification",
        "TableClass",
        "DeletionProtectionEnabled",
      ],
      run(input: dynamodb.UpdateTableInput, region) {
        const table = at(region).table(name(input));
        const now = cloud.clock.now();
        table.indexChanges.check(input.GlobalSecondaryIndexUpdates ?? [], now);
        at(region).updateTable(input);
        // What a caller of the wire asks for goes on after the answer.
        for (const { Create: created } of input.GlobalSecondaryIndexUpdates ?? [])
          if (created) table.indexChanges.fill(created.IndexName as string, now + fillIndex(table.sizeBytes));
        return { TableDescription: table.describe() };
      },
    },
    DeleteTable: {
      members: ["TableName"],
      run: (input: dynamodb.DeleteTableInput, region) => ({ TableDescription: deleting(region, name(input)) }),
    },
    DescribeContinuousBackups: {
      members: ["TableName"],
      run: (input: dynamodb.DescribeContinuousBackupsInput, region) => ({
        ContinuousBackupsDescription: at(region).describeContinuousBackups(name(input)),
      }),
    },
    UpdateContinuousBackups: {
      members: ["TableName", "PointInTimeRecoverySpecification"],
      run: (input: dynamodb.UpdateContinuousBackupsInput, region) => ({
        ContinuousBackupsDescription: at(region).updateContinuousBackups(input),
      }),
    },
    RestoreTableToPointInTime: {
      members: [
        "SourceTableArn",
        "SourceTableName",
        "TargetTableName",
        "UseLatestRestorableTime",
        "RestoreDateTime",
        "BillingModeOverride",
        "GlobalSecondaryIndexOverride",
        "LocalSecondaryIndexOverride",
        "ProvisionedThroughputOverride",
        "OnDemandThroughputOverride",
        "SSESpecificationOverride",
      ],
      run: (input: { RestoreDateTime?: number }, region) => ({
        TableDescription: restoring(region, () =>
          at(region).restoreTableToPointInTime({
            ...(input as unknown as dynamodb.RestoreTableToPointInTimeInput),
            RestoreDateTime: input.RestoreDateTime === undefined ? undefined : new Date(input.RestoreDateTime * 1000),
          }),
        ),
      }),
    },
    DescribeTimeToLive: {
      members: ["TableName"],
      run: (input: dynamodb.DescribeTimeToLiveInput, region) => ({
        TimeToLiveDescription: at(region).describeTimeToLive(name(input)),
      }),
    },
    UpdateTimeToLive: {
      members: ["TableName", "TimeToLiveSpecification"],
      run(input: dynamodb.UpdateTimeToLiveInput, region) {
        at(region).updateTimeToLive(input);
        return { TimeToLiveSpecification: input.TimeToLiveSpecification };
      },
    },
    ListTagsOfResource: {
      members: ["ResourceArn", "NextToken"],
      run(input: dynamodb.ListTagsOfResourceInput, region) {
        const { elements, next } = page(at(region).tagsOf(arnOf(input)), input.NextToken, LIST_TAGS_PAGE);
        return { Tags: elements, NextToken: next };
      },
    },
    TagResource: {
      members: ["ResourceArn", "Tags"],
      run(input: dynamodb.TagResourceInput, region) {
        at(region).tagResource(arnOf(input), input.Tags ?? []);
        return {};
      },
    },
    UntagResource: {
      members: ["ResourceArn", "TagKeys"],
      run(input: dynamodb.UntagResourceInput, region) {
        at(region).untagResource(arnOf(input), input.TagKeys ?? []);
        return {};
      },
    },
    CreateBackup: {
      members: ["TableName", "BackupName"],
      run: (input: dynamodb.CreateBackupInput, region) => ({
        BackupDetails: details(at(region).createBackup(input), cloud.clock.now()),
      }),
    },
    DescribeBackup: {
      members: ["BackupArn"],
      run: (input: dynamodb.DescribeBackupInput, region) => ({
        BackupDescription: at(region).backups.describe(input.BackupArn as string),
      }),
    },
    ListBackups: {
      members: [
        "TableName",
        "Limit",
        "ExclusiveStartBackupArn",
        "BackupType",
        "TimeRangeLowerBound",
        "TimeRangeUpperBound",
      ],
      // On the wire instants are seconds since the epoch.
      run(
        input: Omit<dynamodb.ListBackupsInput, "TimeRangeLowerBound" | "TimeRangeUpperBound"> & {
          TimeRangeLowerBound?: number;
          TimeRangeUpperBound?: number;
        },
        region,
      ) {
        const limit = limitOf(input.Limit, LIST_TABLES_LIMIT);
        const { TimeRangeLowerBound: from = 0, TimeRangeUpperBound: to = Number.POSITIVE_INFINITY } = input;
        const seconds = ({ BackupCreationDateTime: at }: dynamodb.BackupSummary) => (at as Date).getTime() / 1000;
        const wanted = at(region)
          .backups.list()
          .filter((backup) => input.TableName === undefined || backup.TableName === input.TableName)
          .filter((backup) => ["ALL", backup.BackupType].includes(input.BackupType ?? "USER"))
          .filter((backup) => from <= seconds(backup) && seconds(backup) < to);
        const start = wanted.findIndex((backup) => backup.BackupArn === input.ExclusiveStartBackupArn) + 1;
        const summaries = wanted.slice(start, start + limit);
        const more = start + limit < wanted.length;
        return { BackupSummaries: summaries, LastEvaluatedBackupArn: more ? summaries.at(-1)?.BackupArn : undefined };
      },
    },
    DeleteBackup: {
      members: ["BackupArn"],
      run: (input: dynamodb.DeleteBackupInput, region) => ({
        BackupDescription: at(region).backups.delete(input.BackupArn as string),
      }),
    },
    RestoreTableFromBackup: {
      members: [
        "TargetTableName",
        "BackupArn",
        "BillingModeOverride",
        "GlobalSecondaryIndexOverride",
        "LocalSecondaryIndexOverride",
        "ProvisionedThroughputOverride",
        "OnDemandThroughputOverride",
        "SSESpecificationOverride",
      ],
      run: (input: dynamodb.RestoreTableFromBackupInput, region) => ({
        TableDescription: restoring(region, () => at(region).restoreTableFromBackup(input)),
      }),
    },
    ...attachmentOperations(cloud),
  });
}

/** "You can perform read and write operations only on an ACTIVE table." [CreateTable] The one that goes is still used. */
function usable(table: Table): Table {
  if (table.status === "CREATING") throw new AwsError("ResourceNotFoundException", "Requested resource not found");
  return table;
}

/** The same operations, each held to its documented rate. */
function counted(cloud: AwsCloud, operations: Operations): Operations {
  return Object.fromEntries(
    Object.entries(operations).map(([name, operation]) => [
      name,
      {
        ...operation,
        run(input: never, region: string) {
          cloud.dynamodb.rates.count(region, name, cloud.clock.now());
          return operation.run(input, region);
        },
      },
    ]),
  );
}

function name(input: { TableName?: string | undefined }): string {
  if (!input.TableName) throw missing("TableName");
  return input.TableName;
}

function missing(parameter: string): AwsError {
  return new AwsError(
    "ValidationException",
    `The parameter '${parameter}' is required but was not present in the request`,
  );
}

function arnOf(input: { ResourceArn?: string | undefined }): string {
  if (!input.ResourceArn) throw missing("ResourceArn");
  return input.ResourceArn;
}

function limitOf(requested: number | undefined, most: number): number {
  if (requested !== undefined && (requested < 1 || requested > most))
    throw new AwsError(
      "ValidationException",
      `1 validation error detected: Value '${requested}' at 'limit' failed to satisfy constraint: Member must have value between 1 and ${most}`,
    );
  return requested ?? most;
}
