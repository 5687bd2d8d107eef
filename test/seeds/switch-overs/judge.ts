import { SUFFIX } from "../../unit/operations/switch-over/world";
import type { Operator } from "./process";
import { type Answer, BEFORE, RELATIONAL, REPLACED, RESTORED, SINCE, SOMEBODYS, type World } from "./world";

const MINUTE = 60_000;
const SWITCHED_OVER = "scalar-backup:switched-over";
const REPLACES = "scalar-backup:replaces";

/** Judges a world by the clouds' own records, against the invariants of docs/recovery.md. */
export class Judge {
  readonly violations = new Set<string>();
  private written = false;
  private podsSince: number | undefined;
  /** Who has acquired the release's Lease last, and when. */
  private holder: { by: Operator; since: number } | undefined;
  private readonly opened = new Set<Operator>();

  constructor(private readonly world: World) {
    if (world.cluster === undefined) return;
    this.podsSince = world.now();
    world.cluster.changed = () => this.check("pods");
  }

  violate(text: string): void {
    if (!this.violations.has(text)) this.world.say(`VIOLATION ${text}`);
    this.violations.add(text);
  }

  /** Judges the world after something has happened. */
  check(what: string): void {
    const answers = this.world.answers();
    const all = (one: Answer) => answers.every((each) => each === one);
    if (answers.includes("source") && answers.includes("copy"))
      this.violate(`a mixture answers after ${what}: ${answers}`);
    const running = this.world.cluster?.running ?? 0;
    if (running > 0) this.podsSince ??= this.world.now();
    else this.podsSince = undefined;
    if (running > 0 && !this.world.podsStartedByOthers && !all("source") && !all("copy"))
      this.violate(`pods run while ${answers} answer, after ${what}`);
    if (running > 0 && all("copy")) this.write();
    if (this.written) this.checkWritten();
    this.checkCopies(what);
    for (const name of this.world.somebodys)
      if (this.world.balanceOf(name) !== SOMEBODYS)
        this.violate(`${name}, which is somebody else's, was touched by ${what}`);
  }

  /** Before a request is served. */
  arrives(by: Operator, request: string, input: Record<string, unknown>): void {
    const newName = input.NewDBInstanceIdentifier ?? input.NewDBClusterIdentifier;
    const takesName =
      (request === "RestoreTableFromBackup" && this.world.tables.includes(String(input.TargetTableName))) ||
      newName === RELATIONAL;
    const gives = request === "DeleteTable" || newName === REPLACED;
    const scales = request.startsWith("PATCH") && request.endsWith("/scale");
    if (!takesName && !gives && !scales) return;
    this.world.say(
      `${by.name} asks for ${request} ${String(input.TableName ?? input.TargetTableName ?? newName ?? "")}`,
    );
    const { holder } = this;
    // What was sent before the Lease was lost, or before the process was suspended, arrives all the same.
    const isUnderWay =
      this.world.time.now < by.frozenUntil + 30_000 || this.world.now() - (holder?.since ?? 0) < 30_000;
    const ownsIt = holder === undefined || holder.by === by || isUnderWay;
    if (this.world.cluster && !ownsIt)
      this.violate(`${by.name} asks for ${request}, although ${holder?.by.name} has the Lease`);
    if (takesName && !this.opened.has(by)) {
      this.opened.add(by);
      const since = this.podsSince;
      // Two looks at the pods come right before.
      if (since !== undefined && !by.wasFrozen && this.world.now() - since > MINUTE + 10 * this.world.plan.tripMillis)
        this.violate(
          `${by.name} opens ${request} while pods run, which have done so for ${this.world.now() - since} ms`,
        );
    }
  }

  /** After a request to the API server was served, with success. */
  served(by: Operator, request: string, input: Record<string, unknown>): void {
    // Cast: a Lease of Kubernetes.
    const { spec } = input as { spec?: { holderIdentity?: string } };
    if (request.includes("/leases")) this.leaseChanged(by, spec?.holderIdentity);
    this.check(request);
  }

  private leaseChanged(by: Operator, identity: string | undefined): void {
    const { holder } = this;
    if (identity && holder?.by !== by) {
      if (holder && !holder.by.dead && !holder.by.ended && !holder.by.wasFrozen)
        this.violate(`${by.name} acquires the Lease that ${holder.by.name} holds`);
      this.holder = { by, since: this.world.now() };
    } else if (!identity && holder?.by === by) this.holder = undefined;
  }

