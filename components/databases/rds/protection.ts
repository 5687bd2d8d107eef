import type * as pulumi from "@pulumi/pulumi";
import type { DatabaseRange } from "../../../restore-points/ranges";
import { endProgram } from "../../faults";
import { declareContinuousBackup } from "../../vaults/continuous-backup";
import type { ProtectContext, ProtectedDatabase } from "../kind";

/** What AWS tells of an existing instance or cluster, as far as its protection goes. */
export interface RdsProtection {
  identifier: string;
  arn: string;
  /** Days of automated backups; 0 when they are off. */
  retentionDays: number;
  deletionProtection: boolean;
  storageEncrypted: boolean;
  range: DatabaseRange;
}

/** How it is to be protected. */
export interface RdsProtectionGoal {
  kind: string;
  /** `instance` or `cluster`. */
  what: string;
  region: string;
  days: number;
  /** False: look only, and refuse what falls short. */
  manage: boolean;
  notes: string[];
}

/** Has AWS Backup keep a continuous backup of what exists, be it an RDS instance, a Multi-AZ DB cluster or an Aurora cluster. */
export function protectExistingRds(
  name: string,
  observed: pulumi.Output<RdsProtection>,
  goal: RdsProtectionGoal,
  context: ProtectContext,
): ProtectedDatabase {
  const { kind, what, region, days, manage } = goal;
  if (manage)
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
      const faults = shortfalls(protection, days);
      if (!manage && faults.length > 0)
        return endProgram(
          `database ${name}: ${what} ${protection.identifier} falls short, and "manage: false" forbids to mend it here: ${faults.join("; ")}. Mend it where it is managed, or remove "manage: false".`,
        );
      return {
        name,
        kind,
        protectedBy: manage
          ? `AWS Backup's continuous backup of ${days} days in ${region}, which owns the ${what}'s retention`
          : `the ${what}'s own continuous backup of at least ${days} days in ${region}, managed elsewhere`,
        notes: [...(manage ? faults.map((fault) => noteOf(fault, what)) : []), ...goal.notes],
      };
    }),
    range: observed.apply(({ range }) => range),
  };
}

function shortfalls({ retentionDays, deletionProtection, storageEncrypted }: RdsProtection, days: number): string[] {
  const faults: string[] = [];
  if (retentionDays === 0) faults.push("its backup retention is 0 days, which is off");
  else if (retentionDays < days) faults.push(`its backup retention is ${retentionDays} days, below ${days}`);
  if (!deletionProtection) faults.push("deletion protection is off");
  if (!storageEncrypted) faults.push("its storage is not encrypted, and can be only by a restore");
  return faults;
}

function noteOf(fault: string, what: string): string {
  return fault.startsWith("its backup retention")
    ? `${fault}: AWS Backup raises it with its next daily run`
    : `${fault}: AWS Backup does not change that; change it on the ${what}`;
}
