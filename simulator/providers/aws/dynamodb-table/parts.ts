import type {
  AttributeDefinition,
  GlobalSecondaryIndex,
  GlobalSecondaryIndexUpdate,
  KeySchemaElement,
  LocalSecondaryIndex,
  OnDemandThroughput,
  ProvisionedThroughput,
  SSESpecification,
} from "@aws-sdk/client-dynamodb";
import type { PropertyMap } from "../../provider";
import { isAbsent } from "../../schema";
import { flag, number, object, objects, text, texts } from "../resource-type";

export function recoveryRequest(name: string, recovery: PropertyMap) {
  return {
    TableName: name,
    PointInTimeRecoverySpecification: {
      PointInTimeRecoveryEnabled: flag(recovery.enabled),
      RecoveryPeriodInDays: flag(recovery.enabled) ? number(recovery.recoveryPeriodInDays) : undefined,
    },
  };
}

export function attributeDefinitions(table: PropertyMap): AttributeDefinition[] {
  return objects(table.attributes).map((attribute) => ({
    AttributeName: attribute.name as string,
    AttributeType: attribute.type as AttributeDefinition["AttributeType"],
  }));
}

export function keySchema(table: PropertyMap): KeySchemaElement[] {
  const keys: KeySchemaElement[] = [];
  if (text(table.hashKey)) keys.push({ AttributeName: table.hashKey as string, KeyType: "HASH" });
  if (text(table.rangeKey)) keys.push({ AttributeName: table.rangeKey as string, KeyType: "RANGE" });
  return keys;
}

export function throughput(table: PropertyMap): ProvisionedThroughput | undefined {
  const read = number(table.readCapacity);
  const write = number(table.writeCapacity);
  return read || write ? { ReadCapacityUnits: read, WriteCapacityUnits: write } : undefined;
}

export function onDemand(table: PropertyMap): OnDemandThroughput | undefined {
  if (isAbsent(table.onDemandThroughput)) return undefined;
  const { maxReadRequestUnits, maxWriteRequestUnits } = object(table.onDemandThroughput);
  return { MaxReadRequestUnits: number(maxReadRequestUnits), MaxWriteRequestUnits: number(maxWriteRequestUnits) };
}

export function encryption(table: PropertyMap): SSESpecification | undefined {
  if (isAbsent(table.serverSideEncryption)) return undefined;
  const { enabled, kmsKeyArn } = object(table.serverSideEncryption);
  const key = flag(enabled) ? text(kmsKeyArn) : undefined;
  return { Enabled: flag(enabled), ...(key ? { SSEType: "KMS", KMSMasterKeyId: key } : {}) };
}

export function localIndexes(table: PropertyMap): LocalSecondaryIndex[] {
  return objects(table.localSecondaryIndexes).map((index) => ({
    IndexName: index.name as string,
    KeySchema: keySchema({ hashKey: table.hashKey ?? null, rangeKey: index.rangeKey ?? null }),
    Projection: projectionOf(index),
  }));
}

export function globalIndex(index: PropertyMap): GlobalSecondaryIndex {
  const keys = objects(index.keySchemas).map((key) => ({
    AttributeName: key.attributeName as string,
    KeyType: key.keyType as KeySchemaElement["KeyType"],
  }));
  return {
    IndexName: index.name as string,
    KeySchema: keys.length ? keys : keySchema(index),
    Projection: projectionOf(index),
    ProvisionedThroughput: throughput(index),
  };
}

function projectionOf(index: PropertyMap): GlobalSecondaryIndex["Projection"] {
  const others = texts(index.nonKeyAttributes);
  return {
    ProjectionType: index.projectionType as "ALL",
    ...(others.length ? { NonKeyAttributes: others } : {}),
  };
}

/** An index whose keys or projection change goes and comes again. */
export function indexUpdates(current: GlobalSecondaryIndex[], wanted: PropertyMap[]): GlobalSecondaryIndexUpdate[] {
  const next = wanted.map(globalIndex);
  const shape = (index: GlobalSecondaryIndex) => JSON.stringify([index.KeySchema, index.Projection]);
  const kept = (index: GlobalSecondaryIndex, among: GlobalSecondaryIndex[]) =>
    among.find((each) => each.IndexName === index.IndexName && shape(each) === shape(index));
  return [
    ...current.filter((index) => !kept(index, next)).map((index) => ({ Delete: { IndexName: index.IndexName } })),
    ...next.filter((index) => !kept(index, current)).map((index) => ({ Create: index })),
    ...next
      .filter((index) => index.ProvisionedThroughput && kept(index, current))
      .map((index) => ({ Update: { IndexName: index.IndexName, ProvisionedThroughput: index.ProvisionedThroughput } })),
  ];
}