  /** What the set is like when a switch-over has ended well. */
  judgeDone(by: string): void {
    const answers = this.world.answers();
    if (answers.some((each) => each !== "copy")) this.violate(`${by} is done, but ${answers} answer`);
    for (const table of this.world.tables) this.judgeTable(table);
    if (this.world.plan.relational && !this.world.findDatabase(RELATIONAL)?.tags[SWITCHED_OVER])
      this.violate(`${by} is done, but the relational database is not marked as switched over`);
    this.judgePods(by);
  }

  /** What it is like when an abort has ended well. */
  judgeAborted(by: string): void {
    const answers = this.world.answers();
    if (answers.some((each) => each !== "source")) this.violate(`${by} has aborted, but ${answers} answer`);
    for (const table of this.world.tables)
      if (Object.keys(this.world.tagsOf(`${table}${SUFFIX}`)).some((key) => key === REPLACES))
        this.violate(`${by} has aborted, but the copy of ${table} is marked`);
    this.judgePods(by);
  }

  /** Pods that run on the copies write: that may not be lost any more. */
  private write(): void {
    if (this.written) return;
    this.written = true;
    this.world.say("pods write to the copies");
    for (const table of this.world.tables) this.world.dynamodb.table(table).putItem("a", { balance: SINCE });
    if (this.world.plan.relational) this.world.findDatabase(RELATIONAL)?.put("accounts", "a", { balance: SINCE });
  }

  private checkWritten(): void {
    for (const table of this.world.tables)
      if (this.world.balanceOf(table) !== SINCE) this.violate(`what pods have written to ${table} since is lost`);
    if (this.world.plan.relational && this.world.balanceOf(RELATIONAL) !== SINCE)
      this.violate("what pods have written to the relational database since is not in production");
  }

  private checkCopies(what: string): void {
    for (const table of this.world.tables)
      if (this.world.dynamodb.find(`${table}${SUFFIX}`)?.items().get("a")?.balance !== RESTORED)
        this.violate(`the copy of ${table} is incomplete after ${what}`);
    if (this.world.plan.relational) {
      const balance = (id: string | undefined) =>
        Number(this.world.findDatabaseById(id)?.rows("accounts").get("a")?.balance);
      if (![RESTORED, SINCE].includes(balance(this.world.copyId)))
        this.violate(`the copy of the relational database is incomplete after ${what}`);
      if (balance(this.world.sourceIds.get(RELATIONAL)) !== BEFORE)
        this.violate(`the relational database that is replaced is gone after ${what}`);
    }
    if (this.world.rds.instances.find("foreign")?.rows("accounts").get("a")?.balance !== SOMEBODYS)
      this.violate(`a foreign instance was touched by ${what}`);
  }

  private judgeTable(name: string): void {
    const { DeletionProtectionEnabled, TableClassSummary } = this.world.dynamodb.table(name).describe();
    const recovery = this.world.dynamodb.describeContinuousBackups(name).PointInTimeRecoveryDescription;
    const { TimeToLiveStatus } = this.world.dynamodb.describeTimeToLive(name) ?? {};
    const found = {
      protection: DeletionProtectionEnabled === true,
      class: TableClassSummary?.TableClass,
      days: recovery?.RecoveryPeriodInDays,
      timeToLive: TimeToLiveStatus,
      team: this.world.tagsOf(name).team,
    };
    const expected = {
      protection: true,
      class: "STANDARD_INFREQUENT_ACCESS",
      days: 21,
      timeToLive: "ENABLED",
      team: "ledger",
    };
    if (JSON.stringify(found) !== JSON.stringify(expected))
      this.violate(`table ${name} is not as it was: ${JSON.stringify(found)}`);
  }

  private judgePods(by: string): void {
    const { cluster, plan } = this.world;
    if (cluster === undefined) return;
    if (cluster.running !== plan.pods && !this.world.podsStartedByOthers)
      this.violate(`${by} has ended, but ${cluster.running} of ${plan.pods} pods run`);
    if (cluster.suspended) this.violate(`${by} has ended, but the pause schedule is suspended`);
    const state = cluster.journalState;
    if (state !== undefined && state !== "started") this.violate(`${by} has ended, but its journal says ${state}`);
  }
}
