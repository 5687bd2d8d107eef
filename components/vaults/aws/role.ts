import { Role, RolePolicy, RolePolicyAttachment } from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import { type AwsPartition, awsPartition } from "../../../restore-points/rules/aws-partition";
import { tablesPolicy } from "../../../restore-points/rules/iam-policy";
import { roleName } from "../../iam-role-name";

const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "backup.amazonaws.com" }, Action: "sts:AssumeRole" }],
});

/** As whom AWS Backup works, and what has to exist before it can. */
export interface BackupRole {
  role: Role;
  ready: pulumi.Resource[];
}

/** A role with one of AWS's own policies. */
interface ServiceRole {
  name: string;
  /** The policy's name. */
  policy: string;
  /** What it is for, as the end of its description. */
  work: string;
  region: string;
  tags: Record<string, string>;
}

/** What a role may back up: databases of one type, by their ARNs. */
export interface RoleDatabase {
  resourceType: string;
  region: string | undefined;
  resources: pulumi.Input<pulumi.Input<string>[]>;
}

/**
 * Declares a role that may back up only the given databases: AWS's own policy for it reaches into every service
 * that AWS Backup knows.
 */
export function declareBackupRole(
  name: string,
  databases: RoleDatabase[],
  tags: Record<string, string>,
  parent: pulumi.Resource,
): BackupRole {
  const role = new Role(
    `${name}-role`,
    {
      ...roleName(`${name}-role`),
      description: "AWS Backup works as this role to back up ScalarDB's databases",
      assumeRolePolicy: TRUST,
      tags,
    },
    { parent },
  );
  const partition = awsPartition(databases[0]?.region ?? "");
  const resourcesOf = (dynamodb: boolean) =>
    pulumi
      .all(
        databases
          .filter(({ resourceType }) => (resourceType === "DynamoDB") === dynamodb)
          .map(({ resources }) => pulumi.output(resources)),
      )
      .apply((lists) => lists.flat());
  const policy = new RolePolicy(
    `${name}-role-policy`,
    {
      role: role.name,
      policy: pulumi
        .all([resourcesOf(true), resourcesOf(false)])
        .apply(([tables, databaseArns]) =>
          tablesPolicy(tables, (patterns) => backupPolicy(patterns, databaseArns, partition)),
        ),
    },
    { parent },
  );
  return { role, ready: [policy] };
}

/** The parts of AWSBackupServiceRolePolicyForBackup that concern these resources. */
function backupPolicy(tables: string[], databases: string[], { id: partition, dnsSuffix }: AwsPartition): string {
  const allow = (Sid: string, Action: string[], Resource: string[], Condition?: object) => ({
    Sid,
    Effect: "Allow",
    Action,
    Resource,
    ...(Condition && { Condition }),
  });
  const dynamodb = [
    allow(
      "Tables",
      ["dynamodb:CreateBackup", "dynamodb:DescribeTable", "dynamodb:ListTagsOfResource", "dynamodb:StartAwsBackupJob"],
      tables,
    ),
    allow(
      "TableBackups",
      ["dynamodb:DeleteBackup", "dynamodb:DescribeBackup"],
      tables.map((table) => `${table}/backup/*`),
    ),
    allow("TableKeys", ["kms:Decrypt", "kms:GenerateDataKey"], ["*"], {
      StringLike: { "kms:ViaService": `dynamodb.*.${dnsSuffix}` },
    }),
  ];
  const rds = [
    allow(
      "Databases",
      [
        "rds:AddTagsToResource",
        "rds:CreateDBClusterSnapshot",
        "rds:CreateDBSnapshot",
        "rds:ListTagsForResource",
        "rds:ModifyDBCluster",
        "rds:ModifyDBInstance",
      ],
      databases,
    ),
    // These know no resources, or snapshots that AWS copies from are automated ones with names of their own.
    allow(
      "DatabasesOfAccount",
      [
        "rds:CopyDBClusterSnapshot",
        "rds:CopyDBSnapshot",
        "rds:DescribeDBClusterAutomatedBackups",
        "rds:DescribeDBClusterSnapshots",
        "rds:DescribeDBClusters",
        "rds:DescribeDBInstances",
        "rds:DescribeDBSnapshots",
      ],
      ["*"],
    ),
    allow(
      "Snapshots",
      [
        "rds:AddTagsToResource",
        "rds:CreateDBClusterSnapshot",
        "rds:CreateDBSnapshot",
        "rds:DeleteDBClusterSnapshot",
        "rds:DeleteDBSnapshot",
        "rds:ListTagsForResource",
        "rds:ModifyDBClusterSnapshotAttribute",
        "rds:ModifyDBSnapshotAttribute",
      ],
      [`arn:${partition}:rds:*:*:snapshot:awsbackup:*`, `arn:${partition}:rds:*:*:cluster-snapshot:awsbackup:*`],
    ),
    allow(
      "AutomatedBackups",
      ["rds:DeleteDBClusterAutomatedBackup", "rds:DeleteDBInstanceAutomatedBackup"],
      [`arn:${partition}:rds:*:*:auto-backup:*`, `arn:${partition}:rds:*:*:cluster-auto-backup:*`],
    ),
  ];
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      ...(tables.length > 0 ? dynamodb : []),
      ...(databases.length > 0 ? rds : []),
      allow(
        "Vaults",
        ["backup:CopyIntoBackupVault", "backup:DescribeBackupVault"],
        [`arn:${partition}:backup:*:*:backup-vault:*`],
      ),
      allow("Copies", ["backup:CopyFromBackupVault"], ["*"]),
      allow("RecoveryPoints", ["backup:TagResource"], [`arn:${partition}:backup:*:*:recovery-point:*`]),
      allow("FindTagged", ["tag:GetResources"], ["*"]),
      allow("Keys", ["kms:DescribeKey"], ["*"]),
      allow("Grants", ["kms:CreateGrant"], ["*"], { Bool: { "kms:GrantIsForAWSResource": "true" } }),
    ],
  });
}

/** Declares the role as which AWS Backup restores for tests. What it makes has names of AWS's choice, so AWS's own policy serves. */
export function declareRestoreRole(
  name: string,
  region: string,
  tags: Record<string, string>,
  parent: pulumi.Resource,
): BackupRole {
  const policy = "AWSBackupServiceRolePolicyForRestores";
  return declareServiceRole({ name: `${name}-restore-role`, policy, work: "to test restores", region, tags }, parent);
}

/** Declares a role as which AWS Backup works by one of AWS's own policies. */
export function declareServiceRole(
  { name, policy, work, region, tags }: ServiceRole,
  parent: pulumi.Resource,
): BackupRole {
  const role = new Role(
    name,
    { ...roleName(name), description: `AWS Backup works as this role ${work}`, assumeRolePolicy: TRUST, tags },
    { parent },
  );
  const policyArn = `arn:${awsPartition(region).id}:iam::aws:policy/service-role/${policy}`;
  const attachment = new RolePolicyAttachment(`${name}-policy`, { role: role.name, policyArn }, { parent });
  return { role, ready: [attachment] };
}
