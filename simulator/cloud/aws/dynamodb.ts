import type {
  AttributeDefinition,
  BackupDescription,
  BackupSummary,
  BillingMode,
  ContinuousBackupsDescription,
  CreateBackupInput,
  CreateTableInput,
  GlobalSecondaryIndex,
  GlobalSecondaryIndexUpdate,
  KeySchemaElement,
  LocalSecondaryIndex,
  ProvisionedThroughput,
  RestoreTableFromBackupInput,
  RestoreTableToPointInTimeInput,
  TableDescription,
  Tag,
  TimeToLiveDescription,
  UpdateContinuousBackupsInput,
  UpdateTableInput,
  UpdateTimeToLiveInput,
} from "@aws-sdk/client-dynamodb";
import type { SimulatedClock } from "../clock";
import { regionOf } from "./account";
import { DELETE_TABLE } from "./durations";
import {
  BackupRate,
  checkBackupName,
  checkMade,
  type DynamoDbBackup,
  describeBackup,
  isKept,
  makeBackup,
  summary,
} from "./dynamodb-backup";
import { CallRates, SimultaneousOperations } from "./dynamodb-quotas";
import { Table, type TableSettings } from "./dynamodb-table";
import { AwsError } from "./error";
import type { Identifiers } from "./identifiers";
import { dynamodbTags } from "./tags";

const SECOND = 1000;
const DEFAULT_RECOVERY_PERIOD_IN_DAYS = 35;
const DEFAULT_CAPACITY = { ReadCapacityUnits: 5, WriteCapacityUnits: 5 };

/** DynamoDB in all regions. */
export class DynamoDb {
  readonly #regions = new Map<string, DynamoDbRegion>();
  /** Counts the calls that arrive over the wire. */
  readonly rates = new CallRates();
  /** What runs at the same time, as far as callers say when it begins. */
  readonly operations = new SimultaneousOperations();
  /** How long a table that is deleted over the wire is still there; AWS documents no time. */
  deletionMillis = DELETE_TABLE;
  readonly #clock: SimulatedClock;
  readonly #identifiers: Identifiers;

  constructor(clock: SimulatedClock, identifiers: Identifiers) {
    this.#clock = clock;
    this.#identifiers = identifiers;
  }

  region(name: string): DynamoDbRegion {
    let region = this.#regions.get(name);
    if (!region) {
      region = new DynamoDbRegion(this, name, this.#clock, this.#identifiers);
      this.#regions.set(name, region);
    }
    return region;
  }
}

/** DynamoDB's operations in one region, by AWS's names and with AWS's requests, answers and errors. */
export class DynamoDbRegion {
  readonly name: string;
  readonly #service: DynamoDb;
  readonly #clock: SimulatedClock;
  readonly #identifiers: Identifiers;
  readonly #tables = new Map<string, Table>();
  /** Lets AWS Backup do, before a table goes, what its schedule has made due. */
  beforeDelete: () => void = () => {};
  /** Lets tests refuse a backup, as AWS may for reasons of its own. */
  beforeBackup: (table: string) => void = () => {};
  readonly #backups = new Map<string, DynamoDbBackup>();
  readonly #backupRate = new BackupRate();

  constructor(service: DynamoDb, name: string, clock: SimulatedClock, identifiers: Identifiers) {
    this.#service = service;
    this.name = name;
    this.#clock = clock;
    this.#identifiers = identifiers;
  }

  /** @throws ResourceNotFoundException */
  table(nameOrArn: string): Table {
    const table = this.find(nameOrArn);
    if (!table) throw notFound(nameOrArn);
    return table;
  }

