import {
  BackupClient,
  type BackupJob,
  DescribeBackupVaultCommand,
  DescribeRegionSettingsCommand,
  GetBackupSelectionCommand,
  paginateListBackupJobs,
  paginateListBackupPlans,
  paginateListBackupPlanVersions,
  paginateListBackupSelections,
  ResourceNotFoundException,
} from "@aws-sdk/client-backup";
import { answered } from "./answered";
import { type AwsAccessSource, awsClientConfig } from "./aws";

/** Which types of resources a region has AWS Backup protect, by AWS Backup's names of them. */
export async function readOptIn(region: string, access: AwsAccessSource): Promise<Record<string, boolean>> {
  const client = new BackupClient(awsClientConfig(region, access));
  const { ResourceTypeOptInPreference } = await client.send(new DescribeRegionSettingsCommand({}));
  return ResourceTypeOptInPreference ?? {};
}

/** How many recovery points a vault has; undefined if there is no vault of this name. */
export async function recoveryPointsIn(
  { region, vaultName }: { region: string; vaultName: string },
  access: AwsAccessSource,
): Promise<number | undefined> {
  const client = new BackupClient(awsClientConfig(region, access));
  try {
    const found = await client.send(new DescribeBackupVaultCommand({ BackupVaultName: vaultName }));
    return found.NumberOfRecoveryPoints ?? 0;
  } catch (error) {
    // AWS refuses access to vaults that do not exist. [Terraform AWS provider, internal/service/backup/vault.go, findVaultByName]
    if (error instanceof ResourceNotFoundException || (error instanceof Error && /^AccessDenied/.test(error.name)))
      return undefined;
    throw error;
  }
}

/**
 * Since when a plan has been as it is now for a resource: it was last changed, or had the resource selected. Undefined when there
 * is no plan of this name, or it does not select the resource.
 */
export async function planAppliesSince(
  { region, planName, arn }: { region: string; planName: string; arn: string },
  access: AwsAccessSource,
): Promise<Date | undefined> {
  const client = new BackupClient(awsClientConfig(region, access));
  const dates: Date[] = [];
  for await (const { BackupPlansList = [] } of paginateListBackupPlans({ client }, {})) {
    for (const plan of BackupPlansList.filter((each) => each.BackupPlanName === planName)) {
      const BackupPlanId = answered(plan, "BackupPlanId");
      const selected = await selectedSince(client, BackupPlanId, arn);
      if (selected === undefined) continue;
      dates.push(selected);
      for await (const page of paginateListBackupPlanVersions({ client }, { BackupPlanId }))
        for (const { CreationDate: made } of page.BackupPlanVersionsList ?? []) if (made) dates.push(made);
    }
  }
  return newestOf(dates);
}

/** When a plan's selection of a resource, by its ARN or among all by tags, was made. */
async function selectedSince(client: BackupClient, BackupPlanId: string, arn: string): Promise<Date | undefined> {
  const dates: Date[] = [];
  for await (const page of paginateListBackupSelections({ client }, { BackupPlanId })) {
    for (const { SelectionId, CreationDate: made } of page.BackupSelectionsList ?? []) {
      const { BackupSelection: found } = await client.send(
        new GetBackupSelectionCommand({ BackupPlanId, SelectionId }),
      );
      if (made && found?.Resources?.some((resource) => resource === arn || resource === "*")) dates.push(made);
    }
  }
  return newestOf(dates);
}

function newestOf(dates: readonly Date[]): Date | undefined {
  return dates.reduce<Date | undefined>((newest, date) => (newest && newest > date ? newest : date), undefined);
}

/** The newest of a database's backup jobs since an instant. */
export async function newestBackupJob(
  region: string,
  resourceArn: string,
  since: Date,
  access: AwsAccessSource,
): Promise<BackupJob | undefined> {
  const client = new BackupClient(awsClientConfig(region, access));
  const jobs: BackupJob[] = [];
  const request = { ByResourceArn: resourceArn, ByCreatedAfter: since };
  for await (const page of paginateListBackupJobs({ client }, request)) jobs.push(...(page.BackupJobs ?? []));
  const time = ({ CreationDate }: BackupJob) => CreationDate?.getTime() ?? 0;
  return jobs.sort((a, b) => time(b) - time(a))[0];
}
