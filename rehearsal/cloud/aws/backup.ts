import type { SimulatedClock } from "../clock";
import { arn } from "./account";
import { AwsError } from "./error";
import type { Iam } from "./iam";
import type { Identifiers } from "./identifiers";
import type { Rds } from "./rds";
import type { RdsDatabase } from "./rds-database";

const DAY = 24 * 60 * 60 * 1000;

export interface Vault {
  name: string;
  arn: string;
  kmsKeyArn: string;
  tags: Record<string, string>;
  /** ARNs of the recovery points in it. */
  recoveryPoints: Set<string>;
}

export interface Lifecycle {
  deleteAfterDays?: number;
  moveToColdStorageAfterDays?: number;
}

export interface BackupRule {
  name: string;
  targetVault: string;
  /** `cron(<minute> <hour> <day of month> <month> <day of week> <year>)`; AWS's default is 05:00 every day. */
  schedule?: string;
  timeZone?: string;
  continuous: boolean;
  startWindowMinutes: number;
  completionWindowMinutes: number;
  lifecycle?: Lifecycle;
  recoveryPointTags?: Record<string, string>;
}

export interface BackupPlan {
  id: string;
  name: string;
  arn: string;
  version: string;
  rules: BackupRule[];
  tags: Record<string, string>;
}

export interface BackupSelection {
  id: string;
  planId: string;
  name: string;
  roleArn: string;
  /** ARNs, `*` in them stands for anything. */
  resources: string[];
  notResources: string[];
  /** Resources that carry any of these tags are selected too. */
  tags: { key: string; value: string }[];
  createdAt: number;
}

/** AWS Backup in all regions. */
export class Backup {
  readonly #regions = new Map<string, BackupRegion>();
  readonly #clock: SimulatedClock;
  readonly #identifiers: Identifiers;
  readonly #iam: Iam;
  readonly #rds: Rds;

  constructor(clock: SimulatedClock, identifiers: Identifiers, iam: Iam, rds: Rds) {
    this.#clock = clock;
    this.#identifiers = identifiers;
    this.#iam = iam;
    this.#rds = rds;
  }

  region(name: string): BackupRegion {
    let region = this.#regions.get(name);
    if (!region) {
      region = new BackupRegion(name, this.#clock, this.#identifiers, this.#iam, this.#rds);
      this.#regions.set(name, region);
    }
    return region;
  }
}

export class BackupRegion {
  readonly name: string;
  readonly #clock: SimulatedClock;
  readonly #identifiers: Identifiers;
  readonly #iam: Iam;
  readonly #rds: Rds;
  readonly #vaults = new Map<string, Vault>();
  readonly #plans = new Map<string, BackupPlan>();
  readonly #selections = new Map<string, BackupSelection>();
  /** When a selection's rule ran last, by both their names. */
  readonly #lastRuns = new Map<string, number>();
  #running = false;

  constructor(name: string, clock: SimulatedClock, identifiers: Identifiers, iam: Iam, rds: Rds) {
    this.name = name;
    this.#clock = clock;
    this.#identifiers = identifiers;
    this.#iam = iam;
    this.#rds = rds;
    rds.region(name).beforeAccess = () => this.runWhatIsDue();
  }

  findVault(name: string): Vault | undefined {
    this.runWhatIsDue();
    return this.#vaults.get(name);
  }

  findPlan(id: string): BackupPlan | undefined {
    return this.#plans.get(id);
  }

  findSelection(id: string): BackupSelection | undefined {
    return this.#selections.get(id);
  }