  find(nameOrArn: string): Table | undefined {
    const name = nameOrArn.replace(/^arn:.*:table\//, "");
    if (this.#tables.get(name)?.gone) this.#tables.delete(name);
    return this.#tables.get(name);
  }

  /** In the order in which `ListTables` pages through them. */
  tableNames(): string[] {
    return [...this.#tables.keys()].filter((name) => this.find(name)).sort();
  }

  createTable(input: CreateTableInput): TableDescription {
    const name = input.TableName as string;
    checkName(name);
    const existing = this.find(name);
    existing?.checkActive();
    if (existing) throw new AwsError("ResourceInUseException", `Table already exists: ${name}`);
    const billingMode = input.BillingMode ?? "PROVISIONED";
    const settings: TableSettings = {
      name,
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
    return this.#add(settings, { tags: dynamodbTags(input.Tags) }).describe();
  }

  updateTable(input: UpdateTableInput): TableDescription {
    const table = this.table(input.TableName as string);
    table.checkActive();
    const { settings } = table;
    const next: TableSettings = { ...settings };
    if (input.BillingMode) {
      next.billingMode = input.BillingMode;
      if (input.BillingMode === "PROVISIONED" && settings.billingMode !== "PROVISIONED" && !input.ProvisionedThroughput)
        throw invalid("ProvisionedThroughput must be specified when BillingMode is PROVISIONED");
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
    if (input.StreamSpecification?.StreamEnabled && settings.stream?.StreamEnabled)
      throw invalid(`Table already has an enabled stream: TableName: ${settings.name}`);

    table.settings = next;
    if (input.StreamSpecification?.StreamEnabled) table.startStream(input.StreamSpecification);
    if (input.StreamSpecification?.StreamEnabled === false) table.stopStream();
    return table.describe();
  }

  /** Deletes it, and waits until it is gone. */
  deleteTable(name: string): TableDescription {
    return this.beginDeletion(name, 0);
  }

  /** A table that could be recovered to a point in time leaves a system backup behind. */
  beginDeletion(name: string, millis: number): TableDescription {
    this.beforeDelete();
    const table = this.table(name);
    // "If table is already in the DELETING state, no error is returned." [DeleteTable]
    if (table.status === "DELETING") return table.describe();
    table.checkActive();
    if (table.settings.deletionProtection)
      throw new AwsError(
        "ValidationException",
        "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.",
      );
    if (table.restorableRange()) this.#backUp(table, `${name}$DeletedTableBackup`, "SYSTEM");
    table.deleteFor(millis);
    return table.describe();
  }

  describeContinuousBackups(name: string): ContinuousBackupsDescription {
    return this.#existing(name).describeContinuousBackups();
  }

  updateContinuousBackups(input: UpdateContinuousBackupsInput): ContinuousBackupsDescription {
    const table = this.#existing(input.TableName as string);
    table.checkBackedUp();
    const specification = input.PointInTimeRecoverySpecification;
    if (specification?.PointInTimeRecoveryEnabled === undefined)
      throw invalid("PointInTimeRecoverySpecification must be specified");
    const period = specification.RecoveryPeriodInDays ?? DEFAULT_RECOVERY_PERIOD_IN_DAYS;
    if (!Number.isInteger(period) || period < 1 || period > 35)
      throw invalid(`RecoveryPeriodInDays must be between 1 and 35, got ${period}`);
    if (specification.PointInTimeRecoveryEnabled) table.switchRecoveryOn(period);
    else table.switchRecoveryOff();
    return table.describeContinuousBackups();
  }

  /** Makes another table of a table's past. What AWS does not carry over (tags, TTL, PITR, streams, ...) is not there. */
  restoreTableToPointInTime(input: RestoreTableToPointInTimeInput): TableDescription {
    const source = this.#restoreSource(input);
    const name = this.#freeName(input.TargetTableName);
    const range = source.restorableRange();
    if (!range)
      throw new AwsError(
        "PointInTimeRecoveryUnavailableException",
        `Point in time recovery is not enabled for table '${source.settings.name}'`,
      );
    const instant = restoreInstant(input, range);
    const crossRegion = source.region !== this.name;
    if (crossRegion && !input.SSESpecificationOverride)
      throw invalid("SSESpecificationOverride must be specified when restoring to another region");
    const settings = restored(source.settings, name, input);
    const table = this.#add(settings, {
      items: source.items(instant),
      restoredFrom: { SourceTableArn: source.arn, RestoreDateTime: new Date(instant), RestoreInProgress: false },
    });
    table.declaredBytes = source.declaredBytes;
    return { ...table.describe(), TableStatus: "CREATING" };
  }

  describeTimeToLive(name: string): TimeToLiveDescription {
    const { ttlAttribute } = this.table(name);
    return ttlAttribute === undefined
      ? { TimeToLiveStatus: "DISABLED" }
      : { TimeToLiveStatus: "ENABLED", AttributeName: ttlAttribute };
  }

  updateTimeToLive(input: UpdateTimeToLiveInput): void {
    const table = this.table(input.TableName as string);
    table.checkActive();
    const { Enabled: enabled, AttributeName: attribute } = input.TimeToLiveSpecification ?? {};
    if (!attribute) throw invalid("TimeToLiveSpecification must name an attribute");
    if (enabled && table.ttlAttribute !== undefined) throw invalid("TimeToLive is already enabled");
    if (!enabled && table.ttlAttribute === undefined) throw invalid("TimeToLive is already disabled");
    if (!enabled && table.ttlAttribute !== attribute)
      throw invalid(
        `TimeToLive is active on a different AttributeName: current AttributeName is ${table.ttlAttribute}`,
      );
    table.ttlAttribute = enabled ? attribute : undefined;
  }

  tagsOf(resourceArn: string): Tag[] {
    return Object.entries(this.tableOfArn(resourceArn).tags).map(([Key, Value]) => ({ Key, Value }));
  }

  tagResource(resourceArn: string, tags: Tag[]): void {
    const table = this.tableOfArn(resourceArn);
    table.checkActive();
    Object.assign(table.tags, dynamodbTags(tags));
  }

  untagResource(resourceArn: string, keys: string[]): void {
    const table = this.tableOfArn(resourceArn);
    table.checkActive();
    for (const key of keys) delete table.tags[key];
  }

  createBackup(input: CreateBackupInput): DynamoDbBackup {
    const name = checkBackupName(input.BackupName);
    this.#backupRate.count(this.#clock.now());
    const table = this.#existing(input.TableName as string);
    // "A target table with the specified name is either being created or deleted." [TableInUseException]
    if (table.status !== "ACTIVE") throw inUse(table);
    table.checkBackedUp();
    this.beforeBackup(table.settings.name);
    return this.#backUp(table, name, "USER");
  }

  backups(): BackupSummary[] {
    return [...this.#backups.values()]
      .filter((backup) => isKept(backup, this.#clock.now()))
      .map((backup) => summary(backup, this.#clock.now()));
  }

  describeBackup(backupArn: string): BackupDescription {
    return describeBackup(this.backup(backupArn), this.#clock.now());
  }

  deleteBackup(backupArn: string): BackupDescription {
    const backup = this.backup(backupArn);
    if (backup.type === "AWS_BACKUP")
      throw invalid("Backups created by AWS Backup can only be deleted from their backup vault");
    checkMade(backup, this.#clock.now());
    this.#backups.delete(backupArn);
    return describeBackup(backup, this.#clock.now());
  }

  /** To the backup's own region, or to another one. */
  restoreTableFromBackup(input: RestoreTableFromBackupInput): TableDescription {
    const backupArn = input.BackupArn as string;
    const region = regionOf(backupArn) || this.name;
    const backup = this.#service.region(region).backup(backupArn);
    checkMade(backup, this.#clock.now());
    if (region !== this.name && !input.SSESpecificationOverride)
      throw invalid("SSESpecificationOverride must be specified when restoring to another region");
    const settings = restored(backup.settings, this.#freeName(input.TargetTableName), input);
    const restoredFrom = {
      SourceBackupArn: backup.arn,
      SourceTableArn: backup.table.TableArn,
      RestoreDateTime: new Date(backup.createdAt),
      RestoreInProgress: false,
    };
    const table = this.#add(settings, { items: backup.items(), restoredFrom });
    table.declaredBytes = backup.declaredBytes;
    return { ...table.describe(), TableStatus: "CREATING" };
  }

  #add(settings: TableSettings, origin: ConstructorParameters<typeof Table>[4]): Table {
    // A KMS key serves its own region only [AWS KMS Developer Guide, "AWS KMS keys"].
    const { KMSMasterKeyId: key } = settings.encryption ?? {};
    if (key?.startsWith("arn:") && regionOf(key) !== this.name)
      throw invalid(`KMS key ${key} is not in ${this.name}, the Region of the table`);
    const table = new Table(this.#clock, this.name, this.#identifiers.uuid(), settings, origin);
    this.#tables.set(settings.name, table);
    return table;
  }

  /** The operations on backups have an error of their own for a table that is not there. */
  #existing(name: string): Table {
    const table = this.find(name);
    if (!table) throw new AwsError("TableNotFoundException", `Table not found: ${name}`);
    return table;
  }

  /** @throws ResourceNotFoundException */
  tableOfArn(resourceArn: string): Table {
    const table = this.find(resourceArn);
    if (table?.arn !== resourceArn)
      throw new AwsError(
        "ResourceNotFoundException",
        `Requested resource not found: ResourceArn: ${resourceArn} not found`,
      );
    return table;
  }

  #restoreSource(input: RestoreTableToPointInTimeInput): Table {
    const { SourceTableArn: sourceArn, SourceTableName: sourceName } = input;
    if (sourceArn !== undefined && sourceName !== undefined)
      throw invalid("Only one of SourceTableArn and SourceTableName can be specified");
    if (sourceArn !== undefined) return this.#service.region(regionOf(sourceArn)).#existing(sourceArn);
    if (sourceName !== undefined) return this.#existing(sourceName);
    throw invalid("One of SourceTableArn and SourceTableName must be specified");
  }

  #freeName(name: string | undefined): string {
    checkName(name as string);
    const existing = this.find(name as string);
    // [botocore: TableInUseException, see createBackup]
    if (existing && existing.status !== "ACTIVE") throw inUse(existing);
    if (existing) throw new AwsError("TableAlreadyExistsException", `Table already exists: ${name}`);
    return name as string;
  }

  /** Made by AWS Backup, and deleted by AWS Backup only. */
  backUpForAwsBackup(table: Table, name: string, at: number): DynamoDbBackup {
    return this.#backUp(table, name, "AWS_BACKUP", at);
  }

  /** What AWS Backup lets go. */
  releaseBackup(backupArn: string): void {
    this.#backups.delete(backupArn);
  }

  #backUp(table: Table, name: string, type: DynamoDbBackup["type"], createdAt = table.now()): DynamoDbBackup {
    const backup = makeBackup(table, { id: this.#identifiers.hex(8), name, type, createdAt });
    this.#backups.set(backup.arn, backup);
    return backup;
  }

  /** @throws BackupNotFoundException */
  backup(backupArn: string): DynamoDbBackup {
    const backup = this.#backups.get(backupArn);
    if (!backup || !isKept(backup, this.#clock.now()))
      throw new AwsError("BackupNotFoundException", `Backup not found: ${backupArn}`);
    return backup;
  }
}

/** What a restore carries over from its source, with the request's overrides. */
function restored(
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

/** A restore can leave indexes out, and can't add any. */
function chosenIndexes<Index extends GlobalSecondaryIndex | LocalSecondaryIndex>(
  source: Index[],
  override: Index[] | undefined,
): Index[] {
  for (const index of override ?? [])
    if (!source.some((each) => each.IndexName === index.IndexName))
      throw invalid(`The source table has no index named ${index.IndexName}`);
  return override ?? source;
}

function restoreInstant(input: RestoreTableToPointInTimeInput, range: { earliest: number; latest: number }): number {
  if (input.UseLatestRestorableTime && input.RestoreDateTime)
    throw invalid("Only one of RestoreDateTime and UseLatestRestorableTime can be specified");
  if (input.UseLatestRestorableTime) return range.latest;
  if (!input.RestoreDateTime) throw invalid("One of RestoreDateTime and UseLatestRestorableTime must be specified");
  const instant = Math.floor(input.RestoreDateTime.getTime() / SECOND) * SECOND;
  if (instant < range.earliest || instant > range.latest)
    throw new AwsError(
      "InvalidRestoreTimeException",
      "An invalid restore time was specified. RestoreDateTime must be between EarliestRestorableDateTime and LatestRestorableDateTime.",
    );
  return instant;
}

function throughputOf(
  billingMode: BillingMode,
  throughput: ProvisionedThroughput | undefined,
): ProvisionedThroughput | undefined {
  if (billingMode === "PAY_PER_REQUEST") {
    if (throughput?.ReadCapacityUnits || throughput?.WriteCapacityUnits)
      throw invalid(
        "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
      );
    return undefined;
  }
  if (!throughput?.ReadCapacityUnits || !throughput.WriteCapacityUnits)
    throw invalid("ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED");
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

function checkKeys(settings: TableSettings): void {
  const defined = settings.attributes.map((attribute) => attribute.AttributeName as string);
  const keys = [...new Set(keyAttributes(settings))];
  if (!settings.keySchema.some((key) => key.KeyType === "HASH")) throw invalid("KeySchema must have a HASH key");
  if (keys.some((key) => !defined.includes(key)))
    throw invalid(
      `Some index key attributes are not defined in AttributeDefinitions. Keys: [${keys.join(", ")}], AttributeDefinitions: [${defined.join(", ")}]`,
    );
  if (defined.length > keys.length)
    throw invalid(
      "Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions",
    );
}

function checkName(name: string): void {
  if (!/^[a-zA-Z0-9_.-]{3,255}$/.test(name))
    throw invalid(
      `TableName must be at least 3 characters long and at most 255 characters long, of a-z, A-Z, 0-9, '_', '-' and '.', got ${name}`,
    );
}

function notFound(name: string): AwsError {
  return new AwsError("ResourceNotFoundException", `Requested resource not found: Table: ${name} not found`);
}

function inUse(table: Table): AwsError {
  const doing = table.status === "CREATING" ? "created" : "deleted";
  return new AwsError("TableInUseException", `Table is being ${doing}: ${table.settings.name}`);
}

function invalid(problem: string): AwsError {
  return new AwsError("ValidationException", `One or more parameter values were invalid: ${problem}`);
}
