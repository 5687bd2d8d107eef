import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import type { TokenCredential } from "@azure/identity";
import { isObject, objectAt } from "../restore-points/shape";

/**
 * How Azure is reached, in the words of the Pulumi azure-native provider's configuration. What is absent is looked for in
 * the environment, in the variables where that provider looks.
 */
export interface AzureAccess {
  subscriptionId?: string;
  tenantId?: string;
  clientId?: string;
  clientSecret?: string;
  clientCertificatePath?: string;
  clientCertificatePassword?: string;
  useOidc?: string;
  oidcToken?: string;
  oidcTokenFilePath?: string;
  oidcRequestToken?: string;
  oidcRequestUrl?: string;
  useMsi?: string;
  useDefaultAzureCredential?: string;
  /** `public` (the default), `usgovernment` or `china`. */
  environment?: string;
  /** Host name or URL that returns a cloud's endpoints, instead of `environment`. */
  metadataHost?: string;
}

/** The same where it has to be read from a provider first. */
export type AzureAccessSource = AzureAccess | Promise<AzureAccess>;

const VARIABLES: Record<keyof AzureAccess, string> = {
  subscriptionId: "ARM_SUBSCRIPTION_ID",
  tenantId: "ARM_TENANT_ID",
  clientId: "ARM_CLIENT_ID",
  clientSecret: "ARM_CLIENT_SECRET",
  clientCertificatePath: "ARM_CLIENT_CERTIFICATE_PATH",
  clientCertificatePassword: "ARM_CLIENT_CERTIFICATE_PASSWORD",
  useOidc: "ARM_USE_OIDC",
  oidcToken: "ARM_OIDC_TOKEN",
  oidcTokenFilePath: "ARM_OIDC_TOKEN_FILE_PATH",
  oidcRequestToken: "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
  oidcRequestUrl: "ACTIONS_ID_TOKEN_REQUEST_URL",
  useMsi: "ARM_USE_MSI",
  useDefaultAzureCredential: "ARM_USE_DEFAULT_AZURE_CREDENTIAL",
  environment: "ARM_ENVIRONMENT",
  metadataHost: "ARM_METADATA_HOSTNAME",
};

/** The settings of the azure-native provider that say how Azure is reached. */
// Cast: the type of VARIABLES has each key of AzureAccess and no other.
export const AZURE_ACCESS_KEYS = Object.keys(VARIABLES) as (keyof AzureAccess)[];

/** A cloud of Azure's: where its Resource Manager is, and whose tokens that takes. */
export interface AzureCloudEndpoints {
  resourceManager: string;
  audience: string;
  login: string;
}

const CLOUDS: Record<string, AzureCloudEndpoints> = {
  public: cloud("https://management.azure.com", "https://login.microsoftonline.com"),
  usgovernment: cloud("https://management.usgovcloudapi.net", "https://login.microsoftonline.us"),
  china: cloud("https://management.chinacloudapi.cn", "https://login.chinacloudapi.cn"),
};

function cloud(resourceManager: string, login: string): AzureCloudEndpoints {
  return { resourceManager, audience: resourceManager, login };
}

/** The account to work in: endpoints, subscription, and who asks. */
export interface AzureAccount {
  endpoints: AzureCloudEndpoints;
  subscriptionId: string;
  /** A token for the Resource Manager, fresh enough to be used at once. */
  token(): Promise<string>;
}

/** Finds the account as the azure-native provider does. @throws {Error} that says what is missing. */
export async function azureAccount(given: AzureAccess): Promise<AzureAccount> {
  const access = completedAccess(given);
  const endpoints = await endpointsOf(access);
  const subscriptionId = access.subscriptionId ?? (await subscriptionOfCli(access));
  const credential = credentialOf(access, endpoints);
  const scope = `${endpoints.audience.replace(/\/$/, "")}/.default`;
  return {
    endpoints,
    subscriptionId,
    token: keptToken(credential, scope),
  };
}

/** A token is asked for again this long before its end: a request may take its time to arrive. */
const TOKEN_MARGIN_MILLIS = 5 * 60_000;

/** The credential's token, kept until shortly before its end: some credentials keep none, and run the Azure CLI each time. */
function keptToken(credential: TokenCredential, scope: string): () => Promise<string> {
  let asked: Promise<string> | undefined;
  let keptUntil = Number.POSITIVE_INFINITY;
  const ask = async () => {
    const found = await credential.getToken(scope);
    if (found === null) throw new Error(`Azure gives no token for ${scope}`);
    keptUntil = found.expiresOnTimestamp - TOKEN_MARGIN_MILLIS;
    return found.token;
  };
  return () => {
    if (asked !== undefined && Date.now() < keptUntil) return asked;
    // Until the answer, others wait for the same one.
    keptUntil = Number.POSITIVE_INFINITY;
    const asking = ask();
    asking.catch(() => {
      if (asked === asking) asked = undefined;
    });
    asked = asking;
    return asking;
  };
}

