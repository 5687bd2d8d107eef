import { warnOfNodeOnce } from "./aws-node-warning";
import { proxyAgent } from "./aws-proxy";

type CredentialProviders = typeof import("@aws-sdk/credential-providers");
type CredentialProvider = ReturnType<CredentialProviders["fromNodeProviderChain"]>;
type Credentials = Awaited<ReturnType<CredentialProvider>>;

/** A role to work as, by the names of the Pulumi AWS provider's `assumeRoles`. */
export interface AssumedRole {
  roleArn: string;
  externalId?: string;
  sessionName?: string;
  /** Go's form of a duration, such as `1h30m`. */
  duration?: string;
  policy?: string;
  policyArns?: string[];
  sourceIdentity?: string;
  tags?: Record<string, string>;
  transitiveTagKeys?: string[];
}

/**
 * How AWS is reached, by the names of the Pulumi AWS provider, so that look-ups and operations work in the account where the
 * provider works. What is absent comes from the SDK's own chain: environment, shared files, metadata services.
 */
export interface AwsAccess {
  /** A profile of the shared AWS files. */
  profile?: string;
  accessKey?: string;
  /** Needed with `accessKey`. */
  secretKey?: string;
  token?: string;
  /** The roles to assume, each with the credentials of the one before. */
  assumeRoles?: AssumedRole[];
}

/** The same where it has to be read from a provider first. */
export type AwsAccessSource = AwsAccess | Promise<AwsAccess>;

/** What every AWS client of this project is built from: region, credentials, and patience with throttling. */
export function awsClientConfig(region: string, access: AwsAccessSource) {
  const { AwsRetries, maxAttempts } = awsRetries();
  warnOfNodeOnce();
  return {
    region,
    ...(access instanceof Promise ? { credentials: credentialsLater(region, access) } : credentialsNow(region, access)),
    ...throughProxy(),
    retryStrategy: new AwsRetries(),
    maxAttempts,
  };
}

function throughProxy() {
  const httpsAgent = proxyAgent();
  return httpsAgent && { requestHandler: { httpsAgent } };
}

/** Equal for equal access: credentials that are read from a provider are the same only as the same promise. */
export function accessIdentity(access: AwsAccessSource): string {
  if (!(access instanceof Promise)) return JSON.stringify(access);
  const known = identities.get(access) ?? `provider ${++identitiesGiven}`;
  identities.set(access, known);
  return known;
}

const identities = new WeakMap<Promise<AwsAccess>, string>();
let identitiesGiven = 0;

function credentialsNow(region: string, access: AwsAccess) {
  const { profile, assumeRoles = [] } = access;
  if (assumeRoles.length > 0) return { credentials: credentialsOf(region, access) };
  const keys = keysOf(access);
  return { ...(profile ? { profile } : {}), ...(keys ? { credentials: keys } : {}) };
}

function credentialsLater(region: string, access: Promise<AwsAccess>): CredentialProvider {
  let provider: CredentialProvider | undefined;
  return async (options) => {
    provider ??= credentialsOf(region, await access);
    return provider(options);
  };
}

/** The first credentials, then those of each role in turn. */
function credentialsOf(region: string, access: AwsAccess): CredentialProvider {
  const { fromNodeProviderChain, fromTemporaryCredentials } = credentialProviders();
  const keys = keysOf(access);
  const handler = throughProxy();
  let provider: CredentialProvider = keys
    ? async () => keys
    : fromNodeProviderChain({ profile: access.profile || undefined, ...(handler && { clientConfig: handler }) });
  for (const role of access.assumeRoles ?? [])
    provider = fromTemporaryCredentials({
      masterCredentials: provider,
      clientConfig: { region, ...handler },
      params: {
        RoleArn: role.roleArn,
        RoleSessionName: role.sessionName ?? "scalar-backup",
        ExternalId: role.externalId,
        DurationSeconds: role.duration === undefined ? undefined : secondsOf(role.duration),
        Policy: role.policy,
        PolicyArns: role.policyArns?.map((arn) => ({ arn })),
        SourceIdentity: role.sourceIdentity,
        Tags: role.tags && Object.entries(role.tags).map(([Key, Value]) => ({ Key, Value })),
        TransitiveTagKeys: role.transitiveTagKeys,
      },
    });
  return provider;
}

function keysOf({ accessKey, secretKey, token }: AwsAccess): Credentials | undefined {
  return accessKey && secretKey
    ? { accessKeyId: accessKey, secretAccessKey: secretKey, sessionToken: token }
    : undefined;
}

const UNIT_SECONDS: Record<string, number> = { h: 3600, m: 60, s: 1 };

/** @throws {Error} for anything but hours, minutes and whole seconds. */
export function secondsOf(duration: string): number {
  if (!/^(\d+[hms])+$/.test(duration))
    throw new Error(`assumeRoles: duration "${duration}" is not a duration; expected a text such as 1h or 30m`);
  const parts = [...duration.matchAll(/(\d+)([hms])/g)];
  return parts.reduce((sum, [, count, unit = ""]) => sum + Number(count) * (UNIT_SECONDS[unit] ?? 0), 0);
}

// Loaded with the first client: look-ups of Azure and of Kubernetes import this module, too.
function awsRetries(): typeof import("./aws-retries") {
  return require("./aws-retries");
}

// Loaded when a role is assumed, or a provider is read, because it is a quarter of what an operation takes to start.
function credentialProviders(): CredentialProviders {
  return require("@aws-sdk/credential-providers");
}

/**
 * Calls `work` for every item, at most `limit` at a time; results are in the items' order. After the first failure no further item
 * is taken; it is reported when those in work have ended, so that none continues in the background.
 */
export async function eachAtOnce<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results = new Array<Result>(items.length);
  const queue = items.entries();
  const failures: unknown[] = [];
  const worker = async () => {
    // One iterator for all workers: each item is taken once.
    for (const [index, item] of queue) {
      try {
        results[index] = await work(item);
      } catch (error) {
        failures.push(error);
      }
      if (failures.length > 0) return;
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  if (failures.length > 0) throw failures[0];
  return results;
}

/** Like `Promise.all`, but rejects only when all have ended: none continues in the background. */
export async function allEnded<Results extends readonly unknown[]>(
  work: readonly [...{ [Index in keyof Results]: Promise<Results[Index]> }],
): Promise<Results> {
  await Promise.allSettled(work);
  // Cast: the compiler does not see that awaiting the promises of a tuple's elements returns the tuple.
  return (await Promise.all(work)) as unknown as Results;
}
