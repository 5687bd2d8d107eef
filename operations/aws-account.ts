import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { type AwsAccess, awsClientConfig } from "./aws";

/** The account that the credentials of an access belong to. */
export async function accountOf(region: string, access: AwsAccess): Promise<string> {
  const { Account } = await new STSClient(awsClientConfig(region, access)).send(new GetCallerIdentityCommand({}));
  if (Account === undefined) throw new Error("AWS STS names no account for these credentials");
  return Account;
}
