import { readFileSync } from "node:fs";
import { messageOf } from "../../restore-points/error-message";
import { isObject } from "../../restore-points/shape";
import type { Deadline } from "../time";
import type { HttpClient } from "./http";

export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

type Variables = Record<string, string | undefined>;

/** Credentials are not available; the message says why. */
export class CredentialsError extends Error {
  /** Whether they may be available a moment later: an agent or a token service did not answer. */
  transient = false;
}

/** A request for credentials, with its deadline. */
export interface Asking {
  http: HttpClient;
  env: Variables;
  deadline: Deadline;
  stop: AbortSignal;
}

/**
 * AWS credentials from where EKS puts them for a pod: IAM roles for service accounts (a token for STS), or Pod Identity
 * (an agent on the node, called with a token); or from the environment, on a workstation.
 * @param region The region of STS, unless `AWS_REGION` is set.
 * @throws {CredentialsError}
 */
export async function findCredentials(region: string, asking: Asking): Promise<Credentials> {
  const { env, deadline, stop } = asking;
  for (;;) {
    try {
      return await ask(env, region, asking);
    } catch (error) {
      const again = error instanceof CredentialsError && error.transient && !deadline.passed && !stop.aborted;
      if (!again) throw error;
      await deadline.backOff(stop);
    }
  }
}

async function ask(env: Variables, region: string, asking: Asking): Promise<Credentials> {
  if (env.AWS_ACCESS_KEY_ID && env.AWS_SECRET_ACCESS_KEY) {
    const sessionToken = env.AWS_SESSION_TOKEN || undefined;
    return { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY, sessionToken };
  }
  if (env.AWS_WEB_IDENTITY_TOKEN_FILE && env.AWS_ROLE_ARN) {
    return fromWebIdentity(env.AWS_WEB_IDENTITY_TOKEN_FILE, env.AWS_ROLE_ARN, env.AWS_REGION || region, asking);
  }
  if (env.AWS_CONTAINER_CREDENTIALS_FULL_URI) {
    return fromAgent(env.AWS_CONTAINER_CREDENTIALS_FULL_URI, env.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE, asking);
  }
  throw new CredentialsError(
    "this pod has no AWS credentials from EKS Pod Identity or IAM roles for service accounts; " +
      "check that the cluster has the add-on eks-pod-identity-agent (pause.aws.eksCluster), or an OIDC provider that the role trusts (pause.aws.roleArn)",
  );
}

async function fromAgent(
  uri: string,
  tokenFile: string | undefined,
  { http, stop: signal }: Asking,
): Promise<Credentials> {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  if (url === undefined || !isAllowedEndpoint(url))
    throw new CredentialsError(
      `AWS_CONTAINER_CREDENTIALS_FULL_URI: ${uri} is neither https nor an address of this node, so no token is sent there`,
    );
  const headers = tokenFile ? { authorization: readToken(tokenFile) } : undefined;
  const { status, text } = await answer("the EKS Pod Identity agent", () =>
    http.exchange({ url, method: "GET", headers, signal }),
  );
  if (status !== 200)
    throw new CredentialsError(`the EKS Pod Identity agent returned no credentials: ${status} ${text.slice(0, 300)}`);
  try {
    const found: unknown = JSON.parse(text);
    const field = (name: string) => (isObject(found) && typeof found[name] === "string" ? found[name] : undefined);
    return whole({
      accessKeyId: field("AccessKeyId"),
      secretAccessKey: field("SecretAccessKey"),
      sessionToken: field("Token"),
    });
  } catch {
    throw new CredentialsError("the answer of the EKS Pod Identity agent contains no credentials");
  }
}

/** Hosts that AWS's SDKs call over plain http, too: this host, and the agents of ECS and EKS on it. */
function isAllowedEndpoint({ protocol, hostname }: URL): boolean {
  const near = ["localhost", "[::1]", "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"];
  return protocol === "https:" || near.includes(hostname) || /^127\./.test(hostname);
}

async function fromWebIdentity(
  tokenFile: string,
  roleArn: string,
  region: string,
  { http, env, stop: signal }: Asking,
): Promise<Credentials> {
  const url = endpointOf("sts", region, env);
  const body = new URLSearchParams({
    Action: "AssumeRoleWithWebIdentity",
    Version: "2011-06-15",
    RoleArn: roleArn,
    RoleSessionName: "scalar-backup-pauser",
    WebIdentityToken: readToken(tokenFile),
  }).toString();
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const { status, text } = await answer(url.host, () => http.exchange({ url, method: "POST", headers, body, signal }));
  const field = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1];
  if (status !== 200)
    throw new CredentialsError(
      `STS does not allow this pod to assume ${roleArn}: ${field("Code") ?? status} ${field("Message") ?? text.slice(0, 300)}`,
    );
  return whole({
    accessKeyId: field("AccessKeyId"),
    secretAccessKey: field("SecretAccessKey"),
    sessionToken: field("SessionToken"),
  });
}

function whole({ accessKeyId, secretAccessKey, sessionToken }: Partial<Credentials>): Credentials {
  if (!accessKeyId || !secretAccessKey) throw new CredentialsError("the returned credentials are incomplete");
  return { accessKeyId, secretAccessKey, sessionToken };
}

function readToken(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    throw new CredentialsError(`the token of the pod's ServiceAccount cannot be read: ${messageOf(error)}`);
  }
}

async function answer<T>(who: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    const silent = new CredentialsError(`${who} does not answer: ${messageOf(error)}`);
    silent.transient = true;
    throw silent;
  }
}

/**
 * Host name suffixes other than amazonaws.com, by the beginning of the region's name; a test compares them with the
 * installed SDK.
 */
const DNS_SUFFIXES: [string, string][] = [
  ["cn-", "amazonaws.com.cn"],
  ["us-iso-", "c2s.ic.gov"],
  ["us-isob-", "sc2s.sgov.gov"],
  ["eu-isoe-", "cloud.adc-e.uk"],
  ["us-isof-", "csp.hci.ic.gov"],
  ["eusc-", "amazonaws.eu"],
];

/** A service's endpoint; the environment variables are those of AWS's SDKs. */
export function endpointOf(service: "dynamodb" | "sts", region: string, env: Variables): URL {
  const own = env[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] || env.AWS_ENDPOINT_URL;
  const suffix = DNS_SUFFIXES.find(([prefix]) => region.startsWith(prefix))?.[1] ?? "amazonaws.com";
  return new URL(own || `https://${service}.${region}.${suffix}`);
}
