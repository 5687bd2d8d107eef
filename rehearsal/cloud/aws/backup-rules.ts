import { backupLifecycleFaults } from "../../../components/rules/backup-lifecycle";
import { awsScheduleFault } from "../../../components/rules/schedule";
import { ACCOUNT, regionOf } from "./account";
import { arnOf, type Backable, tagsOf } from "./backup-job";
import type { Lifecycle } from "./backup-vault";
import { AwsError } from "./error";
import { like } from "./policy-document";

export interface CopyAction {
  vaultArn: string;
  lifecycle?: Lifecycle;
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
  copyActions?: CopyAction[];
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

/** @throws InvalidParameterValueException for rules that AWS Backup refuses. */
export function checkRules(rules: BackupRule[], where: { region: string; hasVault(name: string): boolean }): void {
  if (rules.length === 0) throw invalid("Backup plan must have at least one rule");
  for (const rule of rules) {
    const fault = (problem: string) => invalid(`Error in rule ${rule.name} : ${problem}`);
    if (!where.hasVault(rule.targetVault)) throw fault(`Backup vault ${rule.targetVault} does not exist`);
    checkLifecycle(rule.lifecycle, rule.continuous, fault);
    for (const { vaultArn, lifecycle } of rule.copyActions ?? []) {
      checkLifecycle(lifecycle, false, fault);
      if (!/^arn:aws:backup:[\w-]+:\d{12}:backup-vault:/.test(vaultArn))
        throw fault(`Invalid destination backup vault ARN ${vaultArn}`);
      if (regionOf(vaultArn) === where.region && vaultArn.endsWith(`:${ACCOUNT}:backup-vault:${rule.targetVault}`))
        throw fault("The destination of a copy must be another vault than the target");
    }
    const schedule = rule.schedule === undefined ? undefined : awsScheduleFault(rule.schedule);
    if (schedule) throw fault(`Invalid schedule expression. ${schedule}`);
    if (rule.startWindowMinutes < 60) throw fault("StartWindowMinutes must be at least 60");
    if (rule.completionWindowMinutes < rule.startWindowMinutes + 60)
      throw fault("CompletionWindowMinutes must be at least 60 minutes greater than StartWindowMinutes");
  }
}

function checkLifecycle(lifecycle: Lifecycle | undefined, continuous: boolean, fault: (problem: string) => AwsError) {
  const { deleteAfterDays: deleteAfter, moveToColdStorageAfterDays: cold } = lifecycle ?? {};
  if (continuous) {
    if (deleteAfter === undefined)
      throw fault("Invalid lifecycle. Lifecycle must be specified for backup rule enabled continuous backup");
    if (cold !== undefined) throw fault("Invalid lifecycle. MoveToColdStorageAfterDays is unavailable");
    if (deleteAfter < 1 || deleteAfter > 35)
      throw fault("Invalid lifecycle. DeleteAfterDays must be between 1 and 35 days for continuous backup");
  }
  if (deleteAfter !== undefined && (deleteAfter < 1 || deleteAfter > 36500))
    throw fault("Invalid lifecycle. DeleteAfterDays cannot be less than 1 or more than 36500 days");
  if (cold !== undefined && deleteAfter !== undefined && deleteAfter < cold + 90)
    throw fault("Invalid lifecycle. DeleteAfterDays cannot be less than 90 days apart from MoveToColdStorageAfterDays");
  const [other] = backupLifecycleFaults({ continuous, deleteAfter, coldStorageAfter: cold });
  if (other) throw fault(`Invalid lifecycle. ${other}`);
}

/** Whether a selection selects a resource now. */
export function selects(selection: BackupSelection, resource: Backable): boolean {
  const resourceArn = arnOf(resource);
  const tags = tagsOf(resource);
  if (selection.notResources.some((pattern) => like(pattern, resourceArn))) return false;
  return (
    selection.resources.some((pattern) => like(pattern, resourceArn)) ||
    selection.tags.some(({ key, value }) => tags[key] === value)
  );
}

/** What AWS Backup says to a request that it refuses. */
export function invalid(message: string): AwsError {
  return new AwsError("InvalidParameterValueException", message);
}
