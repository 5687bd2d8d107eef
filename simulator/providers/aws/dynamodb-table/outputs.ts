import type { GlobalSecondaryIndex, KeySchemaElement, LocalSecondaryIndex } from "@aws-sdk/client-dynamodb";
import type { Table } from "../../../cloud/aws/dynamodb-table";

/** What the provider reads back of a table. */
export function outputsOf(table: Table) {
  const description = table.describe();
  const key = (keys: KeySchemaElement[] | undefined, type: string) =>
    keys?.find((element) => element.KeyType === type)?.AttributeName ?? null;
  const projection = (index: GlobalSecondaryIndex | LocalSecondaryIndex) => ({
    name: index.IndexName as string,
    projectionType: index.Projection?.ProjectionType ?? null,
    ...(index.Projection?.NonKeyAttributes?.length ? { nonKeyAttributes: index.Projection.NonKeyAttributes } : {}),
  });
  return {
    arn: table.arn,
    name: table.settings.name,
    billingMode: description.BillingModeSummary?.BillingMode ?? "PROVISIONED",
    deletionProtectionEnabled: table.settings.deletionProtection,
    readCapacity: description.ProvisionedThroughput?.ReadCapacityUnits,
    writeCapacity: description.ProvisionedThroughput?.WriteCapacityUnits,
    attributes: table.settings.attributes.map((attribute) => ({
      name: attribute.AttributeName as string,
      type: attribute.AttributeType as string,
    })),
    hashKey: key(table.settings.keySchema, "HASH"),
    rangeKey: key(table.settings.keySchema, "RANGE"),
    localSecondaryIndexes: table.settings.localIndexes.map((index) => ({
      ...projection(index),
      rangeKey: key(index.KeySchema, "RANGE"),
    })),
    globalSecondaryIndexes: table.settings.globalIndexes.map((index) => ({
      ...projection(index),
      hashKey: key(index.KeySchema, "HASH"),
      rangeKey: key(index.KeySchema, "RANGE"),
      keySchemas: (index.KeySchema ?? []).map((element) => ({
        attributeName: element.AttributeName as string,
        keyType: element.KeyType as string,
      })),
      readCapacity: index.ProvisionedThroughput?.ReadCapacityUnits ?? 0,
      writeCapacity: index.ProvisionedThroughput?.WriteCapacityUnits ?? 0,
    })),
    onDemandThroughput: table.settings.onDemandThroughput && {
      maxReadRequestUnits: table.settings.onDemandThroughput.MaxReadRequestUnits ?? 0,
      maxWriteRequestUnits: table.settings.onDemandThroughput.MaxWriteRequestUnits ?? 0,
    },
    pointInTimeRecovery: {
      enabled: table.recoveryPeriodInDays !== undefined,
      recoveryPeriodInDays: table.recoveryPeriodInDays ?? 0,
    },
    serverSideEncryption: description.SSEDescription && {
      enabled: true,
      kmsKeyArn: description.SSEDescription.KMSMasterKeyArn as string,
    },
    streamEnabled: table.settings.stream?.StreamEnabled ?? false,
    streamViewType: table.settings.stream?.StreamViewType ?? "",
    streamArn: description.LatestStreamArn ?? "",
    streamLabel: description.LatestStreamLabel ?? "",
    tableClass: table.settings.tableClass,
    ttl: { enabled: table.timeToLive.attribute !== undefined, attributeName: table.timeToLive.attribute ?? "" },
    tagsAll: { ...table.tags },
  };
}
