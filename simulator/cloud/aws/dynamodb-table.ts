import type {
  AttributeDefinition,
  BillingMode,
  ContinuousBackupsDescription,
  GlobalSecondaryIndex,
  KeySchemaElement,
  LocalSecondaryIndex,
  OnDemandThroughput,
  ProvisionedThroughput,
  ReplicaDescription,
  RestoreSummary,
  SSESpecification,
  StreamSpecification,
  TableClass,
  TableDescription,
} from "@aws-sdk/client-dynamodb";
import type { SimulatedClock } from "../clock";
import { arn } from "./account";
import { Attachments } from "./dynamodb-attachments";
import { IndexChanges } from "./dynamodb-index-changes";
import { approximateSize, type Item } from "./dynamodb-item";
import { ReadCapacity } from "./dynamodb-quotas";
import { PointInTimeRecovery } from "./dynamodb-recovery";
import { TimeToLive } from "./dynamodb-ttl";
import { AwsError } from "./error";
import { History } from "./history";

const SECOND = 1000;
/** How long the continuous backups of a new table are off, which is inferred: `checkBackedUp` names who saw that they are. */
const BACKUPS_MILLIS = 30 * SECOND;

/** A table's settings that a request to create or restore it determines. */
export interface TableSettings {
  name: string;
  attributes: AttributeDefinition[];
  keySchema: KeySchemaElement[];
  billingMode: BillingMode;
  throughput?: ProvisionedThroughput;
  onDemandThroughput?: OnDemandThroughput;
  globalIndexes: GlobalSecondaryIndex[];
  localIndexes: LocalSecondaryIndex[];
  encryption?: SSESpecification;
  tableClass: TableClass;
  deletionProtection: boolean;
  stream?: StreamSpecification;
}

/** One table: its settings, its tags and switches, and its items with their history. */
export class Table {
  readonly region: string;
  readonly arn: string;
  readonly tableId: string;
  readonly createdAt: number;
  settings: TableSettings;
  tags: Record<string, string>;
  /** Where the table came from, when it was restored. */
  restoredFrom: RestoreSummary | undefined;
  /** Its replicas in other regions, as `DescribeTable` returns them. A test sets them. */
  replicas: ReplicaDescription[] = [];
  /** Resource policy, contributor insights, Kinesis destinations. */
  readonly attachments = new Attachments();
  /** How far the table's own clock is ahead of the cloud's. */
  skewMillis = 0;
  /** What the table weighs, when the items of the rehearsal are only a sample. */
  declaredBytes: number | undefined;

  readonly timeToLive = new TimeToLive();
  readonly recovery = new PointInTimeRecovery(() => this.now());
  readonly #clock: SimulatedClock;
  /** What is going on, until an instant. */
  #transition: { status: "CREATING" | "DELETING"; until: number } | undefined;
  #items: History<Item>;
  #streamLabel: string | undefined;
  readonly #reads = new ReadCapacity();
  readonly indexChanges = new IndexChanges();

  constructor(
    clock: SimulatedClock,
    region: string,
    tableId: string,
    settings: TableSettings,
    origin: { tags?: Record<string, string>; items?: Map<string, Item>; restoredFrom?: RestoreSummary } = {},
  ) {
    this.#clock = clock;
    this.region = region;
    this.tableId = tableId;
    this.settings = settings;
    this.arn = arn("dynamodb", region, `table/${settings.name}`);
    this.createdAt = clock.now();
    this.tags = { ...origin.tags };
    this.restoredFrom = origin.restoredFrom;
    this.#items = origin.items ? History.from(origin.items, this.createdAt) : new History();
    if (settings.stream?.StreamEnabled) this.startStream(settings.stream);
  }

  get status(): "ACTIVE" | "CREATING" | "DELETING" {
    const { status, until } = this.#transition ?? {};
    // What is deleted does not come back.
    return status !== undefined && (status === "DELETING" || this.#clock.now() < (until as number)) ? status : "ACTIVE";
  }

  /** Whether its deletion has ended. */
  get gone(): boolean {
    return this.status === "DELETING" && this.#clock.now() >= (this.#transition?.until as number);
  }

  /** It is there for so long already, and can't be used yet: what is restored is in it at the end. */
  restoreFor(millis: number): void {
    const until = this.#clock.now() + millis;
    this.#transition = { status: "CREATING", until };
    this.#items = History.from(this.items(), until);
  }

  /** It is there for so long still: DynamoDB "might continue to accept data read and write operations". [DeleteTable] */
  deleteFor(millis: number): void {
    if (this.status !== "DELETING") this.#transition = { status: "DELETING", until: this.#clock.now() + millis };
  }

  /** @throws ResourceInUseException for a change of what is being created or deleted. [terraform-provider-aws #3355] */
  checkActive(): void {
    if (this.status === "ACTIVE") return;
    const doing = this.status === "CREATING" ? "created" : "deleted";
    throw new AwsError(
      "ResourceInUseException",
      `Attempt to change a resource which is still in use: Table is being ${doing}: ${this.settings.name}`,
    );
  }

  get #backedUp(): boolean {
    const { status, until = 0 } = this.#transition ?? {};
    return status !== "DELETING" && this.#clock.now() >= until + BACKUPS_MILLIS;
  }

