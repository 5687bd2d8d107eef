import { z } from "zod";
import { RETENTION_DAYS } from "../../../restore-points/rules/vault-lock";
import { awsRegion, kmsKeyArn, securityGroupIds, subnetGroupName } from "../../databases/schema";

/** Numbers whose bounds `awsVaultProblems` checks; here they are for editors. */
const days = (what: string) =>
  z.number().meta({ type: "integer", minimum: 1, maximum: RETENTION_DAYS.maximum, description: what }).optional();
const minutes = (what: string) => z.number().meta({ type: "integer", minimum: 60, description: what }).optional();
const arn = (what: string, pattern: RegExp) => z.string().regex(pattern, { error: what });
const schedule = (what: string) => z.string().optional().describe(what);
const timeZone = z.string().optional().describe("The schedule's time zone, such as Asia/Tokyo. Defaults to Etc/UTC.");

const lifecycle = z
  .strictObject({
    deleteAfter: days("Days after which a recovery point is deleted. Kept for ever when left out."),
    coldStorageAfter: days("Days after which a recovery point moves to cold storage, for at least 90. DynamoDB only."),
  })
  .meta({ examples: [{ deleteAfter: 35 }] });

const rule = z.strictObject({
  name: z
    .string()
    .regex(/^[0-9A-Za-z_.-]{1,50}$/, {
      error: "a name of 1 to 50 letters, digits, hyphens, underscores and periods, such as daily",
    })
    .meta({ examples: ["daily"] }),
  schedule: schedule("AWS Backup's schedule. Defaults to cron(0 5 ? * * *)."),
  timeZone,
  continuous: z
    .boolean()
    .optional()
    .describe("Continuous backups of existing RDS and Aurora databases, whose retention AWS Backup then owns"),
  lifecycle: lifecycle.optional().describe("How long recovery points are kept"),
  copyTo: z
    .array(
      z
        .strictObject({
          region: awsRegion.optional().describe("Another region, where a vault of the same name is declared"),
          vaultArn: arn(
            "the ARN of a backup vault, such as arn:aws:backup:us-west-2:123456789012:backup-vault:<name>",
            /^arn:[\w-]+:backup:[\w-]+:\d{12}:backup-vault:[\w-]{2,50}$/,
          )
            .optional()
            .describe("A vault that exists, perhaps of another account"),
          lifecycle: lifecycle.optional().describe("Defaults to the rule's. Days count from the backup."),
        })
        .refine((copy) => (copy.region === undefined) !== (copy.vaultArn === undefined), {
          error: 'either "region" (another region of this account) or "vaultArn" (a vault that exists), one of the two',
        }),
    )
    .optional()
    .describe("Where recovery points are copied to"),
  startWindowMinutes: minutes("Minutes within which a job has to start, at least 60. Defaults to 60."),
  completionWindowMinutes: minutes("Minutes within which a job has to end. Defaults to 480."),
});

/** Describes a list of `VaultRuleArgs`. */
export const awsRulesSchema = z.array(rule);

/** Describes `AwsVaultArgs`. */
export const awsVaultSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-zA-Z0-9_-]{2,50}$/, { error: "a name of 2 to 50 letters, digits, hyphens and underscores" })
      .meta({ examples: ["payments"] })
      .describe("The vault's name, in each region that has databases"),
    kmsKeyArn: kmsKeyArn
      .optional()
      .describe("A key of yours in the vault's region. Defaults to a key of its own in each region."),
    retainOnDelete: z
      .boolean()
      .optional()
      .describe("Whether vaults, policies, locks and keys stay when the stack is destroyed. Defaults to true."),
    acceptCopiesFrom: z
      .array(z.string().regex(/^\d{12}$/, { error: 'the twelve digits of an account, such as "123456789012"' }))
      .optional()
      .describe("Accounts that may copy into the vaults"),
    lock: z
      .strictObject({
        minRetentionDays: days("Fewest days of retention that the vault takes"),
        maxRetentionDays: days("Most days of retention that the vault takes"),
        changeableForDays: days("Days after which a lock in compliance mode is for ever, at least 3"),
        acknowledgeIrreversible: z
          .string()
          .optional()
          .describe("Repeats the vault's name: compliance mode, which nobody can undo. Left out: governance mode."),
      })
      .meta({ examples: [{ minRetentionDays: 7 }] })
      .optional()
      .describe("Keeps recovery points from being deleted, by anybody"),
    rules: awsRulesSchema.optional().describe("When databases are backed up, and how long that is kept"),
    selectByTag: z
      .strictObject({ key: z.string().min(1), value: z.string() })
      .optional()
      .describe("Selects the databases by a tag that they carry, rather than by their names"),
    keepRestored: z
      .strictObject({
        schedule: schedule("How often restored copies are backed up while they stand. Defaults to cron(0 * ? * * *)."),
        lifecycle: lifecycle.optional(),
      })
      .meta({ examples: [{ lifecycle: { deleteAfter: 400 } }] })
      .optional()
      .describe("Backs up what a restore has built, while it stands: all databases as of one restore point"),
    restoreTesting: z
      .strictObject({
        schedule: schedule("AWS Backup's schedule. Defaults to cron(0 12 ? * 1 *), Sundays."),
        timeZone,
        startWindowHours: z.int().min(1).max(168).optional(),
        selectionWindowDays: z.int().min(1).max(365).optional(),
        dbSubnetGroupName: subnetGroupName.optional().describe("The subnet group for restored databases"),
        vpcSecurityGroupIds: securityGroupIds.optional(),
      })
      .meta({ examples: [{ dbSubnetGroupName: "scalar-databases" }] })
      .optional()
      .describe("AWS Backup restores a recovery point of each database now and then, each by itself"),
    notifications: z
      .strictObject({
        emails: z
          .array(z.string().regex(/^[^@\s]+@[^@\s]+$/, { error: "an e-mail address, such as operations@example.com" }))
          .min(1, { error: "at least one e-mail address" })
          .meta({ examples: [["operations@example.com"]] }),
      })
      .optional()
      .describe("Who hears of jobs that failed, expired or completed with issues"),
  })
  .describe("AWS Backup, for the databases on AWS");
