import { DescribeAccountAttributesCommand, RDSClient } from "@aws-sdk/client-rds";
import { type AwsAccessSource, awsClientConfig } from "./aws";

/** How much of something an account has in a region, and how much it may have. */
export interface Quota {
  used: number;
  max: number;
}

/** The account's quotas of RDS by RDS's names of them, such as `DBInstances`. */
export async function rdsQuotas(region: string, access: AwsAccessSource): Promise<Record<string, Quota>> {
  const client = new RDSClient(awsClientConfig(region, access));
  const { AccountQuotas = [] } = await client.send(new DescribeAccountAttributesCommand({}));
  return Object.fromEntries(
    AccountQuotas.map(({ AccountQuotaName = "", Used = 0, Max = 0 }) => [AccountQuotaName, { used: Used, max: Max }]),
  );
}
