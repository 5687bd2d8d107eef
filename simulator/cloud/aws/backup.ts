import type { SimulatedClock } from "../clock";
import { ACCOUNT, arn, iamArn, partitionOf, regionOf } from "./account";
import {
  actionsFor,
  actionsForCopy,
  arnOf,
  type Backable,
  type BackupJob,
  copyOf,
  createdAt,
  isMultiAz,
  type Services,
  snapshotOf,
} from "./backup-job";
import {
  type BackupPlan,
  type BackupRule,
  type BackupSelection,
  type CopyAction,
  checkRules,
  checkSelection,
  invalid,
  selects,
} from "./backup-rules";
import { type Lifecycle, type RecoveryPoint, Vault } from "./backup-vault";
import { nextRun, parseCron } from "./cron";
import type { DynamoDb } from "./dynamodb";
import { AwsError } from "./error";
import type { Events } from "./events";
import type { Iam } from "./iam";
import type { Identifiers } from "./identifiers";
import { verdictOf } from "./policy-document";
import type { Rds } from "./rds";
import { RestoreTesting } from "./restore-testing";

export type { BackupPlan, BackupRule, BackupSelection } from "./backup-rules";
export type { Lifecycle, RecoveryPoint, Vault } from "./backup-vault";

const DEFAULT_SCHEDULE = "cron(0 5 ? * * *)";

/** What AWS Backup works with. */
export interface BackupContext {
  clock: SimulatedClock;
  identifiers: Identifiers;
  iam: Iam;
  rds: Rds;
  dynamodb: DynamoDb;
  events: Events;
}

/** AWS Backup in all regions. */
export class Backup {
  /** Vaults of other accounts, by ARN, which they have made and given a policy. */
  readonly otherAccounts = new Map<string, Vault>();
  readonly #regions = new Map<string, BackupRegion>();
  readonly #context: BackupContext;

  constructor(context: BackupContext) {
    this.#context = context;
  }

  region(name: string): BackupRegion {
    let region = this.#regions.get(name);
    if (!region) {
      region = new BackupRegion(name, this.#context, this);
      this.#regions.set(name, region);
    }
    return region;
  }
}

export class BackupRegion {
  readonly name: string;
  readonly restoreTesting: RestoreTesting;
  /** A setting of the account: AWS Backup itself keeps backups of tables, rather than DynamoDB. On for new accounts. */
  advancedDynamoDb = true;
  /**
   * What the account has opted in to in this region. An account is opted in to every type that there is when it first makes a vault
   * or a plan [AWS Backup Developer Guide, "Assign resources to a backup plan"].
   */
  readonly optIn: Record<RecoveryPoint["resourceType"], boolean> = { Aurora: true, DynamoDB: true, RDS: true };
  readonly #backup: Backup;
  readonly #context: BackupContext;
  readonly #services: Services;
  readonly #vaults = new Map<string, Vault>();
  readonly #plans = new Map<string, BackupPlan>();
  readonly #selections = new Map<string, BackupSelection>();
  /** When a selection's rule ran last, by both their names. */
  readonly #lastRuns = new Map<string, number>();
  /** Until when nothing is due: every look at a database asks. */
  #quietUntil = 0;
  readonly #jobs: BackupJob[] = [];
  #running = false;

  constructor(name: string, context: BackupContext, backup: Backup) {
    this.name = name;
    this.#backup = backup;
    this.#context = context;
    const { identifiers, iam } = context;
    this.restoreTesting = new RestoreTesting(name, iam, (vault) => this.findVault(vault) !== undefined);
    const rds = context.rds.region(name);
    const dynamodb = context.dynamodb.region(name);
    this.#services = { region: name, identifiers, iam, rds, dynamodb };
    rds.beforeAccess = () => this.runWhatIsDue();
    dynamodb.beforeDelete = () => this.runWhatIsDue();
  }

