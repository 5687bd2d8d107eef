import type { BillingMode, StreamViewType, TableClass } from "@aws-sdk/client-dynamodb";
import type { AwsCloud } from "../../../cloud/aws/aws";
import * as durations from "../../../cloud/aws/durations";
import type { DynamoDbRegion } from "../../../cloud/aws/dynamodb-region";
import type { PropertyMap } from "../../provider";
import { type Existing, flag, number, object, objects, regionOf, tagList, tagsGone, text } from "../resource-type";
import {
  attributeDefinitions,
  encryption,
  globalIndex,
  indexUpdates,
  keySchema,
  localIndexes,
  onDemand,
  recoveryRequest,
  throughput,
} from "./parts";

export function create(dynamodb: DynamoDbRegion, table: PropertyMap): void {
  const streaming = flag(table.streamEnabled);
  dynamodb.createTable({
    TableName: table.name as string,
    AttributeDefinitions: attributeDefinitions(table),
    KeySchema: keySchema(table),
    BillingMode: table.billingMode as BillingMode,
    ProvisionedThroughput: throughput(table),
    OnDemandThroughput: onDemand(table),
    LocalSecondaryIndexes: localIndexes(table),
    GlobalSecondaryIndexes: objects(table.globalSecondaryIndexes).map(globalIndex),
    StreamSpecification: streaming
      ? { StreamEnabled: true, StreamViewType: text(table.streamViewType) as StreamViewType }
      : undefined,
    SSESpecification: encryption(table),
    TableClass: text(table.tableClass) as TableClass | undefined,
    DeletionProtectionEnabled: flag(table.deletionProtectionEnabled),
    Tags: tagList(table),
  });
}

/** Sends no tags, stream, deletion protection, table class or billing mode: the next update finds them missing. */
export function restore(dynamodb: DynamoDbRegion, table: PropertyMap): void {
  const read = number(table.readCapacity);
  const write = number(table.writeCapacity);
  const overrides = {
    TargetTableName: table.name as string,
    LocalSecondaryIndexOverride: objects(table.localSecondaryIndexes).length ? localIndexes(table) : undefined,
    GlobalSecondaryIndexOverride: objects(table.globalSecondaryIndexes).length
      ? objects(table.globalSecondaryIndexes).map(globalIndex)
      : undefined,
    ProvisionedThroughputOverride:
      read && write && table.billingMode === "PROVISIONED"
        ? { ReadCapacityUnits: read, WriteCapacityUnits: write }
        : undefined,
    SSESpecificationOverride: encryption(table),
  };
  const backupArn = text(table.restoreBackupArn);
  if (backupArn) dynamodb.restoreTableFromBackup({ ...overrides, BackupArn: backupArn });
  else
    dynamodb.restoreTableToPointInTime({
      ...overrides,
      SourceTableName: text(table.restoreSourceName),
      SourceTableArn: text(table.restoreSourceTableArn),
      RestoreDateTime: text(table.restoreDateTime) ? new Date(table.restoreDateTime as string) : undefined,
      UseLatestRestorableTime: flag(table.restoreToLatestTime) || undefined,
    });
}

/** Request by request, as the provider makes them. */
export function update(
  cloud: AwsCloud,
  { id, state }: Existing,
  wanted: PropertyMap,
  changed: (input: string) => boolean,
): number {
  const dynamodb = cloud.dynamodb.region(regionOf(state));
  let millis = 0;
  const updateTable = (request: Omit<Parameters<DynamoDbRegion["updateTable"]>[0], "TableName">) => {
    dynamodb.updateTable({ TableName: id, ...request });
    millis += durations.UPDATE_TABLE;
  };

  if (changed("billingMode") || changed("readCapacity") || changed("writeCapacity")) {
    const billingMode = wanted.billingMode as BillingMode;
    updateTable({
      BillingMode: billingMode,
      ProvisionedThroughput:
        billingMode === "PROVISIONED"
          ? {
              // A switch to provisioned capacity that names none gets the least there is.
              ReadCapacityUnits: number(wanted.readCapacity) ?? number(state.readCapacity) ?? 1,
              WriteCapacityUnits: number(wanted.writeCapacity) ?? number(state.writeCapacity) ?? 1,
            }
          : undefined,
    });
  }
  if (changed("onDemandThroughput")) updateTable({ OnDemandThroughput: onDemand(wanted) });
  if (changed("streamEnabled") || (changed("streamViewType") && flag(wanted.streamEnabled))) {
    if (flag(state.streamEnabled)) updateTable({ StreamSpecification: { StreamEnabled: false } });
    if (flag(wanted.streamEnabled))
      updateTable({
        StreamSpecification: { StreamEnabled: true, StreamViewType: text(wanted.streamViewType) as StreamViewType },
      });
  }
  if (changed("globalSecondaryIndexes")) {
    const updates = indexUpdates(dynamodb.table(id).settings.globalIndexes, objects(wanted.globalSecondaryIndexes));
    if (updates.length)
      updateTable({ AttributeDefinitions: attributeDefinitions(wanted), GlobalSecondaryIndexUpdates: updates });
  }
  if (changed("serverSideEncryption")) updateTable({ SSESpecification: encryption(wanted) ?? { Enabled: false } });
  if (changed("tableClass")) updateTable({ TableClass: wanted.tableClass as TableClass });
  if (changed("deletionProtectionEnabled"))
    updateTable({ DeletionProtectionEnabled: flag(wanted.deletionProtectionEnabled) });
  if (changed("ttl")) {
    const ttlAttribute = dynamodb.table(id).timeToLive.attribute;
    const { enabled, attributeName } = object(wanted.ttl);
    if (flag(enabled) !== (ttlAttribute !== undefined))
      dynamodb.updateTimeToLive({
        TableName: id,
        TimeToLiveSpecification: { Enabled: flag(enabled), AttributeName: ttlAttribute ?? text(attributeName) },
      });
    millis += durations.UPDATE_TABLE;
  }
  if (changed("pointInTimeRecovery")) {
    dynamodb.updateContinuousBackups(recoveryRequest(id, object(wanted.pointInTimeRecovery)));
    millis += durations.SWITCH_CONTINUOUS_BACKUPS;
  }
  if (changed("tagsAll")) {
    const { arn } = dynamodb.table(id);
    dynamodb.untagResource(arn, tagsGone(state, wanted));
    dynamodb.tagResource(arn, tagList(wanted));
    millis += durations.TAG;
  }
  return millis;
}
