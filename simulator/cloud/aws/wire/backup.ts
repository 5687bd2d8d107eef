import type * as backup from "@aws-sdk/client-backup";
import type { Parameters } from "../authorization/requests";
import type { AwsCloud } from "../aws";
import { AwsError } from "../error";
import { page } from "./json";

/** Inferred: the model says only that 1 to 1000 may be asked for, and not how many come by default. */
const PAGE = 50;

/** One operation of a service that speaks REST: what its path looks like, its parameters, and what it does in a region. */
interface RestOperation {
  method: "GET";
  /** With a group for each parameter. */
  path: RegExp;
  /** The parameters in the path. */
  parameters?: readonly string[];
  /** What IAM's action is called. */
  action: string;
  query: readonly string[];
  run(query: URLSearchParams, region: string, ...parameters: string[]): object;
}

/** AWS Backup, REST with JSON [botocore, backup/2018-11-15]. */
export function backupOperations(cloud: AwsCloud): RestOperation[] {
  const at = (region: string) => cloud.backup.region(region);
  const paged = <Element>(elements: Element[], query: URLSearchParams) => {
    const limit = Number(query.get("maxResults") ?? PAGE);
    const { elements: some, next: NextToken } = page(elements, query.get("nextToken") ?? undefined, limit);
    return { some, NextToken };
  };
  return [
    {
      method: "GET",
      path: /^\/account-settings$/,
      action: "backup:DescribeRegionSettings",
      query: [],
      run: (_query, region): Partial<backup.DescribeRegionSettingsOutput> => ({
        ResourceTypeOptInPreference: { ...at(region).optIn },
        ResourceTypeManagementPreference: { DynamoDB: at(region).advancedDynamoDb },
      }),
    },
    {
      method: "GET",
      path: /^\/backup\/plans\/?$/,
      action: "backup:ListBackupPlans",
      query: ["maxResults", "nextToken"],
      run(query, region): Partial<backup.ListBackupPlansOutput> {
        const { some, NextToken } = paged(at(region).plans(), query);
        return {
          NextToken,
          BackupPlansList: some.map((plan) => ({
            BackupPlanId: plan.id,
            BackupPlanArn: plan.arn,
            BackupPlanName: plan.name,
            VersionId: plan.version,
            CreationDate: new Date(plan.versions[0] as number),
          })),
        };
      },
    },
    {
      method: "GET",
      path: /^\/backup\/plans\/([\w-]+)\/versions\/?$/,
      parameters: ["BackupPlanId"],
      action: "backup:ListBackupPlanVersions",
      query: ["maxResults", "nextToken"],
      run(query, region, id): Partial<backup.ListBackupPlanVersionsOutput> {
        const plan = at(region).findPlan(id as string);
        if (!plan) throw new AwsError("ResourceNotFoundException", `Cannot find Backup plan with ID ${id}`);
        const { some, NextToken } = paged(plan.versions, query);
        return {
          NextToken,
          BackupPlanVersionsList: some.map((made) => ({
            BackupPlanId: plan.id,
            BackupPlanName: plan.name,
            CreationDate: new Date(made),
          })),
        };
      },
    },
    {
      method: "GET",
      path: /^\/backup\/plans\/([\w-]+)\/selections\/?$/,
      parameters: ["BackupPlanId"],
      action: "backup:ListBackupSelections",
      query: ["maxResults", "nextToken"],
      run(query, region, planId): Partial<backup.ListBackupSelectionsOutput> {
        if (!at(region).findPlan(planId as string))
          throw new AwsError("ResourceNotFoundException", `Cannot find Backup plan with ID ${planId}`);
        const selections = at(region)
          .selections()
          .filter((selection) => selection.planId === planId);
        const { some, NextToken } = paged(selections, query);
        return {
          NextToken,
          BackupSelectionsList: some.map((selection) => ({
            SelectionId: selection.id,
            SelectionName: selection.name,
            BackupPlanId: planId,
            CreationDate: new Date(selection.createdAt),
            IamRoleArn: selection.roleArn,
          })),
        };
      },
    },
    {
      method: "GET",
      path: /^\/backup\/plans\/([\w-]+)\/selections\/([\w-]+)$/,
      parameters: ["BackupPlanId", "SelectionId"],
      action: "backup:GetBackupSelection",
      query: [],
      run(_query, region, planId, id): Partial<backup.GetBackupSelectionOutput> {
        const selection = at(region).findSelection(id as string);
        if (selection?.planId !== planId)
          throw new AwsError("ResourceNotFoundException", `Cannot find Backup selection with ID ${id}`);
        return {
          SelectionId: id,
          BackupPlanId: planId,
          CreationDate: new Date(selection?.createdAt as number),
          BackupSelection: {
            SelectionName: selection?.name,
            IamRoleArn: selection?.roleArn,
            Resources: selection?.resources,
            NotResources: selection?.notResources,
          },
        };
      },
    },
    {
      method: "GET",
      path: /^\/backup-vaults\/([a-zA-Z0-9_-]+)$/,
      parameters: ["BackupVaultName"],
      action: "backup:DescribeBackupVault",
      query: [],
      run(_query, region, name): Partial<backup.DescribeBackupVaultOutput> {
        const vault = at(region).vault(name as string);
        return {
          BackupVaultName: vault.name,
          BackupVaultArn: vault.arn,
          EncryptionKeyArn: vault.kmsKeyArn,
          NumberOfRecoveryPoints: vault.recoveryPoints.size,
        };
      },
    },
    {
      method: "GET",
      path: /^\/backup-jobs\/?$/,
      action: "backup:ListBackupJobs",
      query: ["resourceArn", "createdAfter", "maxResults", "nextToken"],
      run(query, region): Partial<backup.ListBackupJobsOutput> {
        const resourceArn = query.get("resourceArn");
        const after = Date.parse(query.get("createdAfter") ?? "1970-01-01T00:00:00Z");
        const wanted = at(region)
          .jobs()
          .filter((job) => job.type === "BACKUP" && job.createdAt > after)
          .filter((job) => resourceArn === null || job.resourceArn === resourceArn);
        const { some, NextToken } = paged(wanted, query);
        return {
          NextToken,
          BackupJobs: some.map((job) => ({
            BackupJobId: job.id,
            ResourceArn: job.resourceArn,
            BackupVaultName: job.vault,
            State: job.state,
            StatusMessage: job.message,
            CreationDate: new Date(job.createdAt),
          })),
        };
      },
    },
  ];
}

/** The operation that a request is for, ready to run in a region; undefined when it is for none that is simulated. */
export function readRest(
  operations: readonly RestOperation[],
  method: string,
  url: URL,
): { action: string; parameters: Parameters; run(region: string): object } | undefined {
  for (const operation of operations) {
    const found = operation.method === method ? operation.path.exec(url.pathname) : null;
    if (!found) continue;
    return {
      action: operation.action,
      parameters: Object.fromEntries((operation.parameters ?? []).map((name, index) => [name, found[index + 1]])),
      run(region) {
        const unknown = [...url.searchParams.keys()].find((name) => !operation.query.includes(name));
        if (unknown)
          throw new AwsError("InvalidParameterValueException", `The parameter ${unknown} is unknown or not simulated`);
        return operation.run(url.searchParams, region, ...found.slice(1));
      },
    };
  }
  return undefined;
}
