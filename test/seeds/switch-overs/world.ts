import { AwsCloud, AwsError } from "../../../simulator/cloud/aws/aws";
import { SimulatedClock } from "../../../simulator/cloud/clock";
import { createRds, INSTANT, MARKS, REGION, SUFFIX, tagList } from "../../unit/operations/switch-over/world";
import { randomFrom, VirtualTime } from "../../unit/pauser/virtual/time";
import { AzureSet } from "./azure-set";
import { BEFORE, RESTORED, SOMEBODYS } from "./balances";
import { Cluster } from "./cluster";
import type { Operator } from "./process";
import type { Schedule } from "./schedule";

const MINUTE = 60_000;
const TABLES = ["coordinator.state", "ledger.accounts", "scalardb.metadata"];
export const PREFIXES = ["coordinator.", "ledger.", "scalardb."];
/** The relational database's name, and the one that it gets when it is replaced. */
export const RELATIONAL = "customers";
export const REPLACED = `${RELATIONAL}-replaced${SUFFIX}`;

/** Who answers under a production name. */
export type Answer = "source" | "copy" | "nothing" | "somebody's";

/** A set in simulated clouds, and the facts by which a switch-over is judged (`judge.ts`). */
export class World {
  readonly time = new VirtualTime();
  readonly clock = new SimulatedClock();
  readonly aws: AwsCloud;
  readonly azure: AzureSet | undefined;
  readonly cluster: Cluster | undefined;
  readonly tables: string[];
  readonly timeline: string[] = [];
  readonly operators = new Map<string, Operator>();
  /** What the world's own accidents have made, with the production names and others. */
  readonly somebodys = new Set<string>();
  /** Somebody else has started pods: what they find is then not the switch-over's. */
  podsStartedByOthers = false;
  /** Somebody has deployed the former properties, and pods use what they name. */
  redeployedByOthers = false;
  private redeployedAt = Number.NEGATIVE_INFINITY;
  readonly random: () => number;
  private passed = 0;
  /** The identities of what is replaced, by name, and of the relational one's copy: names change. */
  readonly sourceIds = new Map<string, string>();
  /** The backups that tables' copies are from, until they expire. */
  windowBackups: string[] = [];
  copyId = "";
  private readonly startedAt: number;

  constructor(
    readonly plan: Schedule,
    private readonly traced: boolean,
  ) {
    this.random = randomFrom(plan.seed + 1);
    this.aws = new AwsCloud(this.clock, 1);
    this.tables = TABLES.slice(0, plan.tables);
    setPresent(this);
    this.build();
    if (plan.azure) this.azure = new AzureSet(this.clock, plan.azure);
    const { pods, podMillis } = plan;
    const properties = this.azure?.properties("source");
    if (pods > 0)
      this.cluster = new Cluster(this.time, this.clock, { pods, podMillis, ...(properties && { properties }) });
    this.startedAt = this.now();
  }

  now(): number {
    return this.time.now + this.passed;
  }

  say(text: string): void {
    if (this.traced) this.timeline.push(`${((this.now() - this.startedAt) / 1000).toFixed(1).padStart(8)} s  ${text}`);
  }

  get rds() {
    return this.aws.rds.region(REGION);
  }

  get dynamodb() {
    return this.aws.dynamodb.region(REGION);
  }

  /** Who answers under each production name. */
  answers(): Answer[] {
    return [
      ...this.tables.map((table) => this.tableAnswers(table)),
      ...(this.plan.relational ? [this.relationalAnswers()] : []),
    ];
  }

  /** Somebody's database under a name that is free now. */
  takeName(kind: "production" | "replaced"): void {
    const table = this.tables.find((name) => this.dynamodb.find(name) === undefined);
    if (kind === "production" && table !== undefined) {
      this.createTable(table);
      this.dynamodb.table(table).putItem("a", { balance: SOMEBODYS });
      this.somebodys.add(table);
      this.say(`somebody creates table ${table}`);
      return;
    }
    const name = kind === "production" ? RELATIONAL : REPLACED;
    if (!this.plan.relational || !this.creates(name)) return;
    this.findDatabase(name)?.put("accounts", "a", { balance: SOMEBODYS });
    this.somebodys.add(name);
    this.say(`somebody creates ${this.plan.relational} ${name}`);
  }

  /** The relational database that has a name now. */
  findDatabase(name: string) {
    return this.plan.relational === "instance" ? this.rds.instances.find(name) : this.rds.find(name);
  }

  findDatabaseById(id: string | undefined) {
    return this.rds.databases().find(({ resourceId }) => resourceId === id);
  }

  /** Creates a database like the relational one, unless another one has the name, or is about to get it. */
  private creates(name: string): boolean {
    try {
      // Without an instance: Aurora's keep their names, so that the replaced cluster's may have this one's.
      if (this.plan.relational === "aurora")
        this.rds.createDBCluster({
          DBClusterIdentifier: name,
          Engine: "aurora-postgresql",
          MasterUsername: "scalar",
          MasterUserPassword: "secret",
        });
      else createRds(this.rds, this.plan.relational ?? "instance", name, {});
      return true;
    } catch (error) {
      if (error instanceof AwsError && error.code.includes("AlreadyExists")) return false;
      throw error;
    }
  }

  /** Whether a process is ending the switch-over as if it had not begun. */
  get isAborting(): boolean {
    return [...this.operators.values()].some(({ task, dead, ended }) => task === "aborts" && !dead && !ended);
  }

  /** Notes that somebody is deploying the former properties, where that changes something. */
  redeployed(): void {
    this.redeployedAt = this.now();
    this.redeployedByOthers = true;
    this.podsStartedByOthers = true;
  }

