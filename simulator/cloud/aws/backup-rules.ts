import { ACCOUNT, regionOf } from "./account";
import { arnOf, type Backable, tagsOf, typeOf } from "./backup-job";
import { daysOf, type Lifecycle, type RecoveryPoint } from "./backup-vault";
import { CronError, type CronExpression, nextRun, parseCron } from "./cron";
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
  /** When each of its versions was made, oldest first. */
  versions: number[];
  rules: BackupRule[];
  tags: Record<string, string>;
}

export interface BackupSelection {
  id: string;
  planId: string;
  name: string;
  roleArn: string;
  /** ARNs; `*` at their end matches anything. */
  resources: string[];
  notResources: string[];
  /** Resources that carry any of these tags are selected too. */
  tags: TagMatch[];
  /** Conditions that resources must meet as well, all of them; the keys are `aws:ResourceTag/<tag>`. */
  conditions?: SelectionConditions;
  createdAt: number;
}

export interface TagMatch {
  key: string;
  value: string;
}

export interface SelectionConditions {
  stringEquals: TagMatch[];
  stringNotEquals: TagMatch[];
}

/** @throws InvalidParameterValueException for a selection that AWS Backup refuses. */
export function checkSelection({
  name,
  resources,
  notResources,
  tags,
  conditions,
}: Omit<BackupSelection, "id" | "createdAt">): void {
  if (!/^[a-zA-Z0-9_.-]{1,50}$/.test(name)) throw invalid(`Invalid selection name ${name}`);
  if (resources.length === 0 && tags.length === 0)
    throw invalid("Invalid backup selection. Either 'ListOfTags' or 'Resources' section must be included.");
  // [AWS Backup API Reference, BackupSelection: Resources, NotResources]
  for (const arns of [resources, notResources]) {
    const inside = arns.find((arn) => arn.slice(0, -1).includes("*"));
    if (inside) throw invalid(`Invalid ARN ${inside}: the asterisk (*) must appear at the end of the ARN string`);
    const most = arns.some((arn) => arn.endsWith("*")) ? 30 : 500;
    if (arns.length > most)
      throw invalid(`${arns.length} ARNs: at most 500 without wildcards, or 30 with wildcards, are allowed`);
  }
  const keys = [...(conditions?.stringEquals ?? []), ...(conditions?.stringNotEquals ?? [])].map(({ key }) => key);
  const unknown = keys.find((key) => !key.startsWith(TAG_KEY));
  if (unknown) throw invalid(`Invalid condition key ${unknown}: it must begin with ${TAG_KEY}`);
}

/** What the keys of a selection's conditions begin with. */
const TAG_KEY = "aws:ResourceTag/";

/** @throws InvalidParameterValueException for rules that AWS Backup refuses. */
export function checkRules(rules: BackupRule[], where: { region: string; hasVault(name: string): boolean }): void {
  if (rules.length === 0) throw invalid("Backup plan must have at least one rule");
  for (const rule of rules) {
    const refuse = (problem: string) => invalid(`Error in rule ${rule.name} : ${problem}`);
    if (!where.hasVault(rule.targetVault)) throw refuse(`Backup vault ${rule.targetVault} does not exist`);
    checkLifecycle(rule.lifecycle, rule.continuous, refuse);
    for (const { vaultArn, lifecycle } of rule.copyActions ?? []) {
      checkLifecycle(lifecycle, false, refuse);
      if (!/^arn:[\w-]+:backup:[\w-]+:\d{12}:backup-vault:/.test(vaultArn))
        throw refuse(`Invalid destination backup vault ARN ${vaultArn}`);
      if (regionOf(vaultArn) === where.region && vaultArn.endsWith(`:${ACCOUNT}:backup-vault:${rule.targetVault}`))
        throw refuse("The destination of a copy must be another vault than the target");
    }
    if (rule.schedule !== undefined) checkSchedule(rule.schedule, refuse);
    if (rule.startWindowMinutes < 60) throw refuse("StartWindowMinutes must be at least 60");
    if (rule.completionWindowMinutes < rule.startWindowMinutes + 60)
      throw refuse("CompletionWindowMinutes must be at least 60 minutes greater than StartWindowMinutes");
  }
}

/**
 * [botocore: backup/2018-11-15, Lifecycle: 90 days between; terraform-provider-aws #24960, #7350 and lgallard/terraform-aws-backup #40
 * quote AWS's words]
 */
