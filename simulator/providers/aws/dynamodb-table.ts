import type {
  AttributeDefinition,
  BillingMode,
  GlobalSecondaryIndex,
  GlobalSecondaryIndexUpdate,
  KeySchemaElement,
  LocalSecondaryIndex,
  OnDemandThroughput,
  ProvisionedThroughput,
  SSESpecification,
  StreamViewType,
  TableClass,
} from "@aws-sdk/client-dynamodb";
import type { AwsCloud } from "../../cloud/aws/aws";
import * as durations from "../../cloud/aws/durations";
import type { DynamoDbRegion } from "../../cloud/aws/dynamodb";
import type { Table } from "../../cloud/aws/dynamodb-table";
import { AwsError } from "../../cloud/aws/error";
import { type PropertyMap, UNKNOWN } from "../provider";
import { hasUnknown, isAbsent, type Problem, type Properties, type Property } from "../schema";
import type { Changes } from "./diff";
import {
  ARN,
  type Existing,
  flag,
  number,
  object,
  objects,
  type ResourceType,
  regionOf,
  STRINGS,
  TAGS,
  TIMESTAMP,
  tagList,
  tagsGone,
  text,
  texts,
} from "./resource-type";

/** Capacity is as in the request when it says nothing: unlimited is -1, and AWS omits it. */
const REQUEST_UNITS: Property = {
  type: "integer",
  computed: true,
  equivalent: (old, next) => (old ?? 0) === 0 && next === -1,
};

const ON_DEMAND: Property = {
  type: "object",
  properties: { maxReadRequestUnits: REQUEST_UNITS, maxWriteRequestUnits: REQUEST_UNITS },
};

