import { Plan, Selection, Vault } from "@pulumi/aws/backup";
import type { Role } from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import type { AwsSettings } from "../cloud-settings";
import type { BackupPlanRun } from "./aws/overdue";
import { type BackupRole, declareServiceRole } from "./aws/role";
import { freeVaultName } from "./left-vault";

/** Where a continuous backup is kept, and as whom AWS Backup makes it. */
export interface ContinuousBackup {
  vault: Vault;
  role: Role;
  /** Has its policy before anything is backed up. */
  ready: pulumi.Resource[];
}

/** One database's continuous backup, made by AWS Backup. */
export interface ContinuousBackupArgs {
  /** What is backed up. */
  resourceArn: pulumi.Input<string>;
  /** Days that point-in-time recovery reaches back, 1 to 35. */
  retentionDays: pulumi.Input<number>;
  region: string;
  tags: Record<string, string>;
}

/** Declares vaults and the role on first demand: a set that needs no AWS Backup has none. */
export function continuousBackups(
  name: string,
  tags: Record<string, string>,
  aws: AwsSettings,
  parent: pulumi.Resource,
): (region: string) => ContinuousBackup {
  const byRegion = new Map<string, ContinuousBackup>();
  let role: BackupRole | undefined;
  return (region) => {
    role ??= declareServiceRole(
      {
        name: `${name}-backup-role`,
        policy: "AWSBackupServiceRolePolicyForBackup",
        work: "to keep databases continuously backed up",
        ...{ region, tags },
      },
      parent,
    );
    const found = byRegion.get(region);
    if (found) return found;
    const vaultName = `${name}-${pulumi.getStack()}`;
    const avoid = "use another name for this stack, after which the vault is called";
    const vault = new Vault(
      `${name}-vault-${region}`,
      { name: freeVaultName({ vaultName, region, avoid }, aws, parent), region, tags },
      // Recovery points outlive the program that asked for them.
      { parent, protect: true, retainOnDelete: true },
    );
    const made = { vault, ...role };
    byRegion.set(region, made);
    return made;
  };
}

/** When the plan of a database runs. */
export function continuousPlan(name: string): BackupPlanRun {
  return {
    name: `${name}-${pulumi.getStack()}`,
    // The daily run also hands a changed retention to the database.
    schedule: "cron(0 5 ? * * *)",
    timeZone: "Etc/UTC",
    startWindowMinutes: 60,
    completionWindowMinutes: 480,
  };
}

/** Declares the plan and the selection that keep one database continuously backed up. */
export function declareContinuousBackup(
  name: string,
  args: ContinuousBackupArgs,
  into: ContinuousBackup,
  parent: pulumi.Resource,
): Plan {
  const run = continuousPlan(name);
  const plan = new Plan(
    `${name}-plan`,
    {
      name: run.name,
      region: args.region,
      rules: [
        {
          ruleName: "continuous",
          targetVaultName: into.vault.name,
          enableContinuousBackup: true,
          schedule: run.schedule,
          startWindow: run.startWindowMinutes,
          completionWindow: run.completionWindowMinutes,
          // Continuous backups take 1 to 35 days and no cold storage: AWS Backup refuses anything else.
          lifecycle: { deleteAfter: args.retentionDays },
        },
      ],
      tags: args.tags,
    },
    { parent },
  );
  new Selection(
    `${name}-selection`,
    {
      name: `${name}-${pulumi.getStack()}`,
      region: args.region,
      planId: plan.id,
      iamRoleArn: into.role.arn,
      resources: [args.resourceArn],
    },
    { parent, dependsOn: into.ready },
  );
  return plan;
}