function checkLifecycle(lifecycle: Lifecycle | undefined, continuous: boolean, refuse: (problem: string) => AwsError) {
  const deleteAfter = daysOf(lifecycle?.deleteAfterDays);
  const cold = daysOf(lifecycle?.moveToColdStorageAfterDays);
  if (continuous) {
    if (deleteAfter === undefined)
      throw refuse("Invalid lifecycle. Lifecycle must be specified for backup rule enabled continuous backup");
    if (cold !== undefined) throw refuse("Invalid lifecycle. MoveToColdStorageAfterDays is unavailable");
    if (deleteAfter < 1 || deleteAfter > 35)
      throw refuse("Invalid lifecycle. DeleteAfterDays must be between 1 and 35 days for continuous backup");
  }
  if (deleteAfter !== undefined && (deleteAfter < 1 || deleteAfter > 36500))
    throw refuse("Invalid lifecycle. DeleteAfterDays cannot be less than 1 or more than 36500 days");
  if (cold !== undefined && deleteAfter !== undefined && deleteAfter < cold + 90)
    throw refuse(
      "Invalid lifecycle. DeleteAfterDays cannot be less than 90 days apart from MoveToColdStorageAfterDays",
    );
  // No document has its limits: as few and as many days as a recovery point can be kept.
  if (cold !== undefined && !(cold >= 1 && cold <= 36500))
    throw refuse("Invalid lifecycle. MoveToColdStorageAfterDays cannot be less than 1 or more than 36500 days");
}

function checkSchedule(schedule: string, refuse: (problem: string) => AwsError): void {
  const cron = readSchedule(schedule, refuse);
  // "as frequently as hourly" [AWS Backup Developer Guide, Backup plan options and configuration]; the answer of AWS Backup is
  // quoted in [AWS re:Post, Error Scheduling Backup every ten minutes].
  if (cron.minutes.length > 1)
    throw refuse("Invalid schedule expression. The interval between backup jobs shouldn't be less than 60 minutes.");
  if (nextRun(cron, "Etc/UTC", 0) === undefined) throw refuse(`Invalid schedule expression. ${schedule} never runs`);
}

/** That it is refused is inferred from the type. [botocore: backup/2018-11-15, BackupRuleInput, ScheduleExpression: "A CRON expression"] */
function readSchedule(schedule: string, refuse: (problem: string) => AwsError): CronExpression {
  try {
    return parseCron(schedule);
  } catch (error) {
    if (error instanceof CronError) throw refuse(`Invalid schedule expression. ${error.message}`);
    throw error;
  }
}

/** Whether a selection selects a resource now, in a region that has opted in to some types. */
export function selects(
  selection: BackupSelection,
  resource: Backable,
  optedIn: (type: RecoveryPoint["resourceType"]) => boolean,
): boolean {
  const resourceArn = arnOf(resource);
  const tags = tagsOf(resource);
  const tagged = ({ key, value }: TagMatch) => tags[key] === value;
  const conditioned = ({ key, value }: TagMatch) => tagged({ key: key.slice(TAG_KEY.length), value });
  if (selection.notResources.some((pattern) => like(pattern, resourceArn))) return false;
  const { stringEquals = [], stringNotEquals = [] } = selection.conditions ?? {};
  // A tag that is not there differs from every value, as in IAM's policies [AWS Backup Developer Guide, "Assign resources with
  // AWS CLI": the Boolean arithmetic is similar to that in IAM policies].
  if (!stringEquals.every(conditioned) || stringNotEquals.some(conditioned)) return false;
  const fitting = selection.resources.filter((pattern) => like(pattern, resourceArn));
  if (fitting.length === 0 && !selection.tags.some(tagged)) return false;
  return optedIn(typeOf(resource)) || fitting.some(namesItsType);
}

/**
 * Whether an ARN of a selection names the type of its resources, so that they are backed up without the region's opt-in. Those
 * of clusters do not: Aurora and RDS have the same [AWS Backup Developer Guide, "Assign resources with AWS CLI"].
 */
function namesItsType(pattern: string): boolean {
  return /^arn:[\w-]+:(dynamodb:[\w-]+:\d+:table\/|rds:[\w-]+:\d+:db:)/.test(pattern);
}

/** What AWS Backup says to a request that it refuses. */
export function invalid(message: string): AwsError {
  return new AwsError("InvalidParameterValueException", message);
}
