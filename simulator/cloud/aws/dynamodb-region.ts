import type {
  ContinuousBackupsDescription,
  CreateBackupInput,
  CreateTableInput,
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
import { BackupRate, checkBackupName, checkMade, type DynamoDbBackup } from "./dynamodb-backup";
import { DynamoDbBackups } from "./dynamodb-backups";
import { invalid, invalidParameter } from "./dynamodb-errors";
import { Table, type TableSettings } from "./dynamodb-table";
import {
  checkName,
  createdSettings,
  restoredSettings,
  restoreInstant,
  updatedSettings,
} from "./dynamodb-table-settings";
import { AwsError } from "./error";
import type { Identifiers } from "./identifiers";
import { dynamodbTags } from "./tags";

/** The other regions, from which a restore can take its source. */
interface Regions {
  region(name: string): DynamoDbRegion;
}

/** DynamoDB's operations in one region, by AWS's names and with AWS's requests, answers and errors. */
export class DynamoDbRegion {
  readonly name: string;
  readonly #regions: Regions;
  readonly #clock: SimulatedClock;
  readonly #identifiers: Identifiers;
  readonly #tables = new Map<string, Table>();
  readonly backups: DynamoDbBackups;
  /** Lets AWS Backup do, before a table goes, what its schedule has made due. */
  beforeDelete: () => void = () => {};
  /** Lets tests refuse a backup, as AWS may for reasons of its own. */
  beforeBackup: (table: string) => void = () => {};
  readonly #backupRate = new BackupRate();

  constructor(regions: Regions, name: string, clock: SimulatedClock, identifiers: Identifiers) {
    this.#regions = regions;
    this.name = name;
    this.#clock = clock;
    this.#identifiers = identifiers;
    this.backups = new DynamoDbBackups(clock, identifiers);
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
    return this.#add(createdSettings(input), { tags: dynamodbTags(input.Tags) }).describe();
  }

  /** [botocore: dynamodb/2012-08-10, UpdateTableInput, StreamSpecification; ACK's community #2782 quotes the second refusal] */
  updateTable(input: UpdateTableInput): TableDescription {
    const table = this.table(input.TableName as string);
    table.checkActive();
    const { settings } = table;
    const next = updatedSettings(settings, input);
    if (input.StreamSpecification?.StreamEnabled && settings.stream?.StreamEnabled)
      throw invalid(`Table already has an enabled stream: TableName: ${settings.name}`);
    if (input.StreamSpecification?.StreamEnabled === false && !settings.stream?.StreamEnabled)
      throw invalid(`Table has no stream to disable: TableName: ${settings.name}`);

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
    if (table.restorableRange()) this.backups.make(table, `${name}$DeletedTableBackup`, "SYSTEM");
    table.deleteFor(millis);
    return table.describe();
  }

  describeContinuousBackups(name: string): ContinuousBackupsDescription {
    return this.#existing(name).describeContinuousBackups();
  }

  updateContinuousBackups(input: UpdateContinuousBackupsInput): ContinuousBackupsDescription {
    const table = this.#existing(input.TableName as string);
    table.checkBackedUp();
    table.recovery.update(input.PointInTimeRecoverySpecification);
    return table.describeContinuousBackups();
  }

  /** Restores a table to a new one, without what AWS drops (tags, TTL, PITR, streams, ...). */
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
      throw invalidParameter("SSESpecificationOverride must be specified when restoring to another region");
    const settings = restoredSettings(source.settings, name, input);
    const table = this.#add(settings, {
      items: source.items(instant),
      restoredFrom: { SourceTableArn: source.arn, RestoreDateTime: new Date(instant), RestoreInProgress: false },
    });
    table.declaredBytes = source.declaredBytes;
    return { ...table.describe(), TableStatus: "CREATING" };
  }

  describeTimeToLive(name: string): TimeToLiveDescription {
    return this.table(name).timeToLive.describe(this.#clock.now());
  }

  updateTimeToLive(input: UpdateTimeToLiveInput): void {
    const table = this.table(input.TableName as string);
    table.checkActive();
    table.timeToLive.update(input.TimeToLiveSpecification ?? {}, this.#clock.now());
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
    return this.backups.make(table, name, "USER");
  }

  /**
   * To the backup's own region, or to another one. [Amazon DynamoDB Developer Guide, Restoring a DynamoDB table to a point in time:
   * "The sse-specification-override parameter is mandatory for cross-Region restores"]
   */
  restoreTableFromBackup(input: RestoreTableFromBackupInput): TableDescription {
    const backupArn = input.BackupArn as string;
    const region = regionOf(backupArn) || this.name;
    const backup = this.#regions.region(region).backups.backup(backupArn);
    checkMade(backup, this.#clock.now());
    if (region !== this.name && !input.SSESpecificationOverride)
      throw invalidParameter("SSESpecificationOverride must be specified when restoring to another region");
    const settings = restoredSettings(backup.settings, this.#freeName(input.TargetTableName), input);
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
      throw invalidParameter(`KMS key ${key} is not in ${this.name}, the Region of the table`);
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

  /** That both are refused is inferred. [botocore: dynamodb/2012-08-10, RestoreTableToPointInTimeInput: neither is required] */
  #restoreSource(input: RestoreTableToPointInTimeInput): Table {
    const { SourceTableArn: sourceArn, SourceTableName: sourceName } = input;
    if (sourceArn !== undefined && sourceName !== undefined)
      throw invalidParameter("Only one of SourceTableArn and SourceTableName can be specified");
    if (sourceArn !== undefined) return this.#regions.region(regionOf(sourceArn)).#existing(sourceArn);
    if (sourceName !== undefined) return this.#existing(sourceName);
    throw invalidParameter("One of SourceTableArn and SourceTableName must be specified");
  }

  #freeName(name: string | undefined): string {
    checkName(name as string);
    const existing = this.find(name as string);
    // [botocore: TableInUseException, see createBackup]
    if (existing && existing.status !== "ACTIVE") throw inUse(existing);
    if (existing) throw new AwsError("TableAlreadyExistsException", `Table already exists: ${name}`);
    return name as string;
  }
}

function notFound(name: string): AwsError {
  return new AwsError("ResourceNotFoundException", `Requested resource not found: Table: ${name} not found`);
}

function inUse(table: Table): AwsError {
  const doing = table.status === "CREATING" ? "created" : "deleted";
  return new AwsError("TableInUseException", `Table is being ${doing}: ${table.settings.name}`);
}
