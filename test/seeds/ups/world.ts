import { useWaitingClock } from "../../../operations/clock";
import { PROGRAM } from "../../../rehearsal/engines";
import { buildAurora } from "../../../rehearsal/sets/aurora";
import { buildDynamodb, TABLES } from "../../../rehearsal/sets/dynamodb";
import { formatInstant } from "../../../restore-points/instant";
import { SimulatedCloud } from "../../../simulator/cloud/cloud";
import { kindOf } from "../../../simulator/cloud/kubernetes/cluster";
import { EmbeddedStack, servedHere } from "../../../simulator/engine/embedded";
import type { StackResult } from "../../../simulator/engine/stack";
import { CommandProvider } from "../../../simulator/providers/command";
import { recordWindow } from "../../programs/rehearsed";
import { randomFrom } from "../../unit/pauser/virtual/time";
import { configurationOf, type Instant, RELEASE, releaseIn, type Wanted } from "./configuration";
import { EngineLife } from "./engine";
import { installProcesses, useTime, wait } from "./process";
import type { Fault, SetName } from "./schedule";
import { WorldTime } from "./time";
import { installConnections } from "./wire";

const CRON_JOBS = kindOf({ apiVersion: "batch/v1", kind: "CronJob" });
const MINUTE = 60_000;
export const REGION = "ap-northeast-1";
export const ELSEWHERE = "ap-northeast-3";
/** The balance that copies hold, and the one that production has had since. */
export const [RESTORED, PRESENT, SOMEBODYS] = [5, 7, 9];
/** The table whose rows say whose they are; ScalarDB's own are left as they are. */
export const ACCOUNTS = "ledger.accounts";
export const FOREIGN = { instance: "foreign-prod", table: "foreign.things" };

/** When each world begins. */
const BEGIN = Date.UTC(2026, 10, 22, 1, 0, 2);
/** Not 1: for that, the SDK lets a program's resources wait for those of the one before it in the same process. */
const PARALLEL = 8;

installProcesses();
installConnections();

/** Simulated clouds with a set that has been protected for an hour, and a stack of it. */
export class World {
  readonly timeline: string[] = [];
  readonly instants: Record<Instant, string> = { older: "", newer: "" };
  wanted: Wanted;
  /** A database of somebody else's under the name of a copy. */
  bait: string | undefined;
  private readonly startedAt: number;

  private constructor(
    readonly set: SetName,
    readonly cloud: SimulatedCloud,
    readonly stack: EmbeddedStack,
    readonly life: EngineLife,
    private readonly clock: WorldTime,
    private readonly teardowns: (() => void)[],
    private readonly lines: { say(text: string): void },
  ) {
    this.wanted = { database: false, tags: false, hour: 3 };
    this.startedAt = clock.now();
  }

  static async open(set: SetName, traced: boolean): Promise<World> {
    const teardowns: (() => void)[] = [];
    const clock = new WorldTime(BEGIN);
    useTime(clock);
    const { random } = Math;
    // The SDKs wait for random times between their tries.
    Math.random = randomFrom(1);
    const putBack = useWaitingClock({ now: () => clock.now(), wait });
    teardowns.push(() => {
      putBack();
      Math.random = random;
      useTime(undefined);
      clock.close();
    });
    const cloud = await SimulatedCloud.start({ seed: 1 });
    // One time for all.
    cloud.clock.advance = (millis) => clock.pass(millis);
    Object.assign(process.env, cloud.environment());
    const lines = { say: (_text: string) => {} };
    const life = new EngineLife(cloud.failures, (text) => lines.say(text));
    const commands = new CommandProvider({ directory: PROGRAM, run: life.operation });
    const providers = [...cloud.providers(), commands];
    for (const provider of providers) life.mortal(provider);
    const source = servedHere(life.program);
    const stack = new EmbeddedStack({ program: PROGRAM, providers, source, parallel: PARALLEL });
    const world = new World(set, cloud, stack, life, clock, teardowns, lines);
    if (traced)
      lines.say = (text) => {
        world.timeline.push(`${world.seconds()} s  ${text}`);
      };
    await world.build();
    return world;
  }