/** Fills what `given` leaves open from the environment. */
export function completedAccess(given: AzureAccess): AzureAccess {
  const values = AZURE_ACCESS_KEYS.map((key) => [key, given[key] || process.env[VARIABLES[key]]]);
  return Object.fromEntries(values.filter(([, value]) => value));
}

async function endpointsOf({ environment, metadataHost }: AzureAccess): Promise<AzureCloudEndpoints> {
  if (metadataHost === undefined) {
    const found = CLOUDS[environment?.toLowerCase() ?? "public"];
    if (found) return found;
    throw new Error(`there is no Azure environment ${environment}; expected one of ${Object.keys(CLOUDS).join(", ")}`);
  }
  const url = metadataHost.includes("://") ? metadataHost : `https://${metadataHost}`;
  const answer = await fetch(`${url}/metadata/endpoints?api-version=2022-09-01`, {
    signal: AbortSignal.timeout(60_000),
  });
  if (!answer.ok) throw new Error(`Azure's metadata service at ${url} answers ${answer.status}`);
  const { resourceManager, authentication } = objectAt(await answer.json(), "metadata");
  const { loginEndpoint: login, audiences } = isObject(authentication) ? authentication : {};
  const [audience]: unknown[] = Array.isArray(audiences) ? audiences : [];
  if (typeof resourceManager !== "string" || typeof login !== "string" || typeof audience !== "string")
    throw new Error(
      `Azure's metadata service at ${url} does not name resourceManager, authentication.loginEndpoint and authentication.audiences; correct metadataHost (ARM_METADATA_HOSTNAME)`,
    );
  return { resourceManager: resourceManager.replace(/\/$/, ""), audience, login };
}

/** The provider's order: default chain, certificate, secret, OIDC, managed identity, Azure CLI. */
function credentialOf(access: AzureAccess, endpoints: AzureCloudEndpoints): TokenCredential {
  // Loaded only for a set with databases on Azure, and as CommonJS: the package's ES modules are many files.
  const identity: typeof import("@azure/identity") = require("@azure/identity");
  const { tenantId, clientId } = access;
  const options = { authorityHost: endpoints.login };
  const principal = () => {
    if (tenantId === undefined || clientId === undefined)
      throw new Error(
        "a tenant and a client are needed for Azure; set azure-native:tenantId and azure-native:clientId, or ARM_TENANT_ID and ARM_CLIENT_ID",
      );
    return [tenantId, clientId] as const;
  };
  if (access.useDefaultAzureCredential === "true")
    return new identity.DefaultAzureCredential({ ...options, tenantId, managedIdentityClientId: clientId });
  if (access.clientCertificatePath) {
    const certificate = {
      certificatePath: access.clientCertificatePath,
      certificatePassword: access.clientCertificatePassword,
    };
    return new identity.ClientCertificateCredential(...principal(), certificate, options);
  }
  if (access.clientSecret) return new identity.ClientSecretCredential(...principal(), access.clientSecret, options);
  if (access.useOidc === "true")
    return new identity.ClientAssertionCredential(...principal(), () => oidcToken(access), options);
  if (access.useMsi === "true")
    return clientId ? new identity.ManagedIdentityCredential({ clientId }) : new identity.ManagedIdentityCredential({});
  return new identity.AzureCliCredential({ tenantId, subscription: access.subscriptionId });
}

async function oidcToken(access: AzureAccess): Promise<string> {
  if (access.oidcToken) return access.oidcToken;
  if (access.oidcTokenFilePath) return (await readFile(access.oidcTokenFilePath, "utf8")).trim();
  const { oidcRequestUrl, oidcRequestToken } = access;
  if (!oidcRequestUrl || !oidcRequestToken)
    throw new Error("OIDC needs a token for Azure; set ARM_OIDC_TOKEN, ARM_OIDC_TOKEN_FILE_PATH or a request URL");
  const url = new URL(oidcRequestUrl);
  url.searchParams.set("audience", "api://AzureADTokenExchange");
  const answer = await fetch(url, {
    headers: { authorization: `Bearer ${oidcRequestToken}` },
    signal: AbortSignal.timeout(60_000),
  });
  if (!answer.ok) throw new Error(`the OIDC token service answers ${answer.status}`);
  const token: unknown = await answer.json();
  const value = isObject(token) ? token.value : undefined;
  if (typeof value !== "string")
    throw new Error(`the OIDC token service at ${url.origin} answers without a token (value)`);
  return value;
}

/** Only the Azure CLI knows a subscription of its own. */
async function subscriptionOfCli(access: AzureAccess): Promise<string> {
  const missing = "no Azure subscription is known; set azure-native:subscriptionId or ARM_SUBSCRIPTION_ID";
  if (access.clientId || access.useMsi === "true" || access.useDefaultAzureCredential === "true")
    throw new Error(missing);
  try {
    const { stdout } = await promisify(execFile)("az", ["account", "show", "--query", "id", "--output", "tsv"]);
    return stdout.trim();
  } catch {
    throw new Error(`${missing}, or sign in with "az login"`);
  }
}
