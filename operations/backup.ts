import {
  BackupClient,
  type BackupJob,
  DescribeRegionSettingsCommand,
  paginateListBackupJobs,
  paginateListBackupPlans,
  paginateListBackupPlanVersions,
} from "@aws-sdk/client-backup";
import { type AwsAccess, awsClientConfig } from "./aws";

/** Which types of resources a region has AWS Backup protect, by AWS Backup's names of them. */
export async function readOptIn(region: string, access: AwsAccess): Promise<Record<string, boolean>> {
  const client = new BackupClient(awsClientConfig(region, access));
  const { ResourceTypeOptInPreference } = await client.send(new DescribeRegionSettingsCommand({}));
  return ResourceTypeOptInPreference ?? {};
}

/** When a plan was last made or changed; undefined when there is none of this name. */
export async function planChanged(region: string, planName: string, access: AwsAccess): Promise<Date | undefined> {
  const client = new BackupClient(awsClientConfig(region, access));
  let newest: Date | undefined;
  for await (const { BackupPlansList = [] } of paginateListBackupPlans({ client }, {})) {
    for (const { BackupPlanId } of BackupPlansList.filter((plan) => plan.BackupPlanName === planName)) {
      for await (const page of paginateListBackupPlanVersions({ client }, { BackupPlanId }))
        for (const { CreationDate: made } of page.BackupPlanVersionsList ?? [])
          if (made && (newest === undefined || made > newest)) newest = made;
    }
  }
  return newest;
}

/** The newest of a database's backup jobs since an instant. */
export async function newestBackupJob(
  region: string,
  resourceArn: string,
  since: Date,
  access: AwsAccess,
): Promise<BackupJob | undefined> {
  const client = new BackupClient(awsClientConfig(region, access));
  const jobs: BackupJob[] = [];
  const request = { ByResourceArn: resourceArn, ByCreatedAfter: since };
  for await (const page of paginateListBackupJobs({ client }, request)) jobs.push(...(page.BackupJobs ?? []));
  const time = ({ CreationDate }: BackupJob) => CreationDate?.getTime() ?? 0;
  return jobs.sort((a, b) => time(b) - time(a))[0];
}