  async close(): Promise<void> {
    await this.cloud.stop();
    for (const work of this.teardowns.reverse()) work();
  }

  say(text: string): void {
    this.lines.say(text);
  }

  pass(millis: number): void {
    this.clock.pass(millis);
  }

  /** One run of the engine with the configuration that is wanted now. */
  async run(what: "up" | "preview" | "refresh", fault?: Fault): Promise<StackResult> {
    this.life.begin(fault);
    this.stack.config = configurationOf(this.set, this.wanted, this.instants);
    this.say(`pulumi ${what}: ${JSON.stringify(this.stack.config["scalar-backup:restore"] ?? "no restore")}`);
    try {
      return await this.clock.until(this.stack[what]());
    } finally {
      await this.life.end();
    }
  }

  get dynamodb() {
    return this.cloud.aws.dynamodb.region(REGION);
  }

  get rds() {
    return this.cloud.aws.rds.region(REGION);
  }

  /** The production tables, and the names of its relational databases. */
  get tables(): readonly string[] {
    return this.set === "a cluster alone" || this.set === "a created instance" ? [] : TABLES;
  }

  get relational(): string {
    return (
      { "tables elsewhere and an instance": "stock-prod", "a created instance": "invoices-prod" }[this.set as string] ??
      "customers-prod"
    );
  }

  /** A database of RDS, by the name that it has now. */
  database(name: string) {
    return this.rds.databases().find(({ identifier }) => identifier === name);
  }

  balanceOf(name: string): unknown {
    return (
      this.database(name)?.rows("accounts").get("a")?.balance ?? this.dynamodb.find(name)?.items().get("a")?.balance
    );
  }

  get pods(): number {
    return releaseIn(this.set) ? 2 : 0;
  }

  release(): { pods: number; suspended: boolean } {
    const { kubernetes } = this.cloud;
    const jobs = kubernetes.store.list(CRON_JOBS);
    return {
      pods: kubernetes.pods(RELEASE.namespace, RELEASE.name).length,
      suspended: jobs.some(({ spec }) => spec?.suspend === true),
    };
  }

  /** What production holds from now on. */
  write(balance: number): void {
    if (this.tables.length > 0) this.dynamodb.table(ACCOUNTS).putItem("a", { balance });
    this.database(this.relational)?.put("accounts", "a", { balance });
  }

  /** Somebody creates a database under the name that a copy would get. */
  takeName(): void {
    const name = `${this.relational}-${suffixOf(this.instants.older)}`;
    if (this.bait !== undefined || this.database(name) !== undefined) return;
    if (this.relational === "customers-prod")
      this.rds.createDBCluster({
        DBClusterIdentifier: name,
        Engine: "aurora-postgresql",
        MasterUsername: "scalar",
        MasterUserPassword: "not-a-real-password",
      });
    else this.createInstance(name);
    this.database(name)?.put("accounts", "a", { balance: SOMEBODYS });
    this.bait = name;
    this.say(`somebody creates ${name}`);
  }

  /** Somebody deletes it again, as the message asks. */
  freeName(): void {
    const { bait } = this;
    this.bait = undefined;
    if (bait === undefined) return;
    if (this.rds.find(bait)) this.rds.deleteDBCluster({ DBClusterIdentifier: bait, SkipFinalSnapshot: true });
    else this.rds.deleteDBInstance({ DBInstanceIdentifier: bait, SkipFinalSnapshot: true });
  }

