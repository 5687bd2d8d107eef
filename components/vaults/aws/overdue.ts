import { nextAwsRun } from "../../../restore-points/rules/schedule";
import type { AwsSettings } from "../../cloud-settings";

const MINUTE_MILLIS = 60_000;

/** The rule of a plan that hands its retention to a database, as far as it says when that is done. */
export interface BackupPlanRun {
  /** The plan's physical name. */
  name: string;
  schedule: string;
  timeZone: string;
  startWindowMinutes: number;
  completionWindowMinutes: number;
}

/** A database that waits for its retention. */
interface Waiting {
  arn: string;
  region: string;
  /** Since when it has its name, if AWS says so. */
  named: Date | undefined;
}

/**
 * Why a database should already have its retention: its plan selects the database and has had a run since its last change,
 * including all the time that a job may take. Undefined before the first run, and while it may still be running.
 */
export async function overdueBecause(
  { arn, region, named }: Waiting,
  plan: BackupPlanRun,
  aws: AwsSettings,
  now = Date.now(),
): Promise<string | undefined> {
  const {
    newestBackupJob,
    planAppliesSince,
  }: typeof import("../../../operations/backup") = require("../../../operations/backup");
  const applies = await planAppliesSince({ region, planName: plan.name, arn }, aws.access);
  if (applies === undefined) return undefined;
  const since = Math.max(applies.getTime(), named?.getTime() ?? 0);
  const run = nextAwsRun(plan.schedule, plan.timeZone, since);
  const lasts = plan.startWindowMinutes + plan.completionWindowMinutes;
  if (run === undefined || run + lasts * MINUTE_MILLIS > now) return undefined;
  const job = await newestBackupJob(region, arn, new Date(since), aws.access);
  const ran = `the run of ${new Date(run).toISOString()} of AWS Backup's plan ${plan.name} is over`;
  if (job === undefined) return `${ran} without a job for it: see that the region has opted in to its type`;
  return `${ran}, and its newest job (${job.BackupJobId}) is ${job.State}${job.StatusMessage ? `: ${job.StatusMessage}` : ""}`;
}
