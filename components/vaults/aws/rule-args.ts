import { z } from "zod";
import { awsScheduleProblem } from "../../../restore-points/rules/schedule";
import { timeZoneProblem } from "../../../restore-points/rules/time-zone";
import { RETENTION_DAYS } from "../../../restore-points/rules/vault-lock";
import { awsRegion } from "../../databases/schema";
import { refusedBy, type Shape, wholeNumber, wholeNumberFrom } from "../../schema-tools";

/** A number of days that AWS Backup accepts. */
export const vaultDays = wholeNumber(
  { min: RETENTION_DAYS.minimum, max: RETENTION_DAYS.maximum },
  "a whole number of days",
);
/** A schedule of AWS Backup. */
export const awsSchedule = z.string().superRefine(refusedBy(awsScheduleProblem));
/** The time zone of a schedule. */
export const awsTimeZone = z
  .string()
  .superRefine(refusedBy(timeZoneProblem))
  .optional()
  .describe("The schedule's time zone, such as Asia/Tokyo. Defaults to Etc/UTC.");

/** Days after which recovery points move and go. */
export interface LifecycleArgs {
  /** Days after which a recovery point is deleted. Kept for ever when left out. */
  deleteAfter?: number;
  /** Days after which a recovery point moves to cold storage, where it stays for at least 90. DynamoDB only. */
  coldStorageAfter?: number;
}

/** Describes `LifecycleArgs`. */
export const lifecycleSchema = z
  .strictObject({
    deleteAfter: vaultDays
      .optional()
      .describe("Days after which a recovery point is deleted. Kept for ever when left out."),
    coldStorageAfter: vaultDays
      .optional()
      .describe("Days after which a recovery point moves to cold storage, for at least 90. DynamoDB only."),
  } satisfies Shape<LifecycleArgs>)
  .meta({ examples: [{ deleteAfter: 35 }] });

/** Where a rule's recovery points are copied to. Exactly one of `region` and `vaultArn`. */
export interface CopyToArgs {
  /** Another region of this account, where a vault of the same name is declared, protected alike. */
  region?: string;
  /** A vault that exists, perhaps of another account; that account's vault has to accept copies from this one. */
  vaultArn?: string;
  /** Defaults to the rule's. Days count from the backup, not from the copy. */
  lifecycle?: LifecycleArgs;
}

const copyToSchema = z
  .strictObject({
    region: awsRegion.optional().describe("Another region, where a vault of the same name is declared"),
    vaultArn: z
      .string()
      .regex(/^arn:[\w-]+:backup:[\w-]+:\d{12}:backup-vault:[\w-]{2,50}$/, {
        error: "the ARN of a backup vault, such as arn:aws:backup:us-west-2:123456789012:backup-vault:<name>",
      })
      .optional()
      .describe("A vault that exists, perhaps of another account"),
    lifecycle: lifecycleSchema.optional().describe("Defaults to the rule's. Days count from the backup."),
  } satisfies Shape<CopyToArgs>)
  .refine((copy) => (copy.region === undefined) !== (copy.vaultArn === undefined), {
    error: 'either "region" (another region of this account) or "vaultArn" (a vault that exists), one of the two',
  });

/** Minutes within which AWS Backup has to start a job, and the least that lie between its start and its end. */
export const LEAST_WINDOW_MINUTES = 60;

/** When databases are backed up, and how long that is kept. */
export interface VaultRuleArgs {
  /** 1 to 50 letters, digits, hyphens, underscores and periods. */
  name: string;
  /** AWS Backup's schedule: `cron(minute hour day-of-month month day-of-week year)`. Defaults to `cron(0 5 ? * * *)`. */
  schedule?: string;
  /** The schedule's time zone, such as Asia/Tokyo. Defaults to Etc/UTC. */
  timeZone?: string;
  /**
   * Continuous backups of existing RDS and Aurora databases go to this vault; AWS Backup owns their retention then, for
   * `lifecycle.deleteAfter` days. Other databases are left out of the rule. Defaults to false.
   */
  continuous?: boolean;
  /** How long recovery points are kept. Defaults to for ever. */
  lifecycle?: LifecycleArgs;
  /** Where recovery points are copied to. Defaults to nowhere. */
  copyTo?: CopyToArgs[];
  /** Minutes within which a job has to start, at least 60. Defaults to 60. */
  startWindowMinutes?: number;
  /** Minutes within which a job has to end, at least 60 more than `startWindowMinutes`. Defaults to 480. */
  completionWindowMinutes?: number;
}

/** Describes a list of `VaultRuleArgs`. */
export const vaultRulesSchema = z.array(
  z.strictObject({
    name: z
      .string()
      .regex(/^[0-9A-Za-z_.-]{1,50}$/, {
        error: "a name of 1 to 50 letters, digits, hyphens, underscores and periods, such as daily",
      })
      .meta({ examples: ["daily"] })
      .describe("The rule's name, unique in the list"),
    schedule: awsSchedule.optional().describe("AWS Backup's schedule. Defaults to cron(0 5 ? * * *)."),
    timeZone: awsTimeZone,
    continuous: z
      .boolean()
      .optional()
      .describe("Continuous backups of existing RDS and Aurora databases, whose retention AWS Backup then owns"),
    lifecycle: lifecycleSchema.optional().describe("How long recovery points are kept"),
    copyTo: z.array(copyToSchema).optional().describe("Where recovery points are copied to"),
    startWindowMinutes: wholeNumberFrom(LEAST_WINDOW_MINUTES, "a whole number of minutes, 60 or more")
      .optional()
      .describe("Minutes within which a job has to start, at least 60. Defaults to 60."),
    completionWindowMinutes: wholeNumberFrom(LEAST_WINDOW_MINUTES, "a whole number of minutes, 60 or more")
      .optional()
      .describe("Minutes within which a job has to end. Defaults to 480."),
  } satisfies Shape<VaultRuleArgs>),
);