  /** Every database with its tags, and every object of the cluster, without what depends on the instants. */
  image(): string[] {
    const { aws, kubernetes } = this.cloud;
    const shown = (what: string, name: string, tags: Record<string, string>) =>
      `${what} ${name} ${JSON.stringify(Object.entries(tags).sort())}`;
    const found = [REGION, ELSEWHERE].flatMap((region) => {
      const tables = aws.dynamodb.region(region);
      const rds = aws.rds.region(region);
      return [
        ...tables.tableNames().map((name) => {
          const { arn } = tables.table(name);
          const tags = Object.fromEntries(tables.tagsOf(arn).map(({ Key = "", Value = "" }) => [Key, Value]));
          return shown(`table in ${region}`, name, tags);
        }),
        ...rds.databases().map(({ identifier, tags }) => shown(`database in ${region}`, identifier, tags)),
        ...rds
          .clusters()
          .flatMap(({ instances }) => instances.map((each) => shown("member", each.identifier, each.tags))),
      ];
    });
    const objects = kubernetes.store
      .all()
      .filter(({ kind, metadata }) => !/^(Pod|Lease)$/.test(kind) && metadata.name !== "scalar-switch-over")
      .map(
        ({ kind, metadata, spec }) =>
          `${kind} ${metadata.namespace}/${metadata.name}${kind === "CronJob" ? ` ${spec?.schedule} ${spec?.suspend === true}` : ""}`,
      );
    const resources = this.stack.state.map(({ urn }) => urn.split("::").slice(2).join("::"));
    return [...found, ...objects, ...resources].map((line) => this.timeless(line)).sort();
  }

  /** A text without instants, which another world has others of. */
  timeless(text: string): string {
    // What the provider names by itself ends with chance.
    let timeless = text.replace(/^(\w+ scalar\/[\w-]+)-[0-9a-f]{8}$/, "$1-<chance>");
    for (const [name, at] of Object.entries(this.instants))
      if (at !== "") timeless = timeless.replaceAll(at, `<${name}>`).replaceAll(suffixOf(at), `<${name}>`);
    return timeless;
  }

  private seconds(): string {
    return ((this.clock.now() - this.startedAt) / 1000).toFixed(1).padStart(8);
  }

  private createInstance(identifier: string): void {
    this.rds.createDBInstance({
      DBInstanceIdentifier: identifier,
      Engine: "postgres",
      DBInstanceClass: "db.m7g.large",
      MasterUsername: "scalar",
      MasterUserPassword: "not-a-real-password",
      AllocatedStorage: 100,
      BackupRetentionPeriod: 7,
      StorageEncrypted: true,
    });
  }

  private async build(): Promise<void> {
    const { cloud } = this;
    const rds = cloud.aws.rds.region(REGION);
    rds.createSubnetGroup("scalar-databases");
    if (this.tables.length > 0) buildDynamodb(cloud, REGION);
    if (this.relational === "customers-prod") buildAurora(cloud, REGION, this.relational);
    if (this.relational === "stock-prod") this.createInstance("stock-prod");
    this.createInstance("orders-prod");
    this.createInstance(FOREIGN.instance);
    this.database(FOREIGN.instance)?.put("accounts", "a", { balance: SOMEBODYS });
    this.dynamodb.createTable({
      TableName: FOREIGN.table,
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      BillingMode: "PAY_PER_REQUEST",
    });
    this.dynamodb.table(FOREIGN.table).putItem("a", { balance: SOMEBODYS });
    const paused = releaseIn(this.set);
    if (paused) await cloud.kubernetes.installRelease({ ...RELEASE, product: "scalardb-cluster", replicas: this.pods });
    const { succeeded, diagnostics } = await this.run("up");
    if (!succeeded) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
    this.pass(60 * MINUTE);
    this.write(RESTORED);
    for (const name of ["older", "newer"] as const) {
      // Around half past a minute: of a whole minute near its middle, a window would be restored to that.
      const middle = (Math.floor(this.clock.now() / MINUTE) + 10.5) * MINUTE;
      this.pass(middle + 10_000 - this.clock.now());
      this.instants[name] = paused
        ? recordWindow(cloud, RELEASE.namespace, [RELEASE.name], 20, middle + 10_000)
        : formatInstant(middle);
      this.pass(20 * MINUTE);
    }
    this.write(PRESENT);
  }
}

export const suffixOf = (at: string): string => at.replaceAll(/[-:]/g, "").toLowerCase();
