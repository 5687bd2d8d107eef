import { arn, iamArn } from "./account";
import type { BackupJob, Services } from "./backup-job";
import {
  type BackupPlan,
  type BackupRule,
  type BackupSelection,
  checkRules,
  checkSelection,
  invalid,
} from "./backup-rules";
import { type BackupContext, BackupRuns, type DestinationOf } from "./backup-runs";
import { type RecoveryPoint, Vault } from "./backup-vault";
import { nextRun, parseCron } from "./cron";
import { AwsError } from "./error";
import { RestoreTesting } from "./restore-testing";

const DEFAULT_SCHEDULE = "cron(0 5 ? * * *)";

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
  readonly #context: BackupContext;
  readonly services: Services;
  readonly vaults = new Map<string, Vault>();
  readonly #plans = new Map<string, BackupPlan>();
  readonly #selections = new Map<string, BackupSelection>();
  /** When a selection's rule ran last, by both their names. */
  readonly #lastRuns = new Map<string, number>();
  /** Until when nothing is due: every look at a database asks. */
  #quietUntil = 0;
  readonly #runs: BackupRuns;
  #running = false;

  constructor(name: string, context: BackupContext, destination: DestinationOf) {
    this.name = name;
    this.#context = context;
    const { identifiers, iam } = context;
    this.restoreTesting = new RestoreTesting(name, iam, (vault) => this.findVault(vault) !== undefined);
    const rds = context.rds.region(name);
    const dynamodb = context.dynamodb.region(name);
    this.services = { region: name, identifiers, iam, rds, dynamodb };
    this.#runs = new BackupRuns(this, context, destination);
    rds.beforeAccess = () => this.runWhatIsDue();
    dynamodb.beforeDelete = () => this.runWhatIsDue();
  }

  findVault(name: string): Vault | undefined {
    this.runWhatIsDue();
    const vault = this.vaults.get(name);
    vault?.expire(this.#context.clock.now());
    return vault;
  }

  /** @throws ResourceNotFoundException */
  vault(name: string): Vault {
    const vault = this.findVault(name);
    if (!vault) throw new AwsError("ResourceNotFoundException", `Backup vault ${name} does not exist.`);
    return vault;
  }

  /** The results of backups and copies, oldest first. */
  jobs(): readonly BackupJob[] {
    this.runWhatIsDue();
    return this.#runs.jobs;
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
    if (this.vaults.has(name))
      throw new AwsError("AlreadyExistsException", `Backup vault with the same name already exists: ${name}`);
    if (!/^[a-zA-Z0-9_-]{2,50}$/.test(name))
      throw invalid(`Invalid backup vault name ${name}: 2 to 50 letters, digits, hyphens and underscores`);
    const vault = new Vault({
      name,
      arn: arn("backup", this.name, `backup-vault:${name}`),
      kmsKeyArn: options.kmsKeyArn ?? arn("kms", this.name, "alias/aws/backup"),
      tags: { ...options.tags },
    });
    this.vaults.set(name, vault);
    return vault;
  }

  deleteBackupVault(name: string): void {
    const vault = this.vault(name);
    if (vault.recoveryPoints.size > 0)
      throw new AwsError(
        "InvalidRequestException",
        `Backup vault cannot be deleted (contains ${vault.recoveryPoints.size} recovery points)`,
      );
    this.vaults.delete(name);
  }

  /** What `forceDestroy` of a vault does. */
  deleteRecoveryPoints(vaultName: string): void {
    const vault = this.vault(vaultName);
    for (const pointArn of [...vault.recoveryPoints.keys()])
      vault.deleteRecoveryPoint(pointArn, iamArn(this.name, "user/someone"));
  }

  createBackupPlan(name: string, rules: BackupRule[], tags: Record<string, string> = {}): BackupPlan {
    checkRules(rules, { region: this.name, hasVault: (vault) => this.vaults.has(vault) });
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
    checkRules(rules, { region: this.name, hasVault: (vault) => this.vaults.has(vault) });
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

  /** [botocore: backup/2018-11-15, CreateBackupSelection; terraform-provider-aws: internal/service/backup/selection.go quotes both] */
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

  /**
   * What a continuous backup has set on a database stays set: AWS remembers the retention. The error is what the provider takes for a
   * selection that is gone. [terraform-provider-aws: internal/service/backup/selection.go, resourceSelectionDelete]
   */
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
        this.#runs.run(first.rule, first.selection, first.at);
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

  #plan(id: string): BackupPlan {
    const plan = this.#plans.get(id);
    if (!plan) throw new AwsError("ResourceNotFoundException", `Cannot find Backup plan with ID ${id}`);
    return plan;
  }

  #version(): string {
    return Buffer.from(this.#context.identifiers.uuid()).toString("base64");
  }
}
