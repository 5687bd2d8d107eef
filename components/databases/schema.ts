import { z } from "zod";
import { awsRegionHint } from "../../restore-points/rules/aws-region";
import { type RecoveryPeriod, recoveryPeriodProblem } from "../../restore-points/rules/recovery-period";

/** An AWS region. */
export const awsRegion = z
  .string({ error: "an AWS region, such as ap-northeast-1" })
  .refine((region) => awsRegionHint(region) === undefined, {
    error: ({ input }) => `an AWS region; ${awsRegionHint(String(input))}`,
  })
  .meta({ pattern: "^[a-z]{2,4}(-[a-z]+)+-\\d$", examples: ["ap-northeast-1"] });

/** Where a database on AWS is; `what` is the beginning of a sentence, such as "the tables are". */
export function region(what: string) {
  return awsRegion.optional().describe(`Where ${what}. Defaults to aws:region.`);
}

/** Whether what protects an existing database is changed where it does not meet the args. */
export const manage = z
  .boolean()
  .optional()
  .describe("False: change nothing, and fail if a setting does not meet this configuration. Defaults to true.");

/** A KMS key of the user's. */
export const kmsKeyArn = z
  .string()
  .regex(/^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/[\w-]+$/, {
    error: "the ARN of a KMS key, such as arn:aws:kms:ap-northeast-1:123456789012:key/<id> (not an alias)",
  })
  .meta({ examples: ["arn:aws:kms:ap-northeast-1:123456789012:key/12345678-90ab-cdef-1234-567890abcdef"] });

/** The identifier of an RDS instance or cluster; `what` says which, with its article. */
export function rdsIdentifier(what: string) {
  return (
    z
      .string({ error: `${what}, such as customers-prod` })
      // Not "[a-z0-9]+" in the group: with a long endpoint in place of an identifier, the search would take years.
      .regex(/^[a-zA-Z](-?[a-zA-Z0-9])*$/, { error: `${what}: letters, digits and single hyphens` })
      .max(63, { error: `${what} of at most 63 characters` })
      .meta({ examples: ["customers-prod"] })
  );
}

/** The class of an RDS instance. */
export const instanceClass = z
  .string({ error: "an instance class, such as db.r7g.large" })
  .regex(/^db(\.[a-z0-9-]+)+$/, { error: "an instance class, which begins with db., such as db.r7g.large" })
  .meta({ examples: ["db.r7g.large"] });

/** The name of a DB subnet group. People write the id of a subnet in its place. */
export const subnetGroupName = z
  .string()
  .regex(/^(?!subnet-[0-9a-f]+$)[\w. -]{1,255}$/, {
    error: "the name of a DB subnet group (a group of subnets, not the id of one), such as scalar-databases",
  })
  .meta({ examples: ["scalar-databases"] });

/** The name of a DB parameter group. */
export const parameterGroupName = z
  .string()
  .regex(/^[a-zA-Z][\w.-]{0,254}$/, { error: "the name of a parameter group, such as default.aurora-postgresql16" });

/** The ids of security groups. */
export const securityGroupIds = z
  .array(z.string().regex(/^sg-[0-9a-f]+$/, { error: "the id of a security group, such as sg-0123456789abcdef0" }))
  .min(1, { error: "at least one security group, such as sg-0123456789abcdef0" })
  .meta({ examples: [["sg-0123456789abcdef0"]] });

/** The name of a database within a server; it becomes a part of the JDBC URL. */
export const databaseName = z
  .string()
  .regex(/^[^\s/?#:;&%"'\\]+$/, { error: "the name of a database in the server, such as customers" })
  .describe("The database that ScalarDB connects to, for the JDBC URL")
  .meta({ examples: ["customers"] });

/** The days of a kind's recovery period; `why` says what the limits come from. */
export function recoveryDays(period: RecoveryPeriod, why: string) {
  const { minimum, maximum } = period;
  const allowed = `a whole number of days from ${minimum} to ${maximum} (${why})`;
  return z
    .number({ error: allowed })
    .refine((days) => recoveryPeriodProblem(days, period) === undefined, { error: allowed })
    .meta({ type: "integer", minimum, maximum, examples: [maximum] });
}

/** Exactly one of `existing` and `create`. */
export function eitherExistingOrCreate(args: { existing?: unknown; create?: unknown }): boolean {
  return (args.existing === undefined) !== (args.create === undefined);
}

export const EITHER = 'either "existing" (protect what exists) or "create" (declare it here), one of the two';
