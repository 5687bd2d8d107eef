/** The settings of a table that AWS makes of a request to create, update or restore it. */

import type {
  AttributeDefinition,
  BillingMode,
  CreateTableInput,
  GlobalSecondaryIndex,
  GlobalSecondaryIndexUpdate,
  KeySchemaElement,
  LocalSecondaryIndex,
  ProvisionedThroughput,
  RestoreTableToPointInTimeInput,
  UpdateTableInput,
} from "@aws-sdk/client-dynamodb";
import { invalidParameter } from "./dynamodb-errors";
import type { TableSettings } from "./dynamodb-table";
import { AwsError } from "./error";

/** Inferred: what a restore from on-demand to provisioned capacity gets if it names none. */
const DEFAULT_CAPACITY = { ReadCapacityUnits: 5, WriteCapacityUnits: 5 };

const SECOND = 1000;

/** @throws ValidationException */
export function createdSettings(input: CreateTableInput): TableSettings {
  const billingMode = input.BillingMode ?? "PROVISIONED";
  const settings: TableSettings = {
    name: input.TableName as string,
    attributes: input.AttributeDefinitions ?? [],
    keySchema: input.KeySchema ?? [],
    billingMode,
    throughput: throughputOf(billingMode, input.ProvisionedThroughput),
    onDemandThroughput: input.OnDemandThroughput,
    globalIndexes: input.GlobalSecondaryIndexes ?? [],
    localIndexes: input.LocalSecondaryIndexes ?? [],
    encryption: input.SSESpecification,
    tableClass: input.TableClass ?? "STANDARD",
    deletionProtection: input.DeletionProtectionEnabled ?? false,
    stream: input.StreamSpecification,
  };
  checkKeys(settings);
  return settings;
}

/**
 * @throws ValidationException, ResourceNotFoundException for an index [botocore: dynamodb/2012-08-10, UpdateTableInput, BillingMode:
 * "initial provisioned capacity values must be set"]
 */
export function updatedSettings(settings: TableSettings, input: UpdateTableInput): TableSettings {
  const next: TableSettings = { ...settings };
  if (input.BillingMode) {
    next.billingMode = input.BillingMode;
    if (input.BillingMode === "PROVISIONED" && settings.billingMode !== "PROVISIONED" && !input.ProvisionedThroughput)
      throw invalidParameter("ProvisionedThroughput must be specified when BillingMode is PROVISIONED");
  }
  if (input.BillingMode || input.ProvisionedThroughput)
    next.throughput = throughputOf(next.billingMode, input.ProvisionedThroughput ?? settings.throughput);
  if (input.OnDemandThroughput) next.onDemandThroughput = input.OnDemandThroughput;
  if (input.TableClass) next.tableClass = input.TableClass;
  if (input.DeletionProtectionEnabled !== undefined) next.deletionProtection = input.DeletionProtectionEnabled;
  if (input.SSESpecification) next.encryption = input.SSESpecification;
  if (input.AttributeDefinitions) next.attributes = input.AttributeDefinitions;
  if (input.GlobalSecondaryIndexUpdates)
    next.globalIndexes = updateIndexes(settings.globalIndexes, input.GlobalSecondaryIndexUpdates);
  next.attributes = usedAttributes(next);
  checkKeys(next);
  return next;
}

/** What a restore carries over from its source, with the request's overrides. */
export function restoredSettings(
  source: TableSettings,
  name: string,
  overrides: {
    BillingModeOverride?: BillingMode;
    GlobalSecondaryIndexOverride?: GlobalSecondaryIndex[];
    LocalSecondaryIndexOverride?: LocalSecondaryIndex[];
    ProvisionedThroughputOverride?: ProvisionedThroughput;
    OnDemandThroughputOverride?: TableSettings["onDemandThroughput"];
    SSESpecificationOverride?: TableSettings["encryption"];
  },
): TableSettings {
  const billingMode = overrides.BillingModeOverride ?? source.billingMode;
  const throughput = overrides.ProvisionedThroughputOverride ?? source.throughput;
  const settings: TableSettings = {
    name,
    attributes: source.attributes,
    keySchema: source.keySchema,
    billingMode,
    throughput:
      billingMode === "PROVISIONED"
        ? throughputOf(billingMode, throughput ?? DEFAULT_CAPACITY)
        : throughputOf(billingMode, overrides.ProvisionedThroughputOverride),
    // Not among what a restore includes [AWS API Reference, RestoreTableToPointInTime].
    onDemandThroughput: overrides.OnDemandThroughputOverride,
    globalIndexes: chosenIndexes(
      source.globalIndexes.map(({ OnDemandThroughput: _, ...index }) => index),
      overrides.GlobalSecondaryIndexOverride,
    ),
    localIndexes: chosenIndexes(source.localIndexes, overrides.LocalSecondaryIndexOverride),
    encryption: overrides.SSESpecificationOverride ?? source.encryption,
    tableClass: "STANDARD",
    deletionProtection: false,
  };
  return { ...settings, attributes: usedAttributes(settings) };
}