  findVault(name: string): Vault | undefined {
    this.runWhatIsDue();
    const vault = this.#vaults.get(name);
    vault?.expire(this.#context.clock.now());
    return vault;
  }

  /** @throws ResourceNotFoundException */
  vault(name: string): Vault {
    const vault = this.findVault(name);
    if (!vault) throw new AwsError("ResourceNotFoundException", `Backup vault ${name} does not exist.`);
    return vault;
  }

  /** What backups and copies have come to, oldest first. */
  jobs(): readonly BackupJob[] {
    this.runWhatIsDue();
    return this.#jobs;
  }

  findPlan(id: string): BackupPlan | undefined {
    return this.#plans.get(id);
  }

  findSelection(id: string): BackupSelection | undefined {
    return this.#selections.get(id);
  }

  plans(): BackupPlan[] {
    return [...this.#plans.values()];
  }

  selections(): BackupSelection[] {
    return [...this.#selections.values()];
  }

  createBackupVault(name: string, options: { kmsKeyArn?: string; tags?: Record<string, string> } = {}): Vault {
    if (this.#vaults.has(name))
      throw new AwsError("AlreadyExistsException", `Backup vault with the same name already exists: ${name}`);
    if (!/^[a-zA-Z0-9_-]{2,50}$/.test(name))
      throw invalid(`Invalid backup vault name ${name}: 2 to 50 letters, digits, hyphens and underscores`);
    const vault = new Vault({
      name,
      arn: arn("backup", this.name, `backup-vault:${name}`),
      kmsKeyArn: options.kmsKeyArn ?? arn("kms", this.name, "alias/aws/backup"),
      tags: { ...options.tags },
    });
    this.#vaults.set(name, vault);
    return vault;
  }

  deleteBackupVault(name: string): void {
    const vault = this.vault(name);
    if (vault.recoveryPoints.size > 0)
      throw new AwsError(
        "InvalidRequestException",
        `Backup vault cannot be deleted (contains ${vault.recoveryPoints.size} recovery points)`,
      );
    this.#vaults.delete(name);
  }

  /** What `forceDestroy` of a vault does. */
  deleteRecoveryPoints(vaultName: string): void {
    const vault = this.vault(vaultName);
    for (const pointArn of [...vault.recoveryPoints.keys()])
      vault.deleteRecoveryPoint(pointArn, iamArn(this.name, "user/someone"));
  }

  createBackupPlan(name: string, rules: BackupRule[], tags: Record<string, string> = {}): BackupPlan {
    checkRules(rules, { region: this.name, hasVault: (vault) => this.#vaults.has(vault) });
    const id = this.#context.identifiers.uuid();
    const plan: BackupPlan = {
      id,
      name,
      arn: arn("backup", this.name, `backup-plan:${id}`),
      version: this.#version(),
      versions: [this.#context.clock.now()],
      rules,
      tags: { ...tags },
    };
    this.#plans.set(id, plan);
    return plan;
  }

  updateBackupPlan(id: string, rules: BackupRule[]): BackupPlan {
    this.runWhatIsDue();
    checkRules(rules, { region: this.name, hasVault: (vault) => this.#vaults.has(vault) });
    this.#quietUntil = 0;
    const plan = this.#plan(id);
    plan.versions.push(this.#context.clock.now());
    return Object.assign(plan, { rules, version: this.#version() });
  }

  deleteBackupPlan(id: string): void {
    const plan = this.#plan(id);
    if ([...this.#selections.values()].some((selection) => selection.planId === id))
      throw new AwsError(
        "InvalidRequestException",
        "Related backup plan selections must be deleted prior to backup plan deletion",
      );
    this.#plans.delete(plan.id);
  }

  createBackupSelection(request: Omit<BackupSelection, "id" | "createdAt">): BackupSelection {
    if (!this.#plans.has(request.planId)) throw invalid(`Cannot find Backup plan with ID ${request.planId}`);
    checkSelection(request);
    const { iam, identifiers, clock } = this.#context;
    const role = iam.find(request.roleArn);
    if (!role || !iam.trusts(role, "backup.amazonaws.com"))
      throw invalid(`IAM Role ${request.roleArn} cannot be assumed by AWS Backup`);
    const selection = { ...request, id: identifiers.uuid(), createdAt: clock.now() };
    this.#selections.set(selection.id, selection);
    this.#quietUntil = 0;
    return selection;
  }

  /** What a continuous backup has set on a database stays set: AWS remembers the retention. */
  deleteBackupSelection(id: string): void {
    this.runWhatIsDue();
    if (!this.#selections.delete(id)) throw invalid(`Cannot find Backup selection with ID ${id}`);
  }

  /** Does what schedules have made due, run by run, as of the instant of each. */
  runWhatIsDue(): void {
    // Looking at databases lets this run first, and this looks at databases.
    const now = this.#context.clock.now();
    if (this.#running || now < this.#quietUntil) return;
    this.#running = true;
    try {
      for (;;) {
        const [first] = this.#scheduled().sort((a, b) => a.at - b.at);
        this.#quietUntil = first?.at ?? Number.POSITIVE_INFINITY;
        if (first === undefined || first.at > now) return;
        this.#lastRuns.set(first.key, first.at);
        this.#run(first.rule, first.selection, first.at);
      }
    } finally {
      this.#running = false;
    }
  }

  #scheduled() {
    return [...this.#selections.values()].flatMap((selection) =>
      (this.#plans.get(selection.planId)?.rules ?? []).map((rule) => {
        const key = `${selection.id}/${rule.name}`;
        const after = this.#lastRuns.get(key) ?? selection.createdAt;
        const cron = parseCron(rule.schedule ?? DEFAULT_SCHEDULE);
        return {
          key,
          rule,
          selection,
          at: nextRun(cron, rule.timeZone ?? "Etc/UTC", after) ?? Number.POSITIVE_INFINITY,
        };
      }),
    );
  }

  #run(rule: BackupRule, selection: BackupSelection, at: number): void {
    const { rds, dynamodb } = this.#services;
    const resources: Backable[] = [
      ...rds.databases().map((database): Backable => ({ kind: "database", database })),
      ...dynamodb.tableNames().map((name): Backable => ({ kind: "table", table: dynamodb.table(name) })),
    ];
    for (const resource of resources) {
      if (createdAt(resource) > at || !selects(selection, resource, (type) => this.optIn[type])) continue;
      this.#backUp(resource, rule, selection, at);
    }
  }

  #backUp(resource: Backable, rule: BackupRule, selection: BackupSelection, at: number): void {
    const vault = this.#vaults.get(rule.targetVault) as Vault;
    vault.expire(at);
    const lifecycle = rule.lifecycle ?? {};
    // "PITR can support instances, but not clusters" [AWS Backup Developer Guide, Amazon RDS Multi-Availability Zone backups];
    // where AWS Backup can't keep a continuous backup, it makes a snapshot [ibid., Point-in-time recovery considerations].
    const continuous = rule.continuous && resource.kind === "database" && !isMultiAz(resource);
    const refusal =
      this.#forbidden(
        selection,
        resource,
        actionsFor(resource, { continuous, advancedDynamoDb: this.advancedDynamoDb }),
      ) ?? vault.refusal(lifecycle);
    const end = (outcome: Pick<BackupJob, "state" | "message" | "recoveryPointArn">) =>
      this.#ended(
        { type: "BACKUP", resourceArn: arnOf(resource), vault: vault.name, createdAt: at, ...outcome },
        vault,
      );
    if (refusal !== undefined) {
      end({ state: "FAILED", message: refusal });
      return;
    }
    const tags = { ...rule.recoveryPointTags };
    if (continuous) {
      const pointArn = this.#keepContinuously(resource, vault, lifecycle, at);
      end({ state: "COMPLETED", recoveryPointArn: pointArn });
    }
    // A copy of a continuous backup is a snapshot, made for it alone.
    if (continuous && !rule.copyActions?.length) return;
    const { advancedDynamoDb } = this;
    const point = snapshotOf(resource, this.#services, { at, lifecycle, tags, advancedDynamoDb });
    if (!continuous) {
      vault.recoveryPoints.set(point.arn, point);
      end({ state: "COMPLETED", recoveryPointArn: point.arn });
    }
    for (const action of rule.copyActions ?? []) this.#copy(resource, point, action, selection, at, vault);
    if (continuous) point.release();
  }

  /** From now on AWS Backup owns the database's retention. */
  #keepContinuously(resource: Backable & { kind: "database" }, vault: Vault, lifecycle: Lifecycle, at: number): string {
    const { database } = resource;
    if (!database.recoveryPointArn) {
      const point = `recovery-point:continuous:${database.resourceId.toLowerCase()}-${this.#context.identifiers.hex(8)}`;
      const pointArn = arn("backup", this.name, point);
      database.recoveryPointArn = pointArn;
      vault.recoveryPoints.set(pointArn, {
        arn: pointArn,
        resourceArn: database.arn,
        resourceType: database.arn.includes(":db:") ? "RDS" : "Aurora",
        continuous: true,
        createdAt: at,
        lifecycle,
        tags: { ...database.tags },
        // The database's owner sets the retention again; the days remain.
        release: () => {
          database.recoveryPointArn = undefined;
        },
      });
    }
    const days = lifecycle.deleteAfterDays as number;
    if (database.settings.backupRetentionPeriod !== days) database.retainBackupsFor(days);
    return database.recoveryPointArn;
  }

  #copy(
    resource: Backable,
    point: RecoveryPoint,
    { vaultArn, lifecycle: wanted }: CopyAction,
    selection: BackupSelection,
    at: number,
    from: Vault,
  ): void {
    const [, , , region = "", account] = vaultArn.split(":");
    const elsewhere = account !== ACCOUNT;
    const lifecycle = { ...point.lifecycle, ...wanted };
    const vault = elsewhere
      ? this.#backup.otherAccounts.get(vaultArn)
      : this.#backup.region(region).#vaults.get(vaultArn.split(":").at(-1) as string);
    const end = (outcome: Pick<BackupJob, "state" | "message" | "recoveryPointArn">) =>
      this.#ended({ type: "COPY", resourceArn: arnOf(resource), vault: vaultArn, createdAt: at, ...outcome }, from);
    const refusal =
      this.#forbidden(selection, resource, actionsForCopy(resource)) ??
      (vault === undefined ? `Backup vault ${vaultArn} does not exist` : undefined) ??
      this.#uncopyable(resource, region, elsewhere) ??
      (vault && elsewhere ? closed(vault) : undefined) ??
      vault?.refusal(lifecycle);
    if (refusal !== undefined || vault === undefined) {
      end({ state: "FAILED", message: refusal as string });
      return;
    }
    const to = this.#backup.region(region).#services;
    const copy = copyOf(point, this.#services, to, lifecycle);
    vault.recoveryPoints.set(copy.arn, copy);
    end({ state: "COMPLETED", recoveryPointArn: copy.arn });
  }

  #uncopyable(resource: Backable, region: string, elsewhere: boolean): string | undefined {
    if (resource.kind === "table")
      return this.advancedDynamoDb ? undefined : "Copying DynamoDB backups needs advanced features for Amazon DynamoDB";
    if (isMultiAz(resource)) return "Copying snapshots of Multi-AZ DB clusters is not supported";
    if (elsewhere && region !== this.name)
      return "A copy of a database to another account and another Region in one action is not supported";
    const { kmsKeyId } = resource.database.settings as { kmsKeyId?: string };
    if (elsewhere && kmsKeyId?.endsWith(":alias/aws/rds"))
      return "Snapshots encrypted with an AWS managed key can't be copied to another account";
    return undefined;
  }

  #forbidden({ roleArn }: BackupSelection, resource: Backable, actions: string[]): string | undefined {
    const { iam } = this.#context;
    const role = iam.find(roleArn);
    if (!role) return `IAM Role ${roleArn} cannot be assumed by AWS Backup`;
    const missing = actions.find(
      (action) =>
        !iam.allows(
          role,
          action,
          action.startsWith("backup:") ? `arn:${partitionOf(this.name)}:backup:::backup-vault:` : arnOf(resource),
        ),
    );
    return missing && `Access denied: ${roleArn} is not authorized to perform ${missing} on ${arnOf(resource)}`;
  }

  /** Reports the outcome of a job to EventBridge, as an event of AWS Backup. */
  #ended(job: Omit<BackupJob, "id">, vault: Vault): void {
    const id = this.#context.identifiers.uuid();
    this.#jobs.push({ id, ...job });
    const { resourceArn, state, message: statusMessage, type } = job;
    const about = { resourceArn, state, ...(statusMessage === undefined ? {} : { statusMessage }) };
    this.#context.events.put(this.name, {
      source: "aws.backup",
      "detail-type": type === "BACKUP" ? "Backup Job State Change" : "Copy Job State Change",
      detail:
        type === "BACKUP"
          ? { backupJobId: id, backupVaultArn: vault.arn, backupVaultName: vault.name, ...about }
          : { copyJobId: id, sourceBackupVaultArn: vault.arn, destinationBackupVaultArn: job.vault, ...about },
    });
  }

  #plan(id: string): BackupPlan {
    const plan = this.#plans.get(id);
    if (!plan) throw new AwsError("ResourceNotFoundException", `Cannot find Backup plan with ID ${id}`);
    return plan;
  }

  #version(): string {
    return Buffer.from(this.#context.identifiers.uuid()).toString("base64");
  }
}

/** Why a vault of another account takes no copies from this one. */
function closed(vault: Vault): string | undefined {
  const request = {
    action: "backup:CopyIntoBackupVault",
    resource: vault.arn,
    principal: iamArn(regionOf(vault.arn), "root"),
  };
  return vault.policy !== undefined && verdictOf(vault.policy, request) === "allowed"
    ? undefined
    : `Access Denied trying to call AWS Backup service: the access policy of ${vault.arn} does not allow CopyIntoBackupVault`;
}
