import { z } from "zod";
import { kmsKeyArn, securityGroupIds, subnetGroupName } from "../../databases/schema";
import { type Shape, wholeNumber } from "../../schema-tools";
import {
  awsSchedule,
  awsTimeZone,
  type LifecycleArgs,
  lifecycleSchema,
  type VaultRuleArgs,
  vaultDays,
  vaultRulesSchema,
} from "./rule-args";

/** Keeps recovery points from being deleted, by anybody. */
export interface VaultLockArgs {
  /** Fewest days of retention that the vault takes. */
  minRetentionDays?: number;
  /** Most days of retention that the vault takes. */
  maxRetentionDays?: number;
  /** Days, at least 3, after which a lock in compliance mode can never be changed again. Needs `acknowledgeIrreversible`. */
  changeableForDays?: number;
  /**
   * Repeats the vault's name: compliance mode, which cannot be undone, not even by AWS. Without it: governance mode.
   */
  acknowledgeIrreversible?: string;
}

const lockSchema = z
  .strictObject({
    minRetentionDays: vaultDays.optional().describe("Fewest days of retention that the vault takes"),
    maxRetentionDays: vaultDays.optional().describe("Most days of retention that the vault takes"),
    changeableForDays: vaultDays
      .optional()
      .describe("Days after which a lock in compliance mode is for ever, at least 3"),
    acknowledgeIrreversible: z
      .string()
      .optional()
      .describe("Repeats the vault's name: compliance mode, which cannot be undone. Without it: governance mode."),
  } satisfies Shape<VaultLockArgs>)
  .meta({ examples: [{ minRetentionDays: 7 }] });

/** AWS Backup restores a recovery point of each database now and then, and removes what it restored. */
export interface RestoreTestingArgs {
  /** AWS Backup's schedule. Defaults to `cron(0 12 ? * 1 *)`, Sundays. */
  schedule?: string;
  /** The schedule's time zone. Defaults to Etc/UTC. */
  timeZone?: string;
  /** Hours within which a test has to start, 1 to 168. Defaults to 24. */
  startWindowHours?: number;
  /** Days that recovery points are chosen from, 1 to 365. Defaults to 7. */
  selectionWindowDays?: number;
  /** The subnet group for restored RDS and Aurora databases. Defaults to the account's default one. */
  dbSubnetGroupName?: string;
  /** The security groups for restored RDS and Aurora databases. Defaults to the VPC's default one. */
  vpcSecurityGroupIds?: string[];
}

const restoreTestingSchema = z
  .strictObject({
    schedule: awsSchedule.optional().describe("AWS Backup's schedule. Defaults to cron(0 12 ? * 1 *), Sundays."),
    timeZone: awsTimeZone,
    startWindowHours: wholeNumber({ min: 1, max: 168 })
      .optional()
      .describe("Hours within which a test has to start. Defaults to 24."),
    selectionWindowDays: wholeNumber({ min: 1, max: 365 })
      .optional()
      .describe("Days that recovery points are chosen from. Defaults to 7."),
    dbSubnetGroupName: subnetGroupName.optional().describe("The subnet group for restored databases"),
    vpcSecurityGroupIds: securityGroupIds
      .optional()
      .describe("The security groups for restored databases. Default to the VPC's default one."),
  } satisfies Shape<RestoreTestingArgs>)
  .meta({ examples: [{ dbSubnetGroupName: "scalar-databases" }] });

/** Who is notified of jobs that failed, expired or completed with issues. */
export interface VaultNotificationsArgs {
  /** Addresses that are subscribed to an encrypted topic; each has to confirm that by a click. */
  emails: string[];
}

const notificationsSchema = z.strictObject({
  emails: z
    .array(z.string().regex(/^[^@\s]+@[^@\s]+$/, { error: "an e-mail address, such as operations@example.com" }))
    .min(1, { error: "at least one e-mail address" })
    .meta({ examples: [["operations@example.com"]] })
    .describe("Addresses that are subscribed to an encrypted topic; each has to confirm that by a click"),
} satisfies Shape<VaultNotificationsArgs>);

/** Backups of restored copies: all databases as of one restore point. */
export interface KeepRestoredArgs {
  /** How often restored copies are backed up while they exist. Defaults to `cron(0 * ? * * *)`, every hour. */
  schedule?: string;
  /** How long these recovery points are kept. */
  lifecycle?: LifecycleArgs;
}

const keepRestoredSchema = z
  .strictObject({
    schedule: awsSchedule
      .optional()
      .describe("How often restored copies are backed up while they exist. Defaults to cron(0 * ? * * *)."),
    lifecycle: lifecycleSchema.optional().describe("How long these recovery points are kept"),
  } satisfies Shape<KeepRestoredArgs>)
  .meta({ examples: [{ lifecycle: { deleteAfter: 400 } }] });

/** Selects databases by a tag of theirs, rather than by their names. */
export interface SelectByTagArgs {
  /** The tag's key. */
  key: string;
  /** The tag's value. */
  value: string;
}

const selectByTagSchema = z.strictObject({
  key: z.string().min(1).describe("The tag's key"),
  value: z.string().describe("The tag's value"),
} satisfies Shape<SelectByTagArgs>);

/** A vault of AWS Backup for the databases of the set that are on AWS, in each region that has any. */
export interface AwsVaultArgs {
  /** 2 to 50 letters, digits, hyphens and underscores. */
  name: string;
  /** A KMS key of yours, in the vault's region. Defaults to a key of its own in each region, declared here. */
  kmsKeyArn?: string;
  /** Whether vaults, their policies, locks and keys stay when the stack is destroyed. Defaults to true. */
  retainOnDelete?: boolean;
  /** Accounts, by their numbers, that may copy into the vaults. */
  acceptCopiesFrom?: string[];
  /** Keeps recovery points from being deleted. Defaults to none. */
  lock?: VaultLockArgs;
  /** At least one, unless every database has rules of its own. */
  rules?: VaultRuleArgs[];
  /** Selects the databases by a tag that they carry, rather than by their names. */
  selectByTag?: SelectByTagArgs;
  /** Keeps copies of restore points, too: what a restore has built is backed up into the vault while it exists. */
  keepRestored?: KeepRestoredArgs;
  /** AWS Backup regularly restores a recovery point of each database, each by itself. Defaults to none. */
  restoreTesting?: RestoreTestingArgs;
  /** Who is notified of jobs that failed, expired or completed with issues. Defaults to none. */
  notifications?: VaultNotificationsArgs;
}

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
    lock: lockSchema.optional().describe("Keeps recovery points from being deleted, by anybody"),
    rules: vaultRulesSchema.optional().describe("When databases are backed up, and how long that is kept"),
    selectByTag: selectByTagSchema
      .optional()
      .describe("Selects the databases by a tag that they carry, rather than by their names"),
    keepRestored: keepRestoredSchema
      .optional()
      .describe("Backs up what a restore has built, while it exists: all databases as of one restore point"),
    restoreTesting: restoreTestingSchema
      .optional()
      .describe("AWS Backup restores a recovery point of each database now and then, each by itself"),
    notifications: notificationsSchema
      .optional()
      .describe("Who is notified of jobs that failed, expired or completed with issues"),
  } satisfies Shape<AwsVaultArgs>)
  .describe("AWS Backup, for the databases on AWS");
