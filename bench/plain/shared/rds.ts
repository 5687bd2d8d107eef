import * as aws from "@pulumi/aws";
import * as command from "@pulumi/command";
import { at, copyTags, suffix } from "./drill";

/** Keeps databases that exist continuously backed up, each by an AWS Backup plan of its own. */
export function protectDatabases(databases: { name: string; arn: string }[], days: number): void {
  const vault = new aws.backup.Vault("vault", { name: "databases" });
  const role = new aws.iam.Role("backup", {
    assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: "backup.amazonaws.com" }),
  });
  new aws.iam.RolePolicyAttachment("backup", {
    role: role.name,
    policyArn: "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup",
  });
  for (const { name, arn } of databases) {
    const plan = new aws.backup.Plan(name, {
      rules: [
        {
          ruleName: "continuous",
          targetVaultName: vault.name,
          schedule: "cron(0 5 ? * * *)",
          enableContinuousBackup: true,
          lifecycle: { deleteAfter: days },
        },
      ],
    });
    new aws.backup.Selection(name, { planId: plan.id, iamRoleArn: role.arn, resources: [arn] });
  }
}

/** A copy of an Aurora cluster as of the instant. */
export function restoreCluster(source: string, engine: "aurora-postgresql" | "aurora-mysql", instances: number): void {
  const cluster = new aws.rds.Cluster(
    `${source}-copy`,
    {
      clusterIdentifier: `${source}-${suffix}`,
      engine,
      restoreToPointInTime: { sourceClusterIdentifier: source, restoreToTime: at, restoreType: "full-copy" },
      backupRetentionPeriod: 1,
      deletionProtection: false,
      skipFinalSnapshot: true,
      storageEncrypted: true,
      tags: copyTags,
    },
    { ignoreChanges: ["restoreToPointInTime"] },
  );
  for (let number = 1; number <= instances; number++) {
    new aws.rds.ClusterInstance(`${source}-copy-${number}`, {
      identifier: `${source}-${suffix}-${number}`,
      clusterIdentifier: cluster.id,
      engine,
      instanceClass: "db.r7g.large",
      tags: copyTags,
    });
  }
}

/** A copy of an RDS instance as of the instant, and what a restore does not take. */
export function restoreInstance(source: string): void {
  const identifier = `${source}-${suffix}`;
  const instance = new aws.rds.Instance(
    `${source}-copy`,
    {
      identifier,
      instanceClass: "db.m7g.large",
      restoreToPointInTime: { sourceDbInstanceIdentifier: source, restoreTime: at },
      deletionProtection: false,
      skipFinalSnapshot: true,
      tags: copyTags,
    },
    { ignoreChanges: ["restoreToPointInTime"] },
  );
  new command.local.Command(
    `${source}-copy-settings`,
    {
      create: `aws rds modify-db-instance --db-instance-identifier ${identifier} --backup-retention-period 7 --apply-immediately`,
    },
    { dependsOn: [instance] },
  );
}