  selections(): BackupSelection[] {
    return [...this.#selections.values()];
  }

  createBackupVault(name: string, options: { kmsKeyArn?: string; tags?: Record<string, string> } = {}): Vault {
    if (this.#vaults.has(name))
      throw new AwsError("AlreadyExistsException", `Backup vault with the same name already exists: ${name}`);
    if (!/^[a-zA-Z0-9_-]{2,50}$/.test(name))
      throw invalid(`Invalid backup vault name ${name}: 2 to 50 letters, digits, hyphens and underscores`);
    const vault: Vault = {
      name,
      arn: arn("backup", this.name, `backup-vault:${name}`),
      kmsKeyArn: options.kmsKeyArn ?? arn("kms", this.name, "alias/aws/backup"),
      tags: { ...options.tags },
      recoveryPoints: new Set(),
    };
    this.#vaults.set(name, vault);
    return vault;
  }

  deleteBackupVault(name: string): void {
    const vault = this.findVault(name);
    if (!vault) throw new AwsError("ResourceNotFoundException", `Backup vault ${name} does not exist.`);
    if (vault.recoveryPoints.size > 0)
      throw new AwsError(
        "InvalidRequestException",
        `Backup vault cannot be deleted (contains ${vault.recoveryPoints.size} recovery points)`,
      );
    this.#vaults.delete(name);
  }

  /** Gives a database's retention back to whoever declares it; the days stay as they were. */
  deleteRecoveryPoints(vaultName: string): void {
    const vault = this.findVault(vaultName);
    for (const database of this.#rds.region(this.name).databases())
      if (database.recoveryPointArn && vault?.recoveryPoints.has(database.recoveryPointArn))
        database.recoveryPointArn = undefined;
    vault?.recoveryPoints.clear();
  }

  createBackupPlan(name: string, rules: BackupRule[], tags: Record<string, string> = {}): BackupPlan {
    this.#check(rules);
    const id = this.#identifiers.uuid();
    const plan: BackupPlan = {
      id,
      name,
      arn: arn("backup", this.name, `backup-plan:${id}`),
      version: this.#version(),
      rules,
      tags: { ...tags },
    };
    this.#plans.set(id, plan);
    return plan;
  }

  updateBackupPlan(id: string, rules: BackupRule[]): BackupPlan {
    this.runWhatIsDue();
    this.#check(rules);
    return Object.assign(this.#plan(id), { rules, version: this.#version() });
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
    if (!/^[a-zA-Z0-9_.-]{1,50}$/.test(request.name)) throw invalid(`Invalid selection name ${request.name}`);
    const role = this.#iam.find(request.roleArn);
    if (!role || !this.#iam.trusts(role, "backup.amazonaws.com"))
      throw invalid(`IAM Role ${request.roleArn} cannot be assumed by AWS Backup`);
    if (request.resources.length === 0 && request.tags.length === 0)
      throw invalid("Invalid selection. At least one resource or tag must be specified");
    const selection = { ...request, id: this.#identifiers.uuid(), createdAt: this.#clock.now() };
    this.#selections.set(selection.id, selection);
    return selection;
  }

  /** What a continuous backup has set on a database stays set: AWS remembers the retention. */
  deleteBackupSelection(id: string): void {
    this.runWhatIsDue();
    if (!this.#selections.delete(id)) throw invalid(`Cannot find Backup selection with ID ${id}`);
  }

  /**
   * Does what schedules have made due. A run of a rule with continuous backup makes a recovery point of each RDS
   * instance or cluster it selects that has none, and from then on AWS Backup owns its retention.
   */
  runWhatIsDue(): void {
    // Looking at databases lets this run first, and this looks at databases.
    if (this.#running) return;
    this.#running = true;
    try {
      for (const selection of this.#selections.values())
        for (const rule of this.#plans.get(selection.planId)?.rules ?? []) this.#runIfDue(rule, selection);
    } finally {
      this.#running = false;
    }
  }

  #runIfDue(rule: BackupRule, selection: BackupSelection): void {
    const key = `${selection.id}/${rule.name}`;
    const now = this.#clock.now();
    if (!rule.continuous || nextRun(rule, this.#lastRuns.get(key) ?? selection.createdAt) > now) return;
    this.#lastRuns.set(key, now);
    this.#run(rule, selection);
  }

  #run(rule: BackupRule, selection: BackupSelection): void {
    for (const database of this.#rds.region(this.name).databases()) {
      if (!selects(selection, database)) continue;
      if (!database.recoveryPointArn) {
        const point = `recovery-point:continuous:${database.resourceId.toLowerCase()}-${this.#identifiers.hex(8)}`;
        database.recoveryPointArn = arn("backup", this.name, point);
        this.#vaults.get(rule.targetVault)?.recoveryPoints.add(database.recoveryPointArn);
      }
      const days = rule.lifecycle?.deleteAfterDays as number;
      if (database.settings.backupRetentionPeriod !== days) database.retainBackupsFor(days);
    }
  }

  #plan(id: string): BackupPlan {
    const plan = this.#plans.get(id);
    if (!plan) throw new AwsError("ResourceNotFoundException", `Cannot find Backup plan with ID ${id}`);
    return plan;
  }

  #version(): string {
    return Buffer.from(this.#identifiers.uuid()).toString("base64");
  }

  #check(rules: BackupRule[]): void {
    if (rules.length === 0) throw invalid("Backup plan must have at least one rule");
    for (const rule of rules) {
      const fault = (problem: string) => invalid(`Error in rule ${rule.name} : ${problem}`);
      if (!this.#vaults.has(rule.targetVault)) throw fault(`Backup vault ${rule.targetVault} does not exist`);
      const { deleteAfterDays: deleteAfter, moveToColdStorageAfterDays: cold } = rule.lifecycle ?? {};
      if (rule.continuous) {
        if (deleteAfter === undefined)
          throw fault("Invalid lifecycle. Lifecycle must be specified for backup rule enabled continuous backup");
        if (cold !== undefined) throw fault("Invalid lifecycle. MoveToColdStorageAfterDays is unavailable");
        if (deleteAfter < 1 || deleteAfter > 35)
          throw fault("Invalid lifecycle. DeleteAfterDays must be between 1 and 35 days for continuous backup");
      }
      if (deleteAfter !== undefined && (deleteAfter < 1 || deleteAfter > 36500))
        throw fault("Invalid lifecycle. DeleteAfterDays cannot be less than 1 or more than 36500 days");
      if (cold !== undefined && deleteAfter !== undefined && deleteAfter < cold + 90)
        throw fault(
          "Invalid lifecycle. DeleteAfterDays cannot be less than 90 days apart from MoveToColdStorageAfterDays",
        );
      if (rule.startWindowMinutes < 60) throw fault("StartWindowMinutes must be at least 60");
      if (rule.completionWindowMinutes < rule.startWindowMinutes + 60)
        throw fault("CompletionWindowMinutes must be at least 60 minutes greater than StartWindowMinutes");
    }
  }
}

function selects(selection: BackupSelection, database: RdsDatabase): boolean {
  const matches = (pattern: string) =>
    new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*")}$`).test(database.arn);
  if (selection.notResources.some(matches)) return false;
  return selection.resources.some(matches) || selection.tags.some(({ key, value }) => database.tags[key] === value);
}

/** A daily schedule in UTC runs at its time of day; any other is taken to run within a day. */
function nextRun(rule: BackupRule, after: number): number {
  const [, minute, hour] = /^cron\((\d+) (\d+) [*?] \* [*?] \*\)$/.exec(rule.schedule ?? "cron(0 5 ? * * *)") ?? [];
  if (minute === undefined || (rule.timeZone ?? "Etc/UTC") !== "Etc/UTC") return after + DAY;
  const day = new Date(after);
  const today = Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate(), Number(hour), Number(minute));
  return today > after ? today : today + DAY;
}

function invalid(message: string): AwsError {
  return new AwsError("InvalidParameterValueException", message);
}
