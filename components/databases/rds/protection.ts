import * as pulumi from "@pulumi/pulumi";
import { isTakingAName } from "../../../operations/taking-name";
import { counted } from "../../../restore-points/counted";
import { messageOf } from "../../../restore-points/error-message";
import type { ReportedRange } from "../../../restore-points/ranges";
import { SWITCHED_OVER_TAG } from "../../../restore-points/rules/tag-keys";
import { endProgram, orEnd } from "../../problem";
import { type BackupPlanRun, overdueBecause } from "../../vaults/aws/overdue";
import { continuousPlan, declareContinuousBackup } from "../../vaults/continuous-backup";
import type { ProtectContext, ProtectedDatabase } from "../kind";

/** The protection settings of an existing instance or cluster. */
export interface RdsProtection {
  identifier: string;
  arn: string;
  /** Days of automated backups; 0 when they are off. */
  retentionDays: number;
  deletionProtection: boolean;
  storageEncrypted: boolean;
  /** Whether nothing but its retained backups is left. */
  deleted?: boolean;
  /** Since when it has its name, by which AWS Backup selects it. */
  named?: Date | undefined;
  /** AWS's word for the state it is in. */
  status?: string;
  range: ReportedRange;
}

/** States in which RDS takes no automated backups, and that it does not leave by itself for an available one. */
const UNPROTECTED = new Set([
  "deleting",
  "failed",
  "inaccessible-encryption-credentials",
  "incompatible-network",
  "incompatible-restore",
  "restore-error",
  "stopped",
  "stopping",
]);

const RETAINED = '"deleted: true" under its "existing" restores from the automated backups that AWS retains';

/**
 * Since when a database has its name. In a switch-over, a copy gets it from the database that it replaces; what AWS Backup did
 * before under this name, it did with that one.
 */
export function namedSince(created: Date | undefined, tags: Record<string, string>): Date | undefined {
  if (isTakingAName(tags)) return new Date();
  const switchedOver = tags[SWITCHED_OVER_TAG];
  return switchedOver === undefined ? created : new Date(switchedOver);
}

/** Why nothing backs a database up in its state, with the fix; absent while AWS does, or soon will again. */
export function stateProblem(what: string, status: string | undefined, onceGone = RETAINED): string | undefined {
  if (status === undefined || !UNPROTECTED.has(status)) return undefined;
  if (status === "deleting") return `the ${what} is being deleted; once it is gone, ${onceGone}`;
  const fix = status.startsWith("stop") ? "start it" : "repair it, or restore it";
  return `the ${what} is ${status}, so that nothing backs it up now: ${fix}; what was backed up before can be restored`;
}

/** How it is to be protected. */
export interface RdsProtectionGoal {
  kind: string;
  /** `instance` or `cluster`. */
  what: string;
  region: string;
  days: number;
  /** False: only check the database, and refuse settings that do not meet the configuration. */
  manage: boolean;
  notes: string[];
}

/** What is declared here with its protection, and can be restored as far as `range` says. */
export function declaredRds(
  name: string,
  { kind, what, region, days, notes }: Omit<RdsProtectionGoal, "manage">,
  identifier: pulumi.Input<string>,
  range: (identifier: string) => Promise<ReportedRange>,
): ProtectedDatabase {
  return {
    status: pulumi.output({
      name,
      kind,
      protectedBy: `the ${what}'s own continuous backup of ${counted(days, "day")} in ${region}, declared here`,
      notes,
    }),
    range: pulumi.output(identifier).apply((id) => orEnd(`database ${name}`, () => range(id))),
  };
}

