import { z } from "zod";
import { type RecoveryPeriod, recoveryPeriodFault } from "../rules/recovery-period";

/** An AWS region. */
export const awsRegion = z
  .string()
  .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, { error: "an AWS region, such as ap-northeast-1" });

/** The identifier of an RDS instance or cluster; `what` says which, with its article. */
export function rdsIdentifier(what: string) {
  return z
    .string()
    .regex(/^[a-z](-?[a-z0-9]+)*$/i, { error: `${what}: letters, digits and single hyphens` })
    .max(63, { error: `${what} of at most 63 characters` });
}

/** The class of an RDS instance. */
export const instanceClass = z
  .string({ error: "an instance class, such as db.r7g.large" })
  .regex(/^db\./, { error: "an instance class, such as db.r7g.large" });

/** The days of a kind's recovery period; `why` says what the limits come from. */
export function recoveryDays(period: RecoveryPeriod, why: string) {
  const { minimum, maximum } = period;
  const allowed = `a whole number of days from ${minimum} to ${maximum}; ${why}`;
  return z
    .number({ error: allowed })
    .refine((days) => recoveryPeriodFault(days, period) === undefined, { error: allowed })
    .meta({ type: "integer", minimum, maximum });
}

/** Exactly one of `existing` and `create`. */
export function eitherExistingOrCreate(args: { existing?: unknown; create?: unknown }): boolean {
  return (args.existing === undefined) !== (args.create === undefined);
}

export const EITHER = 'either "existing" (protect what exists) or "create" (declare it here), one of the two';