/**
 * A restore can leave indexes out, and can't add any. [botocore: dynamodb/2012-08-10, RestoreTableToPointInTimeInput: "The indexes
 * provided should match existing secondary indexes"]
 */
function chosenIndexes<Index extends GlobalSecondaryIndex | LocalSecondaryIndex>(
  source: Index[],
  override: Index[] | undefined,
): Index[] {
  for (const index of override ?? [])
    if (!source.some((each) => each.IndexName === index.IndexName))
      throw invalidParameter(`The source table has no index named ${index.IndexName}`);
  return override ?? source;
}

export function restoreInstant(
  input: RestoreTableToPointInTimeInput,
  range: { earliest: number; latest: number },
): number {
  if (input.UseLatestRestorableTime && input.RestoreDateTime)
    throw invalidParameter("Only one of RestoreDateTime and UseLatestRestorableTime can be specified");
  if (input.UseLatestRestorableTime) return range.latest;
  if (!input.RestoreDateTime)
    throw invalidParameter("One of RestoreDateTime and UseLatestRestorableTime must be specified");
  const instant = Math.floor(input.RestoreDateTime.getTime() / SECOND) * SECOND;
  if (instant < range.earliest || instant > range.latest)
    throw new AwsError(
      "InvalidRestoreTimeException",
      "An invalid restore time was specified. RestoreDateTime must be between EarliestRestorableDateTime and LatestRestorableDateTime.",
    );
  return instant;
}

/** [botocore: dynamodb/2012-08-10, CreateTableInput, ProvisionedThroughput; moto: dynamodb/responses.py has the words] */
function throughputOf(
  billingMode: BillingMode,
  throughput: ProvisionedThroughput | undefined,
): ProvisionedThroughput | undefined {
  if (billingMode === "PAY_PER_REQUEST") {
    if (throughput?.ReadCapacityUnits || throughput?.WriteCapacityUnits)
      throw invalidParameter(
        "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
      );
    return undefined;
  }
  if (!throughput?.ReadCapacityUnits || !throughput.WriteCapacityUnits)
    throw invalidParameter(
      "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED",
    );
  return { ReadCapacityUnits: throughput.ReadCapacityUnits, WriteCapacityUnits: throughput.WriteCapacityUnits };
}

function updateIndexes(indexes: GlobalSecondaryIndex[], updates: GlobalSecondaryIndexUpdate[]): GlobalSecondaryIndex[] {
  return updates.reduce((current, { Create: create, Update: update, Delete: remove }) => {
    if (create) return current.concat(create);
    const name = update?.IndexName ?? remove?.IndexName;
    if (!current.some((index) => index.IndexName === name))
      throw new AwsError("ResourceNotFoundException", `Requested resource not found: Index: ${name} not found`);
    if (remove) return current.filter((index) => index.IndexName !== name);
    return current.map((index) => (index.IndexName === name ? { ...index, ...update } : index));
  }, indexes);
}

function keyAttributes(settings: TableSettings): string[] {
  const schemas: KeySchemaElement[][] = [
    settings.keySchema,
    ...settings.globalIndexes.map((index) => index.KeySchema ?? []),
    ...settings.localIndexes.map((index) => index.KeySchema ?? []),
  ];
  return schemas.flat().map((key) => key.AttributeName as string);
}

function usedAttributes(settings: TableSettings): AttributeDefinition[] {
  const used = new Set(keyAttributes(settings));
  return settings.attributes.filter((attribute) => used.has(attribute.AttributeName as string));
}

/** [moto: dynamodb/responses.py, _throw_attr_error; botocore: dynamodb/2012-08-10, UpdateTableInput, AttributeDefinitions] */
function checkKeys(settings: TableSettings): void {
  const defined = settings.attributes.map((attribute) => attribute.AttributeName as string);
  const keys = [...new Set(keyAttributes(settings))];
  if (!settings.keySchema.some((key) => key.KeyType === "HASH"))
    throw invalidParameter("KeySchema must have a HASH key");
  if (keys.some((key) => !defined.includes(key)))
    throw invalidParameter(
      `Some index key attributes are not defined in AttributeDefinitions. Keys: [${keys.join(", ")}], AttributeDefinitions: [${defined.join(", ")}]`,
    );
  if (defined.length > keys.length)
    throw invalidParameter(
      "Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions",
    );
}

/** [botocore: dynamodb/2012-08-10, TableName] */
export function checkName(name: string): void {
  if (!/^[a-zA-Z0-9_.-]{3,255}$/.test(name))
    throw invalidParameter(
      `TableName must be at least 3 characters long and at most 255 characters long, of a-z, A-Z, 0-9, '_', '-' and '.', got ${name}`,
    );
}