  /**
   * Continuous backups of a new table are switched on by DynamoDB some time after it is active, until when point-in-time
   * recovery can't be. [scalardb #347; aws-amplify/amplify-backend #1654] How long that takes is inferred.
   * @throws ContinuousBackupsUnavailableException
   */
  checkBackedUp(): void {
    if (!this.#backedUp)
      throw new AwsError(
        "ContinuousBackupsUnavailableException",
        `Backups are being enabled for the table: ${this.settings.name}. Please retry later`,
      );
  }

  /** The table's own clock. */
  now(): number {
    return this.#clock.now() + this.skewMillis;
  }

  putItem(key: string, item: Item, at: number = this.now()): void {
    this.#items.set(key, item, at);
  }

  deleteItem(key: string, at: number = this.now()): void {
    this.#items.delete(key, at);
  }

  /** The items by key, as of an instant of the table's own clock, or each as of one of its own. */
  items(at: number | ((key: string) => number) = this.now()): Map<string, Item> {
    return this.#items.at(at);
  }

  get sizeBytes(): number {
    return this.declaredBytes ?? [...this.items().values()].reduce((bytes, item) => bytes + approximateSize(item), 0);
  }

  /** Counts a read; on demand, nothing that a test reads is too much. @throws ProvisionedThroughputExceededException */
  consumeReads(units: number): void {
    const { billingMode, throughput } = this.settings;
    if (billingMode === "PROVISIONED")
      this.#reads.consume(units, throughput?.ReadCapacityUnits ?? 0, this.#clock.now());
  }

  get recoveryPeriodInDays(): number | undefined {
    return this.recovery.periodInDays;
  }

  /** What can be restored now; undefined when recovery is off. */
  restorableRange(): { earliest: number; latest: number } | undefined {
    return this.recovery.restorableRange();
  }

  /** As `DescribeContinuousBackups` returns it. */
  describeContinuousBackups(): ContinuousBackupsDescription {
    return {
      ContinuousBackupsStatus: this.#backedUp ? "ENABLED" : "DISABLED",
      PointInTimeRecoveryDescription: this.recovery.describe(),
    };
  }

  startStream(stream: StreamSpecification): void {
    this.settings.stream = stream;
    this.#streamLabel = new Date(this.now()).toISOString().slice(0, -1);
  }

  stopStream(): void {
    this.settings.stream = undefined;
  }

  /** As `DescribeTable` returns it. */
  describe(): TableDescription {
    const { settings } = this;
    const provisioned = settings.billingMode === "PROVISIONED";
    const ofIndex = (name: string | undefined) => ({ IndexArn: `${this.arn}/index/${name}` });
    return {
      TableName: settings.name,
      TableArn: this.arn,
      TableId: this.tableId,
      TableStatus: this.status,
      CreationDateTime: new Date(this.createdAt),
      AttributeDefinitions: settings.attributes,
      KeySchema: settings.keySchema,
      ItemCount: this.items().size,
      TableSizeBytes: this.sizeBytes,
      ProvisionedThroughput: {
        NumberOfDecreasesToday: 0,
        ReadCapacityUnits: (provisioned && settings.throughput?.ReadCapacityUnits) || 0,
        WriteCapacityUnits: (provisioned && settings.throughput?.WriteCapacityUnits) || 0,
      },
      // DynamoDB leaves the summary out for a table that was always provisioned.
      BillingModeSummary: provisioned ? undefined : { BillingMode: settings.billingMode },
      OnDemandThroughput: settings.onDemandThroughput,
      WarmThroughput: { ...warmThroughput(provisioned ? settings.throughput : undefined), Status: "ACTIVE" },
      TableClassSummary: settings.tableClass === "STANDARD" ? undefined : { TableClass: settings.tableClass },
      DeletionProtectionEnabled: settings.deletionProtection,
      SSEDescription: settings.encryption?.Enabled
        ? {
            Status: "ENABLED",
            SSEType: "KMS",
            KMSMasterKeyArn: settings.encryption.KMSMasterKeyId ?? arn("kms", this.region, "alias/aws/dynamodb"),
          }
        : undefined,
      StreamSpecification: settings.stream,
      LatestStreamLabel: this.#streamLabel,
      LatestStreamArn: this.#streamLabel && `${this.arn}/stream/${this.#streamLabel}`,
      GlobalSecondaryIndexes: settings.globalIndexes.length
        ? settings.globalIndexes.map((index) => ({
            ...index,
            ...ofIndex(index.IndexName),
            IndexStatus: this.indexChanges.statusOf(index.IndexName, this.#clock.now()),
            ProvisionedThroughput: {
              ReadCapacityUnits: 0,
              WriteCapacityUnits: 0,
              ...index.ProvisionedThroughput,
              NumberOfDecreasesToday: 0,
            },
            WarmThroughput: {
              ...warmThroughput(provisioned ? index.ProvisionedThroughput : undefined),
              Status: "ACTIVE" as const,
            },
          }))
        : undefined,
      LocalSecondaryIndexes: settings.localIndexes.length
        ? settings.localIndexes.map((index) => ({ ...index, ...ofIndex(index.IndexName) }))
        : undefined,
      Replicas: this.replicas.length ? this.replicas : undefined,
      RestoreSummary: this.restoredFrom && {
        ...this.restoredFrom,
        RestoreInProgress: this.status === "CREATING",
      },
    };
  }
}

/**
 * What a table or an index can take at once: what is provisioned; 12,000 reads and 4,000 writes a second on demand.
 * [Amazon DynamoDB Developer Guide, Understanding DynamoDB warm throughput]
 */
function warmThroughput(provisioned: ProvisionedThroughput | undefined) {
  return {
    ReadUnitsPerSecond: provisioned?.ReadCapacityUnits ?? 12_000,
    WriteUnitsPerSecond: provisioned?.WriteCapacityUnits ?? 4000,
  };
}
