import { SUFFIX } from "../../unit/operations/switch-over/world";
import { BEFORE, RESTORED, SINCE, SOMEBODYS } from "./balances";
import { AzureJudge } from "./judge-azure";
import type { Operator } from "./process";
import { type Answer, RELATIONAL, REPLACED, type World } from "./world";

const MINUTE = 60_000;
const SWITCHED_OVER = "scalar-backup:switched-over";
const REPLACES = "scalar-backup:replaces";

/** Judges a world by the clouds' own records, against the invariants of docs/recovery.md. */
export class Judge {
  readonly violations = new Set<string>();
  private written = false;
  private podsSince: number | undefined;
  /** For how long not all pods have run, or not all of one set has answered. */
  outageMillis = 0;
  private downSince: number | undefined;
  /** Who has acquired each Lease last, and when. */
  private readonly holders = new Map<string, { by: Operator; since: number }>();
  private readonly opened = new Set<Operator>();
  readonly azure: AzureJudge | undefined;

  constructor(private readonly world: World) {
    if (world.azure) this.azure = new AzureJudge(world, world.azure, (text) => this.violate(text));
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
    const named = this.world.answers();
    if (named.includes("source") && named.includes("copy")) this.violate(`a mixture answers after ${what}: ${named}`);
    const { cluster } = this.world;
    const running = cluster?.running.length ?? 0;
    const answers = [...named, ...(this.azure?.used() ?? [])];
    const all = (one: Answer) => answers.every((each) => each === one);
    const isWhole = cluster === undefined || running === this.world.plan.pods * cluster.releases.length;
    this.measure(isWhole && (all("source") || all("copy")));
    if (running > 0) this.podsSince ??= this.world.now();
    else this.podsSince = undefined;
    const { podsStartedByOthers, redeployedByOthers } = this.world;
    if (running > 0 && !podsStartedByOthers && !redeployedByOthers && !all("source") && !all("copy"))
      this.violate(`pods run while ${answers} answer, after ${what}`);
    // Those that an upgrade has started too early are stopped again, and a set of Azure's alone may be given up then.
    const isStarted = this.azure === undefined || (running > 0 && cluster?.journalState !== "stopped");
    if (running > 0 && all("copy") && isStarted) this.write();
    if (this.written) this.checkWritten();
    this.azure?.check(what, this.written);
    this.checkCopies(what);
    for (const name of this.world.somebodys)
      if (this.world.balanceOf(name) !== SOMEBODYS)
        this.violate(`${name}, which is somebody else's, was touched by ${what}`);
  }

  private measure(isUp: boolean): void {
    const now = this.world.now();
    if (!isUp) this.downSince ??= now;
    else if (this.downSince !== undefined) {
      this.outageMillis += now - this.downSince;
      this.downSince = undefined;
    }
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
    for (const holder of this.holders.values()) {
      // What was sent before the Lease was lost, or before the process was suspended, arrives all the same.
      const isUnderWay = this.world.time.now < by.frozenUntil + 30_000 || this.world.now() - holder.since < 30_000;
      if (holder.by !== by && !isUnderWay)
        this.violate(`${by.name} asks for ${request}, although ${holder.by.name} has the Lease`);
    }
    // Cast: a Scale of Kubernetes.
    const { replicas = 0 } = (input as { spec?: { replicas?: number } }).spec ?? {};
    if (scales && replicas > 0 && by.task === "switches over") this.azure?.opens(by, request);
    if (takesName && !this.opened.has(by)) {
      this.azure?.opens(by, request);
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
    const { metadata } = input as { metadata?: { name?: string } };
    if (request.includes("/leases")) this.leaseChanged(by, metadata?.name ?? "", spec?.holderIdentity);
    this.check(request);
  }

  private leaseChanged(by: Operator, lease: string, identity: string | undefined): void {
    const holder = this.holders.get(lease);
    if (identity && holder?.by !== by) {
      if (holder && !holder.by.dead && !holder.by.ended && !holder.by.wasFrozen)
        this.violate(`${by.name} acquires the Lease that ${holder.by.name} holds`);
      this.holders.set(lease, { by, since: this.world.now() });
    } else if (!identity && holder?.by === by) this.holders.delete(lease);
  }

  /** What the set is like when a switch-over has ended well. */
  judgeDone(by: string): void {
    const answers = this.world.answers();
    if (answers.some((each) => each !== "copy")) this.violate(`${by} is done, but ${answers} answer`);
    for (const table of this.world.tables) this.judgeTable(table);
    if (this.world.plan.relational && !this.world.findDatabase(RELATIONAL)?.tags[SWITCHED_OVER])
      this.violate(`${by} is done, but the relational database is not marked as switched over`);
    this.azure?.judgeDone(by);
    this.judgePods(by);
  }

  /** What it is like when an abort has ended well. */
  judgeAborted(by: string): void {
    // One that waited for the Leases may have begun since they were released, and marks the copies again.
    if ([...this.holders.values()].some((holder) => holder.by.name !== by)) return;
    const answers = this.world.answers();
    if (answers.some((each) => each !== "source")) this.violate(`${by} has aborted, but ${answers} answer`);
    for (const table of this.world.tables)
      if (Object.keys(this.world.tagsOf(`${table}${SUFFIX}`)).some((key) => key === REPLACES))
        this.violate(`${by} has aborted, but the copy of ${table} is marked`);
    this.azure?.judgeAborted(by, this.written);
    this.judgePods(by);
  }

  /** Pods that run on the copies write: that may not be lost any more. */
  private write(): void {
    if (this.written) return;
    this.written = true;
    this.world.say("pods write to the copies");
    for (const table of this.world.tables) this.world.dynamodb.table(table).putItem("a", { balance: SINCE });
    if (this.world.plan.relational) this.world.findDatabase(RELATIONAL)?.put("accounts", "a", { balance: SINCE });
    this.azure?.write();
  }

  private checkWritten(): void {
    for (const table of this.world.tables)
      if (this.world.balanceOf(table) !== SINCE) this.violate(`what pods have written to ${table} since is lost`);
    if (this.world.plan.relational && this.world.balanceOf(RELATIONAL) !== SINCE)
      this.violate("what pods have written to the relational database since is not in production");
  }

  private checkCopies(what: string): void {
    const kept = this.world.windowBackups.length > 0 ? this.world.dynamodb.backups.list() : [];
    if (this.world.windowBackups.some((arn) => !kept.some(({ BackupArn }) => BackupArn === arn)))
      this.violate(`a backup of the pause window was deleted by ${what}`);
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
    for (const { name, running } of cluster.releases)
      if (running.length !== plan.pods && !this.world.podsStartedByOthers)
        this.violate(`${by} has ended, but ${running.length} of ${plan.pods} pods of ${name} run`);
    if (cluster.suspended) this.violate(`${by} has ended, but the pause schedule is suspended`);
    const state = cluster.journalState;
    if (state !== undefined && state !== "started") this.violate(`${by} has ended, but its journal says ${state}`);
  }
}