/** Has AWS Backup keep a continuous backup of an existing RDS instance or Aurora cluster. */
export function protectExistingRds(
  name: string,
  observed: pulumi.Output<RdsProtection>,
  goal: RdsProtectionGoal,
  context: ProtectContext,
): ProtectedDatabase {
  const { kind, what, region, manage } = goal;
  const kept = context.keptContinuously?.(name);
  const days = kept?.days ?? goal.days;
  if (manage && kept === undefined)
    declareContinuousBackup(
      name,
      {
        resourceArn: observed.apply(({ arn }) => arn),
        retentionDays: days,
        region,
        tags: context.tags,
      },
      context.continuousBackup(region),
      context.parent,
    );
  return {
    status: observed.apply(async (protection) => {
      if (protection.deleted)
        return {
          name,
          kind,
          protectedBy: `automated backups that AWS retains of the deleted ${what} in ${region}`,
          notes: [
            "retained backups go one by one as they come of age, and nothing is backed up any more: restore soon",
            ...goal.notes,
          ],
        };
      const state = stateProblem(what, protection.status);
      // No error: in a disaster, a database in such a state is just what has to be restored.
      if (state) pulumi.log.warn(`database ${name}: ${state}`, context.parent);
      const problems = rdsShortfalls(protection, days);
      // AWS Backup does nothing in another state, as the message above says.
      if (manage && state === undefined && protection.retentionDays < days)
        await refuseOverdue(name, protection, { days, region, what, run: kept?.plan ?? continuousPlan(name) }, context);
      if (!manage && problems.length > 0) return endProgram(refusal(name, what, protection, problems));
      return {
        name,
        kind,
        protectedBy: manage
          ? `AWS Backup's continuous backup of ${counted(days, "day")} in ${region}${kept ? `, in vault ${kept.vault}` : ""}, which owns the ${what}'s retention`
          : `the ${what}'s own continuous backup of at least ${counted(days, "day")} in ${region}, managed elsewhere`,
        notes: [
          ...(state ? [state] : []),
          ...(manage ? problems.map((problem) => noteOf(problem, what)) : []),
          ...goal.notes,
        ],
      };
    }),
    range: observed.apply(({ range }) => range),
  };
}

/** Ends the program if AWS Backup should already have raised the retention. */
async function refuseOverdue(
  name: string,
  { identifier, arn, named, retentionDays }: RdsProtection,
  { days, region, what, run }: { days: number; region: string; what: string; run: BackupPlanRun },
  { aws, parent }: ProtectContext,
): Promise<void> {
  let because: string | undefined;
  try {
    because = await overdueBecause({ arn, region, named }, run, aws);
  } catch (error) {
    await pulumi.log.warn(
      `database ${name}: whether AWS Backup has failed to raise the ${what}'s backup retention is not known (${messageOf(error)}): allow backup:ListBackupPlans, backup:ListBackupSelections, backup:GetBackupSelection, backup:ListBackupPlanVersions and backup:ListBackupJobs`,
      parent,
    );
  }
  if (because !== undefined)
    await endProgram(
      `database ${name}: the backup retention of ${what} ${identifier} is ${counted(retentionDays, "day")}, below ${days}, and stays so: ${because}. Fix that and have AWS Backup run again, or set "manage: false" and raise the retention yourself`,
    );
}

/** What ends the program where protection is managed elsewhere, and lacks something. */
export function refusal(name: string, what: string, { identifier }: RdsProtection, problems: string[]): string {
  return `database ${name}: ${what} ${identifier} does not meet the configuration, and "manage: false" does not allow to fix it here: ${problems.join("; ")}. Fix it where it is managed, or remove "manage: false".`;
}

const RETENTION = "its backup retention";

/** What a database lacks of its protection, as text. */
export function rdsShortfalls(
  {
    retentionDays,
    deletionProtection,
    storageEncrypted,
  }: Pick<RdsProtection, "retentionDays" | "deletionProtection" | "storageEncrypted">,
  days: number,
): string[] {
  const problems: string[] = [];
  if (retentionDays === 0) problems.push(`${RETENTION} is 0 days, which is off`);
  else if (retentionDays < days) problems.push(`${RETENTION} is ${counted(retentionDays, "day")}, below ${days}`);
  if (!deletionProtection) problems.push("deletion protection is off");
  if (!storageEncrypted) problems.push("its storage is not encrypted, and can be only by a restore");
  return problems;
}

/** Whether one of `rdsShortfalls` is about the retention, which is raised in another way than the rest. */
export function isRetention(problem: string): boolean {
  return problem.startsWith(RETENTION);
}

function noteOf(problem: string, what: string): string {
  return isRetention(problem)
    ? `${problem}: AWS Backup raises it with its next daily run`
    : `${problem}: AWS Backup does not change that; change it on the ${what}`;
}
