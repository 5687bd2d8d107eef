import { PodIdentityAssociation } from "@pulumi/aws/eks";
import { Role, RolePolicy } from "@pulumi/aws/iam";
import type { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount";
import * as pulumi from "@pulumi/pulumi";
import { awsPartition } from "../../restore-points/rules/aws-partition";
import { tablesPolicy } from "../../restore-points/rules/iam-policy";
import { roleName } from "../iam-role-name";
import type { PauseAwsArgs, WindowBackupArgs } from "./args";

/** The annotation by which EKS gives the pods of a ServiceAccount a role. */
export const ROLE_ANNOTATION = "eks.amazonaws.com/role-arn";

/** Declares the role of the pauser's pod, which may ask for backups of these tables and find them, and do nothing else. */
export function declareAwsAccess(
  name: string,
  {
    aws,
    account,
    backups,
    tags,
  }: {
    aws: PauseAwsArgs;
    account: ServiceAccount;
    backups: WindowBackupArgs[];
    tags: pulumi.Input<Record<string, pulumi.Input<string>>>;
  },
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const clusterName = aws.eksCluster;
  if (clusterName === undefined) return [];
  const namespace = account.metadata.namespace;
  const serviceAccount = account.metadata.name;
  const role = new Role(
    `${name}-role`,
    {
      ...roleName(`${name}-role`),
      description: "The pauser makes DynamoDB backups in pause windows as this role",
      assumeRolePolicy: pulumi.all([namespace, serviceAccount]).apply(trustPolicy),
      tags,
    },
    opts,
  );
  const policy = new RolePolicy(`${name}-role-policy`, { role: role.name, policy: backupPolicy(backups) }, opts);
  const association = new PodIdentityAssociation(
    `${name}-role`,
    { clusterName, region: aws.region, namespace, serviceAccount, roleArn: role.arn, tags },
    opts,
  );
  return [policy, association];
}

/** The role accepts only pods of this ServiceAccount: EKS tags each session with where its pod is. */
function trustPolicy([namespace, serviceAccount]: [string, string]): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "pods.eks.amazonaws.com" },
        Action: ["sts:AssumeRole", "sts:TagSession"],
        Condition: {
          StringEquals: {
            "aws:RequestTag/kubernetes-namespace": namespace,
            "aws:RequestTag/kubernetes-service-account": serviceAccount,
          },
        },
      },
    ],
  });
}

function backupPolicy(backups: WindowBackupArgs[]): string {
  const tables = backups.flatMap(({ region, tables = [], prefixes = [] }) =>
    [...tables, ...prefixes.map((prefix) => `${prefix}*`)].map(
      (table) => `arn:${awsPartition(region).id}:dynamodb:${region}:*:table/${table}`,
    ),
  );
  return tablesPolicy(tables, (Resource) =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        // It knows no resources.
        { Sid: "FindTables", Effect: "Allow", Action: ["dynamodb:ListTables"], Resource: ["*"] },
        { Sid: "BackUpTables", Effect: "Allow", Action: ["dynamodb:CreateBackup"], Resource },
      ],
    }),
  );
}
