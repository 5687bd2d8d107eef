import { RestoreTestingPlan, RestoreTestingSelection, type Vault } from "@pulumi/aws/backup";
import * as pulumi from "@pulumi/pulumi";
import type { RestoreTestingArgs } from "./args";
import type { BackupRole } from "./role";
import { continuousRule, type VaultedDatabase } from "./rules";

/** AWS Backup takes no more ARNs in one selection. */
const MOST_ARNS = 30;

/** Has AWS Backup restore a recovery point of each database in the region now and then, each by itself. */
export function declareRestoreTesting(
  name: string,
  region: string,
  args: RestoreTestingArgs,
  databases: readonly VaultedDatabase[],
  {
    vault,
    role,
    tags,
    parent,
  }: { vault: Vault; role: BackupRole; tags: Record<string, string>; parent: pulumi.Resource },
): void {
  const continuous = databases.some((database) => continuousRule(database) !== undefined);
  const snapshots = databases.some(({ rules }) => rules.some((rule) => !rule.continuous));
  const plan = new RestoreTestingPlan(
    `${name}-testing-${region}`,
    {
      name: underscored(`${name}_${pulumi.getStack()}`),
      region,
      scheduleExpression: args.schedule ?? "cron(0 12 ? * 1 *)",
      scheduleExpressionTimezone: args.timeZone ?? "Etc/UTC",
      startWindowHours: args.startWindowHours ?? 24,
      recoveryPointSelection: {
        algorithm: "LATEST_WITHIN_WINDOW",
        includeVaults: [vault.arn],
        recoveryPointTypes: [...(continuous ? ["CONTINUOUS"] : []), ...(snapshots ? ["SNAPSHOT"] : [])],
        selectionWindowDays: args.selectionWindowDays ?? 7,
      },
      tags,
    },
    { parent },
  );
  for (const { name: database, source } of databases) {
    const overrides: Record<string, string> =
      source.resourceType === "DynamoDB"
        ? {}
        : {
            ...(args.dbSubnetGroupName && { dbSubnetGroupName: args.dbSubnetGroupName }),
            ...(args.vpcSecurityGroupIds && { vpcSecurityGroupIds: JSON.stringify(args.vpcSecurityGroupIds) }),
          };
    new RestoreTestingSelection(
      `${name}-testing-${database}`,
      {
        name: underscored(database),
        region,
        restoreTestingPlanName: plan.name,
        iamRoleArn: role.role.arn,
        protectedResourceType: source.resourceType,
        protectedResourceArns: source.arns().apply((arns) => arns.slice(0, MOST_ARNS)),
        restoreMetadataOverrides: overrides,
      },
      { parent, dependsOn: role.ready },
    );
  }
}

/** Hyphens are refused in these names alone. */
function underscored(name: string): string {
  return name.replaceAll(/[^a-zA-Z0-9_]/g, "_").slice(0, 50);
}
