/**
 * How AWS is reached when the stack's `aws:` configuration says more than the environment does. The words are those of
 * the Pulumi AWS provider, so that look-ups and operations find the account where the provider finds it.
 */
export interface AwsAccess {
  /** `aws:profile`: a profile of the shared AWS files. */
  profile?: string;
  /** `aws:accessKey`, with `secretKey` and perhaps `token`. */
  accessKey?: string;
  secretKey?: string;
  token?: string;
  /** `aws:assumeRoles[0].roleArn`: the role to work as. */
  roleArn?: string;
  externalId?: string;
  sessionName?: string;
}

/** The environment variable by which an operation is told its `AwsAccess`, as JSON. */
export const AWS_ACCESS_VARIABLE = "SCALAR_BACKUP_AWS_ACCESS";

/** What every AWS client of this project is built from: region, credentials, and patience with throttling. */
export function awsClientConfig(region: string, access: AwsAccess) {
  const keys =
    access.accessKey && access.secretKey
      ? { accessKeyId: access.accessKey, secretAccessKey: access.secretKey, sessionToken: access.token }
      : undefined;
  return {
    region,
    ...(access.profile ? { profile: access.profile } : {}),
    ...(access.roleArn
      ? {
          credentials: credentialProviders().fromTemporaryCredentials({
            masterCredentials: keys,
            params: {
              RoleArn: access.roleArn,
              RoleSessionName: access.sessionName ?? "scalar-backup",
              ExternalId: access.externalId,
            },
          }),
        }
      : keys
        ? { credentials: keys }
        : {}),
    // DescribeContinuousBackups is limited to 10 calls a second: a set of many tables must wait its turn, not fail.
    retryMode: "adaptive",
    maxAttempts: 12,
  };
}

// Loaded when a role is assumed, which is not often: it is a quarter of what an operation takes to start.
function credentialProviders(): typeof import("@aws-sdk/credential-providers") {
  return require("@aws-sdk/credential-providers");
}

/** Calls `work` for every item, at most `limit` at a time; results are in the items' order. The first failure ends it. */
export async function eachAtOnce<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results = new Array<Result>(items.length);
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++) {
      results[index] = await work(items[index] as Item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}

/** Like `Promise.all`, but a failure is told once all have ended: none goes on behind the caller's back. */
export async function allEnded<Results extends readonly unknown[]>(
  work: readonly [...{ [Index in keyof Results]: Promise<Results[Index]> }],
): Promise<Results> {
  await Promise.allSettled(work);
  return (await Promise.all(work)) as unknown as Results;
}
