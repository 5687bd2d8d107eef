import { AwsCloud, AwsError } from "../../../simulator/cloud/aws/aws";
import { SimulatedClock } from "../../../simulator/cloud/clock";
import { createInstance, INSTANT, MARKS, REGION, SUFFIX, tagList } from "../../unit/operations/switch-over/world";
import { randomFrom, VirtualTime } from "../../unit/pauser/virtual/time";
import { Cluster } from "./cluster";
import type { Operator } from "./process";
import type { Schedule } from "./schedule";

const MINUTE = 60_000;
const TABLES = ["coordinator.state", "ledger.accounts", "scalardb.metadata"];
export const PREFIXES = ["coordinator.", "ledger.", "scalardb."];
export const INSTANCE = "customers";
export const REPLACED = `${INSTANCE}-replaced${SUFFIX}`;

/** The balance that each database holds: what production had, what the copies hold, what pods have written since, and somebody's. */
export const [BEFORE, RESTORED, SINCE, SOMEBODYS] = [7, 5, 6, 9];

/** Who answers under a production name. */
export type Answer = "source" | "copy" | "nothing" | "somebody's";

/** A set in simulated clouds, and the facts by which a switch-over is judged (`judge.ts`). */
export class World {
  readonly time = new VirtualTime();
  readonly clock = new SimulatedClock();
  readonly aws: AwsCloud;
  readonly cluster: Cluster | undefined;
  readonly tables: string[];
  readonly timeline: string[] = [];
  readonly operators = new Map<string, Operator>();
  /** What the world's own accidents have made, with the production names and others. */
  readonly somebodys = new Set<string>();
  /** Somebody else has started pods: what they find is then not the switch-over's. */
  podsStartedByOthers = false;
  readonly random: () => number;
  private passed = 0;
  /** The identities of what is replaced, by name, and of the instance's copy: names change. */
  readonly sourceIds = new Map<string, string>();
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
    if (plan.pods > 0) this.cluster = new Cluster(this.time, this.clock, plan.pods, plan.podMillis);
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
      ...(this.plan.instance ? [this.instanceAnswers()] : []),
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
    const name = kind === "production" ? INSTANCE : REPLACED;
    if (!this.plan.instance || !this.creates(name)) return;
    this.rds.instances.instance(name).put("accounts", "a", { balance: SOMEBODYS });
    this.somebodys.add(name);
    this.say(`somebody creates instance ${name}`);
  }

  /** Creates an instance, unless another one has the name, or is about to get it. */
  private creates(name: string): boolean {
    try {
      createInstance(this.rds, name, {});
      return true;
    } catch (error) {
      if (error instanceof AwsError) return false;
      throw error;
    }
  }

  /** Somebody clears what is in the way, as the messages ask. */
  clear(): void {
    for (const name of this.somebodys)
      if (this.tables.includes(name)) this.dynamodb.deleteTable(name);
      else this.rds.deleteDBInstance({ DBInstanceIdentifier: name, SkipFinalSnapshot: true });
    this.somebodys.clear();
  }

  private build(): void {
    const { plan, dynamodb, rds } = this;
    for (const table of this.tables) {
      this.createTable(table, true);
      dynamodb.table(table).putItem("a", { balance: RESTORED });
    }
    this.pass(10 * MINUTE);
    for (const table of this.tables) {
      const copy = `${table}${SUFFIX}`;
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
    if (plan.instance) {
      createInstance(rds, INSTANCE, {});
      createInstance(rds, `${INSTANCE}${SUFFIX}`, MARKS);
      rds.instances.instance(INSTANCE).put("accounts", "a", { balance: BEFORE });
      rds.instances.instance(`${INSTANCE}${SUFFIX}`).put("accounts", "a", { balance: RESTORED });
      this.sourceIds.set(INSTANCE, rds.instances.instance(INSTANCE).describe().DbiResourceId ?? "");
      this.copyId = rds.instances.instance(`${INSTANCE}${SUFFIX}`).describe().DbiResourceId ?? "";
      const { pace, flaps } = plan.renaming;
      this.aws.rds.renames.instance = this.aws.rds.renames.instance.flatMap(({ millis, ...step }) => [
        { ...step, millis: millis * pace },
        ...(flaps ? [{ ...step, millis: 20_000, status: "available" }] : []),
      ]);
    }
    createInstance(rds, "foreign", {});
    rds.instances.instance("foreign").put("accounts", "a", { balance: SOMEBODYS });
    this.pass(60 * MINUTE);
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

  private instanceAnswers(): Answer {
    const id = this.rds.instances.find(INSTANCE)?.describe().DbiResourceId;
    if (id === undefined) return "nothing";
    return id === this.sourceIds.get(INSTANCE) ? "source" : id === this.copyId ? "copy" : "somebody's";
  }

  balanceOf(name: string): unknown {
    if (this.tables.includes(name)) return this.dynamodb.find(name)?.items().get("a")?.balance;
    return this.rds.instances.find(name)?.rows("accounts").get("a")?.balance;
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