const inputs: Properties = {
  attributes: {
    type: "set",
    computed: true,
    of: {
      type: "object",
      properties: {
        name: { type: "string", required: true },
        type: { type: "string", required: true, values: ["S", "N", "B"] },
      },
    },
  },
  billingMode: { type: "string", default: "PROVISIONED", values: ["PROVISIONED", "PAY_PER_REQUEST"] },
  deletionProtectionEnabled: { type: "boolean" },
  globalSecondaryIndexes: {
    type: "set",
    computed: true,
    of: {
      type: "object",
      properties: {
        hashKey: { type: "string", computed: true },
        keySchemas: {
          type: "list",
          computed: true,
          of: {
            type: "object",
            properties: {
              attributeName: { type: "string", required: true },
              keyType: { type: "string", required: true, values: ["HASH", "RANGE"] },
            },
          },
        },
        name: { type: "string", required: true },
        nonKeyAttributes: STRINGS,
        onDemandThroughput: ON_DEMAND,
        projectionType: { type: "string", required: true, values: ["ALL", "INCLUDE", "KEYS_ONLY"] },
        rangeKey: { type: "string", computed: true },
        readCapacity: { type: "integer", computed: true },
        writeCapacity: { type: "integer", computed: true },
      },
    },
  },
  hashKey: { type: "string", computed: true, replaces: true },
  localSecondaryIndexes: {
    type: "set",
    replaces: true,
    of: {
      type: "object",
      properties: {
        name: { type: "string", required: true, replaces: true },
        nonKeyAttributes: { type: "list", of: { type: "string" }, replaces: true },
        projectionType: { type: "string", required: true, replaces: true, values: ["ALL", "INCLUDE", "KEYS_ONLY"] },
        rangeKey: { type: "string", required: true, replaces: true },
      },
    },
  },
  name: { type: "string", replaces: true },
  onDemandThroughput: ON_DEMAND,
  pointInTimeRecovery: {
    type: "object",
    computed: true,
    properties: {
      enabled: { type: "boolean", required: true },
      recoveryPeriodInDays: { type: "integer", computed: true, range: [1, 35] },
    },
  },
  rangeKey: { type: "string", replaces: true },
  readCapacity: { type: "integer", computed: true },
  restoreBackupArn: { type: "string", replaces: true, format: ARN },
  restoreDateTime: { type: "string", replaces: true, format: TIMESTAMP },
  restoreSourceName: { type: "string", replaces: true },
  restoreSourceTableArn: { type: "string", replaces: true, format: ARN },
  restoreToLatestTime: { type: "boolean", replaces: true },
  serverSideEncryption: {
    type: "object",
    computed: true,
    properties: {
      enabled: { type: "boolean", required: true },
      kmsKeyArn: { type: "string", computed: true, format: ARN },
    },
  },
  streamEnabled: { type: "boolean" },
  streamViewType: {
    type: "string",
    computed: true,
    values: ["", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY"],
  },
  tableClass: { type: "string", default: "STANDARD", values: ["STANDARD", "STANDARD_INFREQUENT_ACCESS"] },
  tags: TAGS,
  ttl: {
    type: "object",
    computed: true,
    properties: {
      attributeName: { type: "string" },
      enabled: { type: "boolean", default: false },
    },
  },
  writeCapacity: { type: "integer", computed: true },
};

const RESTORE_SOURCES = ["restoreSourceName", "restoreSourceTableArn"] as const;

export const dynamodbTable: ResourceType = {
  token: "aws:dynamodb/table:Table",
  inputs,
  outputs: ["arn", "streamArn", "streamLabel", "tagsAll"],
  autoName: { property: "name", maxLength: 255 },

  check(table) {
    const problems: Problem[] = [];
    const problem = (property: string, reason: string) => problems.push({ property, reason });
    if (!isAbsent(table.restoreSourceName) && !isAbsent(table.restoreSourceTableArn))
      problem("restoreSourceTableArn", "conflicts with restoreSourceName");
    if (table.streamEnabled === true && !text(table.streamViewType))
      problem("streamViewType", "required when streamEnabled is true");
    if (object(table.ttl).enabled === true && !text(object(table.ttl).attributeName))
      problem("ttl.attributeName", "required when ttl.enabled is true");
    problems.push(...indexProblems(table));
    return problems;
  },

  refine(changes, state, wanted) {
    // A restored table may forget where it came from, as long as the instant stays.
    for (const source of RESTORE_SOURCES) if (isAbsent(wanted[source])) inPlace(changes, source);
    // Switched off is switched off, whether it is said or not.
    for (const option of ["serverSideEncryption", "pointInTimeRecovery"])
      if (!object(state[option]).enabled && object(wanted[option]).enabled === false) forget(changes, option);
    if (object(wanted.pointInTimeRecovery).enabled === false)
      delete changes["pointInTimeRecovery.recoveryPeriodInDays"];
    // Disabling takes an attribute name, which AWS does not return any more then.
    if (!object(wanted.ttl).enabled && !object(state.ttl).attributeName) delete changes["ttl.attributeName"];
    // Attributes belong to indexes, and are returned together with them.
    if (!Object.keys(changes).some((path) => path.startsWith("globalSecondaryIndexes"))) forget(changes, "attributes");
  },

  create(cloud, table, startMillis) {
    const dynamodb = cloud.dynamodb.region(regionOf(table));
    const name = table.name as string;
    const restoring =
      RESTORE_SOURCES.some((source) => text(table[source])) || text(table.restoreBackupArn) !== undefined;
    const took = () => (restoring ? durations.restoreTable(dynamodb.table(name).sizeBytes) : durations.CREATE_TABLE);
    const act = () => (restoring ? restore(dynamodb, table) : create(dynamodb, table));
    let waited = 0;
    if (startMillis === undefined) act();
    else
      waited = retriedWhileLimited((waited) =>
        cloud.dynamodb.operations.run(cloud.clock.now() + startMillis + waited, restoring, act, took),
      );
    const duration = waited + took();
    // All that the provider sets after a restore; the rest of the inputs is left for the next update.
    const { enabled, attributeName } = object(table.ttl);
    if (flag(enabled))
      dynamodb.updateTimeToLive({
        TableName: name,
        TimeToLiveSpecification: { Enabled: true, AttributeName: text(attributeName) },
      });
    const recovery = object(table.pointInTimeRecovery);
    if (!flag(recovery.enabled)) return { id: name, simulatedMillis: duration };
    dynamodb.updateContinuousBackups(recoveryRequest(name, recovery));
    return { id: name, simulatedMillis: duration + durations.SWITCH_CONTINUOUS_BACKUPS };
  },

  read(cloud, { id, state }) {
    const dynamodb = cloud.dynamodb.region(regionOf(state));
    const table = dynamodb.find(id);
    return table && outputsOf(table);
  },

  update(cloud, existing, wanted, changed) {
    return update(cloud, existing, wanted, changed);
  },

  delete(cloud, { id, state }) {
    cloud.dynamodb.region(regionOf(state)).deleteTable(id);
    return durations.DELETE_TABLE;
  },
};

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** How long the real provider was watched: it was still trying. */
const WATCHED = 80 * MINUTE;

/**
 * What the provider does with LimitExceededException, whatever its text. The SDK below asks again after 2, 4, 8, ... s, at most
 * 300 s; each delay is random up to that, and half of it here. After 30 minutes the provider begins anew. Seen with the real
 * provider (5.100.0) on an endpoint that refused every restore for 80 minutes; here it gives up then. See also
 * [terraform-provider-aws: internal/service/dynamodb/table.go, createTableTimeout, and tfresource.RetryWhen].
 * @returns how long it has waited, in milliseconds.
 */
function retriedWhileLimited(act: (waited: number) => void): number {
  const series = (began: number, until: number): number => {
    let waited = began;
    for (let attempt = 0; ; attempt++) {
      try {
        act(waited);
        return waited;
      } catch (error) {
        const delay = Math.min(2 ** attempt, 150) * SECOND;
        if (!isLimit(error) || waited + delay > until) throw error;
        waited += delay;
      }
    }
  };
  try {
    return series(0, 30 * MINUTE);
  } catch (error) {
    if (!isLimit(error)) throw error;
    return series(30 * MINUTE, WATCHED);
  }
}

function isLimit(error: unknown): boolean {
  return error instanceof AwsError && error.code === "LimitExceededException";
}

function create(dynamodb: DynamoDbRegion, table: PropertyMap): void {
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
function restore(dynamodb: DynamoDbRegion, table: PropertyMap): void {
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
function update(
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
    const { ttlAttribute } = dynamodb.table(id);
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

function outputsOf(table: Table) {
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
    ttl: { enabled: table.ttlAttribute !== undefined, attributeName: table.ttlAttribute ?? "" },
    tagsAll: { ...table.tags },
  };
}

/** Every key needs an attribute's type, and every attribute must be some key's. */
function indexProblems(table: PropertyMap): Problem[] {
  if ([table.attributes, table.globalSecondaryIndexes, table.localSecondaryIndexes].some(hasUnknown)) return [];
  const keys = new Set(
    [
      table.hashKey,
      table.rangeKey,
      ...objects(table.localSecondaryIndexes).map((index) => index.rangeKey),
      ...objects(table.globalSecondaryIndexes).flatMap((index) => [
        index.hashKey,
        index.rangeKey,
        ...objects(index.keySchemas).map((key) => key.attributeName),
      ]),
    ].filter((key) => !isAbsent(key) && key !== UNKNOWN),
  );
  const names = new Set(objects(table.attributes).map((attribute) => attribute.name));
  const unmatched = [...keys].filter((key) => !names.has(key as string));
  const unused = [...names].filter((name) => !keys.has(name as string));
  const problems: Problem[] = [];
  if (unmatched.length)
    problems.push({
      property: "attributes",
      reason: `all indexes must match a defined attribute. Unmatched indexes: ${JSON.stringify(unmatched)}`,
    });
  if (unused.length && table.hashKey !== UNKNOWN && table.rangeKey !== UNKNOWN)
    problems.push({
      property: "attributes",
      reason: `all attributes must be indexed. Unused attributes: ${JSON.stringify(unused)}`,
    });
  return problems;
}

function inPlace(changes: Changes, path: string): void {
  const kind = changes[path];
  if (kind) changes[path] = kind.replace("-replace", "") as typeof kind;
}

/** Takes a property with all that is nested in it out of the changes. */
function forget(changes: Changes, property: string): void {
  for (const path of Object.keys(changes))
    if (path === property || path.startsWith(`${property}.`) || path.startsWith(`${property}[`)) delete changes[path];
}

function recoveryRequest(name: string, recovery: PropertyMap) {
  return {
    TableName: name,
    PointInTimeRecoverySpecification: {
      PointInTimeRecoveryEnabled: flag(recovery.enabled),
      RecoveryPeriodInDays: flag(recovery.enabled) ? number(recovery.recoveryPeriodInDays) : undefined,
    },
  };
}

function attributeDefinitions(table: PropertyMap): AttributeDefinition[] {
  return objects(table.attributes).map((attribute) => ({
    AttributeName: attribute.name as string,
    AttributeType: attribute.type as AttributeDefinition["AttributeType"],
  }));
}

function keySchema(table: PropertyMap): KeySchemaElement[] {
  const keys: KeySchemaElement[] = [];
  if (text(table.hashKey)) keys.push({ AttributeName: table.hashKey as string, KeyType: "HASH" });
  if (text(table.rangeKey)) keys.push({ AttributeName: table.rangeKey as string, KeyType: "RANGE" });
  return keys;
}

function throughput(table: PropertyMap): ProvisionedThroughput | undefined {
  const read = number(table.readCapacity);
  const write = number(table.writeCapacity);
  return read || write ? { ReadCapacityUnits: read, WriteCapacityUnits: write } : undefined;
}

function onDemand(table: PropertyMap): OnDemandThroughput | undefined {
  if (isAbsent(table.onDemandThroughput)) return undefined;
  const { maxReadRequestUnits, maxWriteRequestUnits } = object(table.onDemandThroughput);
  return { MaxReadRequestUnits: number(maxReadRequestUnits), MaxWriteRequestUnits: number(maxWriteRequestUnits) };
}

function encryption(table: PropertyMap): SSESpecification | undefined {
  if (isAbsent(table.serverSideEncryption)) return undefined;
  const { enabled, kmsKeyArn } = object(table.serverSideEncryption);
  const key = flag(enabled) ? text(kmsKeyArn) : undefined;
  return { Enabled: flag(enabled), ...(key ? { SSEType: "KMS", KMSMasterKeyId: key } : {}) };
}

function localIndexes(table: PropertyMap): LocalSecondaryIndex[] {
  return objects(table.localSecondaryIndexes).map((index) => ({
    IndexName: index.name as string,
    KeySchema: keySchema({ hashKey: table.hashKey ?? null, rangeKey: index.rangeKey ?? null }),
    Projection: projectionOf(index),
  }));
}

function globalIndex(index: PropertyMap): GlobalSecondaryIndex {
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
function indexUpdates(current: GlobalSecondaryIndex[], wanted: PropertyMap[]): GlobalSecondaryIndexUpdate[] {
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