  /** Whether the former properties were deployed so late that a process could not see it. */
  get wasJustRedeployed(): boolean {
    return this.now() - this.redeployedAt <= MINUTE + 10 * this.plan.tripMillis;
  }

  /** What the copies were restored from is gone. */
  expireBackups(): void {
    for (const arn of this.windowBackups.splice(0)) this.dynamodb.backups.delete(arn);
    this.say("the backups of the window expire");
  }

  /** Somebody clears what is in the way, as the messages ask. */
  clear(): void {
    this.azure?.clear();
    for (const name of this.somebodys)
      if (this.tables.includes(name)) this.dynamodb.deleteTable(name);
      else if (this.plan.relational === "instance")
        this.rds.deleteDBInstance({ DBInstanceIdentifier: name, SkipFinalSnapshot: true });
      else this.rds.deleteDBCluster({ DBClusterIdentifier: name, SkipFinalSnapshot: true });
    this.somebodys.clear();
  }

  private build(): void {
    const { plan, dynamodb, rds } = this;
    for (const table of this.tables) {
      this.createTable(table, true);
      dynamodb.table(table).putItem("a", { balance: RESTORED });
    }
    this.pass(5 * MINUTE);
    if (plan.windowBackups)
      for (const TableName of this.tables)
        this.windowBackups.push(dynamodb.createBackup({ TableName, BackupName: `window${SUFFIX}` }).arn);
    this.pass(5 * MINUTE);
    for (const [index, table] of this.tables.entries()) {
      const copy = `${table}${SUFFIX}`;
      const BackupArn = this.windowBackups[index];
      if (BackupArn !== undefined) dynamodb.restoreTableFromBackup({ BackupArn, TargetTableName: copy });
      else
        dynamodb.restoreTableToPointInTime({
          SourceTableName: table,
          TargetTableName: copy,
          RestoreDateTime: new Date(this.now() - 6 * MINUTE),
        });
      dynamodb.updateTable({ TableName: copy, DeletionProtectionEnabled: true });
      dynamodb.tagResource(dynamodb.table(copy).describe().TableArn ?? "", tagList({ ...MARKS, team: "ledger" }));
      dynamodb.table(table).putItem("a", { balance: BEFORE });
      this.sourceIds.set(table, dynamodb.table(table).describe().TableId ?? "");
    }
    if (plan.relational) {
      this.sourceIds.set(RELATIONAL, this.createRelational(RELATIONAL, {}, BEFORE));
      this.copyId = this.createRelational(`${RELATIONAL}${SUFFIX}`, MARKS, RESTORED);
      const { pace, flaps } = plan.renaming;
      const { renames } = this.aws.rds;
      for (const kind of ["instance", "aurora", "multiAzCluster"] as const)
        renames[kind] = renames[kind].flatMap(({ millis, ...step }) => [
          { ...step, millis: millis * pace },
          ...(flaps ? [{ ...step, millis: 20_000, status: "available" }] : []),
        ]);
    }
    createRds(rds, "instance", "foreign", {});
    rds.instances.instance("foreign").put("accounts", "a", { balance: SOMEBODYS });
    this.pass(60 * MINUTE);
  }

  /** @returns its id */
  private createRelational(name: string, tags: Record<string, string>, balance: number): string {
    createRds(this.rds, this.plan.relational ?? "instance", name, tags);
    const created = this.findDatabase(name);
    created?.put("accounts", "a", { balance });
    return created?.resourceId ?? "";
  }

  private createTable(name: string, protectedOne = false): void {
    this.dynamodb.createTable({
      TableName: name,
      BillingMode: "PAY_PER_REQUEST",
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      ...(protectedOne && { DeletionProtectionEnabled: true, TableClass: "STANDARD_INFREQUENT_ACCESS" }),
      ...(protectedOne && { Tags: [{ Key: "team", Value: "ledger" }] }),
    });
    if (!protectedOne) return;
    this.dynamodb.updateContinuousBackups({
      TableName: name,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true, RecoveryPeriodInDays: 21 },
    });
    const TimeToLiveSpecification = { Enabled: true, AttributeName: "expires" };
    this.dynamodb.updateTimeToLive({ TableName: name, TimeToLiveSpecification });
  }

  private pass(millis: number): void {
    this.passed += millis;
  }

  private tableAnswers(name: string): Answer {
    const table = this.dynamodb.find(name);
    if (table === undefined || table.status === "CREATING") return "nothing";
    const { TableId, RestoreSummary } = table.describe();
    if (TableId === this.sourceIds.get(name)) return "source";
    return RestoreSummary?.SourceBackupArn?.includes(`table/${name}${SUFFIX}/`) ? "copy" : "somebody's";
  }

  private relationalAnswers(): Answer {
    const id = this.findDatabase(RELATIONAL)?.resourceId;
    if (id === undefined) return "nothing";
    return id === this.sourceIds.get(RELATIONAL) ? "source" : id === this.copyId ? "copy" : "somebody's";
  }

  balanceOf(name: string): unknown {
    if (this.tables.includes(name)) return this.dynamodb.find(name)?.items().get("a")?.balance;
    return this.findDatabase(name)?.rows("accounts").get("a")?.balance;
  }

  tagsOf(table: string): Record<string, string> {
    const { TableArn = "" } = this.dynamodb.table(table).describe();
    return Object.fromEntries(this.dynamodb.tagsOf(TableArn).map(({ Key = "", Value = "" }) => [Key, Value]));
  }
}

let present: World | undefined;

/** Whose time it is in this process from now on. */
function setPresent(world: World): void {
  present = world;
}

/** The world that is being played. */
export function presentWorld(): World {
  if (present === undefined) throw new Error("no world is being played");
  return present;
}

export { INSTANT };
